//! Effects of scripts that need no run: files, programs, HTTP.

pub(crate) mod baseline;
pub(crate) mod effect;
pub(crate) mod program;
pub(crate) mod surroundings;
