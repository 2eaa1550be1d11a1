//! Any text as the dependencies of a phase: no panic, and all places inside the text.
#![no_main]

use batchprp_fuzz::model::read::{Piece, dependency_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for piece in dependency_text(text) {
        let (Piece::Label(_, span) | Piece::Span(_, _, span) | Piece::Before(_, span) | Piece::Rejected(span)) = piece;
        assert!(!text[span].is_empty());
    }
});
