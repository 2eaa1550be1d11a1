//! Writes on a thread of its own, so that whoever does not read holds nobody up.
//!
//! Text waits in memory up to a bound. Whoever prints decides what happens then: wait, or go on without it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::block::{Block, Frame};

/// Bytes of text that wait for a reader.
const BOUND: usize = 4 * 1024 * 1024;

/// How often a wait looks whether it still makes sense.
const LOOK: Duration = Duration::from_millis(20);

/// Name of the thread that writes.
pub const THREAD: &str = "output";

/// A way out for text and frames.
#[derive(Clone, Debug)]
pub struct Outlet(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Something is to be written.
    work: Condvar,
    /// Something was written, or writing failed.
    done: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    texts: VecDeque<String>,
    bytes: usize,
    /// The newest frame; older ones are of no use to anybody.
    frame: Option<Frame>,
    is_writing: bool,
    /// Bytes that the reader took so far.
    taken: u64,
    failed: Option<ErrorKind>,
    closed: bool,
    /// So many want nothing to be written: another program has the terminal, or this one is stopped.
    holds: usize,
    /// The board was taken down for that.
    is_down: bool,
    /// Somebody else has written where the board stood.
    is_overwritten: bool,
}

/// What is to be written next.
enum Work {
    Show(String, Option<Frame>),
    TakeDown,
}

impl Outlet {
    /// Starts the thread that writes.
    pub fn start(target: File) -> io::Result<Self> {
        let outlet = Self(Arc::default());
        let shared = outlet.0.clone();
        thread::Builder::new().name(THREAD.to_owned()).spawn(move || shared.write(target))?;
        Ok(outlet)
    }

    /// Takes text on when there is room for it, or when it must not be left out; tells whether it was taken.
    pub fn print(&self, text: &str, must: bool) -> bool {
        let mut waiting = self.0.lock();
        if !must && waiting.bytes + text.len() > BOUND {
            return false;
        }
        waiting.bytes += text.len();
        waiting.texts.push_back(text.to_owned());
        self.0.work.notify_one();
        true
    }

    /// Tells whether so much has been read that it pays to go on after a gap.
    pub fn has_room(&self) -> bool {
        self.0.lock().bytes < BOUND / 2
    }

    /// Shows a frame in place of the last one.
    pub fn frame(&self, frame: Frame) {
        self.0.lock().frame = Some(frame);
        self.0.work.notify_one();
    }

    /// Takes the board down and writes nothing until [`Outlet::go_on`]: somebody else has the terminal.
    pub fn hold(&self) {
        let mut waiting = self.0.lock();
        waiting.holds += 1;
        waiting.is_down = waiting.is_down && waiting.holds > 1;
        self.0.work.notify_one();
        let begin = Instant::now();
        while (waiting.is_writing || !waiting.is_down) && waiting.failed.is_none() && begin.elapsed() < 5 * LOOK {
            let (again, _) = self.0.done.wait_timeout(waiting, LOOK).unwrap_or_else(PoisonError::into_inner);
            waiting = again;
        }
    }

    /// Goes on writing.
    pub fn go_on(&self) {
        let mut waiting = self.0.lock();
        waiting.holds = waiting.holds.saturating_sub(1);
        waiting.is_down = waiting.is_down && waiting.holds > 0;
        self.0.work.notify_one();
    }

    /// Draws the board anew from where the cursor is.
    pub fn overwritten(&self) {
        self.0.lock().is_overwritten = true;
    }

    /// Tells why nothing can be written any more.
    pub fn failed(&self) -> Option<ErrorKind> {
        self.0.lock().failed
    }

    /// Waits until everything is written, or until `give_up` of the bytes taken so far says so.
    pub fn drain(&self, mut give_up: impl FnMut(u64) -> bool) {
        let mut waiting = self.0.lock();
        while (!waiting.texts.is_empty() || waiting.frame.is_some() || waiting.is_writing) && waiting.failed.is_none() {
            if give_up(waiting.taken) {
                break;
            }
            let (again, _) = self.0.done.wait_timeout(waiting, LOOK).unwrap_or_else(PoisonError::into_inner);
            waiting = again;
        }
    }

    /// Lets the thread end once everything is written.
    pub fn close(&self) {
        self.0.lock().closed = true;
        self.0.work.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, mut target: File) {
        let mut block = Block::default();
        while let Some(work) = self.next(&mut block) {
            let text = match work {
                Work::Show(above, frame) => block.update(&above, frame),
                Work::TakeDown => block.update("", Some(Frame::default())),
            };
            let written = self.write_all(&mut target, text.as_bytes());
            let mut waiting = self.lock();
            waiting.is_writing = false;
            if let Err(error) = written {
                waiting.failed = Some(error.kind());
                waiting.texts.clear();
                self.done.notify_all();
                return;
            }
            self.done.notify_all();
        }
    }

    /// Waits for what is to be written; nothing when that was all.
    fn next(&self, block: &mut Block) -> Option<Work> {
        let mut waiting = self.lock();
        loop {
            if std::mem::take(&mut waiting.is_overwritten) {
                block.forget();
            }
            if waiting.holds > 0 && !waiting.is_down {
                (waiting.is_down, waiting.is_writing) = (true, true);
                return Some(Work::TakeDown);
            }
            if waiting.holds == 0 && (!waiting.texts.is_empty() || waiting.frame.is_some()) {
                break;
            }
            if waiting.closed && waiting.holds == 0 {
                return None;
            }
            waiting = self.work.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.bytes = 0;
        waiting.is_writing = true;
        let above: String = waiting.texts.drain(..).collect();
        Some(Work::Show(above, waiting.frame.take()))
    }

    fn write_all(&self, target: &mut File, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match target.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    bytes = &bytes[count..];
                    self.lock().taken += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Somebody made the terminal non-blocking; that is no reason to lose anything.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOK),
                Err(error) => return Err(error),
            }
        }
        target.flush()
    }
}
