//! `Document`: what the reader of a format is shown.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::model::read::dialect::{Source, Told, ToldItem};

use super::convert::{data, optional, texts};
use crate::script::api::native::{Thrown, native};
use crate::script::api::text::pattern::{compiled, groups};

/// A document on its way to a reader.
#[derive(Clone, Debug)]
pub(crate) struct DocumentValue(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    path: String,
    name: String,
    text: String,
    /// The same, with blanks for code.
    without_code: String,
    title: Option<String>,
    /// Level, text and line.
    headings: Vec<(u8, String, usize)>,
    boxes: Vec<ToldItem>,
    /// Name and text of documents beside it.
    beside: Vec<(String, Option<String>)>,
}

impl DocumentValue {
    pub(crate) fn of(source: &Source) -> Self {
        let name = |path: &std::path::Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self(Arc::new(Facts {
            path: source.path().display().to_string(),
            name: name(source.path()),
            text: source.text().to_owned(),
            without_code: source.without_code().to_owned(),
            title: source.title(),
            headings: source.outline(),
            boxes: Told::of_boxes(source),
            beside: source.companions().iter().map(|found| (name(&found.path), found.text.clone())).collect(),
        }))
    }
}

#[export_module]
pub(crate) mod getters {
    /// Path below the project.
    #[rhai_fn(get = "path", pure)]
    pub fn path(document: &mut DocumentValue) -> String {
        document.0.path.clone()
    }

    /// Name of the file.
    #[rhai_fn(get = "name", pure)]
    pub fn name(document: &mut DocumentValue) -> String {
        document.0.name.clone()
    }

    /// The whole document.
    #[rhai_fn(get = "text", pure)]
    pub fn text(document: &mut DocumentValue) -> String {
        document.0.text.clone()
    }

    /// Its lines without their ends; the first one is line 1.
    #[rhai_fn(get = "lines", pure)]
    pub fn lines(document: &mut DocumentValue) -> Array {
        texts(document.0.text.lines())
    }

    /// Its first heading of level 1, or `()`.
    #[rhai_fn(get = "title", pure)]
    pub fn title(document: &mut DocumentValue) -> Dynamic {
        optional(document.0.title.clone())
    }

    /// Its headings outside of code, as maps `#{ level, text, line }`.
    #[rhai_fn(get = "headings", pure)]
    pub fn headings(document: &mut DocumentValue) -> Array {
        let heading = |(level, text, line): &(u8, String, usize)| {
            let mut map = Map::new();
            map.insert("level".into(), i64::from(*level).into());
            map.insert("text".into(), text.clone().into());
            map.insert("line".into(), i64::try_from(*line).unwrap_or(i64::MAX).into());
            Dynamic::from_map(map)
        };
        document.0.headings.iter().map(heading).collect()
    }

    /// Its checkboxes outside of code, each as the item that it is on a plain list: with `label`, `title`, `line`,
    /// `done`, `body`, `mark`, and the boxes below it as `phases`.
    #[rhai_fn(get = "boxes", pure)]
    pub fn boxes(document: &mut DocumentValue) -> Array {
        document.0.boxes.iter().map(data).collect()
    }

    /// Tells whether a line outside of code matches a regular expression. It looks at all lines at once; a loop over
    /// `lines` is much slower.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// if !document.matches(#"^\* (todo|done) \|"#) { return 0; }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn matches(context: NativeCallContext, document: &mut DocumentValue, pattern: &str) -> Thrown<bool> {
        native(&context, |_| {
            let pattern = compiled(pattern)?;
            Ok(document.0.without_code.lines().any(|line| pattern.is_match(line)))
        })
    }

    /// Returns the lines outside of code that match a regular expression, as maps `#{ line, found }`: the number of the
    /// line, from 1, and the match with its groups, as `text::find` has them.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// for task in document.find(#"^\* (todo|done) \| (.+)"#) { print(`${task.line}: ${task.found[2]}`); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn find(context: NativeCallContext, document: &mut DocumentValue, pattern: &str) -> Thrown<Array> {
        native(&context, |_| {
            let pattern = compiled(pattern)?;
            let one = |(at, line): (usize, &str)| {
                let mut map = Map::new();
                map.insert("found".into(), groups(&pattern.captures(line)?));
                map.insert("line".into(), i64::try_from(at + 1).unwrap_or(i64::MAX).into());
                Some(Dynamic::from_map(map))
            };
            Ok(document.0.without_code.lines().enumerate().filter_map(one).collect())
        })
    }

    /// Texts of the documents beside it that `FORMAT.beside` names and that are there, by name.
    #[rhai_fn(get = "beside", pure)]
    pub fn beside(document: &mut DocumentValue) -> Map {
        let one = |(name, text): &(String, Option<String>)| (name.into(), optional(text.clone()));
        document.0.beside.iter().map(one).collect()
    }

    /// Returns the path.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(document: &mut DocumentValue) -> String {
        document.0.path.clone()
    }
}
