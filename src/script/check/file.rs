//! Checks one file.

use std::path::Path;
use std::sync::Arc;

use rhai::AST;

use crate::error::{Error, ExitCode, Result};
use crate::model::problem::Problem;

use super::super::api::needs;
use super::super::hook;
use super::super::host::ScriptHost;
use super::super::library::ScriptPlace;
use super::super::search::FoundScript;
use super::super::spec::{self, ArgSpec, ArgType, Spec};
use super::imports::Imported;
use super::notes::Notes;
use super::report::CheckReport;
use super::{body, calls, captures, effects, fix, flow, hiding, imports, level, mixed, shape, syntax};

/// Checks a script; fails only when the file cannot be read.
pub fn check(host: &ScriptHost, path: &Path) -> Result<CheckReport> {
    check_place(host, &ScriptPlace::File(path.to_owned()))
}

/// Mends in a file what is certain, and returns what is left to say and how much was mended. The file is written only
/// where it has fewer mistakes afterwards.
pub fn mend(host: &ScriptHost, path: &Path) -> Result<(CheckReport, usize)> {
    let place = ScriptPlace::File(path.to_owned());
    let (mut report, mut count) = (check_place(host, &place)?, 0);
    for _ in 0..fix::ROUNDS {
        let (text, fixes) = fix::mended(&report);
        if fixes == 0 {
            break;
        }
        let after = check_text(host, &report.file, &text);
        let (before, left) = (report.problems.len(), after.problems.len());
        // What was hidden by a mistake of syntax may come out.
        let was_hidden = report.problems.iter().any(|problem| problem.code == "check::syntax");
        if left >= before && !was_hidden {
            break;
        }
        std::fs::write(path, &text)
            .map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", path.display())))?;
        report = after;
        count += fixes;
    }
    Ok((report, count))
}

impl ScriptHost {
    /// Refuses a command with errors before it does anything. Built-in ones have none.
    pub fn require_sound(&self, found: &FoundScript) -> Result<()> {
        let (mut bad, mut places) = (Vec::new(), Vec::new());
        let hooks = hook::places(&self.state.state_folder()).into_iter().map(ScriptPlace::File);
        for place in hooks.chain([found.place.clone()]) {
            for place in self.own_places(&place)? {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        for place in places {
            let report = check_place(self, &place)?;
            if !report.ok() {
                bad.push(report);
            }
        }
        let Some(first) = bad.first() else { return Ok(()) };
        let count: usize =
            bad.iter().map(|report| report.problems.iter().filter(|found| found.is_error()).count()).sum();
        let errors = if count == 1 { "an error".to_owned() } else { format!("{count} errors") };
        let text = format!("`{}` has {errors}: nothing was started", first.file);
        let mut error = Error::new(ExitCode::CheckFailed, text)
            .help("`batchprp check --fix` mends what is certain; `--no-check` runs it as it is");
        for report in bad {
            let problems = report.problems.into_iter().filter(Problem::is_error).collect();
            error = error.findings(report.file, report.text, problems);
        }
        Err(error)
    }

    /// Returns a script and what it imports, as far as the user wrote them.
    fn own_places(&self, place: &ScriptPlace) -> Result<Vec<ScriptPlace>> {
        let (mut found, mut open) = (Vec::new(), vec![place.clone()]);
        while let Some(place) = open.pop() {
            if place.is_built_in() || found.contains(&place) {
                continue;
            }
            let Some((file, text)) = self.library.read(&place)? else { continue };
            found.push(place);
            let Ok(ast) = self.library.tree(&self.engine, &file, &text) else { continue };
            for path in imports::names(&ast) {
                open.extend(imports::place(self, &file, &path));
            }
        }
        Ok(found)
    }

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
    Ok(check_text(host, &file, &text))
}

pub(crate) fn check_text(host: &ScriptHost, file: &str, text: &str) -> CheckReport {
    let mut report =
        CheckReport { file: file.to_owned(), text: text.to_owned(), problems: Vec::new(), effects: Vec::new() };
    match host.library.tree(&host.engine, file, text) {
        Ok(ast) => inspect(host, &ast, &mut report),
        Err(_) => inspect_rest(host, &mut report),
    }
    report.problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
    report
}

/// Notes the errors of syntax, and the other errors of what can be read.
fn inspect_rest(host: &ScriptHost, report: &mut CheckReport) {
    let recovered = syntax::read(&host.engine, &report.text);
    let mut problems = recovered.problems;
    if let Some(mut ast) = recovered.ast {
        ast.set_source(&*report.file);
        inspect(host, &Arc::new(ast), report);
        let line = |problem: &Problem| {
            let before = problem.span.as_ref().and_then(|span| report.text.get(..span.start));
            before.map_or(0, |before| before.matches('\n').count() + 1)
        };
        // What is missing may be in the lines that were left out.
        let found = report.problems.iter().filter(|found| found.is_error() && !recovered.lines.contains(&line(found)));
        problems.extend(found.cloned().collect::<Vec<_>>());
    }
    report.problems = problems;
}

fn inspect(host: &ScriptHost, ast: &Arc<AST>, report: &mut CheckReport) {
    let mut notes = Notes::new(&report.text);
    let imported = imports::read(host, ast, &report.file, &mut notes);
    shape::inspect(ast, &report.file, &mut notes);
    hiding::inspect(host.table(), ast, &mut notes);
    mixed::inspect(host, ast, &imported, &mut notes);
    calls::inspect(host, ast, &imported, &mut notes);
    level::inspect(host, ast, &imported, &mut notes);
    captures::inspect(ast, &imported, &mut notes);
    let (spec, wrong) = spec::read(ast, &report.text);
    notes.problems.extend(wrong);
    let is_command = shape::is_command(ast);
    let is_test = report.file.ends_with(".test.rhai");
    let bodies = body::all(ast);
    let file = flow::File {
        ast,
        bodies: &bodies,
        imported: &imported,
        table: host.table(),
        args: is_command.then(|| flags(host, spec)),
        is_closed: is_command || is_test,
        roles: host.roles(),
    };
    flow::inspect(&file, &mut notes);
    let found = notes.problems;
    report.problems = found;
    let modules: Vec<&Imported> = imported.values().collect();
    report.effects = effects::of(host, ast, &report.file, &modules);
    if shape::is_reader(ast) && !report.effects.is_empty() {
        let text = format!("the reader of a format can only compute, and this one {}", report.effects.join(", "));
        let help = "`FORMAT.beside` names documents that it wants to see; everything else stands in the document";
        report.problems.push(Problem::error("check::reader", text).at(0..0).help(help));
    }
    let wanted = needs::of(ast);
    report
        .effects
        .extend(needs::NEEDS.iter().filter(|(word, _)| wanted.iter().any(|own| own == word)).map(|(_, what)| *what));
}

/// Returns the flags of a command: name, type, and whether there is always a value.
fn flags(host: &ScriptHost, spec: Spec) -> Vec<(String, String, bool)> {
    let spec = host.with_common(spec.clone()).unwrap_or(spec);
    let flag = |arg: &ArgSpec| {
        let is_list = arg.many || arg.kind == ArgType::List;
        let is_switch = arg.kind == ArgType::Bool && !arg.positional;
        let word = if arg.many { "many" } else { arg.kind.as_str() };
        (arg.name.clone(), word.to_owned(), arg.required || arg.initial.is_some() || is_list || is_switch)
    };
    spec.args.iter().map(flag).collect()
}
