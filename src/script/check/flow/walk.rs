//! Walks through the functions of a file until nothing new becomes known, and once more to say what is wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rhai::{AST, FnPtr, Position};

use crate::model::problem::Problem;

use super::super::body::Body;
use super::super::imports::Imported;
use super::super::notes::Notes;
use super::binding::{Role, Slots};
use super::table::Table;
use super::types::Type;

/// Walks after which nothing new is waited for.
const WALKS: usize = 8;

/// What is looked at.
pub(in super::super) struct File<'a> {
    pub(in super::super) ast: &'a AST,
    pub(in super::super) bodies: &'a [Body],
    pub(in super::super) imported: &'a BTreeMap<String, Imported>,
    pub(in super::super) table: &'a Table,
    /// What `main` gets, as far as the file says it.
    pub(in super::super) args: Option<Vec<(String, String, bool)>>,
    /// Nobody else calls the functions of the file, but for tests.
    pub(in super::super) is_closed: bool,
    /// Names of the roles that an agent can have here.
    pub(in super::super) roles: Vec<String>,
}

/// A closure: which variables it captures, and what it is called with.
#[derive(Clone, Debug, Default)]
pub(super) struct ClosureFacts {
    /// Slots of the variables; `None` where closures of the same text are written in several places.
    pub(super) captured: Option<Vec<usize>>,
    pub(super) params: Vec<Type>,
    /// `dag.run` runs it for each item.
    pub(super) is_recipe: bool,
    pub(super) returns: Type,
}

/// The state of a walk.
pub(super) struct Walk<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) slots: Slots,
    pub(super) closures: HashMap<String, ClosureFacts>,
    /// What functions of the file return.
    pub(super) returns: HashMap<String, Type>,
    pub(super) params: HashMap<(String, usize), Type>,
    pub(super) function: String,
    /// What the function that is looked at returns.
    pub(super) result: Type,
    /// Loops around, and for each whether something leaves it.
    pub(super) loops: Vec<bool>,
    pub(super) has_news: bool,
    /// `None` while types are still found out.
    pub(super) problems: Option<Vec<(Problem, Position)>>,
    pub(super) used_functions: BTreeSet<String>,
    pub(super) used_aliases: BTreeSet<String>,
    pub(super) used_constants: BTreeSet<String>,
    /// Who calls whom outside of recipes, by function name, and what is called that belongs to an item.
    pub(super) calls: BTreeSet<(String, String)>,
    pub(super) item_calls: Vec<(String, String, Position)>,
}

/// Finds out what the values of a file are, and notes what cannot be right.
pub(in super::super) fn inspect(file: &File<'_>, notes: &mut Notes<'_>) {
    let mut walk = Walk::new(file);
    for _ in 0..WALKS {
        walk.has_news = false;
        walk.slots.has_news = false;
        walk.all();
        if !walk.has_news && !walk.slots.has_news {
            break;
        }
    }
    walk.problems = Some(Vec::new());
    walk.all();
    walk.unused();
    walk.outside_of_items();
    let mut problems = walk.problems.take().unwrap_or_default();
    problems.dedup();
    for (problem, at) in problems {
        notes.add(problem, at);
    }
}

impl<'a> Walk<'a> {
    fn new(file: &'a File<'a>) -> Self {
        Self {
            file,
            slots: Slots::default(),
            closures: HashMap::new(),
            returns: HashMap::new(),
            params: HashMap::new(),
            function: String::new(),
            result: Type::Unseen,
            loops: Vec::new(),
            has_news: false,
            problems: None,
            used_functions: BTreeSet::new(),
            used_aliases: BTreeSet::new(),
            used_constants: BTreeSet::new(),
            calls: BTreeSet::new(),
            item_calls: Vec::new(),
        }
    }

    /// Notes a problem, once types are known.
    pub(super) fn note(&mut self, problem: Problem, at: Position) {
        if let Some(problems) = &mut self.problems {
            problems.push((problem, at));
        }
    }

    fn all(&mut self) {
        self.item_calls.clear();
        "(top)".clone_into(&mut self.function);
        self.slots.begin();
        for stmt in self.file.ast.statements() {
            self.top(stmt);
        }
        let file = self.file;
        for function in file.bodies {
            self.function(function);
        }
    }

