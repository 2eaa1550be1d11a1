//! One script as it stands in an editor: its mistakes, what a name means, and where it is defined.

use std::path::{Path, PathBuf};

use super::word::{self, Word};
use crate::script::check::{CheckReport, check_source, import_place};
use crate::script::host::ScriptHost;
use crate::script::library::ScriptPlace;
use crate::script::reference::Function;

/// A script as it stands in an editor.
pub struct EditedScript<'a> {
    pub(super) host: &'a ScriptHost,
    pub(super) name: String,
    pub(super) text: &'a str,
}

/// Where a name is defined: a file, or a built-in text by its name, and the line from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub place: ScriptPlace,
    pub line: usize,
}

/// A function of a script.
pub(super) struct OwnFunction {
    pub(super) name: String,
    /// `fn name(a, b)`
    pub(super) head: String,
    pub(super) doc: String,
    line: usize,
}

impl<'a> EditedScript<'a> {
    /// Takes the text that an editor has for a file.
    pub fn new(host: &'a ScriptHost, path: &Path, text: &'a str) -> Self {
        let place = ScriptPlace::File(path.to_owned());
        let name = host.library.name(&place);
        host.library.add(&name, crate::script::library::ScriptSource { text: text.into(), place });
        Self { host, name, text }
    }

    /// Returns what is wrong.
    pub fn problems(&self) -> CheckReport {
        check_source(self.host, &self.name, self.text)
    }

    /// Explains the name at an offset, as Markdown.
    pub fn hover(&self, offset: usize) -> Option<String> {
        let word = word::at(self.text, offset)?;
        let own = |function: OwnFunction| format!("```rhai\n{}\n```\n\n{}", function.head, function.doc);
        if let Some(space) = &word.space
            && let Some((_, text)) = self.module(space)
        {
            return functions(&text).into_iter().find(|function| function.name == word.name).map(own);
        }
        let known = self.known(&word);
        if known.is_empty() {
            let found = functions(self.text).into_iter().find(|function| function.name == word.name);
            return found.filter(|_| word.receiver.is_none()).map(own);
        }
        let shown = |function: &&Function| {
            format!("```rhai\n{}\n```\n\n{}\n{}", function.signature(), function.doc, function.keys())
        };
        Some(known.iter().map(shown).collect::<Vec<_>>().join("\n---\n"))
    }

    /// Returns where the name at an offset is defined, as far as that is a script.
    pub fn definition(&self, offset: usize) -> Option<Definition> {
        let word = word::at(self.text, offset);
        if let Some(word) = word.as_ref().filter(|word| word.receiver.is_none()) {
            let (place, text) = match &word.space {
                Some(space) => self.module(space)?,
                None => (ScriptPlace::File(self.path()), self.text.to_owned()),
            };
            let found = functions(&text).into_iter().find(|function| function.name == word.name);
            if let Some(function) = found {
                return Some(Definition { place, line: function.line });
            }
            // The name of a module stands for its file.
            if word.space.is_none()
                && let Some((place, _)) = self.module(&word.name)
            {
                return Some(Definition { place, line: 0 });
            }
        }
        let path = word::import_at(self.text, offset)?;
        Some(Definition { place: import_place(self.host, &self.name, &path)?, line: 0 })
    }

    fn path(&self) -> PathBuf {
        match self.host.library.source(&self.name).map(|source| source.place) {
            Some(ScriptPlace::File(path)) => path,
            _ => PathBuf::from(&self.name),
        }
    }

    /// Returns what the reference has of a word.
    fn known(&self, word: &Word) -> Vec<&'a Function> {
        let reference = self.host.reference();
        match (&word.space, &word.receiver) {
            (Some(space), _) => {
                let full = format!("{space}::{}", word.name);
                reference.functions.iter().filter(|function| function.name == full).collect()
            }
            (None, Some(_)) => {
                let end = format!(".{}", word.name);
                let global = |function: &&Function| function.name.ends_with(&end) || function.name == word.name;
                reference.functions.iter().filter(global).collect()
            }
            (None, None) => reference.functions.iter().filter(|function| function.name == word.name).collect(),
        }
    }

    /// Returns the place and the text of the module that an alias stands for.
    pub(super) fn module(&self, alias: &str) -> Option<(ScriptPlace, String)> {
        let (path, _) = imports(self.text).into_iter().find(|(_, name)| name == alias)?;
        let place = import_place(self.host, &self.name, &path)?;
        let (_, text) = self.host.library.read(&place).ok()??;
        Some((place, text.to_string()))
    }
}

/// Returns the functions of a script: how each is written, and the comment before it.
pub fn described(text: &str) -> Vec<(String, String)> {
    functions(text).into_iter().map(|function| (function.head, function.doc)).collect()
}

/// Returns path and alias of each import. The text may be broken while it is written, so it is read line by line.
pub(super) fn imports(text: &str) -> Vec<(String, String)> {
    let import = |line: &str| {
        let rest = line.trim().strip_prefix("import")?.trim_start().strip_prefix('"')?;
        let (path, rest) = rest.split_once('"')?;
        let alias = rest.trim().strip_prefix("as")?.trim().trim_end_matches(';').trim();
        Some((path.to_owned(), alias.to_owned()))
    };
    text.lines().filter_map(import).collect()
}

/// Returns the functions of a text with the comments before them.
pub(super) fn functions(text: &str) -> Vec<OwnFunction> {
    let (mut found, mut doc) = (Vec::new(), Vec::new());
    for (line, row) in text.lines().enumerate() {
        if let Some(said) = row.strip_prefix("///") {
            doc.push(said.strip_prefix(' ').unwrap_or(said));
            continue;
        }
        let head = row.strip_prefix("private ").unwrap_or(row);
        if let Some((name, rest)) = head.strip_prefix("fn ").and_then(|rest| rest.split_once('(')) {
            let params = rest.split(')').next().unwrap_or_default();
            let head = format!("fn {name}({params})");
            found.push(OwnFunction { name: name.trim().to_owned(), head, doc: doc.join("\n"), line });
        }
        doc.clear();
    }
    found
}
