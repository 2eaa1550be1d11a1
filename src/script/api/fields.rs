//! Reads the option map of a native function: declared fields only, with their types.

use std::collections::BTreeMap;

use rhai::{Dynamic, Map};
use serde_json::Value;

use crate::error::Error;

use super::super::suggest;
use super::native::invalid;
use super::shape::{Shape, type_word};

/// The options given to a function.
pub(crate) struct Fields {
    function: &'static str,
    map: Map,
}

impl Fields {
    /// Refuses fields that the function does not know, and values that are not of their kind; `()` counts as not given.
    pub(crate) fn new(shape: &Shape, map: Map) -> Result<Self, Error> {
        let function = shape.function;
        for (name, value) in &map {
            let Some(key) = shape.keys.iter().find(|key| key.name == name.as_str()) else {
                if shape.open {
                    continue;
                }
                let help = suggest::help(name, &shape.names());
                return Err(invalid(format!("`{function}` has no option `{name}`")).help(help));
            };
            if !value.is_unit() && !key.kind.takes(value) {
                return Err(wrong(function, name, value, &key.kind.shown()));
            }
        }
        match shape.keys.iter().find(|key| key.required && map.get(key.name).is_none_or(Dynamic::is_unit)) {
            Some(key) => Err(invalid(format!("`{function}` needs the option `{}`", key.name))),
            None => Ok(Self { function, map }),
        }
    }

    /// Takes a map that may have any other keys.
    pub(crate) fn open(function: &'static str, map: Map) -> Self {
        Self { function, map }
    }

    fn wrong(&self, key: &str, value: &Dynamic, kind: &str) -> Error {
        wrong(self.function, key, value, kind)
    }

    /// Returns a value; `()` counts as not given.
    pub(crate) fn get(&self, key: &str) -> Option<&Dynamic> {
        self.map.get(key).filter(|value| !value.is_unit())
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        let text = |value: &Dynamic| value.clone().into_string().map_err(|_| self.wrong(key, value, "a text"));
        self.get(key).map(text).transpose()
    }

    pub(crate) fn required(&self, key: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| invalid(format!("`{}` needs the option `{key}`", self.function)))
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Error> {
        self.get(key).map(|value| value.as_bool().map_err(|_| self.wrong(key, value, "a bool"))).transpose()
    }

    /// Returns a whole number that fits, or a number as text, as ids of batches are.
    pub(crate) fn int<T: TryFrom<i64>>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_int().map_err(|_| self.wrong(key, value, "a whole number"))?;
        let fits = T::try_from(number);
        fits.map(Some).map_err(|_| invalid(format!("option `{key}` of `{}` cannot be {number}", self.function)))
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<f64>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let whole = value.as_int().map(|number| number as f64);
        whole.or_else(|_| value.as_float()).map(Some).map_err(|_| self.wrong(key, value, "a number"))
    }

    /// Returns texts of an array; one text alone is a list of one.
    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        if let Ok(text) = value.clone().into_string() {
            return Ok(Some(vec![text]));
        }
        let texts = value.clone().into_typed_array::<String>();
        texts.map(Some).map_err(|_| self.wrong(key, value, "an array of texts"))
    }

    /// Returns a map of texts; numbers are written out.
    pub(crate) fn pairs(&self, key: &str) -> Result<BTreeMap<String, String>, Error> {
        let Some(value) = self.get(key) else { return Ok(BTreeMap::new()) };
        let map = value.read_lock::<Map>().ok_or_else(|| self.wrong(key, value, "a map"))?;
        Ok(map.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    /// Returns any value as JSON.
    pub(crate) fn json(&self, key: &str) -> Result<Option<Value>, Error> {
        let json = |value: &Dynamic| serde_json::to_value(value).map_err(|_| self.wrong(key, value, "plain data"));
        self.get(key).map(json).transpose()
    }
}

/// Says of a text what it says, of anything else what it is.
fn wrong(function: &str, key: &str, value: &Dynamic, kind: &str) -> Error {
    let is = value.as_immutable_string_ref().map_or_else(|_| type_word(value), |text| format!("\"{}\"", *text));
    invalid(format!("option `{key}` of `{function}` is `{is}`, not {kind}"))
}
