//! `api`: the functions that scripts can call.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::report::style::Tone;
use crate::script::editor::described;
use crate::script::reference::Function;

/// Show the functions that scripts can call
#[derive(clap::Args)]
pub struct Args {
    /// Namespace, function, type, property or module: `prp`, `prp::select`, `Prp`, `Prp.id`, `phases`
    function: Option<String>,
    /// Write definition files for editors into this folder
    #[arg(long, value_name = "DIR")]
    definitions: Option<PathBuf>,
    /// Write the whole reference as Markdown
    #[arg(long)]
    markdown: bool,
}

/// What `api --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct ApiListing<'a> {
    functions: Vec<&'a Function>,
}

/// Runs the subcommand; exit code 4 when nothing has the name.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let host = scripts::describer(context);
    let reference = host.reference();
    let terminal = &mut context.terminal;
    if let Some(folder) = &args.definitions {
        for (name, text) in host.definitions() {
            let path = folder.join(name);
            write(&path, &text)
                .map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", path.display())))?;
            writeln!(terminal.out, "wrote {}", path.display())?;
        }
        return Ok(ExitCode::Done);
    }
    let found = match &args.function {
        Some(word) => reference.find(word),
        None => reference.functions.iter().collect(),
    };
    let module = args.function.as_ref().filter(|_| found.is_empty() && !context.globals.json);
    let module = module.and_then(|word| host.modules().into_iter().find(|module| module.name == *word));
    let terminal = &mut context.terminal;
    if let Some(module) = module {
        writeln!(terminal.out, "{}\nimport \"{}\" as {};", module.about, module.name, module.name)?;
        for (head, doc) in described(&module.text).into_iter().filter(|(_, doc)| !doc.is_empty()) {
            writeln!(terminal.out, "\n{}\n{doc}", terminal.style.paint(Tone::Name, &head))?;
        }
        return Ok(ExitCode::Done);
    }
    if found.is_empty() {
        let word = args.function.clone().unwrap_or_default();
        return Err(Error::new(ExitCode::NothingMatched, format!("there is no function `{word}`"))
            .help("`batchprp api` lists all of them")
            .into());
    }
    if context.globals.json {
        terminal.document(ApiListing { functions: found })?;
    } else if args.markdown {
        write!(terminal.out, "{}", reference.markdown())?;
    } else if args.function.is_some() {
        for function in found {
            let signature = terminal.style.paint(Tone::Name, &function.signature());
            writeln!(terminal.out, "{signature}\n{}\n{}", function.doc, function.keys())?;
        }
    } else {
        for function in found {
            let first = function.doc.lines().next().unwrap_or_default();
            writeln!(terminal.out, "{}\n    {first}", terminal.style.paint(Tone::Name, &function.signature()))?;
        }
    }
    Ok(ExitCode::Done)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
