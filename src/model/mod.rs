//! The plain data of batchprp and the pure readers that make it from text.
//!
//! Nothing here touches a file, a clock or a process, and nothing here names another layer.

pub mod adapter;
pub mod agent;
pub mod agent_files;
pub mod checkpoint;
pub mod duration;
pub mod edit;
pub mod gate;
pub mod guard;
pub mod history;
pub mod id;
pub mod inspect;
pub mod landing;
pub mod outcome;
pub mod pattern;
pub mod phase;
pub mod plan;
pub mod price;
pub mod problem;
pub mod prp;
pub mod read;
pub mod status;
pub mod usage;
pub mod validation;
pub mod worker;
pub mod write;
