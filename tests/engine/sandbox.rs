//! The real bubblewrap around an agent.

use std::fs;
use std::io::Write;
use std::process::Command;

use crate::project::Project;
use crate::stage::{status, until};

/// Tells whether bubblewrap works here; says so to whoever runs the tests when it does not.
pub(crate) fn works() -> bool {
    let line = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--unshare-pid", "true"];
    let works = Command::new("bwrap").args(line).output().is_ok_and(|output| output.status.success());
    if !works {
        // Written past the capture of the test runner.
        let text = "NOT TESTED: the sandbox; there is no working `bwrap` on PATH (apt-get install bubblewrap)\n";
        std::io::stderr().write_all(text.as_bytes()).expect("message");
    }
    works
}

/// What the agent tries; it notes in its workspace what it could do.
const TRIES: &str = r#"
can() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
{
echo "workspace $(can touch inside)"
echo "history $(can git log --oneline)"
echo "checkout $(can touch "$REPO/README.md" "$REPO/planted")"
echo "tools $(can touch "$TOOLS/planted")"
echo "etc $(can touch /etc/planted-by-batchprp-test)"
echo "git-config $(can sh -c 'echo >> "$REPO/.git/config"')"
echo "git-hook $(can touch "$REPO/.git/hooks/post-commit")"
echo "git-ref $(can git --git-dir="$REPO/.git" update-ref refs/heads/planted HEAD)"
echo "git-object $(can sh -c 'echo x | git --git-dir="$REPO/.git" hash-object -w --stdin')"
echo "records $(can ls "$REPO/.git/batchprp/workspaces")"
echo "beside $(can ls "$PWD/../beside")"
echo "ssh $(can cat "$HOME/.ssh/id")"
echo "gcloud $(can cat "$HOME/.config/gcloud/key")"
echo "netrc $(can grep -q secret "$HOME/.netrc")"
echo "aws $(can cat "$HOME/.aws/credentials")"
echo "own-state $(can touch "$HOME/.claude/own")"
echo "state-of-others $(can touch "$HOME/.codex/own")"
echo "commit $(can git -c user.name=a -c user.email=a@b commit -q --allow-empty -m own)"
echo "orchestrator $(can kill -0 "$ORCHESTRATOR")"
} > tried.txt
setsid sleep 600 >/dev/null 2>&1 &
( setsid sh -c 'trap "" TERM INT HUP; while :; do sleep 1; done' >/dev/null 2>&1 & )
"#;

/// Says where the agent keeps its sessions: a folder that is not there yet.
pub(crate) fn keeps_state(project: &Project) {
    let path = ".ce/batchprp.toml";
    let text = project.read(path);
    assert!(text.contains("\nargv = "), "{text}");
    project.write(path, &text.replace("\nargv = ", "\nstate = [\"~/.claude/\"]\nargv = "));
}

#[test]
fn an_agent_in_bubblewrap_writes_its_workspace_sees_no_secret_and_leaves_no_process() {
    if !works() {
        return;
    }
    // The sandbox has a `/tmp` of its own.
    let home = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("temporary folder");
    let project = Project::within(home);
    project.configure("[run]\nsandbox = \"bwrap\"\n[validate]\ngates = \"ignore\"\n");
    keeps_state(&project);
    project.prp("PRP-47.1.1", &[], &["tried.txt", "inside"], 1).commit("PRPs");
    let home = project.root().with_file_name("home");
    // What another agent keeps is none of its business.
    fs::create_dir(home.join(".codex")).expect("folder");
    for (name, text) in [(".ssh/id", "secret"), (".config/gcloud/key", "secret"), (".aws/credentials", "secret")] {
        fs::create_dir_all(home.join(name).parent().expect("parent")).expect("folder");
        fs::write(home.join(name), text).expect("secret");
    }
    fs::write(home.join(".netrc"), "secret").expect("secret");
    let repo = project.root().display().to_string();
    // The ledger of the agent lies outside of what it may write, so its calls are not counted here.
    let head = format!("LEDGER=/dev/null; REPO={repo}; export REPO; ORCHESTRATOR={};", std::process::id());
    project.sabotage("PRP-47.1.1", 1, &format!("{head}{TRIES}"));
    fs::create_dir_all(project.root().with_file_name("repo-worktrees").join("beside")).expect("folder");
    let before = project.fingerprint();
    let (config, hooks) = (project.read(".git/config"), project.root().join(".git/hooks/post-commit"));
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    let tried = project.git(&["show", "prp-47:tried.txt"]);
    let expected = "workspace yes\nhistory yes\ncheckout no\ntools no\netc no\ngit-config no\ngit-hook no\ngit-ref no\ngit-object no\nrecords no\nbeside no\nssh no\ngcloud no\nnetrc no\naws no\nown-state yes\nstate-of-others no\ncommit yes\norchestrator no";
    assert_eq!(tried, expected);
    assert_eq!(project.fingerprint(), before);
    assert!(project.read(".git/config") == config && !hooks.exists());
    until("the end of all processes", || project.processes().is_empty());
}
