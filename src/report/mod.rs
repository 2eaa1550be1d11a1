//! Views of the event stream: pure functions to text or to a writer. No view keeps facts of its own.

pub mod board;
mod bound;
pub mod checks;
pub mod ci;
pub mod compare;
pub mod detail;
pub mod failure;
pub mod history;
pub mod importance;
pub mod junit;
pub mod life;
pub mod lines;
pub mod markdown;
pub mod metrics;
pub mod notice;
pub mod otlp;
pub mod page;
pub mod reporter;
pub mod style;
pub mod summary;
pub mod table;
pub mod text;
pub mod transcript;

pub use compare::{analyze, limits, trend};
pub use detail::Detail;
pub use history::History;
pub use importance::Importance;
pub use metrics::Metrics;
pub use reporter::{Reporter, View};
pub use style::Style;
