//! A dry run of a command of one's own: nothing happens, whatever the command would do.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::Test;

/// Commands that use every effect there is, with what their dry run says of it.
const COMMANDS: [(&str, &str, &[&str]); 15] = [
    (
        "writes",
        r#"files::write("out.md", "text"); files::create("new.md", files::read("out.md"));"#,
        &["would create out.md (4 bytes)", "would create new.md (4 bytes)"],
    ),
    (
        "edits",
        r#"print(prp::set("PRPs/feature-requests/PRP-1.1.1-a.md", #{ status: "completed" }));"#,
        &["would write PRPs/feature-requests/PRP-1.1.1-a.md"],
    ),
    (
        "moves",
        r#"print(prp::move_to("PRPs/feature-requests/PRP-1.1.1-a.md", "PRPs/executed"));"#,
        &["would move PRPs/feature-requests/PRP-1.1.1-a.md to PRPs/executed"],
    ),
    ("commits", r#"files::write("a.md", "x"); print(git::commit(["a.md"], "Add a"));"#, &["would commit a.md: Add a"]),
    (
        "programs",
        r#"if process::run(#{ argv: ["touch", "made by a program"] }).code != 0 { throw "no"; }"#,
        &["would run touch 'made by a program'"],
    ),
    (
        "posts",
        r#"if http::request(#{ url: args.url, method: "POST", body: "{}" }).status != 200 { throw "no"; }"#,
        &["would post http://127.0.0.1:"],
    ),
    (
        "gets",
        "print(json::parse(http::request(#{ url: args.url }).body).id);",
        &["would get http://127.0.0.1:", "The preview ends here"],
    ),
    (
        "asks",
        r#"all().run(#{ batch: 1 }, |prp| agent::run("executor", #{ prompt: prp.text }))"#,
        &["Stage 1", "would ask fake as executor", "Dry run: nothing was started"],
    ),
    (
        "merges",
        r#"all().run(#{ batch: 1, merge: true }, |prp| { let tree = git::worktree(prp); let phase = prp.phases[0]; tree.begin(phase, 1); let answer = agent::run("executor", #{ prompt: prp.text, cwd: tree.path }); if !answer.ok { return answer; } tree.commit(phase, "key"); let checks = tree.validate(phase, 4, prp); if !checks.passed { return outcome::partial(phase, checks); } outcome::completed("all") })"#,
        &[
            "would work in a worktree on branch prp-1-1-1",
            "would commit the checkpoint of phase 1",
            "would validate phase 1 up to level 4",
        ],
    ),
    (
        "items",
        r#"dag::analyze([#{ id: "a" }, #{ id: "b", dependencies: ["a"] }]).run(#{}, |item| { files::write(`${item.id}.txt`, item.id); if process::run(#{ argv: ["touch", item.id] }).code != 0 { return outcome::failed("no"); } outcome::completed("done") })"#,
        &["would create a.txt (1 bytes)", "would run touch b", "a → b (depends on it)"],
    ),
    (
        "answers",
        r#"all().run(#{ batch: 1 }, |prp| { let answer = agent::run("reviewer", #{ prompt: prp.text }); files::write("answer.json", json::text(json::parse(answer.text))); outcome::completed() })"#,
        &["would ask fake as reviewer", "what follows depends on the answer"],
    ),
    (
        "files",
        r#"files::copy("PRPs/feature-requests/PRP-1.1.1-a.md", "docs/copy.md"); files::append("log.md", "x\n"); files::remove("PRPs/feature-requests/PRP-1.1.1-a.md"); print(files::glob("docs/*.md")); print(files::walk("PRPs"));"#,
        &[
            "would copy PRPs/feature-requests/PRP-1.1.1-a.md to docs/copy.md",
            "would append to log.md (2 bytes)",
            "would remove PRPs/feature-requests/PRP-1.1.1-a.md",
            "[\"docs/copy.md\"]",
            "[]",
        ],
    ),
    (
        "questions",
        r#"let schema = #{ type: "object" }; if person::confirm("Go on?", true) { print(agent::ask("reviewer", #{ prompt: "What is this?", schema: schema }).kind); }"#,
        &["would ask a person: Go on? [Y/n]", "would ask fake as reviewer", "The preview ends here"],
    ),
    (
        "fans",
        r#"all().run(#{ batch: 1 }, |prp| { event::progress(50, "half"); files::write(`${prp.id}.json`, json::text(agent::ask("reviewer", #{ prompt: prp.text, schema: #{ type: "array" } }))); outcome::completed() })"#,
        &["would ask fake as reviewer", "what follows depends on the answer"],
    ),
    (
        "tells",
        r#"event::step("parse"); event::note("hello"); event::pause("enough"); all().run(#{ batch: 1 }, |prp| { event::document(prp.path, "changed"); event::issue("X-1", true); outcome::completed("fine") })"#,
        &["hello", "would pause the run: enough", "completed: fine"],
    ),
];

fn command(body: &str) -> String {
    let all = "fn all() { dag::analyze(prp::select(#{ batch: 1 })) }\n";
    format!(
        "const ABOUT = \"x\";\nconst ARGS = #{{ url: #{{ type: \"text\", initial: \"http://127.0.0.1:1/\" }} }};\n\
         fn main(args) {{\n    print(args.url);\n    {body}\n}}\n{}",
        if body.contains("all()") { all } else { "" }
    )
}

/// Returns everything below a folder with its content, but for caches of git's own.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).unwrap_or_default())).collect()
}

