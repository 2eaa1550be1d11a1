//! `prp::…`: finding, reading and editing PRP documents.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::bridge::{FindPrps, MoveFile, NextBatch, Selection, WriteFile};
use crate::error::Error;
use crate::model::edit;
use crate::model::id::PrpId;
use crate::model::problem::Problem;
use crate::model::read;
use crate::model::status::Status;

use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key, type_word};
use crate::script::api::world::files;
use crate::script::value::convert::{messages, texts};
use crate::script::value::prp::PrpValue;

/// Options of `prp::select`.
pub(crate) const SELECT: Shape = Shape::closed(
    "prp::select",
    0,
    &[
        key("batch", Kind::Int),
        key("ids", Kind::Texts),
        key("executed", Kind::Flag),
        key("lenient", Kind::Flag),
        key("format", Kind::Text),
        key("optional", Kind::Flag),
        key("adopt", Kind::Flag),
    ],
);

/// Longest slug in a file name.
const SLUG: usize = 50;

fn chosen(call: &Call, options: Map) -> Result<Array, Fault> {
    let fields = Fields::new(&SELECT, options)?;
    let selection = Selection {
        batch: fields.int("batch")?,
        ids: fields.texts("ids")?.unwrap_or_default(),
        executed: fields.flag("executed")?.unwrap_or_default(),
        lenient: fields.flag("lenient")?.unwrap_or_default(),
        format: fields.text("format")?,
        optional: fields.flag("optional")?.unwrap_or_default(),
        adopt: fields.flag("adopt")?.unwrap_or_default(),
    };
    let prps = call.ask(FindPrps(selection))?;
    Ok(prps.into_iter().map(|prp| Dynamic::from(PrpValue::new(prp))).collect())
}

fn document(path: &Path, text: &str) -> (PrpValue, Vec<Problem>) {
    let (prp, problems) = read::prp(path, text.as_bytes());
    let found = messages(&prp.text, &problems);
    (PrpValue(Arc::new(prp), Arc::new(found)), problems)
}

/// Returns the part of a file name that a title becomes.
fn slug(title: &str) -> String {
    let dashed = |c: char| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { '-' };
    let text = title.chars().map(dashed).collect::<String>();
    let words = text.split('-').filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.chars().count() + word.chars().count() >= SLUG {
            break;
        }
        slug = if slug.is_empty() { word.to_owned() } else { format!("{slug}-{word}") };
    }
    if slug.is_empty() { "untitled".to_owned() } else { slug }
}

/// Turns a map into changes of a frontmatter.
fn changes(fields: Map) -> Result<Vec<(String, edit::FieldValue)>, Error> {
    let place =
        |key: &str| edit::WRITTEN_KEYS.iter().position(|known| *known == key).unwrap_or(edit::WRITTEN_KEYS.len());
    let change = |(key, value): (rhai::Identifier, Dynamic)| Ok((key.to_string(), new_value(&key, &value)?));
    let mut changes = fields.into_iter().map(change).collect::<Result<Vec<_>, Error>>()?;
    changes.sort_by_key(|(key, _)| place(key));
    Ok(changes)
}

fn new_value(key: &str, value: &Dynamic) -> Result<edit::FieldValue, Error> {
    if value.is_unit() {
        return Ok(edit::FieldValue::Null);
    }
    if let Ok(number) = value.as_float() {
        return Ok(edit::FieldValue::Number(number));
    }
    if let Ok(number) = value.as_int() {
        return Ok(edit::FieldValue::Number(number as f64));
    }
    if let Ok(text) = value.clone().into_string() {
        return Ok(edit::FieldValue::Text(text));
    }
    let list = value.clone().into_typed_array::<String>();
    list.map(edit::FieldValue::List)
        .map_err(|_| invalid(format!("`{key}` is `{}`: give a text, a number or texts", type_word(value))))
}

/// Returns the text of a document before and after its frontmatter is edited.
fn edited(call: &Call, path: &str, fields: Map) -> Result<(String, String), Fault> {
    let old = files::text_of(call, files::inside(path)?)?;
    let new = with(&old, fields).map_err(|error| invalid(format!("`{path}`: {}", error.message)))?;
    Ok((old, new))
}

fn with(text: &str, fields: Map) -> Result<String, Error> {
    let changes = changes(fields)?;
    let borrowed: Vec<_> = changes.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    edit::set(text, &borrowed).map_err(|error| invalid(error.to_string()))
}

