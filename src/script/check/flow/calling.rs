//! Calls of functions and methods: whether they exist so, and what comes back.

use std::rc::Rc;

use rhai::{Expr, FnCallExpr, FnPtr, Position};

use crate::model::problem::Problem;

use super::super::super::api::shapes::ITEM_ONLY;
use super::super::super::suggest;
use super::table::Signature;
use super::types::Type;
use super::walk::Walk;

/// Methods of arrays whose closure gets an element.
const OVER_ELEMENTS: [&str; 17] = [
    "filter", "map", "for_each", "some", "all", "find", "find_map", "index_of", "contains", "retain", "drain",
    "reduce", "sort_by", "dedup", "split", "order_by", "flat_map",
];

/// What `type_of` returns.
const TYPES: [&str; 23] = [
    "i64",
    "f64",
    "string",
    "char",
    "bool",
    "array",
    "map",
    "()",
    "Fn",
    "blob",
    "timestamp",
    "range",
    "Prp",
    "Phase",
    "Plan",
    "PlanPhase",
    "Dag",
    "Worktree",
    "Checks",
    "Answer",
    "Outcome",
    "Closed",
    "Failure",
];

/// Methods that return an array of the same elements.
const SAME: [&str; 5] = ["filter", "extract", "chop", "retain", "drain"];

