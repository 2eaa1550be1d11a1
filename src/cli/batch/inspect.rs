//! `inspect`: what batchprp reads in a document, with all problems.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::scripts;
use crate::cli::setup::formats;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::cli::start::render;
use crate::error::{Error, ExitCode, Findings};
use crate::host::plan_files;
use crate::model::duration::show;
use crate::model::inspect::{InspectedItem, Inspection};
use crate::model::read::dialect::{Format, TaskList};
use crate::model::read::{ReadDocument, fix_fences};
use crate::report::Style;
use crate::report::style::Tone;
use crate::report::text::{numbered, safe};

/// Show what batchprp reads in a plan or PRP, with all problems
#[derive(clap::Args)]
pub struct Args {
    /// Plan, PRP or list of another tool, or the folder of one
    file: PathBuf,
    /// Read it as this format instead of the one that it looks like
    #[arg(long, value_name = "NAME")]
    format: Option<String>,
    /// Say what was assumed where the document says nothing
    #[arg(long)]
    explain_format: bool,
    /// Lengthen outer code fences that inner ones would close
    #[arg(long)]
    fix: bool,
}

/// Runs the subcommand; exit code 5 when the document has errors.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let readers = scripts::readers(context, &context.config()?)?;
    let format = args.format.as_deref().map(|name| formats::named(&readers, name)).transpose()?;
    let file = plan_files::one(Path::new(""), &args.file, &readers)?;
    let file = file.as_path();
    let (mut bytes, companions) = plan_files::load(Path::new(""), file, &readers)?;
    let mut longer = 0;
    let fixed = std::str::from_utf8(&bytes).ok().filter(|_| args.fix).and_then(fix_fences);
    if let Some(fixed) = fixed {
        longer = changed_lines(&bytes, fixed.as_bytes()) / 2;
        write(file, &fixed).map_err(|error| refuse(file, &error))?;
        bytes = fixed.into_bytes();
    }
    let document = readers.document(file, &bytes, companions, format);
    let inspection = Inspection::new(&document);
    let terminal = &mut context.terminal;
    if context.globals.json {
        serde_json::to_writer(&mut terminal.out, &inspection).map_err(io::Error::from)?;
        writeln!(terminal.out)?;
    } else {
        text(&inspection, terminal.style, &mut terminal.out)?;
        if let (ReadDocument::Tasks(list, _), true) = (&document, args.explain_format) {
            explain(list, &mut terminal.out)?;
        }
        if longer > 0 {
            let blocks = numbered(longer, "code block");
            writeln!(terminal.out, "fixed: {blocks} got a longer fence, so that nothing inside can end it\n")?;
        }
        problems(&document, file, terminal.style, &mut terminal.out)?;
    }
    Ok(if inspection.has_errors() { ExitCode::InvalidInput } else { ExitCode::Done })
}

/// Says what was taken for granted, and what will be written back.
fn explain(list: &TaskList, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "format: {}, {}", list.format, list.format.unit())?;
    for line in &list.assumed {
        writeln!(out, "  assumed: {}", safe(line))?;
    }
    for path in &list.context {
        writeln!(out, "  read by the agent: {}", safe(&path.display().to_string()))?;
    }
    writeln!(out, "  after a merge: {}\n", list.format.mark())
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
    if let Some(items) = &inspection.items {
        items.iter().try_for_each(|item| self::item(item, 0, out))?;
        let done = items.iter().filter(|item| item.done).count();
        return writeln!(
            out,
            "{}: {}, {done} done, {}\n",
            inspection.format.map_or("", Format::as_str),
            numbered(items.len(), "item"),
            numbered(inspection.problems.len(), "problem")
        );
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

fn item(item: &InspectedItem, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let mark = if item.done { "x" } else { " " };
    let optional = if item.optional { " (optional)" } else { "" };
    let needs = if item.dependencies.is_empty() || depth > 0 {
        String::new()
    } else {
        format!(" (after {})", item.dependencies.join(", "))
    };
    let indent = "  ".repeat(depth + 1);
    writeln!(
        out,
        "{indent}line {}: [{mark}] {} {}{optional}{}",
        item.line,
        safe(&item.label),
        safe(&item.title),
        safe(&needs)
    )?;
    item.phases.iter().try_for_each(|below| self::item(below, depth + 1, out))
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
