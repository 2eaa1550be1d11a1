//! `agents list` and `agents test`, with programs that are agents as far as anybody can see.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::Test;

/// Does what `agents test` asks for; it has no memory, but always the same number.
const AGENT: &str = r#"
cat > /dev/null
case $BATCHPRP_ITEM-$BATCHPRP_PHASE in
PRP-1.1.1-3) echo 48151623 > number.txt ;;
PRP-1.1.1-2) git hash-object edit.txt > hash.txt ;;
PRP-1.1.1-1) echo ready > edit.txt; echo '{"kind":"message","text":"my number is 48151623"}' ;;
esac
echo '{"kind":"usage","scope":"run","input":1000,"output":10}'
echo '{"kind":"finished","ok":true,"reason":"done","text":"done"}'
"#;

fn program(test: &Test, name: &str, text: &str) {
    test.write(name, format!("#!/bin/sh\n{text}"));
    fs::set_permissions(test.path(name), fs::Permissions::from_mode(0o755)).expect("a program");
}

fn works(trial: &Value, name: &str) -> String {
    let findings = trial["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["name"] == name).expect("a finding");
    finding["works"].as_str().expect("a word").to_owned()
}

#[test]
fn agents_are_listed_with_what_they_declare_and_tried_out_with_a_tiny_task() {
    let test = Test::with_git();
    program(&test, "bin/codex", "echo 'codex-cli 0.1.0'\n");
    program(&test, "agent.sh", AGENT);
    test.write(
        ".ce/batchprp.toml",
        "[agent]\nname = \"command\"\n[adapter.command]\nargv = [\"./agent.sh\"]\n[run]\ngrace = \"1s\"\nnamespaces = false\n\
         [validate]\nl1 = [\"false\"]\n",
    );
    test.write(
        ".ce/agents/broken.rhai",
        "const ADAPTER = #{ capabilities: #{ magic: \"yes\" } };\nfn detect() { () }\n",
    );
    test.commit("agents");
    let path = format!("{}:{}", test.path("bin").display(), std::env::var("PATH").expect("a path"));
    let test = test.env("PATH", path).env("OPENAI_API_KEY", "planted");
    let list = test.run(["agents", "list", "--json"]).expect_code(0).stdout;
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let agents = list["agents"].as_array().expect("agents");
    let codex = agents.iter().find(|agent| agent["name"] == "codex").expect("codex");
    assert_eq!((&codex["version"], &codex["version_fit"]), (&"0.1.0".into(), &"older".into()));
    assert_eq!((&codex["sign_in"], &codex["signed_in_by"]), (&"yes".into(), &"OPENAI_API_KEY".into()));
    assert_eq!((&codex["capabilities"]["cost"], &codex["capabilities"]["sandbox"]), (&"no".into(), &"yes".into()));
    assert!(list["broken"][0]["reason"].as_str().is_some_and(|text| text.contains("capability `magic`")), "{list}");
    let shown = test.run(["agents", "list"]).expect_code(0).stdout;
    assert!(
        shown.contains("codex 0.1.0 is older than what it was tried with") && !shown.contains("planted"),
        "{shown}"
    );

    let trial = test.run(["agents", "test", "--no-stop", "--json"]).expect_code(0).stdout;
    let trial: Value = serde_json::from_str(&trial).expect("JSON");
    let found =
        ["sign-in", "edit", "bash", "resume", "usage", "cost", "limits", "stop"].map(|name| works(&trial, name));
    assert_eq!(found, ["yes", "yes", "yes", "yes", "yes", "no", "unknown", "unknown"], "{trial}");
    program(
        &test,
        "agent.sh",
        "cat > /dev/null\necho '{\"kind\":\"finished\",\"ok\":false,\"reason\":\"auth\",\"text\":\"401\"}'\n",
    );
    let trial = test.run(["agents", "test", "--json"]).expect_code(8).stdout;
    let trial: Value = serde_json::from_str(&trial).expect("JSON");
    assert_eq!((works(&trial, "sign-in"), works(&trial, "edit")), ("no".to_owned(), "no".to_owned()), "{trial}");
    assert_eq!(test.git(["status", "--porcelain"]).trim(), "M agent.sh", "nothing else of the project is touched");
}

/// Variables that every agent gets.
const EVERYBODY: [&str; 16] = [
    "HTTPS_PROXY",
    "http_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "JAVA_HOME",
    "VIRTUAL_ENV",
    "CARGO_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "NVM_DIR",
    "DOTNET_ROOT",
    "LC_TIME",
    "LANGUAGE",
    "LOGNAME",
];
/// Variables that nobody gets: keys of others, clouds without their switch, sockets, what makes an agent nested.
const NOBODY: [&str; 20] = [
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AZURE_OPENAI_KEY",
    "CLAUDECODE",
    "CLAUDE_CODE_SSE_PORT",
    "CODEX_THREAD_ID",
    "DATABASE_URL",
    "DOCKER_HOST",
    "GEMINI_CLI",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "KUBECONFIG",
    "LINEAR_API_KEY",
    "MISTRAL_API_KEY",
    "NODE_OPTIONS",
    "NPM_TOKEN",
    "PYTHONPATH",
    "SLACK_TOKEN",
    "SSH_AUTH_SOCK",
    "VAULT_TOKEN",
];
/// What each agent gets besides, as its page says.
const OWN: [(&str, &[&str]); 5] = [
    (
        "claude",
        &[
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "ANTHROPIC_BASE_URL",
            "ANTHROPIC_DEFAULT_OPUS_MODEL",
            "ANTHROPIC_MODEL",
            "ANTHROPIC_SMALL_FAST_MODEL",
            "CLAUDE_CODE_ATTRIBUTION_HEADER",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "CLAUDE_CONFIG_DIR",
        ],
    ),
    ("codex", &["CODEX_API_KEY", "CODEX_HOME", "OPENAI_API_KEY", "OPENAI_BASE_URL"]),
    (
        "gemini",
        &[
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GOOGLE_CLOUD_LOCATION",
            "GOOGLE_CLOUD_PROJECT",
            "GOOGLE_GEMINI_BASE_URL",
            "GOOGLE_GENAI_USE_VERTEXAI",
        ],
    ),
    (
        "opencode",
        &[
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
            "GEMINI_API_KEY",
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL",
            "OPENCODE_CONFIG",
            "OPENROUTER_API_KEY",
        ],
    ),
    ("qwen", &["DASHSCOPE_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"]),
];

/// Five runs, one for each adapter: nothing else shows what its child gets.
#[test]
fn of_sixty_variables_each_agent_gets_exactly_the_documented_ones() {
    let mut test = Test::with_git();
    let all: BTreeSet<&str> =
        EVERYBODY.iter().chain(&NOBODY).chain(OWN.iter().flat_map(|(_, own)| own.iter())).copied().collect();
    assert_eq!(all.len(), 60);
    for (name, _) in OWN {
        let seen = test.path(format!("seen-{name}"));
        let keep = format!("[ \"$1\" = --version ] && {{ echo 9.9.9; exit; }}\nenv > '{}'\nexit 3\n", seen.display());
        program(&test, &format!("bin/{name}"), &keep);
    }
    test.write(".ce/batchprp.toml", "[run]\nretries = 0\n");
    test.run(["new", "prp"]).expect_code(0);
    test.commit("a PRP");
    let path = format!("{}:{}", test.path("bin").display(), std::env::var("PATH").expect("a path"));
    test = test.env("PATH", path);
    for name in &all {
        test = test.env(name, "planted");
    }
    for (name, own) in OWN {
        let ran = test.run(["exe", "--batch", "1", "--agent", name, "--model", "openai/m", "--restart"]);
        assert!(test.exists(format!("seen-{name}")), "{name}: {}{}", ran.stdout, ran.stderr);
        let text = test.read(format!("seen-{name}"));
        let seen: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_suffix("=planted")).collect();
        let wanted: BTreeSet<&str> = EVERYBODY.iter().chain(own).copied().collect();
        assert_eq!(seen, wanted, "{name}");
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
        let page = fs::read_to_string(page).expect("the page");
        let row = page.lines().find(|line| line.starts_with(&format!("| {name} | `"))).expect("a row");
        let missing: Vec<&&str> = own.iter().filter(|own| !own.contains("DEFAULT") && !row.contains(*own)).collect();
        assert!(missing.is_empty(), "{name}: {missing:?} are not documented");
    }
}
