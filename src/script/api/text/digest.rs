//! `digest::…`: names made from content.

use std::fmt::Write as _;

use rhai::plugin::*;
use sha2::{Digest, Sha256};

/// Digits of a digest for people and trailers.
const DIGITS: usize = 12;

/// Returns the first hex digits of a hash.
pub(crate) fn hex(bytes: &[u8], digits: usize) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(digits);
    text
}

#[export_module]
pub(crate) mod module {
    /// Returns the first 12 hex digits of the SHA-256 of a text.
    ///
    /// ```rhai
    /// let digest = digest::text(phase.text);
    /// ```
    pub fn text(text: &str) -> String {
        hex(&Sha256::digest(text.as_bytes()), DIGITS)
    }

    /// Returns a UUID that is always the same for a name, in the form of version 4: trackers take no other.
    ///
    /// ```rhai
    /// let id = digest::uuid(`${git::repository()}/${prp.id}`);
    /// ```
    pub fn uuid(name: &str) -> String {
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}
