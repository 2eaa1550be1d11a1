//! The table of refusals: for each state the first lines name the cause and the way out, typing that line leads on, and
//! nothing was made before.

use std::fmt::Write;
use std::fs;

use crate::support::{Output, Test};

const EXE: &str = "batchprp exe --batch 1";
const RUNBOOK: &str = "batchprp exe --batch 1 --agent runbook";
/// So many lines are read before somebody looks elsewhere.
const FIRST: usize = 12;

/// A state in which a command is refused, or tells something and goes on.
struct State {
    name: &'static str,
    arrange: fn(&Test),
    line: &'static str,
    code: i32,
    cause: &'static str,
    /// What the first lines say to do.
    way: &'static str,
    /// What somebody types then: the way itself, or the same command with it.
    typed: &'static str,
    /// The exit code of what was typed.
    then: i32,
}

const STATES: [State; 29] = [
    State {
        name: "no agent is installed",
        arrange: nothing,
        line: EXE,
        code: 8,
        cause: "no agent was found",
        way: "--agent`: `runbook`",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "the agent is not known",
        arrange: nothing,
        line: "batchprp exe --batch 1 --agent runbok",
        code: 8,
        cause: "there is no agent `runbok` (--agent)",
        way: "did you mean `runbook`?",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "the configuration names an agent that is not known",
        arrange: |test| test.write(".ce/batchprp.toml", "[agent]\nname = \"runbok\"\n"),
        line: EXE,
        code: 8,
        cause: "agent.name in .ce/batchprp.toml:2",
        way: "did you mean `runbook`?",
        typed: "batchprp config set agent.name runbook && batchprp exe --batch 1",
        then: 0,
    },
    State {
        name: "the program of the agent is not there",
        arrange: nothing,
        line: "batchprp exe --batch 1 --agent claude",
        code: 8,
        cause: "the program of the agent `claude` (--agent) was not found",
        way: "choose another agent: ",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "the command of one's own has no program",
        arrange: nothing,
        line: "batchprp exe --batch 1 --agent command",
        code: 8,
        cause: "`adapter.command.argv` is not set",
        way: "batchprp config set adapter.command.argv '[\"python3\", \"{root}/agent.py\"]'",
        typed: "batchprp config set adapter.command.argv '[\"python3\", \"{root}/agent.py\"]'",
        then: 0,
    },
    State {
        name: "the file of the agent is not committed",
        arrange: untracked_agent,
        line: EXE,
        code: 8,
        cause: "`agent.sh`",
        way: "git add agent.sh && git commit -m 'Add the agent'",
        typed: "git add agent.sh && git commit -m 'Add the agent' && batchprp exe --batch 1",
        then: 0,
    },
    State {
        name: "the model is a slip",
        arrange: nothing,
        line: "batchprp exe --batch 1 --agent runbook --model hiaku",
        code: 8,
        cause: "there is no model `hiaku` (--model)",
        way: "did you mean `haiku`?",
        typed: "batchprp exe --batch 1 --agent runbook --model haiku",
        then: 0,
    },
    State {
        name: "the file of an adapter is torn",
        arrange: |test| test.write(".ce/agents/mine.rhai", "const ADAPTER = #{ about: \"x\" };\n\nfn detect( {\n"),
        line: "batchprp exe --batch 1 --agent mine",
        code: 3,
        cause: ".ce/agents/mine.rhai:3",
        way: "batchprp check",
        typed: "batchprp check",
        then: 6,
    },
    State {
        name: "the sandbox is not installed",
        arrange: |test| test.write(".ce/batchprp.toml", "[run]\nsandbox = \"bwrap\"\n"),
        line: "PATH=\"$(dirname \"$(command -v batchprp)\")\" batchprp exe --batch 1 --agent runbook",
        code: 3,
        cause: "no program `bwrap`",
        way: "run.sandbox = \"none\"",
        typed: "batchprp config set run.sandbox none && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "nobody can open issues",
        arrange: nothing,
        line: "PATH=\"$(dirname \"$(command -v batchprp)\")\":/nowhere batchprp gen PLAN.md --agent template --issues github",
        code: 3,
        cause: "`gh` is not",
        way: "--issues none",
        typed: "batchprp gen PLAN.md --agent template --issues none",
        then: 0,
    },
    State {
        name: "the key of the tracker is not set",
        arrange: nothing,
        line: "batchprp gen PLAN.md --agent template --issues linear",
        code: 3,
        cause: "LINEAR_API_KEY is not set",
        way: "--issues none",
        typed: "batchprp gen PLAN.md --agent template --issues none",
        then: 0,
    },
    State {
        name: "the checks are red before any work",
        arrange: |test| test.write(".ce/batchprp.toml", "[validate]\nl3 = [\"test -e example/test.sh\"]\n"),
        line: "batchprp exe --batch 1 --agent runbook",
        code: 6,
        cause: "the checks are red before any agent has worked: level 3",
        way: "--allow-red",
        typed: "batchprp exe --batch 1 --agent runbook --allow-red --level 2",
        then: 0,
    },
    State {
        name: "there is no repository",
        arrange: |test| fs::remove_dir_all(test.path(".git")).expect("removed"),
        line: RUNBOOK,
        code: 7,
        cause: "is not in a git repository",
        way: "git init && git add . && git commit",
        typed: "git init -q && git add . && git -c user.name=T -c user.email=t@e.x commit -qm start && \
                batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "there is no commit",
        arrange: |test| {
            fs::remove_dir_all(test.path(".git")).expect("removed");
            test.git(["init", "-q"]);
        },
        line: RUNBOOK,
        code: 7,
        cause: "the repository has no commit yet",
        way: "git add . && git commit",
        typed: "git add . && git -c user.name=T -c user.email=t@e.x commit -qm start && \
                batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "HEAD is detached",
        arrange: |test| {
            test.git(["checkout", "-q", "--detach"]);
        },
        line: RUNBOOK,
        code: 0,
        cause: "HEAD is detached",
        way: "git switch -c NAME",
        typed: "git switch -c NAME && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "files are not committed",
        arrange: |test| test.write("README.md", "# Changed\n"),
        line: RUNBOOK,
        code: 0,
        cause: "uncommitted changes, which are not part of the batch",
        way: "README.md",
        typed: "git commit -qm changed README.md && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "the base has moved and the batch has no work yet",
        arrange: |test| {
            test.write("agent.sh", "cat > /dev/null\nexit 1\n");
            test.git(["add", "agent.sh"]);
            test.git(["commit", "-q", "-m", "agent"]);
            let argv = "BATCHPRP_ADAPTER_COMMAND_ARGV='[\"sh\", \"agent.sh\"]'";
            test.shell(&format!("{argv} {EXE} --agent command --retries 0")).expect_code(10);
            test.git(["commit", "-q", "--allow-empty", "-m", "later"]);
        },
        line: RUNBOOK,
        code: 0,
        cause: "`prp-1` had no work of its own yet: it starts at",
        way: "now, not at",
        typed: "git merge -q --ff-only prp-1",
        then: 0,
    },
    State {
        name: "the batch has work and is behind its base",
        arrange: |test| {
            test.shell(&format!("{RUNBOOK} --stage 1")).expect_code(0);
            test.write("later.txt", "later\n");
            test.git(["add", "later.txt"]);
            test.git(["commit", "-q", "-m", "later"]);
        },
        line: RUNBOOK,
        code: 0,
        cause: "`prp-1` is 1 commit behind `main`",
        way: "batchprp exe --batch 1 --agent runbook --update-base",
        typed: "batchprp exe --batch 1 --agent runbook --update-base",
        then: 0,
    },
    State {
        name: "git is too old",
        arrange: |test| fake_git(test, "case \"$*\" in *version*) echo git version 2.30.2; exit;; esac"),
        line: "PATH=\"$PWD/old:$PATH\" batchprp exe --batch 1 --agent runbook",
        code: 3,
        cause: "git version 2.30.2 is too old: batchprp needs git 2.38 or later",
        way: "install a newer git",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "git is missing",
        arrange: nothing,
        line: "PATH=\"$(dirname \"$(command -v batchprp)\")\" batchprp exe --batch 1 --agent runbook",
        code: 3,
        cause: "the git program is missing",
        way: "install git 2.38 or later",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "the folder of workspaces cannot be written",
        arrange: |test| test.write(".ce/batchprp.toml", "[paths]\nworktrees = \"/proc/self/worktrees\"\n"),
        line: RUNBOOK,
        code: 3,
        cause: "cannot write in `/proc/self`",
        way: "batchprp config set paths.worktrees FOLDER",
        typed: "batchprp config set paths.worktrees ../elsewhere && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "there is no plan",
        arrange: |test| fs::remove_file(test.path("PLAN.md")).expect("removed"),
        line: "batchprp gen PLAN.md --agent template",
        code: 5,
        cause: "there is no plan `PLAN.md`",
        way: "batchprp new plan PLAN.md",
        typed: "batchprp new plan PLAN.md && batchprp gen PLAN.md --agent template",
        then: 0,
    },
    State {
        name: "the plan has no phase that can be read",
        arrange: |test| test.write("PLAN.md", "# Work\n\n### Phase 1: One\nGoal: x\n\n### Phase 2: Two\nGoal: y\n"),
        line: "batchprp gen PLAN.md --agent template",
        code: 5,
        cause: "cannot parse Phases 1, 2 (lines 3, 6)",
        way: "help: add below the heading:",
        typed: "batchprp inspect PLAN.md",
        then: 5,
    },
    State {
        name: "one phase of the plan is bad",
        arrange: |test| {
            let plan = test.read("PLAN.md");
            test.write("PLAN.md", plan.replacen("**Goal**", "Aim", 1));
        },
        line: "batchprp gen PLAN.md --agent template",
        code: 10,
        cause: "cannot parse Phase 1: missing Goal",
        way: "batchprp inspect PLAN.md",
        typed: "batchprp inspect PLAN.md",
        then: 5,
    },
    State {
        name: "the PRP has no phases",
        arrange: |test| {
            let prp = "---\nprp_id: PRP-2.1.1\ntitle: T\n---\n# T\n\n## Implementation\n\n## Notes\n\nLater.\n";
            test.write("PRPs/feature-requests/PRP-2.1.1-t.md", prp);
        },
        line: "batchprp exe --batch 2 --agent runbook",
        code: 5,
        cause: "PRP-2.1.1-t.md",
        way: "### Phase 1: Title",
        typed: "batchprp inspect PRPs/feature-requests/PRP-2.1.1-t.md",
        then: 5,
    },
    State {
        name: "nothing matches",
        arrange: nothing,
        line: "batchprp exe --batch 9 --agent runbook",
        code: 4,
        cause: "no PRP of batch 9",
        way: "batches found: 1",
        typed: RUNBOOK,
        then: 0,
    },
    State {
        name: "a key of the configuration is not known",
        arrange: |test| test.write(".ce/batchprp.toml", "[run]\njbos = 4\n"),
        line: RUNBOOK,
        code: 3,
        cause: "batchprp.toml:2",
        way: "did you mean `run.jobs`?",
        typed: "rm .ce/batchprp.toml && batchprp config set run.jobs 4 && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "a key of the configuration stands twice",
        arrange: |test| test.write(".ce/batchprp.toml", "[run]\njobs = 4\n\n[run]\nretries = 0\n"),
        line: RUNBOOK,
        code: 3,
        cause: "batchprp.toml:4",
        way: "may stand once",
        typed: "sed -i 4d .ce/batchprp.toml && batchprp exe --batch 1 --agent runbook",
        then: 0,
    },
    State {
        name: "the command has another name",
        arrange: nothing,
        line: "batchprp exec --batch 1",
        code: 2,
        cause: "there is no command `exec`",
        way: "batchprp exe --batch N",
        typed: RUNBOOK,
        then: 0,
    },
];

