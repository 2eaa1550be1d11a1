//! Words that people type for commands that have another name here.

use crate::error::{Error, ExitCode};

/// The word, and what does what it says.
const SYNONYMS: [(&[&str], &str); 10] = [
    (&["exec", "execute", "start", "work", "go"], "`batchprp exe --batch N` carries out a batch"),
    (
        &["resume", "continue", "restart", "retry"],
        "`batchprp exe --batch N` goes on where the batch stopped; `--restart` starts over",
    ),
    (&["ls", "ps", "show"], "`batchprp status` shows the runs, `batchprp list` the commands"),
    (&["generate", "plan"], "`batchprp gen PLAN.md` writes the PRPs of a plan, `batchprp new plan` a plan"),
    (&["kill", "cancel", "abort"], "`batchprp stop` ends a run; what is done stays"),
    (&["log", "tail"], "`batchprp logs latest --follow` shows the log of the latest run"),
    (&["merge"], "`batchprp land N` brings a finished batch into the branch on which it began"),
    (&["setup", "install", "configure"], "`batchprp init` writes the configuration"),
    (&["update", "update-context", "context"], "`batchprp context-update --batch N` updates the documents of a batch"),
    (&["validate", "verify", "lint"], "`batchprp review --batch N` reviews PRPs, `batchprp check` scripts"),
];

/// Says what somebody means who types a word that is no command.
pub fn refusal(word: &str) -> Option<Error> {
    let (_, help) = SYNONYMS.iter().find(|(words, _)| words.contains(&word))?;
    Some(Error::new(ExitCode::Usage, format!("there is no command `{word}`")).help(*help))
}
