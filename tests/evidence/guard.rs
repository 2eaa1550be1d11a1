//! Each rule of the guard has changes that break it and changes that keep it.

use std::collections::BTreeMap;

use batchprp::evidence::guard::{
    Change, Commit, File, Input, Other, Outcome, Passing, Policy, RULES, inspect, scripts,
};
use batchprp::model::guard::Level;
use proptest::prelude::*;

fn input(changes: Vec<Change>) -> Input {
    Input {
        item: "PRP-1.2.1".to_owned(),
        document: "PRPs/feature-requests/PRP-1.2.1-api.md".to_owned(),
        documents: vec!["PRPs/feature-requests".to_owned(), "PRPs/executed".to_owned()],
        state: ".ce".to_owned(),
        declared: vec!["src/api.rs".to_owned(), "tests/declared/".to_owned(), "docs/*.md".to_owned()],
        changes,
        ..Input::default()
    }
}

/// Returns rule, level and place of each finding.
fn found(input: &Input) -> Vec<(&'static str, &'static str, String)> {
    let outcome = inspect(input, &Policy::default());
    outcome.findings().iter().map(|finding| (finding.rule, finding.level.as_str(), finding.path.clone())).collect()
}

fn rules(input: &Input) -> Vec<&'static str> {
    let mut rules: Vec<&str> =
        found(input).into_iter().filter(|(_, level, _)| *level != "note").map(|(rule, ..)| rule).collect();
    rules.dedup();
    rules
}

fn file(path: &str, new: File) -> Change {
    Change { path: path.to_owned(), old: None, new: Some(new) }
}

fn binary(bytes: u64, head: &[u8]) -> File {
    File::Binary { bytes, head: head.to_vec() }
}

fn link(target: &str, ignored: bool) -> File {
    File::Link { target: target.to_owned(), ignored }
}

const NONE: [&str; 0] = [];

#[test]
fn ordinary_work_is_clear() {
    let changes = vec![
        Change::text("src/api.rs", Some("fn a() {}\n"), Some("fn a() { b() }\n")),
        Change::text("src/new.rs", None, Some("fn b() {}\n")),
        Change::text("PRPs/feature-requests/PRP-1.2.1-api.md", Some("status: planning\n"), Some("status: executed\n")),
        Change::text(".ce/tmp/runs/x/spec.json", None, Some("{}\n")),
    ];
    assert_eq!(inspect(&input(changes), &Policy::default()), Outcome::Clear(Vec::new()));
}

#[test]
fn undeclared_deletion_waits_and_a_declared_or_moved_file_does_not() {
    let text = "one\ntwo\nthree\nfour\n";
    assert_eq!(rules(&input(vec![Change::text("src/old.rs", Some(text), None)])), ["deletion"]);
    assert_eq!(rules(&input(vec![Change::text("src/api.rs", Some(text), None)])), NONE);
    let moved = vec![
        Change::text("src/old.rs", Some(text), None),
        Change::text("src/deep/old.rs", None, Some("one\ntwo\nthree\nfive\n")),
    ];
    assert_eq!(found(&input(moved)), [("deletion", "note", "src/old.rs".to_owned())]);
    let gone = Change { path: "logo.png".to_owned(), old: Some(binary(10, b"x")), new: None };
    assert_eq!(rules(&input(vec![gone])), ["deletion"]);
}

#[test]
fn files_of_other_items_wait_whether_changed_or_deleted() {
    let others = vec![
        Other {
            item: "PRP-1.1.1".to_owned(),
            made: vec!["src/made.rs".to_owned(), "src/api.rs".to_owned()],
            ..Other::default()
        },
        Other {
            item: "PRP-1.1.2".to_owned(),
            declared: vec!["./src/promised.rs".to_owned(), "lib/".to_owned()],
            ..Other::default()
        },
    ];
    for (path, new, wanted) in [
        ("src/made.rs", Some("b\n"), vec!["foreign_file"]),
        ("src/made.rs", None, vec!["foreign_file"]),
        ("src/promised.rs", Some("b\n"), vec!["foreign_file"]),
        // Declared by both, so they ran one after the other.
        ("src/api.rs", Some("b\n"), vec![]),
        // A folder says too little about a single file.
        ("lib/x.rs", Some("b\n"), vec![]),
        ("src/mine.rs", Some("b\n"), vec![]),
    ] {
        let input = Input { others: others.clone(), ..input(vec![Change::text(path, Some("a\n"), new)]) };
        assert_eq!(rules(&input), wanted, "{path} {new:?}");
    }
    let locked = Other { item: "PRP-1.1.1".to_owned(), made: vec!["Cargo.lock".to_owned()], ..Other::default() };
    let lock = Input { others: vec![locked], ..input(vec![Change::text("Cargo.lock", Some("a\n"), Some("b\n"))]) };
    assert_eq!(found(&lock), [("foreign_file", "note", "Cargo.lock".to_owned())]);
    let reset: Vec<Change> = ["src/made.rs", "src/api.rs"].map(|path| Change::text(path, Some("x\n"), None)).into();
    assert_eq!(rules(&Input { others, declared: Vec::new(), ..input(reset) }), ["foreign_file"]);
}

#[test]
fn commits_of_others_wait_and_forged_ones_are_refused() {
    let forged =
        "PRP-1.1.1: Phase 1 - x\n\nBatchprp-Prp: PRP-1.1.1\nBatchprp-Phase: 1\nBatchprp-Run: r\nBatchprp-Key: k\n";
    let own = forged.replace("PRP-1.1.1", "PRP-1.2.1");
    let plain = || Commit {
        id: "45593c8f1d3f".to_owned(),
        author: "A <a@b>".to_owned(),
        parents: vec!["1".to_owned()],
        ..Commit::default()
    };
    for (commit, wanted) in [
        (Commit { message: "Add the API\n".to_owned(), ..plain() }, vec![]),
        // The form that agents imitate, without our trailers.
        (Commit { message: "PRP-1.2.1: Phase 1 - x\n".to_owned(), ..plain() }, vec![]),
        (Commit { message: own.clone(), recorded: true, ..plain() }, vec![]),
        (Commit { message: own, ..plain() }, vec![("forged_commit", "approve")]),
        (Commit { message: forged.to_owned(), ..plain() }, vec![("forged_commit", "refuse")]),
        (Commit { message: "Merge PRP-1.1.1: Title\n".to_owned(), ..plain() }, vec![("forged_commit", "refuse")]),
        (Commit { message: "x\n\nBatchprp-Prp: PRP-1.1.1\n".to_owned(), ..plain() }, vec![("forged_commit", "refuse")]),
        (Commit { message: "Merge pull request: x\n".to_owned(), ..plain() }, vec![]),
        (Commit { elsewhere: vec!["main".to_owned()], ..plain() }, vec![("foreign_commit", "approve")]),
        (Commit { parents: vec!["1".to_owned(), "2".to_owned()], ..plain() }, vec![("foreign_commit", "approve")]),
    ] {
        let input = Input { commits: vec![commit.clone()], ..input(Vec::new()) };
        let got: Vec<(&str, &str)> = found(&input).into_iter().map(|(rule, level, _)| (rule, level)).collect();
        assert_eq!(got, wanted, "{commit:?}");
    }
}