impl Walk<'_> {
    /// Looks at a call that has no receiver.
    pub(super) fn call(&mut self, call: &FnCallExpr, at: Position) -> Type {
        if call.op_token.is_some() {
            return self.operator(call, at);
        }
        let name = call.name.as_str();
        if !call.namespace.is_empty() {
            return self.qualified(call, at);
        }
        if name == "curry"
            && let Some(Expr::DynamicConstant(value, _)) = call.args.first()
            && let Some(pointer) = value.read_lock::<FnPtr>()
        {
            let slots: Vec<usize> = call.args[1..].iter().filter_map(|arg| self.root(arg)).collect();
            return self.closure(&pointer, &slots);
        }
        let args: Vec<Type> = call.args.iter().map(|arg| self.expression(arg)).collect();
        if self.is_own(name, args.len()) {
            self.used_functions.insert(name.to_owned());
            self.calls.insert((self.function.clone(), name.to_owned()));
            self.called(name, &args);
            return self.own_result(name, args.len());
        }
        match name {
            "Fn" => {
                if let Some(Expr::StringConstant(name, _)) = call.args.first() {
                    self.used_functions.insert(name.to_string());
                }
                Type::Any
            }
            "type_of" => Type::Word(&TYPES),
            "print" | "debug" => {
                for (kind, arg) in args.iter().zip(&call.args) {
                    self.printed(kind, arg);
                }
                Type::Unit
            }
            _ => self.checked(name, &args, &call.args, 0),
        }
    }

    /// Looks at `space::name(…)`.
    fn qualified(&mut self, call: &FnCallExpr, at: Position) -> Type {
        let space = call.namespace.path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("::");
        let args: Vec<Type> = call.args.iter().map(|arg| self.expression(arg)).collect();
        self.used_aliases.insert(space.clone());
        if self.file.imported.contains_key(&space) || !self.file.table.is_namespace(&space) {
            return Type::Any;
        }
        let name = format!("{space}::{}", call.name);
        if ITEM_ONLY.contains(&name.as_str()) {
            self.item_calls.push((self.function.clone(), name.clone(), at));
        }
        self.special(&name, &args, &call.args);
        let kind = self.checked(&name, &args, &call.args, 0);
        match (name.as_str(), args.first()) {
            ("dag::analyze", Some(Type::List(of))) => Type::Dag(of.clone()),
            _ => kind,
        }
    }

    /// Looks at `base.name(…)`.
    pub(super) fn method(&mut self, base: &Type, call: &FnCallExpr, at: Position, root: Option<usize>) -> Type {
        let name = call.name.as_str();
        let args: Vec<Type> = call.args.iter().map(|arg| self.expression(arg)).collect();
        self.gives_closures(base, name, &args);
        if let Some(slot) = root {
            self.changed(slot, name, &args);
        }
        if self.is_own(name, args.len()) {
            self.used_functions.insert(name.to_owned());
            return Type::Any;
        }
        match (base, name) {
            (_, "call" | "curry" | "to_string" | "to_debug" | "type_of" | "is_shared") => return Type::Any,
            (Type::Unseen, _) => return Type::Unseen,
            (Type::Map(map), _) if map.keys.contains_key(name) => return Type::Any,
            _ => {}
        }
        let receiver = if matches!(base, Type::Map(_)) { Some("map") } else { base.receiver() };
        if let Some(problem) = self.no_method(base, receiver, name, args.len()) {
            self.note(problem, at);
            return Type::Any;
        }
        let Some(receiver) = receiver else { return self.result_of_any(name, args.len()) };
        let full =
            if receiver.starts_with(char::is_uppercase) { format!("{receiver}.{name}") } else { name.to_owned() };
        let mut all = vec![Type::of_word(receiver)];
        all.extend(args.iter().cloned());
        self.shapes(&full, &args, &call.args);
        let kind = self.checked_as(&full, name, &all, &call.args, 1);
        match (base, name) {
            (Type::List(_), name) if SAME.contains(&name) => base.clone(),
            (Type::List(_), "map") => match args.first() {
                Some(Type::Closure(closure, _)) => {
                    Type::list(self.closures.get(closure).map_or(Type::Any, |facts| facts.returns.clone()))
                }
                _ => Type::list(Type::Any),
            },
            (Type::List(of), "find" | "pop" | "shift") => match &**of {
                Type::Any | Type::Unseen | Type::Optional(_) | Type::Unit => Type::Any,
                known => Type::Optional(Rc::new(known.clone())),
            },
            (Type::Map(_), "keys") | (Type::Text | Type::Word(_), "split") => Type::list(Type::Text),
            (Type::Dag(_), "only" | "only_stage") => base.clone(),
            _ => kind,
        }
    }

    /// Closures that are given to arrays get an element each; that of `dag.run` gets an item.
    fn gives_closures(&mut self, base: &Type, name: &str, args: &[Type]) {
        for closure in args.iter().filter(|arg| matches!(arg, Type::Closure(..))) {
            match base {
                Type::Dag(of) if name == "run" => self.calls_closure(closure, &[(**of).clone()], true),
                _ if name == "run" => self.calls_closure(closure, &[Type::Any], true),
                Type::List(of) if OVER_ELEMENTS.contains(&name) && !matches!(name, "reduce" | "sort_by" | "dedup") => {
                    let of = if **of == Type::Unseen { Type::Any } else { (**of).clone() };
                    self.calls_closure(closure, &[of, Type::Int], false);
                }
                _ => self.calls_closure(closure, &[Type::Any, Type::Any], false),
            }
        }
    }

    /// A method that changes its receiver makes known what it may hold.
    fn changed(&mut self, slot: usize, name: &str, args: &[Type]) {
        match name {
            "push" | "insert" if matches!(self.slots.kind(slot), Type::List(_)) => {
                let of = args.last().cloned().unwrap_or(Type::Any);
                self.opens(slot, &of);
            }
            "append" | "set" | "splice" | "pad" | "mixin" | "fill_with" => self.opens(slot, &Type::Any),
            _ => {}
        }
    }

    fn result_of_any(&self, name: &str, args: usize) -> Type {
        let mut kind = Type::Unseen;
        for signature in self.file.table.function(name).iter().filter(|found| found.params.len() == args + 1) {
            kind = kind.join(&Type::of_word(&signature.returns));
        }
        match kind {
            // A type of its own is believed only where no other type has a method of that name.
            Type::Named(of) if self.file.table.function(name).len() == 1 => Type::Named(of),
            Type::Unseen | Type::Unit | Type::Named(_) => Type::Any,
            known => known,
        }
    }

    fn no_method(&self, base: &Type, receiver: Option<&str>, name: &str, args: usize) -> Option<Problem> {
        let all = self.file.table.function(name);
        let fits = |signature: &&Signature| {
            receiver.is_none_or(|receiver| {
                signature.params.first().is_some_and(|first| first == receiver || first == "any")
            })
        };
        let found: Vec<&Signature> = all.iter().filter(fits).collect();
        if found.iter().any(|signature| signature.params.len() == args + 1) {
            return None;
        }
        if let Some(first) = found.first() {
            let takes = first.params.len().saturating_sub(1);
            let text = format!("`{name}` gets {args} arguments but takes {takes}");
            return Some(
                Problem::error("check::argument_count", text).help(format!("`batchprp api {name}` shows how")),
            );
        }
        let problem = |text: String| Problem::error("check::unknown_method", text);
        match (receiver, base) {
            (Some("map"), Type::Map(map)) => {
                let keys = map.keys.keys().map(String::as_str);
                let near = suggest::nearest(name, self.file.table.methods("map").chain(keys));
                match near {
                    Some(near) => {
                        Some(problem(format!("a map has no method `{name}`")).help(format!("did you mean `{near}`?")))
                    }
                    None if map.open => None,
                    None => {
                        Some(problem(format!("a map has no method `{name}`, and no closure is in it by that name")))
                    }
                }
            }
            (Some(receiver), _) => {
                let shown = base.shown();
                let known: Vec<&str> = self.file.table.methods(receiver).collect();
                let found = problem(format!("{shown} has no method `{name}`"));
                if self.file.table.properties(receiver).any(|property| property == name) {
                    return Some(found.help(format!("`{name}` is a property: write it without `()`")));
                }
                Some(match (foreign(name), suggest::nearest(name, known.iter().copied())) {
                    (Some(ours), _) => found.help(format!("in this language it is {ours}")),
                    (None, Some(near)) => found.help(format!("did you mean `{near}`?")),
                    (None, None) => found.help("`batchprp api` lists what there is"),
                })
            }
            (None, _) => {
                if let Some(ours) = foreign(name) {
                    return Some(
                        problem(format!("no type has a method `{name}`"))
                            .help(format!("in this language it is {ours}")),
                    );
                }
                let near = suggest::nearest(name, self.file.table.names(""))?;
                Some(problem(format!("no type has a method `{name}`")).help(format!("did you mean `{near}`?")))
            }
        }
    }
}

/// What somebody means who comes from another language.
fn foreign(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "size" | "count" => "`len()`",
        "forEach" | "each" => "`for_each(|x| …)`, or a `for` loop",
        "toString" | "str" => "`to_string()`",
        "toUpperCase" | "upper" => "`to_upper()`",
        "toLowerCase" | "lower" => "`to_lower()`",
        "startsWith" | "startswith" => "`starts_with(text)`",
        "endsWith" | "endswith" => "`ends_with(text)`",
        "includes" | "has" | "hasOwnProperty" => "`contains(x)`, or `x in list`",
        "indexOf" => "`index_of(x)`",
        "unshift" => "`insert(0, x)`",
        "slice" => "`extract(from, to)`",
        "concat" => "`+`",
        "any" => "`some(|x| …)`",
        "every" => "`all(|x| …)`",
        "substring" | "substr" => "`sub_string(from, length)`",
        "isEmpty" => "`is_empty()`",
        "entries" | "items" => "`keys()`, then `map[key]`",
        _ => return None,
    })
}
