//! An attacker in bubblewrap, as agent and as check: more than sixty ways to write, read or run something outside.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::project::Project;
use crate::sandbox::works;
use crate::stage::{status, until};

/// What has to work; everything else must not.
const WORKS: [&str; 9] =
    ["workspace", "history", "commit", "temporary", "cache", "warm-cache", "device", "allowed", "own-state"];

/// Secrets below the home, each with its file.
const SECRETS: [&str; 14] = [
    ".ssh/id",
    ".aws/credentials",
    ".config/gcloud/key",
    ".config/gh/hosts.yml",
    ".kube/config",
    ".docker/config.json",
    ".gnupg/key",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".config/git/credentials",
    ".cargo/credentials.toml",
    ".bash_history",
];

/// A project with everything around it that somebody could be after.
struct Target {
    project: Project,
    socket: std::path::PathBuf,
    _listener: UnixListener,
    /// In the names of files that must not appear.
    mark: String,
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, text).expect("file");
}

impl Target {
    fn new(configuration: &str) -> Self {
        // The sandbox has a `/tmp` of its own.
        let home = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("temporary folder");
        let project = Project::within(home);
        let outside = project.root().with_file_name("home");
        for name in SECRETS {
            put(&outside.join(name), "secret");
        }
        put(&outside.join("elsewhere/azure"), "secret");
        symlink("elsewhere", outside.join(".azure")).expect("a link");
        for name in [".bashrc", ".config/git/config", ".cache/pip/wheel", ".cache/browsers/program"] {
            put(&outside.join(name), "");
        }
        fs::create_dir(outside.join("allowed")).expect("folder");
        put(&project.root().with_file_name("repo-worktrees").join("beside/precious"), "precious");
        let mark = format!("batchprp-{}", std::process::id());
        let socket = std::env::temp_dir().join(format!("{mark}-{}.sock", project.root().display().to_string().len()));
        fs::remove_file(&socket).ok();
        let listener = UnixListener::bind(&socket).expect("a socket");
        project.configure(&format!("[run]\nsandbox = \"bwrap\"\nwritable = [\"~/allowed\"]\n{configuration}"));
        crate::sandbox::keeps_state(&project);
        fs::write(project.tools().join("ways.sh"), include_str!("ways.sh")).expect("ways");
        Self { project, socket, _listener: listener, mark }
    }

    /// Returns shell lines that try everything as somebody.
    fn ways(&self, who: &str) -> String {
        format!(
            "export LEDGER=/dev/null REPO='{}' TOOLS='{}' MARK='{}' SOCKET='{}' PROGRAM='{}' ORCHESTRATOR={}; sh '{}/ways.sh' {who}",
            self.project.root().display(),
            self.project.tools().display(),
            self.mark,
            self.socket.display(),
            env!("CARGO_BIN_EXE_batchprp"),
            std::process::id(),
            self.project.tools().display(),
        )
    }

    /// Everything of the user and of the project that must be as it was.
    fn surroundings(&self) -> String {
        let outside = self.project.root().with_file_name("home");
        let mut text = self.project.fingerprint();
        for folder in [outside, self.project.root().with_file_name("repo-worktrees").join("beside")] {
            let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
            for entry in entries.filter(|entry| entry.file_type().is_file()) {
                let name = entry.path().display().to_string();
                // These are allowed.
                if !name.contains("/allowed/by-") && !name.contains("/.claude/by-") {
                    text.extend([name, fs::read_to_string(entry.path()).unwrap_or_default()]);
                }
            }
        }
        let refs = ["for-each-ref", "refs/heads/main", "refs/tags", "refs/heads/planted", "refs/stash"];
        text += &self.project.git(&refs);
        text += &self.project.read(".git/config");
        for name in ["hooks/post-commit", "objects/info/alternates", "index.lock"] {
            let is_there = self.project.root().join(".git").join(name).exists();
            text.extend([name, if is_there { " is there\n" } else { "\n" }]);
        }
        text
    }
}

/// Asserts that only the right things worked.
#[track_caller]
fn held(said: &str, refused: &[&str]) {
    let told: Vec<(&str, &str)> = said.lines().filter_map(|line| line.split_once(' ')).collect();
    assert!(told.len() > 70, "{said}");
    let expected = |name: &str| if WORKS.contains(&name) && !refused.contains(&name) { "yes" } else { "no" };
    let wrong: Vec<_> = told.into_iter().filter(|(name, outcome)| *outcome != expected(name)).collect();
    assert_eq!(wrong, []);
}

#[test]
fn an_agent_and_a_check_in_the_sandbox_get_nowhere_and_the_work_completes() {
    if !works() {
        return;
    }
    let target = Target::new("[validate]\n");
    let project = &target.project;
    let check = format!("{} > checked.txt; cat checked.txt > \\\"$HOME/allowed/by-check.txt\\\"", target.ways("check"));
    project.configure(&format!("l1 = [\"{}\"]\n", check.replace("\\\"", "\"").replace('"', "\\\"")));
    project.prp("PRP-47.1.1", &[], &["tried.txt", "inside.agent", "link"], 1).commit("PRPs");
    project.sabotage(
        "PRP-47.1.1",
        1,
        &format!("{} > tried.txt; rm -f link linked disk; LEDGER=/dev/null", target.ways("agent")),
    );
    let before = target.surroundings();
    let mut command = project.command(&["exe", "--batch", "47"]);
    let secrets = [("MY_DB_PASS", "hunter2-1"), ("STRIPE_KEY", "hunter2-2"), ("SSH_AUTH_SOCK", "/tmp/hunter2-3")];
    let ran = crate::stage::finish({
        command.envs(secrets);
        command
    });
    let ran = ran.exits(0);
    assert_eq!(status(project, "PRP-47.1.1"), "completed", "{}", ran.stdout);
    held(&project.git(&["show", "prp-47:tried.txt"]), &[]);
    let checked = project.root().with_file_name("home").join("allowed/by-check.txt");
    held(&fs::read_to_string(checked).expect("what the check tried"), &["own-state"]);
    assert_eq!(target.surroundings(), before);
    assert!(!Path::new("/tmp").join(format!("private-{}", target.mark)).exists());
    until("the end of all processes", || project.processes().is_empty());
    fs::remove_file(&target.socket).ok();
}

