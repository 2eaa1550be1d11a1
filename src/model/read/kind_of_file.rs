//! What a file is that is no document: empty, binary, or data.

use std::path::Path;

use crate::model::problem::Problem;

/// Says what a file is when it cannot be a document; nothing else is worth saying about it then.
pub(crate) fn not_a_document(path: &Path, bytes: &[u8]) -> Option<Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Some(
            Problem::error("file::empty", "the file is empty").help("write the plan or the PRP into it first"),
        );
    }
    if memchr::memchr(0, bytes).is_some() {
        return Some(
            Problem::error("file::binary", "the file is not text").help("give a plan or a PRP: a Markdown document"),
        );
    }
    let data = |what: &str| {
        Problem::error("file::data", format!("the file is {what} and not a document"))
            .help("give a plan or a PRP; `batchprp formats` lists what can be read")
    };
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    match end.as_str() {
        "yaml" | "yml" => return Some(data("YAML")),
        "toml" => return Some(data("TOML")),
        _ => {}
    }
    let starts = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if end != "json" && !matches!(starts, Some(b'{' | b'[')) {
        return None;
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Ok(_) => Some(data("JSON")),
        Err(error) if end == "json" => Some(
            Problem::error("file::data", format!("the file is not valid JSON: {error}"))
                .help("mend it where the message says"),
        ),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_called_what_it_is() {
        let code = |name: &str, bytes: &[u8]| {
            not_a_document(Path::new(name), bytes).map(|problem| (problem.code, problem.message))
        };
        for (name, bytes, expected) in [
            ("a.md", &b" \n"[..], "file::empty the file is empty"),
            ("a.md", b"\x89PNG\0", "file::binary the file is not text"),
            ("a.md", b"{\"a\": [1]}", "file::data the file is JSON and not a document"),
            ("a.yml", b"a: 1", "file::data the file is YAML and not a document"),
            ("Cargo.toml", b"[a]", "file::data the file is TOML and not a document"),
        ] {
            let found = code(name, bytes).map(|(code, message)| format!("{code} {message}"));
            assert_eq!(found.as_deref(), Some(expected), "{name}");
        }
        let broken = code("a.json", b"{").map(|(_, message)| message).unwrap_or_default();
        assert!(broken.starts_with("the file is not valid JSON: "), "{broken}");
        for text in ["# A", "[a link](b)", "{{ a template }}", "---\na: 1\n---\n"] {
            assert_eq!(code("a.md", text.as_bytes()), None, "{text}");
        }
    }
}
