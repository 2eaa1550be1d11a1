//! What a check said: parts of it for people, all of it in a file.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::excerpt::{excerpt, plain};
use super::failpoint;
use super::process::ProcessResult;
use super::redact::Secrets;
use super::state;

/// A folder for what checks say, below the one of the run.
#[derive(Clone, Debug)]
pub struct LogFolder {
    pub path: PathBuf,
    /// The same as people are told: relative to the project where it lies below it.
    pub shown: PathBuf,
    /// Name of what is checked, such as `p2` for a phase: begins the names of its files.
    pub prefix: String,
}

/// How a check failed, with the beginning and the end of its output, and the file that holds all of it.
#[derive(Clone, Debug, Default)]
pub struct CheckSaid {
    pub errors: Vec<String>,
    pub log: Option<String>,
}

/// The output of one command, and what it takes to tell it.
#[derive(Debug)]
pub(super) struct CheckOutput {
    pub(super) line: String,
    pub(super) timeout: Duration,
    /// Level and number of the command, for the name of its file.
    pub(super) name: String,
    /// Variables that are set here and were not passed on.
    pub(super) withheld: Vec<String>,
    pub(super) secrets: Secrets,
    pub(super) logs: Option<LogFolder>,
    pub(super) output: ProcessResult,
}

impl CheckOutput {
    /// Keeps the whole output and returns what people are told.
    pub(super) fn keep(&self) -> CheckSaid {
        let text = |bytes: &[u8]| plain(&self.secrets.redact(&String::from_utf8_lossy(bytes)));
        let streams = [text(&self.output.stdout), text(&self.output.stderr)];
        let line = self.secrets.redact(&self.line);
        let ending = self.ending();
        let mut errors = vec![format!("`{line}` {ending}")];
        let missed = |name: &&String| names(&line, name) || streams.iter().any(|text| names(text, name));
        if let Some(name) = self.withheld.iter().find(missed) {
            errors.push(format!(
                "`{name}` is set here and commands do not get it; if this one needs it: validate.env_pass = [\"{name}\"]"
            ));
        }
        errors.extend(streams.iter().flat_map(|text| excerpt(text)));
        let whole =
            format!("$ {line}\n{ending}\n\n--- standard output\n{}\n--- standard error\n{}", streams[0], streams[1]);
        // Without the file the check counts all the same.
        CheckSaid { errors, log: self.write(&whole).ok() }
    }

    /// Says how the command ended.
    fn ending(&self) -> String {
        match (self.output.timed_out, self.output.code, self.output.signal) {
            (true, ..) => format!("did not end within {} s", self.timeout.as_secs_f64()),
            (_, Some(code), _) => format!("ended with exit code {code}"),
            (_, None, Some(signal)) => format!("was killed by signal {signal}"),
            (_, None, None) => "ended in an unknown way".to_owned(),
        }
    }

    /// Writes a file of its own and returns its name as people are told.
    fn write(&self, text: &str) -> io::Result<String> {
        let LogFolder { path, shown, prefix } = self.logs.as_ref().ok_or(io::ErrorKind::NotFound)?;
        state::private_dir(path)?;
        let mut time = 1;
        loop {
            // A phase that is validated again keeps what was said before.
            let file = format!("{prefix}-{}-{time}.log", self.name);
            match state::create_private(&path.join(&file)) {
                Ok(mut open) => {
                    failpoint::around("check.log", || open.write_all(text.as_bytes()))?;
                    return Ok(shown.join(&file).display().to_string());
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => time += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

/// Tells whether a text names a variable.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}
