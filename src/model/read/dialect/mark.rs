//! Setting the mark by which a dialect says that something is done, and changing no other byte.

use std::ops::Range;

use super::format::Format;
use super::origin::MarkTarget;
use super::reader::gsd;
use super::readers::Readers;
use super::source::Source;
use super::task_list::{TaskItem, TaskList};

/// Like `Readers::marked`, for a format that is built in.
pub fn marked(target: &MarkTarget, bytes: &[u8]) -> Option<Vec<u8>> {
    Readers::default().marked(target, bytes)
}

impl Readers {
    /// Returns the document with the marks set; `None` when there is nothing to set.
    pub fn marked(&self, target: &MarkTarget, bytes: &[u8]) -> Option<Vec<u8>> {
        // A text that had to be repaired to be read has other places than the bytes.
        let text = std::str::from_utf8(bytes).ok()?;
        let mut places = match target.format {
            Format::Prp | Format::ClassicPrp => return None,
            Format::Gsd => vec![(gsd::find(text, target.label.as_deref()?)?, "x".to_owned())],
            _ => self.marks_of(target, bytes)?,
        };
        places.sort_by_key(|(span, _)| span.start);
        let mut out = String::with_capacity(text.len() + 16);
        let mut from = 0;
        for (span, done) in places {
            if span.start < from || is_set(&text[span.clone()], &done) {
                continue;
            }
            out.push_str(&text[from..span.start]);
            out.push_str(&done);
            from = span.end;
        }
        if from == 0 {
            return None;
        }
        out.push_str(&text[from..]);
        Some(out.into_bytes())
    }

    fn marks_of(&self, target: &MarkTarget, bytes: &[u8]) -> Option<Vec<(Range<usize>, String)>> {
        let source = Source::new(&target.document, bytes, target.beside.clone());
        let (list, _) = self.read_as(&source, target.format);
        let marks: Vec<_> = match &target.label {
            None => whole(&list, target.with_optional),
            Some(label) => find(&list.items, label, &target.title)?.marks(target.with_optional),
        };
        let own = marks.into_iter().filter(|mark| mark.path.is_none());
        Some(own.map(|mark| (mark.span.clone(), mark.done.clone())).collect())
    }
}

/// Tells whether a mark says already what it is to say.
fn is_set(now: &str, done: &str) -> bool {
    now == done || done == "x" && now == "X"
}

fn whole(list: &TaskList, with_optional: bool) -> Vec<&super::task_list::TaskMark> {
    let items = list.items.iter().filter(|item| with_optional || !item.optional);
    list.marks.iter().chain(items.flat_map(|item| item.marks(with_optional))).collect()
}

/// Finds an item by its label and title, else by the title if only one has it, else by the label.
fn find<'a>(items: &'a [TaskItem], label: &str, title: &str) -> Option<&'a TaskItem> {
    let both = items.iter().find(|item| item.label == label && item.title == title);
    let mut titled = items.iter().filter(|item| item.title == title);
    let alone = titled.next().filter(|_| titled.next().is_none());
    both.or(alone).or_else(|| items.iter().find(|item| item.label == label))
}