#[test]
fn nothing_sees_a_dry_run_of_own_commands() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::SeqCst);
            let mut stream = stream;
            drop(stream.read(&mut [0; 64]));
        }
    });
    let test = Test::with_git();
    test.write(
        "PRPs/feature-requests/PRP-1.1.1-a.md",
        "---\nprp_id: PRP-1.1.1\ntitle: A\nstatus: planning\n---\n# PRP-1.1.1: A\n\n## Implementation\n\n### Phase 1: One\n\nDo it.\n",
    );
    for (name, body, _) in COMMANDS {
        test.write(format!(".ce/commands/{name}.rhai"), command(body));
    }
    test.commit("all");
    let before = everything(&test.root());
    for (name, _, says) in COMMANDS {
        let output = test.run([name, "--url", &url, "--agent", "fake", "--dry-run"]).expect_code(0);
        for text in says {
            let shown = format!("{}{}", output.stdout, output.stderr);
            assert!(shown.contains(text), "{name}: no {text:?} in\n{shown}");
        }
        let after = everything(&test.root());
        let changed: Vec<&String> = after.keys().filter(|path| after.get(*path) != before.get(*path)).collect();
        assert!(changed.is_empty() && after.len() == before.len(), "{name}: {changed:?}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}

#[test]
fn prompts_of_an_own_command_are_shown_and_nobody_is_asked() {
    let test = Test::with_git();
    test.write(
        ".ce/commands/ask.rhai",
        "const ABOUT = \"x\";\nfn main(args) {\n    print(args.dry_run);\n    dag::analyze([#{ id: \"a\" }, #{ id: \"b\" }]).run(#{}, |item| agent::run(\"executor\", #{ prompt: `Look at ${item.id}` }))\n}\n",
    );
    let output = test.run(["ask", "--agent", "fake", "--explain-prompt", "b"]).expect_code(0);
    let shown = format!("{}{}", output.stdout, output.stderr);
    for text in ["b, role executor", "whole prompt    9 bytes", "Look at b", "Nothing was started"] {
        assert!(shown.contains(text), "no {text:?} in\n{shown}");
    }
    assert!(!shown.contains("Look at a"), "{shown}");
    test.run(["ask", "--agent", "fake", "--explain-prompt", "c"]).expect_code(4).expect_stderr("they are a, b");
}
