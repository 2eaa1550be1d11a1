//! Tests of scripts: every `fn test_…()` of a `*.test.rhai` file, each in a world of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhai::Dynamic;
use serde_json::json;

use crate::config::Config;
use crate::error::{Error, ExitCode, Result};

use super::coverage::{Coverage, FileCoverage};
use crate::fake::FakeBridge;
use crate::script::host::{HostParts, Script, ScriptHost, fake_host};
use crate::script::library::ScriptPlace;
use crate::script::search::SearchPath;
use crate::script::state::ScriptRun;

/// Longest time of one test.
const LIMIT: Duration = Duration::from_secs(60);

/// What one test came to.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// File as shown to people.
    pub file: String,
    /// Name of the function.
    pub name: String,
    pub duration: Duration,
    /// `None` when it passed.
    pub error: Option<Error>,
}

/// Where tests run: the project and what scripts see of it.
#[derive(Clone)]
pub struct TestRunner {
    pub root: PathBuf,
    pub config: Arc<Config>,
    pub search: SearchPath,
    /// Only tests whose file and name have this text in them.
    pub filter: Option<String>,
    /// Remembers which lines were carried out.
    pub coverage: Option<Arc<Coverage>>,
}

impl TestRunner {
    /// Runs the tests of files, or of all test files below folders.
    pub fn run(&self, paths: &[PathBuf]) -> Result<Vec<TestResult>> {
        let mut results = Vec::new();
        for file in files(paths)? {
            results.extend(self.run_file(&file));
        }
        Ok(results)
    }

    fn run_file(&self, file: &Path) -> Vec<TestResult> {
        let place = ScriptPlace::File(file.to_owned());
        let shown = file.strip_prefix(&self.root).unwrap_or(file).display().to_string();
        let result =
            |name: &str, duration, error| TestResult { file: shown.clone(), name: name.to_owned(), duration, error };
        let names = match self.host().load_place("test", &place) {
            Ok(script) => tests(&script),
            Err(error) => return vec![result("(file)", Duration::ZERO, Some(error))],
        };
        let run = |name: &String| {
            let start = Instant::now();
            let error = self.run_one(&place, name).err();
            result(name, start.elapsed(), error)
        };
        let is_wanted = |name: &&String| {
            self.filter.as_ref().is_none_or(|filter| format!("{shown} {name}").contains(filter.as_str()))
        };
        names.iter().filter(is_wanted).map(run).collect()
    }

    /// Runs one test in a fresh host: nothing of one test is seen by another.
    fn run_one(&self, place: &ScriptPlace, name: &str) -> Result<()> {
        let host = self.host();
        let script = host.load_place("test", place)?;
        let args = Arc::new(json!({ "agent": "fake" }));
        host.state.begin(ScriptRun { command: "test".to_owned(), args, needs: Vec::new(), closed: None });
        let cancel = host.state.cancel.clone();
        let (done, ended) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if ended.recv_timeout(LIMIT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    cancel.set();
                }
            });
            let result = host.call(&script, name, Dynamic::UNIT);
            drop(done);
            result.map(drop)
        })
    }

    fn host(&self) -> ScriptHost {
        let fake = Arc::new(FakeBridge::default());
        let context = HostParts {
            bridge: fake.clone(),
            root: self.root.clone(),
            config: self.config.clone(),
            cancel: Arc::default(),
            search: self.search.clone(),
        };
        fake_host(context, fake, self.coverage.as_ref())
    }

    /// Tells what of the scripts in some folders the tests carried out.
    pub fn covered(&self, paths: &[PathBuf]) -> Result<Vec<FileCoverage>> {
        let coverage = self.coverage.clone().unwrap_or_default();
        let host = self.host();
        coverage.report(&host.engine, &host.library, paths)
    }
}

/// Returns the names of the test functions in the order in which they are written.
fn tests(script: &Script) -> Vec<String> {
    let functions = script.ast.iter_fn_def().filter(|f| f.name.starts_with("test_") && f.params.is_empty());
    let mut found: Vec<_> = functions.map(|f| (f.body.start_position(), f.name.to_string())).collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let is_test = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".test.rhai"));
    let mut found = Vec::new();
    for path in paths {
        if path.is_file() {
            found.push(path.clone());
        } else if path.is_dir() {
            let entries = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().flatten();
            found.extend(entries.map(walkdir::DirEntry::into_path).filter(|path| path.is_file() && is_test(path)));
        } else {
            return Err(Error::new(ExitCode::Usage, format!("`{}` does not exist", path.display())));
        }
    }
    match found.is_empty() {
        true => Err(Error::new(ExitCode::NothingMatched, "there are no test files")
            .help("a test file ends in `.test.rhai`; `batchprp new NAME` writes a script with one")),
        false => Ok(found),
    }
}
