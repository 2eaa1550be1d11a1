//! Takes out of a recording what belongs to this machine and this moment.

use std::collections::BTreeMap;
use std::path::Path;

/// Replaces the temporary folder, the address of the server and every UUID; the same UUID stays the same.
pub fn scrub(lines: &str, temp: &Path, url: &str) -> String {
    let text = lines
        .replace(&*temp.to_string_lossy(), "/project")
        .replace(url.trim_start_matches("http://"), "127.0.0.1:8080");
    // Some agents make names of folders out of paths.
    let dashed = temp.to_string_lossy().replace(['/', '.', '_'], "-");
    uuids(&text.replace(&dashed, "-project"))
}

fn uuids(text: &str) -> String {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(uuid) = rest.get(..36).filter(|word| is_uuid(word)) {
            let next = known.len() + 1;
            let number = known.entry(uuid).or_insert(next);
            scrubbed.push_str(&format!("00000000-0000-4000-8000-{number:012}"));
            rest = &rest[36..];
        } else {
            scrubbed.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    scrubbed
}

fn is_uuid(word: &str) -> bool {
    word.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

#[test]
fn the_same_uuid_stays_the_same_and_paths_are_gone() {
    let (one, two) = ("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "1b4e28ba-2fa1-41d2-883f-0016d3cca428");
    let text = format!("{one} é {two} {one} /tmp/.x/tree http://127.0.0.1:99");
    let scrubbed = scrub(&text, Path::new("/tmp/.x"), "http://127.0.0.1:99");
    let name = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    assert_eq!(scrubbed, format!("{} é {} {} /project/tree http://127.0.0.1:8080", name(1), name(2), name(1)));
}
