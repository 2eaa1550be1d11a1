//! `text::…`: what the language's own text functions lack.

use rhai::plugin::*;
use sha2::{Digest, Sha256};

use super::digest::hex;

#[export_module]
pub(crate) mod module {
    /// Returns the unified diff of two texts; empty when they are equal.
    ///
    /// ```rhai
    /// print(text::diff(before, after));
    /// ```
    pub fn diff(old: &str, new: &str) -> String {
        if old == new {
            return String::new();
        }
        similar::TextDiff::from_lines(old, new).unified_diff().context_radius(3).header("old", "new").to_string()
    }

    /// Returns a line that does not occur in a text, to fence it in a prompt; always the same for the same text.
    ///
    /// ```rhai
    /// let fence = text::fence(prp.text);
    /// ```
    pub fn fence(text: &str) -> String {
        let mut digest = Sha256::digest(text.as_bytes());
        loop {
            let fence = format!("=== {} ===", hex(&digest, 16));
            if !text.contains(&fence) {
                return fence;
            }
            digest = Sha256::digest(digest);
        }
    }
}
