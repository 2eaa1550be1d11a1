//! The readers: from the bytes of a document to its model and to everything that is wrong with it.
//!
//! Nothing here fails as a whole. A reader returns what it understood and one list of all problems; spans are byte
//! ranges of the `text` of the returned document. Only `yaml` names the YAML library and only `heading` the
//! Markdown library.

pub mod batch;
mod dependency;
mod document;
mod estimate;
mod fence;
mod field;
mod frontmatter;
mod gate;
mod heading;
mod host;
mod hours;
mod item;
mod opened;
mod outline;
mod path;
mod phase_heading;
mod phase_ref;
mod plan;
mod plan_check;
mod plan_cycle;
mod plan_phase;
mod prp;
mod prp_fields;
mod prp_phase;
mod reading;
mod script;
mod source;
mod sub_plan;
mod yaml;

pub use document::{Document, document};
pub use fence::fix_fences;
pub use frontmatter::{Frontmatter, frontmatter};
pub use path::clean_path;
pub use phase_ref::{DependencyText, Piece, dependency_text};
pub use plan::plan;
pub use prp::{id_of_file_name, prp};
pub use script::{ShellBlock, shell_blocks};
pub use source::{LineIndex, MAX_FILE, MAX_FRONTMATTER};
pub use yaml::{Entry, Node, Scalar};
