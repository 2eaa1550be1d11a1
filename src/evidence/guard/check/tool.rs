//! Which files decide what a tool lets pass.

/// A tool by the words that start it, and its settings: names in any folder; `name#section` means only that part.
const TOOLS: [(&[&str], &[&str]); 26] = [
    (
        &["pytest", "py.test", "tox", "nox", "coverage"],
        &[
            "pytest.ini",
            ".pytest.ini",
            "tox.ini",
            "noxfile.py",
            "conftest.py",
            "sitecustomize.py",
            "usercustomize.py",
            ".coveragerc",
            "setup.cfg",
            "pyproject.toml#tool.pytest",
            "pyproject.toml#tool.coverage",
            "pyproject.toml#tool.tox",
        ],
    ),
    (&["mypy", "dmypy"], &["mypy.ini", ".mypy.ini", "setup.cfg", "pyproject.toml#tool.mypy"]),
    (&["pyright", "basedpyright"], &["pyrightconfig.json", "pyproject.toml#tool.pyright"]),
    (&["ruff"], &["ruff.toml", ".ruff.toml", "pyproject.toml#tool.ruff"]),
    (&["flake8"], &[".flake8", "setup.cfg", "tox.ini"]),
    (&["pylint"], &[".pylintrc", "pylintrc", "pyproject.toml#tool.pylint"]),
    (&["black", "isort"], &["pyproject.toml#tool.black", "pyproject.toml#tool.isort", ".isort.cfg"]),
    (
        &["python", "python3", "uv", "poetry", "hatch", "pdm", "manage.py"],
        &["pyproject.toml#tool", "setup.cfg", "sitecustomize.py", "usercustomize.py"],
    ),
    (&["pre-commit", "prek"], &[".pre-commit-config.yaml"]),
    (&["npm", "npx", "yarn", "pnpm", "bun", "bunx", "turbo", "nx", "lerna"], JAVASCRIPT),
    (&["jest"], &["jest.config.*", "jest.setup.*", "setupTests.*", "package.json#jest"]),
    (&["vitest", "vite"], &["vitest.config.*", "vitest.setup.*", "vitest.workspace.*", "vite.config.*"]),
    (&["mocha", "nyc", "c8", "karma", "ava", "tap"], &[".mocharc*", ".nycrc*", ".c8rc*", "karma.conf.*", ".taprc"]),
    (&["eslint", "biome", "prettier", "oxlint"], &[".eslintrc*", "eslint.config.*", "biome.json*", ".eslintignore"]),
    (&["tsc", "vue-tsc"], &["tsconfig*.json"]),
    (&["playwright", "cypress"], &["playwright.config.*", "cypress.config.*", "cypress.json"]),
    (&["make", "gmake"], &["Makefile", "makefile", "GNUmakefile", "*.mk"]),
    (&["just"], &["justfile", "Justfile", ".justfile"]),
    (&["task"], &["Taskfile.yml", "Taskfile.yaml"]),
    (
        &["cargo", "cargo-nextest"],
        &[
            "clippy.toml",
            ".clippy.toml",
            "rustfmt.toml",
            ".rustfmt.toml",
            "deny.toml",
            "nextest.toml",
            "Cargo.toml#lints",
            "Cargo.toml#workspace.lints",
            "Cargo.toml#profile.test",
            ".cargo/config.toml",
        ],
    ),
    (&["golangci-lint"], &[".golangci.yml", ".golangci.yaml", ".golangci.toml"]),
    (
        &["rake", "rspec", "bundle", "rubocop", "rails"],
        &[
            "Rakefile",
            ".rspec",
            "spec_helper.rb",
            "rails_helper.rb",
            "test_helper.rb",
            ".rubocop.yml",
            ".rubocop_todo.yml",
        ],
    ),
    (&["phpunit", "composer", "phpstan"], &["phpunit.xml*", "phpstan.neon*", "composer.json#scripts"]),
    (&["ctest", "cmake"], &["CTestConfig.cmake", "CTestCustom.cmake"]),
    (&["bazel", "bazelisk"], &[".bazelrc"]),
    (&["mvn", "mvnw", "gradle", "gradlew"], &["checkstyle.xml", "pmd.xml", "spotbugs*.xml", "detekt.yml"]),
];

/// What a script of `package.json` may run.
const JAVASCRIPT: &[&str] = &[
    "package.json#scripts",
    "package.json#jest",
    "package.json#mocha",
    "package.json#ava",
    "jest.config.*",
    "jest.setup.*",
    "vitest.setup.*",
    "setupTests.*",
    ".npmrc",
    "vitest.config.*",
    "vitest.workspace.*",
    "vite.config.*",
    ".mocharc*",
    ".nycrc*",
    ".c8rc*",
    "karma.conf.*",
    ".taprc",
    ".eslintrc*",
    "eslint.config.*",
    ".eslintignore",
    "biome.json*",
    "tsconfig*.json",
    "playwright.config.*",
    "cypress.config.*",
    "cypress.json",
    "turbo.json",
    "nx.json",
];

/// Hooks of git, whatever the gates run.
const HOOKS: [&str; 7] = [
    ".husky/*",
    ".githooks/*",
    "lefthook.yml",
    ".lefthook.yml",
    ".pre-commit-config.yaml",
    ".gitattributes",
    ".lfsconfig",
];

/// Settings that decide about what runs: the path as it was matched, and the part of it that counts.
pub(super) fn settings(words: &[&str], path: &str) -> Vec<Option<&'static str>> {
    let used = TOOLS.iter().filter(|(names, _)| words.iter().any(|word| names.contains(word)));
    let files = used.flat_map(|(_, files)| files.iter().copied()).chain(HOOKS);
    let fits = |entry: &'static str| {
        let (file, section) = entry.split_once('#').map_or((entry, None), |(file, section)| (file, Some(section)));
        let name = if file.contains('/') { path } else { path.rsplit('/').next().unwrap_or_default() };
        crate::evidence::environment::matches(file, name).then_some(section)
    };
    files.filter_map(fits).collect()
}
