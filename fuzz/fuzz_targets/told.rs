//! Anything that the reader of a project can say about any document: nothing panics, every place lies in the text, and a
//! mark is set once. The first line is what it says, as JSON; the document follows.

#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use batchprp_fuzz::model::read::dialect::{
    DropInFormat, Format, Numbering, Reader, Readers, Source, Told, numbering, to_plan, to_prps,
};
use libfuzzer_sys::fuzz_target;

static FORMAT: LazyLock<DropInFormat> =
    LazyLock::new(|| DropInFormat { name: "mine".to_owned(), ..DropInFormat::default() });

struct Says(Told);

impl Reader for Says {
    fn format(&self) -> Format {
        Format::DropIn(&FORMAT)
    }

    fn recognise(&self, _: &Source) -> Result<u8, String> {
        Ok(100)
    }

    fn read(&self, _: &Source) -> Result<Told, String> {
        Ok(self.0.clone())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (said, text) = bytes.split_at(end);
    let Ok(told) = serde_json::from_slice::<Told>(said) else { return };
    let source = Source::new(Path::new("plan.mine"), text, Vec::new());
    drop(Told::of_boxes(&source));
    let readers = Readers::new(vec![Arc::new(Says(told))]);
    let (list, problems) = readers.read_as(&source, Format::DropIn(&FORMAT));
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
        // What stands there once it is done is for the reader to know: no more than that nothing breaks holds here.
        drop(readers.marked(&mark, text));
    }
});
