//! Carries out a tool call: the same program again, so that a host gets exactly what a person would get.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Command;

use crate::cli::start::context::Context;

/// An answer is read by a model that pays for every word: of a longer one the beginning and the end are kept.
const HEAD: usize = 4 * 1024;
const TAIL: usize = 12 * 1024;

/// Starts this program for each call.
#[derive(Clone)]
pub(super) struct Caller {
    program: PathBuf,
    /// Flags that the server itself was given.
    flags: Vec<OsString>,
}

/// How a call ended.
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Caller {
    pub(super) fn new(context: &Context) -> std::io::Result<Self> {
        let mut flags: Vec<OsString> = vec!["--color=never".into()];
        if let Some(config) = &context.globals.config {
            flags.extend(["--config".into(), config.clone().into()]);
        }
        Ok(Self { program: std::env::current_exe()?, flags })
    }

    /// Runs a command line to its end. When the host calls it off, the command is asked to stop as by Ctrl-C, which
    /// keeps what was done.
    pub(super) async fn run(&self, line: Vec<String>, called_off: impl Future<Output = ()>) -> std::io::Result<Ended> {
        let mut command = Command::new(&self.program);
        command.args(&self.flags).args(line).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // What the server was told about its own answers does not hold for a call.
        command.env_remove("BATCHPRP_JSON").env_remove("BATCHPRP_DIRECTORY").env_remove("BATCHPRP_DETACH");
        let child = command.spawn()?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
        let ended = child.wait_with_output();
        tokio::pin!(ended, called_off);
        let output = tokio::select! {
            output = &mut ended => output,
            () = &mut called_off => {
                if let Some(pid) = pid {
                    kill(pid, Signal::SIGINT).ok();
                }
                ended.await
            }
        }?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        Ok(Ended { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) })
    }
}

impl Ended {
    /// Returns what the command said, of a bounded length.
    pub(super) fn said(&self) -> String {
        let both = [self.out.as_str(), self.err.as_str()];
        shortened(&both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"))
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= HEAD + TAIL {
        return text.to_owned();
    }
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let head = (0..=HEAD).rev().find(is_boundary).unwrap_or_default();
    let tail = (text.len() - TAIL..=text.len()).find(is_boundary).unwrap_or(text.len());
    format!("{}\n… {} bytes are left out …\n{}", &text[..head], tail - head, &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_keeps_its_ends() {
        let text = format!("begin{}end", "ä".repeat(20_000));
        let short = shortened(&text);
        assert!(short.len() < HEAD + TAIL + 64, "{}", short.len());
        assert!(short.starts_with("begin") && short.ends_with("end") && short.contains("bytes are left out"));
        assert_eq!(shortened("short"), "short");
    }
}
