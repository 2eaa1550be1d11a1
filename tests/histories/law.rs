//! What must hold at the end of every history.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "../support/processes.rs"]
mod processes;

use crate::history::History;
use crate::plan::Item;
use crate::scene::{CHECK, Scene};

/// A commit on the first-parent chain of the batch branch.
struct Step {
    commit: String,
    parents: Vec<String>,
    message: String,
}

/// Checks all of it; returns what does not hold.
pub(crate) fn broken(history: &History) -> Vec<String> {
    let scene = &history.scene;
    let mut wrong = history.wrong.clone();
    let steps = chain(history);
    let merged: BTreeMap<&str, &Step> = history
        .items
        .iter()
        .filter_map(|item| {
            let subject = format!("Merge {}: ", item.id);
            steps.iter().rfind(|step| step.message.starts_with(&subject)).map(|step| (item.id.as_str(), step))
        })
        .collect();
    for step in &steps {
        whose(history, step, &mut wrong);
    }
    for item in &history.items {
        if let Some(step) = merged.get(item.id.as_str()) {
            checks(scene, item, step, &mut wrong);
            commits(scene, item, step, &mut wrong);
            deletions(scene, item, step, &mut wrong);
            there(history, item, &steps, &mut wrong);
            for before in &item.dependencies {
                let is_before = merged.get(before.as_str()).is_some_and(|other| {
                    scene.git_in(&scene.root(), &["merge-base", "--is-ancestor", &other.commit, &step.commit]).is_ok()
                });
                if !is_before {
                    wrong.push(format!("{} is merged before {before}, on which it depends", item.id));
                }
            }
        }
    }
    let found = scene.belongings();
    differences("the reference", &history.expected.refs, &found.refs, &mut wrong);
    differences("the file", &history.expected.files, &found.files, &mut wrong);
    if let Err(said) = scene.git_in(&scene.root(), &["fsck", "--strict", "--no-dangling"]) {
        wrong.push(format!("git fsck: {said}"));
    }
    nowhere(scene, &mut wrong);
    let alive = processes::marked(scene.home());
    if !alive.is_empty() {
        wrong.push(format!("processes are left: {alive:?}"));
    }
    if scene.output().contains("panicked") {
        wrong.push("it panicked".to_owned());
    }
    wrong
}

fn chain(history: &History) -> Vec<Step> {
    let range = format!("{}..prp-47", history.base);
    let format = "--format=%H%x00%P%x00%B%x01";
    let log = history.scene.git_in(&history.scene.root(), &["log", "--first-parent", "--reverse", format, &range]);
    let log = log.unwrap_or_default();
    let step = |text: &str| {
        let mut parts = text.trim_start().split('\0');
        let commit = parts.next()?.to_owned();
        let parents = parts.next()?.split(' ').map(str::to_owned).collect();
        Some(Step { commit, parents, message: parts.next()?.to_owned() })
    };
    log.split('\u{1}').filter_map(step).collect()
}

/// Every step of the batch branch is a merge of an item, of a person, or of what the batch starts from.
fn whose(history: &History, step: &Step, wrong: &mut Vec<String>) {
    let is_merge =
        step.parents.len() > 1 && history.items.iter().any(|i| step.message.starts_with(&format!("Merge {}: ", i.id)));
    let of_user = step.message.starts_with("of the user, on main");
    let of_person = step.message.contains("Made-by: the batch");
    if !is_merge && !of_user && !of_person {
        wrong.push(format!("the batch branch has a commit of nobody: {} {}", step.commit, step.message));
    }
}

/// What was merged passes the checks, which are run once more.
fn checks(scene: &Scene, item: &Item, step: &Step, wrong: &mut Vec<String>) {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().display().to_string();
    let line = format!("git archive {} | tar -x -C '{folder}'", step.commit);
    let unpacked = Command::new("sh").args(["-c", &line]).current_dir(scene.root()).status().expect("sh");
    assert!(unpacked.success());
    for line in [CHECK.to_owned(), format!("test -s {}", item.file())] {
        let passed = Command::new("sh").args(["-c", &line]).current_dir(place.path()).stderr(Stdio::null()).status();
        if !passed.expect("sh").success() {
            wrong.push(format!("the merge of {} does not pass `{line}`", item.id));
        }
    }
}

