//! What may be written next.

use std::collections::BTreeMap;

use super::source::{EditedScript, functions, imports};
use super::word;
use crate::script::reference::Function;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub name: String,
    pub kind: SuggestionKind,
    /// One line about it.
    pub detail: String,
    /// Markdown; may be empty.
    pub doc: String,
}

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionKind {
    Function,
    Method,
    Property,
    Module,
    /// A key of an option map.
    Key,
}

impl EditedScript<'_> {
    /// Returns what may follow at an offset, by name.
    pub fn completions(&self, offset: usize) -> Vec<Suggestion> {
        let word = word::until(self.text, offset);
        let mut found: BTreeMap<String, Suggestion> = BTreeMap::new();
        let mut add = |suggestion: Suggestion| {
            found.entry(suggestion.name.clone()).or_insert(suggestion);
        };
        match (&word.space, &word.receiver) {
            (Some(space), _) => self.of_space(space).into_iter().for_each(&mut add),
            (None, Some(receiver)) => self.of_value(receiver).into_iter().for_each(&mut add),
            (None, None) => {
                self.keys(offset).into_iter().for_each(&mut add);
                self.names().into_iter().for_each(&mut add);
            }
        }
        found.into_values().filter(|suggestion| suggestion.name.starts_with(&word.name)).collect()
    }

    /// Returns the functions of a namespace or of an imported module.
    fn of_space(&self, space: &str) -> Vec<Suggestion> {
        if let Some((_, text)) = self.module(space) {
            return own(&text);
        }
        let of = |function: &Function| {
            let name = function.name.strip_prefix(space)?.strip_prefix("::")?;
            Some(suggestion(name, SuggestionKind::Function, function))
        };
        self.host.reference().functions.iter().filter_map(of).collect()
    }

    /// Returns what any value may have: the type of a receiver is not known while a script is written. The arguments of a
    /// command have their flags.
    fn of_value(&self, receiver: &str) -> Vec<Suggestion> {
        if receiver == "args" {
            let keys = flags(self.text).into_iter();
            let key = |name: String| Suggestion {
                name,
                kind: SuggestionKind::Property,
                detail: "a flag of the command".to_owned(),
                doc: String::new(),
            };
            return keys.map(key).collect();
        }
        let of = |function: &Function| {
            let (_, name) = function.name.split_once('.')?;
            let kind = if function.property { SuggestionKind::Property } else { SuggestionKind::Method };
            Some(suggestion(name, kind, function))
        };
        self.host.reference().functions.iter().filter_map(of).collect()
    }

    /// Returns the keys of the option map that is open.
    fn keys(&self, offset: usize) -> Vec<Suggestion> {
        let Some(function) = word::open_map(self.text, offset) else { return Vec::new() };
        let takes = |known: &&Function| match function.strip_prefix('.') {
            Some(method) => known.name.split_once('.').is_some_and(|(_, name)| name == method),
            None => known.name == function,
        };
        let known = self.host.reference().functions.iter().filter(takes);
        let key = |key: &crate::script::reference::OptionKey| Suggestion {
            name: key.name.clone(),
            kind: SuggestionKind::Key,
            detail: key.kind.clone(),
            doc: String::new(),
        };
        known.flat_map(|known| known.options.iter().map(key)).collect()
    }

    /// Returns namespaces, modules, functions of the file and functions without a namespace.
    fn names(&self) -> Vec<Suggestion> {
        let module = |name: &str, detail: String| Suggestion {
            name: name.to_owned(),
            kind: SuggestionKind::Module,
            detail,
            doc: String::new(),
        };
        let mut found = own(self.text);
        found.extend(imports(self.text).iter().map(|(path, alias)| module(alias, format!("import \"{path}\""))));
        for function in &self.host.reference().functions {
            match function.name.split_once("::") {
                Some((space, _)) => found.push(module(space, "functions of batchprp".to_owned())),
                None if !function.name.contains('.') => {
                    found.push(suggestion(&function.name, SuggestionKind::Function, function));
                }
                None => {}
            }
        }
        found
    }
}

fn suggestion(name: &str, kind: SuggestionKind, function: &Function) -> Suggestion {
    Suggestion { name: name.to_owned(), kind, detail: function.signature(), doc: function.doc.clone() }
}

fn own(text: &str) -> Vec<Suggestion> {
    let one = |function: super::source::OwnFunction| Suggestion {
        name: function.name,
        kind: SuggestionKind::Function,
        detail: function.head,
        doc: function.doc,
    };
    functions(text).into_iter().map(one).collect()
}

/// Returns the flags that `const ARGS` declares, read line by line: the rest of the text may be broken.
fn flags(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| !line.starts_with("const ARGS")).skip(1);
    let key = |line: &str| {
        let (name, rest) = line.trim().split_once(':')?;
        rest.trim_start().starts_with("#{").then(|| name.trim_matches('"').to_owned())
    };
    lines.take_while(|line| !line.starts_with('}')).filter_map(key).collect()
}
