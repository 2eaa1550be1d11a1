//! Any bytes as the list of every tool: nothing panics, every place lies in the text, and a mark is set once.

#![no_main]

use std::path::Path;

use batchprp_fuzz::model::read::dialect::{
    Format, Numbering, Source, marked, numbering, read_as, recognise, to_plan, to_prps,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Source::new(Path::new("tasks.md"), bytes, Vec::new());
    drop(recognise(&source));
    // One reader has the whole time to itself with `FORMAT=kiro`.
    let only = std::env::var("FORMAT").ok();
    for format in Format::ALL.into_iter().filter(|format| only.as_deref().is_none_or(|only| only == format.as_str())) {
        let (list, problems) = read_as(&source, format);
        for problem in &problems {
            assert!(problem.help.is_some(), "{} has no help", problem.code);
            assert!(problem.span.as_ref().is_none_or(|span| list.text.get(span.clone()).is_some()), "{}", problem.code);
        }
        let plan = to_plan(&list, true);
        assert!(plan.phases.iter().all(|phase| plan.text.get(phase.span.clone()).is_some()));
        let lists = [list];
        let ids = numbering(&lists, 1, &Numbering::new());
        for prp in to_prps(&lists, &ids, true) {
            assert!(prp.phases.iter().all(|phase| prp.text.get(phase.span.clone()).is_some()));
            let Some(mark) = prp.origin.and_then(|origin| origin.mark) else { continue };
            if let Some(once) = marked(&mark, bytes) {
                assert_eq!(marked(&mark, &once), None);
            }
        }
    }
});
