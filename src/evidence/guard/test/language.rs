//! Languages whose tests are known, and which files hold tests.

/// A language, or a family of languages that write tests alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Python,
    /// With TypeScript and what is built upon both.
    JavaScript,
    Go,
    /// With Kotlin, Scala and Groovy.
    Java,
    Ruby,
    /// With Bats.
    Shell,
}

impl Language {
    /// Returns the language of a file by its name.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or_default();
        Some(match name.rsplit_once('.')?.1 {
            "rs" => Self::Rust,
            "py" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" => Self::JavaScript,
            "go" => Self::Go,
            "java" | "kt" | "kts" | "scala" | "groovy" => Self::Java,
            "rb" => Self::Ruby,
            "sh" | "bash" | "bats" | "t" => Self::Shell,
            _ => return None,
        })
    }

    /// Tells whether tests are looked for in a file. Where any function may have the name of a test, the file has to.
    /// What lies among fixtures is read by tests and is none.
    pub(super) fn has_tests(self, path: &str) -> bool {
        const DATA: [&str; 5] = ["fixtures", "__fixtures__", "testdata", "test-data", "node_modules"];
        if path.split('/').any(|part| DATA.contains(&part)) {
            return false;
        }
        match self {
            Self::Rust | Self::Java => true,
            Self::Go => path.ends_with("_test.go"),
            Self::Python | Self::JavaScript | Self::Ruby | Self::Shell => is_named(path),
        }
    }

    /// Tells whether a runner that was not told otherwise looks into a file. Those of Python go by its name alone.
    pub(super) fn collects(self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".py").unwrap_or(name);
        self != Self::Python || stem.starts_with("test") || stem.ends_with("_test") || stem.ends_with("_tests")
    }

    /// Returns what begins a comment that goes to the end of the line.
    pub(super) fn comment(self) -> &'static str {
        match self {
            Self::Rust | Self::JavaScript | Self::Go | Self::Java => "//",
            Self::Python | Self::Ruby | Self::Shell => "#",
        }
    }
}

/// Tells whether a file is one of tests, by its name and folder.
pub(in crate::evidence::guard) fn is_test_file(path: &str) -> bool {
    Language::of(path).is_some() && is_named(path)
}

fn is_named(path: &str) -> bool {
    const FOLDERS: [&str; 7] = ["test", "tests", "__tests__", "spec", "specs", "e2e", "testing"];
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let middle = name.split('.').rev().skip(1).any(|part| matches!(part, "test" | "spec" | "e2e" | "cy"));
    let named = stem == "test"
        || stem == "tests"
        || ["test_", "test-"].iter().any(|begin| stem.starts_with(begin))
        || ["_test", "_tests", "-test", "_spec", "-spec", "Test", "Tests", "Spec"]
            .iter()
            .any(|end| stem.ends_with(end));
    middle
        || named
        || name.rsplit_once('.').is_some_and(|(_, end)| end == "bats")
        || parts.iter().any(|part| FOLDERS.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_known_by_name_or_folder() {
        for path in [
            "tests/test_a.py",
            "src/a.test.ts",
            "src/a.spec.js",
            "pkg/a_test.go",
            "spec/a_spec.rb",
            "test/app.js",
            "t/a.bats",
            "AppTest.java",
            "cypress/x.cy.js",
            "app/tests.py",
            "tests/regression.rs",
        ] {
            assert!(is_test_file(path), "{path}");
        }
        for path in
            ["src/a.rs", "lib/attest.py", "latest.js", "contest/a.rb", "tests/data.json", "testimony.py", "inspect.rb"]
        {
            assert!(!is_test_file(path), "{path}");
        }
    }
}