#[test]
fn settings_of_gates_ci_agents_and_our_own_wait() {
    let gates = ["./ci/check.sh", "npm test", "pytest -q", "cargo test"].map(str::to_owned).to_vec();
    let there = |path: &str| path == "ci/check.sh";
    let package =
        |test: &str, version: &str| format!("{{\"version\": \"{version}\", \"scripts\": {{\"test\": \"{test}\"}}}}");
    for (path, old, new, wanted) in [
        ("ci/check.sh", "exit 1\n", "exit 0\n", vec!["gate_script"]),
        ("conftest.py", "a = 1\n", "b = 1\n", vec!["gate_configuration"]),
        ("pytest.ini", "[pytest]\n", "[pytest]\naddopts = --no-cov\n", vec!["gate_configuration"]),
        ("package.json", &package("jest", "1"), &package("ava", "1"), vec!["gate_configuration"]),
        ("package.json", &package("jest", "1"), &package("jest", "2"), vec![]),
        ("web/jest.config.ts", "a\n", "b\n", vec!["gate_configuration"]),
        (".eslintrc.json", "{}\n", "{\"rules\": {}}\n", vec!["gate_configuration"]),
        ("clippy.toml", "a = 1\n", "a = 2\n", vec!["gate_configuration"]),
        ("Cargo.toml", "[package]\nname = \"a\"\n", "[package]\nname = \"a\"\n[dependencies]\nb = \"1\"\n", vec![]),
        (
            "Cargo.toml",
            "[lints.rust]\nunsafe_code = \"deny\"\n",
            "[lints.rust]\nunsafe_code = \"allow\"\n",
            vec!["gate_configuration"],
        ),
        ("Makefile", "a:\n", "b:\n", vec![]),
        (".husky/pre-commit", "npm test\n", "true\n", vec!["gate_configuration"]),
        (".github/workflows/ci.yml", "a: 1\n", "a: 2\n", vec!["ci"]),
        (".gitlab-ci.yml", "a: 1\n", "a: 2\n", vec!["ci"]),
        (".ce/batchprp.toml", "[validate]\n", "[validate]\nl1 = []\n", vec!["configuration"]),
        (".ce/agents/mine.rhai", "a\n", "b\n", vec!["configuration"]),
        (".ce/commands/own.rhai", "a\n", "b\n", vec!["configuration"]),
        (".ce/subagents/executor.md", "a\n", "b\n", vec!["configuration"]),
        (".ce", "", "a\n", vec!["configuration"]),
        // Of the real batch 47, whose project keeps files of its own there.
        (".ce/orchestration/dependency_analyzer.py", "a\n", "b\n", vec![]),
        (".ce/schemas/batch-metrics.json", "{}\n", "{\"a\": 1}\n", vec![]),
        (".ce/completed-batches/batch-47-generate.json", "", "{}\n", vec![]),
        (".ce/config.yml", "a: 1\n", "a: 2\n", vec![]),
        (".claude/settings.json", "{}\n", "{\"permissions\": {}}\n", vec!["permissions"]),
        (".claude/settings.local.json", "", "{}\n", vec!["permissions"]),
        (".cursor/cli.json", "", "{}\n", vec!["permissions"]),
        (".codex/config.toml", "", "a = 1\n", vec!["permissions"]),
        (".gemini/settings.json", "", "{}\n", vec!["permissions"]),
        ("opencode.json", "", "{}\n", vec!["permissions"]),
        (".mcp.json", "", "{}\n", vec!["permissions"]),
        (".vscode/settings.json", "", "{\"chat.tools.autoApprove\": true}\n", vec!["permissions"]),
        (".github/prompts/a.prompt.md", "", "a\n", vec!["permissions"]),
        ("sitecustomize.py", "", "import os\n", vec!["gate_configuration"]),
        ("web/jest.setup.js", "a\n", "b\n", vec!["gate_configuration"]),
        ("AGENTS.md", "a\n", "b\n", vec!["permissions"]),
        ("web/CLAUDE.md", "a\n", "b\n", vec!["permissions"]),
        ("PRPs/feature-requests/PRP-1.1.1-x.md", "a\n", "b\n", vec!["document"]),
        ("src/agents.md", "a\n", "b\n", vec![]),
    ] {
        let change = Change::text(path, Some(old).filter(|old| !old.is_empty()), Some(new));
        let scripts = scripts(&gates, &there, &|_| None);
        let undeclared = Input { gates: gates.clone(), scripts: scripts.clone(), ..input(vec![change.clone()]) };
        assert_eq!(rules(&undeclared), wanted, "{path}");
        // What the document declares is what a person wants, except our own configuration.
        let declared = Input { declared: vec![path.to_owned()], ..undeclared };
        let kept = if wanted == ["configuration"] { wanted } else { vec![] };
        assert_eq!(rules(&declared), kept, "{path} declared");
    }
}

#[test]
fn a_comment_that_switches_a_check_off_for_a_whole_file_waits() {
    for (path, comment, wanted) in [
        ("src/api.ts", "// @ts-nocheck\n", vec!["gate_configuration"]),
        ("src/api.ts", "/* eslint-disable */\n", vec!["gate_configuration"]),
        ("src/api.ts", "/* eslint-disable no-console */\n", vec![]),
        ("src/api.py", "# type: ignore\n", vec!["gate_configuration"]),
        ("src/api.py", "# ruff: noqa\n", vec!["gate_configuration"]),
        ("src/api.py", "x = 1  # type: ignore\n", vec![]),
        ("src/api.rs", "#![allow(warnings)]\n", vec!["gate_configuration"]),
        ("src/api.rs", "#![allow(dead_code)]\n", vec![]),
        ("src/api.go", "//nolint\npackage a\n", vec!["gate_configuration"]),
        ("src/api.go", "package a\n\n//nolint:errcheck\nfunc a() {}\n", vec![]),
    ] {
        let text = format!("{comment}x = 1\n");
        let declared = vec![path.to_owned()];
        let changed = Input { declared, ..input(vec![Change::text(path, Some("x = 1\n"), Some(&text))]) };
        assert_eq!(rules(&changed), wanted, "{text}");
        let new = Input { changes: vec![Change::text(path, None, Some(&text))], ..changed };
        assert_eq!(rules(&new), NONE, "{text}");
    }
}

#[test]
fn an_item_ticks_its_own_document_and_does_not_say_what_is_checked() {
    let path = "PRPs/feature-requests/PRP-1.2.1-api.md";
    let text = "---\nprp_id: PRP-1.2.1\ntitle: Api\nstatus: planning\n---\n\n# PRP-1.2.1: Api\n\n## Implementation\n\n### Phase 1: It\n\nDo it.\n\n## Validation\n\n### L2 Tests\n\n```bash\npytest -q\n```\n\n## Acceptance Criteria\n\n- [ ] there\n";
    let with = |new: Option<&str>| input(vec![Change::text(path, Some(text), new)]);
    let ticked = text.replace("- [ ]", "- [x]").replace("planning", "completed") + "\n## Notes\n\nDone.\n";
    assert_eq!(rules(&with(Some(&ticked))), NONE);
    for changed in [text.replace("pytest -q", "true"), text.replace("```bash\npytest -q\n```\n", "")] {
        assert_eq!(rules(&with(Some(&changed))), ["document"], "{changed}");
    }
    assert_eq!(rules(&with(None)), ["document"]);
    let moved = Change::text("PRPs/executed/PRP-1.2.1-api.md", None, Some(text));
    let moved =
        Input { declared: vec![moved.path.clone()], ..input(vec![Change::text(path, Some(text), None), moved]) };
    assert_eq!(rules(&moved), NONE);
}

#[test]
fn a_key_in_the_document_of_the_item_itself_waits_as_well() {
    let path = "PRPs/feature-requests/PRP-1.2.1-api.md";
    let with = |text: &str| input(vec![Change::text(path, Some("# Api\n"), Some(text))]);
    assert_eq!(rules(&with("# Api\n\n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\n")), ["secret"]);
    assert_eq!(rules(&with("# Api\n\n- [x] done, see `ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxx`\n")), NONE);
}

