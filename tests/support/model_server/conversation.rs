//! A request, whichever interface it came by.

use std::collections::BTreeSet;

use serde_json::Value;

use super::script::{self, Script};

/// One part of the conversation, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    User(String),
    Assistant,
    Result,
}

/// What a client asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    pub(super) parts: Vec<Part>,
    /// What the client told the model beside the conversation.
    pub(super) system: String,
    pub(super) tools: BTreeSet<String>,
    pub(super) model: String,
    pub(super) stream: bool,
    /// The form that the answer must have.
    pub(super) schema: Option<Value>,
}

impl Conversation {
    /// Returns the script in force and the number of turns since it was given.
    pub(super) fn script(&self) -> (Script, usize) {
        let scripts = self.parts.iter().enumerate().rev().filter_map(|(at, part)| match part {
            Part::User(text) => Some((script::last(text)?, at)),
            Part::Assistant | Part::Result => None,
        });
        // Some clients put the documents of a project there; a script in them is the oldest of all.
        let of_system = || script::last(&self.system).map(|script| (script, 0));
        let Some((script, after)) = scripts.map(|(script, at)| (script, at + 1)).next().or_else(of_system) else {
            return (Script::default(), 0);
        };
        let mut turn = 0;
        let mut in_results = false;
        for part in &self.parts[after..] {
            match part {
                // Results side by side belong to one turn; reminders of the client between them do not end it.
                Part::Result if !in_results => {
                    turn += 1;
                    in_results = true;
                }
                Part::Assistant => in_results = false,
                Part::Result | Part::User(_) => {}
            }
        }
        (script, turn)
    }

    /// Returns all texts of the user's side, oldest first.
    pub(super) fn told(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::User(text) => Some(text.as_str()),
            Part::Assistant | Part::Result => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Returns the working directory, as clients tell it to the model.
    pub(super) fn cwd(&self) -> Option<String> {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::User(text) => Some(text.as_str()),
            Part::Assistant | Part::Result => None,
        });
        std::iter::once(self.system.as_str()).chain(texts).find_map(|text| {
            let at = text.find("orking directory: ")?;
            let path = text[at..].split_once(": ")?.1.trim_start_matches('`');
            let path = path.split(['\n', '`', '<']).next()?.trim_end_matches('.').trim();
            path.starts_with('/').then(|| path.to_owned())
        })
    }

    /// Adds a text of the user or the model.
    pub(super) fn say(&mut self, role: &str, text: &str) {
        let by_model = matches!(role, "assistant" | "model");
        self.parts.push(if by_model { Part::Assistant } else { Part::User(text.to_owned()) });
    }
}

/// Returns a field as text, empty when it is something else.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Returns a field as a list, empty when it is something else.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
