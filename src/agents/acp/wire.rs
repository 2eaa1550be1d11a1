//! The lines between this client and the agent. A line has a largest length, and neither side waits for the other for ever.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use serde_json::Value;

/// Longest line of an agent that is read.
const MAX_LINE: usize = 32 * 1024 * 1024;
/// Bytes that an agent may leave unread before nothing more is sent to it.
const MAX_UNREAD: usize = 64 * 1024 * 1024;
/// Lines that are read ahead.
const AHEAD: usize = 64;
/// Bytes of a line that is too long by which it is known.
const HEAD: usize = 256;

/// What comes in, from the agent or from what runs for it.
#[derive(Debug)]
pub(super) enum Heard {
    Line(Vec<u8>),
    /// A line that was too long: its beginning.
    TooLong(Vec<u8>),
    /// The agent closed its output.
    End,
    /// A command that the agent asked for has ended.
    CommandEnded(u64),
}

/// Reads the lines of an agent on a thread of its own. A reader that is slow slows the agent down.
pub(super) fn read(from: impl Read + Send + 'static) -> (SyncSender<Heard>, Receiver<Heard>) {
    let (sender, receiver) = sync_channel(AHEAD);
    let own = sender.clone();
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        while let Some(heard) = next(&mut from) {
            if own.send(heard).is_err() {
                return;
            }
        }
        own.send(Heard::End).ok();
    });
    (sender, receiver)
}

/// Returns the next line, or nothing at the end.
fn next(from: &mut impl BufRead) -> Option<Heard> {
    let mut line = Vec::new();
    let limit = MAX_LINE as u64 + 1;
    let read = from.by_ref().take(limit).read_until(b'\n', &mut line).ok()?;
    if read == 0 {
        return None;
    }
    if line.len() > MAX_LINE && !line.ends_with(b"\n") {
        from.skip_until(b'\n').ok()?;
        line.truncate(HEAD);
        line.shrink_to_fit();
        return Some(Heard::TooLong(line));
    }
    Some(Heard::Line(line))
}

/// Writes to the agent on a thread of its own: an agent that does not read keeps nobody waiting.
pub(super) struct Writer {
    lines: Sender<Vec<u8>>,
    unread: Arc<AtomicUsize>,
}

impl Writer {
    pub(super) fn new(mut to: impl Write + Send + 'static) -> Self {
        let (lines, queue) = channel::<Vec<u8>>();
        let unread = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&unread);
        thread::spawn(move || {
            for line in queue {
                // An agent that has gone is noticed at its output.
                let written = to.write_all(&line).and_then(|()| to.flush());
                left.fetch_sub(line.len(), Ordering::Relaxed);
                if written.is_err() {
                    return;
                }
            }
        });
        Self { lines, unread }
    }

    /// Sends a message; says when the agent has left too much of what was sent before unread.
    pub(super) fn send(&self, message: &Value) -> Result<(), String> {
        let mut line = message.to_string().into_bytes();
        line.push(b'\n');
        if self.unread.fetch_add(line.len(), Ordering::Relaxed) + line.len() > MAX_UNREAD {
            return Err(format!("it does not read: {} MiB wait for it", MAX_UNREAD >> 20));
        }
        self.lines.send(line).ok();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_one_is_read() {
        let long = [&b"{\"method\":\"x\""[..], &vec![b'x'; MAX_LINE + 10], b"\nshort\nlast"].concat();
        let mut from = BufReader::new(&long[..]);
        assert!(matches!(next(&mut from), Some(Heard::TooLong(head)) if head.len() == HEAD));
        assert!(matches!(next(&mut from), Some(Heard::Line(line)) if line == b"short\n"));
        assert!(matches!(next(&mut from), Some(Heard::Line(line)) if line == b"last"));
        assert!(next(&mut from).is_none());
    }

    #[test]
    fn nobody_waits_for_one_who_does_not_read() {
        struct Stuck;
        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                loop {
                    thread::park();
                }
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let writer = Writer::new(Stuck);
        let megabyte = Value::String("x".repeat(1 << 20));
        let sent = (0..100).map(|_| writer.send(&megabyte)).take_while(Result::is_ok).count();
        assert_eq!(sent, 63);
    }
}
