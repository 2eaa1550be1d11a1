//! What kind of project this is, and the checks that people of such projects usually run.

use std::fs;
use std::path::Path;

/// The levels of `[validate]`, and the lines that set a worktree up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What was recognised, such as `Cargo` or `Make`.
    pub kinds: Vec<&'static str>,
    pub levels: [Vec<String>; 4],
    pub setup: Vec<String>,
}

impl Proposal {
    fn add(&mut self, level: usize, line: impl Into<String>) {
        let line = line.into();
        if !self.levels.iter().any(|lines| lines.contains(&line)) {
            self.levels[level - 1].push(line);
        }
    }

    /// Adds a line where the level has none yet: a Makefile mostly wraps what was found already.
    fn fill(&mut self, level: usize, line: impl Into<String>) {
        if self.levels[level - 1].is_empty() {
            self.add(level, line);
        }
    }
}

/// Looks at the files of the project's folder.
pub fn detect(root: &Path) -> Proposal {
    let mut found = Proposal::default();
    let there = |name: &str| root.join(name).is_file();
    let text = |name: &str| fs::read_to_string(root.join(name)).unwrap_or_default();
    if there("Cargo.toml") {
        found.kinds.push("Cargo");
        found.add(1, "cargo fmt --check");
        found.add(2, "cargo clippy --all-targets -- -D warnings");
        found.add(3, "cargo test");
    }
    if there("package.json") {
        npm(&mut found, &text("package.json"), &there);
    }
    if there("pyproject.toml") || there("setup.py") || there("pytest.ini") {
        python(
            &mut found,
            &text("pyproject.toml"),
            there("uv.lock"),
            there("pytest.ini") || root.join("tests").is_dir(),
        );
    }
    if there("go.mod") {
        found.kinds.push("Go");
        found.add(1, "test -z \"$(gofmt -l .)\"");
        found.add(2, "go vet ./...");
        found.add(3, "go test ./...");
    }
    if there("pom.xml") {
        found.kinds.push("Maven");
        let program = if there("mvnw") { "./mvnw" } else { "mvn" };
        found.add(2, format!("{program} -q -B test-compile"));
        found.add(3, format!("{program} -q -B test"));
    }
    if there("build.gradle") || there("build.gradle.kts") {
        found.kinds.push("Gradle");
        let program = if there("gradlew") { "./gradlew" } else { "gradle" };
        found.add(2, format!("{program} -q testClasses"));
        found.add(3, format!("{program} -q test"));
    }
    if there(".pre-commit-config.yaml") {
        found.kinds.push("pre-commit");
        found.add(1, "pre-commit run --all-files");
    }
    if let Some(name) = ["GNUmakefile", "makefile", "Makefile"].into_iter().find(|name| there(name)) {
        found.kinds.push("Make");
        let text = text(name);
        let has =
            |target: &str| text.lines().any(|line| line.strip_prefix(target).is_some_and(|rest| rest.starts_with(':')));
        for (level, target) in [(1, "lint"), (2, "check"), (3, "test")] {
            if has(target) {
                found.fill(level, format!("make {target}"));
            }
        }
    }
    found
}

fn npm(found: &mut Proposal, manifest: &str, there: &impl Fn(&str) -> bool) {
    let manifest: serde_json::Value = serde_json::from_str(manifest).unwrap_or_default();
    let script = |name: &str| manifest["scripts"][name].as_str();
    let (kind, run, install) = if there("pnpm-lock.yaml") {
        ("pnpm", "pnpm run", Some("pnpm install --frozen-lockfile"))
    } else if there("yarn.lock") {
        ("Yarn", "yarn run", Some("yarn install --immutable"))
    } else {
        ("npm", "npm run", there("package-lock.json").then_some("npm ci"))
    };
    found.kinds.push(kind);
    for (level, names) in [(1, ["lint", "format:check"]), (2, ["typecheck", "build"])] {
        if let Some(name) = names.into_iter().find(|name| script(name).is_some()) {
            found.add(level, format!("{run} {name}"));
        }
    }
    // What `npm init` writes fails always.
    if script("test").is_some_and(|line| !line.contains("no test specified")) {
        found.add(3, format!("{run} test"));
    }
    found.setup.extend(install.map(str::to_owned));
}

fn python(found: &mut Proposal, project: &str, uv: bool, tests: bool) {
    found.kinds.push(if uv { "uv" } else { "Python" });
    let run = if uv { "uv run " } else { "" };
    if project.contains("[tool.ruff") || project.contains("ruff") {
        found.add(1, format!("{run}ruff check ."));
    }
    let python = if uv { "uv run python" } else { "python3" };
    found.add(2, format!("{python} -m compileall -q ."));
    if tests || project.contains("pytest") {
        found.add(3, format!("{run}pytest -q"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Proposal {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        detect(folder.path())
    }

    #[test]
    fn each_kind_of_project_has_its_checks() {
        for (files, kinds, levels) in [
            (
                vec![("Cargo.toml", "")],
                "Cargo",
                "cargo fmt --check|cargo clippy --all-targets -- -D warnings|cargo test|",
            ),
            (
                vec![("package.json", r#"{"scripts":{"lint":"eslint .","test":"jest"}}"#), ("package-lock.json", "{}")],
                "npm",
                "npm run lint||npm run test|",
            ),
            (
                vec![("package.json", r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#)],
                "npm",
                "|||",
            ),
            (
                vec![("pyproject.toml", "[tool.ruff]\n[dependency-groups]\ndev = [\"pytest\"]\n"), ("uv.lock", "")],
                "uv",
                "uv run ruff check .|uv run python -m compileall -q .|uv run pytest -q|",
            ),
            (vec![("go.mod", "module x\n")], "Go", "test -z \"$(gofmt -l .)\"|go vet ./...|go test ./...|"),
            (vec![("pom.xml", ""), ("mvnw", "")], "Maven", "|./mvnw -q -B test-compile|./mvnw -q -B test|"),
            (vec![("build.gradle.kts", "")], "Gradle", "|gradle -q testClasses|gradle -q test|"),
            (vec![("Makefile", "lint: x\n\ttrue\ntest:\n\ttrue\n")], "Make", "make lint||make test|"),
            (vec![(".pre-commit-config.yaml", "")], "pre-commit", "pre-commit run --all-files|||"),
            (vec![("README.md", "")], "", "|||"),
        ] {
            let found = of(&files);
            let lines = found.levels.map(|lines| lines.join(" & ")).join("|");
            assert_eq!((found.kinds.join(" "), lines), (kinds.to_owned(), levels.to_owned()), "{files:?}");
        }
    }

    #[test]
    fn a_makefile_adds_only_what_nobody_else_has() {
        let found = of(&[("Cargo.toml", ""), ("Makefile", "test:\n\ttrue\n")]);
        assert_eq!((found.kinds, found.levels[2].clone()), (vec!["Cargo", "Make"], vec!["cargo test".to_owned()]));
    }
}
