//! Work inside of an agent's shell tool: what the caller is told, what the agents of the run see, and who commits.

use super::support::Test;

/// What the shell tools of the real programs set, and how each goes about long commands.
const CALLERS: [(&str, &str, &str); 5] = [
    ("CLAUDECODE", "1", "Claude Code waits 2m for a command and leaves it in the background then"),
    ("CODEX_THREAD_ID", "01a1ff4e", "Codex waits 10s for a command and ends it with its turn"),
    ("GEMINI_CLI", "1", "Gemini CLI ends a command that says nothing for 5m"),
    ("QWEN_CODE", "1", "Qwen Code ends a command after 2m"),
    ("OPENCODE", "1", "opencode ends a command after 2m"),
];

fn project(hours: &str, line: &str) -> Test {
    let test = Test::with_git();
    let document = format!(
        "---\nprp_id: PRP-7.1.1\ntitle: Work\nstatus: planning\ncomplexity: low\nestimated_hours: {hours}\n\
         dependencies: []\nfiles_modified: [out.txt]\n---\n\n# PRP-7.1.1: Work\n\n## Problem\n\nNone.\n\n\
         ## Implementation\n\n### Phase 1: One\n\n```bash\n{line}\n```\n\n## Validation\n\n- L1: `true`\n"
    );
    test.write("PRPs/feature-requests/PRP-7.1.1-work.md", document);
    test.commit("document");
    test
}

const EXE: [&str; 5] = ["exe", "--batch", "7", "--agent", "runbook"];

#[test]
fn a_caller_that_would_not_wait_so_long_is_told_of_detach_and_hears_little() {
    let plain = project("3", "echo one > out.txt").run(EXE).expect_code(0);
    assert!(!plain.stderr.contains("--detach"), "{}", plain.stderr);
    std::thread::scope(|scope| {
        for (name, value, habit) in CALLERS {
            let plain = &plain;
            scope.spawn(move || {
                let said = project("3", "echo one > out.txt").env(name, value).run(EXE).expect_code(0);
                let hint = format!("hint: {habit}; this run needs about 3h: start it with `--detach`");
                assert!(said.stderr.contains(&hint), "{name}: {}", said.stderr);
                let lines = |text: &str| text.lines().count();
                assert!(lines(&said.stdout) < lines(&plain.stdout), "{name}: {}", said.stdout);
                let short = project("0.001", "echo one > out.txt").env(name, value).run(EXE).expect_code(0);
                assert!(!short.stderr.contains("--detach"), "{name}: {}", short.stderr);
            });
        }
    });
    let patient = project("0.1", "echo one > out.txt").env("CLAUDECODE", "1").env("BASH_DEFAULT_TIMEOUT_MS", "600000");
    assert!(!patient.run(EXE).expect_code(0).stderr.contains("--detach"));
}

#[test]
fn the_agents_of_a_nested_run_do_not_see_that_they_are_nested() {
    let names = [
        "CLAUDECODE",
        "CLAUDE_CODE_SESSION_ID",
        "CLAUDE_CODE_CHILD_SESSION",
        "CLAUDE_CODE_MESSAGING_TOKEN",
        "CLAUDE_PID",
        "AI_AGENT",
        "CODEX_THREAD_ID",
        "CODEX_CI",
        "GEMINI_CLI",
        "GEMINI_CLI_NO_RELAUNCH",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "QWEN_CODE",
        "QWEN_CODE_NO_RELAUNCH",
        "OPENCODE",
        "OPENCODE_PID",
        "AGENT",
    ];
    let test = project("0.001", "env | cut -d= -f1 > out.txt");
    let test = names.iter().filter(|name| !name.starts_with("GIT_")).fold(test, |test, name| test.env(name, "1"));
    let test = test.env("GIT_CONFIG_COUNT", "0").env("GIT_CONFIG_GLOBAL", "/dev/null");
    test.run(EXE).expect_code(0);
    let seen = test.git(["show", "prp-7:out.txt"]);
    assert!(seen.lines().any(|name| name == "BATCHPRP_ITEM"), "{seen}");
    for name in names {
        assert!(!seen.lines().any(|line| line == name), "{name} reached the agent: {seen}");
    }
}

#[test]
fn commits_carry_the_users_name_inside_of_gemini_too() {
    let test = project("0.001", "echo one > out.txt").env("GEMINI_CLI", "1").env("GIT_CONFIG_SYSTEM", "/dev/null");
    test.git(["config", "--unset", "user.name"]);
    test.git(["config", "--unset", "user.email"]);
    test.write("../home/.gitconfig", "[user]\n\tname = Somebody\n\temail = somebody@example.org\n");
    test.run(EXE).expect_code(0);
    assert_eq!(test.git(["log", "-1", "--format=%an %ae", "prp-7"]), "Somebody somebody@example.org");
}
