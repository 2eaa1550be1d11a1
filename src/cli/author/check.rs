//! `check`: what is wrong with scripts, without running them.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::cli::start::render;
use crate::error::{Error, ExitCode, Result};
use crate::report::style::{Sign, Tone};
use crate::report::text::{numbered, safe};
use crate::script::check::{CheckReport, check, mend};

/// Look for mistakes in scripts without running them
#[derive(clap::Args)]
pub struct Args {
    /// Scripts or folders; default: the project's own scripts and the built-in ones
    paths: Vec<PathBuf>,
    /// Mend what is certain: misspelt names, keys and words, imports that nobody uses
    #[arg(long)]
    fix: bool,
}

/// Runs the subcommand; exit code 6 when a script has errors.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let host = scripts::describer(context);
    let mut reports = Vec::new();
    let look = |file: &Path, context: &mut Context| -> Result<CheckReport> {
        if !args.fix {
            return check(&host, file);
        }
        let (report, count) = mend(&host, file)?;
        if count > 0 && !context.globals.json {
            writeln!(context.terminal.out, "mended {} in {}", numbered(count, "mistake"), safe(&report.file)).ok();
        }
        Ok(report)
    };
    if args.paths.is_empty() {
        reports.extend(host.check_built_in()?);
        for folder in [".ce/commands", ".ce/agents", ".ce/hooks", ".ce/stdlib", ".ce/executors", ".ce/formats"] {
            for file in files(&context.root.join(folder)) {
                reports.push(look(&file, context)?);
            }
        }
    }
    for path in &args.paths {
        let found = if path.is_dir() { files(path) } else { vec![path.clone()] };
        if found.is_empty() {
            let message = format!("there is no script in `{}`", path.display());
            return Err(Error::new(ExitCode::NothingMatched, message).into());
        }
        for file in found {
            let file = context.current.join(file);
            reports.push(look(&file, context)?);
        }
    }
    show(&reports, context)?;
    Ok(if reports.iter().all(CheckReport::ok) { ExitCode::Done } else { ExitCode::CheckFailed })
}

fn show(reports: &[CheckReport], context: &mut Context) -> std::io::Result<()> {
    let terminal = &mut context.terminal;
    if context.globals.json {
        for report in reports {
            terminal.document(report.document())?;
        }
        return Ok(());
    }
    for report in reports {
        if let Some(findings) = report.findings() {
            render::problems(&findings, terminal.style, &mut terminal.out)?;
        }
        let (tone, mark) = if report.ok() { (Tone::Good, Sign::Good) } else { (Tone::Bad, Sign::Bad) };
        let effects = if report.effects.is_empty() { "no effects".to_owned() } else { report.effects.join(", ") };
        let mark = terminal.style.paint(tone, terminal.style.mark(mark));
        writeln!(terminal.out, "{mark} {} ({effects})", safe(&report.file))?;
    }
    let bad = reports.iter().filter(|report| !report.ok()).count();
    writeln!(terminal.out, "{} checked, {bad} with errors", numbered(reports.len(), "script"))
}

/// Returns the scripts below a folder, without their tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let is_script = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_suffix(".rhai").is_some_and(|stem| !stem.contains('.'))
    };
    entries.filter(|e| e.file_type().is_file() && is_script(e.path())).map(walkdir::DirEntry::into_path).collect()
}

/// Returns the folder of the project's own commands.
pub fn own_commands(context: &Context) -> PathBuf {
    context.root.join(".ce/commands")
}
