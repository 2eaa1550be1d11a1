//! The files that the phases of a PRP name.

use std::ops::Range;

use crate::review::document::ReviewedPrp;
use crate::review::outline::{clamp, prose_lines};

/// A path in back-ticks.
pub(super) struct PathReference {
    pub(super) path: String,
    pub(super) span: Range<usize>,
}

/// Lists the paths that stand in back-ticks in the phases, outside of fenced code.
pub(super) fn references(document: &ReviewedPrp<'_>) -> Vec<PathReference> {
    let text = &document.prp.text;
    let mut found = Vec::new();
    for phase in &document.prp.phases {
        for line in prose_lines(text, &clamp(text, &phase.span)) {
            let mut at = line.start;
            for (index, part) in text[line.clone()].split('`').enumerate() {
                if index % 2 == 1
                    && let Some(path) = path(part)
                {
                    found.push(PathReference { path, span: at..at + part.len() });
                }
                at += part.len() + 1;
            }
        }
    }
    found
}

/// Reads a text that can be nothing but the path of a file in the project: a folder, a name, an extension.
fn path(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("./");
    let text = match text.split_once(':') {
        Some((path, lines)) if lines.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b',')) => path,
        Some(_) => return None,
        None => text,
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+');
    let (folder, name) = text.rsplit_once('/')?;
    let (stem, extension) = name.rsplit_once('.')?;
    let extension_fits = (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && extension.bytes().any(|byte| byte.is_ascii_alphabetic());
    let first = folder.split('/').next()?;
    // `example.com/x.html` is an address, `.github/x.yml` is not; `and/or` and `/etc/x.conf` are no files of the project.
    let address = first.trim_start_matches('.').contains('.');
    let inside = !text.starts_with('/') && !text.split('/').any(|part| part == ".." || part.is_empty());
    let sample = text.contains("...") || ["path/to/", "xxx", "foo/"].iter().any(|word| text.contains(word));
    let good = text.chars().all(plain) && !stem.is_empty() && extension_fits && !address && inside && !sample;
    good.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn only_what_must_be_a_file_of_the_project_is_a_path() {
        for (text, expected) in [
            ("src/auth.rs", Some("src/auth.rs")),
            ("./src/auth.rs:10-20", Some("src/auth.rs")),
            (".github/ci.yml", Some(".github/ci.yml")),
            ("auth.rs", None),
            ("src/", None),
            ("example.com/x.html", None),
            ("/etc/x.conf", None),
            ("../x/y.rs", None),
            ("src/*.rs", None),
            ("cat src/x.rs", None),
            ("application/vnd.1", None),
            ("path/to/file.rs", None),
            ("https://a/b.c", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }
}
