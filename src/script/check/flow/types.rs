//! Types as `check` knows them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::super::api::shape::{Key, Kind};

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Type {
    /// Nothing was seen yet.
    #[default]
    Unseen,
    Any,
    Unit,
    Bool,
    Int,
    Float,
    Char,
    Text,
    /// A text that is one of a few words.
    Word(&'static [&'static str]),
    Range,
    List(Rc<Self>),
    Map(Rc<MapType>),
    /// A closure, by the name of its function and the number of variables it captures.
    Closure(String, usize),
    /// A graph of items of one type.
    Dag(Rc<Self>),
    /// Another type, by the name that scripts know.
    Named(String),
    /// The other type, or `()`.
    Optional(Rc<Self>),
}

/// The keys of a map.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MapType {
    /// What it is, for messages: `args`, or the result of a function.
    pub(super) what: String,
    pub(super) keys: BTreeMap<String, Type>,
    /// It may have further keys.
    pub(super) open: bool,
}

impl Type {
    pub(super) fn list(of: Self) -> Self {
        Self::List(Rc::new(of))
    }

    /// Returns the type of a kind; `what` names the value.
    pub(super) fn of_kind(kind: &Kind, what: &str) -> Self {
        match kind {
            Kind::Any | Kind::Number | Kind::Texts | Kind::Closure => Self::Any,
            Kind::Text => Self::Text,
            Kind::Word(words) => Self::Word(words),
            Kind::Int => Self::Int,
            Kind::Float => Self::Float,
            Kind::Flag => Self::Bool,
            Kind::List(of) => Self::list(Self::of_kind(of, what)),
            Kind::Map => Self::open_map(what),
            Kind::Keys(keys) => Self::keys(keys, what),
            Kind::Value(name) => Self::Named((*name).to_owned()),
            Kind::Optional(of) => Self::Optional(Rc::new(Self::of_kind(of, what))),
        }
    }

    /// Returns the type of a map with these keys and no others.
    pub(super) fn keys(keys: &[Key], what: &str) -> Self {
        let keys = keys.iter().map(|key| (key.name.to_owned(), Self::of_kind(&key.kind, what))).collect();
        Self::Map(Rc::new(MapType { what: what.to_owned(), keys, open: false }))
    }

    /// Returns the type of a map of which no key is known.
    pub(super) fn open_map(what: &str) -> Self {
        Self::Map(Rc::new(MapType { what: what.to_owned(), keys: BTreeMap::new(), open: true }))
    }

    /// Returns the type of a word of a signature.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "" => Self::Unit,
            "text" => Self::Text,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "char" => Self::Char,
            "map" => Self::open_map("a map"),
            "array" => Self::list(Self::Any),
            "Dag" => Self::Dag(Rc::new(Self::Any)),
            "Prp" | "Phase" | "Plan" | "PlanPhase" | "Worktree" | "Checks" | "Answer" | "Outcome" | "Closed"
            | "Failure" => Self::Named(word.to_owned()),
            _ => Self::Any,
        }
    }

    /// Names the type to people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Unseen | Self::Any => "any value".to_owned(),
            Self::Unit => "`()`".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Char => "char".to_owned(),
            Self::Text | Self::Word(_) => "text".to_owned(),
            Self::Range => "a range".to_owned(),
            Self::List(_) => "array".to_owned(),
            Self::Map(_) => "map".to_owned(),
            Self::Closure(..) => "closure".to_owned(),
            Self::Dag(_) => "`Dag`".to_owned(),
            Self::Named(name) => format!("`{name}`"),
            Self::Optional(of) => format!("{} or `()`", of.shown()),
        }
    }

    /// Returns the word under which functions of this receiver are registered; `None` where it is not known.
    pub(super) fn receiver(&self) -> Option<&str> {
        Some(match self {
            Self::Unseen | Self::Any | Self::Unit | Self::Optional(_) | Self::Map(_) => return None,
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Char => "char",
            Self::Text | Self::Word(_) => "text",
            Self::Range => "range",
            Self::List(_) => "array",
            Self::Closure(..) => "closure",
            Self::Dag(_) => "Dag",
            Self::Named(name) => name,
        })
    }

    /// Tells whether nothing can be said about the value.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Unseen | Self::Any | Self::Optional(_))
    }

    /// Returns the type of the elements that a loop or a closure gets.
    pub(super) fn element(&self) -> Self {
        match self {
            Self::List(of) => (**of).clone(),
            Self::Range => Self::Int,
            Self::Text | Self::Word(_) => Self::Char,
            _ => Self::Any,
        }
    }
}