fn nothing(_: &Test) {}

fn untracked_agent(test: &Test) {
    test.write("agent.sh", "cat > /dev/null\necho \"$BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"\n");
    let config = "[agent]\nname = \"command\"\n\n[adapter.command]\nargv = [\"sh\", \"agent.sh\"]\n\n[validate]\ngates = \"ignore\"\n";
    test.write(".ce/batchprp.toml", config);
}

fn fake_git(test: &Test, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let real = test.shell("command -v git").stdout;
    test.write("old/git", format!("#!/bin/sh\n{script}\nexec {} \"$@\"\n", real.trim()));
    fs::set_permissions(test.path("old/git"), fs::Permissions::from_mode(0o755)).expect("a program");
}

/// A project with a generated batch that nobody has committed.
fn project() -> Test {
    let test = Test::with_git();
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    test
}

/// What a run would have made: references, worktrees, folders beside the project, runs, documents.
fn made(test: &Test) -> String {
    test.shell("git for-each-ref; git worktree list; ls .. PRPs/*; ls .ce/tmp/runs .ce/tmp/open").stdout
}

fn first_lines(output: &Output) -> String {
    let all = format!("{}{}", output.stderr, output.stdout);
    all.lines().take(FIRST).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_state_says_its_cause_and_its_way_out_and_makes_nothing() {
    let mut wrong = String::new();
    for State { name, arrange, line, code, cause, way, typed, then } in STATES {
        let test = project();
        arrange(&test);
        let before = made(&test);
        let output = test.shell(line);
        let first = first_lines(&output);
        let mut faults = Vec::new();
        if output.code != code {
            faults.push(format!("ends with {} and not with {code}", output.code));
        }
        faults.extend([cause, way].iter().filter(|text| !first.contains(**text)).map(|text| format!("no {text:?}")));
        // What is refused makes nothing; what goes on, or does a part, does.
        if ![0, 10].contains(&code) && made(&test) != before {
            faults.push(format!("has made something: {}", made(&test)));
        }
        let followed = test.shell(typed);
        if followed.code != then {
            faults.push(format!("`{typed}` ends with {}\n{}{}", followed.code, followed.stdout, followed.stderr));
        }
        if !faults.is_empty() {
            writeln!(wrong, "--- {name}: {}\n{first}", faults.join(", ")).expect("a text");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
