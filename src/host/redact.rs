//! Secret values are taken out of everything before it is stored, shown or parsed, also across chunk borders.

use std::sync::Arc;

use crate::evidence::environment::secret_values;
use crate::evidence::{KEY_KINDS, KeyKind, is_key_byte};

/// What stands in the place of a secret.
const MARK: &[u8] = b"[redacted]";
/// Shorter values are words, not secrets.
const MIN_VALUE: usize = 4;
/// Shorter values are taken out where they stand alone, and left inside of words.
const MIN_PART: usize = 8;
/// A key of a known kind has at least so many bytes, prefix included; and is never held back longer than the second.
const KEY_LENGTHS: (usize, usize) = (20, 512);

/// Classes of bytes: a secret value may begin with it; a key of a known kind may; it is part of words and keys.
const VALUE: u8 = 1;
const KEY: u8 = 2;
const WORD: u8 = 4;

/// The secrets of this run. Clones share them.
#[derive(Clone)]
pub struct Secrets(Arc<Known>);

struct Known {
    /// By their first byte, longest first, so that a secret that contains another one goes whole.
    values: Vec<Vec<Value>>,
    /// What each byte may be: `VALUE`, `KEY`, `WORD`.
    classes: [u8; 256],
}

/// One form of a secret value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Value {
    bytes: Vec<u8>,
    /// It is short, so only what stands between other signs counts.
    alone: bool,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.values.iter().map(Vec::len).sum::<usize>())
    }
}

impl Default for Secrets {
    /// Knows no values, only the kinds of keys.
    fn default() -> Self {
        Self::values([])
    }
}

/// What stands at one place of the text.
enum Found {
    Nothing,
    Secret(usize),
    /// It may turn out to be one when more bytes come.
    Undecided,
}

impl Secrets {
    /// Collects every value of an environment that is not known to be harmless; see [`secret_values`].
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::values(secret_values(variables))
    }

    /// Makes a set of these values; those of one to three bytes are left out.
    pub fn values(values: impl IntoIterator<Item = String>) -> Self {
        let mut all: Vec<Vec<Value>> = vec![Vec::new(); 256];
        for value in values.into_iter().filter(|value| value.trim().len() >= MIN_VALUE) {
            for bytes in forms(value.trim()) {
                let Some(&first) = bytes.first() else { continue };
                let alone = bytes.len() < MIN_PART;
                all[usize::from(first)].push(Value { bytes, alone });
            }
        }
        let mut classes = [0; 256];
        for (byte, class) in (u8::MIN..=u8::MAX).zip(&mut classes) {
            let values = &mut all[usize::from(byte)];
            values.sort_by(|a, b| b.bytes.len().cmp(&a.bytes.len()).then_with(|| a.cmp(b)));
            values.dedup();
            let value = if values.is_empty() { 0 } else { VALUE };
            let key = if KEY_KINDS.iter().any(|kind| kind.prefix.as_bytes()[0] == byte) { KEY } else { 0 };
            *class = value | key | if is_key_byte(byte) { WORD } else { 0 };
        }
        Self(Arc::new(Known { values: all, classes }))
    }

    /// Takes the secrets out of one whole text.
    pub fn redact(&self, text: &str) -> String {
        let mut redactor = self.stream();
        let mut out = Vec::with_capacity(text.len());
        redactor.push(text.as_bytes(), &mut out);
        redactor.finish(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Takes the secrets out of all texts inside a JSON value.
    pub fn redact_json(&self, value: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.redact(&text)),
            Value::Array(list) => list.into_iter().map(|value| self.redact_json(value)).collect(),
            Value::Object(map) => map.into_iter().map(|(key, value)| (key, self.redact_json(value))).collect(),
            other => other,
        }
    }

    /// Begins to redact a stream of chunks.
    pub fn stream(&self) -> Redactor {
        Redactor { secrets: self.clone(), held: Vec::new(), inside_word: false }
    }

    /// Returns the first place where a secret or a key may begin; keys begin only where words begin.
    fn candidate(&self, text: &[u8], inside_word: bool) -> Option<usize> {
        let mut wanted = if inside_word { VALUE } else { VALUE | KEY };
        for (place, byte) in text.iter().enumerate() {
            let class = self.0.classes[usize::from(*byte)];
            if class & wanted != 0 {
                return Some(place);
            }
            wanted = if class & WORD == 0 { VALUE | KEY } else { VALUE };
        }
        None
    }

    fn is_word(&self, byte: u8) -> bool {
        self.0.classes[usize::from(byte)] & WORD != 0
    }

    fn find(&self, rest: &[u8], inside_word: bool, last: bool) -> Found {
        let first = rest.first().map_or(0, |byte| usize::from(*byte));
        for value in &self.0.values[first] {
            if rest.starts_with(&value.bytes) {
                let next = rest.get(value.bytes.len());
                if !value.alone
                    || !inside_word && next.is_none_or(|byte| !self.is_word(*byte)) && (last || next.is_some())
                {
                    return Found::Secret(value.bytes.len());
                }
                if !inside_word && next.is_none() {
                    return Found::Undecided;
                }
            // A longer secret goes before a shorter one that it begins with.
            } else if !last && value.bytes.starts_with(rest) {
                return Found::Undecided;
            }
        }
        if inside_word { Found::Nothing } else { self.find_key(rest, last) }
    }

    /// Looks for a key of a known kind.
    fn find_key(&self, rest: &[u8], last: bool) -> Found {
        let mut undecided = false;
        for prefix in kinds(rest.first().copied()).iter().map(|kind| kind.prefix.as_bytes()) {
            if rest.starts_with(prefix) {
                let length = rest.iter().skip(prefix.len()).position(|byte| !self.is_word(*byte));
                let length = length.map_or(rest.len(), |length| prefix.len() + length);
                if length == rest.len() && length < KEY_LENGTHS.1 && !last {
                    return Found::Undecided;
                }
                if length >= KEY_LENGTHS.0 {
                    return Found::Secret(length);
                }
            }
            undecided |= prefix.starts_with(rest);
        }
        if undecided && !last { Found::Undecided } else { Found::Nothing }
    }
}

