//! What is known of a value that comes from two places, and which values fit where.

use std::rc::Rc;

use super::super::super::api::shape::Kind;
use super::types::{MapType, Type};

impl Type {
    /// Returns what holds for both.
    pub(super) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Unseen, known) | (known, Self::Unseen) => known.clone(),
            (left, right) if left == right => left.clone(),
            (Self::Text | Self::Word(_), Self::Text | Self::Word(_)) => Self::Text,
            (Self::List(left), Self::List(right)) => Self::list(left.join(right)),
            (Self::Dag(left), Self::Dag(right)) => Self::Dag(Rc::new(left.join(right))),
            (Self::Map(left), Self::Map(right)) => Self::Map(Rc::new(left.join(right))),
            (Self::Unit, Self::Optional(of)) | (Self::Optional(of), Self::Unit) => Self::Optional(of.clone()),
            (Self::Unit, Self::Any) | (Self::Any, Self::Unit) => Self::Any,
            (Self::Unit, of) | (of, Self::Unit) => Self::Optional(Rc::new(of.clone())),
            (Self::Optional(left), Self::Optional(right)) => match left.join(right) {
                Self::Any => Self::Any,
                both => Self::Optional(Rc::new(both)),
            },
            (Self::Optional(of), only) | (only, Self::Optional(of)) => match of.join(only) {
                Self::Any => Self::Any,
                both => Self::Optional(Rc::new(both)),
            },
            _ => Self::Any,
        }
    }

    /// Tells whether a value of this type may be taken as an option of a kind.
    pub(super) fn fits(&self, kind: &Kind) -> bool {
        if self.is_open() || *self == Self::Unit {
            return true;
        }
        match kind {
            Kind::Any => true,
            Kind::Text => matches!(self, Self::Text | Self::Word(_) | Self::Char),
            Kind::Word(_) => matches!(self, Self::Text | Self::Word(_)),
            Kind::Int => *self == Self::Int,
            Kind::Float => *self == Self::Float,
            Kind::Number => matches!(self, Self::Int | Self::Float),
            Kind::Flag => *self == Self::Bool,
            Kind::Texts => match self {
                Self::List(of) => matches!(**of, Self::Text | Self::Word(_)) || of.is_open(),
                other => matches!(other, Self::Text | Self::Word(_)),
            },
            Kind::List(of) => matches!(self, Self::List(own) if **own == Self::Unseen || own.fits(of)),
            Kind::Map | Kind::Keys(_) => matches!(self, Self::Map(_)),
            Kind::Closure => matches!(self, Self::Closure(..)),
            Kind::Value(name) => matches!(self, Self::Named(own) if own == name),
            Kind::Optional(kind) => self.fits(kind),
        }
    }

    /// Tells whether a value of this type may be given where a signature says `word`.
    pub(super) fn passes(&self, word: &str) -> bool {
        if self.is_open() || word == "any" {
            return true;
        }
        match Self::of_word(word) {
            // A type that scripts do not know by name: a range, an instant, a closure.
            Self::Any => match (word, self) {
                ("closure", known) => matches!(known, Self::Closure(..)) || known.receiver() == Some("closure"),
                ("range", known) => *known == Self::Range,
                _ => true,
            },
            Self::Map(_) => matches!(self, Self::Map(_)),
            wanted => self.receiver().is_some() && self.receiver() == wanted.receiver(),
        }
    }
}

impl MapType {
    fn join(&self, other: &Self) -> Self {
        let mut keys = self.keys.clone();
        for (name, kind) in &other.keys {
            let both = keys.get(name).map_or_else(|| kind.clone(), |own| own.join(kind));
            keys.insert(name.clone(), both);
        }
        Self { what: self.what.clone(), keys, open: self.open || other.open }
    }
}
