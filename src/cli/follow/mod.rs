//! Commands that follow, steer and judge runs from their journals.

pub mod alive;
pub mod analyze;
pub mod early;
pub mod history;
pub mod item_files;
pub mod landed;
pub mod logs;
pub mod news;
pub mod overview;
pub mod pace;
pub mod replay;
pub mod report;
pub mod runs;
pub mod status;
pub mod stop;
pub mod trend;
pub mod watch;
