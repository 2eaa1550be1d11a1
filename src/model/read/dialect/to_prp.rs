//! Items of a list as work packages that run without files of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::format::Format;
use super::order::united;
use super::origin::{ItemOrigin, MarkTarget};
use super::task_list::{TaskItem, TaskList};
use crate::model::gate::Gate;
use crate::model::id::{BatchId, PrpId};
use crate::model::phase::Phase;
use crate::model::prp::{Dependency, Prp, Section};
use crate::model::status::Status;

/// The ids of the items of a list, by label. A label keeps its id for good.
pub type Numbering = BTreeMap<String, PrpId>;

/// Gives every item an id by its stage and its place in it; labels that have one already keep it.
pub fn numbering(lists: &[TaskList], batch: u32, known: &Numbering) -> Numbering {
    let mut ids = known.clone();
    let mut taken: BTreeSet<PrpId> = known.values().cloned().collect();
    let mut stages: HashMap<String, u32> = HashMap::new();
    let mut orders: HashMap<u32, u32> = HashMap::new();
    for (label, needs) in all(lists) {
        // What stands below in the list does not count: an id need not say more than where its item is found.
        let stage = 1 + needs.iter().filter_map(|need| stages.get(need)).max().copied().unwrap_or(0);
        stages.insert(label.clone(), stage);
        if ids.contains_key(&label) {
            continue;
        }
        let order = orders.entry(stage).or_insert(0);
        let id = loop {
            *order += 1;
            let id = PrpId::new(BatchId(batch), stage, *order);
            if taken.insert(id.clone()) {
                break id;
            }
        };
        ids.insert(label, id);
    }
    ids
}

/// Returns the label of every item, and the labels of those that it waits for.
fn all(lists: &[TaskList]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for list in lists {
        if list.is_package {
            found.push((package_label(list), package_needs(lists, list)));
        } else {
            found.extend(list.items.iter().map(|item| (item.label.clone(), item.dependencies.clone())));
        }
    }
    found
}

/// Returns the label of a document that is one work package.
fn package_label(list: &TaskList) -> String {
    let stem = || list.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    list.id.clone().unwrap_or_else(stem)
}

/// Returns the documents that come before one: those that it names, and for stories the one before it.
fn package_needs(lists: &[TaskList], list: &TaskList) -> Vec<String> {
    let labels: Vec<String> = lists.iter().map(package_label).collect();
    if list.format == Format::Bmad {
        let own = package_label(list);
        return labels.iter().take_while(|label| **label != own).last().cloned().into_iter().collect();
    }
    let group = list.id.as_deref().and_then(|id| id.split_once('-')).map(|(group, _)| group);
    let named = list.dependencies.iter().filter_map(|need| {
        let need = plain_id(need);
        // `01` is a plan of the same phase.
        let in_group = group.map(|group| plain_id(&format!("{group}-{need}")));
        labels.iter().find(|label| plain_id(label) == need || Some(plain_id(label)) == in_group).cloned()
    });
    named.collect()
}

