//! A short hash for short strings. Maps made with it are only looked up in, never iterated.

use std::hash::{BuildHasherDefault, Hasher};

/// A map from paths, with the fast hash.
pub(super) type PathMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<PathHasher>>;

/// Multiply and rotate, eight bytes at a time. The paths are the user's own, so nobody aims at collisions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PathHasher(u64);

impl PathHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for PathHasher {
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
        self.0 ^ (self.0 >> 32)
    }
}