/// What an agent leaves for the orchestrator, which works outside: filters, hooks, links in place of what it reads and
/// writes.
const TRAPS: &str = r#"
printf '#!/bin/sh\ntouch "$PROOF"; cat\n' > trap.sh; chmod +x trap.sh
for s in filter.x.clean filter.x.smudge filter.x.process core.fsmonitor core.sshCommand diff.external core.pager \
    core.editor gpg.program credential.helper uploadpack.packObjectsHook core.alternateRefsCommand merge.x.driver; do
    git config "$s" "$PWD/trap.sh"
done
git config core.hooksPath "$PWD/hooks"; mkdir -p hooks .git/hooks
for h in pre-commit post-commit post-checkout reference-transaction post-index-change pre-receive update post-merge; do
    cp trap.sh "hooks/$h"; cp trap.sh ".git/hooks/$h"
done
echo '* filter=x merge=x diff=x' > .git/info/attributes
git config extensions.worktreeConfig true; printf '[core]\n\tfsmonitor = %s/trap.sh\n' "$PWD" > .git/config.worktree
echo "$REPO/.git" > .git/commondir
echo "$REPO/.git/objects" >> .git/objects/info/alternates
echo /etc >> .git/objects/info/alternates
ln -sfn "$REPO/.git/refs" .git/refs-link
mkdir -p out; ln -sfn "$REPO" out/project; ln -sfn "$HOME" out/home
d=${BATCHPRP_RESULT%/*}
for f in report.json transcript.jsonl stderr.log heartbeat.json prompt.md spec.json; do ln -sf "$HOME/.bashrc" "$d/$f"; done
rm -rf hooks trap.sh
"#;

#[test]
fn what_an_agent_leaves_makes_the_program_outside_neither_run_nor_write_anything() {
    if !works() {
        return;
    }
    for more in [
        "",
        "rm -rf .git; ln -s \"$REPO/.git\" .git",
        "rm -rf .git; echo \"gitdir: $REPO/.git\" > .git",
        "rm -f .git/index; ln -s \"$REPO/.git/index\" .git/index",
        "rm -f .git/HEAD; ln -s \"$REPO/.git/HEAD\" .git/HEAD",
        "rm -rf out; ln -s \"$REPO/PRPs\" out",
        // A race: the folder becomes a link while the program looks at it.
        "mkdir -p race; (i=0; while [ $i -lt 400 ]; do rm -rf race; ln -s \"$REPO\" race; rm -f race; mkdir race; i=$((i+1)); done) &",
    ] {
        let target = Target::new("[validate]\ngates = \"ignore\"\n[guard]\nlink_outside = \"note\"\n");
        let project = &target.project;
        project.prp("PRP-47.1.1", &[], &["out", "work.txt"], 2).commit("PRPs");
        let proof = target.project.root().with_file_name("home/allowed/proof");
        let head = format!(
            "export LEDGER=/dev/null REPO='{}' PROOF='{}'\necho work > work.txt\n",
            project.root().display(),
            proof.display()
        );
        // The agent appends to a file in a folder that it may have replaced.
        let tail = "\nexit 0";
        project.sabotage("PRP-47.1.1", 1, &format!("{head}{TRAPS}{more}{tail}"));
        project.sabotage("PRP-47.1.1", 2, &format!("{head}echo more >> work.txt{tail}"));
        let before = target.surroundings();
        let ran = project.run(&["exe", "--batch", "47"]);
        assert!(matches!(ran.code, Some(0 | 10)), "{more}: {}{}", ran.stdout, ran.stderr);
        assert!(!proof.exists(), "{more}: the program ran what an agent left");
        assert_eq!(target.surroundings(), before, "{more}");
        assert_eq!(project.git(&["fsck", "--strict", "--no-dangling"]), "", "{more}");
        until("the end of all processes", || project.processes().is_empty());
        fs::remove_file(&target.socket).ok();
    }
}

#[test]
fn without_the_network_there_is_none_and_the_work_completes() {
    if !works() {
        return;
    }
    let target = Target::new("network = false\n[validate]\ngates = \"ignore\"\n");
    let project = &target.project;
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    project.prp("PRP-47.1.1", &[], &["tried.txt"], 1).commit("PRPs");
    let lines = format!(
        "LEDGER=/dev/null\n(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo connected > tried.txt || echo alone > tried.txt"
    );
    project.sabotage(
        "PRP-47.1.1",
        1,
        &format!("cat > net.sh <<'X'\n{lines}\nX\nbash net.sh; rm net.sh; LEDGER=/dev/null"),
    );
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:tried.txt"]), "alone");
    fs::remove_file(&target.socket).ok();
}
