//! No value of a secret in anything that batchprp writes, and nothing that others may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::project::Project;
use crate::stage::finish;

/// A value that looks like nothing in particular, and one that looks like a key of a known kind.
const TOKEN: &str = "planted-4f9c2e77a1b04d";
const KEY: &str = "sk-ant-api03-PLANTEDplantedPLANTEDplanted0123456789abcdef";

/// The agent says them wherever it can: in one piece, in two chunks, over the border of a large one, in its papers.
const LEAKS: &str = r#"
for value in "$MY_TOKEN" "$KEYFILE"; do
  half=${value%?????????}
  echo "out $value"; echo "err $value" >&2
  printf '%s' "split $half"; sleep 0.2; printf '%s\n' "${value#"$half"}"
  printf '%s' "split $half" >&2; sleep 0.2; printf '%s\n' "${value#"$half"}" >&2
  head -c 32750 /dev/zero | tr '\0' x; echo " $value"
  echo "{\"event\":\"progress\",\"text\":\"$value\"}"
  echo "{\"kind\":\"message\",\"text\":\"$value\"}"
done
echo "{\"work_item_id\":\"PRP-47.1.1\",\"status\":\"working\",\"progress\":5,\"step\":\"$MY_TOKEN\",\"timestamp\":$(date +%s)}" > "$BATCHPRP_HEARTBEAT"
sleep 0.3
echo "{\"work_item_id\":\"PRP-47.1.1\",\"status\":\"success\",\"output\":{\"files\":[],\"commits\":[],\"errors\":[\"$MY_TOKEN $KEYFILE\"]}}" > "$BATCHPRP_RESULT"
"#;

/// Lists the files below a folder that hold one of the values, or may be read by others.
fn wrong(folder: &Path, own: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        let name = entry.path().display().to_string();
        let facts = entry.metadata().expect("metadata");
        let allowed = if facts.is_dir() { 0o700 } else { 0o600 };
        // The files of git have git's modes; the folder of each workspace is closed to others.
        let inside = name.split_once("/batchprp/workspaces/").is_some_and(|(_, below)| below.contains('/'));
        if !inside && facts.permissions().mode() & 0o777 & !allowed != 0 {
            wrong.push(format!("{name} has mode {:o}", facts.permissions().mode() & 0o777));
        }
        if !facts.is_file() || own.iter().any(|own| name.ends_with(own)) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(entry.path()).expect("content")).into_owned();
        wrong.extend([TOKEN, KEY].iter().filter(|value| text.contains(*value)).map(|value| format!("{name}: {value}")));
    }
    wrong
}

#[test]
fn no_file_holds_a_secret_and_none_is_open_to_others() {
    let project = Project::new();
    // The last lines win: the agent gets both variables, a gate prints them too.
    let text = project.read(".ce/batchprp.toml").replace("\"TOOLS\"]", "\"TOOLS\", \"MY_TOKEN\", \"KEYFILE\"]");
    project.write(".ce/batchprp.toml", &text);
    project.configure(
        "[run]\npoll = \"1s\"\n[validate]\nl2 = [\"echo $MY_TOKEN $KEYFILE; echo $MY_TOKEN >&2; exit 1\"]\nenv_pass = [\"MY_TOKEN\", \"KEY*\"]\n",
    );
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, LEAKS);
    let run = |arguments: &[&str], code: i32| {
        let mut command = project.command(arguments);
        command.env("MY_TOKEN", TOKEN).env("KEYFILE", KEY);
        finish(command).exits(code)
    };
    let junit = project.tools().join("junit.xml").display().to_string();
    let ran = run(&["exe", "--batch", "47", "--junit", &junit], 10);
    let json = run(&["--json", "exe", "--batch", "47", "--from", "PRP-47.1.1:1"], 10);
    // A key in the command line itself is nothing that belongs into the journal either.
    run(&["exe", "--batch", "47", "--from", "PRP-47.1.1:1", "--model", KEY], 10);
    run(&["exe", "--batch", "47", "--detach", "--from", "PRP-47.1.1:1"], 0);
    run(&["watch"], 10);
    for text in [ran.stdout, ran.stderr, json.stdout, json.stderr, fs::read_to_string(junit).expect("junit")] {
        assert!(!text.contains(TOKEN) && !text.contains(KEY), "{text}");
    }
    let notes = project.git(&["log", "--all", "--format=%B%N", "--notes=refs/notes/batchprp"]);
    let notes = notes + project.git(&["grep", "-h", "-I", "level", "refs/notes/batchprp"]).as_str();
    assert!(notes.contains("exit code 1") && !notes.contains(TOKEN) && !notes.contains(KEY), "{notes}");
    for folder in [".ce/tmp", ".ce/completed-batches", ".git/batchprp"] {
        // What an agent writes itself is the agent's.
        let found = wrong(&project.root().join(folder), &["/heartbeat.json", "/result.json"]);
        assert_eq!(found, Vec::<String>::new());
    }
}

/// Variables whose names do not end as secrets usually do, and short values.
const NAMED: [(&str, &str); 6] = [
    ("MY_DB_PASS", "pa55"),
    ("STRIPE_KEY", "rk_1234567"),
    ("NPM_AUTH", "bWU6aHVudGVyMg=="),
    ("SESSION_COOKIE", "sid=abc.def"),
    ("ACME_CREDENTIALS", "grace:hunter2"),
    ("SOMETHING", "a8f5f167f44f4964e6c998dee827110c"),
];

#[test]
fn gates_get_no_secret_unless_it_is_named_and_what_they_print_is_redacted_in_notes() {
    let project = Project::new();
    let line = NAMED.map(|(name, _)| format!("${name}")).join(" / ");
    project.configure(&format!("[validate]\nl2 = [\"echo got {line}, all true; exit 1\"]\n"));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let note = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.envs(NAMED).env("MY_FLAG_PASS", "true");
        finish(command).exits(10);
        project.git(&["grep", "-h", "-I", "got", "refs/notes/batchprp"])
    };
    let kept = note(&["exe", "--batch", "47"]);
    assert!(kept.contains("got / / / / / , all true") || kept.contains("got  /  /  /  /  / , all true"), "{kept}");
    assert!(kept.contains("validate.env_pass = [\\\"ACME_CREDENTIALS\\\"]"), "the way out is told: {kept}");
    project.configure("env_pass = [\"*\"]\n");
    let kept = note(&["exe", "--batch", "47"]);
    for (name, value) in NAMED {
        assert!(!kept.contains(value), "{name}: {kept}");
    }
    let marks = ["[redacted]"; NAMED.len()].join(" / ");
    assert!(kept.contains(&format!("got {marks}, all true")), "{kept}");
}
