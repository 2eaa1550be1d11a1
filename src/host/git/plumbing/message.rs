//! What commit messages say beyond our own checkpoints: reverts, squashed commits, look-alikes.

use crate::model::checkpoint::{Checkpoint, TRAILER_PRP, trailer};
use crate::model::id::PrpId;

/// Which commit a revert is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revert {
    /// Full or abbreviated id, as the message gives it.
    pub(crate) commit: String,
    /// Subject of the commit at the bottom of all reverts and reapplications.
    pub(crate) subject: String,
    /// By its subject, this brings back what another revert took away.
    pub(crate) restores: bool,
    /// For a merge: the commit to which its changes were taken back.
    pub(crate) mainline: Option<String>,
}

/// Reads the message of a revert as git writes it.
pub(crate) fn revert(message: &str) -> Option<Revert> {
    let (_, after) = message.split_once("This reverts commit ")?;
    let id = |text: &str| text.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
    let commit = id(after);
    if commit.len() < 7 {
        return None;
    }
    let words = after.split_whitespace().collect::<Vec<_>>();
    let mainline = match words.as_slice() {
        [_, "reversing", "changes", "made", "to", parent, ..] => Some(id(parent)).filter(|parent| parent.len() >= 7),
        _ => None,
    };
    // `Revert "Reapply "…""`: each `Revert` turns the effect around, `Reapply` stands for two of them.
    let mut inner = message.lines().next().unwrap_or_default();
    let mut restores = true;
    loop {
        if let Some(rest) = inner.strip_prefix("Revert \"") {
            restores = !restores;
            inner = rest;
        } else if let Some(rest) = inner.strip_prefix("Reapply \"") {
            inner = rest;
        } else {
            break;
        }
    }
    Some(Revert { commit, subject: inner.trim_end_matches('"').to_owned(), restores, mainline })
}

/// Reads the id out of the merge commit of an item.
pub(crate) fn merge(message: &str) -> Option<PrpId> {
    let subject = message.lines().next()?;
    let (id, _) = subject.strip_prefix("Merge ")?.split_once(": ")?;
    let parsed: PrpId = id.parse().ok()?;
    (parsed.as_str() == id && trailer(message, TRAILER_PRP)? == id).then_some(parsed)
}

/// Returns the id in a first line that looks like the one of a checkpoint; whether the message is one is another matter.
pub(crate) fn checkpoint_like(message: &str) -> Option<&str> {
    let (id, rest) = message.lines().next()?.split_once(": Phase ")?;
    rest.starts_with(|c: char| c.is_ascii_digit()).then_some(id)
}

/// Reads the checkpoints whose messages a squash put together into one message.
///
/// Git indents them, forges put a `* ` before each subject; the trailers of each stay behind its subject.
pub(crate) fn squashed(message: &str) -> Vec<Checkpoint> {
    let lines: Vec<&str> = message.lines().map(|line| line.trim().trim_start_matches("* ")).collect();
    let is_subject = |line: &str| line.split_once(": Phase ").is_some_and(|(id, _)| id.parse::<PrpId>().is_ok());
    let mut found = Vec::new();
    for (index, subject) in lines.iter().enumerate().filter(|(_, line)| is_subject(line)) {
        let body = lines[index + 1..].iter().take_while(|line| !is_subject(line));
        let trailers: Vec<&str> = body.copied().filter(|line| line.starts_with("Batchprp-")).take(4).collect();
        found.extend(Checkpoint::read(&format!("{subject}\n\n{}\n", trailers.join("\n"))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAILERS: &str = "Batchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 1\nBatchprp-Run: r\nBatchprp-Key: k\n";

    #[test]
    fn reverts_of_all_spellings_are_read() {
        for (subject, restores) in [
            ("Revert \"PRP-47.1.1: Phase 1 - x\"", false),
            ("Reapply \"PRP-47.1.1: Phase 1 - x\"", true),
            ("Revert \"Revert \"PRP-47.1.1: Phase 1 - x\"\"", true),
            ("Revert \"Reapply \"PRP-47.1.1: Phase 1 - x\"\"", false),
        ] {
            let read = revert(&format!("{subject}\n\nThis reverts commit 0123456789abcdef, reversing\nchanges.\n"));
            let subject = "PRP-47.1.1: Phase 1 - x".to_owned();
            let commit = "0123456789abcdef".to_owned();
            assert_eq!(read, Some(Revert { commit, subject, restores, mainline: None }));
        }
        let merge =
            revert("Revert \"Merge branch 'x'\"\n\nThis reverts commit 0123456, reversing\nchanges made to 89abcde.\n");
        assert_eq!(merge.and_then(|revert| revert.mainline).as_deref(), Some("89abcde"));
        assert_eq!(revert("Revert nothing"), None);
    }

    #[test]
    fn a_squash_of_two_checkpoints_gives_both_and_a_forged_one_gives_none() {
        let one = format!("PRP-47.1.1: Phase 1 - a\n\n{TRAILERS}");
        let two = one.replace("Phase 1", "Phase 2").replace("Phase: 1", "Phase: 2");
        let text = format!(
            "Squashed commit of the following:\n\ncommit 1\n\n    {}",
            format!("{two}\n{one}").replace('\n', "\n    ")
        );
        assert_eq!(squashed(&text).iter().map(|c| c.phase).collect::<Vec<_>>(), [2, 1]);
        assert!(squashed("x\n\nPRP-47.1.1: Phase 1 - a\n").is_empty());
    }

    #[test]
    fn a_merge_needs_subject_and_trailer_of_the_same_exact_id() {
        assert!(merge("Merge PRP-47.1.1: T\n\nBatchprp-Prp: PRP-47.1.1\n").is_some());
        assert!(merge("Merge PRP-47.1.1: T\n\nBatchprp-Prp: PRP-47.1.10\n").is_none());
        assert!(merge("Merge branch 'prp-47-1-1'\n").is_none());
    }
}
