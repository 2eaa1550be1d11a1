//! Scripts from outside: found, described, checked, run, explained.

#[path = "script/adapters.rs"]
mod adapters;
#[path = "script/authors.rs"]
mod authors;
#[path = "script/built_in.rs"]
mod built_in;
#[path = "script/checks.rs"]
mod checks;
#[path = "script/errors.rs"]
mod errors;
#[path = "script/fixture.rs"]
mod fixture;
#[path = "script/imports.rs"]
mod imports;
#[path = "script/items.rs"]
mod items;
#[path = "script/kinds/mod.rs"]
mod kinds;
#[path = "script/language.rs"]
mod language;
#[path = "script/levels.rs"]
mod levels;
#[path = "script/limits.rs"]
mod limits;
#[path = "script/runs.rs"]
mod runs;
#[path = "script/specs.rs"]
mod specs;