#[test]
fn what_is_no_text_waits() {
    let elf = [&b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"[..], &[4, 0]].concat();
    let program = [&b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"[..], &[2, 0]].concat();
    for (path, new, wanted) in [
        ("core.12345", binary(50_000, b"\x7fELF"), vec!["core_dump"]),
        ("core", binary(50_000, b"x"), vec!["core_dump"]),
        ("dump.bin", binary(50_000, &elf), vec!["core_dump"]),
        ("tool", binary(50_000, &program), vec![]),
        ("core.py", File::Text("a = 1\n".to_owned()), vec![]),
        ("big.bin", binary(1_400_000, b"x"), vec!["large_file"]),
        ("big.sql", File::Text("x\n".repeat(600_000)), vec!["large_file"]),
        ("docs/big.md", File::Text("x\n".repeat(600_000)), vec![]),
        ("small.bin", binary(900_000, b"x"), vec![]),
        ("etc", link("/etc", false), vec!["link_outside"]),
        ("src/up", link("../../other", false), vec!["link_outside"]),
        ("node_modules", link("../../main/node_modules", false), vec!["link_outside"]),
        ("web/node_modules", link("../node_modules", false), vec!["link_ignored"]),
        ("cache", link("out/cache", true), vec!["link_ignored"]),
        ("latest", link("docs/v2", false), vec![]),
        ("vendor/lib", File::Module { commit: "45593c8f1d".to_owned(), there: false }, vec!["submodule"]),
        ("vendor/lib", File::Module { commit: "45593c8f1d".to_owned(), there: true }, vec![]),
    ] {
        let change = file(path, new);
        assert_eq!(rules(&input(vec![change.clone()])), wanted, "{path}");
        // What set-up made is left out of checkpoints.
        assert_eq!(rules(&Input { set_up: vec![path.to_owned()], ..input(vec![change]) }), NONE, "{path}");
    }
    let grown =
        Change { path: "a.bin".to_owned(), old: Some(binary(2_000_000, b"a")), new: Some(binary(2_000_001, b"b")) };
    assert_eq!(rules(&input(vec![grown])), NONE);
    // A submodule moves when something is changed inside of it.
    let at = |commit: &str| Some(File::Module { commit: commit.to_owned(), there: true });
    let moved = Change { path: "vendor/lib".to_owned(), old: at("4"), new: at("5") };
    let owner = Other { item: "PRP-1.1.9".to_owned(), declared: vec!["vendor/lib".to_owned()], ..Other::default() };
    for (declared, wanted) in
        [("vendor/lib/src/a.c", vec![]), ("./vendor/lib/a.c", vec![]), ("vendor/library/a.c", vec!["foreign_file"])]
    {
        let (declared, others) = (vec![declared.to_owned()], vec![owner.clone()]);
        assert_eq!(rules(&Input { declared, others, ..input(vec![moved.clone()]) }), wanted);
    }
    let module = file("m", File::Module { commit: "4".to_owned(), there: false });
    assert!(matches!(inspect(&input(vec![module]), &Policy::default()), Outcome::Refused(_)));
}

#[test]
fn secrets_wait_and_are_not_quoted() {
    let key = "ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv";
    let private = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n";
    for (path, text, wanted) in [
        ("src/api.rs", format!("let token = \"{key}\";\n"), vec!["secret"]),
        ("src/settings.py", "SECRET_KEY = '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f'\n".to_owned(), vec!["secret"]),
        ("deploy.pem", private.to_owned(), vec!["secret"]),
        (".env", "DB_PASSWORD=hunter22\n".to_owned(), vec!["secret"]),
        (".env", "PORT=8080\n".to_owned(), vec!["secret"]),
        (".env.example", "DB_PASSWORD=hunter22\n".to_owned(), vec![]),
        ("config.yml", "api_key: 9fK2xQpL7vRtB3\n".to_owned(), vec!["secret"]),
        ("config.yml", "api_key: ${API_KEY}\npassword: changeme\n".to_owned(), vec![]),
        ("README.md", "export API_KEY=\"9fK2xQpL7vRtB3mN8sWd\"\n".to_owned(), vec![]),
        ("tests/test_login.py", "token = \"9fK2xQpL7vRtB3mN8sWd\"\n".to_owned(), vec![]),
        // What no service gave out opens nothing, where such things are made up.
        ("tests/test_login.py", format!("token = \"{key}\"\n"), vec![]),
        ("tests/test_login.py", format!("t = \"ghp_{}\"\n", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"), vec!["secret"]),
        ("docs/keys.md", "AKIA2E0A8F3B244C9986\n".to_owned(), vec![]),
        ("docs/keys.md", "AKIA2E4A7F3B244C6D6Q\n".to_owned(), vec!["secret"]),
        (
            "src/api.rs",
            "#[cfg(test)]\nmod tests {\n    const API_KEY: &str = \"9fK2xQpL7vRtB3mN8sWd\";\n}\n".to_owned(),
            vec![],
        ),
        ("package-lock.json", "\"integrity\": \"sha512-9fK2xQpL7vRtB3mN8sWd==\"\n".to_owned(), vec![]),
        ("src/db.rs", "let url = \"postgres://grace:9fK2xQpL7v@db.acme.io/x\";\n".to_owned(), vec!["secret"]),
        ("id_ed25519", "x\n".to_owned(), vec!["secret"]),
    ] {
        let input = input(vec![Change::text(path, None, Some(&text))]);
        assert_eq!(rules(&input), wanted, "{path}: {text}");
        let shown = serde_json::to_string(&inspect(&input, &Policy::default())).unwrap();
        for secret in [key, "192b9bdd22ab9ed4", "hunter22", "9fK2xQpL7v", "MIIEvQ"] {
            assert!(!shown.contains(secret), "{path}: {shown}");
        }
    }
    // A line that stood there before is nothing new, wherever it stands now.
    let moved = vec![
        Change::text("a.py", Some("SECRET_KEY = '192b9bdd22ab9ed4d12e236c78afcb9a'\n"), Some("")),
        Change::text("b.py", None, Some("    SECRET_KEY = '192b9bdd22ab9ed4d12e236c78afcb9a'\n")),
    ];
    assert_eq!(rules(&input(moved)), NONE);
}

/// One language: a file with two tests, and what may be done to the second one. `{}` is its place.
struct Case {
    path: &'static str,
    around: &'static str,
    test: &'static str,
    skipped: &'static [&'static str],
    emptied: &'static [&'static str],
    renamed: &'static str,
}

const CASES: &[Case] = &[
    Case {
        path: "src/parse.rs",
        around: "mod tests {\n    #[test]\n    fn first() {\n        assert!(parse(\"a\"));\n    }\n\n{}\n}\n",
        test: "    #[test]\n    fn second() {\n        let tree = parse(\"b\");\n        assert_eq!(tree.len(), 2);\n    }\n",
        skipped: &[
            "    #[test]\n    #[ignore]\n    fn second() {\n        let tree = parse(\"b\");\n        assert_eq!(tree.len(), 2);\n    }\n",
        ],
        emptied: &[
            "    #[test]\n    fn second() {}\n",
            "    #[test]\n    fn second() {\n        let tree = parse(\"b\");\n        // assert_eq!(tree.len(), 2);\n    }\n",
            "    #[test]\n    fn second() {\n        assert!(true);\n    }\n",
        ],
        renamed: "    #[test]\n    fn the_second_tree() {\n        let tree = parse(\"b\");\n        assert_eq!(tree.len(), 2);\n    }\n",
    },
    Case {
        path: "crates/x/tests/regression.rs",
        around: "rgtest!(r1_first, |dir: Dir, mut cmd: TestCommand| {\n    cmd.assert_err();\n});\n\n{}\n",
        test: "rgtest!(r2_second, |dir: Dir, mut cmd: TestCommand| {\n    dir.create(\"a\", \"\\\nx\n\");\n    eqnice!(\"1\\n\", cmd.stdout());\n});\n",
        skipped: &[],
        emptied: &["rgtest!(r2_second, |dir: Dir, mut cmd: TestCommand| {\n});\n"],
        renamed: "rgtest!(r2_second_again, |dir: Dir, mut cmd: TestCommand| {\n    dir.create(\"a\", \"\\\nx\n\");\n    eqnice!(\"1\\n\", cmd.stdout());\n});\n",
    },
    Case {
        path: "tests/test_app.py",
        around: "import pytest\n\n\ndef test_first(client):\n    assert client.get('/').status_code == 200\n\n\n{}\n",
        test: "def test_second(client):\n    \"\"\"It posts.\"\"\"\n    rv = client.post('/')\n    assert rv.status_code == 405\n",
        skipped: &[
            "@pytest.mark.skip(reason=\"later\")\ndef test_second(client):\n    rv = client.post('/')\n    assert rv.status_code == 405\n",
            "@pytest.mark.xfail\ndef test_second(client):\n    rv = client.post('/')\n    assert rv.status_code == 405\n",
            "def test_second(client):\n    pytest.skip('later')\n    rv = client.post('/')\n    assert rv.status_code == 405\n",
        ],
        emptied: &[
            "def test_second(client):\n    pass\n",
            "def test_second(client):\n    \"\"\"It posts.\"\"\"\n    rv = client.post('/')\n",
            "def test_second(client):\n    assert True\n",
        ],
        renamed: "def test_second_is_refused(client):\n    rv = client.post('/')\n    assert rv.status_code == 405\n",
    },
    Case {
        path: "src/app.test.ts",
        around: "describe('app', () => {\n  it('answers first', async () => {\n    expect(await get('/')).toBe(200)\n  })\n\n{}\n})\n",
        test: "  it('answers second', async () => {\n    const rv = await post('/')\n    expect(rv.status).toBe(405)\n  })\n",
        skipped: &[
            "  it.skip('answers second', async () => {\n    const rv = await post('/')\n    expect(rv.status).toBe(405)\n  })\n",
            "  xit('answers second', async () => {\n    const rv = await post('/')\n    expect(rv.status).toBe(405)\n  })\n",
            "  it.todo('answers second')\n",
        ],
        emptied: &[
            "  it('answers second', async () => {})\n",
            "  it('answers second', async () => {\n    const rv = await post('/')\n  })\n",
            "  it('answers second', async () => {\n    expect(true).toBe(true)\n  })\n",
        ],
        renamed: "  it('answers to the second', async () => {\n    const rv = await post('/')\n    expect(rv.status).toBe(405)\n  })\n",
    },
    Case {
        path: "app_test.go",
        around: "package app\n\nfunc TestFirst(t *testing.T) {\n\tassert.Equal(t, 1, one())\n}\n\n{}\n",
        test: "func TestSecond(t *testing.T) {\n\tgot := two()\n\tif got != 2 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n}\n",
        skipped: &[
            "func TestSecond(t *testing.T) {\n\tt.Skip(\"flaky\")\n\tgot := two()\n\tif got != 2 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n}\n",
        ],
        emptied: &["func TestSecond(t *testing.T) {\n\t_ = two()\n}\n", "func TestSecond(t *testing.T) {\n}\n"],
        renamed: "func TestSecondNumber(t *testing.T) {\n\tgot := two()\n\tif got != 2 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n}\n",
    },
    Case {
        path: "src/test/java/AppTest.java",
        around: "public class AppTest {\n  @Test\n  public void first() {\n    assertThat(one()).isEqualTo(1);\n  }\n\n{}\n}\n",
        test: "  @Test\n  public void second() {\n    int two = two();\n    assertEquals(2, two);\n  }\n",
        skipped: &[
            "  @Test\n  @Disabled(\"later\")\n  public void second() {\n    int two = two();\n    assertEquals(2, two);\n  }\n",
            "  @Ignore\n  @Test\n  public void second() {\n    int two = two();\n    assertEquals(2, two);\n  }\n",
        ],
        emptied: &[
            "  @Test\n  public void second() {\n    int two = two();\n  }\n",
            "  @Test\n  public void second() {\n  }\n",
        ],
        renamed: "  @Test\n  public void secondIsTwo() {\n    int two = two();\n    assertEquals(2, two);\n  }\n",
    },
    Case {
        path: "src/test/kotlin/AppTest.kt",
        around: "class AppTest {\n  @Test\n  fun `first is one`() {\n    assertEquals(1, one())\n  }\n\n{}\n}\n",
        test: "  @Test\n  fun `second is two`() {\n    val two = two()\n    assertEquals(2, two)\n  }\n",
        skipped: &[
            "  @Disabled\n  @Test\n  fun `second is two`() {\n    val two = two()\n    assertEquals(2, two)\n  }\n",
        ],
        emptied: &["  @Test\n  fun `second is two`() {\n    val two = two()\n  }\n"],
        renamed: "  @Test\n  fun `second is always two`() {\n    val two = two()\n    assertEquals(2, two)\n  }\n",
    },
    Case {
        path: "spec/app_spec.rb",
        around: "describe App do\n  it 'answers first' do\n    expect(one).to eq(1)\n  end\n\n{}\nend\n",
        test: "  it 'answers second' do\n    two = app.two\n    expect(two).to eq(2)\n  end\n",
        skipped: &[
            "  xit 'answers second' do\n    two = app.two\n    expect(two).to eq(2)\n  end\n",
            "  it 'answers second' do\n    skip 'later'\n    two = app.two\n    expect(two).to eq(2)\n  end\n",
        ],
        emptied: &["  it 'answers second' do\n    two = app.two\n  end\n", "  it 'answers second' do\n  end\n"],
        renamed: "  it 'answers to the second' do\n    two = app.two\n    expect(two).to eq(2)\n  end\n",
    },
    Case {
        path: "test/app_test.rb",
        around: "class AppTest < Minitest::Test\n  def test_first\n    assert_equal 1, one\n  end\n\n{}\nend\n",
        test: "  def test_second\n    two = app.two\n    assert_equal 2, two\n  end\n",
        skipped: &["  def test_second\n    skip\n    two = app.two\n    assert_equal 2, two\n  end\n"],
        emptied: &["  def test_second\n    two = app.two\n  end\n"],
        renamed: "  def test_second_is_two\n    two = app.two\n    assert_equal 2, two\n  end\n",
    },
    Case {
        path: "test/app.bats",
        around: "@test \"answers first\" {\n  run one\n  [ \"$status\" -eq 0 ]\n}\n\n{}\n",
        test: "@test \"answers second\" {\n  out=\"$(two)\"\n  [ \"$out\" = 2 ]\n}\n",
        skipped: &["@test \"answers second\" {\n  skip \"later\"\n  out=\"$(two)\"\n  [ \"$out\" = 2 ]\n}\n"],
        emptied: &["@test \"answers second\" {\n  out=\"$(two)\"\n}\n", "@test \"answers second\" {\n  true\n}\n"],
        renamed: "@test \"answers to the second\" {\n  out=\"$(two)\"\n  [ \"$out\" = 2 ]\n}\n",
    },
    Case {
        path: "tests/test_app.sh",
        around: "test_first() {\n  assertEquals 1 \"$(one)\"\n}\n\n{}\n",
        test: "test_second() {\n  out=\"$(two)\"\n  assertEquals 2 \"$out\"\n}\n",
        skipped: &[],
        emptied: &["test_second() {\n  out=\"$(two)\"\n}\n"],
        renamed: "test_second_is_two() {\n  out=\"$(two)\"\n  assertEquals 2 \"$out\"\n}\n",
    },
];

#[test]
fn tests_that_are_gone_skipped_or_emptied_are_found_in_each_language_also_in_declared_files() {
    for case in CASES {
        let old = case.around.replace("{}", case.test);
        let check = |second: &str, wanted: &[&str]| {
            let new = case.around.replace("{}", second);
            for declared in [vec![case.path.to_owned()], Vec::new()] {
                let input = Input { declared, ..input(vec![Change::text(case.path, Some(&old), Some(&new))]) };
                assert_eq!(rules(&input), wanted, "{}:\n{new}\n{:?}", case.path, inspect(&input, &Policy::default()));
            }
        };
        check(case.test, &[]);
        check("", &["test_removed"]);
        let mark = if matches!(case.path.rsplit('.').next(), Some("py" | "rb" | "bats" | "sh")) { "#" } else { "//" };
        let commented: Vec<String> = case.test.lines().map(|line| format!("{mark} {line}\n")).collect();
        check(&commented.concat(), &["test_removed"]);
        for skipped in case.skipped {
            check(skipped, &["test_skipped"]);
        }
        for emptied in case.emptied {
            check(emptied, &["test_emptied"]);
        }
        check(case.renamed, &[]);
        // Beside a new test, and moved to another file.
        let both = format!("{}\n{}", case.test, case.renamed);
        check(&both, &[]);
        let other = case
            .path
            .replace("app", "app2")
            .replace("parse", "parse2")
            .replace("regression", "feature")
            .replace("App", "App2");
        let rest = case.around.replace("{}", "");
        let there = case.around.replace("{}", case.test).replace("first", "third").replace("First", "Third");
        let moved = vec![Change::text(case.path, Some(&old), Some(&rest)), Change::text(&other, None, Some(&there))];
        assert_eq!(rules(&input(moved)), NONE, "{}", case.path);
        // The whole file: only as the document says.
        let gone = Change::text(case.path, Some(&old), None);
        assert_eq!(rules(&input(vec![gone.clone()])), ["test_removed"], "{}", case.path);
        let declared = Input { declared: vec![case.path.to_owned()], ..input(vec![gone]) };
        assert_eq!(rules(&declared), NONE, "{}", case.path);
    }
}

/// Files that hold nothing but tests and their helpers.
fn language_of_tests(path: &str) -> bool {
    ["test_a", "a.spec", "a_test"].iter().any(|name| path.contains(name))
}

#[test]
fn assertions_that_move_into_a_helper_of_the_file_are_not_gone() {
    // A test with its assertion, the helpers that take it over, and the call in its place.
    for (path, test, assertion, helpers, call) in [
        (
            "src/a.rs",
            "#[test]\nfn second() {\n    {}\n}\n",
            "assert_eq!(two(), 2);",
            "fn same(a: u8, b: u8) {\n    assert_eq!(a, b);\n}\n",
            "same(two(), 2);",
        ),
        (
            "src/a.rs",
            "#[test]\nfn second() {\n    {}\n}\n",
            "assert_eq!(two(), 2);",
            "fn outer(a: u8) {\n    inner(a);\n}\n\nfn inner(a: u8) {\n    assert_eq!(a, 2);\n}\n",
            "outer(two());",
        ),
        (
            "tests/test_a.py",
            "def test_second():\n    {}\n",
            "assert two() == 2",
            "def _same(a, b):\n    assert a == b\n\n\n",
            "_same(two(), 2)",
        ),
        (
            "tests/test_a.py",
            "class TestA:\n    def test_second(self):\n        {}\n",
            "assert two() == 2",
            "class Base:\n    def same(self, a, b):\n        assert a == b\n\n\n",
            "self.same(two(), 2)",
        ),
        (
            "a.spec.js",
            "it('second', () => {\n  {}\n})\n",
            "expect(two()).toBe(2)",
            "const same = (a, b) => expect(a).toBe(b)\n",
            "same(two(), 2)",
        ),
        (
            "a.spec.js",
            "it('second', () => {\n  {}\n})\n",
            "expect(two()).toBe(2)",
            "class Page {\n  shows(a, b) {\n    expect(a).toBe(b)\n  }\n}\n",
            "new Page().shows(two(), 2)",
        ),
        (
            "a_test.go",
            "func TestSecond(t *testing.T) {\n\t{}\n}\n",
            "if two() != 2 { t.Fatal(two()) }",
            "func (s *suite) same(t *testing.T, a, b int) {\n\tt.Helper()\n\tif a != b {\n\t\tt.Fatal(a)\n\t}\n}\n",
            "s.same(t, two(), 2)",
        ),
        (
            "AppTest.java",
            "class AppTest {\n  @Test\n  public void second() {\n    {}\n  }\n}\n",
            "assertEquals(2, two());",
            "class Help {\n  static List<String> same(int a, int b) {\n    assertEquals(a, b);\n  }\n}\n",
            "Help.same(two(), 2);",
        ),
        (
            "spec/app_spec.rb",
            "it 'answers second' do\n  {}\nend\n",
            "expect(two).to eq(2)",
            "def answers(a, b)\n  expect(a).to eq(b)\nend\n",
            "answers(two, 2)",
        ),
        (
            "app.bats",
            "@test \"answers second\" {\n  {}\n}\n",
            "[ \"$(two)\" = 2 ]",
            "same() {\n  [ \"$1\" = \"$2\" ]\n}\n",
            "same \"$(two)\" 2",
        ),
    ] {
        let old = test.replace("{}", assertion);
        let helped = format!("{helpers}{}", test.replace("{}", call));
        assert_eq!(rules(&input(vec![Change::text(path, Some(&old), Some(&helped))])), NONE, "{path}:\n{helped}");
        // In another file of the change.
        if language_of_tests(path) {
            let other =
                path.replace("test_a", "test_help").replace("a.spec", "help.spec").replace("a_test", "help_test");
            let changes = vec![
                Change::text(path, Some(&old), Some(&test.replace("{}", call))),
                Change::text(&other, None, Some(helpers)),
            ];
            assert_eq!(rules(&input(changes)), NONE, "{path} and {other}");
        }
        let idle = format!("{helpers}{}", test.replace("{}", &call.replace(['s', 'a', 'o'], "z")));
        let found = rules(&input(vec![Change::text(path, Some(&old), Some(&idle))]));
        assert_eq!(found, ["test_emptied"], "the helper is not called, {path}:\n{idle}");
    }
}

#[test]
fn other_ways_to_switch_tests_off_are_found() {
    let python = "import pytest\n\n\nclass TestAll:\n    def test_first(self):\n        assert one() == 1\n";
    let skipped =
        |change: &str, path: &str, old: &str| rules(&input(vec![Change::text(path, Some(old), Some(change))]));
    let marked = python.replace("class TestAll", "@pytest.mark.skip\nclass TestAll");
    assert_eq!(skipped(&marked, "tests/test_a.py", python), ["test_skipped"]);
    let module = python.replace("\n\n\nclass", "\n\npytestmark = pytest.mark.skip\n\n\nclass");
    assert_eq!(skipped(&module, "tests/test_a.py", python), ["test_skipped"]);
    for (what, with) in [
        ("\n\n\nclass", "\n\npytest.skip(\"later\", allow_module_level=True)\n\n\nclass"),
        ("\n\n\nclass", "\n\n__test__ = False\n\n\nclass"),
        ("class TestAll:\n", "class TestAll:\n    __test__ = False\n\n"),
    ] {
        assert_eq!(skipped(&python.replace(what, with), "tests/test_a.py", python), ["test_skipped"], "{with}");
    }
    assert_eq!(
        skipped(&python.replace("def test_first", "def _test_first"), "tests/test_a.py", python),
        ["test_removed"]
    );
    let moved = vec![
        Change::text("tests/test_a.py", Some(python), None),
        Change::text("tests/a_helpers.py", None, Some(python)),
    ];
    assert_eq!(rules(&input(moved)), ["test_removed"], "nobody collects it there");
    let script = "describe('a', () => {\n  it('one', () => {\n    expect(1).toBe(one())\n  })\n  it('two', () => {\n    expect(2).toBe(two())\n  })\n})\n";
    assert_eq!(skipped(&script.replace("describe(", "describe.skip("), "a.spec.js", script), ["test_skipped"]);
    assert_eq!(skipped(&script.replace("it('one'", "it.only('one'"), "a.spec.js", script), ["test_skipped"]);
    let rust = "#[test]\nfn first() {\n    assert!(one());\n}\n";
    assert_eq!(skipped(&rust.replace("#[test]\n", ""), "src/a.rs", rust), ["test_removed"]);
    // A macro makes a test of each call, or the call goes over several lines.
    let syntax = "macro_rules! syntax {\n    ($name:ident) => {\n        #[test]\n        fn $name() {}\n    };\n}\n\nsyntax!(any1, \"?\");\nsyntax!(any2, \"*\");\n";
    assert_eq!(skipped(&syntax.replace("syntax!(any2, \"*\");\n", ""), "src/glob.rs", syntax), ["test_removed"]);
    let long = "rgtest!(\n    count_lines,\n    |dir: Dir| {\n        dir.expect(1);\n    }\n);\n";
    assert_eq!(skipped("fn a() {}\n", "tests/binary.rs", long), ["test_removed"]);
    // Under a condition it is told and nothing else.
    let sometimes =
        python.replace("    def test_first", "    @pytest.mark.skipif(os.name == 'nt')\n    def test_first");
    let told = found(&input(vec![Change::text("tests/test_a.py", Some(python), Some(&sometimes))]));
    assert_eq!(told, [("test_skipped", "note", "tests/test_a.py".to_owned())]);
    // A helper that asserts is as good as the assertion.
    let check = "function check2(rv) {\n  expect(rv).toBe(2)\n}\n";
    let helped = format!("{check}{}", script.replace("expect(2).toBe(two())", "check2(two())"));
    assert_eq!(skipped(&helped, "a.spec.js", script), NONE);
}

#[test]
fn a_test_whose_assertions_are_not_reached_or_hold_by_themselves_is_emptied() {
    for (path, old, news) in [
        (
            "tests/test_a.py",
            "def test_a():\n    assert one() == 1\n    assert two() == 2\n",
            &[
                "def test_a():\n    return\n    assert one() == 1\n    assert two() == 2\n",
                "def test_a():\n    if False:\n        assert one() == 1\n        assert two() == 2\n",
                "def test_a():\n    assert True\n",
                "def test_a():\n    assert 1 == 1\n    assert two() == 2 or True\n",
                "def test_a():\n    try:\n        assert one() == 1\n        assert two() == 2\n    except Exception:\n        pass\n",
                // Some of them.
                "def test_a():\n    assert one() == 1\n    return\n    assert two() == 2\n",
                "def test_a():\n    assert one() == 1\n    assert 2 == 2\n",
            ][..],
        ),
        (
            "src/a.test.ts",
            "it('a', () => {\n  expect(one()).toBe(1)\n  expect(two()).toBe(2)\n})\n",
            &[
                "it('a', () => {\n  return\n  expect(one()).toBe(1)\n  expect(two()).toBe(2)\n})\n",
                "it('a', () => {\n  if (false) {\n    expect(one()).toBe(1)\n    expect(two()).toBe(2)\n  }\n})\n",
                "it('a', () => {\n  expect(true).toBe(true)\n})\n",
                "it('a', () => {\n  expect(one())\n  expect(two())\n})\n",
                "it('a', () => {\n  expect(one()).toBe(1)\n  expect(2)\n    .toBe(2)\n})\n",
            ],
        ),
        (
            "src/a.rs",
            "#[test]\nfn a() {\n    assert_eq!(one(), 1);\n    assert_eq!(two(), 2);\n}\n",
            &[
                "#[test]\nfn a() {\n    return;\n    assert_eq!(one(), 1);\n    assert_eq!(two(), 2);\n}\n",
                "#[test]\nfn a() {\n    assert_eq!(1, 1);\n}\n",
                "#[test]\nfn a() {\n    if cfg!(any()) {\n        assert_eq!(one(), 1);\n        assert_eq!(two(), 2);\n    }\n}\n",
            ],
        ),
        (
            "a_test.go",
            "func TestA(t *testing.T) {\n\tif one() != 1 {\n\t\tt.Fatal(1)\n\t}\n}\n",
            &[
                "func TestA(t *testing.T) {\n\treturn\n\tif one() != 1 {\n\t\tt.Fatal(1)\n\t}\n}\n",
                "func TestA(t *testing.T) {\n\tif false {\n\t\tt.Fatal(1)\n\t}\n}\n",
                "func TestA(t *testing.T) {\n\trequire.Equal(t, 1, 1)\n}\n",
            ],
        ),
        (
            "a.bats",
            "@test \"a\" {\n  [ \"$(one)\" = 1 ]\n}\n",
            &[
                "@test \"a\" {\n  [ 1 = 1 ]\n}\n",
                "@test \"a\" {\n  [ \"$(one)\" = 1 ] || true\n}\n",
                "@test \"a\" {\n  return 0\n  [ \"$(one)\" = 1 ]\n}\n",
            ],
        ),
    ] {
        for new in news {
            let input =
                Input { declared: vec![path.to_owned()], ..input(vec![Change::text(path, Some(old), Some(new))]) };
            assert_eq!(rules(&input), ["test_emptied"], "{path}:\n{new}");
            // The way back is honest work.
            let back = Input { changes: vec![Change::text(path, Some(new), Some(old))], ..input };
            assert_eq!(rules(&back), NONE, "{path}:\n{new}");
        }
    }
    // Tests that are written anew, parametrised or renamed assert what they did.
    for (old, new) in [
        (
            "def test_a():\n    assert one() == 1\n\n\ndef test_b():\n    assert two() == 2\n",
            "@pytest.mark.parametrize('f,x', [(one, 1), (two, 2)])\ndef test_a(f, x):\n    assert f() == x\n",
        ),
        (
            "def test_a():\n    assert one() == 1\n    assert two() == 2\n",
            "def test_one_and_two():\n    if sys.platform == 'win32':\n        return\n    assert one() == 1\n    assert two() == 2\n",
        ),
        (
            "def test_a():\n    with pytest.raises(ValueError):\n        one()\n",
            "def test_a():\n    try:\n        one()\n    except ValueError:\n        return\n    assert False, 'no error'\n",
        ),
    ] {
        let found = rules(&input(vec![Change::text("tests/test_a.py", Some(old), Some(new))]));
        assert!(!found.contains(&"test_emptied") && !found.contains(&"test_skipped"), "{found:?}:\n{new}");
    }
}

#[test]
fn a_test_behind_another_one_of_its_name_is_gone() {
    let old = "def test_a():\n    assert one() == 1\n";
    for new in [
        format!("{old}\n\ndef test_a():\n    assert other()\n"),
        format!("{old}\n\ntest_a = None\n"),
        format!("{old}\n\ndel test_a\n"),
    ] {
        assert_eq!(
            rules(&input(vec![Change::text("tests/test_a.py", Some(old), Some(&new))])),
            ["test_removed"],
            "{new}"
        );
    }
    let method = "class TestA:\n    def test_a(self):\n        assert one() == 1\n";
    let two = format!("{method}\n\nclass TestB:\n    def test_a(self):\n        assert two() == 2\n");
    assert_eq!(rules(&input(vec![Change::text("tests/test_a.py", Some(method), Some(&two))])), NONE);
    let hidden = two.replace("TestB", "TestA");
    assert_eq!(rules(&input(vec![Change::text("tests/test_a.py", Some(method), Some(&hidden))])), ["test_removed"]);
}

#[test]
fn settings_and_hooks_that_leave_tests_out_wait_also_in_declared_files() {
    let python = "def test_a():\n    assert one() == 1\n";
    let go = "package a\n\nfunc TestA(t *testing.T) {\n\tassert.Equal(t, 1, one())\n}\n";
    for (path, old, new) in [
        ("tests/conftest.py", "", "collect_ignore = [\"test_a.py\"]\n"),
        ("conftest.py", "import os\n", "import os\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n"),
        ("conftest.py", "", "def pytest_ignore_collect(collection_path):\n    return True\n"),
        ("pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q --deselect tests/test_a.py\n"),
        ("pyproject.toml", "[project]\n", "[project]\n[tool.pytest.ini_options]\naddopts = \"--ignore=tests/unit\"\n"),
        ("setup.cfg", "[tool:pytest]\n", "[tool:pytest]\naddopts = -k \"not login\"\n"),
        ("package.json", "{\"jest\": {}}\n", "{\"jest\": {\"testPathIgnorePatterns\": [\"login\"]}}\n"),
        ("jest.config.js", "module.exports = {}\n", "module.exports = { testPathIgnorePatterns: ['login'] }\n"),
        ("vitest.config.ts", "", "export default defineConfig({ test: { exclude: ['src/login.test.ts'] } })\n"),
        (".mocharc.json", "{}\n", "{\"ignore\": [\"test/login.js\"]}\n"),
        ("package.json", "{\"scripts\": {\"test\": \"jest\"}}\n", "{\"scripts\": {\"test\": \"jest || true\"}}\n"),
        ("Cargo.toml", "[lib]\n", "[lib]\ntest = false\n"),
        ("pom.xml", "<project/>\n", "<project><skipTests>true</skipTests></project>\n"),
        ("a_test.go", go, &format!("//go:build ignore\n\n{go}")),
        ("a_test.go", go, &format!("{go}\nfunc TestMain(m *testing.M) {{\n\tos.Exit(0)\n}}\n")),
        (
            "tests/a.rs",
            "#[test]\nfn a() {\n    assert!(one());\n}\n",
            "#![cfg(any())]\n#[test]\nfn a() {\n    assert!(one());\n}\n",
        ),
        (
            "src/a.rs",
            "#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {\n        assert!(one());\n    }\n}\n",
            "#[cfg(any())]\nmod tests {\n    #[test]\n    fn a() {\n        assert!(one());\n    }\n}\n",
        ),
        ("tests/test_a.py", python, &format!("import sys\nsys.exit(0)\n{python}")),
        ("tests/test_a.py", python, &format!("if False:\n    {}\n", python.replace('\n', "\n    "))),
        (
            "a.spec.js",
            "describe('a', () => {\n  it('b', () => {\n    expect(one()).toBe(1)\n  })\n})\n",
            "describe('a', () => {\n  return\n  it('b', () => {\n    expect(one()).toBe(1)\n  })\n})\n",
        ),
    ] {
        let change = Change::text(path, Some(old).filter(|old| !old.is_empty()), Some(new));
        let input = Input { declared: vec![path.to_owned()], ..input(vec![change]) };
        assert_eq!(rules(&input), ["test_skipped"], "{path}:\n{new}");
    }
    // Ordinary settings, and those that are for some machines or some calls.
    for (path, old, new) in [
        ("pytest.ini", "", "[pytest]\naddopts = -ra -q --strict-markers --cov=src\ntestpaths = tests\n"),
        ("conftest.py", "", "import pytest\n\n@pytest.fixture\ndef client():\n    return app.test_client()\n"),
        (
            "conftest.py",
            "",
            "def pytest_addoption(parser):\n    parser.addoption(\"--slow\")\n\ndef pytest_collection_modifyitems(config, items):\n    if config.getoption(\"--slow\"):\n        return\n    skip = pytest.mark.skip(reason=\"slow\")\n    for item in items:\n        if \"slow\" in item.keywords:\n            item.add_marker(skip)\n",
        ),
        (
            "jest.config.js",
            "",
            "module.exports = { testEnvironment: 'node', testPathIgnorePatterns: ['/node_modules/', '/dist/'] }\n",
        ),
        (
            "vite.config.ts",
            "",
            "export default { test: { exclude: ['**/node_modules/**', 'e2e/**'], coverage: { exclude: ['**/*.test.ts'] } } }\n",
        ),
        ("Cargo.toml", "[package]\n", "[package]\n[[bench]]\nname = \"a\"\nharness = false\n"),
        ("a_test.go", go, &format!("//go:build !windows\n\n{go}")),
        ("a_test.go", go, &format!("{go}\nfunc TestMain(m *testing.M) {{\n\tos.Exit(m.Run())\n}}\n")),
    ] {
        let change = Change::text(path, Some(old).filter(|old| !old.is_empty()), Some(new));
        let input = Input { declared: vec![path.to_owned()], ..input(vec![change]) };
        assert_eq!(rules(&input), NONE, "{path}:\n{new}");
    }
    // Settings that moved with their file.
    let ignore = "collect_ignore = [\"test_a.py\"]\n";
    let moved =
        vec![Change::text("tests/conftest.py", Some(ignore), None), Change::text("conftest.py", None, Some(ignore))];
    assert_eq!(rules(&Input { declared: vec!["tests/conftest.py".to_owned()], ..input(moved) }), NONE);
}

#[test]
fn tests_that_are_run_no_more_although_no_setting_says_so_are_found() {
    let python = "def test_a():\n    assert one() == 1\n";
    let go = "package a\n\nfunc TestA(t *testing.T) {\n\tassert.Equal(t, 1, one())\n}\n";
    let class = "class TestA:\n    def test_a(self):\n        assert one() == 1\n";
    let rust = "#[test]\nfn a() {\n    assert!(one());\n}\n";
    let script = "it('a', () => {\n  expect(one()).toBe(1)\n})\n";
    for (path, old, new) in [
        ("tests/test_a.py", python, format!("@pytest.mark.skipif(True, reason='x')\n{python}")),
        ("tests/test_a.py", python, format!("@pytest.mark.parametrize('x', [])\n{python}")),
        ("tests/test_a.py", python, format!("@pytest.fixture\n{python}")),
        (
            "tests/test_a.py",
            python,
            "def test_a():\n    if True:\n        pytest.skip('x')\n    assert one() == 1\n".to_owned(),
        ),
        ("tests/test_a.py", python, format!("if __name__ == '__main__':\n    {}\n", python.replace('\n', "\n    "))),
        ("tests/test_a.py", class, class.replace("TestA", "ATests")),
        ("src/a.rs", rust, format!("#[should_panic]\n{rust}")),
        ("src/a.rs", rust, format!("#[cfg_attr(all(), ignore)]\n{rust}")),
        ("src/lib.rs", "mod a;\n#[cfg(test)]\nmod checks;\n", "mod a;\n".to_owned()),
        ("a.spec.js", script, script.replace("it(", "it.skipIf(true)(")),
        ("a.spec.js", script, script.replace("it(", "it.failing(")),
        ("a.spec.js", script, script.replace("it('a'", "it.each([])('a'")),
        ("pytest.ini", "[pytest]\ntestpaths = tests unit\n", "[pytest]\ntestpaths = tests\n".to_owned()),
        (
            "jest.config.js",
            "module.exports = { roots: ['src', 'test'] }\n",
            "module.exports = { roots: ['src'] }\n".to_owned(),
        ),
    ] {
        let input = Input { declared: vec![path.to_owned()], ..input(vec![Change::text(path, Some(old), Some(&new))]) };
        assert_eq!(rules(&input), ["test_skipped"], "{path}:\n{new}");
        let back = Input { changes: vec![Change::text(path, Some(&new), Some(old))], ..input };
        assert_eq!(rules(&back), NONE, "{path}:\n{new}");
    }
    for (path, old, new) in [
        ("tests/test_a.py", python, format!("def outer():\n    {}\n", python.replace('\n', "\n    "))),
        ("a_test.go", go, go.replace("TestA", "Testa")),
    ] {
        assert_eq!(rules(&input(vec![Change::text(path, Some(old), Some(&new))])), ["test_removed"], "{path}:\n{new}");
    }
    // A module of tests that goes with its file, or moves, and a base class of tests.
    let gone = vec![
        Change::text("src/lib.rs", Some("#[cfg(test)]\nmod checks;\n"), Some("mod a;\n")),
        Change::text("src/a.rs", None, Some("#[cfg(test)]\nmod checks;\n")),
    ];
    assert_eq!(rules(&input(gone)), NONE);
    let base = format!("{}\n\nclass TestA(Shared):\n    pass\n", class.replace("TestA", "Shared"));
    assert_eq!(rules(&input(vec![Change::text("tests/test_a.py", Some(class), Some(&base))])), NONE);
}

#[test]
fn secrets_are_found_in_every_dress() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let key = "ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv";
    let line = format!("token = \"{key}\"\n");
    let wide = [0xFF, 0xFE].into_iter().chain(line.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let program = [b"\x7fELF\x02\x01\x00\xff".as_slice(), line.as_bytes(), b"\x00\xff"].concat();
    let mut tar = vec![0; 512];
    tar[..4].copy_from_slice(b"a.py");
    tar[124..135].copy_from_slice(format!("{:011o}", line.len()).as_bytes());
    tar[257..262].copy_from_slice(b"ustar");
    tar.extend_from_slice(line.as_bytes());
    tar.resize(2048, 0);
    for (path, content) in [
        ("src/a.cs", wide),
        ("tool", program),
        ("backup.tar", tar),
        ("values.yaml", format!("token: {}\n", STANDARD.encode(&line)).into_bytes()),
        ("run.sh", b"curl -u grace:9fK2xQpL7v https://db.acme.io/x\n".to_vec()),
        ("src/a.py", b"h = {\"Authorization\": \"Bearer 9fK2xQpL7vRtB3mN8sWdA1cE5gH6\"}\n".to_vec()),
        ("src/b.py", b"h = \"Authorization: Basic Z3JhY2U6OWZLMnhRcEw3dg==\"\n".to_vec()),
        (&format!("notes-{key}.txt"), b"x\n".to_vec()),
        (&format!("notes/{key}/a.txt"), b"x\n".to_vec()),
    ] {
        let input = input(vec![file(path, File::of(content, 1 << 20))]);
        assert_eq!(rules(&input), ["secret"], "{path}");
        let shown = serde_json::to_string(&inspect(&input, &Policy::default())).unwrap();
        let shown = shown.replace(path, "");
        assert!(!shown.contains("9fK2xQpL7v") && !shown.contains("Z3JhY2U6"), "{shown}");
    }
    // In a message of the agent, and in what a later commit took away again.
    let commit = Commit { id: "45593c8f1d3f".to_owned(), message: format!("Use {key}\n"), ..Commit::default() };
    assert_eq!(rules(&Input { commits: vec![commit.clone()], ..input(Vec::new()) }), ["secret"]);
    assert_eq!(rules(&Input { commits: vec![Commit { recorded: true, ..commit }], ..input(Vec::new()) }), NONE);
    let passing = |change: Change| vec![Passing { commit: "45593c8f1d3f".to_owned(), change }];
    let gone = Input { passing: passing(Change::text("src/a.py", None, Some(&line))), ..input(Vec::new()) };
    assert_eq!(rules(&gone), ["secret"]);
    let large = Input { passing: passing(file("a.bin", binary(2_000_000, b"x"))), ..input(Vec::new()) };
    assert_eq!(rules(&large), ["large_file"]);
    assert_eq!(
        rules(&Input { passing: passing(Change::text("src/a.py", None, Some("a = 1\n"))), ..input(Vec::new()) }),
        NONE
    );
    // Pictures, sums, examples and holes are none.
    for (path, content) in [
        ("logo.png", [b"\x89PNG\r\n\x1a\n".as_slice(), &[0xff; 400]].concat()),
        ("Cargo.lock", b"checksum = \"da39a3ee5e6b4b0d3255bfef95601890afd80709da39a3ee5e6b4b0d3255bfef\"\n".to_vec()),
        ("docs/api.md", b"curl -u grace:9fK2xQpL7v https://db.acme.io/x\n".to_vec()),
        ("src/c.py", b"h = {\"Authorization\": f\"Bearer {token}\"}\n".to_vec()),
        ("a.min.js", [b"x".repeat(3000).as_slice(), line.as_bytes()].concat()[..3000].to_vec()),
        ("uuid.txt", b"550e8400-e29b-41d4-a716-446655440000\n".to_vec()),
    ] {
        assert_eq!(rules(&input(vec![file(path, File::of(content, 1 << 20))])), NONE, "{path}");
    }
}

#[test]
fn levels_can_be_set_and_files_left_alone() {
    let change = || vec![Change::text("src/old.rs", Some("a\n"), None)];
    let at = |level: Level| Policy::new(&BTreeMap::from([("deletion".to_owned(), level)]), &[], 1_000_000);
    assert!(matches!(inspect(&input(change()), &at(Level::Refuse)), Outcome::Refused(found) if found.len() == 1));
    assert!(
        matches!(inspect(&input(change()), &at(Level::Approve)), Outcome::NeedsApproval(found) if found.len() == 1)
    );
    assert!(matches!(inspect(&input(change()), &at(Level::Note)), Outcome::Clear(found) if found.len() == 1));
    assert!(matches!(inspect(&input(change()), &at(Level::Off)), Outcome::Clear(found) if found.is_empty()));
    let ignoring = Policy::new(&BTreeMap::new(), &["src/".to_owned()], 1_000_000);
    assert_eq!(inspect(&input(change()), &ignoring), Outcome::Clear(Vec::new()));
    let small = Policy::new(&BTreeMap::new(), &[], 10);
    let large = input(vec![file("a.bin", binary(11, b"x"))]);
    assert_eq!(
        inspect(&large, &small).findings()[0].reason,
        "it has 1 KB, and more than 1 KB is not merged without a word"
    );
}

#[test]
fn the_worst_decides_and_comes_first() {
    let changes = vec![
        Change::text("src/old.rs", Some("a\n"), None),
        file("m", File::Module { commit: "45593c8f".to_owned(), there: false }),
        Change::text(".github/workflows/a.yml", Some("a\n"), Some("b\n")),
    ];
    let Outcome::Refused(found) = inspect(&input(changes), &Policy::default()) else { panic!("not refused") };
    let levels: Vec<Level> = found.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Level::Refuse, Level::Approve, Level::Approve]);
    assert_eq!(
        RULES.iter().filter(|rule| rule.level == Level::Refuse).map(|rule| rule.id).collect::<Vec<_>>(),
        ["forged_commit", "submodule"]
    );
}

