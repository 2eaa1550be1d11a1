//! Facts, said once: what happened in a run, as plain data that everybody may read.
//!
//! The dispatcher makes events; the journal stores them; terminal, NDJSON, metrics, reports and replay are views.

pub mod fold;
pub mod forecast;
pub mod hand;
pub mod item;
pub mod kind;
pub mod record;
pub mod seat;
pub mod signs;
pub mod standing;
mod subject;
pub mod timeline;

pub use fold::{QuotaPause, RunView};
pub use forecast::Forecast;
pub use item::{CurrentCheck, ItemView, LastWords, Speaker};
pub use kind::EventKind;
pub use record::{Event, SCHEMA_VERSION};
pub use seat::Seat;
pub use signs::Signs;
pub use standing::Standing;