#[export_module]
pub(crate) mod module {
    /// Reads the PRPs of a batch, or those named one by one: `batch` is a number or `()`, `ids` texts; `executed: true`
    /// also looks into the folder of executed PRPs. All problems of all documents are thrown together; `lenient: true`
    /// takes documents with errors too, and those of all batches when neither is given. A path in `ids` may be a list
    /// of another tool, or its folder: its items are returned as PRPs, `format` names the tool, `optional: true` takes
    /// optional items too, and `adopt: true` keeps the ids that the items get.
    ///
    /// ```rhai
    /// let prps = prp::select(#{ batch: 47, executed: true });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn select(context: NativeCallContext, options: Map) -> Thrown<Array> {
        native(&context, |call| chosen(call, options))
    }

    /// Reads one PRP; throws with all problems when the document is refused.
    ///
    /// ```rhai
    /// let prp = prp::read("PRPs/feature-requests/PRP-47.1.1-api.md");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn read(context: NativeCallContext, path: &str) -> Thrown<PrpValue> {
        native(&context, |call| {
            let text = files::text_of(call, files::inside(path)?)?;
            let (prp, problems) = document(Path::new(path), &text);
            if problems.iter().any(Problem::is_error) {
                return Err(invalid(format!("`{path}` has errors"))
                    .findings(path, prp.0.text.clone(), problems)
                    .into());
            }
            Ok(prp)
        })
    }

    /// Reads a text as a PRP without judging it: its errors are in `problems`.
    ///
    /// ```rhai
    /// let document = prp::parse(answer.text);
    /// if !document.problems.is_empty() { print(document.problems); }
    /// ```
    pub fn parse(text: &str) -> PrpValue {
        let (prp, problems) = read::prp(Path::new("answer.md"), text.as_bytes());
        let errors: Vec<Problem> = problems.into_iter().filter(Problem::is_error).collect();
        let found = messages(&prp.text, &errors);
        PrpValue(Arc::new(prp), Arc::new(found))
    }

    /// Returns the canonical form of an id: `47.1.1` is `PRP-47.1.1`.
    ///
    /// ```rhai
    /// let id = prp::id("47.1.1");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn id(context: NativeCallContext, text: &str) -> Thrown<String> {
        native(&context, |_| {
            let id: PrpId = text.parse().map_err(|error: crate::model::id::NotAnId| invalid(error.to_string()))?;
            Ok(id.to_string())
        })
    }

    /// Returns the words that `status` may have, in the order of a PRP's life.
    ///
    /// ```rhai
    /// if !("cancelled" in prp::statuses()) { throw "no such word"; }
    /// ```
    pub fn statuses() -> Array {
        texts(Status::ALL.map(Status::as_str))
    }

    /// Sets keys of a frontmatter in place: only the lines concerned change. Values are texts, numbers, arrays of texts
    /// or `()` for null. Returns whether anything was another value before.
    ///
    /// ```rhai
    /// prp::set(prp.path, #{ status: "executed", drift: 0.05 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn set(context: NativeCallContext, path: &str, fields: Map) -> Thrown<bool> {
        native(&context, |call| {
            let (old, new) = edited(call, path, fields)?;
            if new == old {
                return Ok(false);
            }
            call.ask(WriteFile { path: files::writable(call, path)?, text: new, create_new: false })?;
            Ok(true)
        })
    }

    /// Returns the text of a PRP with keys of its frontmatter set as `prp::set` does it, and writes nothing.
    ///
    /// ```rhai
    /// let text = prp::with_keys(text, #{ issue: "ENG-12" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn with_keys(context: NativeCallContext, text: &str, fields: Map) -> Thrown<String> {
        native(&context, |_| Ok(with(text, fields)?))
    }

    /// Tells whether `set` would change anything.
    ///
    /// ```rhai
    /// if prp::differs(prp.path, #{ status: "executed" }) { print("not marked yet"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn differs(context: NativeCallContext, path: &str, fields: Map) -> Thrown<bool> {
        native(&context, |call| edited(call, path, fields).map(|(old, new)| old != new))
    }

    /// Moves a PRP into another folder, never over another file; returns its new path.
    ///
    /// ```rhai
    /// let path = prp::move_to(prp.path, config::get("paths.executed"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn move_to(context: NativeCallContext, path: &str, folder: &str) -> Thrown<String> {
        native(&context, |call| {
            let from = files::writable(call, path)?;
            let to = files::inside(folder)?.join(from.file_name().unwrap_or_default());
            files::writable(call, &to.to_string_lossy())?;
            call.ask(MoveFile { from, to: to.clone() })?;
            Ok(to.display().to_string())
        })
    }

    /// Reserves a free batch number: the highest of all PRP folders and one more.
    ///
    /// ```rhai
    /// let batch = prp::next_batch();
    /// ```
    #[rhai_fn(return_raw)]
    pub fn next_batch(context: NativeCallContext) -> Thrown<i64> {
        native(&context, |call| Ok(i64::from(call.ask(NextBatch)?)))
    }

    /// Returns the path of a new PRP, such as `PRPs/feature-requests/PRP-47.1.1-api.md`.
    ///
    /// ```rhai
    /// let path = prp::path_for(47, 1, 1, "API");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn path_for(context: NativeCallContext, batch: i64, stage: i64, order: i64, title: &str) -> Thrown<String> {
        native(&context, |call| {
            let folder = call.state.setting_text("paths.requests").unwrap_or_default();
            let name = format!("PRP-{batch}.{stage}.{order}-{}.md", slug(title));
            Ok(PathBuf::from(folder).join(name).display().to_string())
        })
    }

    /// Tells whether there is a file of that name.
    ///
    /// ```rhai
    /// if prp::exists(path) { print("written already"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn exists(context: NativeCallContext, path: &str) -> Thrown<bool> {
        native(&context, |call| files::is_there(call, &files::inside(path)?))
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn titles_become_short_names_of_files() {
        assert_eq!(slug("Token rotation & refresh (v2)"), "token-rotation-refresh-v2");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("***"), "untitled");
        assert!(slug(&"word ".repeat(40)).len() <= 50);
    }
}
