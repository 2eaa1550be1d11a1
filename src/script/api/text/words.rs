//! `text::…`: what the language's own text functions lack.

use base64::Engine as _;
use rhai::plugin::*;
use sha2::{Digest, Sha256};

use super::digest::hex;

#[export_module]
pub(crate) mod module {
    /// Returns a text as the id of an item: letters, digits, `.`, `_` and `-`, at most 100 of them.
    ///
    /// ```rhai
    /// print(text::slug("docs/first steps.md")); // → docs-first-steps.md
    /// ```
    pub fn slug(text: &str) -> String {
        crate::script::api::run::item_id::slug(text)
    }

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

    /// Returns a text as base64, as the header of a login wants it.
    ///
    /// ```rhai
    /// let login = "Basic " + text::base64(`${user}:${token}`);
    /// ```
    pub fn base64(text: &str) -> String {
        base64::engine::general_purpose::STANDARD.encode(text)
    }

    /// Returns a text as a part of an address, where every byte that could mean something stands as `%20` does.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// let address = `https://example.com/find?q=${text::encode(words)}`;
    /// ```
    pub fn encode(text: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(one).collect()
    }

    /// Deprecated since level 2: use `text::encode`, which is the same.
    pub fn encoded(text: &str) -> String {
        encode(text)
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
