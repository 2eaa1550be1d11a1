//! The ten structural checks of a PRP document.

mod head;
mod phases;
mod score;
mod text;

pub use score::structural;
