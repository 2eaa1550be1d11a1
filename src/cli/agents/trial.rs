//! `agents test`: a tiny real task for an agent, and what it shows that works. Git and the journal are the witnesses, not
//! what the agent says.

use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::scratch::{Scratch, WAIT, WORK};
use crate::cli::follow::runs;
use crate::cli::setup::try_out;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::event::{EventKind, ItemView, RunView};
use crate::host::journal;
use crate::model::duration;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::usage::Usage;
use crate::report::style::{Sign, Tone};
use crate::report::text::{count, dollars, safe};
use crate::script::{AgentDescription, CAPABILITIES};

/// Seconds after which the agent that waits is stopped.
const STOPPED_AFTER: &str = "30s";

/// Try an agent out with a tiny task in a repository of its own
///
/// The agent edits a file, runs a command, says in a later call what it said in an earlier one, and is stopped while it waits:
/// four calls, which cost what they cost. Nothing of your project is touched; what the configuration says of agents holds.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The agent; without a name the one that exe uses
    name: Option<String>,
    /// Model of the agent
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Leave out the call that is stopped, which takes half a minute
    #[arg(long)]
    no_stop: bool,
    /// Keep the repository, and say where it is
    #[arg(long)]
    keep: bool,
}

/// What `agents test --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct AgentTrial {
    agent: AgentDescription,
    /// Signing in, edit, bash, resume, usage, cost, limits, stop.
    findings: Vec<Finding>,
    /// What went wrong, in the words of the run.
    reason: Option<String>,
    /// The repository, where it was kept.
    repository: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Finding {
    name: &'static str,
    works: Works,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Works {
    Yes,
    No,
    Unknown,
}

impl Works {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Runs the subcommand: 8 when the agent is missing or not signed in, 10 when it edits no file or runs no command.
pub(super) fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let agent = try_out::one_agent(context, config.clone(), args.name.as_deref())?;
    if agent.program.is_none() {
        let text = format!("the program of the agent `{}` was not found", agent.name);
        return Err(Error::new(ExitCode::AgentMissing, text)
            .help("`batchprp agents list` shows those that are here")
            .into());
    }
    let scratch = Scratch::make(context, &config)?;
    say(context, &format!("{} carries out three phases: an edit, a command, a memory", named(&agent)))?;
    let mut flags = vec!["--agent", agent.name.as_str()];
    if let Some(model) = &args.model {
        flags.extend(["--model", model]);
    }
    let (code, said) = scratch.execute(WORK, &flags)?;
    let Some(worked) = latest(&scratch, 0)? else { return Err(not_begun(&agent, code, &said).into()) };
    let work = item(&worked, WORK);
    let mut findings = findings(&scratch, &agent, work)?;
    let is_signed_in = findings[0].works == Works::Yes;
    if is_signed_in && !args.no_stop {
        say(context, &format!("{} waits for a command and is stopped after {STOPPED_AFTER}", agent.name))?;
        scratch.execute(WAIT, &[flags, vec!["--timeout", STOPPED_AFTER]].concat())?;
        findings.push(stopped(&scratch, config.run.grace.as_secs_f64())?);
    } else {
        findings.push(Finding { name: "stop", works: Works::Unknown, text: "not tried".to_owned() });
    }
    let reason = work.filter(|item| !item.reason.is_empty()).map(|item| item.reason.clone());
    let reason = reason.filter(|_| code != Some(0));
    let repository = args.keep.then(|| scratch.keep().display().to_string());
    let trial = AgentTrial { agent, findings, reason, repository };
    let works = |name: &str| trial.findings.iter().any(|finding| finding.name == name && finding.works == Works::Yes);
    let end = match (works("sign-in"), works("edit") && works("bash")) {
        (false, _) if trial.findings[0].works == Works::No => ExitCode::AgentMissing,
        (_, true) => ExitCode::Done,
        (_, false) => ExitCode::Unfinished,
    };
    if context.globals.json {
        context.terminal.document(trial)?;
    } else {
        show(&trial, context)?;
    }
    Ok(end)
}

fn named(agent: &AgentDescription) -> String {
    match &agent.version {
        Some(version) => format!("{} {version}", agent.name),
        None => agent.name.clone(),
    }
}

fn say(context: &mut Context, text: &str) -> Result<()> {
    let line = safe(&format!("{text} …"));
    writeln!(context.terminal.err, "{line}").map_err(|error| Error::new(ExitCode::Internal, error.to_string()))
}

fn not_begun(agent: &AgentDescription, code: Option<i32>, said: &str) -> Error {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(6)..].join("\n");
    let code = code.unwrap_or(-1);
    Error::new(ExitCode::AgentMissing, format!("{} did not come to run (exit code {code})", agent.name)).help(tail)
}

/// Returns the run with this number of runs before it.
fn latest(scratch: &Scratch, before: usize) -> Result<Option<RunView>> {
    let folder = scratch.root().join(".ce/tmp/runs");
    runs::ids(&folder).get(before).map(|id| runs::state(&folder, id)).transpose()
}

fn item<'a>(run: &'a RunView, id: &str) -> Option<&'a ItemView> {
    run.items.iter().find(|item| item.info.id.contains(id))
}

