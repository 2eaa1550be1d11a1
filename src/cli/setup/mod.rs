//! Commands that set batchprp up and say how it is set up.

pub mod completions;
pub mod config_set;
pub mod config_show;
pub mod detect;
pub mod doctor;
pub mod formats;
pub mod init;
pub mod installed;
pub mod man;
pub mod slash;
pub mod try_out;
pub mod undo;
