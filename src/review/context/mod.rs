//! Context documents: sections between markers that are kept up to date, and what is written into them.

mod lists;
mod section;

pub use lists::{ExecutedEntry, executed_list, file_map};
pub use section::{SectionError, has_section, refresh, section_texts};
