//! Results of script tests as JUnit XML: a file is a test suite, a function a test case.

use std::io;
use std::path::Path;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::text::safe;
use crate::script::testing::runner::TestResult;

/// Writes the report.
pub(super) fn write(results: &[TestResult], file: &Path) -> io::Result<()> {
    let mut report = Report::new("batchprp test");
    report.set_time(results.iter().map(|result| result.duration).sum());
    for of_file in results.chunk_by(|a, b| a.file == b.file) {
        let mut suite = TestSuite::new(safe(&of_file[0].file));
        suite.add_test_cases(of_file.iter().map(case));
        report.add_test_suite(suite);
    }
    let text = report.to_string().map_err(io::Error::other)?;
    std::fs::write(file, crate::report::junit::without_total_of_skipped(&text))
}

fn case(result: &TestResult) -> TestCase {
    let status = match &result.error {
        None => TestCaseStatus::success(),
        Some(error) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(safe(&error.message));
            let said: Vec<String> = error.said.iter().map(|line| safe(line)).collect();
            status.set_description(said.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(safe(&result.name), status);
    case.set_classname(safe(&result.file));
    case.set_time(result.duration);
    case
}
