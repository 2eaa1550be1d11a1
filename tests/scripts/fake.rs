//! A bridge for script tests: real files in a temp dir, git and agents as tables in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use batchprp::bridge::{
    AgentCall, Baseline, Bridge, Closed, ClosedItem, EffectRequest, Executed, Failure, Handed, ItemRequest,
    JudgedReport, Landed, MadeCheckpoint, MakeCheckpoint, MoveFile, NextItem, Origin, PhaseRecord, Placing,
    ProcessOutput, PushedWork, QueryRequest, Repairing, Request, RunGraph, RunOptions, RunRequest, Selection, Started,
    Worktree, WriteFile,
};
use batchprp::config::{Config, Layers};
use batchprp::error::{Error, ExitCode};
use batchprp::event::Forecast;
use batchprp::event::kind::{EventKind, ItemStatus};
use batchprp::evidence::verdict::{Facts, Tree, Wanted, judge};
use batchprp::model::agent::{AgentReport, AgentStatus, Exit};
use batchprp::model::outcome::Outcome;
use batchprp::model::prp::Prp;
use batchprp::model::read;
use batchprp::model::validation::{LevelResult, LevelVerdict, ValidationRecord};
use batchprp::script::search::SearchPath;
use batchprp::script::{HostParts, ScriptEnd, ScriptHost, host};
use serde_json::{Value, json};

/// What an agent is made to answer: item and phase are in the call.
pub(crate) type Agent = dyn Fn(&AgentCall) -> AgentReport + Send + Sync;

/// Everything that the bridge remembers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) phases: BTreeMap<String, Vec<PhaseRecord>>,
    pub(crate) merged: BTreeSet<String>,
    /// Items and phases whose validation fails.
    pub(crate) broken: BTreeSet<(String, u32)>,
    pub(crate) changed: BTreeMap<String, Vec<String>>,
    /// What happened, one line each: `agent PRP-1.1.1 1`, `commit PRP-1.1.1 1`.
    pub(crate) log: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) prompts: Vec<String>,
    pub(crate) models: Vec<Option<String>>,
    pub(crate) keys: Vec<String>,
    pub(crate) options: Option<RunOptions>,
    pub(crate) outcomes: BTreeMap<String, Outcome>,
    graph: RunGraph,
    started: BTreeSet<String>,
}

struct Fake {
    root: PathBuf,
    world: Arc<Mutex<World>>,
    bell: Condvar,
    agent: Box<Agent>,
}

/// A project with a bridge of its own.
pub(crate) struct Project {
    dir: tempfile::TempDir,
    pub(crate) world: Arc<Mutex<World>>,
}

/// Makes a report of an agent that ended in a given way.
pub(crate) fn report(status: AgentStatus, text: &str) -> AgentReport {
    AgentReport {
        text: text.to_owned(),
        exit: Exit { code: Some(0), signal: None },
        session: Some("s1".to_owned()),
        duration: 1.0,
        ..AgentReport::not_started(status)
    }
}

/// Judges a report as a run does; an agent that says that it did something has changed a file.
fn judged(report: AgentReport, call: &AgentCall) -> JudgedReport {
    let changed = (report.status != AgentStatus::NoWork).then(|| ("work", Some(String::new())));
    let facts = Facts {
        wanted: if call.expects_changes { Wanted::Work } else { Wanted::Answer },
        end: Tree::new(changed),
        checks: true,
        ..Facts::of(&call.name, &call.spec.item, &report)
    };
    JudgedReport { verdict: judge(&facts).verdict.outcome(&call.name, call.phase), report }
}

