//! `inspect`: what batchprp reads in a document, with all problems.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::cli::start::render;
use crate::error::{Error, ExitCode, Findings, Result};
use crate::model::duration::show;
use crate::model::inspect::Inspection;
use crate::model::read::{ReadDocument, document, fix_fences};
use crate::report::Style;
use crate::report::style::Tone;
use crate::report::text::{numbered, safe};

/// Show what batchprp reads in a plan or PRP, with all problems
#[derive(clap::Args)]
pub struct Args {
    /// Plan or PRP
    file: PathBuf,
    /// Lengthen outer code fences that inner ones would close
    #[arg(long)]
    fix: bool,
}

/// Larger files are refused unread.
const LARGEST: u64 = 50 * 1024 * 1024;

/// Runs the subcommand; exit code 5 when the document has errors.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let mut bytes = read(&args.file)?;
    let mut longer = 0;
    let fixed = std::str::from_utf8(&bytes).ok().filter(|_| args.fix).and_then(fix_fences);
    if let Some(fixed) = fixed {
        longer = changed_lines(&bytes, fixed.as_bytes()) / 2;
        write(&args.file, &fixed).map_err(|error| refuse(&args.file, &error))?;
        bytes = fixed.into_bytes();
    }
    let document = document(&args.file, &bytes);
    let inspection = Inspection::new(&document);
    let terminal = &mut context.terminal;
    if context.globals.json {
        serde_json::to_writer(&mut terminal.out, &inspection).map_err(io::Error::from)?;
        writeln!(terminal.out)?;
    } else {
        text(&inspection, terminal.style, &mut terminal.out)?;
        if longer > 0 {
            let blocks = numbered(longer, "code block");
            writeln!(terminal.out, "fixed: {blocks} got a longer fence, so that nothing inside can end it\n")?;
        }
        problems(&document, &args.file, terminal.style, &mut terminal.out)?;
    }
    Ok(if inspection.has_errors() { ExitCode::InvalidInput } else { ExitCode::Done })
}

/// Reads a document: a regular file of a size that documents have, so that nothing else is waited for.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let metadata = fs::metadata(path).map_err(|error| refuse(path, &error))?;
    if metadata.len() > LARGEST {
        return Err(refuse(path, &io::Error::other(format!("{} bytes, more than {LARGEST}", metadata.len()))));
    }
    if !metadata.is_file() {
        return Err(refuse(path, &io::Error::other("not a regular file")));
    }
    fs::read(path).map_err(|error| refuse(path, &error))
}

/// Counts the lines that differ between two texts of as many lines.
fn changed_lines(old: &[u8], new: &[u8]) -> usize {
    let lines = |text| <[u8]>::split(text, |byte| *byte == b'\n');
    lines(old).zip(lines(new)).filter(|(old, new)| old != new).count()
}

fn refuse(path: &Path, error: &io::Error) -> Error {
    Error::new(ExitCode::InvalidInput, format!("cannot use `{}`: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = atomic_write_file::AtomicWriteFile::open(path)?;
    file.write_all(text.as_bytes())?;
    file.commit()
}

fn text(inspection: &Inspection, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let name = inspection.id.as_deref().unwrap_or(inspection.kind);
    let title = inspection.title.as_deref().unwrap_or("(no title)");
    writeln!(out, "{}", style.paint(Tone::Strong, &safe(&format!("{name}: {title}"))))?;
    if let Some(status) = &inspection.status {
        writeln!(out, "status: {}", safe(status))?;
    }
    for (word, list) in [("depends on", &inspection.dependencies), ("files", &inspection.files)] {
        if !list.is_empty() {
            writeln!(out, "{word}: {}", safe(&list.join(", ")))?;
        }
    }
    for phase in &inspection.phases {
        let time = phase.minutes.map(|minutes| format!(" ({})", effort(minutes))).unwrap_or_default();
        writeln!(out, "  line {}: Phase {}: {}{time}", phase.line, safe(&phase.label), safe(&phase.title))?;
    }
    let manual = inspection.gates.iter().filter(|gate| gate.command.is_none()).count();
    writeln!(
        out,
        "{}, {} ({manual} without a command), {}\n",
        numbered(inspection.phases.len(), "phase"),
        numbered(inspection.gates.len(), "gate"),
        numbered(inspection.problems.len(), "problem")
    )
}

/// Shows an effort in hours: a day of work is not a day of the clock.
fn effort(minutes: f64) -> String {
    if minutes < 60.0 { show(minutes * 60.0) } else { format!("{}h", (minutes / 6.0).round() / 10.0) }
}

fn problems(document: &ReadDocument, path: &Path, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let findings = Findings {
        name: path.display().to_string(),
        text: document.text().to_owned(),
        problems: document.problems().to_vec(),
    };
    render::problems(&findings, style, out)
}
