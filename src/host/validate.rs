//! Runs the validation commands of a checkpoint, level by level.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::check_output::{CheckOutput, CheckSaid, LogFolder};
use super::judged_files::{JudgedFiles, Touched};
use super::process::{Command, Marker, Sandbox, run as run_process};
use super::redact::Secrets;
use super::stop::StopToken;
use crate::error::Result;
use crate::evidence::environment::{GateEnvironment, for_gates};
use crate::model::gate::{GateLine, ManualGate};
use crate::model::pattern::DeclaredFile;
use crate::model::validation::{LevelResult, LevelVerdict, ValidationRecord};

/// Version of the record.
const SCHEMA_VERSION: u32 = 1;
/// Bytes of each output stream that are kept, half of them from its beginning.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;

/// Most files that are named.
const NAMED: usize = 5;

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
    /// Gates that have no command.
    pub manual: Vec<ManualGate>,
    /// For each single command.
    pub timeout: Duration,
    /// Our environment. The commands get what is known to be harmless, and what `env_pass` names.
    pub env: BTreeMap<String, String>,
    /// Names of variables that the commands get besides; a `*` stands for any text.
    pub env_pass: Vec<String>,
    pub marker: Marker,
    /// Taken out of everything that is reported.
    pub secrets: Secrets,
    /// Where the whole output of each command is kept.
    pub logs: Option<LogFolder>,
    /// How it is seen what the commands do to the files of the commit that is judged; `None` where they may do anything.
    pub files: Option<JudgedFiles>,
    /// Committed files, folders or globs that the commands may change.
    pub may_change: Vec<String>,
    /// How often a command that fails is tried again while nothing changed; never where nobody can see that.
    pub retries: u32,
    /// What these checks said before about the same files.
    pub earlier: Option<ValidationRecord>,
    /// The commands run what agents wrote, and are confined as agents are.
    pub sandbox: Sandbox,
}

impl Validation {
    /// Returns the command lines of a level in the order in which they run.
    fn lines(&self, level: u8) -> Vec<String> {
        let gates = self.gates.iter().filter(|gate| gate.level == level).map(|gate| &gate.command);
        self.commands.get(&level).into_iter().flatten().chain(gates).cloned().collect()
    }

    /// Tells whether a record comes from running just these commands up to this level at least.
    pub fn is_answered_by(&self, record: &ValidationRecord) -> bool {
        let says = |level: u8| {
            let ran = record.levels.iter().filter(|of| of.level == level).flat_map(|of| of.commands.iter().cloned());
            self.lines(level).iter().map(|line| self.secrets.redact(line)).eq(ran)
        };
        record.level >= self.level && (1..=self.level).all(says)
    }

    /// Returns the last level that runs anything.
    fn last_level(&self) -> Option<u8> {
        (1..=self.level).rev().find(|level| !self.lines(*level).is_empty())
    }

    /// Returns what the commands did to committed files that they may not change.
    async fn changed(&self) -> Result<Touched> {
        let Some(files) = &self.files else { return Ok(Touched::default()) };
        let may: Vec<DeclaredFile> = self.may_change.iter().map(|path| DeclaredFile::new(path)).collect();
        let mut touched = files.look().await?;
        touched.committed.retain(|path| !may.iter().any(|pattern| pattern.matches(path)));
        Ok(touched)
    }

    /// Says what is wrong where commands passed and changed files of the commit: it is not what they passed on.
    fn not_judged(&self, touched: &Touched) -> Option<CheckSaid> {
        if touched.committed.is_empty() {
            return None;
        }
        let (first, rest) = touched.committed.split_at(touched.committed.len().min(NAMED));
        let names = first.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let said = [
            format!("the checks passed, and changed files that are committed: {names}{more}"),
            "what they passed on is not what would be merged: commit what they change, or let them only look \
             (`validate.may_change` names files that do not matter)"
                .to_owned(),
        ];
        Some(CheckSaid { errors: said.iter().map(|line| self.secrets.redact(line)).collect(), log: None })
    }

    /// Returns how a level had failed on the same files.
    fn was_red(&self, level: u8) -> Option<CheckSaid> {
        let failed = self.earlier.as_ref()?.failure().filter(|failed| failed.level == level)?;
        Some(CheckSaid { errors: failed.errors.clone(), log: failed.log.clone() })
    }

    /// Returns the command line that ran as the `nth` of a level, counted from 1, with the level.
    pub fn line(&self, level: u8, nth: usize) -> Option<GateLine> {
        Some(GateLine { level, command: self.lines(level).into_iter().nth(nth.checked_sub(1)?)? })
    }
}

