//! Turns the steps of a plan phase into the phases of a PRP.

use super::draft::DraftPhase;
use crate::model::plan::PlanPhase;
use crate::model::read::{Fence, blank, fences, shell_blocks};

/// More phases than this are put together.
const MOST: usize = 8;
/// Longest title, in characters.
const TITLE: usize = 70;

/// Makes the phases: one for each step that says what to run, with the steps before it that do not; one for each step
/// when none does. `text` is the text that the plan phase was read from.
pub fn phases(text: &str, phase: &PlanPhase) -> Vec<DraftPhase> {
    let steps = steps(text, phase);
    let any = steps.iter().any(|step| step.runs);
    let mut groups: Vec<Vec<Step>> = Vec::new();
    let mut open = false;
    for step in steps {
        let closes = step.runs || !any;
        match groups.last_mut().filter(|_| open) {
            Some(group) => group.push(step),
            None => groups.push(vec![step]),
        }
        open = !closes;
    }
    // Words after the last command belong to it.
    if open && groups.len() > 1 {
        let rest = groups.pop().unwrap_or_default();
        groups.last_mut().into_iter().for_each(|last| last.extend(rest.clone()));
    }
    let size = groups.len().div_ceil(MOST).max(1);
    groups.chunks(size).map(|chunk| draft(&chunk.concat())).collect()
}

#[derive(Clone)]
struct Step {
    title: String,
    text: String,
    runs: bool,
}

fn draft(steps: &[Step]) -> DraftPhase {
    let named = steps.iter().rev().find(|step| step.runs).or(steps.first());
    let title = named.map(|step| step.title.clone()).unwrap_or_default();
    DraftPhase { title, text: steps.iter().map(|step| step.text.as_str()).collect::<Vec<_>>().join("\n\n") }
}

/// Reads the steps with everything that stands below each.
fn steps(text: &str, phase: &PlanPhase) -> Vec<Step> {
    let mut starts: Vec<usize> = Vec::new();
    // What stands in an example is no step.
    let masked = blank(text, fences(text, 0).iter().map(Fence::whole));
    let mut from = phase.heading.end.min(text.len());
    for step in &phase.steps {
        let start = masked[from..].find(step.as_str()).map_or(from, |at| from + at);
        starts.push(start);
        from = (start + step.len()).min(text.len());
    }
    let mut steps = Vec::new();
    for (number, step) in phase.steps.iter().enumerate() {
        let begin = (starts[number] + step.len()).min(text.len());
        let field = phase.steps_span.iter().find(|field| field.contains(&starts[number]));
        let end = field.map_or(text.len(), |field| field.end.min(text.len()));
        let limit = starts.get(number + 1).map_or(end, |next| line_start(text, *next).min(end));
        let below = below(&text[begin.min(limit)..limit]);
        let runs = !shell_blocks(&below).is_empty();
        let command = command(step).filter(|_| !runs);
        let mut whole = step.trim().to_owned();
        if !below.is_empty() {
            whole = format!("{whole}\n\n{below}");
        }
        if let Some(command) = command {
            whole = format!("{whole}\n\n```bash\n{command}\n```");
        }
        steps.push(Step { title: title(step), text: whole, runs: runs || command.is_some() });
    }
    steps
}

/// Returns the lines below a step, up to the next field, heading or step that is done, without their common indentation.
fn below(text: &str) -> String {
    let fences = fences(text, 0);
    let mut kept: Vec<&str> = Vec::new();
    let mut next = 0;
    for whole in text.split_inclusive('\n') {
        let (place, line) = (next, whole.trim_end());
        next += whole.len();
        let start = line.trim_start();
        let is_example = fences.iter().any(|fence| fence.whole().contains(&place));
        let ends = start.starts_with("**") || start.starts_with("## ") || start.starts_with("### ");
        let done = ["- [x]", "- [X]", "* [x]", "* [X]"].iter().any(|mark| start.starts_with(mark));
        if (ends || done) && !is_example && line.len() == start.len() {
            break;
        }
        kept.push(line);
    }
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = kept.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = kept.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Returns the command that a step is about: a step that is nothing but code, that ends with `: code`, or that begins
/// with a word such as `Run`. Any other code is a name.
fn command(step: &str) -> Option<&str> {
    let step = step.trim().trim_end_matches('.');
    let open = step.find('`')?;
    let code = step.get(open + 1..)?;
    let (code, rest) = code.split_once('`')?;
    let before = step[..open].trim_end();
    let first = before.split_whitespace().next().unwrap_or_default().to_lowercase();
    let verb =
        matches!(first.as_str(), "run" | "execute" | "invoke" | "call") && before.split_whitespace().count() <= 2;
    let alone = rest.trim().is_empty() && (before.is_empty() || before.ends_with(':'));
    let is_path = !code.contains(char::is_whitespace) && code.contains(['/', '.']) && !code.starts_with("./");
    (!code.trim().is_empty() && (verb || alone && !is_path)).then_some(code.trim())
}

/// Makes the title of a phase: the step up to its first colon or full stop, without marks.
fn title(step: &str) -> String {
    let plain: String = step.chars().filter(|c| !matches!(c, '*' | '`' | '#' | '_')).collect();
    let plain = plain.lines().next().unwrap_or_default().trim();
    let cut = plain.find(": ").or_else(|| plain.find(". ")).or_else(|| plain.ends_with(':').then(|| plain.len() - 1));
    let short = plain[..cut.unwrap_or(plain.len())].trim().trim_end_matches(['.', ':', ';', ',']);
    let mut title: String = short.chars().take(TITLE).collect();
    if title.len() < short.len() {
        let words = title.rfind(' ').unwrap_or(title.len());
        title.truncate(words);
    }
    title
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}
