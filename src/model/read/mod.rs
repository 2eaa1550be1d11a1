//! The readers: from the bytes of a document to its model and to everything that is wrong with it.
//!
//! Nothing here fails as a whole. A reader returns what it understood and one list of all problems; spans are byte
//! ranges of the `text` of the returned document. Only `text/yaml` names the YAML library and only `text/heading` the
//! Markdown library.

pub mod catalogue;
pub mod dialect;
mod document;
mod estimate;
mod field;
mod gate;
mod hours;
mod kind_of_file;
mod opened;
mod own;
mod path;
mod phase_heading;
mod phase_section;
mod plan;
mod prp;
mod text;

pub use document::{ReadDocument, document, document_beside};
pub use path::clean_path;
pub use plan::phase_ref::{DependencyText, Piece, Reach, dependency_text};
pub use plan::reader::plan;
pub use prp::batch::{LocatedProblem, duplicates, self_dependencies, unknown_ids};
pub use prp::reader::{id_of_file_name, prp};
pub use text::fence::fix_fences;
pub(crate) use text::fence::{Fence, blank, fences};
pub use text::frontmatter::{Frontmatter, frontmatter};
pub use text::script::{ShellBlock, shell_blocks};
pub use text::source::{LineIndex, MAX_FILE, MAX_FRONTMATTER};
pub use text::yaml::{Scalar, YamlEntry, YamlNode};
