//! Any bytes read as a PRP: no panic, all places inside the text, and mended fences stay mended.
#![no_main]

use std::path::Path;

use batchprp_fuzz::model::read::{fix_fences, prp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (prp, problems) = prp(Path::new("PRP-1-x.md"), bytes);
    if problems.iter().any(|problem| ["file::binary", "file::data", "file::empty"].contains(&problem.code)) {
        // It is no document at all: nothing else is said about it, and no place in it.
        assert!(problems.len() == 1 && problems[0].help.is_some());
        return;
    }
    for problem in &problems {
        // A file that is no document has no places.
        let span = problem.span.clone().unwrap_or(0..0);
        assert!(prp.text.get(span).is_some() && problem.help.is_some());
        assert!(problem.labels.iter().all(|label| prp.text.get(label.span.clone()).is_some()));
    }
    assert!(prp.phases.iter().all(|phase| prp.text.get(phase.span.clone()).is_some()));
    assert!(prp.gates.iter().all(|gate| prp.text.get(gate.span.clone()).is_some() && (1..=4).contains(&gate.level)));
    assert!(prp.sections.iter().all(|section| prp.text.get(section.span.clone()).is_some()));
    if let Some(fixed) = fix_fences(&prp.text) {
        assert_eq!(fix_fences(&fixed), None);
    }
});