fn findings(scratch: &Scratch, agent: &AgentDescription, work: Option<&ItemView>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let mut add = |name, works, text: String| found.push(Finding { name, works, text });
    let is_auth =
        work.is_some_and(|item| matches!(&item.outcome, Some(Outcome::Failed { kind: FailureKind::Auth, .. })));
    let usage = work.map_or_else(Usage::default, |item| item.usage);
    let edit = scratch.file(WORK, "edit.txt")?;
    let answered = edit.is_some() || usage.tokens.is_some() || work.is_some_and(|item| item.done_phases() > 0);
    match (is_auth, answered) {
        (true, _) => add("sign-in", Works::No, agent.how_to_sign_in.clone().unwrap_or_default()),
        (false, true) => add("sign-in", Works::Yes, agent.signed_in_by.clone().unwrap_or_default()),
        (false, false) => add("sign-in", Works::Unknown, "it did not come to an answer".to_owned()),
    }
    add("edit", Works::of(edit.as_deref() == Some("ready")), file_says("edit.txt", edit.as_deref()));
    let hash = scratch.file(WORK, "hash.txt")?;
    let ran = hash.as_ref().is_some_and(|hash| hash.len() >= 40 && hash.chars().all(|c| c.is_ascii_hexdigit()));
    add(
        "bash",
        if edit.is_none() && !ran { Works::Unknown } else { Works::of(ran) },
        file_says("hash.txt", hash.as_deref()),
    );
    let number = scratch.file(WORK, "number.txt")?;
    match (&number, agent.capabilities.get("resume").and_then(Option::as_deref)) {
        (Some(number), _) => {
            let digits = number.len() == 8 && number.chars().all(|c| c.is_ascii_digit());
            let holds = digits && said_before(scratch, number);
            let text = if holds { "a later call knows what an earlier one said" } else { "each call begins anew" };
            add("resume", Works::of(holds), text.to_owned());
        }
        (None, _) => add("resume", Works::Unknown, "not tried".to_owned()),
    }
    let tokens = usage.tokens.map(|tokens| format!("{} tokens", count(tokens.total())));
    let nothing = if answered { Works::No } else { Works::Unknown };
    add(
        "usage",
        tokens.as_ref().map_or(nothing, |_| Works::Yes),
        tokens.unwrap_or_else(|| "no tokens are told".to_owned()),
    );
    match usage.cost {
        Some(_) if !answered => add("cost", Works::Unknown, "not tried".to_owned()),
        Some(cost) if !usage.estimated => add("cost", Works::Yes, dollars(cost)),
        Some(cost) => add("cost", Works::No, format!("≈ {}, estimated from prices", dollars(cost))),
        None => add("cost", nothing, "no cost is told, and there is no price of the model".to_owned()),
    }
    let limits = CAPABILITIES.iter().find(|known| known.name == "limits");
    let declared = agent.capabilities.get("limits").and_then(Option::as_deref);
    let told = limits.map_or("unknown", |known| known.told(declared));
    add("limits", Works::Unknown, format!("cannot be tried; its adapter says: {told}"));
    Ok(found)
}

fn file_says(name: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("{name}: {}", text.lines().next().unwrap_or_default()),
        None => format!("there is no {name}"),
    }
}

/// Tells whether the first call said a text.
fn said_before(scratch: &Scratch, text: &str) -> bool {
    let folder = scratch.root().join(".ce/tmp/runs");
    let Some(id) = runs::ids(&folder).into_iter().next() else { return false };
    let transcript = folder.join(id).join(WORK).join("a1/p1/transcript.jsonl");
    std::fs::read_to_string(transcript).is_ok_and(|lines| lines.contains(text))
}

/// Says how long the agent took to end once it was asked to.
fn stopped(scratch: &Scratch, grace: f64) -> Result<Finding> {
    let folder = scratch.root().join(".ce/tmp/runs");
    let finding = |works, text: String| Finding { name: "stop", works, text };
    let Some(id) = runs::ids(&folder).into_iter().nth(1) else {
        return Ok(finding(Works::Unknown, "it did not come to run".to_owned()));
    };
    let mut ended = None;
    for event in journal::read(&folder.join(id))? {
        if let EventKind::AttemptFinished { duration, .. } = event.kind {
            ended = Some(duration);
        }
    }
    let limit = duration::parse(STOPPED_AFTER).map_or(30.0, |limit| limit.as_secs_f64());
    let waited = scratch.file(WAIT, "waited.txt")?.is_some();
    Ok(match ended {
        Some(seconds) if !waited && seconds >= limit => {
            let late = (seconds - limit).max(0.0);
            let text = format!("gone {late:.1} s after it was asked to");
            if late < grace {
                finding(Works::Yes, text)
            } else {
                finding(Works::No, format!("killed after {late:.0} s, it does not listen"))
            }
        }
        _ => finding(Works::Unknown, "it did not wait for its command".to_owned()),
    })
}

fn show(trial: &AgentTrial, context: &mut Context) -> Result<()> {
    let (style, out) = (context.terminal.style, &mut context.terminal.out);
    let mut lines = Vec::new();
    for Finding { name, works, text: said } in &trial.findings {
        let (tone, sign, word) = match works {
            Works::Yes => (Tone::Good, Sign::Good, "yes"),
            Works::No => (Tone::Bad, Sign::Bad, "no"),
            Works::Unknown => (Tone::Warning, Sign::Warning, "?"),
        };
        lines.push(format!("{} {name:<8} {word:<4} {}", style.paint(tone, style.mark(sign)), safe(said)));
    }
    lines.extend(trial.agent.version_warning().map(|warning| safe(&warning)));
    lines.extend(trial.reason.as_ref().map(|reason| format!("why: {}", safe(reason))));
    lines.extend(trial.repository.as_ref().map(|repository| format!("kept: {}", safe(repository))));
    writeln!(out, "{}", lines.join("\n")).map_err(|error| Error::new(ExitCode::Internal, error.to_string()))
}
