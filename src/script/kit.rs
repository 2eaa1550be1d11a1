//! What script authors start from: a new command with its test, or a copy of a built-in one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, ExitCode, Result};

use super::embedded;
use super::suggest;

/// Writes a command and its test into a folder; never over a file that is there.
pub fn new_command(folder: &Path, name: &str) -> Result<Vec<PathBuf>> {
    require_name(name)?;
    let script = folder.join(format!("{name}.rhai"));
    let test = folder.join(format!("{name}.test.rhai"));
    create(&script, &COMMAND.replace("NAME", name))?;
    create(&test, &TEST.replace("NAME", name))?;
    Ok(vec![script, test])
}

/// Returns the built-in command that a new one of this name hides.
pub fn hidden(name: &str) -> Option<String> {
    let file = format!("commands/{name}.rhai");
    embedded::text(&file).map(|_| format!("{}{file}", embedded::PREFIX))
}

/// Copies a built-in command into `.ce/commands` of a project, or a part of the standard library into `.ce/stdlib`; there
/// the copy wins over the original.
pub fn eject(root: &Path, name: &str) -> Result<PathBuf> {
    if let Some(text) = embedded::text(&format!("stdlib/{name}.rhai"))
        && embedded::text(&format!("commands/{name}.rhai")).is_none()
    {
        let path = root.join(format!(".ce/stdlib/{name}.rhai"));
        create(&path, text)?;
        return Ok(path);
    }
    command(&root.join(".ce/commands"), name)
}

fn command(folder: &Path, name: &str) -> Result<PathBuf> {
    let names: Vec<&str> =
        ["commands/", "stdlib/"].into_iter().flat_map(|folder| embedded::names(folder, ".rhai")).collect();
    let text = embedded::text(&format!("commands/{name}.rhai")).ok_or_else(|| {
        Error::new(ExitCode::Usage, format!("there is no built-in command or module `{name}`"))
            .help(suggest::help(name, &names))
    })?;
    let path = folder.join(format!("{name}.rhai"));
    create(&path, text)?;
    Ok(path)
}

fn require_name(name: &str) -> Result<()> {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    if first && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Ok(());
    }
    Err(Error::new(ExitCode::Usage, format!("`{name}` cannot be the name of a command"))
        .help("use lower-case letters, digits and dashes, such as `triage`"))
}

fn create(path: &Path, text: &str) -> Result<()> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::new(ExitCode::Policy, format!("`{}` exists", path.display())).help("it is not written over")
        }
        _ => Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", path.display())),
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = fs::File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

const COMMAND: &str = r#"//! Asks an agent about every PRP of a batch and keeps its answers as the notes of the summary.

const ABOUT = "Ask an agent about every PRP of a batch";
const ARGS = #{
    batch: #{ type: "int", required: true, value: "N", complete: "batch", help: "Batch to look at" },
    question: #{ type: "text", initial: "What is unclear in this PRP?", value: "TEXT", help: "What to ask" },
};

fn main(args) {
    let dag = dag::analyze(prp::select(#{ batch: args.batch }));
    dag.run(#{ batch: args.batch }, |prp| ask(prp, args.question))
}

/// Asks about one PRP. What a closure of `dag.run` returns is the outcome of its item.
fn ask(prp, question) {
    let answer = agent::run("reviewer", #{ prompt: question + "\n\n" + prp.text });
    if !answer.ok { return outcome::from_answer(answer); }
    outcome::completed(answer.text)
}
"#;

const TEST: &str = r#"//! Tests of NAME.rhai: no git, no agent, no network.

import "NAME" as command;

fn test_every_prp_is_asked_about() {
    fake::prp("PRP-1.1.1", #{});
    fake::prp("PRP-1.2.1", #{ dependencies: ["PRP-1.1.1"] });
    fake::agent("*", #{ text: "nothing" });
    let closed = command::main(#{ batch: 1, question: "Is it clear?" });
    assert(closed.ok);
    assert_eq(fake::calls().map(|asked| asked.item), ["PRP-1.1.1", "PRP-1.2.1"]);
}

fn test_a_failure_stays_with_its_item() {
    fake::prp("PRP-1.1.1", #{});
    fake::prp("PRP-1.1.2", #{});
    fake::agent("PRP-1.1.1", #{ status: "crashed", text: "boom" });
    let closed = command::main(#{ batch: 1, question: "Is it clear?" });
    assert_eq(closed.exit_code, 10);
    assert_eq(closed.totals, #{ completed: 1, failed: 1 });
}
"#;
