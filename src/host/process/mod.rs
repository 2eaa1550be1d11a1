//! Processes: started in a session of their own, marked, bounded in output, and stopped with everything they started.

pub mod age;
pub mod capture;
pub mod command_line;
mod holding;
pub mod kill;
pub mod limit;
pub mod marker;
#[cfg(target_os = "linux")]
pub mod namespace;
pub mod orphan;
pub mod outliving;
pub mod pipes;
pub mod run;
pub mod sandbox;
pub mod spawn;
pub mod sweep;
mod system;
pub mod table;
pub mod tail;
pub mod together;

pub use limit::limit_processes;
pub use marker::Marker;
pub use orphan::{become_subreaper, hear_of_children};
pub use run::{Command, ProcessResult, run};
pub use sandbox::{Sandbox, Walls};
pub use spawn::SpawnError;
pub use sweep::sweep;
pub use together::{keep_together, namespaces_work};
