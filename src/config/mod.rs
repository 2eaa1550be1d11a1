//! Configuration: one table of keys, from which reading, checking, environment names, `init` and `config show` are made.
//!
//! Everything here is pure; `cli` reads the files and the environment.

mod key;
mod layer;
mod notify;
mod read;
mod role;
mod settings;
mod template;

pub use key::{ConfigKey, KEYS, ValueKind};
pub use layer::{ConfigValue, Layer, Layers, Setting, SettingOrigin};
pub use notify::NotifyTarget;
pub use read::{from_environment, from_toml, value_of};
pub use role::{AdapterModels, Role, RoleSettings, Size, Source, Wish, Workload};
pub use settings::{
    AdapterSettings, AgentSettings, Config, ContextSettings, GitSettings, GuardSettings, PathSettings, RunSettings,
    ScreenSettings, TrackerSettings, ValidateSettings, WorktreeSettings,
};
pub use template::{Chosen, project_file};
