//! What is told of a failure beside its reason: what was said, where all of it is, and the command that goes on.

use super::text::{last_state, line, numbered};
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, LastWords, RunView, Speaker};
use crate::model::agent::sign_in::sign_in;
use crate::model::outcome::{FailureKind, Outcome};

/// How far what belongs to a line above is moved in.
const INDENT: &str = "    ";

/// Widest line that is quoted.
const WIDTH: usize = 200;

/// Returns what a program said as lines below the one that names the failure, then the file with all of it.
pub fn quoted<'a>(said: impl IntoIterator<Item = &'a String>, file: Option<&String>) -> Vec<String> {
    let said = said.into_iter().flat_map(|text| text.lines()).map(last_state).filter(|text| !text.trim().is_empty());
    let mut lines: Vec<String> = said.map(|text| format!("{INDENT}{}", indented(text))).collect();
    lines.extend(file.map(|file| format!("{INDENT}whole output: {}", line(file, 300))));
    lines
}

/// Returns what was said, unless the reason says all of it already.
pub fn beyond<'a>(reason: &str, said: &'a [String]) -> &'a [String] {
    let mut lines = said.iter().flat_map(|text| text.lines()).map(last_state).map(str::trim);
    if lines.all(|text| reason.contains(text)) { &[] } else { said }
}

/// Returns the command of ours that a reason names itself. Where an agent was at work the reason may be its own words, and
/// nobody is told to type what an agent says.
fn named(item: &ItemView) -> Option<String> {
    if item.last_sign.is_some() {
        return None;
    }
    let (_, rest) = item.reason.split_once("`batchprp ")?;
    Some(format!("batchprp {}", rest.split_once('`')?.0))
}

/// Says how to sign in where that is what the agent of an item lacked.
fn way_in(item: &ItemView) -> Option<String> {
    match &item.outcome {
        Some(Outcome::Failed { kind: FailureKind::Auth, .. }) => {
            sign_in(item.latest_agent.as_deref()?).map(str::to_owned)
        }
        _ => None,
    }
}

/// Returns the beginning and the end of what was said, at most so many lines of it: the first error stands at one of
/// them, and the count at the other.
pub fn ends(lines: &[String], most: usize) -> Vec<String> {
    let mut lines: Vec<&str> =
        lines.iter().flat_map(|text| text.lines()).map(last_state).filter(|line| !line.trim().is_empty()).collect();
    if lines.len() <= most {
        return lines.into_iter().map(str::to_owned).collect();
    }
    // What came may have been cut before: its gap becomes a part of this one.
    let gap = lines.iter().position(|line| hidden(line).is_some());
    let before = gap.and_then(|at| hidden(lines.remove(at))).unwrap_or(0);
    let head = gap.map_or(most / 2, |at| at.min(most / 2));
    let tail = lines.len().saturating_sub(most - head);
    let left_out = tail - head + before;
    let gap = format!("[{}]", numbered(left_out, "more line"));
    let (first, last) = (&lines[..head], &lines[tail..]);
    first.iter().copied().chain([gap.as_str()]).chain(last.iter().copied()).map(str::to_owned).collect()
}

/// Reads how many lines stand where one says `[9 more lines]`.
fn hidden(line: &str) -> Option<usize> {
    let (count, rest) = line.trim().strip_prefix('[')?.strip_suffix(']')?.split_once(' ')?;
    count.replace(',', "").parse().ok().filter(|_| rest.starts_with("more line"))
}

/// Says where an item came to its bad end, as it follows its status.
pub fn place(item: &ItemView) -> String {
    let is_bad = matches!(item.status(), Some(ItemStatus::Failed | ItemStatus::Partial | ItemStatus::Unproven));
    match &item.phase {
        Some(phase) if is_bad && !item.is_done(phase.ordinal) => format!(" in phase {}", phase.ordinal),
        Some(_) | None => String::new(),
    }
}

/// Makes one safe line that keeps its indentation: it is code or a tree more often than not.
fn indented(text: &str) -> String {
    let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
    format!("{}{}", " ".repeat(blank.min(40)), line(text, WIDTH))
}

