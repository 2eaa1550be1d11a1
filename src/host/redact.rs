//! Secret values are taken out of everything before it is stored, shown or parsed, also across chunk borders.

use std::sync::Arc;

/// What stands in the place of a secret.
const MARK: &[u8] = b"[redacted]";
/// Values shorter than this are words, not secrets.
const MIN_VALUE: usize = 8;
/// Beginnings of well-known kinds of keys; what follows must look like one.
const PREFIXES: [&[u8]; 8] = [b"sk-", b"ghp_", b"gho_", b"ghs_", b"github_pat_", b"lin_api_", b"AKIA", b"xoxb-"];
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
    /// Longest first, so that a secret that contains another one goes whole.
    values: Vec<Vec<u8>>,
    /// What each byte may be: `VALUE`, `KEY`, `WORD`.
    classes: [u8; 256],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.values.len())
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
    /// Collects the values of those variables whose names say that they are secret, and the passwords in addresses.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let secret = |(name, value): (&str, &'a str)| if is_secret_name(name) { Some(value) } else { password(value) };
        Self::values(variables.into_iter().filter_map(secret).map(str::to_owned))
    }

    /// Makes a set of these values; short ones are left out.
    pub fn values(values: impl IntoIterator<Item = String>) -> Self {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for value in values.into_iter().filter(|value| value.trim().len() >= MIN_VALUE) {
            let plain = value.trim().as_bytes().to_vec();
            // The same value as it stands inside a JSON text.
            let json = serde_json::Value::from(value.trim()).to_string().into_bytes();
            all.push(json[1..json.len() - 1].to_vec());
            all.push(plain);
        }
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        let mut classes = [0; 256];
        for byte in u8::MIN..=u8::MAX {
            let begins = |text: &[u8]| text.first() == Some(&byte);
            let value = if all.iter().any(|value| begins(value)) { VALUE } else { 0 };
            let key = if PREFIXES.iter().any(|prefix| begins(prefix)) { KEY } else { 0 };
            let word = if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' { WORD } else { 0 };
            classes[usize::from(byte)] = value | key | word;
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
        let mut undecided = false;
        for value in &self.0.values {
            if rest.starts_with(value) {
                return Found::Secret(value.len());
            }
            // A longer secret goes before a shorter one that it begins with.
            if !last && value.starts_with(rest) {
                return Found::Undecided;
            }
        }
        if !inside_word {
            for prefix in PREFIXES {
                if rest.starts_with(prefix) {
                    let length = rest.iter().position(|byte| !self.is_word(*byte)).unwrap_or(rest.len());
                    if length == rest.len() && length < KEY_LENGTHS.1 && !last {
                        return Found::Undecided;
                    }
                    if length >= KEY_LENGTHS.0 {
                        return Found::Secret(length);
                    }
                }
                undecided |= prefix.starts_with(rest);
            }
        }
        if undecided && !last { Found::Undecided } else { Found::Nothing }
    }
}

/// Tells whether a variable of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    const ENDS: [&str; 7] = ["API_KEY", "TOKEN", "SECRET", "PASSWORD", "SECRET_KEY", "ACCESS_KEY", "PRIVATE_KEY"];
    let name = name.to_uppercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Returns the password of an address such as `https://user:password@host/`.
fn password(address: &str) -> Option<&str> {
    let authority = address.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    // A single word before the host is a token more often than a name.
    Some(user.split_once(':').map_or(user, |(_, password)| password))
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
    fn a_value_is_found_in_its_json_form_and_short_values_are_left() {
        let secrets = Secrets::of([("A_TOKEN", "quo\"te\\slash"), ("B_TOKEN", "short")]);
        assert_eq!(secrets.redact(r#"{"t":"quo\"te\\slash"} short"#), r#"{"t":"[redacted]"} short"#);
        assert_eq!(
            secrets.redact_json(serde_json::json!({"a": ["quo\"te\\slash"]})),
            serde_json::json!({"a": ["[redacted]"]})
        );
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
