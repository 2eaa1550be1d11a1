//! Runs the validation commands of a checkpoint, level by level.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::process::{Command, Marker, ProcessResult, run as run_process};
use super::redact::Secrets;
use super::stop::StopToken;
use crate::evidence::environment::{GateEnvironment, for_gates};
use crate::model::gate::GateLine;
use crate::model::validation::{LevelResult, LevelVerdict, ValidationRecord};

/// Version of the record.
const SCHEMA_VERSION: u32 = 1;
/// Bytes of each output stream that are read back for the report.
const MAX_OUTPUT: usize = 256 * 1024;
/// Lines of a failing command that are kept, and bytes of each.
const ERROR_LINES: usize = 30;
const ERROR_WIDTH: usize = 400;

/// What is to be validated and how.
#[derive(Clone, Debug)]
pub struct Validation {
    pub worktree: PathBuf,
    pub prp: String,
    /// Ordinal of the phase.
    pub phase: u32,
    /// Highest level that is wanted.
    pub level: u8,
    /// Configured shell command lines of each level.
    pub commands: BTreeMap<u8, Vec<String>>,
    /// Shell command lines of the PRP itself, with their level.
    pub gates: Vec<GateLine>,
    /// Levels of gates that have no command.
    pub manual: Vec<u8>,
    /// For each single command.
    pub timeout: Duration,
    /// Our environment. The commands get what is known to be harmless, and what `env_pass` names.
    pub env: BTreeMap<String, String>,
    /// Names of variables that the commands get besides; a `*` stands for any text.
    pub env_pass: Vec<String>,
    pub marker: Marker,
    /// Taken out of everything that is reported.
    pub secrets: Secrets,
}

impl Validation {
    /// Returns the command lines of a level in the order in which they run.
    fn lines(&self, level: u8) -> Vec<String> {
        let gates = self.gates.iter().filter(|gate| gate.level == level).map(|gate| &gate.command);
        self.commands.get(&level).into_iter().flatten().chain(gates).cloned().collect()
    }

    /// Returns the command line that ran as the `nth` of a level, counted from 1, with the level.
    pub fn line(&self, level: u8, nth: usize) -> Option<GateLine> {
        Some(GateLine { level, command: self.lines(level).into_iter().nth(nth.checked_sub(1)?)? })
    }
}

/// Validates up to the wanted level; the first level that fails ends it. `None` when the run was stopped meanwhile:
/// nothing is known then. A level without anything to run is `skipped` or `manual`, never `passed`.
pub async fn run(
    request: &Validation,
    stop: StopToken,
    mut on_level: impl FnMut(u8, LevelVerdict, &[String]),
) -> Option<ValidationRecord> {
    let mut levels: Vec<LevelResult> = Vec::new();
    let environment = for_gates(&request.env, &request.env_pass);
    for level in 1..=request.level {
        let begin = Instant::now();
        let commands = request.lines(level);
        let is_manual = request.manual.contains(&level);
        let mut add = |result, commands, errors: Vec<String>| {
            on_level(level, result, &errors);
            levels.push(LevelResult { level, result, commands, errors, duration: begin.elapsed().as_secs_f64() });
        };
        if commands.is_empty() && !is_manual {
            add(LevelVerdict::Skipped, Vec::new(), Vec::new());
            continue;
        }
        let mut done = Vec::new();
        let mut failure = None;
        for command in commands {
            let result = check(request, &environment, &command, &stop).await;
            done.push(request.secrets.redact(&command));
            match result {
                Check::Passed => {}
                Check::Failed(errors) => {
                    failure = Some(errors);
                    break;
                }
                Check::Stopped => return None,
            }
        }
        if let Some(errors) = failure {
            add(LevelVerdict::Failed, done, errors);
            break;
        }
        if !done.is_empty() {
            add(LevelVerdict::Passed, done, Vec::new());
        }
        if is_manual {
            add(LevelVerdict::Manual, Vec::new(), vec!["a gate without a command: a person has to look".to_owned()]);
        }
    }
    Some(ValidationRecord {
        schema_version: SCHEMA_VERSION,
        prp: request.prp.clone(),
        phase: request.phase,
        level: request.level,
        levels,
    })
}

enum Check {
    Passed,
    Failed(Vec<String>),
    Stopped,
}

/// Runs one shell command line of the user's own.
async fn check(request: &Validation, environment: &GateEnvironment, line: &str, stop: &StopToken) -> Check {
    // A gate of several lines is one script, which ends at its first failing line.
    let flags = if line.trim().contains('\n') { "-ec" } else { "-c" };
    let command = Command {
        env: environment.variables.clone(),
        timeout: request.timeout,
        max_output: MAX_OUTPUT,
        ..Command::new(
            vec!["sh".to_owned(), flags.to_owned(), line.to_owned()],
            request.worktree.clone(),
            request.marker.clone(),
        )
    };
    match run_process(command, stop.clone()).await {
        Ok(output) if output.cancelled => Check::Stopped,
        Ok(output) if output.success() => Check::Passed,
        Ok(output) => Check::Failed(explain(request, environment, line, &output)),
        Err(super::process::SpawnError::Stopped(_)) => Check::Stopped,
        Err(error) => Check::Failed(vec![request.secrets.redact(&format!("`{line}`: {error}"))]),
    }
}

fn explain(request: &Validation, environment: &GateEnvironment, line: &str, output: &ProcessResult) -> Vec<String> {
    let ending = match (output.timed_out, output.code, output.signal) {
        (true, ..) => format!("did not end within {} s", request.timeout.as_secs_f64()),
        (_, Some(code), _) => format!("ended with exit code {code}"),
        (_, None, Some(signal)) => format!("was killed by signal {signal}"),
        (_, None, None) => "ended in an unknown way".to_owned(),
    };
    let mut errors = vec![request.secrets.redact(&format!("`{line}` {ending}"))];
    let missed = |name: &&String| {
        names(line, name) || [&output.stdout, &output.stderr].iter().any(|s| names(&String::from_utf8_lossy(s), name))
    };
    if let Some(name) = environment.withheld.iter().find(missed) {
        errors.push(format!(
            "`{name}` is set here and commands do not get it; if this one needs it: validate.env_pass = [\"{name}\"]"
        ));
    }
    for stream in [&output.stdout, &output.stderr] {
        let text = plain(&request.secrets.redact(&String::from_utf8_lossy(stream)));
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(ERROR_LINES / 2)..];
        errors.extend(last.iter().map(|line| line.chars().take(ERROR_WIDTH).collect::<String>()));
    }
    errors
}

/// Tells whether a text names a variable.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// Takes terminal control out of a text.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // A control sequence ends with a letter or one of `@[\]^_`{|}~`.
                Some('[') => {
                    while chars.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                    chars.next();
                }
                // A command to the terminal ends with BEL or ESC \.
                Some(']') => {
                    while chars.next_if(|c| !matches!(c, '\u{7}' | '\u{1b}')).is_some() {}
                    chars.next();
                    chars.next_if_eq(&'\\');
                }
                Some(_) | None => {}
            },
            '\n' | '\t' => plain.push(c),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn terminal_control_is_taken_out() {
        let text = "\u{1b}[31;1mred\u{1b}[0m \u{1b}]0;title\u{7}a\u{1b}]8;;x\u{1b}\\b\u{8}\r\nc\td";
        assert_eq!(super::plain(text), "red ab\nc\td");
    }
}
