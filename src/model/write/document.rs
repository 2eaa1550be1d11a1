//! The canonical document.

use std::fmt::Write;

use super::draft::{DraftGate, PrpDraft};
use crate::model::read::fix_fences;

/// Writes a PRP in its canonical form.
pub fn prp(draft: &PrpDraft) -> String {
    let mut text = frontmatter(draft);
    let mut section = |heading: &str, body: &str| {
        text.push_str("\n## ");
        text.push_str(heading);
        text.push_str("\n\n");
        text.push_str(body.trim_end());
        text.push('\n');
    };
    section("Problem", &problem(draft));
    section("Solution", &solution(draft));
    section("Implementation", &implementation(draft));
    section("Validation", &validation(&draft.gates));
    section("Acceptance Criteria", &acceptance(draft));
    section("Testing Strategy", &testing(draft));
    section("Risks & Mitigations", &risks(draft));
    section("Dependencies", &bullets(&draft.dependencies, "None: this PRP can start at once."));
    let files: Vec<String> = draft.files.iter().map(|file| format!("`{file}`")).collect();
    section("Files Modified", &bullets(&files, "None declared."));
    section("Notes", &format!("Generated from Phase {} of `{}`.", draft.plan_phase, draft.plan));
    // Examples of the plan may hold blocks of their own: whoever reads the document is to see them as one.
    fix_fences(&text).unwrap_or(text)
}

fn frontmatter(draft: &PrpDraft) -> String {
    let list = |entries: &[String]| entries.iter().map(|entry| quoted(entry)).collect::<Vec<_>>().join(", ");
    let ids = draft.dependencies.join(", ");
    let lines = [
        format!("prp_id: {}", draft.id),
        format!("title: {}", quoted(&draft.title)),
        "status: planning".to_owned(),
        "type: feature".to_owned(),
        format!("complexity: {}", draft.complexity.as_str()),
        format!("estimated_hours: {}", draft.hours),
        format!("dependencies: [{ids}]"),
        format!("batch_id: {}", draft.batch),
        format!("stage: {}", draft.stage),
        format!("order: {}", draft.order),
        format!("files_modified: [{}]", list(&draft.files)),
        format!("plan: {}", quoted(&draft.plan)),
        format!("plan_phase: {}", quoted(&draft.plan_phase)),
    ];
    format!("---\n{}\n---\n\n# {}: {}\n", lines.join("\n"), draft.id, one_line(&draft.title))
}

fn problem(draft: &PrpDraft) -> String {
    let intro = demoted(draft.intro.trim());
    let gap = if intro.is_empty() { "" } else { "\n\n" };
    format!("{}{gap}{intro}", sentence(&draft.goal, &draft.title))
}

fn solution(draft: &PrpDraft) -> String {
    let mut text = format!("{} is reached in {}:\n\n", one_line(&draft.title), count(draft.phases.len(), "phase"));
    for (number, phase) in draft.phases.iter().enumerate() {
        line(&mut text, format_args!("{}. {}", number + 1, one_line(&phase.title)));
    }
    text
}

fn implementation(draft: &PrpDraft) -> String {
    let hours = draft.hours / draft.phases.len().max(1) as f64;
    let mut text = String::new();
    for (number, phase) in draft.phases.iter().enumerate() {
        let title = one_line(&phase.title);
        line(&mut text, format_args!("### Phase {}: {title} ({})\n", number + 1, duration(hours)));
        line(&mut text, format_args!("{}\n", phase.text.trim()));
    }
    text
}

/// Writes gates as list items; commands that are no single line come as fences below a heading of their own.
fn validation(gates: &[DraftGate]) -> String {
    let mut list = String::new();
    let mut fenced = String::new();
    for gate in gates {
        match &gate.command {
            Some(command) if command.contains(['\n', '`']) => {
                let fence = "`".repeat(longest_run(command).max(2) + 1);
                let title = if gate.text.is_empty() { "Check" } else { gate.text.as_str() };
                line(&mut fenced, format_args!("\n### L{}: {title}\n\n{fence}bash\n{command}\n{fence}", gate.level));
            }
            Some(command) => line(&mut list, format_args!("- L{}: `{command}`", gate.level)),
            None => line(&mut list, format_args!("- L{}: {}", gate.level, gate.text)),
        }
    }
    format!("{list}{fenced}")
}

fn acceptance(draft: &PrpDraft) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("- [ ] {}", sentence(&draft.goal, &draft.title)));
    for phase in &draft.phases {
        line(&mut text, format_args!("- [ ] Done: {}", one_line(&phase.title)));
    }
    line(&mut text, format_args!("- [ ] All gates of the validation section pass"));
    text
}

fn testing(draft: &PrpDraft) -> String {
    let commands = draft.gates.iter().filter(|gate| gate.command.is_some()).count();
    let manual = draft.gates.len() - commands;
    let by_hand = if manual == 0 { String::new() } else { format!(" {} for a person to check.", left(manual)) };
    format!(
        "{} with a command run in order of their level, after the last phase; the first failure stops the PRP.{by_hand}",
        count(commands, "gate")
    )
}

fn risks(draft: &PrpDraft) -> String {
    let mut text = String::from("| Risk | Mitigation |\n|---|---|\n");
    if draft.dependencies.is_empty() {
        text.push_str("| A later PRP builds on an unfinished state | One checkpoint commit per phase, merged only when validated |\n");
    } else {
        let ids = draft.dependencies.join(", ");
        line(
            &mut text,
            format_args!(
                "| Results of {ids} differ from what is expected here | Starts from the merged state; gates run on it |"
            ),
        );
    }
    if !draft.files.is_empty() {
        let files = count(draft.files.len(), "declared file");
        line(
            &mut text,
            format_args!("| Changes outside of the {files} | Every checkpoint is compared with the declared files |"),
        );
    }
    text
}

fn bullets(entries: &[String], none: &str) -> String {
    let lines: Vec<String> = entries.iter().map(|entry| format!("- {entry}")).collect();
    if lines.is_empty() { none.to_owned() } else { lines.join("\n") }
}

/// Returns the goal as a sentence; the title where there is none.
fn sentence(goal: &str, title: &str) -> String {
    let text = one_line(if goal.trim().is_empty() { title } else { goal });
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// Moves headings below the sections of the document, so that quoted text adds none.
fn demoted(text: &str) -> String {
    let lines = text.lines().map(|line| match line.trim_start_matches('#') {
        rest if rest.len() < line.len() && rest.starts_with(' ') => format!("**{}**", rest.trim()),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes whole minutes, as hours where these come out even: what is read is what was meant.
fn duration(hours: f64) -> String {
    let minutes = (hours * 60.0).round().max(1.0);
    if minutes < 60.0 || minutes % 15.0 > 0.0 { count_of(minutes, "minute") } else { count_of(minutes / 60.0, "hour") }
}

fn count_of(number: f64, word: &str) -> String {
    if (number - 1.0).abs() < f64::EPSILON { format!("1 {word}") } else { format!("{number} {word}s") }
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

fn left(manual: usize) -> String {
    if manual == 1 { "1 gate is".to_owned() } else { format!("{manual} gates are") }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a text as a YAML scalar in double quotes, which is also a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(one_line(text)).to_string()
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    writeln!(text, "{line}").ok();
}
