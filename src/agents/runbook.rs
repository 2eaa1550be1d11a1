//! Carries out one phase of a PRP without a model: runs its shell blocks one after another.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

use super::speaker::Speaker;
use super::task::AgentTask;
use crate::model::agent::AgentEvent;
use crate::model::read;
use crate::report::text::numbered;

/// Runs the task; returns the exit code.
pub(crate) fn run(task: &AgentTask, speaker: &mut Speaker) -> Result<u8, String> {
    let content = task.text("/input/content").ok_or("`input.content` of the specification is not there")?;
    let (text, place) = phase_text(task, content);
    let blocks = blocks(&text);
    speaker.say(&AgentEvent::Started {
        session: None,
        model: None,
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    });
    if blocks.is_empty() {
        let reason = format!("{} has no shell block to run", place.name);
        task.result(false, false, std::slice::from_ref(&reason));
        speaker.finished(false, "no_work", &reason);
        return Ok(0);
    }
    let before = standing();
    for (number, block) in blocks.iter().enumerate() {
        let step = format!("{}: block {} of {}", place.name, number + 1, blocks.len());
        let percent = 100.0 * number as f64 / blocks.len() as f64;
        speaker.progress(&step, Some(percent));
        let id = (number + 1).to_string();
        speaker.say(&AgentEvent::ToolStart { id: id.clone(), name: "shell".to_owned() });
        task.write_heartbeat("working", Some(percent), &step);
        let status = shell(&block.script).map_err(|error| format!("no shell could be started: {error}"))?;
        speaker.say(&AgentEvent::ToolEnd { id, ok: status.success() });
        if !status.success() {
            let reason = format!("{}: the shell block {}", place.of(block.line), ending(status));
            task.write_heartbeat("failed", Some(percent), &step);
            task.result(false, false, std::slice::from_ref(&reason));
            speaker.finished(false, "failed", &reason);
            return Ok(1);
        }
    }
    task.write_heartbeat("complete", Some(100.0), &place.name);
    task.result(true, standing() == before, &[]);
    speaker.finished(true, "done", &format!("{}: ran {}", place.name, numbered(blocks.len(), "shell block")));
    Ok(0)
}

/// Returns the commit and the changes of the workspace as git tells them; empty where it tells nothing.
fn standing() -> Vec<u8> {
    let status = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=all", "-z"];
    Command::new("git").args(status).stdin(Stdio::null()).output().map(|output| output.stdout).unwrap_or_default()
}

/// Where the text of the phase comes from, for messages.
struct Place {
    /// The phase, in words.
    name: String,
    /// The document and the lines in it before the phase; nothing when it cannot be found there.
    document: Option<(String, usize)>,
}

impl Place {
    fn of(&self, line: usize) -> String {
        match &self.document {
            Some((path, before)) => format!("{path}:{}", before + line),
            None => format!("{}, line {line}", self.name),
        }
    }
}

/// Returns the text of the phase: the content itself, or the phase of it when the content is a whole PRP.
fn phase_text(task: &AgentTask, content: &str) -> (String, Place) {
    let ordinal =
        task.spec.pointer("/phase/ordinal").and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let path = task.document();
    let name = path.as_deref().map_or_else(String::new, |path| path.display().to_string());
    let (prp, _) = read::prp(Path::new(&name), content.as_bytes());
    let phase = ordinal.filter(|_| !prp.sections.is_empty()).and_then(|ordinal| prp.phase(ordinal));
    let text = phase.map_or_else(|| content.to_owned(), |phase| prp.phase_text(phase).to_owned());
    let label = match task.text("/phase/label").or(phase.map(|phase| phase.label.as_str())) {
        Some(label) => format!("phase {label}"),
        None => "the document".to_owned(),
    };
    let shown = task.text("/prp_path").or_else(|| task.text("/input/path")).unwrap_or_default().to_owned();
    let document = path.and_then(|path| std::fs::read_to_string(path).ok()).and_then(|whole| {
        let at = whole.find(text.trim_end())?;
        Some((shown, whole[..at].matches('\n').count()))
    });
    (text, Place { name: label, document })
}

/// Returns the shell blocks of a phase but for those that are validation gates: these are run by others.
fn blocks(text: &str) -> Vec<read::ShellBlock> {
    const HEAD: &str = "## Implementation\n";
    // The reader knows gates in the context of a document only.
    let (prp, _) = read::prp(Path::new(""), format!("{HEAD}{text}").as_bytes());
    let gates: Vec<usize> = prp.gates.iter().map(|gate| gate.span.start).collect();
    let mut blocks = read::shell_blocks(text);
    blocks.retain(|block| !gates.contains(&(block.span.start + HEAD.len())));
    blocks
}

/// Runs a script in the working directory. What it prints goes to our error output: our standard output is for events.
fn shell(script: &str) -> io::Result<ExitStatus> {
    let start = |program: &str, flags: &[&str]| {
        let mut command = Command::new(program);
        command.args(flags).arg("-c").arg(script);
        command.stdin(Stdio::null()).stdout(Stdio::from(io::stderr())).status()
    };
    match start("bash", &["-eu", "-o", "pipefail"]) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => start("sh", &["-eu"]),
        done => done,
    }
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}
