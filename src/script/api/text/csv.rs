//! `csv::…`: tables as text.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};
use serde_json::Value;

use super::items::rows;
use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::convert::data;

#[export_module]
pub(crate) mod module {
    /// Reads CSV whose first line names the columns: one map for each further line. Names are lower case, values are texts.
    ///
    /// ```rhai
    /// for row in csv::parse("name,hours\nlogin,3\n") { print(`${row.name}: ${row.hours}`); } // → login: 3
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Thrown<Array> {
        native(&context, |_| match rows(text)? {
            Value::Array(rows) => Ok(rows.iter().map(data).collect()),
            _ => Ok(Array::new()),
        })
    }

    /// Writes maps as CSV; the keys of the first one are the columns.
    ///
    /// ```rhai
    /// print(csv::text([#{ hours: 3, name: "log in, out" }]));
    /// // → hours,name
    /// // → 3,"log in, out"
    /// ```
    #[rhai_fn(name = "text", return_raw)]
    pub fn written(context: NativeCallContext, rows: Array) -> Thrown<String> {
        native(&context, |_| {
            let maps: Result<Vec<Map>, _> = rows.into_iter().map(Dynamic::try_cast_result::<Map>).collect();
            let maps = maps.map_err(|row| invalid(format!("a row is a map, not {}", row.type_name())))?;
            let Some(first) = maps.first() else { return Ok(String::new()) };
            let columns: Vec<_> = first.keys().cloned().collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            let broken = |error: &dyn std::fmt::Display| invalid(format!("this cannot be written as CSV: {error}"));
            writer.write_record(&columns).map_err(|error| broken(&error))?;
            for map in &maps {
                let cell = |name| map.get(name).filter(|value| !value.is_unit()).map(Dynamic::to_string);
                let cells = columns.iter().map(|name| cell(name.as_str()).unwrap_or_default());
                writer.write_record(cells).map_err(|error| broken(&error))?;
            }
            let bytes = writer.into_inner().map_err(|error| broken(&error))?;
            Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
        })
    }
}
