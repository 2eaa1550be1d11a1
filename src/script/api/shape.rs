//! The form of option maps and results, declared once: functions read their options by it, `check` looks at scripts by
//! it, and the reference shows it.

use rhai::Dynamic;

/// What kind of value something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Any,
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    Int,
    Float,
    /// A whole number or one with a fraction.
    Number,
    Flag,
    /// A text, or an array of texts.
    Texts,
    List(&'static Self),
    /// A map with any keys.
    Map,
    /// A map with these keys and no others.
    Keys(&'static [Key]),
    Closure,
    /// A value of a type that scripts know by this name.
    Value(&'static str),
    /// The other kind, or `()`.
    Optional(&'static Self),
}

/// One key of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// Declares a key that may be left out.
pub(crate) const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: false }
}

/// Declares a key that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: true }
}

/// The map that a function takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// `process::run`, or `Dag.run` for a method.
    pub(crate) function: &'static str,
    /// Which argument it is, the receiver not counted.
    pub(crate) argument: usize,
    /// The argument is an array of such maps.
    pub(crate) listed: bool,
    /// Further keys belong to the script.
    pub(crate) open: bool,
    pub(crate) keys: &'static [Key],
}

impl Shape {
    /// A map that has no other keys.
    pub(crate) const fn closed(function: &'static str, argument: usize, keys: &'static [Key]) -> Self {
        Self { function, argument, listed: false, open: false, keys }
    }

    /// An array of maps with keys of the script's own beside these.
    pub(crate) const fn items(function: &'static str, keys: &'static [Key]) -> Self {
        Self { function, argument: 0, listed: true, open: true, keys }
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

impl Kind {
    /// Tells whether a value is of the kind; what only its reader can tell passes.
    pub(crate) fn takes(&self, value: &Dynamic) -> bool {
        match self {
            Self::Any | Self::Value(_) => true,
            Self::Text => value.is_string() || value.is_char(),
            Self::Word(words) => value.as_immutable_string_ref().is_ok_and(|text| words.contains(&text.as_str())),
            Self::Int => value.is_int(),
            Self::Float => value.is_float(),
            Self::Number => value.is_int() || value.is_float(),
            Self::Flag => value.is_bool(),
            Self::Texts => {
                value.is_string() || value.as_array_ref().is_ok_and(|list| list.iter().all(Dynamic::is_string))
            }
            Self::List(_) => value.is_array(),
            Self::Map | Self::Keys(_) => value.is_map(),
            Self::Closure => value.is_fnptr(),
            Self::Optional(kind) => value.is_unit() || kind.takes(value),
        }
    }

    /// Names the kind in a sentence.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Any => "any value".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Word(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                match words.split_last() {
                    Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                    _ => words.concat(),
                }
            }
            Self::Int => "a whole number".to_owned(),
            Self::Float | Self::Number => "a number".to_owned(),
            Self::Flag => "a bool".to_owned(),
            Self::Texts => "an array of texts".to_owned(),
            Self::List(_) => "an array".to_owned(),
            Self::Map | Self::Keys(_) => "a map".to_owned(),
            Self::Closure => "a closure".to_owned(),
            Self::Value(name) => format!("a `{name}`"),
            Self::Optional(kind) => format!("{} or `()`", kind.shown()),
        }
    }

    /// Names the kind in the reference.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" | "),
            Self::Int => "int".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Number => "int or float".to_owned(),
            Self::Flag => "bool".to_owned(),
            Self::Texts => "array of texts".to_owned(),
            Self::List(kind) => format!("array of {}", kind.word()),
            Self::Map | Self::Keys(_) => "map".to_owned(),
            Self::Closure => "closure".to_owned(),
            Self::Value(name) => (*name).to_owned(),
            Self::Optional(kind) => format!("{} or ()", kind.word()),
        }
    }
}

/// Returns the word by which scripts know the type of a value: `text`, not `string`.
pub(crate) fn type_word(value: &Dynamic) -> String {
    plain_type(value.type_name()).to_owned()
}

/// Returns the word of scripts for a type as the engine names it.
pub(crate) fn plain_type(name: &str) -> &str {
    match name.trim() {
        "i64" => "int",
        "f64" => "float",
        "string" | "&str | ImmutableString | String" => "text",
        "Fn" => "closure",
        other => {
            let bare = other.rsplit("::").next().unwrap_or(other);
            bare.strip_suffix("Value").unwrap_or(bare)
        }
    }
}
