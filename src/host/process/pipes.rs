//! The three pipes of a process: input that never blocks us, output in chunks, an end that never waits for strangers.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::task::JoinHandle;

/// After the end of the process: how long a pipe may be silent, and how long all reading may take. A grandchild that
/// holds the pipe open is not waited for.
pub const QUIET: Duration = Duration::from_millis(150);
pub const DRAIN: Duration = Duration::from_secs(2);

/// Which stream a chunk came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    Out,
    Err,
}

/// Output streams and the task that feeds the input.
#[derive(Debug)]
pub struct Pipes {
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    out_buffer: Vec<u8>,
    err_buffer: Vec<u8>,
    feeder: Option<JoinHandle<()>>,
}

impl Pipes {
    /// Takes the pipes of a child, and writes and closes its input on the side.
    pub fn take(child: &mut Child, stdin: String) -> Self {
        let feeder = child.stdin.take().map(|mut pipe| {
            tokio::spawn(async move {
                // A process that does not read its input closes the pipe; that is its right.
                pipe.write_all(stdin.as_bytes()).await.ok();
                pipe.shutdown().await.ok();
            })
        });
        Self {
            out: child.stdout.take(),
            err: child.stderr.take(),
            out_buffer: vec![0; 32 * 1024],
            err_buffer: vec![0; 8 * 1024],
            feeder,
        }
    }

    /// Waits for the next chunk; `None` when both streams are closed. Safe to cancel.
    pub async fn next(&mut self) -> Option<(OutputStream, &[u8])> {
        loop {
            let (out, err) = (self.out.as_mut(), self.err.as_mut());
            if out.is_none() && err.is_none() {
                return None;
            }
            let (stream, read) = tokio::select! {
                read = read(out, &mut self.out_buffer) => (OutputStream::Out, read),
                read = read(err, &mut self.err_buffer) => (OutputStream::Err, read),
            };
            match (stream, read) {
                (OutputStream::Out, 0) => self.out = None,
                (OutputStream::Err, 0) => self.err = None,
                (OutputStream::Out, length) => return Some((stream, &self.out_buffer[..length])),
                (OutputStream::Err, length) => return Some((stream, &self.err_buffer[..length])),
            }
        }
    }
}

/// Reads a chunk; an error ends the stream like its end does. Waits for ever on a closed one.
async fn read(pipe: Option<&mut (impl AsyncReadExt + Unpin)>, buffer: &mut [u8]) -> usize {
    match pipe {
        Some(pipe) => pipe.read(buffer).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        if let Some(feeder) = self.feeder.take() {
            feeder.abort();
        }
    }
}
