//! A project of its own for each test, with a bridge that answers from memory.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use batchprp::bridge::Cancel;
use batchprp::config::{Config, Layers};
use batchprp::error::{Error, Findings};
use batchprp::fake::FakeBridge;
use batchprp::script::check::CheckReport;
use batchprp::script::search::SearchPath;
use batchprp::script::testing::runner::{TestResult, TestRunner};
use batchprp::script::{HostParts, ScriptEnd, ScriptHost, check, host};
use serde_json::{Value, json};

pub(crate) struct Project {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) bridge: Arc<FakeBridge>,
    pub(crate) cancel: Arc<Cancel>,
}

impl Project {
    /// Makes a project of some files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Self { folder, bridge: Arc::default(), cancel: Arc::default() };
        for (path, text) in files {
            let path = project.path(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("written");
            fs::write(path, text).expect("written");
        }
        project
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn search(&self) -> SearchPath {
        let project = Some(self.path(".ce/commands"));
        SearchPath { current: self.folder.path().to_owned(), project, ..SearchPath::default() }
    }

    pub(crate) fn host(&self) -> ScriptHost {
        host(HostParts {
            bridge: self.bridge.clone(),
            root: self.folder.path().to_owned(),
            config: config(),
            cancel: self.cancel.clone(),
            search: self.search(),
        })
    }

    pub(crate) fn stop(&self) {
        self.cancel.set();
    }

    /// Runs a command with arguments.
    pub(crate) fn run(&self, script: &str, args: &Value) -> Result<ScriptEnd, Error> {
        let host = self.host();
        let script = host.load(script)?;
        host.run_main(&script, args)
    }

    /// Runs the tests of a file.
    pub(crate) fn test(&self, path: &str) -> Vec<TestResult> {
        let (root, search) = (self.folder.path().to_owned(), self.search());
        let bench = TestRunner { root, config: config(), search, filter: None, coverage: None };
        bench.run(&[self.path(path)]).expect("tests run")
    }

    pub(crate) fn check(&self, path: &str) -> CheckReport {
        check::check(&self.host(), &self.path(path)).expect("the file is there")
    }
}

fn config() -> Arc<Config> {
    Arc::new(Config::from_layers(Layers(Vec::new())))
}

/// Runs one script without arguments and returns its error.
#[track_caller]
pub(crate) fn error_of(script: &str) -> Error {
    Project::new(&[("a.rhai", script)]).run("a.rhai", &json!({})).expect_err("the script fails")
}

/// Returns the text under the main place of findings.
pub(crate) fn marked(findings: &Findings) -> &str {
    let span = findings.problems[0].span.clone().expect("a place");
    &findings.text[span]
}

/// Runs a test function in a project; fails with its error.
#[track_caller]
pub(crate) fn pass(body: &str) {
    let text = format!("fn test_it() {{\n{body}\n}}\n");
    let project = Project::new(&[("it.test.rhai", &text)]);
    for result in project.test("it.test.rhai") {
        assert!(result.error.is_none(), "{:#?}", result.error);
    }
}
