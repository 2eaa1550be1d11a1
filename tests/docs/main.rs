//! Every command line that README and docs show is carried out, and says what they show.
//!
//! `UPDATE=1 cargo test --test docs` writes what is said now into the pages.

mod commands;
mod page;
#[path = "../support/mod.rs"]
mod support;

use page::Page;
use support::Test;

/// Carries out a page from top to bottom, in a repository of its own.
#[track_caller]
fn holds(path: &str) {
    Page::read(path).hold(&Test::with_git());
}

#[test]
fn the_page_about_plans() {
    holds("docs/plans.md");
}

#[test]
fn the_page_about_prps() {
    holds("docs/prps.md");
}

#[test]
fn the_guide_to_three_commands() {
    holds("docs/scripting/guide.md");
}

#[test]
fn the_patterns_of_commands() {
    holds("docs/scripting/patterns.md");
}

#[test]
fn the_page_about_hooks() {
    holds("docs/scripting/hooks.md");
}

#[test]
fn the_page_about_tests() {
    holds("docs/scripting/testing.md");
}

#[test]
fn the_readme() {
    holds("README.md");
}
