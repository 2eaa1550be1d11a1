//! A short hash for short strings. Maps made with it are only looked up in, never iterated.

use std::hash::{BuildHasherDefault, Hasher};

/// A map from ids or paths, with the fast hash.
pub(super) type TextMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<TextHasher>>;

const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;

/// Multiplies and folds, eight bytes at a time. The texts are the user's own, so nobody aims at collisions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TextHasher(u64);

impl TextHasher {
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the product are used")]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x2d35_8dcc_aa6c_78a5) * FACTOR;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, _separator: u8) {
        // Strings end with a constant byte; the length is mixed in already.
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
