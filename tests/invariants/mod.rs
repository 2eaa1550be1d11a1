//! What must hold after every case, whatever was killed, failed or delayed: eight points, all checked each time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../support/processes.rs"]
mod processes;

use crate::scene::{ITEMS, PHASES, Scene, branch};

/// What a run without faults comes to, and what the user's checkout looked like before.
pub(crate) struct Expected {
    /// Files of the batch branch with their objects, and the text of documents without times.
    pub(crate) tree: BTreeMap<String, String>,
}

impl Expected {
    /// Takes what a run without faults left as the measure.
    pub(crate) fn of(scene: &Scene) -> Self {
        Self { tree: tree(scene) }
    }
}

/// One start of the program, or several at the same time.
pub(crate) struct Round {
    /// Phases that had their checkpoint before.
    committed: Vec<(String, u32)>,
    /// Runs that had a folder before.
    runs: Vec<String>,
    programs: usize,
}

impl Round {
    /// Looks at the batch before so many programs are started on it.
    pub(crate) fn begin(scene: &Scene, programs: usize) -> Self {
        Self { committed: scene.committed(), runs: runs(scene), programs }
    }

    /// Returns whether a run was started in this round or in a later one.
    fn is_before(&self, run: &str) -> bool {
        !self.runs.iter().any(|known| known == run)
    }

    /// Returns how many programs were started.
    pub(crate) fn programs(&self) -> usize {
        self.programs
    }
}

/// Checks all points; returns what does not hold.
pub(crate) fn check(scene: &Scene, rounds: &[Round], before: &str, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    checkpoints(scene, &mut wrong);
    calls(scene, rounds, &mut wrong);
    merges(scene, expected, &mut wrong);
    repository(scene, &mut wrong);
    if fingerprint(scene) != before {
        wrong.push("the user's checkout was touched".to_owned());
    }
    let alive = processes(scene);
    if !alive.is_empty() {
        wrong.push(format!("processes are left: {alive:?}"));
    }
    files_parse(scene, &mut wrong);
    metrics(scene, &mut wrong);
    wrong
}

/// 1. Every phase of every item has exactly one checkpoint.
fn checkpoints(scene: &Scene, wrong: &mut Vec<String>) {
    let found = scene.committed();
    for (item, _) in ITEMS {
        for phase in 1..=PHASES {
            let count = found.iter().filter(|(i, p)| i == item && *p == phase).count();
            if count != 1 {
                wrong.push(format!("{item} phase {phase} has {count} checkpoints"));
            }
        }
    }
}

/// 2. A phase is called at most once by a run, and never after its checkpoint.
///
/// Once a run has called, no agent of an earlier one works any more: one that was killed in its first moments may still
/// say that it began after the next start of the program, but not after that has called.
fn calls(scene: &Scene, rounds: &[Round], wrong: &mut Vec<String>) {
    let ledger = scene.ledger();
    let mut started: BTreeMap<(&str, &str, u32), usize> = BTreeMap::new();
    for call in ledger.iter().filter(|call| call.is_start) {
        *started.entry((&call.run, &call.item, call.phase)).or_default() += 1;
    }
    for ((run, item, phase), count) in started {
        if count > 1 {
            wrong.push(format!("{item} phase {phase} was called {count} times by {run}"));
        }
        let Some(n) = rounds.iter().rposition(|round| round.is_before(run)) else {
            wrong.push(format!("{run} called, which nobody started"));
            continue;
        };
        if rounds[n].committed.iter().any(|(i, p)| i == item && *p == phase) {
            wrong.push(format!("{item} phase {phase} was called after its checkpoint, in start {}", n + 1));
        }
    }
    let mut turns: Vec<&str> = ledger.iter().map(|call| call.run.as_str()).collect();
    turns.dedup();
    let mut runs = turns.clone();
    runs.sort_unstable();
    runs.dedup();
    if runs.len() != turns.len() {
        wrong.push(format!("agents of different runs worked at the same time: {turns:?}"));
    }
}

/// 3. Every item is merged once, dependencies first, on a linear first-parent chain, with the tree of a fault-free run.
fn merges(scene: &Scene, expected: &Expected, wrong: &mut Vec<String>) {
    let log = scene.try_git(&["log", "--reverse", "--first-parent", "--format=%s", "main..prp-47"]).unwrap_or_default();
    let subjects: Vec<&str> = log.lines().collect();
    let place = |item: &str| subjects.iter().position(|subject| subject.starts_with(&format!("Merge {item}: ")));
    if subjects.len() != ITEMS.len() {
        wrong.push(format!("the batch branch has {subjects:?}"));
    }
    for (item, dependencies) in ITEMS {
        if place(item).is_none() || dependencies.iter().any(|before| place(before) > place(item)) {
            wrong.push(format!("{item} is not merged where it belongs: {subjects:?}"));
        }
    }
    let found = tree(scene);
    if found != expected.tree {
        wrong.push(format!("the merged tree is another one: {found:?}"));
    }
}

