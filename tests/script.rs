//! Scripts from outside: found, described, run, explained.

#[path = "script/built_in.rs"]
mod built_in;
#[path = "script/fixture.rs"]
mod fixture;
