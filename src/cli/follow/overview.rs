//! `batchprp` alone: where the project stands, and what to type next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::alive::{Alive, alive};
use super::early::{self, EarlyWork};
use super::runs;
use crate::cli::setup::installed::agent_flag;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::Config;
use crate::error::{ExitCode, Result};
use crate::event::RunView;
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::host::git::merge::landing;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::git::upkeep::hand::{self, Hand};
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::branch;
use crate::host::journal;
use crate::host::process::command_line::going_on;
use crate::model::duration::show;
use crate::model::id::{BatchId, PrpId};
use crate::model::read;
use crate::model::status::Status;
use crate::report::life;
use crate::report::style::Tone;
use crate::report::text::{line, numbered, safe};

/// So many batches are shown, the latest first.
const MOST: usize = 8;
/// So many runs of a batch are looked through for items that later ones left out.
const RUNS: usize = 10;

/// What `batchprp --json` alone prints.
#[derive(Serialize, JsonSchema)]
pub struct Overview {
    project: String,
    /// Branch that is checked out.
    branch: Option<String>,
    /// Runs that are at work now.
    running: Vec<Running>,
    /// The latest first.
    batches: Vec<BatchStanding>,
    /// The latest run of all, where it is of another command than `exe` and did not come to its end.
    unfinished: Option<Unfinished>,
    /// Commands for a project in which nothing has happened yet.
    next: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct Running {
    /// `null` for what works without a run, such as `land`.
    run: Option<String>,
    /// Process that carries it on.
    pid: u32,
    command: String,
    batch_id: Option<u32>,
    /// Seconds.
    elapsed: f64,
}

#[derive(Serialize, JsonSchema)]
struct Unfinished {
    run: String,
    command: String,
    batch_id: Option<u32>,
    next: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct BatchStanding {
    batch_id: u32,
    /// PRPs that wait in the folder of requests.
    requests: usize,
    /// How the items stand after the latest `exe` of each, and by git where they are merged: counts by status.
    items: BTreeMap<&'static str, usize>,
    /// The latest `exe`.
    run: Option<String>,
    /// `open`, `running`, `interrupted`, `unfinished`, `complete` or `landed`.
    state: &'static str,
    /// The branch on which it landed.
    onto: Option<String>,
    /// Open items that a person carries out by hand.
    in_hands: Vec<InHands>,
    /// Seconds since the latest `exe` told something.
    age: Option<f64>,
    /// The usage limit or the budget that it ran into.
    paused: Option<String>,
    next: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct InHands {
    item: String,
    /// Who took it.
    by: String,
    /// Ordinal of the phase.
    phase: u32,
}

/// Runs without a subcommand.
pub fn run(context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let folder = runs::folder(context)?;
    let overview = Overview::of(&context.root, &config, &|id| runs::state(&folder, id))?;
    if context.globals.json {
        context.terminal.document(overview)?;
        return Ok(ExitCode::Done);
    }
    let (style, out) = (context.terminal.style, &mut context.terminal.out);
    let on = overview.branch.as_ref().map(|branch| format!(" on {}", line(branch, 60))).unwrap_or_default();
    writeln!(out, "{}{on}", style.paint(Tone::Strong, &safe(&overview.project)))?;
    for run in &overview.running {
        let batch = run.batch_id.map(|batch| format!(" batch {batch}")).unwrap_or_default();
        writeln!(out, "\nAt work: {}{batch} since {}", line(&run.command, 40), show(run.elapsed))?;
        let which = run.run.as_ref().map(|run| format!(" {run}")).unwrap_or_default();
        writeln!(out, "  batchprp watch{which}\n  batchprp stop{which}")?;
    }
    for batch in &overview.batches {
        writeln!(out, "\n{}", style.paint(Tone::Strong, &style.fold(&batch.head(), 2)))?;
        for next in &batch.next {
            writeln!(out, "  {}", line(next, 300))?;
        }
    }
    if let Some(run) = &overview.unfinished {
        let batch = run.batch_id.map(|batch| format!(" of batch {batch}")).unwrap_or_default();
        writeln!(out, "\n{}", style.paint(Tone::Strong, &format!("{}{batch}: unfinished", line(&run.command, 40))))?;
        for next in run.next.iter().chain([&format!("batchprp logs {}", run.run)]) {
            writeln!(out, "  {}", line(next, 300))?;
        }
    }
    if !overview.next.is_empty() {
        writeln!(out, "\nNo batch yet. To begin:")?;
        for next in &overview.next {
            writeln!(out, "  {next}")?;
        }
    }
    writeln!(out, "\nAll commands: batchprp --help")?;
    Ok(ExitCode::Done)
}

impl Overview {
    /// Looks at the project; `state` reads a run.
    pub fn of(root: &Path, config: &Config, state: &dyn Fn(&str) -> Result<RunView>) -> Result<Self> {
        let repo = Repo::open(root, GitPolicy::default()).ok();
        let mut batches: BTreeMap<u32, Vec<Request>> = BTreeMap::new();
        for entry in walkdir::WalkDir::new(root.join(&config.paths.requests)).into_iter().flatten() {
            let Some(id) = read::id_of_file_name(entry.path()) else { continue };
            let batch = id.batch().map_or(0, |batch| batch.0);
            batches.entry(batch).or_default().push(Request { id, path: entry.into_path() });
        }
        let folder = runs::below(root, config);
        let (mut running, mut latest): (Vec<Running>, BTreeMap<u32, Vec<RunView>>) = (Vec::new(), BTreeMap::new());
        let mut unfinished = None;
        for (nth, id) in runs::ids(&folder).iter().rev().enumerate() {
            let Some(first) = journal::first(&folder.join(id)) else { continue };
            let head = RunView::of(&[first]);
            let is_main = head.command == runs::MAIN;
            let of_batch = head.batch.filter(|batch| is_main && latest.get(batch).map_or(0, Vec::len) < RUNS);
            // The end of a run may be a long way behind its beginning: only what is shown is read whole.
            if of_batch.is_none() && nth > 0 && alive(&head) != Alive::Yes {
                continue;
            }
            let state = state(id)?;
            if nth == 0 && !is_main {
                unfinished = Unfinished::of(&state);
            }
            if alive(&state) == Alive::Yes {
                running.push(Running {
                    run: Some(id.clone()),
                    pid: head.pid,
                    command: head.command.clone(),
                    batch_id: head.batch,
                    elapsed: state.elapsed(Some(Timestamp::now())),
                });
            }
            if let Some(batch) = of_batch {
                latest.entry(batch).or_default().push(state);
            }
        }
        running.extend(early::at_work(&root.join(&config.paths.state)).iter().map(Running::early));
        for batch in latest.keys() {
            batches.entry(*batch).or_default();
        }
        let flag = agent_flag(config);
        let standing = |(batch, requests): (&u32, &Vec<Request>)| {
            let runs = latest.get(batch).map_or(&[][..], Vec::as_slice);
            BatchStanding::of(*batch, requests, runs, repo.as_ref(), flag)
        };
        let batches: Vec<BatchStanding> = batches.iter().rev().take(MOST).map(standing).collect();
        let begin = ["batchprp gen PLAN.md", "batchprp demo", "batchprp doctor"];
        let is_new = batches.is_empty() && running.is_empty() && unfinished.is_none();
        Ok(Self {
            project: root.display().to_string(),
            branch: repo.and_then(|repo| repo.head_branch().ok().flatten()),
            running,
            batches,
            unfinished,
            next: begin.iter().filter(|_| is_new).map(|next| (*next).to_owned()).collect(),
        })
    }
}

impl Running {
    fn early(work: &EarlyWork) -> Self {
        let elapsed = work.view().elapsed(Some(Timestamp::now()));
        Self { run: None, pid: work.pid, command: work.command.clone(), batch_id: work.batch, elapsed }
    }
}

impl Unfinished {
    fn of(state: &RunView) -> Option<Self> {
        let end = state.end.as_ref().filter(|end| end.exit_code != 0)?;
        let next = end.next.iter().chain(&end.resume).cloned().collect();
        Some(Self { run: state.run.clone(), command: state.command.clone(), batch_id: state.batch, next })
    }
}

/// Returns how the items of a batch stand: as the latest run of each said, and completed where git has them merged.
fn standings(runs: &[RunView], branch: &str, repo: Option<&Repo>) -> BTreeMap<String, ItemStatus> {
    let mut items: BTreeMap<String, ItemStatus> = BTreeMap::new();
    for item in runs.iter().flat_map(|run| &run.items) {
        items.entry(item.info.id.clone()).or_insert(item.status().unwrap_or(ItemStatus::Pending));
    }
    let merged = || {
        let repo = repo?;
        let base = branch::base(repo, branch).ok()??;
        Some(scan::all_merged(repo, branch, &base).ok()?.merged)
    };
    let is_at_work = runs.first().is_some_and(|run| run.end.is_none());
    for (id, _) in merged().into_iter().flatten() {
        if !is_at_work || !items.contains_key(id.as_str()) {
            items.insert(id.to_string(), ItemStatus::Completed);
        }
    }
    items
}

/// Returns who carries out which of the open items by hand, also before any run was about them.
fn in_hands(standings: &BTreeMap<String, ItemStatus>, requests: &[Request], repo: Option<&Repo>) -> Vec<InHands> {
    let hands: BTreeMap<String, Hand> =
        repo.and_then(|repo| hand::all(repo).ok()).unwrap_or_default().into_iter().collect();
    let all: BTreeSet<&str> =
        standings.keys().map(String::as_str).chain(requests.iter().map(|request| request.id.as_str())).collect();
    let open = all.into_iter().filter(|item| standings.get(*item) != Some(&ItemStatus::Completed));
    let held = open.filter_map(|item| {
        let Hand { by, phase, .. } = hands.get(&item.parse::<PrpId>().ok()?.branch())?.clone();
        Some(InHands { item: item.to_owned(), by, phase })
    });
    held.collect()
}

/// The document of a PRP that waits in the folder of requests.
struct Request {
    id: PrpId,
    path: PathBuf,
}

impl Request {
    /// Tells whether the document neither says that the work is done nor that it is given up.
    fn is_open(&self) -> bool {
        let bytes = std::fs::read(&self.path).unwrap_or_default();
        let (prp, _) = read::prp(&self.path, &bytes);
        prp.status.is_none_or(|status| !status.is_done() && status != Status::Cancelled)
    }
}

impl BatchStanding {
    /// `runs` of the batch, the latest first. `flag` is what `exe` needs to find an agent.
    fn of(batch: u32, requests: &[Request], runs: &[RunView], repo: Option<&Repo>, flag: &str) -> Self {
        let state = runs.first();
        let branch = BatchId(batch).branch();
        let mut standings = standings(runs, &branch, repo);
        // What no run was about is left to be done all the same.
        for request in requests.iter().filter(|_| state.is_some()) {
            if !standings.contains_key(request.id.as_str()) && request.is_open() {
                standings.insert(request.id.to_string(), ItemStatus::Pending);
            }
        }
        let in_hands = in_hands(&standings, requests, repo);
        let requests = requests.len();
        let mut items: BTreeMap<&'static str, usize> = BTreeMap::new();
        for status in standings.values() {
            *items.entry(status.words()).or_default() += 1;
        }
        let is_done = !standings.is_empty() && standings.values().all(|status| *status == ItemStatus::Completed);
        let landed = repo.filter(|_| is_done).and_then(|repo| landing::landed_on(repo, &branch).ok()?);
        let exe =
            if batch == 0 { format!("batchprp exe{flag}") } else { format!("batchprp exe --batch {batch}{flag}") };
        let (word, mut next) = match (state, state.and_then(|state| state.end.as_ref())) {
            (None, _) => ("open", vec![exe]),
            (Some(state), None) => match alive(state) {
                Alive::Yes | Alive::Elsewhere => ("running", vec![format!("batchprp watch {}", state.run)]),
                Alive::No => ("interrupted", vec![going_on(&state.argv)]),
            },
            (Some(_), Some(end)) if end.exit_code != 0 && !is_done => {
                ("unfinished", end.next.iter().chain(&end.resume).cloned().collect())
            }
            (Some(_), Some(_)) if !is_done => ("unfinished", vec![exe]),
            (Some(_), Some(_)) if landed.is_some() => {
                let update = (requests > 0).then(|| format!("batchprp context-update --batch {batch}"));
                ("landed", update.into_iter().collect())
            }
            (Some(_), Some(end)) => {
                let land = format!("batchprp land {batch}");
                let is_named = batch == 0 || end.next.contains(&land);
                ("complete", Some(land).filter(|_| !is_named).into_iter().chain(end.next.clone()).collect())
            }
        };
        // Runs leave alone what somebody has: that is to be handed in first.
        for hand in in_hands.iter().rev() {
            let give = format!("batchprp give {}", hand.item);
            next.retain(|step| *step != give);
            next.insert(0, give);
        }
        Self {
            batch_id: batch,
            requests,
            items,
            run: state.map(|state| state.run.clone()),
            state: word,
            onto: landed,
            in_hands,
            paused: state.and_then(|state| life::limit(state, Some(Timestamp::now()))),
            age: state.map(|state| seconds(state.latest, Some(Timestamp::now()))),
            next,
        }
    }

    fn head(&self) -> String {
        let name = if self.batch_id == 0 { "Without a batch".to_owned() } else { format!("Batch {}", self.batch_id) };
        let counts: Vec<String> = self.items.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let said = match (self.state, counts.is_empty()) {
            ("open", _) => format!("{} to be executed", numbered(self.requests, "PRP")),
            ("landed", _) => {
                let onto = self.onto.as_deref().unwrap_or_default();
                format!("{}, landed on {}", counts.join(", "), line(onto, 60))
            }
            ("complete", _) => format!("{}, not landed yet", counts.join(", ")),
            (word, true) => word.to_owned(),
            (word, false) => format!("{word}: {}", counts.join(", ")),
        };
        let age = self.age.map(|age| format!(" ({} ago)", show(age))).unwrap_or_default();
        let paused = self.paused.as_ref().map(|why| format!(", paused: {why}")).unwrap_or_default();
        let hands = self.in_hands.iter().map(|hand| {
            format!(", {} in the hands of {} (phase {})", line(&hand.item, 40), line(&hand.by, 60), hand.phase)
        });
        format!("{name}: {said}{paused}{age}{}", hands.collect::<String>())
    }
}
