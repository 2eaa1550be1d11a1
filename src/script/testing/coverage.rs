//! Which lines of scripts were carried out: the engine tells of each statement before it begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::debugger::DebuggerCommand;
use rhai::{AST, ASTNode, Engine, Expr, Stmt};
use serde::Serialize;

use crate::error::Result;
use crate::script::embedded;
use crate::script::library::{Library, ScriptPlace};

/// Names a folder in which every process that runs scripts notes the lines that it carries out.
const FOLDER: &str = "BATCHPRP_COVERAGE";

/// Lines that were carried out, by file.
#[derive(Debug, Default)]
pub struct Coverage {
    lines: Mutex<BTreeMap<String, BTreeSet<usize>>>,
    /// Where each line is noted when it is reached first.
    notes: Option<File>,
}

/// What of one file was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileCoverage {
    /// File as shown to people.
    pub file: String,
    /// Lines on which a statement begins.
    pub lines: usize,
    /// Those of them that no test reached.
    pub missed: Vec<usize>,
}

impl FileCoverage {
    /// Returns the part that was carried out, in percent.
    pub fn percent(&self) -> f64 {
        percent(self.lines, self.missed.len())
    }
}

/// Returns the part of lines that are not missed, in percent.
pub fn percent(lines: usize, missed: usize) -> f64 {
    if lines == 0 { 100.0 } else { (lines - missed) as f64 * 100.0 / lines as f64 }
}

impl Coverage {
    /// Returns one that notes its lines in the folder of `BATCHPRP_COVERAGE`, where that is set.
    pub(crate) fn noted() -> Option<Arc<Self>> {
        let folder = std::env::var_os(FOLDER)?;
        let file = Path::new(&folder).join(format!("{}.lines", std::process::id()));
        let notes = File::options().append(true).create(true).open(file).ok()?;
        Some(Arc::new(Self { notes: Some(notes), ..Self::default() }))
    }

    /// Adds what other processes noted.
    fn add_noted(&self) {
        let entries = std::env::var_os(FOLDER).and_then(|folder| std::fs::read_dir(folder).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            for (file, line) in text.lines().filter_map(|line| line.rsplit_once(':')) {
                if let Ok(line) = line.parse() {
                    self.reached(file.to_owned(), line);
                }
            }
        }
    }

    /// Has the engine tell of each statement.
    pub(crate) fn watch(self: &Arc<Self>, engine: &mut Engine, library: &Arc<Library>) {
        let (coverage, library) = (self.clone(), library.clone());
        #[expect(deprecated, reason = "it may change with the engine, and there is no other way to see statements")]
        engine.register_debugger(
            |_, debugger| debugger,
            move |context, _, _, source, position| {
                // The engine names the wrong file for closures that another one runs.
                let function = context.debugger().and_then(|debugger| debugger.call_stack().last());
                let source = source.unwrap_or_default();
                let file = function.map_or_else(|| source.to_owned(), |frame| library.file_of(&frame.fn_name, source));
                if let Some(line) = position.line() {
                    coverage.reached(file, line);
                }
                Ok(DebuggerCommand::StepInto)
            },
        );
    }

    fn reached(&self, file: String, line: usize) {
        let note = self.notes.as_ref().map(|notes| (notes, format!("{file}:{line}\n")));
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.entry(file).or_default().insert(line)
            && let Some((mut notes, note)) = note
        {
            drop(notes.write_all(note.as_bytes()));
        }
    }

    /// Tells of each script in the folders, and beside the files, what was carried out.
    pub(crate) fn report(&self, engine: &Engine, library: &Library, paths: &[PathBuf]) -> Result<Vec<FileCoverage>> {
        self.add_noted();
        let mut found = BTreeMap::new();
        for path in scripts(paths) {
            let place = ScriptPlace::File(path);
            let Some((name, text)) = library.read(&place)? else { continue };
            let Ok(ast) = engine.compile(&*text) else { continue };
            let mut reached = self.of(&name);
            // Where the project is batchprp itself, the built-in file is this one.
            if embedded::text(&name) == Some(&*text) {
                reached.extend(self.of(&format!("{}{name}", embedded::PREFIX)));
            }
            let lines = statements(&ast);
            let missed = lines.difference(&reached).copied().collect();
            found.insert(name.clone(), FileCoverage { file: name, lines: lines.len(), missed });
        }
        Ok(found.into_values().collect())
    }

    fn of(&self, file: &str) -> BTreeSet<usize> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).get(file).cloned().unwrap_or_default()
    }
}

/// Returns the scripts that are no tests.
fn scripts(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let folder = |path: &PathBuf| if path.is_file() { path.parent().map(Path::to_owned) } else { Some(path.clone()) };
    let entries =
        paths.iter().filter_map(folder).flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten());
    let is_script = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_suffix(".rhai").is_some_and(|stem| !stem.contains('.'))
    };
    entries.map(walkdir::DirEntry::into_path).filter(|path| path.is_file() && is_script(path)).collect()
}

/// Returns the lines on which a statement begins that does something; imports and constants do nothing by themselves.
fn statements(ast: &AST) -> BTreeSet<usize> {
    let top: BTreeSet<usize> = ast.statements().iter().filter_map(|stmt| stmt.position().line()).collect();
    let mut lines = BTreeSet::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(stmt)) = path.last() {
            let does = match stmt {
                Stmt::Noop(..) | Stmt::Block(..) | Stmt::Import(..) | Stmt::Export(..) => false,
                Stmt::Expr(expr) => !(expr.is_constant() || matches!(**expr, Expr::Variable(..) | Expr::Stmt(..))),
                _ => true,
            };
            lines.extend(stmt.position().line().filter(|line| does && !top.contains(line)));
        }
        true
    });
    lines
}