impl Project {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("PRPs/feature-requests")).unwrap();
        Self { dir, world: Arc::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a PRP with phases that change one file each.
    pub(crate) fn prp(&self, id: &str, dependencies: &str, phases: usize) {
        let steps: String = (1..=phases).map(|n| format!("### Phase {n}: Step {n} (30 min)\n\nDo {n}.\n\n")).collect();
        self.write(
            &format!("PRPs/feature-requests/PRP-{id}-item.md"),
            &format!(
                "---\nprp_id: PRP-{id}\ntitle: Item {id}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\n\
                 dependencies: [{dependencies}]\nbatch_id: {}\nfiles_modified: [src/{id}.rs]\n---\n\n# PRP-{id}: Item\n\n\
                 ## Problem\n\nIt is missing.\n\n## Implementation\n\n{steps}## Validation\n\n- L2: `true`\n",
                id.split('.').next().unwrap_or_default()
            ),
        );
    }

    pub(crate) fn host(&self, agent: impl Fn(&AgentCall) -> AgentReport + Send + Sync + 'static) -> ScriptHost {
        let bridge = Fake {
            root: self.dir.path().to_owned(),
            world: self.world.clone(),
            bell: Condvar::new(),
            agent: Box::new(agent),
        };
        host(HostParts {
            bridge: Arc::new(bridge),
            root: self.dir.path().to_owned(),
            config: Arc::new(Config::from_layers(Layers::default())),
            cancel: Arc::default(),
            search: SearchPath::default(),
        })
    }

    /// Runs a command with flags over the initial values of its spec.
    pub(crate) fn run_with(
        &self,
        command: &str,
        flags: Value,
        agent: impl Fn(&AgentCall) -> AgentReport + Send + Sync + 'static,
    ) -> Result<ScriptEnd, Error> {
        let host = self.host(agent);
        let script = host.load(command)?;
        let spec = host.spec(&script)?;
        let mut args = json!({});
        for arg in &spec.args {
            args[arg.name.as_str()] = initial(arg);
        }
        for (name, value) in flags.as_object().cloned().unwrap_or_default() {
            assert!(args.get(&name).is_some(), "{command} has no flag {name}");
            args[name.as_str()] = value;
        }
        host.run_main(&script, &args)
    }

    /// Runs a command with the built-in agent that always does its work.
    pub(crate) fn run(&self, command: &str, flags: Value) -> Result<ScriptEnd, Error> {
        self.run_with(command, flags, |_| report(AgentStatus::Ok, "done"))
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.world.lock().unwrap().log.clone()
    }

    pub(crate) fn notes(&self) -> String {
        let world = self.world.lock().unwrap();
        let outcomes = world.outcomes.iter().map(|(id, outcome)| format!("{id}: {outcome:?}"));
        world.notes.iter().cloned().chain(outcomes).collect::<Vec<_>>().join("\n")
    }
}

fn initial(arg: &batchprp::script::spec::ArgSpec) -> Value {
    use batchprp::script::spec::ArgType;
    let list = arg.many || arg.kind == ArgType::List;
    match &arg.initial {
        Some(value) => value.clone(),
        None if list => json!([]),
        None if arg.kind == ArgType::Bool => json!(false),
        None => Value::Null,
    }
}

impl Fake {
    fn prps(&self, selection: &Selection) -> Result<Vec<Prp>, Error> {
        let mut folders = vec!["PRPs/feature-requests"];
        if selection.executed {
            folders.push("PRPs/executed");
        }
        let mut found = Vec::new();
        for path in folders.iter().flat_map(|folder| files(&self.root, folder)) {
            let bytes = fs::read(self.root.join(&path)).unwrap();
            found.push(read::prp(&path, &bytes).0);
        }
        let batch =
            |prp: &Prp| prp.batch.or(prp.id.as_ref().and_then(batchprp::model::id::PrpId::batch).map(|batch| batch.0));
        let id = |prp: &Prp| prp.id.as_ref().map(ToString::to_string).unwrap_or_default();
        if let Some(missing) = selection.ids.iter().find(|wanted| !found.iter().any(|prp| id(prp) == **wanted)) {
            return Err(Error::new(ExitCode::NothingMatched, format!("there is no {missing}")));
        }
        found.retain(|prp| selection.batch.is_none_or(|number| batch(prp) == Some(number)));
        found.retain(|prp| selection.ids.is_empty() || selection.ids.contains(&id(prp)));
        found.sort_by(|a, b| a.id.cmp(&b.id));
        if found.is_empty() {
            return Err(Error::new(ExitCode::NothingMatched, "there are no such PRPs"));
        }
        Ok(found)
    }

