//! Writes a PRP from a phase of a plan, by rule.

use std::path::Path;

use serde_json::Value;

use super::speaker::Speaker;
use super::task::{AgentTask, write_result};
use crate::model::agent::AgentEvent;
use crate::model::agent_files::task::{TaskMetrics, TaskResult};
use crate::model::plan::PlanPhase;
use crate::model::prp::Complexity;
use crate::model::read;
use crate::model::write::{self, DraftPhase, PrpDraft};

/// Writes the document and answers with it.
pub(crate) fn run(task: &AgentTask, speaker: &mut Speaker) -> Result<u8, String> {
    speaker.say(&AgentEvent::Started {
        session: None,
        model: None,
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    });
    let draft = draft(task)?;
    let text = write::prp(&draft);
    write_result(&TaskResult {
        work_item_id: Some(draft.id.clone()),
        status: "success".to_owned(),
        metrics: TaskMetrics { tokens: Some(0), ..TaskMetrics::default() },
        ..TaskResult::default()
    });
    speaker.finished(true, "done", &text);
    Ok(0)
}

/// Puts the draft together: numbers and ids are given, everything else is read from the text of the phase.
fn draft(task: &AgentTask) -> Result<PrpDraft, String> {
    let given = task.spec.pointer("/input/draft").cloned().unwrap_or(Value::Null);
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| {
        let own = given.get(name).or_else(|| task.spec.pointer(&format!("/context/{name}")));
        own.and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    };
    let texts = |name: &str| -> Vec<String> {
        let list = given.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    let content = task.text("/input/content").unwrap_or_default();
    let (source, phase) = plan_phase(content);
    let title = first([text("title"), phase.title.clone(), task.item().to_owned()]);
    let steps = write::phases(&source, &phase);
    let complexity = match text("complexity").as_str() {
        "low" => Complexity::Low,
        "high" => Complexity::High,
        "medium" => Complexity::Medium,
        _ => phase.complexity.unwrap_or_default(),
    };
    let files = Some(texts("files")).filter(|files| !files.is_empty()).unwrap_or_else(|| phase.files.clone());
    let goal = first([phase.goal.clone().unwrap_or_default(), text("goal")]);
    let id = first([text("id"), task.item().to_owned()]);
    if id.is_empty() {
        return Err("the specification names no id for the PRP".to_owned());
    }
    let fallback = || {
        let listed = texts("steps");
        let all = if listed.is_empty() { vec![title.clone()] } else { listed };
        all.into_iter().map(|step| DraftPhase { title: step.clone(), text: step }).collect()
    };
    Ok(PrpDraft {
        batch: number("batch"),
        stage: number("stage"),
        order: number("order"),
        intro: text("intro"),
        hours: given.get("hours").and_then(Value::as_f64).or(phase.hours).filter(|hours| *hours > 0.0).unwrap_or(1.0),
        complexity,
        gates: write::gates(&phase.gates, &files, &source),
        files,
        dependencies: texts("dependencies"),
        phases: if steps.is_empty() { fallback() } else { steps },
        plan: first([text("plan"), task.text("/input/path").unwrap_or_default().to_owned()]),
        plan_phase: first([text("plan_phase"), phase.label.clone()]),
        id,
        title,
        goal,
    })
}

/// Reads the text of one plan phase; returns the text that its places refer to, too.
fn plan_phase(content: &str) -> (String, PlanPhase) {
    let whole = format!("# Plan\n\n## Phases\n\n{content}\n");
    let (plan, _) = read::plan(Path::new(""), whole.as_bytes());
    let phase = plan.phases.into_iter().next().unwrap_or_default();
    (plan.text, phase)
}

fn first<const N: usize>(texts: [String; N]) -> String {
    texts.into_iter().find(|text| !text.trim().is_empty()).unwrap_or_default()
}