/// Returns the kinds of keys that begin with a byte: the table is sorted.
fn kinds(first: Option<u8>) -> &'static [KeyKind] {
    let Some(first) = first else { return &[] };
    let begin = |kind: &KeyKind| kind.prefix.as_bytes()[0];
    let start = KEY_KINDS.partition_point(|kind| begin(kind) < first);
    let end = KEY_KINDS.partition_point(|kind| begin(kind) <= first);
    &KEY_KINDS[start..end]
}

/// Returns a value as it stands, as inside of a JSON text, and as in an address.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let json = serde_json::Value::from(value).to_string().into_bytes();
    let address = value.bytes().flat_map(|byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if plain { vec![byte] } else { format!("%{byte:02X}").into_bytes() }
    });
    let mut forms = vec![value.as_bytes().to_vec(), json[1..json.len() - 1].to_vec(), address.collect()];
    forms.sort();
    forms.dedup();
    forms
}

/// Redacts one stream; keeps back only what may be the beginning of a secret.
#[derive(Debug)]
pub struct Redactor {
    secrets: Secrets,
    held: Vec<u8>,
    /// The byte before `held` belongs to a word, so no key begins here.
    inside_word: bool,
}

impl Redactor {
    /// Takes the next chunk and appends to `out` what is safe.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        if self.held.is_empty() {
            let rest = self.scan(chunk, false, out);
            self.held.extend_from_slice(&chunk[rest..]);
        } else {
            let mut text = std::mem::take(&mut self.held);
            text.extend_from_slice(chunk);
            let rest = self.scan(&text, false, out);
            text.drain(..rest);
            self.held = text;
        }
    }

    /// Ends the stream: nothing more will come.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let text = std::mem::take(&mut self.held);
        self.scan(&text, true, out);
    }

    /// Copies `text` without its secrets; returns how much of it is dealt with.
    fn scan(&mut self, text: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        loop {
            let Some(next) = self.secrets.candidate(&text[at..], self.inside_word) else {
                self.copy(&text[at..], out);
                return text.len();
            };
            self.copy(&text[at..at + next], out);
            at += next;
            match self.secrets.find(&text[at..], self.inside_word, last) {
                Found::Nothing => {
                    self.copy(&text[at..=at], out);
                    at += 1;
                }
                Found::Secret(length) => {
                    out.extend_from_slice(MARK);
                    self.inside_word = false;
                    at += length;
                }
                Found::Undecided => return at,
            }
        }
    }

    fn copy(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        if let Some(end) = plain.last() {
            self.inside_word = self.secrets.is_word(*end);
            out.extend_from_slice(plain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(secrets: &Secrets, text: &str, size: usize) -> String {
        let mut redactor = secrets.stream();
        let mut out = Vec::new();
        for chunk in text.as_bytes().chunks(size) {
            redactor.push(chunk, &mut out);
        }
        redactor.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_vanish_at_every_chunk_size() {
        let secrets =
            Secrets::of([("MY_API_KEY", "hunter22hunter22"), ("GIT_TOKEN", "hunter22"), ("HOME", "/home/me/x")]);
        let text = "a hunter22 hunter22hunter22 hunter2 hunthunter22 /home/me/x hunt";
        for size in 1..text.len() {
            let got = chunks(&secrets, text, size);
            assert_eq!(got, "a [redacted] [redacted] hunter2 hunt[redacted] /home/me/x hunt", "chunks of {size}");
        }
    }

    #[test]
    fn known_kinds_of_keys_vanish_and_words_stay() {
        let secrets = Secrets::default();
        let text =
            "key=sk-ant-0000000000000000, a disk-based-approach-to-everything and sk-short, ghp_0123456789abcdefghij";
        for size in 1..text.len() {
            let got = chunks(&secrets, text, size);
            assert_eq!(got, "key=[redacted], a disk-based-approach-to-everything and sk-short, [redacted]");
        }
    }

    #[test]
    fn a_value_is_found_in_its_json_form_and_in_addresses() {
        let secrets = Secrets::of([("A_TOKEN", "quo\"te\\slash"), ("B_TOKEN", "p@ss/word"), ("C_TOKEN", "abc")]);
        let text = r#"{"t":"quo\"te\\slash"} http://me:p%40ss%2Fword@host p@ss/word abc"#;
        assert_eq!(secrets.redact(text), r#"{"t":"[redacted]"} http://me:[redacted]@host [redacted] abc"#);
        assert_eq!(
            secrets.redact_json(serde_json::json!({"a": ["quo\"te\\slash"]})),
            serde_json::json!({"a": ["[redacted]"]})
        );
    }

    #[test]
    fn a_short_value_goes_where_it_stands_alone_at_every_chunk_size() {
        let secrets = Secrets::of([("MY_DB_PASS", "pa55"), ("DB_PASSWORD", "pa55word-1"), ("A_TOKEN", "5f-5f")]);
        let text = "pa55 (pa55)=pa55, spa55 pa55s pa55-x pa55word-1 5f-5f.\npa55";
        let wanted = "[redacted] ([redacted])=[redacted], spa55 pa55s pa55-x [redacted] [redacted].\n[redacted]";
        for size in 1..text.len() {
            assert_eq!(chunks(&secrets, text, size), wanted, "chunks of {size}");
        }
    }

    #[test]
    fn the_password_of_an_address_is_a_secret() {
        let proxy = ("HTTPS_PROXY", "http://me:p4ssw0rd-of-me@proxy:8080/x");
        let secrets =
            Secrets::of([proxy, ("BASE_URL", "https://token-of-mine@host"), ("PLAIN_URL", "http://host/a@b")]);
        let text = "http://me:p4ssw0rd-of-me@proxy token-of-mine http://host/a@b";
        assert_eq!(secrets.redact(text), "http://me:[redacted]@proxy [redacted] http://host/a@b");
    }

    #[test]
    fn nothing_is_held_back_after_a_line_end() {
        let secrets = Secrets::of([("A_TOKEN", "secretsecret")]);
        let mut redactor = secrets.stream();
        let mut out = Vec::new();
        redactor.push(b"a line\n", &mut out);
        assert_eq!(out, b"a line\n");
    }
}