#[test]
fn every_rule_is_a_key_of_the_configuration_with_the_same_default() {
    use batchprp::config::{Config, KEYS, Layers};
    let config = Config::from_layers(Layers::default());
    let wanted: BTreeMap<String, Level> = RULES.iter().map(|rule| (rule.id.to_owned(), rule.level)).collect();
    assert_eq!(config.guard.levels, wanted);
    let keys = KEYS.iter().filter_map(|key| key.path.strip_prefix("guard."));
    let ids: Vec<&str> = keys.filter(|key| !["ignore", "max_file_bytes"].contains(key)).collect();
    assert_eq!(ids, RULES.map(|rule| rule.id), "in the same order");
    let policy = Policy::new(&config.guard.levels, &config.guard.ignore, config.guard.max_file_bytes);
    assert!(RULES.iter().all(|rule| policy.level(rule.id) == rule.level));
}

/// Pieces of which the texts of the property test are made.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ \t]{0,4}(def test_a\\(\\):|it\\('a', \\(\\) => \\{|#\\[test\\]|fn a\\(\\) \\{\\}|@Test|func TestA\\(|describe\\()",
        "[ ]{0,4}(assert|expect\\(|\\}\\)|end|@pytest.mark.skip|it.each\\(\\[|\\]\\)\\(|@test \"|/\\*|\\*/)",
        "(api_key|SECRET|token)[ =:]{1,3}['\"`]?[a-z0-9+/é]{0,30}['\"`]?",
        "(https://|eyJ|ghp_|-----BEGIN PRIVATE KEY-----)[a-zA-Z0-9:@./é-]{0,40}",
        ".{0,20}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// No text breaks the guard, what stays as it is raises nothing, and nothing in an excerpt is a secret.
    #[test]
    fn any_change_is_looked_at(old in any_text(), new in any_text(), at in 0..9_usize) {
        let ends = ["a.rs", "test_a.py", "a.spec.ts", "a_test.go", "ATest.java", "a_spec.rb", "a.bats", ".env", "a.toml"];
        let path = format!("tests/{}", ends[at]);
        let changed = input(vec![Change::text(&path, Some(&old), Some(&new))]);
        for finding in inspect(&changed, &Policy::default()).findings() {
            prop_assert!(finding.excerpt.as_deref().is_none_or(|excerpt| !excerpt.contains("ghp_9")), "{:?}", finding);
        }
        let same = input(vec![Change::text(&path, Some(&new), Some(&new))]);
        prop_assert_eq!(inspect(&same, &Policy::default()), Outcome::Clear(Vec::new()));
        let gone = Input { declared: vec![path.clone()], ..input(vec![Change::text(&path, Some(&old), None)]) };
        prop_assert!(matches!(inspect(&gone, &Policy::default()), Outcome::Clear(_)));
    }
}
