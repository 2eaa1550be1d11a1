//! `test`: the tests of scripts, against a bridge without git, agents or network.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::check::own_commands;
use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::cli::start::render;
use crate::error::{Error, ExitCode};
use crate::model::duration::show;
use crate::report::style::{Sign, Tone};
use crate::report::text::{numbered, safe};
use crate::script::testing::{TestResult, TestRunner};

/// Run the tests of scripts: every `fn test_…()` of the `*.test.rhai` files
#[derive(clap::Args)]
pub struct Args {
    /// Test files or folders; default: `.ce/commands`
    paths: Vec<PathBuf>,
}

/// Runs the subcommand; exit code 6 when a test fails, 4 when there is none.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let paths = if args.paths.is_empty() {
        vec![own_commands(context)]
    } else {
        args.paths.iter().map(|path| context.current.join(path)).collect()
    };
    let runner =
        TestRunner { root: context.root.clone(), config: Arc::new(config), search: scripts::search_path(context) };
    let results = runner.run(&paths)?;
    if results.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, "there is no test")
            .help("tests are functions `test_…` in files `NAME.test.rhai`; `batchprp new NAME` writes some")
            .into());
    }
    let failed = results.iter().filter(|result| result.error.is_some()).count();
    let terminal = &mut context.terminal;
    for result in &results {
        if context.globals.json {
            writeln!(terminal.out, "{}", to_json(result))?;
            continue;
        }
        let (tone, mark) = if result.error.is_none() { (Tone::Good, Sign::Good) } else { (Tone::Bad, Sign::Bad) };
        let mark = terminal.style.paint(tone, terminal.style.mark(mark));
        let time = show(result.duration.as_secs_f64());
        writeln!(terminal.out, "{mark} {} {} ({time})", safe(&result.file), safe(&result.name))?;
        if let Some(error) = &result.error {
            render::error(error, terminal.style, &mut terminal.out)?;
        }
    }
    if !context.globals.json {
        writeln!(terminal.out, "{}, {failed} failed", numbered(results.len(), "test"))?;
    }
    Ok(if failed == 0 { ExitCode::Done } else { ExitCode::CheckFailed })
}

fn to_json(result: &TestResult) -> serde_json::Value {
    json!({
        "file": result.file,
        "name": result.name,
        "duration": result.duration.as_secs_f64(),
        "passed": result.error.is_none(),
        "message": result.error.as_ref().map(|error| error.message.clone()),
    })
}
