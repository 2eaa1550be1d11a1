//! Findings as workflow commands of GitHub, which shows them beside the lines they are about.

use crate::review::finding::{Finding, FindingSeverity};

/// Writes one `::error`, `::warning` or `::notice` line per finding.
pub fn annotations<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    findings.into_iter().map(annotation).collect()
}

fn annotation(finding: &Finding) -> String {
    let command = match finding.severity {
        FindingSeverity::Error => "error",
        FindingSeverity::Warning => "warning",
        FindingSeverity::Info => "notice",
    };
    let mut properties = Vec::new();
    if !finding.file.is_empty() {
        properties.push(format!("file={}", property(&finding.file)));
        properties.extend(finding.line.map(|line| format!("line={line}")));
    }
    properties.push(format!("title={}", property(&finding.category)));
    let way = if finding.suggestion.is_empty() { String::new() } else { format!("\n{}", finding.suggestion) };
    format!("::{command} {}::{}\n", properties.join(","), data(&format!("{}{way}", finding.description)))
}

/// Escapes the text of a command, so that no finding can start a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
