//! The parts of any document: text, fences, headings, frontmatter, YAML, lists.

pub(crate) mod fence;
pub(crate) mod frontmatter;
pub(crate) mod heading;
pub(crate) mod list_item;
pub(crate) mod outline;
pub(crate) mod reading;
pub(crate) mod script;
pub(crate) mod source;
pub(crate) mod yaml;