    fn function(&mut self, function: &Body) {
        let name = function.name.clone();
        let is_closure = name.starts_with("anon$");
        let facts = self.closures.get(&name).cloned().unwrap_or_default();
        if is_closure && facts.captured.is_none() && !self.closures.contains_key(&name) {
            return;
        }
        self.function.clone_from(&name);
        self.result = Type::Unseen;
        self.loops.clear();
        self.slots.begin();
        let is_placed = facts.captured.is_some();
        let captured = facts.captured.unwrap_or_default();
        for (index, param) in function.params.iter().enumerate() {
            if let Some(slot) = captured.get(index) {
                self.slots.bring(param, *slot);
                continue;
            }
            let slot = self.slots.declare(&name, param, function.at, Role::Param);
            let kind = match is_closure {
                // Closures of the same text in several places: nothing is known of what they capture.
                true if !is_placed => Type::Any,
                true => facts.params.get(index - captured.len()).cloned().unwrap_or(Type::Any),
                false => self.param(&name, index, function.params.len()),
            };
            self.slots.learn(slot, &kind);
        }
        let (value, ends) = self.block(&function.block);
        if !ends {
            self.result = self.result.join(&value);
        }
        let result = std::mem::take(&mut self.result);
        self.ended(function, &result);
        if is_closure {
            if let Some(facts) = self.closures.get_mut(&name)
                && facts.returns != result
            {
                facts.returns = result;
                self.has_news = true;
            }
        } else if self.returns.get(&key(&name, function.params.len())) != Some(&result) {
            self.returns.insert(key(&name, function.params.len()), result);
            self.has_news = true;
        }
    }

    /// Returns what is known of a parameter of a named function.
    fn param(&self, name: &str, index: usize, count: usize) -> Type {
        if name == "main" && count == 1 {
            return self.file.args.as_ref().map_or(Type::Any, |args| Type::arguments(args));
        }
        match self.file.is_closed && !name.starts_with("test_") {
            true => self.params.get(&(key(name, count), index)).cloned().unwrap_or_default(),
            false => Type::Any,
        }
    }

    /// Adds what a function of the file is called with.
    pub(super) fn called(&mut self, name: &str, args: &[Type]) {
        let name = key(name, args.len());
        for (index, kind) in args.iter().enumerate() {
            let known = self.params.entry((name.clone(), index)).or_default();
            let joined = known.join(kind);
            if joined != *known {
                *known = joined;
                self.has_news = true;
            }
        }
    }

    pub(super) fn is_own(&self, name: &str, params: usize) -> bool {
        self.file.bodies.iter().any(|function| function.name == name && function.params.len() == params)
    }

    pub(super) fn own_result(&self, name: &str, params: usize) -> Type {
        self.returns.get(&key(name, params)).cloned().unwrap_or_default()
    }

    /// Enters a closure that is written here, and returns its type.
    pub(super) fn closure(&mut self, pointer: &FnPtr, captured: &[usize]) -> Type {
        let name = pointer.fn_name().to_owned();
        let count = captured.len();
        if !name.starts_with("anon$") {
            self.used_functions.insert(name.clone());
            return Type::Closure(name, count);
        }
        let facts = self.closures.entry(name.clone()).or_insert_with(|| {
            self.has_news = true;
            ClosureFacts { captured: Some(captured.to_vec()), ..ClosureFacts::default() }
        });
        if facts.captured.as_ref().is_some_and(|known| known != captured) {
            facts.captured = None;
        }
        Type::Closure(name, count)
    }

    /// Adds what a closure is called with.
    pub(super) fn calls_closure(&mut self, closure: &Type, params: &[Type], is_recipe: bool) {
        let Type::Closure(name, _) = closure else { return };
        if !is_recipe {
            // What a recipe does belongs to its item; any other closure runs where it is given away.
            self.calls.insert((self.function.clone(), name.clone()));
        }
        let Some(facts) = self.closures.get_mut(name) else { return };
        facts.is_recipe |= is_recipe;
        for (index, kind) in params.iter().enumerate() {
            if facts.params.len() <= index {
                facts.params.push(Type::Unseen);
            }
            let joined = facts.params[index].join(kind);
            if joined != facts.params[index] {
                facts.params[index] = joined;
                self.has_news = true;
            }
        }
    }
}

fn key(name: &str, params: usize) -> String {
    format!("{name}/{params}")
}
