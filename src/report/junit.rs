//! A run as JUnit XML: a stage is a test suite, an item a test case.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text::safe;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Speaker, Standing};

/// Writes the report.
pub fn write(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let name = state.batch.map_or_else(|| state.command.clone(), |batch| format!("{} batch {batch}", state.command));
    let mut report = Report::new(safe(&name));
    report.set_time(seconds(state.elapsed(None)));
    for stage in state.stage_numbers() {
        let mut suite = TestSuite::new(format!("stage {stage}"));
        suite.add_test_cases(state.stage_items(stage).map(case));
        report.add_test_suite(suite);
    }
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(without_total_of_skipped(&text).as_bytes())
}

/// Takes out of the root what its schema does not know, and strict readers such as Jenkins refuse. Each suite has it.
pub(crate) fn without_total_of_skipped(text: &str) -> String {
    let root = text.find("<testsuites").map_or(0, |begin| text[begin..].find('>').map_or(0, |end| begin + end));
    let (head, rest) = text.split_at(root);
    let Some((before, after)) = head.split_once(" skipped=\"") else { return text.to_owned() };
    let after = after.split_once('"').map_or("", |(_, after)| after);
    [before, after, rest].concat()
}

fn case(item: &ItemView) -> TestCase {
    let mut verdict = match item.status().unwrap_or(ItemStatus::Pending) {
        // What was at work when its run was killed is no success.
        _ if item.standing == Standing::Interrupted => TestCaseStatus::non_success(NonSuccessKind::Error),
        ItemStatus::Completed => TestCaseStatus::success(),
        ItemStatus::Partial | ItemStatus::Unproven | ItemStatus::Conflict | ItemStatus::NeedsApproval => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        ItemStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Error),
        ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => TestCaseStatus::skipped(),
    };
    if item.status() != Some(ItemStatus::Completed) {
        verdict.set_type(item.standing.as_str());
        verdict.set_message(safe(&item.reason));
    }
    let mut case = TestCase::new(safe(&item.info.name), verdict);
    case.set_classname("batchprp");
    case.set_time(seconds(item.duration));
    let mut errors: Vec<&str> = item.validations.values().flat_map(|(_, errors)| errors).map(String::as_str).collect();
    // What an agent said that crashed; what a check said is there already.
    let words = item.last_words.iter().filter(|words| words.speaker == Speaker::Agent || errors.is_empty());
    let words: Vec<&str> = words.flat_map(|words| &words.lines).map(String::as_str).collect();
    errors.extend(words);
    if !errors.is_empty() {
        case.set_system_err(errors.join("\n"));
    }
    case
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
