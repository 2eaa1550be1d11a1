//! What stands at a place of a text.

/// A name with what stands before it: `prp::select`, `tree.commit`, `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The name before `::`.
    pub(super) space: Option<String>,
    /// The value before `.`.
    pub(super) receiver: Option<String>,
    pub(super) name: String,
    /// Where the name itself stands.
    pub(super) start: usize,
    pub(super) end: usize,
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_before(text: &str) -> &str {
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(text.len(), |(at, _)| at);
    &text[start..]
}

/// Returns the word that an offset lies in or ends; `None` where it is none. Offsets are between characters.
pub(super) fn at(text: &str, offset: usize) -> Option<Word> {
    let word = until(text, offset);
    let rest = text.get(word.start..)?;
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let name = rest[..length].to_owned();
    (!name.is_empty()).then(|| Word { end: word.start + length, name, ..word })
}

/// Returns what was written of a word up to an offset; its name may be empty.
pub(super) fn until(text: &str, offset: usize) -> Word {
    let before = text.get(..offset).unwrap_or(text);
    let name = name_before(before);
    let start = before.len() - name.len();
    let left = &before[..start];
    let space = left.strip_suffix("::").map(|left| name_before(left).to_owned());
    let receiver = left.strip_suffix("?.").or_else(|| left.strip_suffix('.'));
    let receiver = receiver.filter(|left| !left.ends_with('.')).map(|left| name_before(left).to_owned());
    Word { space: space.filter(|space| !space.is_empty()), receiver, name: name.to_owned(), start, end: before.len() }
}

/// Returns the function whose option map is open at an offset: `agent::run`, or `.run` for a method.
pub(super) fn open_map(text: &str, offset: usize) -> Option<String> {
    let before = text.get(..offset)?;
    let mut open = Vec::new();
    for (at, c) in before.char_indices() {
        match c {
            '{' | '(' | '[' => open.push((at, c)),
            '}' | ')' | ']' => drop(open.pop()),
            // A statement is never within a map; so whatever a text or a comment left open ends here.
            ';' => open.retain(|(_, c)| *c == '{'),
            _ => {}
        }
    }
    let (brace, _) = open.pop().filter(|(at, c)| *c == '{' && before[..*at].ends_with('#'))?;
    let (paren, _) = open.pop().filter(|(at, c)| *c == '(' && *at < brace)?;
    let word = until(before, paren);
    match (word.space, word.receiver) {
        (Some(space), _) => Some(format!("{space}::{}", word.name)),
        (None, Some(_)) => Some(format!(".{}", word.name)),
        (None, None) => None,
    }
}

/// Returns the text of the string literal on whose line an offset lies, for `import "…"`.
pub(super) fn import_at(text: &str, offset: usize) -> Option<String> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next()?;
    let rest = line.trim_start().strip_prefix("import")?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(path, _)| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_with_what_stands_before_it() {
        let text = "let a = prp::select(tree.commit);";
        let select = at(text, 15).expect("a word");
        assert_eq!((select.space.as_deref(), &*select.name), (Some("prp"), "select"));
        let commit = at(text, 27).expect("a word");
        assert_eq!((commit.receiver.as_deref(), &*commit.name), (Some("tree"), "commit"));
        assert_eq!(at(text, 7), None);
        assert_eq!(until("  agent::", 9).space.as_deref(), Some("agent"));
        assert_eq!(until("0..n", 4).receiver, None);
    }

    #[test]
    fn the_function_of_an_open_map_is_known() {
        let text = "fn main(args) {\n    let a = f(1);\n    agent::run(\"x\", #{ prompt: f(#{ a: 1 }), ";
        assert_eq!(open_map(text, text.len()).as_deref(), Some("agent::run"));
        assert_eq!(open_map("dag.run(#{ ", 11).as_deref(), Some(".run"));
        assert_eq!(open_map("let a = #{ ", 11), None);
        assert_eq!(open_map("if a { ", 7), None);
    }
}
