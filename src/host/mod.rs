//! Everything that touches the machine: processes, agents, files, clocks, locks, the network and git.

pub mod agent;
pub mod check_output;
pub mod clock;
pub mod disk;
pub mod excerpt;
pub mod failpoint;
pub mod files;
pub mod git;
pub mod http;
pub mod journal;
pub mod judged_files;
pub mod lock;
pub mod owner;
pub mod plan_files;
pub mod process;
pub mod project;
pub mod redact;
pub mod state;
pub mod stop;
pub mod validate;
