//! Plans of other tools, read as what they are.
//!
//! Each dialect is one file of `reader/` with two functions: how sure it is that a document is one of its own, and what
//! the document says. All of them end in a `TaskList`, which becomes work packages, or a plan from which `gen` writes
//! some. Nothing here opens a file: what stands beside a document is handed in.

mod boxes;
mod companion;
mod format;
mod json;
mod mark;
mod order;
mod origin;
mod reader;
mod readers;
mod recognise;
mod source;
mod task_list;
mod to_plan;
mod to_prp;
mod told;

pub use companion::Companion;
pub use format::{DropInFormat, Format};
pub use mark::marked;
pub use origin::{ItemOrigin, MarkTarget};
pub use readers::{Reader, Readers};
pub use recognise::{Recognition, read_as, recognise};
pub use source::Source;
pub use task_list::{TaskItem, TaskList, TaskMark};
pub use to_plan::to_plan;
pub use to_prp::{Numbering, numbering, to_prps};
pub use told::{Told, ToldItem, ToldMark, ToldProblem};
