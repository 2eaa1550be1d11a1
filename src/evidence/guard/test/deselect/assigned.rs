//! Values of keys in configurations that are programs, or nearly JSON.

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned<'a> {
    /// Key of the object around it; empty at the top.
    pub(super) inside: &'a str,
    /// The value as it is written.
    pub(super) value: &'a str,
}

/// Returns the values that a key has in a text: `key: […]`, `"key": "…"`, `key = true`.
pub(super) fn assigned<'a>(text: &'a str, key: &str) -> Vec<Assigned<'a>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices(key) {
        if text[..at].ends_with(is_part) || text[at + key.len()..].starts_with(is_part) || is_comment(text, at) {
            continue;
        }
        let behind = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start();
        let Some(value) = behind.strip_prefix([':', '=']).map(str::trim_start) else { continue };
        found.push(Assigned { inside: around(&text[..at]), value: &value[..length(value)] });
    }
    found
}

/// Returns the texts in quotes, or between slashes, of a value.
pub(super) fn texts(value: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(open) = rest.find(['"', '\'', '`']) {
        let quote = &rest[open..=open];
        let Some(close) = rest[open + 1..].find(quote) else { break };
        found.push(&rest[open + 1..open + 1 + close]);
        rest = &rest[open + close + 2..];
    }
    if found.is_empty() && value.starts_with('/') {
        found.push(value.trim_matches('/'));
    }
    found
}

fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with("//") || line.starts_with('#') || line.starts_with('*')
}

/// A value ends with its bracket, or before the comma or the line behind it.
fn length(value: &str) -> usize {
    let mut depth = 0;
    for (at, sign) in value.char_indices() {
        match sign {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' | ',' | '\n' if depth == 0 => return at,
            ']' | '}' | ')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    value.len()
}

/// Returns the key of the object that is open at the end of a text.
fn around(before: &str) -> &str {
    let mut depth = 0;
    let open = before.char_indices().rev().find(|(_, sign)| {
        match sign {
            '}' => depth += 1,
            '{' if depth == 0 => return true,
            '{' => depth -= 1,
            _ => {}
        }
        false
    });
    let Some((open, _)) = open else { return "" };
    let head = before[..open].trim_end();
    let head = head.strip_suffix([':', '=']).map_or("", str::trim_end);
    let head = head.trim_end_matches(['"', '\'']);
    let start = head.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    &head[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_what_is_around_them() {
        let text = "export default defineConfig({\n  test: {\n    exclude: ['a', \"b\"],\n    coverage: { exclude: ['c'] },\n  },\n  // exclude: ['d']\n})\n";
        let found = assigned(text, "exclude");
        let seen: Vec<(&str, Vec<&str>)> = found.iter().map(|found| (found.inside, texts(found.value))).collect();
        assert_eq!(seen, [("test", vec!["a", "b"]), ("coverage", vec!["c"])]);
        assert_eq!(assigned("{\"bail\": true, \"x\": 1}", "bail")[0].value, "true");
        assert_eq!(assigned("grep: /slow/,", "grep")[0].value, "/slow/");
    }
}
