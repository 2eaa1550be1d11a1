//! A run as JUnit XML: a stage is a test suite, an item a test case.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text::safe;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView};

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
fn without_total_of_skipped(text: &str) -> String {
    let root = text.find("<testsuites").map_or(0, |begin| text[begin..].find('>').map_or(0, |end| begin + end));
    let (head, rest) = text.split_at(root);
    let Some((before, after)) = head.split_once(" skipped=\"") else { return text.to_owned() };
    let after = after.split_once('"').map_or("", |(_, after)| after);
    [before, after, rest].concat()
}

fn case(item: &ItemView) -> TestCase {
    let status = item.status().unwrap_or(ItemStatus::Pending);
    let mut verdict = match status {
        ItemStatus::Completed => TestCaseStatus::success(),
        ItemStatus::Partial | ItemStatus::Unproven | ItemStatus::Conflict | ItemStatus::NeedsApproval => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        ItemStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Error),
        ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => TestCaseStatus::skipped(),
    };
    if status != ItemStatus::Completed {
        verdict.set_type(status.as_str());
        verdict.set_message(safe(&item.reason));
    }
    let mut case = TestCase::new(safe(&item.info.name), verdict);
    case.set_classname("batchprp");
    case.set_time(seconds(item.duration));
    let errors: Vec<&str> = item.validations.values().flat_map(|(_, errors)| errors).map(String::as_str).collect();
    if !errors.is_empty() {
        case.set_system_err(errors.join("\n"));
    }
    case
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
