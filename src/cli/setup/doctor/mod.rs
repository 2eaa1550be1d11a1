//! `doctor`: tries out whether everything is there that a run needs, and says what comes next.

mod check;
mod command;
mod environment;
mod machine;
mod project;
mod tried;

pub use command::{Args, DoctorReport, run};
pub use environment::AgentEnvironment;
