//! Settings that leave tests out: hooks and options of pytest, keys of runners of JavaScript, manifests.

mod assigned;
mod check;
mod conftest;
mod ini;
mod javascript;
mod lost;
mod manifest;
mod runner;
mod way;

pub(super) use check::check;
