//! What native functions know: the bridge, the project, the arguments of this run.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use rhai::Engine;
use serde_json::Value;

use crate::bridge::{Bridge, Cancel, Closed, Failure, PreviewBridge};
use crate::config::Config;

use super::library::Library;
use super::limits::Limits;
use crate::fake::FakeBridge;

/// Puts a question to a person and returns the line that was said; `None` where there was none.
pub type Person = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Shared by all native functions of one host; the engine carries it as its tag.
pub(crate) struct HostState {
    pub(crate) bridge: Arc<dyn Bridge>,
    pub(crate) root: PathBuf,
    pub(crate) config: Arc<Config>,
    pub(crate) limits: Limits,
    pub(crate) cancel: Arc<Cancel>,
    pub(crate) library: Arc<Library>,
    pub(crate) engine: OnceLock<Weak<Engine>>,
    /// The bridge itself, when it is that of a test.
    pub(crate) fake: Option<Arc<FakeBridge>>,
    /// Asks whoever sits at the terminal; nobody does where it is not set.
    pub(crate) person: OnceLock<Person>,
    run: Mutex<ScriptRun>,
    /// Stands before the bridge in a dry run.
    preview: Mutex<Option<Arc<PreviewBridge>>>,
    /// What a run reads or tries out once, by type and name.
    once: Mutex<BTreeMap<(TypeId, String), Arc<dyn Any + Send + Sync>>>,
}

/// What changes from one script to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptRun {
    /// Name of the command.
    pub(crate) command: String,
    pub(crate) args: Arc<Value>,
    /// What the script says that it needs.
    pub(crate) needs: Vec<String>,
    /// How the run of this script ended, once it has.
    pub(crate) closed: Option<Closed>,
}

impl HostState {
    pub(crate) fn new(
        bridge: Arc<dyn Bridge>,
        root: PathBuf,
        config: Arc<Config>,
        cancel: Arc<Cancel>,
        library: Arc<Library>,
        fake: Option<Arc<FakeBridge>>,
    ) -> Self {
        let (engine, run, preview, once) = (OnceLock::new(), Mutex::default(), Mutex::default(), Mutex::default());
        let limits = Limits::of(&config);
        let person = OnceLock::new();
        Self { bridge, root, config, limits, cancel, library, engine, fake, person, run, preview, once }
    }

    /// Returns a copy of what belongs to the script that runs.
    pub(crate) fn run(&self) -> ScriptRun {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins a script, which reads everything anew. One that is only to be shown asks a bridge that does nothing.
    pub(crate) fn begin(&self, run: ScriptRun) {
        self.once.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let preview = run.is_dry().then(|| Arc::new(PreviewBridge::new(self.bridge.clone())));
        *self.preview.lock().unwrap_or_else(PoisonError::into_inner) = preview;
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    /// Returns what stands before the bridge in a dry run.
    pub(crate) fn preview(&self) -> Option<Arc<PreviewBridge>> {
        self.preview.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs something as in a dry run: what it asks is only shown.
    pub(crate) fn previewed<T>(&self, work: impl FnOnce(&PreviewBridge) -> T) -> T {
        let fresh = Arc::new(PreviewBridge::new(self.bridge.clone()));
        let before = self.preview.lock().unwrap_or_else(PoisonError::into_inner).replace(fresh.clone());
        let result = work(&fresh);
        *self.preview.lock().unwrap_or_else(PoisonError::into_inner) = before;
        result
    }

    /// Returns the bridge that scripts ask; `is_looking` is the search for the program of an agent.
    pub(crate) fn door(&self, is_looking: bool) -> Arc<dyn Bridge> {
        match self.preview() {
            Some(preview) if is_looking => preview.looking(),
            Some(preview) => preview,
            None => self.bridge.clone(),
        }
    }

    pub(crate) fn close(&self, closed: Closed) {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).closed = Some(closed);
    }

    /// Tells whether the script that runs says that it needs something.
    pub(crate) fn needs(&self, word: &str) -> bool {
        self.run().needs.iter().any(|need| need == word)
    }

    /// Sleeps, unless the script is to end.
    pub(crate) fn sleep(&self, time: Duration) -> Result<(), Failure> {
        if self.cancel.sleep(time) { Err(Failure::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.cancel.is_set()
    }

    /// Returns what is known of a type under a name, asking `find` once in a run.
    pub(crate) fn once<T: Any + Send + Sync, E>(
        &self,
        name: &str,
        find: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let key = (TypeId::of::<T>(), name.to_owned());
        let known = self.once.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return Ok(known);
        }
        let found = Arc::new(find()?);
        self.once.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }

    /// Returns a setting as text.
    pub(crate) fn setting_text(&self, key: &str) -> Option<String> {
        self.config.get(key).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Returns a setting as texts.
    pub(crate) fn setting_texts(&self, key: &str) -> Option<Vec<String>> {
        self.config.get(key).and_then(|value| serde_json::from_value(value).ok())
    }

    /// Returns the folder of overrides, runs and metrics.
    pub(crate) fn state_folder(&self) -> PathBuf {
        self.root.join(self.setting_text("paths.state").unwrap_or_else(|| ".ce".to_owned()))
    }
}

impl ScriptRun {
    /// Tells whether the run is only to be shown.
    pub(crate) fn is_dry(&self) -> bool {
        self.flag("dry_run") == Some(&Value::Bool(true)) || self.flag("explain_prompt").is_some()
    }

    /// Returns a flag of the command line; null counts as not given.
    pub(crate) fn flag(&self, name: &str) -> Option<&Value> {
        self.args.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn flag_text(&self, name: &str) -> Option<String> {
        self.flag(name).and_then(Value::as_str).map(str::to_owned)
    }
}
