//! Where a value of a role comes from.

use std::fmt;

use crate::config::layer::SettingOrigin;

/// Who said what a role works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The script that asks.
    Script,
    /// Name of the flag.
    Flag(String),
    Key {
        path: String,
        origin: SettingOrigin,
    },
    /// Name of the adapter.
    Adapter(String),
    /// Name of the role whose template says it.
    Template(String),
    /// Nobody named an agent, and this is the first one whose program is installed.
    Found,
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script => f.write_str("script"),
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Key { origin: origin @ (SettingOrigin::Flag(_) | SettingOrigin::Environment(_)), .. } => {
                origin.fmt(f)
            }
            Self::Key { path, origin } => write!(f, "{path} in {origin}"),
            Self::Adapter(name) => write!(f, "adapter {name}"),
            Self::Template(role) => write!(f, "template of {role}"),
            Self::Found => f.write_str("found on this machine"),
            Self::Default => f.write_str("default"),
        }
    }
}
