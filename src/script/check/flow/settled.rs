//! What `main` gets: the flags that a command declares.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::types::{MapType, Type};

impl Type {
    /// Returns the type of `args`: name, type word, and whether the flag always has a value.
    pub(super) fn arguments(flags: &[(String, String, bool)]) -> Self {
        let keys: BTreeMap<String, Self> = flags
            .iter()
            .map(|(name, word, always)| {
                let kind = match word.as_str() {
                    "int" => Self::Int,
                    "float" | "duration" => Self::Float,
                    "bool" => Self::Bool,
                    "list" => Self::list(Self::Text),
                    "many" => Self::list(Self::Any),
                    _ => Self::Text,
                };
                (name.clone(), if *always { kind } else { Self::Optional(Rc::new(kind)) })
            })
            .collect();
        Self::Map(Rc::new(MapType { what: "args".to_owned(), keys, open: false }))
    }
}
