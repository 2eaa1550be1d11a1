//! Which dialect a document is written in.

use super::format::Format;
use super::order::distinct;
use super::reader::{
    bmad, checklist, classic_prp, gsd, kiro, openspec, own_plan, ralphex, spec_kit, superpowers, taskmaster,
};
use super::readers::Readers;
use super::source::Source;
use super::task_list::TaskList;
use crate::model::problem::Problem;
use crate::model::read::own;

/// What a document was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    pub format: Format,
    /// Out of 100.
    pub confidence: u8,
    /// What it could be as well.
    pub others: Vec<Format>,
}

/// A reader: how sure it is, and what it reads.
struct Dialect {
    format: Format,
    recognise: fn(&Source) -> u8,
    read: fn(&Source, &mut Vec<Problem>) -> TaskList,
}

/// The readers. Of two that are equally sure the first one is taken, and the other is named.
const DIALECTS: [Dialect; 10] = [
    Dialect { format: Format::Taskmaster, recognise: taskmaster::recognise, read: taskmaster::read },
    Dialect { format: Format::Gsd, recognise: gsd::recognise, read: gsd::read },
    Dialect { format: Format::SpecKit, recognise: spec_kit::recognise, read: spec_kit::read },
    Dialect { format: Format::Kiro, recognise: kiro::recognise, read: kiro::read },
    Dialect { format: Format::OpenSpec, recognise: openspec::recognise, read: openspec::read },
    Dialect { format: Format::Bmad, recognise: bmad::recognise, read: bmad::read },
    Dialect { format: Format::Superpowers, recognise: superpowers::recognise, read: superpowers::read },
    Dialect { format: Format::Ralphex, recognise: ralphex::recognise, read: ralphex::read },
    Dialect { format: Format::ClassicPrp, recognise: classic_prp::recognise, read: classic_prp::read },
    Dialect { format: Format::Checklist, recognise: checklist::recognise, read: checklist::read },
];

/// Below this a document is none of the dialects.
const ENOUGH: u8 = 40;
/// Two readings that are nearer to each other than this are both named.
const CLOSE: u8 = 10;

/// Says what a document is for the readers that are built in.
pub fn recognise(source: &Source) -> Option<Recognition> {
    Readers::default().recognise(source, &mut Vec::new())
}

/// Reads a document in a format that is built in.
pub fn read_as(source: &Source, format: Format) -> (TaskList, Vec<Problem>) {
    Readers::default().read_as(source, format)
}

impl Readers {
    /// Says what a document is; `None` when it is none of the dialects. One that has the marks of batchprp's own
    /// documents is none, whatever else it looks like. A reader that the project brings along comes before the built-in
    /// ones that are as sure as it is.
    pub fn recognise(&self, source: &Source, problems: &mut Vec<Problem>) -> Option<Recognition> {
        let opened = &source.opened;
        if own::has_id(opened.front.as_ref()) || own::has_mega_phases(&opened.reading) {
            return None;
        }
        if own::plan_fields(&opened.reading).is_some_and(|names| own::are_of_a_plan(&names)) {
            return None;
        }
        let mut sure: Vec<(Format, u8)> = Vec::new();
        for reader in &self.own {
            match reader.recognise(source) {
                Ok(confidence) => sure.push((reader.format(), confidence)),
                Err(why) => problems.push(failed(Problem::warning, reader.format(), &why)),
            }
        }
        sure.extend(DIALECTS.iter().map(|dialect| (dialect.format, (dialect.recognise)(source))));
        sure.retain(|(_, confidence)| *confidence >= ENOUGH);
        let best = sure.iter().map(|(_, confidence)| *confidence).max()?;
        let (format, confidence) = *sure.iter().find(|(_, confidence)| *confidence == best)?;
        let others = sure.iter().filter(|(other, near)| *other != format && near + CLOSE > confidence);
        // A list of boxes is what most dialects are, and a reader of the project is there because of what it resembles.
        let is_own = |format: Format| matches!(format, Format::DropIn(_));
        let is_rival = |other: &Format| *other != Format::Checklist && (!is_own(format) || is_own(*other));
        let others = others.map(|(other, _)| *other).filter(is_rival).collect();
        Some(Recognition { format, confidence, others })
    }

    /// Reads a document in a format.
    pub fn read_as(&self, source: &Source, format: Format) -> (TaskList, Vec<Problem>) {
        let mut problems = Vec::new();
        problems.extend(source.problems.iter().filter(|problem| problem.code.starts_with("file::")).cloned());
        if let Some(reader) = self.of(format) {
            match reader.read(source) {
                Ok(told) => {
                    let mut list = told.list(source, format, &mut problems);
                    distinct(&mut list.items, &mut problems);
                    lacking(&mut list, &mut problems);
                    return (list, problems);
                }
                Err(why) => {
                    problems.push(failed(Problem::error, format, &why));
                    return (TaskList::new(format, source.path.clone(), source.text().to_owned()), problems);
                }
            }
        }
        let read: fn(&Source, &mut Vec<Problem>) -> TaskList = match format {
            Format::Plan | Format::Prp => own_plan::read,
            _ => {
                DIALECTS.iter().find(|dialect| dialect.format == format).map_or(checklist::read, |dialect| dialect.read)
            }
        };
        let mut list = read(source, &mut problems);
        distinct(&mut list.items, &mut problems);
        lacking(&mut list, &mut problems);
        (list, problems)
    }
}

fn failed(make: fn(&'static str, String) -> Problem, format: Format, why: &str) -> Problem {
    make("format::reader", format!("the reader `{format}` failed: {why}"))
        .at(0..0)
        .help(format!("mend `.ce/formats/{format}.rhai`; `batchprp check` shows every mistake of it"))
}

/// Says what a list does not say, and what follows from it.
fn lacking(list: &mut TaskList, problems: &mut Vec<Problem>) {
    let place = list.items.first().map_or(0..0, |item| item.span.clone());
    if list.items.is_empty() {
        if problems.iter().any(Problem::is_error) {
            return;
        }
        problems.push(
            Problem::error(
                "format::no_items",
                format!("there is nothing to carry out in this {} document", list.format),
            )
            .at(0..0)
            .help("`batchprp formats` says what is read; `--format` names another one"),
        );
        return;
    }
    if list.format.is_own() {
        return;
    }
    let whole = list.is_package || list.format == Format::ClassicPrp;
    let unmarked = list.items.iter().filter(|item| !whole && !item.has_mark()).count();
    if unmarked > 0 {
        let items = if unmarked == 1 { "one item has".to_owned() } else { format!("{unmarked} items have") };
        list.assumed.push(format!("{items} nothing to mark: that the work is done is known to git alone"));
    }
    let gates = !list.gates.is_empty() || list.items.iter().any(|item| !item.gates.is_empty());
    if !gates {
        list.assumed.push("no gates: the commands of `[validate]` alone judge the work".to_owned());
    }
    let several = list.items.len() > 1 && !list.is_package;
    let files = list.items.iter().any(|item| !item.files.is_empty());
    if several && !files {
        list.assumed.push("no files: what two items change in one place shows only when they are merged".to_owned());
    }
    let words = match (gates, several && !files) {
        (true, false) => return,
        (false, false) => "gates",
        (true, true) => "files",
        (false, true) => "gates and files",
    };
    problems.push(
        Problem::warning("format::not_said", format!("the {} document names no {words}", list.format))
            .at(place)
            .help("it can be carried out all the same; `--explain-format` says what is assumed instead"),
    );
}