fn tree(scene: &Scene) -> BTreeMap<String, String> {
    let list = scene.try_git(&["ls-tree", "-r", "prp-47"]).unwrap_or_default();
    let entries = list.lines().filter_map(|line| line.split_once('\t'));
    let told = |(object, path): (&str, &str)| {
        if !path.starts_with("PRPs/") {
            return (path.to_owned(), object.to_owned());
        }
        // The status of a document comes with the time of its change.
        let text = scene.try_git(&["show", &format!("prp-47:{path}")]).unwrap_or_default();
        let timeless = text.lines().filter(|line| !line.starts_with("completed:") && !line.starts_with("updated:"));
        (path.to_owned(), timeless.collect::<Vec<_>>().join("\n"))
    };
    entries.map(told).collect()
}

/// 4. The repository is sound and holds nothing half made.
fn repository(scene: &Scene, wrong: &mut Vec<String>) {
    if let Err(said) = scene.try_git(&["fsck", "--strict", "--no-dangling"]) {
        wrong.push(format!("git fsck: {said}"));
    }
    let git = scene.root().join(".git");
    for path in walk(&git) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let below = path.strip_prefix(&git).expect("below").display().to_string();
        let ours = below.starts_with("batchprp/");
        let is_lock = path.extension().is_some_and(|end| end == "lock") && !ours;
        let leftover = ours && ["intents/", "trash/", "index-"].iter().any(|part| below[9..].starts_with(part));
        let of_workspace = below.starts_with("batchprp/workspaces/") && name == "commondir";
        if is_lock || leftover || name.starts_with("MERGE_") || of_workspace {
            wrong.push(format!("`.git/{below}` was left"));
        }
    }
    for entry in fs::read_dir(scene.worktrees()).into_iter().flatten().flatten() {
        wrong.push(format!("`{}` was left", entry.path().display()));
    }
    let mut known: Vec<String> = ITEMS.iter().map(|(item, _)| branch(item)).collect();
    known.extend(["main".to_owned(), "prp-47".to_owned()]);
    for name in scene.try_git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]).unwrap_or_default().lines()
    {
        if !known.iter().any(|known| known == name) {
            wrong.push(format!("the branch `{name}` is nobody's"));
        }
    }
}

/// 5. HEAD, index, files and times of the user's checkout.
pub(crate) fn fingerprint(scene: &Scene) -> String {
    let root = scene.root();
    let mut text = fs::read_to_string(root.join(".git/HEAD")).expect("HEAD");
    text += &scene.git(&["rev-parse", "HEAD"]);
    let mut paths = walk(&root);
    paths.retain(|path| {
        let below = path.strip_prefix(&root).expect("below");
        let own = [".ce/tmp", ".ce/completed-batches"].iter().any(|own| below.starts_with(own));
        !own && (!below.starts_with(".git") || below == Path::new(".git/index") || below == Path::new(".git/config"))
    });
    paths.sort();
    for path in paths {
        let facts = fs::metadata(&path).expect("metadata");
        let content = fs::read(&path).expect("content");
        writeln!(text, "{} {:?} {content:?}", path.display(), facts.modified().ok()).expect("text");
    }
    text
}

/// 6. Processes that carry the marker of a run of this scene.
pub(crate) fn processes(scene: &Scene) -> Vec<u32> {
    processes::marked(scene.home())
}

/// 7. Every file in the state directory parses, and is nobody else's to read.
fn files_parse(scene: &Scene, wrong: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt as _;
    let state = scene.root().join(".ce");
    for path in walk(&state.join("tmp")).into_iter().chain(walk(&state.join("completed-batches"))) {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let parses = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        let sound = match path.extension().and_then(|end| end.to_str()) {
            Some("json") => parses(&text),
            Some("jsonl") if name.ends_with("events.jsonl") => text.lines().all(parses),
            Some(_) | None => true,
        };
        if !sound {
            wrong.push(format!("`{name}` does not parse: {text}"));
        }
        let mode = fs::metadata(&path).expect("metadata").permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            wrong.push(format!("`{name}` has mode {mode:o}"));
        }
    }
}

/// 8. The metrics are those of the run that completed the batch, and count what the ledger counts.
fn metrics(scene: &Scene, wrong: &mut Vec<String>) {
    let read = |path: &Path| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(path).unwrap_or_default()).unwrap_or_default()
    };
    let metrics = read(&scene.root().join(".ce/tmp/batch-metrics-47.json"));
    if metrics["completed"] != metrics["total_items"] || metrics["exit_code"] != 0 {
        wrong.push(format!("the metrics are {metrics}"));
    }
    let run = metrics["run"].as_str().unwrap_or_default();
    let journal = fs::read_to_string(run_folder(scene).join(run).join("events.jsonl")).unwrap_or_default();
    let told = journal.lines().filter(|line| line.contains("\"attempt_started\"")).count();
    let called = scene.ledger().iter().filter(|call| call.is_start && call.run == run).count();
    if told != called {
        wrong.push(format!("the run that completed the batch tells of {told} calls, the ledger of {called}"));
    }
}

fn run_folder(scene: &Scene) -> PathBuf {
    scene.root().join(".ce/tmp/runs")
}

/// Returns the names of the runs that have a folder.
fn runs(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(run_folder(scene)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Returns all files below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