/// Writes `02-01-PLAN.md`, `02-01` and `2-1` alike.
fn plain_id(id: &str) -> String {
    let id = id.trim().trim_end_matches(".md").trim_end_matches("-PLAN");
    let part = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    id.split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Makes the work packages of lists. Items that may be left out are, unless they are asked for; those that are done
/// already are there as completed.
pub fn to_prps(lists: &[TaskList], ids: &Numbering, with_optional: bool) -> Vec<Prp> {
    let mut found = Vec::new();
    for list in lists {
        if !list.is_package {
            let left_out: HashSet<&str> = list
                .items
                .iter()
                .filter(|item| !with_optional && item.optional)
                .map(|item| item.label.as_str())
                .collect();
            let wanted = list.items.iter().filter(|item| !left_out.contains(item.label.as_str()));
            found.extend(
                wanted.filter_map(|item| Some(prp(list, item, ids.get(&item.label)?, ids, &left_out, with_optional))),
            );
            continue;
        }
        let item = package(lists, list);
        if let Some(id) = ids.get(&item.label) {
            found.push(prp(list, &item, id, ids, &HashSet::new(), with_optional));
        }
    }
    found
}

/// Makes one item of a document that is a work package.
fn package(lists: &[TaskList], list: &TaskList) -> TaskItem {
    let files = united(list.items.iter().flat_map(|item| &item.files));
    TaskItem {
        label: package_label(list),
        title: list.title.clone().unwrap_or_else(|| list.path.display().to_string()),
        done: list.done || list.items.iter().filter(|item| !item.optional).all(|item| item.done),
        dependencies: package_needs(lists, list),
        files,
        phases: list.items.clone(),
        gates: list.items.iter().flat_map(|item| item.gates.clone()).collect(),
        ..TaskItem::default()
    }
}

fn prp(
    list: &TaskList,
    item: &TaskItem,
    id: &PrpId,
    ids: &Numbering,
    left_out: &HashSet<&str>,
    with_optional: bool,
) -> Prp {
    let needs = item.dependencies.iter().filter(|label| !left_out.contains(label.as_str()));
    let needs = needs.filter_map(|label| ids.get(label));
    let mut text = Text::default();
    text.section(1, &format!("{id}: {}", item.title));
    let whole = list.is_package;
    let label = if whole && list.id.is_none() { String::new() } else { format!(", {}", item.label) };
    text.paragraph(&format!("From `{}` ({}{label}).", list.path.display(), list.format));
    text.section(2, "Context");
    text.paragraph(&list.intro);
    if !list.context.is_empty() {
        let names = list.context.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
        text.paragraph(&format!("What is wanted, and how, is said in {names}: read them first."));
    }
    let steps: Vec<(u32, &TaskItem)> = (1..).zip(&item.phases).collect();
    let open: Vec<(u32, &TaskItem)> = steps
        .iter()
        .filter(|(_, step)| (with_optional || !step.optional) && (item.done || !step.done))
        .copied()
        .collect();
    let single = list.in_one_go || open.is_empty();
    if !single {
        text.paragraph(&item.body);
    }
    text.section(2, "Implementation");
    let mut phases = Vec::new();
    if single {
        let body = if list.in_one_go { item.body.clone() } else { nested(item, 0) };
        phases.push(text.phase("1", 1, &item.title, &body));
    }
    for (ordinal, step) in open.iter().filter(|_| !single) {
        let body = [step.body.clone(), nested_below(step, 0)].join("\n\n");
        phases.push(text.phase(&step.label, *ordinal, &step.title, body.trim()));
    }
    if !item.files.is_empty() {
        text.section(2, "Files");
        text.paragraph(&item.files.iter().map(|file| format!("- `{file}`")).collect::<Vec<_>>().join("\n"));
    }
    let gates: Vec<Gate> =
        list.gates.iter().chain(&item.gates).map(|gate| Gate { span: 0..0, phase: None, ..gate.clone() }).collect();
    Prp {
        path: list.path.clone(),
        id: Some(id.clone()),
        title: Some(item.title.clone()).filter(|title| !title.is_empty()),
        status: Some(if item.done { Status::Completed } else { Status::Planning }),
        dependencies: needs.map(|id| Dependency { id: id.clone(), note: None, span: 0..0 }).collect(),
        batch: id.batch().map(|batch| batch.0),
        files: item.files.clone(),
        plan: Some(list.path.display().to_string()),
        plan_phase: Some(item.label.clone()),
        phases,
        gates,
        sections: text.sections(),
        origin: Some(origin(list, item, with_optional)),
        text: text.out,
        ..Prp::default()
    }
}

fn origin(list: &TaskList, item: &TaskItem, with_optional: bool) -> ItemOrigin {
    let path = list.marks.iter().find_map(|mark| mark.path.clone()).unwrap_or_else(|| list.path.clone());
    let has_mark = match list.format {
        Format::Prp | Format::ClassicPrp => false,
        Format::Gsd => !list.marks.is_empty(),
        _ => !list.marks.is_empty() || !item.marks(with_optional).is_empty(),
    };
    let of_package = list.is_package && list.format != Format::Gsd;
    let mark = has_mark.then(|| MarkTarget {
        format: list.format,
        document: list.path.clone(),
        path,
        label: (!of_package).then(|| item.label.clone()),
        title: item.title.clone(),
        beside: list.beside.clone(),
        with_optional,
    });
    ItemOrigin { format: list.format, label: item.label.clone(), mark, assumed: list.assumed.clone() }
}

/// Writes an item and what is below it as a list.
fn nested(item: &TaskItem, depth: usize) -> String {
    [item.body.clone(), nested_below(item, depth)].join("\n\n").trim().to_owned()
}

fn nested_below(item: &TaskItem, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let one = |step: &TaskItem| {
        let mut lines = format!("{indent}- {} {}", step.label, step.title);
        for line in step.body.lines() {
            lines.push_str(&["\n", &indent, "  ", line].concat());
        }
        let below = nested_below(step, depth + 1);
        if below.is_empty() { lines } else { format!("{lines}\n{below}") }
    };
    item.phases.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// A document in the making, with the places of its sections.
#[derive(Default)]
struct Text {
    out: String,
    /// Line ends up to a place, so that no text is counted twice.
    counted: (usize, usize),
    heads: Vec<(usize, usize, String)>,
}

impl Text {
    fn section(&mut self, level: usize, title: &str) {
        let start = self.out.len();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.out.push_str(&["#".repeat(level).as_str(), " ", &title].concat());
        if level == 2 {
            self.heads.push((start, self.out.len(), title));
        }
        self.out.push_str("\n\n");
    }

    fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.out.push_str(text.trim_end());
            self.out.push_str("\n\n");
        }
    }

    fn phase(&mut self, label: &str, ordinal: u32, title: &str, body: &str) -> Phase {
        let start = self.out.len();
        let (lines, counted) = self.counted;
        self.counted = (lines + self.out[counted..].matches('\n').count(), start);
        let line = self.counted.0 + 1;
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.out.push_str(&["### Phase ", label, ": ", &title].concat());
        let heading = start..self.out.len();
        self.out.push_str("\n\n");
        self.paragraph(body);
        Phase { label: label.to_owned(), ordinal, title, minutes: None, line, heading, span: start..self.out.len() }
    }

    fn sections(&self) -> Vec<Section> {
        let ends = self.heads.iter().skip(1).map(|(start, ..)| *start).chain([self.out.len()]);
        let section = |((start, end, title), next): (&(usize, usize, String), usize)| Section {
            title: title.clone(),
            heading: *start..*end,
            span: *start..next,
        };
        self.heads.iter().zip(ends).map(section).collect()
    }
}
