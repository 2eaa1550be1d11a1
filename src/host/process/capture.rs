//! Keeps the beginning and the end of an output of any length, in bounded memory.

use super::tail::Tail;

/// The first and the last bytes of a stream, half of the limit each.
#[derive(Debug)]
pub struct Capture {
    half: usize,
    head: Vec<u8>,
    tail: Tail,
}

impl Capture {
    /// Makes a capture of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { half: limit / 2, head: Vec::new(), tail: Tail::new(limit / 2) }
    }

    /// Takes a chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        let (head, rest) = chunk.split_at(chunk.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.push(rest);
    }

    /// Returns what was kept; a line says how much is missing between the two parts.
    pub fn finish(self) -> Vec<u8> {
        let mut all = self.head;
        let (left_out, tail) = self.tail.finish();
        if left_out > 0 {
            all.extend_from_slice(format!("\n[… {left_out} bytes left out …]\n").as_bytes());
        }
        all.extend(tail);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept_at_every_chunk_size() {
        let text: Vec<u8> = (0..100u8).collect();
        for size in 1..=100 {
            let mut capture = Capture::new(20);
            text.chunks(size).for_each(|chunk| capture.push(chunk));
            let kept = capture.finish();
            assert_eq!((&kept[..10], &kept[kept.len() - 10..]), (&text[..10], &text[90..]), "chunks of {size}");
            assert!(String::from_utf8_lossy(&kept).contains("80 bytes left out"), "chunks of {size}");
        }
    }

    #[test]
    fn a_long_stream_of_small_and_large_chunks_stays_bounded() {
        let mut capture = Capture::new(20_000);
        for round in 0..5000 {
            capture.push(&[b'a'; 7]);
            capture.push(&vec![b'b'; round % 9000]);
        }
        capture.push(b"end");
        let kept = capture.finish();
        assert!(kept.len() < 20_100 && kept.ends_with(b"bbbend"), "{}", kept.len());
    }

    #[test]
    fn short_output_is_kept_whole() {
        let mut capture = Capture::new(20);
        capture.push(b"0123456789012345678");
        capture.push(b"9");
        assert_eq!(capture.finish(), b"01234567890123456789");
    }
}
