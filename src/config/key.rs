//! The table of configuration keys: the one definition of what exists.

use crate::model::guard::Level;

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A whole number of at least so many.
    Count(u64),
    /// A number above zero.
    Amount,
    Flag,
    /// A list of texts.
    List,
    /// A duration above zero.
    Time,
}

/// One key. A `*` in the path stands for a name that the user chooses.
#[derive(Clone, Copy, Debug)]
pub struct ConfigKey {
    pub path: &'static str,
    pub kind: ValueKind,
    /// As a TOML value; `None` when nothing is set by default.
    pub default: Option<&'static str>,
    pub help: &'static str,
}

impl ConfigKey {
    /// Tells whether the key describes a dotted path.
    pub fn matches(&self, path: &[&str]) -> bool {
        let mut pattern = self.path.split('.');
        path.iter().all(|part| pattern.next().is_some_and(|p| p == "*" || p == *part)) && pattern.next().is_none()
    }

    /// Tells whether the path is a table in which the key may stand.
    pub fn is_below(&self, path: &[&str]) -> bool {
        let mut pattern = self.path.split('.');
        path.iter().all(|part| pattern.next().is_some_and(|p| p == "*" || p == *part)) && pattern.next().is_some()
    }
}

const fn key(path: &'static str, kind: ValueKind, default: &'static str, help: &'static str) -> ConfigKey {
    ConfigKey { path, kind, default: Some(default), help }
}

const fn unset(path: &'static str, kind: ValueKind, help: &'static str) -> ConfigKey {
    ConfigKey { path, kind, default: None, help }
}

/// What a rule of the guard leads to: merges wait for a person, are refused, or it is only told.
const fn level(path: &'static str, default: &'static str, help: &'static str) -> ConfigKey {
    ConfigKey { path, kind: ValueKind::Word(&Level::WORDS), default: Some(default), help }
}

