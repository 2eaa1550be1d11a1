//! `test`: the tests of scripts, against a bridge without git, agents or network.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::check::own_commands;
use super::test_report;
use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::cli::start::render;
use crate::error::{Error, ExitCode, Result};
use crate::model::duration::show;
use crate::report::style::{Sign, Tone};
use crate::report::text::{numbered, safe};
use crate::script::testing::coverage::{FileCoverage, percent};
use crate::script::testing::runner::{TestResult, TestRunner};

/// How often files are looked at while `--watch` waits.
const PAUSE: Duration = Duration::from_millis(200);

/// Folders of a project that hold scripts.
const FOLDERS: [&str; 5] = [".ce/commands", ".ce/agents", ".ce/executors", ".ce/hooks", ".ce/stdlib"];

/// Run the tests of scripts: every `fn test_…()` of the `*.test.rhai` files
#[derive(clap::Args)]
pub struct Args {
    /// Test files or folders; default: the folders of scripts in `.ce`
    paths: Vec<PathBuf>,
    /// Only tests whose file and name have this text in them
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Run the tests again whenever a script changes, until it is stopped
    #[arg(long, conflicts_with = "junit")]
    watch: bool,
    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Show which lines of the scripts the tests reach
    #[arg(long)]
    coverage: bool,
}

/// Runs the subcommand; exit code 6 when a test fails, 4 when there is none.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let mut paths: Vec<PathBuf> = if args.paths.is_empty() {
        FOLDERS.iter().map(|name| context.root.join(name)).filter(|folder| folder.is_dir()).collect()
    } else {
        args.paths.iter().map(|path| context.current.join(path)).collect()
    };
    if paths.is_empty() {
        // Where there is none, this one is missed.
        paths.push(own_commands(context));
    }
    if !args.watch {
        return once(args, &paths, context);
    }
    loop {
        let seen = newest(&paths);
        match once(args, &paths, context) {
            Err(CommandFailure::Error(error)) => {
                let terminal = &mut context.terminal;
                render::error(&error, terminal.err_style, &mut terminal.err)?;
            }
            Err(failure) => return Err(failure),
            Ok(_) => {}
        }
        writeln!(context.terminal.out, "waiting for a change, Ctrl-C ends it\n")?;
        context.terminal.out.flush()?;
        while newest(&paths) == seen {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Returns how many scripts there are and when one was changed last.
fn newest(paths: &[PathBuf]) -> (usize, Option<SystemTime>) {
    let folder = |path: &PathBuf| if path.is_file() { path.parent().map(Path::to_owned) } else { Some(path.clone()) };
    let entries =
        paths.iter().filter_map(folder).flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten());
    let times: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rhai"))
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .collect();
    (times.len(), times.into_iter().max())
}

fn once(args: &Args, paths: &[PathBuf], context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let runner = TestRunner {
        root: context.root.clone(),
        config: Arc::new(config),
        search: scripts::search_path(context),
        filter: args.filter.clone(),
        coverage: args.coverage.then(Arc::default),
    };
    let results = runner.run(paths)?;
    if results.is_empty() {
        return Err(no_test(args).into());
    }
    if let Some(file) = &args.junit {
        let file = context.current.join(file);
        test_report::write(&results, &file)
            .map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", file.display())))?;
    }
    let failed = results.iter().filter(|result| result.error.is_some()).count();
    for result in &results {
        show_result(result, context)?;
    }
    if args.coverage {
        show_coverage(&runner.covered(paths)?, context)?;
    }
    if !context.globals.json {
        writeln!(context.terminal.out, "{}, {failed} failed", numbered(results.len(), "test"))?;
    }
    Ok(if failed == 0 { ExitCode::Done } else { ExitCode::CheckFailed })
}

fn no_test(args: &Args) -> Error {
    match &args.filter {
        Some(filter) => Error::new(ExitCode::NothingMatched, format!("no test has `{filter}` in its file and name"))
            .help("`batchprp test` without `--filter` shows all of them"),
        None => Error::new(ExitCode::NothingMatched, "there is no test")
            .help("tests are functions `test_…` in files `NAME.test.rhai`; `batchprp new NAME` writes some"),
    }
}

fn show_result(result: &TestResult, context: &mut Context) -> io::Result<()> {
    let terminal = &mut context.terminal;
    if context.globals.json {
        return writeln!(terminal.out, "{}", to_json(result));
    }
    let (tone, mark) = if result.error.is_none() { (Tone::Good, Sign::Good) } else { (Tone::Bad, Sign::Bad) };
    let mark = terminal.style.paint(tone, terminal.style.mark(mark));
    let time = show(result.duration.as_secs_f64());
    writeln!(terminal.out, "{mark} {} {} ({time})", safe(&result.file), safe(&result.name))?;
    match &result.error {
        Some(error) => render::error(error, terminal.style, &mut terminal.out),
        None => Ok(()),
    }
}

/// Shows what of each script was reached, the lines that were not, and the whole.
fn show_coverage(files: &[FileCoverage], context: &mut Context) -> Result<()> {
    let lines: usize = files.iter().map(|file| file.lines).sum();
    let missed: usize = files.iter().map(|file| file.missed.len()).sum();
    let out = &mut context.terminal.out;
    let cannot = |error: io::Error| Error::new(ExitCode::Internal, format!("cannot show the coverage: {error}"));
    if context.globals.json {
        let whole = json!({ "coverage": files, "lines": lines, "missed": missed, "percent": percent(lines, missed) });
        return writeln!(out, "{whole}").map_err(cannot);
    }
    for file in files {
        let not = if file.missed.is_empty() { String::new() } else { format!("  not: {}", ranges(&file.missed)) };
        writeln!(out, "{:5.1} %  {}{not}", file.percent(), safe(&file.file)).map_err(cannot)?;
    }
    let of = numbered(files.len(), "script");
    writeln!(out, "{:5.1} %  {} of {lines} lines in {of}", percent(lines, missed), lines - missed).map_err(cannot)
}

/// Writes line numbers as `3, 7-9`.
fn ranges(lines: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let shown = |(first, last): (usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.into_iter().map(shown).collect::<Vec<_>>().join(", ")
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

#[cfg(test)]
mod tests {
    #[test]
    fn lines_in_a_row_are_one_range() {
        assert_eq!(super::ranges(&[3, 7, 8, 9, 12]), "3, 7-9, 12");
    }
}
