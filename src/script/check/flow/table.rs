//! What can be called, made once from what is registered with the engine.

use std::collections::{BTreeMap, BTreeSet};

use rhai::Engine;

use super::super::super::api::shape::{Kind, Shape};
use super::super::super::api::shapes::{RESULTS, SHAPES, WORDS};
use super::super::super::reference::{ApiReference, script_type};
use super::types::Type;

/// One way to call a function.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// Words of the types of the parameters, the receiver of a method included.
    pub(super) params: Vec<String>,
    pub(super) returns: String,
}

/// All functions, properties and maps.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// By name, with the namespace for those that need one: `prp::select`, `push`.
    functions: BTreeMap<String, Vec<Signature>>,
    /// Words of `Prp.id`.
    properties: BTreeMap<(String, String), String>,
    namespaces: BTreeSet<String>,
    /// What batchprp adds to the language, without a namespace: name and number of arguments, the receiver not counted.
    own: BTreeSet<(String, usize)>,
}

impl Table {
    /// Collects what an engine knows.
    pub(crate) fn of(engine: &Engine, reference: &ApiReference) -> Self {
        let mut table = Self::default();
        let all = engine.collect_fn_metadata(
            None,
            |info| {
                let meta = info.metadata;
                let kinds = meta.params_info.iter().map(|param| param.split_once(':').map_or("?", |(_, kind)| kind));
                let mut params: Vec<String> = kinds.map(script_type).collect();
                params.resize(meta.num_params, "any".to_owned());
                let signature = Signature { params, returns: script_type(&meta.return_type) };
                Some((info.namespace.to_string(), meta.name.to_string(), signature))
            },
            true,
        );
        for (namespace, name, signature) in all {
            if namespace.is_empty() {
                if let Some(property) = name.strip_prefix("get$") {
                    let receiver = signature.params.first().cloned().unwrap_or_default();
                    table.properties.insert((receiver, property.to_owned()), signature.returns);
                    continue;
                }
                table.functions.entry(name).or_default().push(signature);
            } else {
                table.functions.entry(format!("{namespace}::{name}")).or_default().push(signature);
                table.namespaces.insert(namespace);
            }
        }
        let own = reference.functions.iter().filter(|function| !function.property && !function.name.contains("::"));
        table.own = own
            .map(|function| {
                let name = function.name.rsplit('.').next().unwrap_or(&function.name).to_owned();
                (name, function.arity)
            })
            .filter(|(name, _)| name != "to_string" && name != "to_debug")
            .collect();
        table
    }

    /// Returns the ways to call a function.
    pub(in super::super) fn function(&self, name: &str) -> &[Signature] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    pub(in super::super) fn is_namespace(&self, name: &str) -> bool {
        self.namespaces.contains(name)
    }

    /// Returns the names below a namespace, or those without one.
    pub(in super::super) fn names<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a str> {
        self.functions.keys().filter_map(move |name| match namespace {
            "" => (!name.contains("::") && name.starts_with(|c: char| c.is_alphabetic())).then_some(name.as_str()),
            _ => name.strip_prefix(namespace)?.strip_prefix("::"),
        })
    }

    /// Returns the names of what a receiver can be asked for with parentheses.
    pub(super) fn methods<'a>(&'a self, receiver: &'a str) -> impl Iterator<Item = &'a str> {
        let takes = move |signature: &Signature| signature.params.first().is_some_and(|first| first == receiver);
        self.functions
            .iter()
            .filter(move |(name, all)| !name.contains("::") && all.iter().any(takes))
            .map(|(name, _)| &**name)
    }

    /// Returns the names of the properties of a type.
    pub(super) fn properties<'a>(&'a self, receiver: &'a str) -> impl Iterator<Item = &'a str> {
        self.properties.keys().filter(move |(of, _)| of == receiver).map(|(_, name)| name.as_str())
    }

    /// Returns the type of a property.
    pub(super) fn property(&self, receiver: &str, name: &str) -> Option<Type> {
        let word = self.properties.get(&(receiver.to_owned(), name.to_owned()))?;
        let full = format!("{receiver}.{name}");
        Some(refined(&full, word))
    }

    /// Tells whether batchprp has a function or method that is called with so many arguments.
    pub(in super::super) fn is_own(&self, name: &str, args: usize) -> bool {
        self.own.contains(&(name.to_owned(), args))
    }
}

/// Returns what a function returns: more exactly than its signature says, where that is known.
pub(super) fn refined(name: &str, word: &str) -> Type {
    match RESULTS.iter().find(|(known, _)| *known == name) {
        Some((_, kind)) => Type::of_kind(kind, &format!("what `{name}` returns")),
        None => Type::of_word(word),
    }
}

/// Returns the map that a function takes as one of its arguments.
pub(super) fn shape(function: &str, argument: usize) -> Option<&'static Shape> {
    SHAPES.iter().copied().find(|shape| shape.function == function && shape.argument == argument)
}

/// Returns the words of which an argument must be one.
pub(super) fn words(function: &str, argument: usize) -> Option<&'static [&'static str]> {
    WORDS.iter().find(|(name, at, _)| *name == function && *at == argument).map(|(.., words)| *words)
}

/// Returns the words of a kind.
pub(super) fn words_of(kind: &Kind) -> Option<&'static [&'static str]> {
    match kind {
        Kind::Word(words) => Some(words),
        Kind::Optional(kind) => words_of(kind),
        _ => None,
    }
}
