//! Commands for people who work inside of an agent: each shells to a batch script and hands the words of the user on.

/// Files with this word were written here and may be renewed; all others belong to somebody else.
pub const MARKER: &str = "batchprp:generated";

/// An agent that knows commands of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    Claude,
    Codex,
    Gemini,
}

/// A file to write, with its path below the project.
#[derive(Debug)]
pub struct CommandFile {
    pub path: String,
    pub text: String,
}

struct Entry {
    name: &'static str,
    script: &'static str,
    about: &'static str,
    hint: &'static str,
}

const ENTRIES: [Entry; 4] = [
    Entry {
        name: "batch-gen-prp",
        script: "gen",
        about: "Write the PRPs of a batch from a plan with batchprp",
        hint: "PLAN.md --batch N",
    },
    Entry {
        name: "batch-exe-prp",
        script: "exe",
        about: "Execute the PRPs of a batch with batchprp, each in its own worktree",
        hint: "--batch N [--dry-run]",
    },
    Entry {
        name: "batch-peer-review",
        script: "review",
        about: "Review the PRPs of a batch, or with --exe the executed work, with batchprp",
        hint: "--batch N [--exe]",
    },
    Entry {
        name: "batch-update-context",
        script: "context-update",
        about: "Bring the context documents up to date after a batch with batchprp",
        hint: "--batch N",
    },
];

/// A batch mostly needs longer than an agent's tool call may: it goes on in the background.
const FOLLOW: &str = "\
The batch goes on in the background when the output names a run. Tell the user the run and the command to watch it, and
do not start the command a second time. When the user wants to wait for the end, run `batchprp status` now and then.
When the output is an error, show it as it is and stop: do not do the work of the batch yourself.
";

/// Returns the command files for an agent.
pub fn files(agent: Agent) -> Vec<CommandFile> {
    ENTRIES.iter().map(|entry| file(agent, entry)).collect()
}

fn file(agent: Agent, entry: &Entry) -> CommandFile {
    let Entry { name, script, about, hint } = entry;
    let line = |words: &str| format!("batchprp run commands/{script}.rhai {words} --detach");
    let (path, text) = match agent {
        // The line after the exclamation mark is run before the model is asked.
        Agent::Claude => (
            format!(".claude/commands/{name}.md"),
            format!(
                "---\ndescription: {about}\nargument-hint: {hint}\nallowed-tools: Bash(batchprp:*)\n---\n<!-- {MARKER} by `batchprp init --claude` -->\n`batchprp` was started already and said:\n\n!`{}`\n\n{FOLLOW}",
                line("$ARGUMENTS")
            ),
        ),
        Agent::Codex => (
            format!(".agents/skills/{name}/SKILL.md"),
            format!(
                "---\nname: {name}\ndescription: {about}\n---\n<!-- {MARKER} by `batchprp init --codex` -->\nRun this once in the shell, with the words of the user (such as `{hint}`) in the place of `ARGUMENTS`. It needs to run outside of the sandbox: it writes to the git directory and to worktrees beside the repository, and its agents use the network.\n\n```sh\n{}\n```\n\n{FOLLOW}",
                line("ARGUMENTS")
            ),
        ),
        // In a shell block all words would become a single one, so the model runs the line.
        Agent::Gemini => (
            format!(".gemini/commands/{name}.toml"),
            format!(
                "# {MARKER} by `batchprp init --gemini`\ndescription = \"{about}\"\nprompt = '''\nRun this once with the shell tool, exactly as it stands:\n\n{}\n\n{FOLLOW}'''\n",
                line("{{args}}")
            ),
        ),
    };
    CommandFile { path, text }
}
