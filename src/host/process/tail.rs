//! The last bytes of a stream of any length.

use std::collections::VecDeque;

/// Keeps the last bytes, in chunks as they came.
#[derive(Debug)]
pub struct Tail {
    limit: usize,
    chunks: VecDeque<Vec<u8>>,
    length: usize,
    left_out: u64,
}

impl Tail {
    /// Keeps at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, chunks: VecDeque::new(), length: 0, left_out: 0 }
    }

    /// Takes a chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        /// Small pieces are put together, so that their number stays small, too.
        const PIECE: usize = 4096;
        match self.chunks.back_mut().filter(|last| last.len() + chunk.len() <= PIECE) {
            Some(last) => last.extend_from_slice(chunk),
            None if chunk.is_empty() => {}
            None => self.chunks.push_back(chunk.to_vec()),
        }
        self.length += chunk.len();
        // Whole chunks go while the rest is enough; what is too much of the first one goes at the end.
        while let Some(first) = self.chunks.front().filter(|first| self.length - first.len() >= self.limit) {
            self.length -= first.len();
            self.left_out += first.len() as u64;
            self.chunks.pop_front();
        }
    }

    /// Returns the number of bytes that are not kept, and those that are.
    pub fn finish(self) -> (u64, Vec<u8>) {
        let mut kept: Vec<u8> = self.chunks.into_iter().flatten().collect();
        let surplus = kept.len().saturating_sub(self.limit);
        kept.drain(..surplus);
        (self.left_out + surplus as u64, kept)
    }
}