    fn next(&self) -> Option<NextItem> {
        let mut world = self.world.lock().unwrap();
        loop {
            let graph = world.graph.clone();
            let waits = |id: &str| -> Vec<String> {
                graph.edges.iter().filter(|edge| edge.to == id).map(|edge| edge.from.clone()).collect()
            };
            let open: Vec<_> = graph.items.iter().enumerate().filter(|(_, i)| !world.started.contains(&i.id)).collect();
            let good = |id: &String| matches!(world.outcomes.get(id), Some(Outcome::Completed { .. }));
            let bad = |id: &String| world.outcomes.get(id).is_some_and(|o| !matches!(o, Outcome::Completed { .. }));
            if let Some((index, item)) = open.iter().find(|(_, item)| waits(&item.id).iter().all(good)) {
                let (index, id) = (*index, item.id.clone());
                world.started.insert(id);
                return Some(NextItem { index, attempt: 1 });
            }
            if let Some((_, item)) = open.iter().find(|(_, item)| waits(&item.id).iter().any(bad)) {
                let id = item.id.clone();
                world.started.insert(id.clone());
                world.outcomes.insert(id, Outcome::Cancelled);
                continue;
            }
            if world.outcomes.len() == graph.items.len() {
                return None;
            }
            world = self.bell.wait(world).unwrap();
        }
    }

    fn close(&self) -> Closed {
        let world = self.world.lock().unwrap();
        let status = |outcome: &Outcome| match outcome {
            Outcome::Completed { .. } => ItemStatus::Completed,
            Outcome::Partial { .. } => ItemStatus::Partial,
            Outcome::Unproven { .. } => ItemStatus::Unproven,
            Outcome::Cancelled => ItemStatus::Blocked,
            _ => ItemStatus::Failed,
        };
        let items: Vec<_> = world.outcomes.iter().map(|(id, outcome)| (id.clone(), status(outcome))).collect();
        let mut totals = BTreeMap::new();
        for (_, status) in &items {
            *totals.entry(*status).or_insert(0) += 1;
        }
        let exit_code = if items.iter().all(|(_, status)| *status == ItemStatus::Completed) { 0 } else { 10 };
        let item = |(id, status)| ClosedItem { id, status, reason: String::new(), value: None, duration: 1.0 };
        Closed { exit_code, totals, items: items.into_iter().map(item).collect() }
    }

    fn validation(&self, item: &str, ordinal: u32, level: u8) -> ValidationRecord {
        let mut world = self.world.lock().unwrap();
        let failed = world.broken.contains(&(item.to_owned(), ordinal));
        world.log.push(format!("validate {item} {ordinal}"));
        let result = if failed { LevelVerdict::Failed } else { LevelVerdict::Passed };
        let errors = if failed { vec!["test_login: assertion failed".to_owned()] } else { Vec::new() };
        let levels = vec![LevelResult {
            level: 3,
            result,
            commands: vec!["make test".to_owned()],
            errors,
            log: None,
            duration: 0.1,
        }];
        let record = ValidationRecord {
            schema_version: 1,
            prp: item.to_owned(),
            phase: ordinal,
            level,
            levels,
            changed: Vec::new(),
        };
        let phases = world.phases.entry(item.to_owned()).or_default();
        phases.iter_mut().filter(|phase| phase.ordinal == ordinal).for_each(|p| p.validation = Some(record.clone()));
        record
    }

    fn agent(&self, item: &str, call: &mut AgentCall) -> AgentReport {
        let phase = call.phase.map(|phase| format!(" {phase}")).unwrap_or_default();
        let line = call.adapter.command(&call.spec).unwrap_or_else(|error| panic!("{error}"));
        assert!(!line.argv.is_empty());
        let mut world = self.world.lock().unwrap();
        world.log.push(format!("agent {item}{phase}"));
        world.prompts.push(call.spec.prompt.clone());
        world.models.push(call.spec.model.clone());
        drop(world);
        (self.agent)(call)
    }

    fn executed(&self, batch: Option<u32>, ids: &[String]) -> Vec<Executed> {
        let world = self.world.lock().unwrap();
        let fact = |(id, phases): (&String, &Vec<PhaseRecord>)| Executed {
            id: id.clone(),
            phases: phases.clone(),
            merged: world.merged.contains(id).then(|| "0123456789abcdef".to_owned()),
            has_merge: true,
            files: world.changed.get(id).cloned().unwrap_or_default(),
            files_known: true,
            last: Some("2026-11-20T10:00:00Z".to_owned()),
            hours: Some(0.5),
            ..Executed::default()
        };
        let wanted = |id: &String| ids.contains(id) || ids.is_empty() && batch.is_some();
        world.phases.iter().filter(|(id, _)| wanted(id)).map(fact).collect()
    }
}

