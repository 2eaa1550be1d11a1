//! The ten structural checks of a PRP document.

mod head;
mod phases;
mod refusal;
mod score;
mod text;

pub use refusal::refusals;
pub use score::structural;
