//! Commands that set batchprp up and say how it is set up.

pub mod completions;
pub mod config_show;
pub mod doctor;
pub mod init;
pub mod man;
pub mod slash;
