//! `items::…`: items of `dag::analyze` from JSON, YAML and CSV.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};
use serde_json::Value;

use crate::error::Error;
use crate::script::api::native::{Thrown, invalid, native};
use crate::script::api::run::items::{ITEM, meant};
use crate::script::value::convert::data;

/// Keys under which a document may hold its list.
const LISTS: [&str; 4] = ["items", "tasks", "stories", "issues"];

/// Turns a document into items: what batchprp knows by its own name, everything else below `data`.
fn items(document: Value) -> Result<Array, Error> {
    let list = match document {
        Value::Array(list) => list,
        Value::Object(mut map) => match LISTS.iter().find_map(|key| map.remove(*key)) {
            Some(Value::Array(list)) => list,
            _ => return Err(invalid("there is no list of items").help("give an array, or a map with `items`")),
        },
        _ => return Err(invalid("there is no list of items").help("give an array, or a map with `items`")),
    };
    list.into_iter().enumerate().map(|(index, value)| item(index, value)).collect()
}

fn item(index: usize, value: Value) -> Result<Dynamic, Error> {
    let Value::Object(entries) = value else {
        return Err(invalid(format!("item {} is not a map", index + 1)));
    };
    let (mut map, mut rest) = (Map::new(), serde_json::Map::new());
    for (name, value) in entries {
        let known = ITEM.keys.iter().map(|key| key.name).find(|known| *known == name).or_else(|| meant(&name));
        match known {
            Some(known) if !map.contains_key(known) => drop(map.insert(known.into(), plain(known, value))),
            _ => drop(rest.insert(name, value)),
        }
    }
    if !map.contains_key("id") {
        let error = invalid(format!("item {} has no `id`", index + 1));
        return Err(error.help("every item needs one of its own: letters, digits, `.`, `_` and `-`"));
    }
    map.insert("data".into(), data(&Value::Object(rest)));
    Ok(map.into())
}

/// Ids are texts, lists are lists also where they are written as one text.
fn plain(key: &str, value: Value) -> Dynamic {
    let text = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    match key {
        "id" | "title" | "name" | "agent" => text(&value).into(),
        "dependencies" | "files" | "conflicts_with" => {
            let list: Vec<String> = match &value {
                Value::Null => Vec::new(),
                Value::Array(list) => list.iter().map(text).collect(),
                other => text(other).split([',', ';', '\n']).map(|part| part.trim().to_owned()).collect(),
            };
            list.into_iter().filter(|part| !part.is_empty()).map(Dynamic::from).collect::<Array>().into()
        }
        "hours" => match &value {
            Value::String(text) => text.trim().parse::<f64>().map_or(Dynamic::UNIT, Dynamic::from),
            other => data(other),
        },
        _ => data(&value),
    }
}

pub(super) fn rows(text: &str) -> Result<Value, Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |error: csv::Error| invalid(format!("this is not CSV: {error}"));
    let head: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_lowercase).collect();
    let row = |record: csv::StringRecord| -> Value {
        head.iter().cloned().zip(record.iter().map(Value::from)).collect::<serde_json::Map<_, _>>().into()
    };
    let rows = reader.records().map(|record| record.map(row).map_err(broken)).collect::<Result<Vec<_>, _>>()?;
    Ok(Value::Array(rows))
}

#[export_module]
pub(crate) mod module {
    /// Reads items from JSON: an array of maps, or a map with the array as `items` or `tasks`. `id`, `title`,
    /// `dependencies` (or `depends_on`), `files`, `hours` and `phases` are what `dag::analyze` takes; everything else is in
    /// `data`.
    ///
    /// ```rhai
    /// let dag = dag::analyze(items::from_json(`[{ "id": "users" }, { "id": "login", "depends_on": ["users"] }]`));
    /// print(dag.order);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_json(context: NativeCallContext, text: &str) -> Thrown<Array> {
        native(&context, |_| {
            let value = serde_json::from_str(text).map_err(|error| invalid(format!("this is not JSON: {error}")))?;
            Ok(items(value)?)
        })
    }

    /// Reads items from YAML, of the same form as those from JSON.
    ///
    /// ```rhai
    /// let dag = dag::analyze(items::from_yaml("- id: users\n- id: login\n  dependencies: users\n"));
    /// print(dag.order);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_yaml(context: NativeCallContext, text: &str) -> Thrown<Array> {
        native(&context, |_| {
            let value = serde_saphyr::from_str(text)
                .map_err(|error| invalid(format!("this is not YAML that can be read: {error}")))?;
            Ok(items(value)?)
        })
    }

    /// Reads items from CSV whose first row names the columns; several dependencies or files are separated by `;`.
    ///
    /// ```rhai
    /// let dag = dag::analyze(items::from_csv("id,title,depends_on\nusers,Users,\nlogin,Login,users\n"));
    /// print(dag.order);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_csv(context: NativeCallContext, text: &str) -> Thrown<Array> {
        native(&context, |_| Ok(items(rows(text)?)?))
    }
}
