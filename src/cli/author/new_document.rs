//! `new plan` and `new prp`: documents to start from, which can be carried out as they stand.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::host::process::command_line::command_line;
use crate::model::read::id_of_file_name;
use crate::report::text::safe;
use crate::run::next_batch;

/// The plan. It calls itself `PLAN.md`, which is its name unless another one is asked for.
const PLAN: &str = include_str!("plan.md");
const PLAN_NAME: &str = "PLAN.md";

/// The PRP. It calls itself `FILE.md`.
const PRP: &str = include_str!("prp.md");
const PRP_ID: &str = "PRP-1.1.1";
const PRP_NAME: &str = "PRP-1.1.1-greeting.md";

#[derive(clap::Subcommand)]
pub enum NewDocument {
    /// Write a plan with comments, which runs as it stands with the built-in agents
    Plan {
        /// File to write
        #[arg(value_name = "FILE", default_value = PLAN_NAME)]
        file: PathBuf,
    },
    /// Write one PRP with comments, which runs as it stands with the built-in agent
    Prp {
        /// File to write; its name begins with the id [default: the first of the next batch, where open PRPs lie]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Writes the document; a file that is there stays as it is.
pub fn run(what: &NewDocument, context: &mut Context) -> CommandResult {
    match what {
        NewDocument::Plan { file } => {
            let word = command_line([&file.display().to_string()]);
            let next = format!("batchprp gen {word} (--agent template needs no model)");
            let document =
                Document { text: PLAN.replace(PLAN_NAME, &word), phases: "three", next, other: "plan OTHER.md" };
            write(context, file, &document)
        }
        NewDocument::Prp { file } => {
            let config = context.config()?;
            let requests = context.root.join(&config.paths.requests);
            let file = match file {
                // A bare name lies where PRPs are looked for.
                Some(name) if name.components().count() == 1 => requests.join(name),
                Some(file) => file.clone(),
                None => {
                    let batch = next_batch(&launch::settings(context, &config)?)?;
                    requests.join(PRP_NAME.replace(PRP_ID, &format!("PRP-{batch}.1.1")))
                }
            };
            let file = file.strip_prefix(&context.current).unwrap_or(&file);
            let Some(id) = id_of_file_name(file) else {
                let text =
                    format!("the name `{}` does not begin with the id of a PRP", safe(&file.display().to_string()));
                let help = "such as `batchprp new prp PRP-2.1.1-session-store.md`";
                return Err(Error::new(ExitCode::Usage, text).help(help).into());
            };
            let id = id.to_string();
            let word = command_line([&file.display().to_string()]);
            let next = format!("batchprp exe {word} (--agent runbook needs no model)");
            let text = PRP.replace(PRP_ID, &id).replace("FILE.md", &word);
            write(context, file, &Document { text, phases: "two", next, other: "prp PRP-1.1.2-OTHER.md" })
        }
    }
}

struct Document {
    text: String,
    phases: &'static str,
    next: String,
    /// What is typed behind `new` for another file.
    other: &'static str,
}

fn write(context: &mut Context, file: &Path, document: &Document) -> CommandResult {
    let shown = file.display().to_string();
    create(&context.current.join(file), &document.text).map_err(|error| refuse(&shown, document.other, &error))?;
    let out = &mut context.terminal.out;
    writeln!(out, "wrote {}: {} phases to replace with your own", safe(&shown), document.phases)?;
    writeln!(out, "next: {}", document.next)?;
    Ok(ExitCode::Done)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn refuse(shown: &str, other: &str, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Error::new(ExitCode::Policy, format!("`{shown}` exists and stays as it is"))
            .help(format!("name another file: `batchprp new {other}`"));
    }
    Error::new(ExitCode::Config, format!("cannot write `{shown}`: {error}"))
}