/// What a merge brings was made for its item, every phase of it by an agent that was called for it.
fn commits(scene: &Scene, item: &Item, step: &Step, wrong: &mut Vec<String>) {
    let range = format!("{}..{}", step.parents[0], step.parents[1]);
    let log = scene.git(&["log", "--format=%H%x00%P%x00%B%x01", &range]);
    let mut phases = BTreeSet::new();
    for text in log.split('\u{1}').map(str::trim_start).filter(|text| !text.is_empty()) {
        let (head, message) = text.rsplit_once('\0').unwrap_or_default();
        let ours = message
            .lines()
            .any(|line| line == format!("Batchprp-Prp: {}", item.id) || line == format!("Made-by: {}", item.id));
        if !ours {
            wrong.push(format!("the merge of {} brings what is not its own: {head} {message}", item.id));
        }
        phases.extend(message.lines().filter_map(|line| line.strip_prefix("Batchprp-Phase: ")?.parse::<u32>().ok()));
    }
    let calls = fs::read_to_string(scene.tools().join("calls")).unwrap_or_default();
    for phase in 1..=item.phases {
        let called = calls.lines().any(|line| line == format!("{} {phase}", item.id));
        if !called || !phases.contains(&phase) {
            wrong.push(format!("{} is merged, and phase {phase} was never carried out", item.id));
        }
    }
}

/// Nothing is deleted without being declared, unless a person approved it.
fn deletions(scene: &Scene, item: &Item, step: &Step, wrong: &mut Vec<String>) {
    if is_approved(step) {
        return;
    }
    let gone = scene.git(&["diff", "--name-only", "--diff-filter=D", "-M100%", &step.parents[0], &step.commit]);
    for file in gone.lines().filter(|file| *file != item.file()) {
        wrong.push(format!("the merge of {} deletes `{file}`, which nobody approved", item.id));
    }
}

fn is_approved(step: &Step) -> bool {
    step.message.to_lowercase().contains("approved")
}

/// The declared file of a merged item is there, unless a person approved that another item deletes it.
fn there(history: &History, item: &Item, steps: &[Step], wrong: &mut Vec<String>) {
    let object = format!("prp-47:{}", item.file());
    if history.scene.git_in(&history.scene.root(), &["cat-file", "-e", &object]).is_ok() {
        return;
    }
    let approved = steps.iter().filter(|step| is_approved(step)).any(|step| {
        let gone = history.scene.git(&["diff", "--name-only", "--diff-filter=D", &step.parents[0], &step.commit]);
        gone.lines().any(|file| file == item.file())
    });
    if !approved {
        wrong.push(format!("{} is merged, and its file is not there", item.id));
    }
}

fn differences(
    what: &str,
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
    wrong: &mut Vec<String>,
) {
    let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for name in names {
        let (expected, found) = (expected.get(name), found.get(name));
        if expected != found {
            wrong.push(format!("{what} `{name}` of the user is {found:?} and was {expected:?}"));
        }
    }
}

/// Everything that anybody wrote is somewhere: below a reference, or in a file.
fn nowhere(scene: &Scene, wrong: &mut Vec<String>) {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let (marks, dropped) = (read(&scene.marks_file()), read(&scene.marks_file().with_extension("dropped")));
    let dropped: BTreeSet<&str> = dropped.lines().collect();
    let mut text = reachable(scene, &scene.root().join(".git"));
    for repository in repositories(&[scene.workspaces(), scene.root().join(".git/batchprp")]) {
        text += &reachable(scene, &repository);
    }
    for folder in [scene.workspaces(), scene.root(), scene.tools()] {
        for entry in walkdir::WalkDir::new(&folder).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            let below = entry.path().strip_prefix(&folder).expect("below");
            let name = below.display().to_string();
            let is_ours = name.starts_with("ask.") || name.starts_with("done.") || name.starts_with(".git/");
            if !is_ours {
                text += &String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    for mark in marks.lines().filter(|mark| !text.contains(*mark) && !dropped.contains(mark)) {
        wrong.push(format!("`{mark}` is nowhere"));
    }
}

/// Returns the git directories below some folders.
fn repositories(folders: &[PathBuf]) -> Vec<PathBuf> {
    let entries = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten());
    let folders = entries.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
    folders.filter(|path| path.join("HEAD").is_file() && path.join("objects").is_dir()).collect()
}

/// Returns the text of all objects that references, HEAD and the stash of a repository lead to.
fn reachable(scene: &Scene, git: &Path) -> String {
    let git = git.display().to_string();
    let line = format!(
        "cd / && export GIT_DIR='{git}' && {{ git rev-list --objects --all --ignore-missing; \
         git rev-list --objects --ignore-missing HEAD; \
         for s in $(git log -g --format=%H refs/stash); do git rev-list --objects $s; done; }} | cut -d' ' -f1 | sort -u | git cat-file --batch"
    );
    let output = Command::new("sh").args(["-c", &line]).env("HOME", scene.home()).stderr(Stdio::null()).output();
    String::from_utf8_lossy(&output.expect("sh").stdout).into_owned()
}
