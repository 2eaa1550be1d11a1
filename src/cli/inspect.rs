//! `batchprp inspect FILE`: what batchprp reads in a document, with all problems.

use std::io::{self, Write};
use std::path::Path;

use crate::model::inspect::Inspection;
use crate::model::read::{document, fix_fences};

/// Exit code of a document without errors, and of one with errors.
const GOOD: u8 = 0;
const INVALID: u8 = 5;

/// Reads a document, mends its fences when asked, and writes what was read.
pub fn inspect(path: &Path, json: bool, fix: bool, out: &mut dyn Write) -> io::Result<u8> {
    let mut bytes = std::fs::read(path)?;
    let fixed = std::str::from_utf8(&bytes).ok().filter(|_| fix).and_then(fix_fences);
    if let Some(fixed) = fixed {
        let mut file = atomic_write_file::AtomicWriteFile::open(path)?;
        file.write_all(fixed.as_bytes())?;
        file.commit()?;
        bytes = fixed.into_bytes();
    }
    let document = document(path, &bytes);
    let inspection = Inspection::new(&document);
    if json {
        serde_json::to_writer(&mut *out, &inspection)?;
        writeln!(out)?;
    } else {
        text(&inspection, out)?;
    }
    Ok(if inspection.has_errors() { INVALID } else { GOOD })
}

fn text(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let name = inspection.id.as_deref().unwrap_or(inspection.kind);
    writeln!(out, "{name}: {}", inspection.title.as_deref().unwrap_or("(no title)"))?;
    for phase in &inspection.phases {
        let minutes = phase.minutes.map(|minutes| format!(" ({minutes} min)")).unwrap_or_default();
        writeln!(out, "  line {}: Phase {}: {}{minutes}", phase.line, phase.label, phase.title)?;
    }
    for problem in &inspection.problems {
        let line = problem.line.map(|line| format!("{}:{line}: ", inspection.path)).unwrap_or_default();
        writeln!(out, "{}[{}]: {line}{}", problem.severity, problem.code, problem.message)?;
    }
    Ok(())
}
