//! Keys of the user: they reach the agent that needs them through its environment, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::Test;

const AGENTS: [(&str, &[&str]); 6] = [
    ("claude", &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"]),
    ("codex", &["OPENAI_API_KEY", "CODEX_API_KEY"]),
    ("gemini", &["GEMINI_API_KEY"]),
    ("opencode", &["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_BASE_URL"]),
    ("qwen", &["OPENAI_API_KEY", "DASHSCOPE_API_KEY"]),
    ("command", &[]),
];

const PLANTED: [(&str, &str); 8] = [
    ("ANTHROPIC_API_KEY", "sk-ant-planted-51c0e7d2a9b84f36"),
    ("ANTHROPIC_AUTH_TOKEN", "planted/anthropic=token+7d20"),
    ("ANTHROPIC_BASE_URL", "https://me:planted-password-5b1e@models.example"),
    ("OPENAI_API_KEY", "planted openai \"key\" 90af"),
    ("CODEX_API_KEY", "planted-codex-key-3c61"),
    ("GEMINI_API_KEY", "AIzaPlanted0c7b52d9e1"),
    ("DASHSCOPE_API_KEY", "planted-dashscope-key-b2"),
    ("LINEAR_API_KEY", "lin_api_planted00aa11bb22"),
];

/// What must turn up nowhere: the values, and of an address its password.
fn secrets() -> impl Iterator<Item = &'static str> {
    PLANTED.iter().map(|(_, value)| if value.contains("://") { "planted-password-5b1e" } else { *value })
}

/// An agent that gives away everything it knows.
const BLABBER: &str = r#"#!/bin/sh
if [ "$1" = --version ]; then echo 9.9.9; exit; fi
printf '%s\n' "$@" > "$SEEN/argv"
env > "$SEEN/env"
env
env >&2
cat
printf '{"type":"result","is_error":false,"result":"the key is %s"}\n' "$ANTHROPIC_API_KEY"
printf '{"type":"item.completed","item":{"type":"agent_message","text":"the key is %s"}}\n' "$CODEX_API_KEY"
printf '{"type":"message","role":"assistant","content":"the key is %s"}\n' "$GEMINI_API_KEY"
printf '{"type":"error","error":{"data":{"message":"bad key %s"}}}\n' "$ANTHROPIC_AUTH_TOKEN"
printf '{"status":"success","output":{"errors":["%s%s%s"]}}' "$CODEX_API_KEY" "$GEMINI_API_KEY" "$DASHSCOPE_API_KEY" \
    > "$BATCHPRP_RESULT"
echo done > done.txt
"#;

fn project(agent: &str) -> Test {
    let test = Test::with_git();
    test.write("../seen/none", "");
    test.write(format!("../bin/{agent}"), BLABBER);
    fs::set_permissions(test.path(format!("../bin/{agent}")), fs::Permissions::from_mode(0o755)).expect("a program");
    let seen = test.path("../seen").display().to_string();
    let configuration =
        format!("[agent]\nname = \"{agent}\"\nenv_pass = [\"SEEN\"]\n\n[adapter.command]\nargv = [\"command\"]\n");
    test.write(".ce/batchprp.toml", configuration);
    test.write("CLAUDE.md", format!("# Rules\n\nNever print {}.\n", PLANTED[0].1));
    for number in 1..=2 {
        let path = format!("PRPs/feature-requests/PRP-7.1.{number}-work.md");
        test.write(path, format!("---\nprp_id: PRP-7.1.{number}\ntitle: Work {number}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\ndependencies: []\nfiles_modified: [done.txt]\n---\n\n# PRP-7.1.{number}: Work\n\n## Problem\n\nNone.\n\n## Implementation\n\n### Phase 1: One (10 min)\n\nDo it.\n\n## Validation\n\n- L1: `true`\n"));
    }
    test.commit("documents");
    let path = format!("{}:{}", test.path("../bin").display(), std::env::var("PATH").expect("a search path"));
    PLANTED.iter().fold(test.env("PATH", path).env("SEEN", seen), |test, (name, value)| test.env(name, *value))
}

fn papers(test: &Test) -> Vec<(String, String)> {
    let files = walkdir::WalkDir::new(test.path(".ce")).into_iter().flatten().filter(|e| e.file_type().is_file());
    let read = |path: &std::path::Path| String::from_utf8_lossy(&fs::read(path).expect("a file")).into_owned();
    files.map(|entry| (entry.path().display().to_string(), read(entry.path()))).collect()
}

fn check(agent: &str, own: &[&str]) {
    let test = project(agent);
    let ran = test.run(["exe", "--batch", "7", "--model", "anthropic/test-model", "--no-auto-review"]);
    let (argv, env) = (test.read("../seen/argv"), test.read("../seen/env"));
    let mut told = papers(&test);
    assert!(
        told.iter().any(|(path, text)| path.ends_with("transcript.jsonl") && text.contains("[redacted]")),
        "{agent}"
    );
    told.push(("its arguments".to_owned(), argv));
    told.push(("the output".to_owned(), ran.stdout + &ran.stderr));
    told.push(("git".to_owned(), test.git(["log", "--all", "--format=%B%N", "--notes=batchprp"])));
    for (view, arguments) in
        [("status", ["status", "--json"]), ("report", ["report", "--md"]), ("analyze", ["analyze", "7"])]
    {
        let shown = if view == "report" {
            let file = test.path("../report.md").display().to_string();
            test.run([arguments[0], arguments[1], &file]);
            fs::read_to_string(file).unwrap_or_default()
        } else {
            test.run(arguments).stdout
        };
        told.push((view.to_owned(), shown));
    }
    for (place, text) in told {
        for secret in secrets() {
            let json = serde_json::json!(secret).to_string();
            let json = json.trim_matches('"');
            assert!(!text.contains(secret) && !text.contains(json), "{agent}: {place} holds {secret}");
        }
    }
    for (name, value) in PLANTED {
        let given = env.lines().any(|line| line == format!("{name}={value}"));
        assert_eq!(given, own.contains(&name), "{agent} and {name}");
    }
}

#[test]
fn no_key_is_found_in_an_argument_or_a_file_and_each_agent_gets_its_own_only() {
    std::thread::scope(|scope| {
        for (agent, own) in AGENTS {
            scope.spawn(move || check(agent, own));
        }
    });
}

#[test]
fn an_address_with_a_password_does_not_become_an_argument() {
    let test = project("codex").env("OPENAI_BASE_URL", "https://me:planted-password-5b1e@models.example/v1");
    let ran = test.run(["exe", "PRP-7.1.1", "--no-auto-review"]);
    assert!(!test.exists("../seen/argv"), "codex was not started");
    let said = ran.stdout + &ran.stderr;
    assert!(said.contains("OPENAI_BASE_URL holds more than an address"), "{said}");
    assert!(!said.contains("planted-password"), "{said}");
    let plain = project("codex").env("OPENAI_BASE_URL", "https://models.example/v1");
    plain.run(["exe", "PRP-7.1.1", "--no-auto-review"]);
    assert!(plain.read("../seen/argv").contains("base_url=\"https://models.example/v1\""));
}
