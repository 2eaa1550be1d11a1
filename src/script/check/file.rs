//! Checks one file.

use std::path::Path;

use rhai::AST;

use crate::error::{Error, ExitCode, Result};
use crate::model::problem::Problem;

use super::super::host::ScriptHost;
use super::super::library::ScriptPlace;
use super::super::spec;
use super::imports::Imported;
use super::notes::Notes;
use super::report::CheckReport;
use super::{calls, captures, effects, imports, shape};

/// Checks a script; fails only when the file cannot be read.
pub fn check(host: &ScriptHost, path: &Path) -> Result<CheckReport> {
    check_place(host, &ScriptPlace::File(path.to_owned()))
}

impl ScriptHost {
    /// Checks all built-in scripts.
    pub fn check_built_in(&self) -> Result<Vec<CheckReport>> {
        let is_script = |name: &&str| Path::new(name).extension().is_some_and(|extension| extension == "rhai");
        let names = super::super::embedded::FILES.iter().map(|(name, _)| *name).filter(is_script);
        names.map(|name| check_place(self, &ScriptPlace::BuiltIn(name.to_owned()))).collect()
    }
}

fn check_place(host: &ScriptHost, place: &ScriptPlace) -> Result<CheckReport> {
    let missing = || Error::new(ExitCode::Usage, format!("`{}` does not exist", host.library.name(place)));
    let (file, text) = host.library.read(place)?.ok_or_else(missing)?;
    let mut report =
        CheckReport { file: file.clone(), text: text.to_string(), problems: Vec::new(), effects: Vec::new() };
    match host.library.compile(&host.engine, &file, &text) {
        Ok(ast) => inspect(host, &ast, &mut report),
        Err(error) => {
            let explained = host.explain(&error.into(), &file);
            let found = explained.findings.into_iter().flat_map(|findings| findings.problems);
            report.problems.extend(found.map(|problem| Problem { code: "check::syntax", ..problem }));
            if report.problems.is_empty() {
                report.problems.push(Problem::error("check::syntax", explained.message));
            }
        }
    }
    report.problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
    Ok(report)
}

fn inspect(host: &ScriptHost, ast: &AST, report: &mut CheckReport) {
    let mut notes = Notes::new(&report.text);
    let imported = imports::read(host, ast, &report.file, &mut notes);
    shape::inspect(ast, &report.file, &mut notes);
    calls::inspect(host, ast, &imported, &mut notes);
    captures::inspect(ast, &imported, &mut notes);
    let (_, wrong) = spec::read(ast, &report.text);
    notes.problems.extend(wrong);
    let found = notes.problems;
    report.problems = found;
    let modules: Vec<&Imported> = imported.values().collect();
    report.effects = effects::of(host, ast, &report.file, &modules);
}
