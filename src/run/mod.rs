//! One run from start to end: the dispatcher, its journal, and the bridge to scripts.

pub mod bridge;
