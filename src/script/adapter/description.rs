//! What is known of an agent here: its program, whether its version was tried, whether it looks signed in, and what it
//! can.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What shows that an agent is signed in; without a call that would cost something, keys and files are all there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    /// One of these variables is enough.
    #[serde(default)]
    pub variables: Vec<String>,
    /// A file below the home.
    #[serde(default)]
    pub file: String,
    /// A variable that names another folder, and the file below that.
    #[serde(default)]
    pub folder: Vec<String>,
    /// Where the login is in a key chain, which nobody can look into without a question: names of systems.
    #[serde(default)]
    pub key_chain: Vec<String>,
}

/// An agent as `agents list` tells it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AgentDescription {
    pub name: String,
    pub about: String,
    /// `null`: it is not installed.
    pub program: Option<String>,
    pub version: Option<String>,
    /// The oldest and the newest version that it was seen to work with.
    pub tried_versions: Option<(String, String)>,
    pub version_fit: VersionFit,
    /// What shows that it is signed in; `null`: nothing does, or nobody knows what would.
    pub signed_in_by: Option<String>,
    pub sign_in: SignIn,
    /// How to sign in.
    pub how_to_sign_in: Option<String>,
    /// What it can, by name; `null` is unknown.
    pub capabilities: BTreeMap<String, Option<String>>,
}

/// Whether an agent looks signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    Yes,
    No,
    Unknown,
}

/// How a version lies to those that an agent was seen to work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VersionFit {
    Tried,
    Older,
    Newer,
    Unknown,
}

impl Signs {
    /// Looks for a sign, and says what it is, else what was looked for.
    pub(super) fn look(&self, home: &Path, variable: impl Fn(&str) -> Option<String>) -> (SignIn, Option<String>) {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(name) = self.variables.iter().find(|name| given(name).is_some()) {
            return (SignIn::Yes, Some(name.clone()));
        }
        if self.file.is_empty() || self.key_chain.iter().any(|system| system == std::env::consts::OS) {
            return (SignIn::Unknown, None);
        }
        let own = match self.folder.as_slice() {
            [name, file] => given(name).map(|folder| Path::new(&folder).join(file)),
            _ => None,
        };
        let file: PathBuf = own.unwrap_or_else(|| home.join(&self.file));
        let sign = if file.is_file() { SignIn::Yes } else { SignIn::No };
        (sign, Some(file.display().to_string()))
    }
}

impl VersionFit {
    /// Compares a version with those that were tried.
    pub(super) fn of(version: Option<&str>, tried: Option<&(String, String)>) -> Self {
        let numbers = version.map(numbers).filter(|numbers| !numbers.is_empty());
        let (Some(version), Some((from, to))) = (numbers, tried) else { return Self::Unknown };
        match (version.cmp(&self::numbers(from)), version.cmp(&self::numbers(to))) {
            (Ordering::Less, _) => Self::Older,
            (_, Ordering::Greater) => Self::Newer,
            (Ordering::Equal | Ordering::Greater, Ordering::Less | Ordering::Equal) => Self::Tried,
        }
    }
}

/// Returns the numbers of a version up to what is none: `1.2.3-beta` is 1, 2, 3.
fn numbers(version: &str) -> Vec<u64> {
    let head = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    head.split('.').map_while(|part| part.parse().ok()).collect()
}

impl AgentDescription {
    /// Warns of a version that nobody tried; nothing where it was, or none is known.
    pub fn version_warning(&self) -> Option<String> {
        let (version, (from, to)) = (self.version.as_ref()?, self.tried_versions.as_ref()?);
        let (name, range) = (&self.name, if from == to { from.clone() } else { format!("{from} to {to}") });
        match self.version_fit {
            VersionFit::Older => Some(format!("{name} {version} is older than what it was tried with: {range}")),
            VersionFit::Newer => Some(format!("{name} {version} is newer than what it was tried with: {range}")),
            VersionFit::Tried | VersionFit::Unknown => None,
        }
    }

    /// Says what was looked for where nothing shows that it is signed in.
    pub fn login_warning(&self) -> Option<String> {
        let file = self.signed_in_by.as_ref().filter(|_| self.sign_in == SignIn::No)?;
        Some(format!("nothing shows that `{}` is signed in: no `{file}`", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_or_a_file_is_a_login() {
        let home = tempfile::tempdir().expect("a folder");
        let signs = Signs {
            variables: vec!["OPENAI_API_KEY".to_owned()],
            file: ".codex/auth.json".to_owned(),
            folder: vec!["CODEX_HOME".to_owned(), "auth.json".to_owned()],
            key_chain: Vec::new(),
        };
        let codex = |variable: &dyn Fn(&str) -> Option<String>| signs.look(home.path(), variable).0;
        assert_eq!(codex(&|_| None), SignIn::No);
        assert_eq!(codex(&|name| (name == "OPENAI_API_KEY").then(String::new)), SignIn::No);
        assert_eq!(codex(&|name| (name == "OPENAI_API_KEY").then(|| "k".to_owned())), SignIn::Yes);
        std::fs::create_dir(home.path().join(".codex")).expect("a folder");
        std::fs::write(home.path().join(".codex/auth.json"), "{}").expect("a file");
        assert_eq!(codex(&|_| None), SignIn::Yes);
        assert_eq!(codex(&|name| (name == "CODEX_HOME").then(|| "/nowhere".to_owned())), SignIn::No);
        assert_eq!(Signs::default().look(home.path(), |_| None), (SignIn::Unknown, None));
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let tried = Some(("2.1.9".to_owned(), "2.1.329".to_owned()));
        let fit = |version: &str| VersionFit::of(Some(version), tried.as_ref());
        assert_eq!([fit("2.1.8"), fit("2.0.999")], [VersionFit::Older; 2]);
        assert_eq!([fit("2.1.9"), fit("v2.1.10"), fit("2.1.329-beta.1")], [VersionFit::Tried; 3]);
        assert_eq!([fit("2.1.330"), fit("3.0")], [VersionFit::Newer; 2]);
        assert_eq!([fit(""), fit("head")], [VersionFit::Unknown; 2]);
        assert_eq!(VersionFit::of(Some("1.0"), None), VersionFit::Unknown);
    }
}
