//! Whether a changed file is one of those that a PRP declares: paths, directories, globs.

use globset::{GlobBuilder, GlobMatcher};

/// A declared path, ready to be compared.
#[derive(Debug)]
pub struct DeclaredFile {
    path: String,
    glob: Option<GlobMatcher>,
}

impl DeclaredFile {
    /// Reads a declared path. A glob that is not valid is taken as the name of a file.
    pub fn new(declared: &str) -> Self {
        let path = declared.trim().trim_start_matches("./").trim_end_matches('/').to_owned();
        let glob = path.contains(['*', '?', '[', '{']).then(|| {
            // `*` stays in its folder, as in .gitignore.
            GlobBuilder::new(&path).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
        });
        Self { path, glob: glob.flatten() }
    }

    /// Tells whether it can fit files by more than their path.
    pub fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    /// Tells whether a file is the declared one, lies in the declared directory, or fits the glob.
    pub fn matches(&self, file: &str) -> bool {
        let file = file.trim_start_matches("./");
        // Brackets are also part of real names, so the plain comparison comes first.
        file == self.path
            || file.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
            || self.path.is_empty()
            || self.path == "."
            || self.glob.as_ref().is_some_and(|glob| glob.is_match(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_directories_and_globs_match_what_they_name() {
        for (declared, file, expected) in [
            ("src/a.rs", "src/a.rs", true),
            ("./src/", "src/deep/a.rs", true),
            ("src", "srcs/a.rs", false),
            ("src/*.rs", "src/a.rs", true),
            ("src/*.rs", "src/deep/a.rs", false),
            ("src/**", "src/deep/a.rs", true),
            ("app/[id]/page.tsx", "app/[id]/page.tsx", true),
            ("src/[", "src/[", true),
        ] {
            assert_eq!(DeclaredFile::new(declared).matches(file), expected, "{declared} {file}");
        }
    }
}
