//! Two versions of a document that say different things about its work: what was written last is true.

use super::apply::set;
use super::value::FieldValue;
use crate::model::read::{Frontmatter, YamlNode, frontmatter};

/// What is written into the frontmatter of a PRP by the program, in the order in which new keys are added.
pub const WRITTEN_KEYS: [&str; 7] =
    ["status", "completed", "actual_hours", "commits", "drift", "updated", "updated_by"];

/// Brings two versions of a document together that both came from `base`. In what the program writes about the work of
/// a PRP the later version wins; everything else may be changed by one of them only. `None` where that is not so, or
/// where none of the versions was written by the program.
pub fn reconciled(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let fronts = [base, ours, theirs].map(fields);
    let [Some(_), Some(our_fields), Some(their_fields)] = &fronts else { return None };
    if !fronts.iter().flatten().any(is_written) {
        return None;
    }
    let is_ours = moment(our_fields) >= moment(their_fields);
    let (later, earlier) = if is_ours { (ours, theirs) } else { (theirs, ours) };
    let [before, left, right] = [base, later, earlier].map(without_written);
    let (before, left, right) = (before?, left?, right?);
    if right == before || right == left {
        return Some(later.to_owned());
    }
    if left != before {
        return None;
    }
    let said = if is_ours { our_fields } else { their_fields };
    let changes: Option<Vec<_>> = WRITTEN_KEYS.into_iter().map(|key| Some((key, value(said, key)?))).collect();
    set(earlier, &changes?).ok()
}

fn fields(text: &str) -> Option<Frontmatter> {
    let mut problems = Vec::new();
    frontmatter(text, &mut problems).filter(|_| problems.iter().all(|problem| !problem.is_error()))
}

fn scalar<'a>(front: &'a Frontmatter, key: &str) -> Option<&'a str> {
    front.entries.iter().find(|entry| entry.key == key).and_then(|entry| match &entry.value {
        YamlNode::Scalar(scalar) => Some(scalar.text.as_str()),
        YamlNode::Null(_) | YamlNode::List(..) | YamlNode::Other(..) => None,
    })
}

fn is_written(front: &Frontmatter) -> bool {
    scalar(front, "updated_by").is_some_and(|by| by.starts_with("batchprp"))
}

/// Returns the latest time that a version names; a day is earlier than any time of it.
fn moment(front: &Frontmatter) -> Option<&str> {
    scalar(front, "updated").max(scalar(front, "completed"))
}

fn without_written(text: &str) -> Option<String> {
    set(text, &WRITTEN_KEYS.map(|key| (key, FieldValue::Remove))).ok()
}

/// Returns what a version has at a key, as a change of another one; `None` where it cannot be one.
fn value(front: &Frontmatter, key: &str) -> Option<FieldValue> {
    let Some(entry) = front.entries.iter().find(|entry| entry.key == key) else { return Some(FieldValue::Remove) };
    match &entry.value {
        YamlNode::Null(_) => Some(FieldValue::Null),
        YamlNode::Scalar(scalar) => Some(match scalar.text.parse() {
            Ok(number) if scalar.plain => FieldValue::Number(number),
            _ => FieldValue::Text(scalar.text.clone()),
        }),
        YamlNode::List(items, ..) => Some(FieldValue::List(items.iter().map(|item| item.text.clone()).collect())),
        YamlNode::Other(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "---\nprp_id: PRP-1.1.1\nstatus: planning\n---\n\n# Work\n\nText.\n";

    fn version(written: &str, body: &str) -> String {
        format!("---\nprp_id: PRP-1.1.1\n{written}---\n\n# Work\n\n{body}\n")
    }

    const COMPLETED: &str =
        "status: completed\ncompleted: 2026-12-01T12:07:49.327Z\nupdated: 2026-12-01\nupdated_by: batchprp exe\n";
    const EXECUTED: &str = "status: executed\ncompleted: 2026-12-01T12:07:49Z\nactual_hours: 0.01\ncommits: [eff4c16]\n\
        updated: 2026-12-01T12:08:00Z\nupdated_by: batchprp context-update\n";

    #[test]
    fn what_was_written_last_wins_on_either_side() {
        let (completed, executed) = (version(COMPLETED, "Text."), version(EXECUTED, "Text."));
        assert_eq!(reconciled(BASE, &completed, &executed), Some(executed.clone()));
        assert_eq!(reconciled(BASE, &executed, &completed), Some(executed));
    }

    #[test]
    fn a_version_that_was_set_back_by_hand_is_older_than_work_that_was_done_again() {
        let before = version(COMPLETED, "Text.");
        let again = version(&COMPLETED.replace("12:07:49.327", "15:00:00.000"), "Text.");
        assert_eq!(reconciled(&before, BASE, &again), Some(again));
    }

    #[test]
    fn what_a_person_wrote_on_one_side_stays_and_on_both_is_left_to_a_person() {
        let edited = version("status: planning\nowner: ann\n", "Better text.");
        let executed = version(EXECUTED, "Text.");
        let merged = reconciled(BASE, &edited, &executed).expect("one document");
        assert_eq!(merged, reconciled(BASE, &executed, &edited).expect("one document"));
        assert!(merged.contains("owner: ann\n") && merged.contains("Better text."), "{merged}");
        for line in EXECUTED.lines() {
            assert!(merged.contains(&format!("{line}\n")), "{line}: {merged}");
        }
        assert_eq!(reconciled(BASE, &edited, &version(EXECUTED, "Other text.")), None);
    }

    #[test]
    fn documents_of_which_the_program_wrote_nothing_are_left_to_git() {
        let (one, other) = (version("status: done\n", "Text."), version("status: blocked\n", "Text."));
        assert_eq!(reconciled(BASE, &one, &other), None);
        assert_eq!(reconciled("a", "b", "c"), None);
    }
}