impl Bridge for Fake {
    fn send(&self, origin: Origin, request: Request) {
        let item = origin.map(|attempt| attempt.item).unwrap_or_default();
        match request {
            Request::Run(request) => self.control(item, request),
            Request::Item(request) => self.work(item, request),
            Request::Effect(request) => self.effect(request),
            Request::Query(request) => self.query(request),
        }
    }
}

impl Fake {
    fn control(&self, item: String, request: RunRequest) {
        match request {
            RunRequest::StartRun(order, answer) => {
                let mut world = self.world.lock().unwrap();
                world.options = Some(*order.options);
                world.graph = *order.graph;
                world.started.clear();
                world.outcomes.clear();
                answer.give(Ok(Started { run: "r1".to_owned(), directory: self.root.join(".ce/tmp/runs/r1") }));
            }
            RunRequest::TakeMerged(_, answer) => answer.give(Ok(Vec::new())),
            RunRequest::Next(_, answer) => answer.give(Ok(self.next())),
            RunRequest::Finish(finish, answer) => {
                let mut world = self.world.lock().unwrap();
                let outcome = finish.0;
                if matches!(outcome, Outcome::Completed { .. }) && world.options.as_ref().is_some_and(|o| o.merge) {
                    world.merged.insert(item.clone());
                }
                world.outcomes.insert(item, outcome);
                self.bell.notify_all();
                answer.give(Ok(()));
            }
            RunRequest::Close(_, answer) => answer.give(Ok(self.close())),
            RunRequest::Pause(_, answer) | RunRequest::BeginPhase(_, answer) => answer.give(Ok(())),
            RunRequest::EmitEvent(event, answer) => {
                if let EventKind::Note { text, .. } = event.0 {
                    self.world.lock().unwrap().notes.push(text);
                }
                answer.give(Ok(()));
            }
        }
    }

    fn work(&self, item: String, request: ItemRequest) {
        match request {
            ItemRequest::GetWorktree(_, answer) => {
                let world = self.world.lock().unwrap();
                let phases = world.phases.get(&item).cloned().unwrap_or_default();
                let merged = world.merged.contains(&item);
                let (path, base) = (self.root.join(&item), "b".repeat(40));
                answer.give(Ok(Worktree { path, branch: item, base, phases, merged, ..Worktree::default() }));
            }
            // As without repairs: only what an earlier run left goes back to an agent.
            ItemRequest::Repair(order, answer) => {
                let call = format!("agent {item} {}", order.ordinal);
                let is_called = self.world.lock().unwrap().log.contains(&call);
                let again = Repairing::Again { number: 1, left: None };
                answer.give(Ok(if is_called { Repairing::Over { why: String::new() } } else { again }));
            }
            ItemRequest::Place(_, answer) => answer.give(Ok(Placing::Here)),
            ItemRequest::FollowPlaced(_, answer) => {
                answer.refuse(Error::new(ExitCode::Internal, "no executor in tests"));
            }
            ItemRequest::ByHand(_, answer) => answer.give(Ok(Handed::default())),
            ItemRequest::Park(_, answer) => answer.give(Ok(())),
            ItemRequest::Resolve(_, answer) => answer.give(Ok(None)),
            ItemRequest::MakeCheckpoint(MakeCheckpoint { ordinal, key, .. }, answer) => {
                let mut world = self.world.lock().unwrap();
                world.log.push(format!("commit {item} {ordinal}"));
                world.keys.push(key.clone());
                let record = PhaseRecord { ordinal, commit: format!("{ordinal:040}"), key, validation: None };
                let phases = world.phases.entry(item).or_default();
                phases.retain(|phase| phase.ordinal != ordinal);
                phases.push(record);
                answer
                    .give(Ok(MadeCheckpoint { commit: format!("{ordinal:040}"), files: vec!["src/x.rs".to_owned()] }));
            }
            ItemRequest::Validate(order, answer) => answer.give(Ok(self.validation(&item, order.ordinal, order.level))),
            ItemRequest::CallAgent(mut call, answer) => {
                let report = self.agent(&item, &mut call.0);
                answer.give(Ok(judged(report, &call.0)));
            }
        }
    }

