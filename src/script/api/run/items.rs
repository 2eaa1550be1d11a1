//! Turns what a script gives to `dag::analyze` into nodes: PRPs, phases of a plan, or maps.

use rhai::{Dynamic, Map};

use crate::bridge::WriteBack;
use crate::error::Error;
use crate::graph::Node;
use crate::model::prp::Complexity;
use crate::model::read::dialect::ItemOrigin;

use super::item_id;
use crate::script::api::fields::Fields;
use crate::script::api::native::invalid;
use crate::script::api::shape::{Kind, Shape, key, required, type_word};
use crate::script::suggest;
use crate::script::value::dag::DagItem;
use crate::script::value::plan_phase::PlanPhaseValue;
use crate::script::value::prp::PrpValue;

/// An item of `dag::analyze` that is a map. Further keys belong to the script.
pub(crate) const ITEM: Shape = Shape::items(
    "dag::analyze",
    &[
        required("id", Kind::Text),
        key("title", Kind::Text),
        key("name", Kind::Text),
        key("dependencies", Kind::Texts),
        key("files", Kind::Texts),
        key("conflicts_with", Kind::Texts),
        key("hours", Kind::Number),
        key("complexity", Kind::Word(&Complexity::WORDS)),
        key("phases", Kind::Any),
        key("agent", Kind::Text),
    ],
);

/// Names that mean a key of an item elsewhere. As keys of an item they are refused: its order would be lost in silence.
const MEANT: [(&str, &str); 14] = [
    ("depends", "dependencies"),
    ("depends_on", "dependencies"),
    ("dependsOn", "dependencies"),
    ("dependency", "dependencies"),
    ("deps", "dependencies"),
    ("requires", "dependencies"),
    ("needs", "dependencies"),
    ("blocked_by", "dependencies"),
    ("after", "dependencies"),
    ("file", "files"),
    ("paths", "files"),
    ("key", "id"),
    ("estimate", "hours"),
    ("estimated_hours", "hours"),
];

/// Returns the key that a name of another form stands for.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    MEANT.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

/// Refuses keys that nearly are, or elsewhere mean, what an item has.
fn require_keys(map: &Map) -> Result<(), Error> {
    let names = ITEM.names();
    for name in map.keys().map(rhai::Identifier::as_str).filter(|name| !names.contains(name)) {
        let near = meant(name).filter(|near| !map.contains_key(*near) || *near == "dependencies");
        if let Some(near) = near.or_else(|| suggest::nearest(name, names.iter().copied())) {
            let error = invalid(format!("an item has no key `{name}`"));
            return Err(error.help(format!("did you mean `{near}`? Keys of your own belong into `data`")));
        }
    }
    Ok(())
}

/// Hours of an item whose document does not state them.
const HOURS: f64 = 1.0;

/// Returns the id of an item.
pub(crate) fn id_of(value: &Dynamic) -> Result<String, Error> {
    Ok(read(value)?.0.id)
}

/// Returns the node of an item, and the item with its document.
pub(crate) fn read(value: &Dynamic) -> Result<(Node, DagItem), Error> {
    if let Some(prp) = value.read_lock::<PrpValue>() {
        let write_back = prp.0.origin.as_ref().map(write_back);
        let item = DagItem { value: value.clone(), document: Some(prp.0.path.clone()), write_back, agent: None };
        return Ok((of_prp(&prp), item));
    }
    let item = |document, agent| DagItem { value: value.clone(), document, write_back: None, agent };
    if let Some(phase) = value.read_lock::<PlanPhaseValue>() {
        return Ok((of_phase(&phase), item(None, None)));
    }
    if let Some(map) = value.read_lock::<Map>() {
        let document = map.get("prp").and_then(|prp| prp.read_lock::<PrpValue>().map(|prp| prp.0.path.clone()));
        let agent = Fields::open("dag::analyze", map.clone()).text("agent")?;
        return Ok((of_map(map.clone())?, item(document, agent)));
    }
    Err(invalid(format!("`{}` is not an item: give PRPs, phases of a plan, or maps with an `id`", type_word(value))))
}

fn write_back(origin: &ItemOrigin) -> WriteBack {
    origin.mark.clone().map_or(WriteBack::Nothing, |mark| WriteBack::Mark(Box::new(mark)))
}

fn of_prp(prp: &PrpValue) -> Node {
    let data = &prp.0;
    Node {
        id: prp.id_text(),
        title: data.title.clone().unwrap_or_else(|| prp.id_text()),
        dependencies: data.dependencies.iter().map(|dependency| dependency.id.to_string()).collect(),
        files: data.files.clone(),
        conflicts_with: data.conflicts_with.iter().map(ToString::to_string).collect(),
        hours: data.hours.unwrap_or(HOURS),
        complexity: data.complexity,
        phases: u32::try_from(data.phases.len()).unwrap_or(u32::MAX),
        name: prp.short_name(),
    }
}

fn of_phase(phase: &PlanPhaseValue) -> Node {
    let data = phase.phase();
    Node {
        id: data.label.clone(),
        title: data.title.clone(),
        dependencies: data.dependencies.iter().map(|dependency| dependency.label.clone()).collect(),
        files: data.files.clone(),
        conflicts_with: Vec::new(),
        hours: data.hours.unwrap_or(HOURS),
        complexity: data.complexity,
        phases: 1,
        name: format!("Phase {}", data.label),
    }
}

/// Reads a map; keys beyond those of a node belong to the script.
fn of_map(map: Map) -> Result<Node, Error> {
    require_keys(&map)?;
    let fields = Fields::new(&ITEM, map)?;
    let id = fields.required("id")?;
    item_id::require(&id)?;
    Ok(Node {
        title: fields.text("title")?.unwrap_or_else(|| id.clone()),
        dependencies: fields.texts("dependencies")?.unwrap_or_default(),
        files: fields.texts("files")?.unwrap_or_default(),
        conflicts_with: fields.texts("conflicts_with")?.unwrap_or_default(),
        hours: fields.number("hours")?.unwrap_or(HOURS),
        complexity: fields.text("complexity")?.as_deref().and_then(Complexity::named),
        phases: phases(&fields)?,
        name: fields.text("name")?.unwrap_or_else(|| id.clone()),
        id,
    })
}

/// A number, or the phases themselves.
pub(super) fn phases(fields: &Fields) -> Result<u32, Error> {
    match fields.get("phases").and_then(|value| value.read_lock::<rhai::Array>().map(|array| array.len())) {
        Some(count) => Ok(u32::try_from(count).unwrap_or(u32::MAX)),
        None => Ok(fields.int("phases")?.unwrap_or(1)),
    }
}