/// Every key that exists, in the order in which people see them.
pub const KEYS: &[ConfigKey] = &[
    key("paths.requests", ValueKind::Text, r#""PRPs/feature-requests""#, "where gen writes PRPs"),
    key("paths.executed", ValueKind::Text, r#""PRPs/executed""#, "where executed PRPs are moved"),
    key(
        "paths.worktrees",
        ValueKind::Text,
        r#""../{repo}-worktrees""#,
        "where worktrees are made; {repo} is the repository's name",
    ),
    key("paths.state", ValueKind::Text, r#"".ce""#, "state, overrides and metrics"),
    unset(
        "agent.name",
        ValueKind::Text,
        "agent to use; default: the first one found of claude, codex, gemini, opencode, qwen",
    ),
    unset("agent.model", ValueKind::Text, "model of every role; `auto` chooses by complexity"),
    unset("agent.prices", ValueKind::Text, "TOML file with prices of models, for costs that an agent does not report"),
    key(
        "agent.patience",
        ValueKind::Time,
        r#""30m""#,
        "how long a service that is overloaded or out of reach is asked again before the run ends with exit code 75",
    ),
    key(
        "agent.env_pass",
        ValueKind::List,
        "[]",
        "further environment variables that agents get; `*` stands for any text",
    ),
    key("agent.env_set", ValueKind::List, "[]", "variables that agents get with a value of yours, as `NAME=value`"),
    key("agent.env_deny", ValueKind::List, "[]", "variables that no agent gets, whatever else says so; `*` as above"),
    unset("agent.roles.*.agent", ValueKind::Text, "agent of one role"),
    unset("agent.roles.*.model", ValueKind::Text, "model of one role"),
    unset("agent.roles.*.timeout", ValueKind::Time, "limit of one attempt of a role"),
    unset("agent.roles.*.tools", ValueKind::List, "tools that a role may use"),
    unset("agent.roles.*.max_turns", ValueKind::Count(1), "turns of one attempt of a role"),
    unset("adapter.*.argv", ValueKind::List, "program and arguments; the prompt comes on standard input"),
    unset("adapter.*.acp", ValueKind::List, "program and arguments of an agent that speaks the Agent Client Protocol"),
    unset("adapter.*.mode", ValueKind::Text, "mode in which such an agent works for roles that edit, by its own name"),
    key("adapter.*.heartbeat", ValueKind::Flag, "false", "the program writes heartbeat.json itself"),
    unset("adapter.*.model", ValueKind::Text, "model of this agent where neither `agent.model` nor the role names one"),
    unset("adapter.*.models", ValueKind::List, "what this agent calls the sizes haiku, sonnet and opus"),
    unset("adapter.*.program", ValueKind::Text, "path of the agent's program, when it is not the one on PATH"),
    unset(
        "adapter.*.state",
        ValueKind::List,
        "where this agent keeps sessions and logins: it writes there in a sandbox",
    ),
    unset("adapter.*.env_pass", ValueKind::List, "further environment variables for this agent"),
    key("run.jobs", ValueKind::Count(1), "4", "items that run at the same time"),
    key("run.retries", ValueKind::Count(0), "1", "further attempts after a time-out or a transient failure"),
    key(
        "run.repairs",
        ValueKind::Count(0),
        "2",
        "how often a phase that fails its checks goes back to its agent in one run",
    ),
    key("run.poll", ValueKind::Time, r#""30s""#, "how often heartbeats are read"),
    key("run.missed", ValueKind::Count(1), "2", "missed heartbeats before an item that writes them counts as stalled"),
    key("run.startup", ValueKind::Time, r#""120s""#, "limit up to the first sign of life"),
    key("run.silence", ValueKind::Time, r#""5m""#, "limit without any sign of life"),
    key("run.linger", ValueKind::Time, r#""30s""#, "limit between the result and the end of the process"),
    unset(
        "run.timeout",
        ValueKind::Time,
        "limit of a whole attempt; default: 60m to execute, 5m to generate, 2m to review",
    ),
    key("run.grace", ValueKind::Time, r#""10s""#, "time to stop cleanly before the kill"),
    key(
        "run.sandbox",
        ValueKind::Word(&["none", "bwrap"]),
        r#""none""#,
        "`bwrap`: agents and checks write nothing but their workspace, and see no secrets",
    ),
    key("run.network", ValueKind::Flag, "true", "whether agents and checks in the sandbox have the network"),
    key(
        "run.writable",
        ValueKind::List,
        "[]",
        "further files and folders that the sandbox lets them write; `~/` is the home",
    ),
    key(
        "run.namespaces",
        ValueKind::Flag,
        "true",
        "a PID namespace for each start, where the system allows it: nothing outlives it, and `sudo` does not work in it",
    ),
    key(
        "run.max_processes",
        ValueKind::Count(0),
        "8192",
        "processes and threads that all agents together may have; 0 for no limit; not for root",
    ),
    unset("run.max_cost", ValueKind::Amount, "budget of a run in US dollars"),
    unset("run.max_tokens", ValueKind::Count(1), "budget of a run in tokens"),
    unset("run.max_fail", ValueKind::Count(1), "stop starting items after so many failures"),
    unset(
        "executor.name",
        ValueKind::Text,
        "who carries items out elsewhere: local, slurm, ssh, or a file in .ce/executors; default: this process",
    ),
    key(
        "executor.hub",
        ValueKind::Text,
        r#""origin""#,
        "remote, path or address of the repository through which work travels",
    ),
    key("executor.lease", ValueKind::Time, r#""90s""#, "how long a worker may not reach the hub before it ends"),
    key("executor.poll", ValueKind::Time, r#""10s""#, "how often hub and engine are asked"),
    unset("executor.slots", ValueKind::Count(1), "items that run elsewhere at the same time; default: `run.jobs`"),
    unset("executor.program", ValueKind::Text, "path of batchprp on the machines of the engine; default: the one here"),
    unset(
        "executor.dir",
        ValueKind::Text,
        "folder of workers there; default: `batchprp/worker` in the cache of the user",
    ),
    unset("executor.cpus", ValueKind::Count(1), "processors of each job"),
    unset("executor.memory_mb", ValueKind::Count(1), "memory of each job"),
    unset("executor.time", ValueKind::Time, "time limit of each job"),
    unset("executor.gpus", ValueKind::Count(1), "GPUs of each job"),
    unset("executor.slurm.partition", ValueKind::Text, "partition of jobs on Slurm"),
    unset("executor.slurm.account", ValueKind::Text, "account of jobs on Slurm"),
    unset("executor.slurm.qos", ValueKind::Text, "quality of service of jobs on Slurm"),
    unset(
        "executor.slurm.output",
        ValueKind::Text,
        "folder on all machines for what jobs on Slurm say; default: nowhere",
    ),
    key("executor.slurm.extra", ValueKind::List, "[]", "further arguments of sbatch"),
    key(
        "executor.ssh.hosts",
        ValueKind::List,
        "[]",
        "hosts of the ssh executor, such as `build1:4` for four jobs at a time",
    ),
    key("executor.ssh.options", ValueKind::List, "[]", "further arguments of ssh"),
    key("script.max_operations", ValueKind::Count(1000), "500000000", "steps of one script, or of one item"),
    key("script.max_depth", ValueKind::Count(8), "64", "calls of functions within each other"),
    key("script.max_string", ValueKind::Count(1000), "16777216", "bytes of the texts in one value"),
    key("script.max_array", ValueKind::Count(100), "1000000", "elements of the arrays in one value"),
    key("script.max_map", ValueKind::Count(100), "100000", "keys of the maps in one value"),
    key("script.max_template", ValueKind::Count(1000), "4194304", "bytes that a filled template may have"),
    key("script.max_silence", ValueKind::Time, r#""2m""#, "time that a script may compute without a call"),
    key("script.hosts", ValueKind::List, "[]", "servers that scripts may reach; `*.example.com` is all below one"),
    key("validate.l1", ValueKind::List, "[]", "commands of level 1, structure; each is one shell line of your own"),
    key("validate.l2", ValueKind::List, "[]", "commands of level 2, syntax"),
    key("validate.l3", ValueKind::List, "[]", "commands of level 3, tests"),
    key("validate.l4", ValueKind::List, "[]", "commands of level 4, integration"),
    key(
        "validate.retries",
        ValueKind::Count(0),
        "1",
        "how often a command that fails is tried again on the same files",
    ),
    key(
        "validate.may_change",
        ValueKind::List,
        "[]",
        "committed files, folders or globs that commands may change without having failed",
    ),
    key("validate.timeout", ValueKind::Time, r#""10m""#, "limit of one command"),
    key(
        "validate.env_pass",
        ValueKind::List,
        "[]",
        "further environment variables that commands and gates get; `*` stands for any text",
    ),
    key("validate.gates", ValueKind::Word(&["run", "ignore"]), r#""run""#, "whether gates found in PRPs run"),
    key(
        "validate.merge",
        ValueKind::List,
        "[]",
        "commands for merged trees; default: all levels and the gates of the PRP",
    ),
    key(
        "validate.baseline",
        ValueKind::Word(&["check", "warn", "off"]),
        r#""check""#,
        "the levels are tried on the base before the first agent is called; red ends the run, is a warning, or is not asked",
    ),
    unset("validate.preset", ValueKind::Word(&["ce"]), "`ce`: uv run ce validate --level N"),
    key("git.on_conflict", ValueKind::Word(&["park", "stop", "agent"]), r#""park""#, "what a merge conflict does"),
    key(
        "git.validate_merge",
        ValueKind::Flag,
        "true",
        "a merged tree that nobody has validated yet is validated before the batch branch moves to it",
    ),
    key("git.land", ValueKind::Flag, "false", "a finished batch lands on the branch on which it began"),
    key("git.protected", ValueKind::List, "[]", "branches on which nothing is landed, such as `release/*`"),
    key("git.hooks", ValueKind::Flag, "false", "our own commits run your hooks"),
    key("git.sign", ValueKind::Flag, "false", "our own commits are signed"),
    key("pr.remote", ValueKind::Text, r#""origin""#, "remote to which proposed work is pushed"),
    key(
        "pr.forge",
        ValueKind::Word(&["auto", "github", "gitlab"]),
        r#""auto""#,
        "service of `pr.remote`; `auto` takes GitLab where its host name says so, else GitHub",
    ),
    key("pr.draft", ValueKind::Flag, "false", "pull requests are opened as drafts"),
    key("pr.labels", ValueKind::List, "[]", "labels of new pull requests"),
    key("pr.reviewers", ValueKind::List, "[]", "whose review new pull requests ask for; `org/team` is a team"),
    key("pr.stacked", ValueKind::Flag, "false", "one pull request for each item, in the order of the merges"),
    level("guard.deletion", r#""approve""#, "a deleted file that the PRP does not declare"),
    level("guard.foreign_file", r#""approve""#, "a file of another item, changed or deleted without being declared"),
    level("guard.foreign_commit", r#""approve""#, "a commit that other branches have, or a merge that is not ours"),
    level("guard.forged_commit", r#""refuse""#, "a commit that looks like one of batchprp's own and is none"),
    level("guard.document", r#""approve""#, "the document of another PRP, changed"),
    level("guard.test_removed", r#""approve""#, "a test that is gone"),
    level("guard.test_skipped", r#""approve""#, "a test that is skipped now"),
    level("guard.test_emptied", r#""approve""#, "a test that asserts nothing any more"),
    level("guard.gate_script", r#""approve""#, "a script that a gate runs, changed without being declared"),
    level(
        "guard.gate_configuration",
        r#""approve""#,
        "settings of a tool that a gate runs, changed without being declared",
    ),
    level("guard.ci", r#""approve""#, "files of a CI service, changed without being declared"),
    level("guard.configuration", r#""approve""#, "batchprp's own configuration, changed"),
    level(
        "guard.permissions",
        r#""approve""#,
        "permissions and instructions of coding agents, changed without being declared",
    ),
    level("guard.secret", r#""approve""#, "a key, a password, a private key"),
    level("guard.core_dump", r#""approve""#, "the memory of a crashed program"),
    level("guard.large_file", r#""approve""#, "a file over `guard.max_file_bytes`"),
    level("guard.link_outside", r#""approve""#, "a link that leaves the repository"),
    level("guard.link_ignored", r#""approve""#, "a link to something that git ignores"),
    level("guard.submodule", r#""refuse""#, "a submodule at a commit that nobody else has"),
    key("guard.ignore", ValueKind::List, "[]", "files, folders and globs in which the guard looks for nothing"),
    key("guard.max_file_bytes", ValueKind::Count(1), "1000000", "larger files are not merged without a word"),
    key("screen.title", ValueKind::Flag, "true", "the title of the terminal tells how far a run is"),
    key("screen.progress", ValueKind::Flag, "true", "so does the progress in its tab or task bar (OSC 9;4)"),
    key(
        "screen.bell",
        ValueKind::Word(&["none", "bell", "notify"]),
        r#""none""#,
        "what the terminal does at the end: ring, or notify (OSC 9)",
    ),
    key("worktree.copy", ValueKind::List, "[]", "untracked files copied into every worktree"),
    key("worktree.setup", ValueKind::List, "[]", "shell lines run in every new worktree; BATCHPRP_SLOT differs"),
    key("worktree.remotes", ValueKind::List, "[]", "remotes that the repository of a workspace has too"),
    key(
        "worktree.checkout_silence",
        ValueKind::Time,
        r#""5m""#,
        "longest silence of git while it fills a workspace; it may take as long as it likes",
    ),
    key("tracker.kind", ValueKind::Word(&["none", "linear", "github"]), r#""none""#, "where issues are made"),
    key("tracker.linear.endpoint", ValueKind::Text, r#""https://api.linear.app/graphql""#, "address of the Linear API"),
    key("tracker.jira.endpoint", ValueKind::Text, r#""""#, "address of Jira, such as https://acme.atlassian.net"),
    key("context.shared", ValueKind::List, r#"["CLAUDE.md"]"#, "documents that every agent of a batch gets"),
    key(
        "context.files",
        ValueKind::Count(0),
        "300",
        "lines of the file map that every agent of a batch gets; 0 for none",
    ),
];
