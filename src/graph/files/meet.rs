//! Whether two globs can name one and the same file.

/// Tells whether some path fits both patterns. `*` and `?` stay within one part, `**` spans any number of parts.
pub(super) fn globs_meet(a: &str, b: &str) -> bool {
    let (a, b) = (parts(a), parts(b));
    meet(&a, &b, |part| *part == "**", |x, y| part_meets(x, y))
}

/// Tells whether a glob can name something below a directory.
pub(super) fn reaches_below(glob: &str, directory: &str) -> bool {
    directory.is_empty() || globs_meet(glob, &format!("{directory}/**"))
}

/// Returns the leading parts of a glob that are plain text: the directory in which it looks.
pub(super) fn fixed_directory(glob: &str) -> &str {
    let end = glob.find(['*', '?']).unwrap_or(glob.len());
    glob[..end].rfind('/').map_or("", |slash| &glob[..slash])
}

fn parts(glob: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = glob.split('/').collect();
    if parts.last() == Some(&"**") {
        // At the end it means at least one part: `src/**` is not `src`.
        parts.insert(parts.len() - 1, "*");
    }
    parts
}

fn part_meets(a: &str, b: &str) -> bool {
    if !a.contains(['*', '?']) && !b.contains(['*', '?']) {
        return a == b;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    meet(&a, &b, |letter| *letter == '*', |x, y| x == y || *x == '?' || *y == '?')
}

/// Tells whether two sequences have a common reading when some elements stand for any number of others.
fn meet<T>(a: &[T], b: &[T], many: impl Fn(&T) -> bool, same: impl Fn(&T, &T) -> bool) -> bool {
    // `below[j]` says whether the rest of `a` behind the current element meets `b[j..]`.
    let mut below = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some(x), _) if many(x) => below[j] || (j < b.len() && row[j + 1]),
                (_, Some(y)) if many(y) => row[j + 1] || (i < a.len() && below[j]),
                (Some(x), Some(y)) => below[j + 1] && same(x, y),
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_meet_when_one_path_fits_both() {
        for (a, b, expected) in [
            ("src/*.rs", "src/a*", true),
            ("src/*.rs", "src/*.toml", false),
            ("src/**/*.rs", "src/a/b/c.rs", true),
            ("src/**/*.rs", "src/c.rs", true),
            ("src/*.rs", "src/a/*.rs", false),
            ("src/**", "src/a/*.rs", true),
            ("src/**", "src", false),
            ("**/*.md", "docs/?.md", true),
            ("**", "a", true),
            ("a/**/z", "a/b/**/y/z", true),
            ("a/**/z", "b/**/z", false),
            ("*a", "*b", false),
            ("a*c", "*b*", true),
        ] {
            assert_eq!((globs_meet(a, b), globs_meet(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn a_glob_reaches_below_a_directory() {
        assert!(reaches_below("src/**/*.rs", "src/model"));
        assert!(reaches_below("*.md", ""));
        assert!(!reaches_below("src/*.rs", "src/model"));
        assert_eq!(fixed_directory("src/mo*/x"), "src");
        assert_eq!(fixed_directory("*.md"), "");
    }
}
