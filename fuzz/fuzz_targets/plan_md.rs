//! Any bytes read as a plan: no panic, and all places inside the text.
#![no_main]

use std::path::Path;

use batchprp_fuzz::model::read::plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (plan, problems) = plan(Path::new("plan.md"), bytes);
    if problems.iter().any(|problem| ["file::binary", "file::data", "file::empty"].contains(&problem.code)) {
        // It is no document at all: nothing else is said about it, and no place in it.
        assert!(problems.len() == 1 && problems[0].help.is_some());
        return;
    }
    for problem in &problems {
        // A file that is no document has no places.
        let span = problem.span.clone().unwrap_or(0..0);
        assert!(plan.text.get(span).is_some() && problem.help.is_some());
        assert!(problem.labels.iter().all(|label| plan.text.get(label.span.clone()).is_some()));
    }
    for phase in &plan.phases {
        assert!(plan.text.get(phase.span.clone()).is_some());
        assert!(phase.dependencies.iter().all(|reference| plan.text.get(reference.span.clone()).is_some()));
        assert!(phase.gates.iter().all(|gate| plan.text.get(gate.span.clone()).is_some()));
    }
});
