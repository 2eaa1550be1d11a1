//! `agents list` and `agents test`, with programs that are agents as far as anybody can see.

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
