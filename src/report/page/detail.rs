//! All that is known of one item.

use serde::Serialize;

use super::super::text::{block, line, short_commit};
use crate::event::ItemView;
use crate::event::kind::DocumentChange;
use crate::event::timeline::Part;
use crate::model::usage::Tokens;
use crate::model::validation::LevelVerdict;

/// All that its events say of one item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemDetail {
    hours: f64,
    note: Option<String>,
    merge: Option<String>,
    issue: Option<String>,
    /// Phases that were done before this run.
    resumed: Vec<u32>,
    checkpoints: Vec<CheckpointRow>,
    checks: Vec<CheckRow>,
    attempts: Vec<AttemptRow>,
    documents: Vec<(String, DocumentChange)>,
    tokens: Option<Tokens>,
    /// What the latest thing that went wrong said.
    said: Vec<String>,
    said_file: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct CheckpointRow {
    phase: u32,
    /// Number of the repair of the phase that made it; 0 is its first work.
    repair: u32,
    commit: String,
    subject: String,
}

#[derive(Clone, Debug, Serialize)]
struct CheckRow {
    phase: u32,
    level: u8,
    /// Number of the repair of the phase after which it ran; 0 is its first work.
    repair: u32,
    result: LevelVerdict,
    said: Vec<String>,
    /// File with all that it said.
    file: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct AttemptRow {
    phase: Option<u32>,
    attempt: u32,
    /// Number and cause of the repair that it is.
    repair: Option<(u32, String)>,
    agent: String,
    model: Option<String>,
    status: Option<String>,
    /// Seconds.
    took: Option<f64>,
    tokens: Option<u64>,
    cost: Option<f64>,
}

/// A text that an item came with or left behind.
#[derive(Clone, Debug, Serialize)]
pub struct PageText {
    name: String,
    text: String,
    /// Bytes that were left out.
    cut: u64,
}

/// The texts of an item, by what they are.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ItemTexts {
    pub prompt: Vec<PageText>,
    pub transcript: Vec<PageText>,
    pub checks: Vec<PageText>,
    pub stderr: Vec<PageText>,
    pub diff: Vec<PageText>,
}

impl PageText {
    /// Makes a text that is harmless wherever it is shown.
    pub fn new(name: &str, text: &str, cut: u64) -> Self {
        Self { name: line(name, 300), text: block(text), cut }
    }
}

impl ItemDetail {
    /// Collects what is known.
    pub fn of(item: &ItemView) -> Self {
        let lines = |said: &[String]| said.iter().map(|text| block(text)).collect::<Vec<String>>();
        let checks = item.checks.iter().map(|check| CheckRow {
            phase: check.phase,
            level: check.level,
            repair: check.repair,
            result: check.verdict,
            said: lines(&check.said),
            file: check.log.as_ref().map(|file| line(file, 300)),
        });
        let checkpoints = item.checkpoints.iter().map(|fact| CheckpointRow {
            phase: fact.phase,
            repair: fact.repair,
            commit: short_commit(&fact.commit).to_owned(),
            subject: line(&fact.subject, 300),
        });
        Self {
            hours: item.info.hours,
            note: item.note().map(|note| line(note, 500)),
            merge: item.merge.as_ref().map(|commit| short_commit(commit).to_owned()),
            issue: item.issue.as_ref().map(|(issue, _)| line(issue, 300)),
            resumed: item.resumed.clone(),
            checkpoints: checkpoints.collect(),
            checks: checks.collect(),
            attempts: attempts(item),
            documents: item.documents.iter().map(|(path, change)| (line(path, 300), *change)).collect(),
            tokens: item.usage.tokens,
            said: item.last_words.as_ref().map(|words| lines(&words.lines)).unwrap_or_default(),
            said_file: item.last_words.as_ref().and_then(|words| words.file.as_ref()).map(|file| line(file, 300)),
        }
    }
}

fn attempts(item: &ItemView) -> Vec<AttemptRow> {
    let rows = item.timeline.stretches.iter().filter_map(|stretch| {
        let Part::Agent { phase, attempt, repair, agent, model, status, usage } = &stretch.part else { return None };
        Some(AttemptRow {
            phase: *phase,
            attempt: *attempt,
            repair: repair.as_ref().map(|(number, why)| (*number, line(why, 200))),
            agent: line(agent, 60),
            model: model.as_ref().map(|model| line(model, 60)),
            status: status.as_ref().map(|status| line(status, 60)),
            took: stretch.to.map(|to| to.duration_since(stretch.from).as_secs_f64()),
            tokens: usage.tokens.map(Tokens::total),
            cost: usage.cost,
        })
    });
    rows.collect()
}
