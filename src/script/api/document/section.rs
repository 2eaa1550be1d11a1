//! `document::…`: marked sections of context documents, and what goes into them.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::model::id::{NotAnId, PrpId};
use crate::review::{self, ExecutedEntry};

use crate::script::api::fields::Fields;
use crate::script::api::native::{Fault, Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key, required};
use crate::script::value::prp::PrpValue;

/// An executed PRP where it is given as a map.
pub(crate) const EXECUTED: Shape = Shape {
    listed: true,
    ..Shape::closed(
        "document::executed_list",
        0,
        &[
            required("id", Kind::Text),
            key("title", Kind::Text),
            required("path", Kind::Text),
            key("completed", Kind::Text),
        ],
    )
};

fn id(text: &str) -> Result<PrpId, Fault> {
    text.parse().map_err(|error: NotAnId| invalid(error.to_string()).into())
}

/// Reads a PRP, or a map that says the same.
fn entry(value: Dynamic) -> Result<ExecutedEntry, Fault> {
    if let Some(prp) = value.read_lock::<PrpValue>() {
        let title = prp.0.title.clone().unwrap_or_default();
        let path = prp.0.path.display().to_string();
        return Ok(ExecutedEntry { id: id(&prp.id_text())?, title, path, completed: None });
    }
    let map = value.try_cast::<Map>().ok_or_else(|| invalid("an executed PRP is a `Prp` or a map"))?;
    let fields = Fields::new(&EXECUTED, map)?;
    Ok(ExecutedEntry {
        id: id(&fields.required("id")?)?,
        title: fields.text("title")?.unwrap_or_default(),
        path: fields.required("path")?,
        completed: fields.text("completed")?,
    })
}

fn changes(value: Dynamic) -> Result<(PrpId, Vec<String>), Fault> {
    let map = value.try_cast::<Map>().ok_or_else(|| invalid("a fact is a map with `id` and `files`"))?;
    let fields = Fields::open("document::file_map", map);
    Ok((id(&fields.required("id")?)?, fields.texts("files")?.unwrap_or_default()))
}

#[export_module]
pub(crate) mod module {
    /// Replaces what stands between the lines `<!-- batchprp:NAME -->` and `<!-- /batchprp:NAME -->` and nothing else; a
    /// text without them comes back as it is. Throws when markers do not fit together.
    ///
    /// ```rhai
    /// let fresh = document::refresh(files::read("CLAUDE.md"), "executed-prps", list);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn refresh(context: NativeCallContext, text: &str, name: &str, body: &str) -> Thrown<String> {
        native(&context, |_| Ok(review::refresh(text, name, body).map_err(|error| invalid(error.to_string()))?))
    }

    /// Tells whether a text has the section of that name.
    ///
    /// ```rhai
    /// if document::has_section(text, "file-map") { print("has one"); }
    /// ```
    pub fn has_section(text: &str, name: &str) -> bool {
        review::has_section(text, name)
    }

    /// Returns the sections of a text in order, maps with `name` and `text`. Throws when markers do not fit together.
    ///
    /// ```rhai
    /// for section in document::sections(files::read("CLAUDE.md")) { print(section.name); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sections(context: NativeCallContext, text: &str) -> Thrown<Array> {
        native(&context, |_| {
            let sections = review::section_texts(text).map_err(|error| invalid(error.to_string()))?;
            let map = |(name, text): (String, String)| -> Map {
                [("name".into(), name.into()), ("text".into(), text.into())].into_iter().collect()
            };
            Ok(sections.into_iter().map(|section| map(section).into()).collect())
        })
    }

    /// Writes the list of executed PRPs as Markdown, ordered by id. Elements are PRPs, or maps with `id`, `title`, `path`
    /// and `completed`.
    ///
    /// ```rhai
    /// let list = document::executed_list(prps);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn executed_list(context: NativeCallContext, prps: Array) -> Thrown<String> {
        native(&context, |_| {
            let entries = prps.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
            Ok(review::executed_list(&entries))
        })
    }

    /// Writes as Markdown which PRPs changed which file, ordered by file. Elements are maps with `id` and `files`, such as
    /// those of `git::executed`.
    ///
    /// ```rhai
    /// let map = document::file_map(git::executed(47, []));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn file_map(context: NativeCallContext, facts: Array) -> Thrown<String> {
        native(&context, |_| {
            let changes = facts.into_iter().map(changes).collect::<Result<Vec<_>, _>>()?;
            Ok(review::file_map(&changes))
        })
    }
}
