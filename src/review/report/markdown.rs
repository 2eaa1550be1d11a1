//! A report for people.

use super::batch::{BatchReport, PrpReport};
use crate::review::finding::Finding;

/// Writes the report as Markdown.
pub fn markdown(report: &BatchReport) -> String {
    let title = report.batch_id.map_or("# Review".to_owned(), |batch| format!("# Review of batch {batch}"));
    let mut text = format!(
        "{title}\n\n**{}**, score {}, wanted {:.1}, mode {}.\n\n",
        report.verdict.as_str(),
        score(report.score),
        report.min_score,
        line(&report.mode)
    );
    text.push_str("| PRP | by rule | by meaning | score | verdict |\n|---|---|---|---|---|\n");
    report.prps.iter().for_each(|prp| text.push_str(&row(prp)));
    text.push_str("\n## Consistency\n\n");
    text.push_str(&items(report.consistency.iter()));
    for prp in &report.prps {
        text.push_str(&section(prp));
    }
    text
}

fn row(prp: &PrpReport) -> String {
    let by_rule = prp.structural.as_ref().map_or("–".to_owned(), |part| score(Some(part.score)));
    let by_meaning = prp.semantic.as_ref().map_or("–".to_owned(), |part| score(part.score));
    let id = line(&prp.prp_id).replace('|', "\\|");
    format!("| {id} | {by_rule} | {by_meaning} | {} | {} |\n", score(prp.score), prp.verdict.as_str())
}

fn section(prp: &PrpReport) -> String {
    let mut text = format!("\n## {}\n\n", line(&prp.prp_id));
    if let Some(part) = &prp.semantic {
        if let Some(reason) = &part.reason {
            text.push_str(&format_line("A person has to review this PRP: ", reason));
        } else if !part.summary.trim().is_empty() {
            text.push_str(&format_line("", &part.summary));
        }
    }
    text.push_str(&items(prp.findings()));
    text
}

fn format_line(head: &str, body: &str) -> String {
    format!("{head}{}\n\n", line(body))
}

fn items<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let text = findings.map(item).collect::<String>();
    if text.is_empty() { "Nothing found.\n".to_owned() } else { text }
}

fn item(finding: &Finding) -> String {
    let place = match (finding.file.is_empty(), finding.line) {
        (true, _) => String::new(),
        (false, None) => format!(" {}", line(&finding.file)),
        (false, Some(number)) => format!(" {}:{number}", line(&finding.file)),
    };
    let way = line(&finding.suggestion);
    let way = if way.is_empty() { way } else { format!(" → {way}") };
    let (severity, category) = (finding.severity.as_str(), line(&finding.category));
    format!("- **{severity}** {category}{place}: {}{way}\n", line(&finding.description))
}

fn score(score: Option<f64>) -> String {
    score.map_or("?".to_owned(), |score| format!("{score:.1}/10"))
}

/// Makes one line of a text that may come from a document or an agent.
fn line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    visible.split_whitespace().collect::<Vec<_>>().join(" ").replace("<!--", "&lt;!--")
}