/// What is told while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A command begins, for the first time or again.
    Begins { level: u8, command: &'a str, time: u32 },
    /// A level is over.
    Level(&'a LevelResult),
}

/// Validates up to the wanted level; the first level that fails ends it. `None` when the run was stopped meanwhile:
/// nothing is known then. A level without anything to run is `skipped` or `manual`, never `passed`.
pub async fn run(
    request: &Validation,
    stop: StopToken,
    mut tell: impl FnMut(Told<'_>),
) -> Result<Option<ValidationRecord>> {
    let mut levels: Vec<LevelResult> = Vec::new();
    let mut changed = Vec::new();
    let environment = for_gates(&request.env, &request.env_pass);
    for level in 1..=request.level {
        let begin = Instant::now();
        let commands = request.lines(level);
        let by_hand: Vec<String> =
            request.manual.iter().filter(|gate| gate.level == level).map(|gate| gate.text.clone()).collect();
        let of_level = |result, commands, CheckSaid { errors, log }| {
            let duration = begin.elapsed().as_secs_f64();
            LevelResult { level, result, commands, errors, log, duration }
        };
        let mut add = |of_level: LevelResult, tell: &mut dyn FnMut(Told<'_>)| {
            tell(Told::Level(&of_level));
            levels.push(of_level);
        };
        if commands.is_empty() && by_hand.is_empty() {
            add(of_level(LevelVerdict::Skipped, Vec::new(), CheckSaid::default()), &mut tell);
            continue;
        }
        let mut done = Vec::new();
        let mut failure = None;
        let mut flaky = None;
        for (nth, command) in (1..).zip(commands) {
            let line = Line { level, nth, text: &command };
            let result = check_again(request, &environment, &line, &stop, &mut tell).await;
            done.push(request.secrets.redact(&command));
            match result {
                Check::Passed => {}
                Check::Flaky(said) => flaky = flaky.or(Some(said)),
                Check::Failed { said, .. } => {
                    failure = Some(said);
                    break;
                }
                Check::Stopped => return Ok(None),
            }
        }
        if failure.is_some() || request.last_level() == Some(level) {
            let touched = request.changed().await?;
            failure = failure.or_else(|| request.not_judged(&touched));
            // What takes work back is nothing to be committed.
            changed = if touched.takes_back { Vec::new() } else { touched.committed };
        }
        if let Some(said) = failure {
            add(of_level(LevelVerdict::Failed, done, said), &mut tell);
            break;
        }
        match flaky.or_else(|| request.was_red(level)) {
            _ if done.is_empty() => {}
            Some(said) => add(of_level(LevelVerdict::Flaky, done, said), &mut tell),
            None => add(of_level(LevelVerdict::Passed, done, CheckSaid::default()), &mut tell),
        }
        if !by_hand.is_empty() {
            let said = CheckSaid { errors: by_hand, log: None };
            add(of_level(LevelVerdict::Manual, Vec::new(), said), &mut tell);
        }
    }
    Ok(Some(ValidationRecord {
        schema_version: SCHEMA_VERSION,
        prp: request.prp.clone(),
        phase: request.phase,
        level: request.level,
        levels,
        changed,
    }))
}

enum Check {
    Passed,
    /// It failed before it passed, on the same files.
    Flaky(CheckSaid),
    Failed {
        said: CheckSaid,
        /// Its time was up: a second try would cost as much.
        timed_out: bool,
    },
    Stopped,
}

/// One shell command line of the user's own, by its place.
struct Line<'a> {
    level: u8,
    nth: usize,
    text: &'a str,
}

/// Runs a command line, and runs it again when it fails and the files are still the same.
async fn check_again(
    request: &Validation,
    environment: &GateEnvironment,
    line: &Line<'_>,
    stop: &StopToken,
    tell: &mut impl FnMut(Told<'_>),
) -> Check {
    let mut begins = |time| {
        tell(Told::Begins { level: line.level, command: &request.secrets.redact(line.text), time });
    };
    begins(1);
    let first = check(request, environment, line, 1, stop).await;
    let Some(files) = &request.files else { return first };
    let Check::Failed { said, timed_out: false } = first else { return first };
    for time in 0..request.retries {
        // What a command mends itself, such as a formatter, is not flaky.
        if !files.look().await.is_ok_and(|touched| touched.is_empty()) {
            break;
        }
        begins(time + 2);
        match check(request, environment, line, time + 2, stop).await {
            Check::Passed => return Check::Flaky(said),
            Check::Stopped => return Check::Stopped,
            Check::Flaky(_) | Check::Failed { .. } => {}
        }
    }
    Check::Failed { said, timed_out: false }
}

/// Runs a command line once.
async fn check(
    request: &Validation,
    environment: &GateEnvironment,
    &Line { level, nth, text: line }: &Line<'_>,
    time: u32,
    stop: &StopToken,
) -> Check {
    // A gate of several lines is one script, which ends at its first failing line.
    let flags = if line.trim().contains('\n') { "-ec" } else { "-c" };
    let argv = vec!["sh".to_owned(), flags.to_owned(), line.to_owned()];
    let command = Command {
        env: environment.variables.clone(),
        timeout: request.timeout,
        max_output: MAX_OUTPUT,
        is_sandboxed: request.sandbox.is_on(),
        ..Command::new(request.sandbox.check(argv, &request.worktree), request.worktree.clone(), request.marker.clone())
    };
    let output = match run_process(command, stop.clone()).await {
        Ok(output) if output.cancelled => return Check::Stopped,
        Ok(output) => output,
        Err(super::process::SpawnError::Stopped(_)) => return Check::Stopped,
        Err(error) => {
            let errors = vec![request.secrets.redact(&format!("`{line}`: {error}"))];
            return Check::Failed { said: CheckSaid { errors, log: None }, timed_out: false };
        }
    };
    let (is_passed, timed_out) = (output.success(), output.timed_out);
    let account = CheckOutput {
        line: line.to_owned(),
        timeout: request.timeout,
        name: if time == 1 { format!("l{level}-{nth}") } else { format!("l{level}-{nth}-{time}") },
        withheld: environment.withheld.clone(),
        secrets: request.secrets.clone(),
        logs: request.logs.clone(),
        output,
    };
    // Megabytes are gone through and written, which the loop of a run does not wait for.
    let said = tokio::task::spawn_blocking(move || account.keep()).await.unwrap_or_default();
    if is_passed { Check::Passed } else { Check::Failed { said, timed_out } }
}
