//! The table of rules: the one definition of what the guard knows.

use crate::model::guard::Level;

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Name in findings and in `[guard]`.
    pub id: &'static str,
    /// What it finds.
    pub finds: &'static str,
    /// Why that is not merged without a word.
    pub reason: &'static str,
    /// What it leads to unless the configuration says otherwise.
    pub level: Level,
}

const fn rule(id: &'static str, level: Level, finds: &'static str, reason: &'static str) -> Rule {
    Rule { id, finds, reason, level }
}

use Level::{Approve, Refuse};

/// All rules, in the order in which people see them.
pub const RULES: [Rule; 19] = [
    rule(
        "deletion",
        Approve,
        "a deleted file that the PRP does not declare",
        "work of others may be lost; a file that only moved is a note",
    ),
    rule(
        "foreign_file",
        Approve,
        "a file that another item made or declares, changed or deleted without being declared",
        "the other item was validated with its own version",
    ),
    rule(
        "foreign_commit",
        Approve,
        "a commit that other branches have, or a merge that is not ours",
        "it brings work that nobody asked for into the batch",
    ),
    rule(
        "forged_commit",
        Refuse,
        "a commit that looks like a checkpoint or a merge of batchprp and is none",
        "later runs would believe what was never validated",
    ),
    rule(
        "document",
        Approve,
        "the document of another PRP, changed; gates of its own, taken out or changed, or the whole of it deleted",
        "it is the order for the next agent, and says what is checked",
    ),
    rule(
        "test_removed",
        Approve,
        "a test that is gone or hidden by another one of its name, or an undeclared test file that is gone; moved and renamed tests are none",
        "a check that failed may have been taken away",
    ),
    rule(
        "test_skipped",
        Approve,
        "a test that was run before and is skipped now, settings and hooks of its runner that leave tests out, also in declared files, or `only` that skips all others; under a condition it is a note",
        "a check that failed may have been switched off",
    ),
    rule(
        "test_emptied",
        Approve,
        "a test whose assertions are gone, are never reached, or hold whatever the code does",
        "it passes whatever the code does",
    ),
    rule("gate_script", Approve, "a script that a gate runs, changed without being declared", "it decides what passes"),
    rule(
        "gate_configuration",
        Approve,
        "settings of a tool that a gate runs, also by way of others, or of hooks, changed without being declared; a comment that switches a check off for a whole file, also in a declared one",
        "they decide what passes",
    ),
    rule("ci", Approve, "files of a CI service, changed without being declared", "they run with rights and secrets"),
    rule(
        "configuration",
        Approve,
        "batchprp's own configuration, commands, adapters and role templates, also when declared",
        "they decide which programs the next run starts",
    ),
    rule(
        "permissions",
        Approve,
        "permissions, hooks and instructions of coding agents, changed without being declared",
        "they decide what the next agent may do",
    ),
    rule(
        "secret",
        Approve,
        "a key, a password, a private key, a file that holds such",
        "what was merged once stays in the history",
    ),
    rule("core_dump", Approve, "the memory of a crashed program", "it is large, useless and may hold secrets"),
    rule("large_file", Approve, "a file over `guard.max_file_bytes`; a note when declared", "it stays in the history"),
    rule("link_outside", Approve, "a link that leaves the repository", "it leads elsewhere on every machine"),
    rule(
        "link_ignored",
        Approve,
        "a link to something that git ignores, such as `node_modules`",
        "it leads nowhere in a fresh clone",
    ),
    rule(
        "submodule",
        Refuse,
        "a submodule at a commit that nobody else has, or a repository that is none",
        "nobody could check it out",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        assert!(RULES.iter().all(|rule| !rule.finds.is_empty() && !rule.reason.is_empty()));
    }
}