    fn effect(&self, request: EffectRequest) {
        match request {
            EffectRequest::ReadFile(path, answer) => {
                let text = fs::read_to_string(self.root.join(&path.0));
                answer.give(text.map_err(|error| Error::new(ExitCode::NothingMatched, error.to_string()).into()));
            }
            EffectRequest::Land(_, answer) | EffectRequest::UndoLanding(_, answer) => {
                answer.give(Ok(Landed::default()));
            }
            EffectRequest::PushWork(_, answer) => answer.give(Ok(PushedWork::default())),
            EffectRequest::WriteFile(WriteFile { path, text, create_new }, answer) => {
                let path = self.root.join(path);
                assert!(!(create_new && path.exists()), "{} exists", path.display());
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
                answer.give(Ok(()));
            }
            EffectRequest::MoveFile(MoveFile { from, to }, answer) => {
                fs::create_dir_all(self.root.join(&to).parent().unwrap()).unwrap();
                assert!(!self.root.join(&to).exists());
                fs::rename(self.root.join(from), self.root.join(to)).unwrap();
                answer.give(Ok(()));
            }
            EffectRequest::ListFiles(folder, answer) => {
                answer.give(Ok(files(&self.root, &folder.0.display().to_string())));
            }
            EffectRequest::RunProgram(_, answer) => {
                answer.give(Ok(ProcessOutput { code: Some(0), ..ProcessOutput::default() }));
            }
            EffectRequest::StartDetached(_, answer) => answer.give(Ok(1)),
            EffectRequest::TryBaseline(_, answer) => answer.give(Ok(Baseline::default())),
            EffectRequest::SendHttp(_, answer) => answer.refuse(Error::new(ExitCode::Internal, "no network in tests")),
            // No program of this machine may be found: every adapter but the built-in ones is absent.
            EffectRequest::CommitFiles(_, answer) | EffectRequest::ReadEnv(_, answer) => answer.give(Ok(None)),
            EffectRequest::Now(_, answer) => answer.give(Ok(1_790_000_000)),
            EffectRequest::UpdateBase(_, answer) => answer.give(Ok(None)),
            EffectRequest::CopyFile(_, answer)
            | EffectRequest::AppendFile(_, answer)
            | EffectRequest::RemoveFile(_, answer) => answer.refuse(unused()),
            EffectRequest::WalkFiles(_, answer) => answer.refuse(unused()),
        }
    }

    fn query(&self, request: QueryRequest) {
        match request {
            QueryRequest::FindPrps(selection, answer) => answer.give(self.prps(&selection.0).map_err(Failure::from)),
            QueryRequest::ReadPlan(order, answer) => {
                let bytes = fs::read(self.root.join(&order.path));
                let read = bytes.map(|bytes| batchprp::model::read::plan(&order.path, &bytes));
                answer.give(read.map_err(|error| Error::new(ExitCode::NothingMatched, error.to_string()).into()));
            }
            QueryRequest::NextBatch(_, answer) => {
                let prps = self.prps(&Selection { executed: true, ..Selection::default() }).unwrap_or_default();
                answer.give(Ok(prps.iter().filter_map(|prp| prp.batch).max().unwrap_or(0) + 1));
            }
            QueryRequest::ExecutedFacts(order, answer) => answer.give(Ok(self.executed(order.batch, &order.ids))),
            QueryRequest::IsUnclosed(_, answer) => answer.give(Ok(false)),
            QueryRequest::GetForecast(_, answer) => answer.give(Ok(Forecast::default())),
            QueryRequest::ItemDiff(_, answer) => answer.give(Ok(String::new())),
            QueryRequest::IsTracked(_, answer) => answer.give(Ok(true)),
            QueryRequest::BranchDistance(_, answer) => answer.give(Ok(None)),
            QueryRequest::LogRange(_, answer) => answer.give(Ok(Vec::new())),
            QueryRequest::ShowFile(_, answer) | QueryRequest::RemoteAddress(_, answer) => answer.give(Ok(None)),
            QueryRequest::ReadHead(_, answer) => answer.refuse(unused()),
            QueryRequest::Branches(_, answer)
            | QueryRequest::ChangedFiles(_, answer)
            | QueryRequest::TreeFiles(_, answer)
            | QueryRequest::TreeFolders(_, answer) => answer.give(Ok(Vec::new())),
        }
    }
}

/// What no built-in command asks.
fn unused() -> Error {
    Error::new(ExitCode::Internal, "no built-in command asks this")
}

/// Lists the files of a folder, sorted, relative to the root.
fn files(root: &Path, folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.filter(|entry| entry.path().is_file()).map(|e| Path::new(folder).join(e.file_name())).collect();
    names.sort();
    names
}