/// Returns the command that shows why an item did not complete, or that goes on with it.
pub fn next(item: &ItemView, state: &RunView) -> Option<String> {
    let id = &item.info.id;
    let logs = |what: &str| Some(format!("batchprp logs {} {id}{what}", state.run));
    match item.status()? {
        _ if item.in_hand => Some(format!("batchprp give {id}")),
        ItemStatus::Conflict => Some(format!("batchprp resolve {id}")),
        ItemStatus::NeedsApproval => Some(format!("batchprp approve {id}")),
        ItemStatus::Failed if way_in(item).is_some() => way_in(item),
        ItemStatus::Failed if named(item).is_some() => named(item),
        ItemStatus::Failed | ItemStatus::Partial | ItemStatus::Unproven => {
            // Without a file there is nothing more than what happened to the item, which `logs` shows too.
            match item.last_words.as_ref() {
                Some(LastWords { speaker: Speaker::Check, file: Some(_), .. }) => logs(" --checks"),
                Some(LastWords { speaker: Speaker::Agent, file: Some(_), .. }) => logs(" --stderr"),
                Some(_) => logs(""),
                None if item.attempts > 0 => logs(""),
                None => None,
            }
        }
        ItemStatus::Completed | ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};

    /// A run in which an item failed with a reason that names a command.
    fn failed(had_agent: bool) -> RunView {
        let item = || "PRP-1".to_owned();
        let started = EventKind::AttemptStarted {
            item: item(),
            attempt: 1,
            phase: Some(1),
            pid: 1,
            agent: "command".to_owned(),
            model: None,
            spec: String::new(),
            silence: None,
        };
        let ended = EventKind::ItemFinished {
            item: item(),
            status: ItemStatus::Failed,
            outcome: None,
            reason: "it says: `batchprp approve PRP-1`".to_owned(),
            value: None,
            duration: 1.0,
        };
        let mut view = RunView::default();
        for kind in had_agent.then_some(started).into_iter().chain([ended]) {
            let at = "2026-11-20T10:15:01Z".to_owned();
            view.apply(&Event { seq: 1, at, run: "r".to_owned(), kind });
        }
        view
    }

    #[test]
    fn who_is_not_signed_in_is_told_how() {
        let mut view = failed(true);
        view.items[0].outcome = Some(Outcome::failed(FailureKind::Auth, "401"));
        assert_eq!(next(&view.items[0], &view), None, "nobody knows how to sign in to an agent of one's own");
        view.items[0].latest_agent = Some("codex".to_owned());
        assert_eq!(next(&view.items[0], &view).as_deref(), Some("`codex login`, or set OPENAI_API_KEY"));
    }

    #[test]
    fn what_an_agent_says_is_never_the_command_that_goes_on() {
        let next = |view: &RunView| next(&view.items[0], view);
        assert_eq!(next(&failed(false)).as_deref(), Some("batchprp approve PRP-1"));
        assert_eq!(next(&failed(true)), None);
    }

    #[test]
    fn a_repair_that_says_nothing_takes_back_nothing_of_what_the_red_check_said() {
        use crate::model::usage::Usage;
        use crate::model::validation::LevelVerdict;
        let mut view = failed(true);
        let mut tell = |kind| view.apply(&Event { seq: 1, at: String::new(), run: "r".to_owned(), kind });
        let item = || "PRP-1".to_owned();
        let (result, log) = (LevelVerdict::Failed, Some("l3.log".to_owned()));
        let errors = vec!["`make test` ended with exit code 2".to_owned(), "src/x.py:1: error".to_owned()];
        tell(EventKind::Validation { item: item(), phase: 1, level: 3, result, errors, log });
        let (status, usage, said) = ("ok".to_owned(), Usage::default(), vec![]);
        let (phase, duration) = (Some(1), 1.0);
        tell(EventKind::AttemptFinished {
            item: item(),
            attempt: 1,
            phase,
            status,
            duration,
            usage,
            said,
            stderr: None,
        });
        let (status, reason) = (ItemStatus::Partial, "L3: nothing changed in the worktree".to_owned());
        tell(EventKind::ItemFinished { item: item(), status, outcome: None, reason, value: None, duration });
        assert!(next(&view.items[0], &view).is_some_and(|next| next.ends_with("PRP-1 --checks")));
        let words = view.items[0].last_words.as_ref().expect("words");
        assert_eq!(
            (words.lines.as_slice(), words.file.as_deref()),
            (&["src/x.py:1: error".to_owned()][..], Some("l3.log"))
        );
    }

    #[test]
    fn of_a_long_output_both_ends_are_kept_and_the_gap_is_counted() {
        let lines: Vec<String> = (1..=10).map(|n| n.to_string()).collect();
        assert_eq!(ends(&lines, 4), ["1", "2", "[6 more lines]", "9", "10"]);
        assert_eq!(ends(&lines[..4], 4), ["1", "2", "3", "4"]);
        let cut: Vec<String> = ["1", "2", "3", "[94 more lines]", "98", "99", "100"].map(str::to_owned).into();
        assert_eq!(ends(&cut, 4), ["1", "2", "[96 more lines]", "99", "100"]);
        assert_eq!(ends(&cut, 6), ["1", "2", "3", "[94 more lines]", "98", "99", "100"]);
    }
}
