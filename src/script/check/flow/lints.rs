//! What is wrong although each part is right: dropped values, traps of the language, what nobody uses.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Expr, FnCallExpr, Position, Stmt};

use crate::model::problem::Problem;

use super::super::super::api::shapes::THROWN;
use super::super::super::suggest;
use super::super::body::Body;
use super::binding::Role;
use super::table::words_of;
use super::types::Type;
use super::walk::Walk;

/// Methods that return something new and leave their receiver as it is.
const PURE: [&str; 22] = [
    "filter",
    "map",
    "some",
    "all",
    "find",
    "index_of",
    "contains",
    "len",
    "is_empty",
    "keys",
    "values",
    "to_upper",
    "to_lower",
    "sub_string",
    "split",
    "starts_with",
    "ends_with",
    "extract",
    "reduce",
    "to_string",
    "find_map",
    "get",
];

/// Calls whose answer says whether it worked.
const TELLING: [&str; 3] = ["agent::run", "process::run", "http::request"];

/// Constants that batchprp itself reads.
const READ: [&str; 6] = ["ABOUT", "ARGS", "ADAPTER", "NEEDS", "API", "COMMON"];

impl Walk<'_> {
    /// A value that is not kept does nothing.
    pub(super) fn dropped(&mut self, stmt: &Stmt) {
        let (text, help, at) = match stmt {
            Stmt::Expr(expr) => match &**expr {
                Expr::FnCall(call, at) if call.op_token.is_some() => {
                    let help =
                        if call.name == "==" { "`=` assigns, `==` compares" } else { "assign it, or remove the line" };
                    (format!("the result of `{}` is dropped", call.name), help, *at)
                }
                Expr::Variable(..) | Expr::IntegerConstant(..) | Expr::StringConstant(..) | Expr::BoolConstant(..) => {
                    ("this line does nothing".to_owned(), "remove it, or call something", expr.start_position())
                }
                Expr::Dot(parts, ..) => match last(&parts.rhs) {
                    Expr::MethodCall(call, at)
                        if PURE.contains(&call.name.as_str()) && !self.is_own(&call.name, call.args.len()) =>
                    {
                        (
                            format!("the result of `{}` is dropped", call.name),
                            "it changes nothing by itself: keep what it returns",
                            *at,
                        )
                    }
                    Expr::Property(property, at) => {
                        (format!("`{}` is read and dropped", property.2), "remove it, or call something", *at)
                    }
                    _ => return,
                },
                Expr::FnCall(call, at) => return self.told(call, *at),
                _ => return,
            },
            Stmt::FnCall(call, at) => return self.told(call, *at),
            _ => return,
        };
        self.note(Problem::warning("check::dropped", text).help(help), at);
    }

    fn told(&mut self, call: &FnCallExpr, at: Position) {
        let space = call.namespace.path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("::");
        let name = format!("{space}::{}", call.name);
        if TELLING.contains(&name.as_str()) {
            let help = match name.as_str() {
                "agent::run" => "look at `.ok` of the answer, or return it as the outcome of the item",
                "process::run" => "look at `.code` of what it returns",
                _ => "look at `.status` of what it returns",
            };
            let text = format!("nobody looks whether `{name}` worked");
            self.note(Problem::warning("check::dropped", text).help(help), at);
        }
    }

    /// A call that returns nothing is kept.
    pub(super) fn nothing_kept(&mut self, expr: &Expr, kind: &Type) {
        let name = match expr {
            Expr::FnCall(call, _) => call.name.to_string(),
            Expr::Dot(parts, ..) => match last(&parts.rhs) {
                Expr::MethodCall(call, _) => call.name.to_string(),
                _ => return,
            },
            _ => return,
        };
        if *kind == Type::Unit && !self.is_any_own(&name) {
            let text = format!("`{name}` returns nothing");
            let help = "it changes what it is called on: call it on a line of its own";
            self.note(Problem::error("check::nothing", text).help(help), expr.position());
        }
    }

    fn is_any_own(&self, name: &str) -> bool {
        self.file.bodies.iter().any(|function| function.name == name)
    }

    /// Only back-ticks fill holes.
    pub(super) fn literal(&mut self, text: &str, at: Position) {
        if let Some(hole) = text.split_once("${").and_then(|(_, rest)| rest.split_once('}')).map(|(hole, _)| hole) {
            let is_name = hole.starts_with(|c: char| c.is_ascii_alphabetic())
                && hole.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
            let root = hole.split('.').next().unwrap_or_default();
            if let Some(slot) = self.slots.find(root).filter(|_| is_name) {
                self.slots.read(slot);
                let problem = Problem::warning("check::hole", format!("`${{{hole}}}` stays as it is in double quotes"));
                self.note(problem.help("holes are filled between back-ticks"), at);
            }
        }
    }

    pub(super) fn printed(&mut self, kind: &Type, arg: &Expr) {
        if *kind == Type::Unit && matches!(arg, Expr::FnCall(..) | Expr::Dot(..)) {
            let problem = Problem::warning("check::nothing", "what is printed here returns nothing");
            self.note(problem.help("print what it changed instead"), arg.start_position());
        }
    }

    /// `throw` takes a text, a failure, or a map of three keys.
    pub(super) fn thrown(&mut self, expr: Option<&Expr>, kind: &Type, at: Position) {
        let problem = |text: String| Problem::error("check::throw", text);
        let advice = "write `throw failure::of(kind, message, help)`";
        match (expr, kind) {
            (Some(Expr::Map(map, _)), _) => {
                let known: Vec<&str> = THROWN.iter().map(|key| key.name).collect();
                for (name, value) in &map.0 {
                    let Some(key) = THROWN.iter().find(|key| key.name == name.name.as_str()) else {
                        let help = suggest::help(&name.name, &known);
                        self.note(problem(format!("a failure has no key `{}`", name.name)).help(help), name.pos);
                        continue;
                    };
                    if let (Some(words), Expr::StringConstant(word, place)) = (words_of(&key.kind), value)
                        && !words.contains(&word.as_str())
                    {
                        let text = format!("there is no kind of failure `{word}`");
                        self.note(problem(text).help(suggest::help(word, words)), *place);
                    }
                }
                if !map.0.iter().any(|(name, _)| name.name == "message") {
                    self.note(problem("the failure has no `message`".to_owned()).help(advice), at);
                }
            }
            (Some(expr), Type::Int | Type::Bool | Type::Float | Type::List(_) | Type::Unit) => {
                let text = format!("what is thrown is {}, which tells nobody anything", kind.shown());
                self.note(problem(text).help(advice), expr.start_position());
            }
            _ => {}
        }
    }

    pub(super) fn outside_of_a_loop(&mut self, at: Position) {
        self.note(Problem::error("check::loop", "`break` stands outside of a loop"), at);
    }

    /// Looks at `return` in `main` and in recipes.
    pub(super) fn returned(&mut self, expr: Option<&Expr>, kind: &Type, at: Position) {
        let at = expr.map_or(at, Expr::start_position);
        self.fits_end(kind, at, expr);
    }

    /// Looks at what a function comes to at its end.
    pub(super) fn ended(&mut self, function: &Body, result: &Type) {
        let last = function.block.statements().iter().rev().find(|stmt| !stmt.is_noop());
        let at = last.map_or(function.at, Stmt::position);
        let expr = if let Some(Stmt::Expr(expr)) = last { Some(&**expr) } else { None };
        if !matches!(last, Some(Stmt::Return(..))) {
            self.fits_end(result, expr.map_or(at, Expr::start_position), expr);
        }
        let is_recipe = self.closures.get(&function.name).is_some_and(|facts| facts.is_recipe);
        if is_recipe && *result == Type::Unit {
            let problem = Problem::warning("check::recipe", "the recipe returns nothing, which counts as completed")
                .help(
                    "end it with what came of the item: the answer, `outcome::completed()`, `outcome::failed(reason)`",
                );
            self.note(problem, at);
        }
    }

    fn fits_end(&mut self, kind: &Type, at: Position, expr: Option<&Expr>) {
        let function = self.function.clone();
        let is_recipe = self.closures.get(&function).is_some_and(|facts| facts.is_recipe);
        if is_recipe {
            let is_good = match kind {
                Type::Named(name) => name == "Outcome" || name == "Answer",
                Type::Unit => true,
                other => other.is_open(),
            };
            if !is_good {
                let text = format!("the recipe returns {}, not an outcome", kind.shown());
                let help = "return `outcome::completed(note)` or `outcome::completed(note, value)`";
                self.note(Problem::error("check::recipe", text).help(help), at);
            }
        }
        if function == "main" && self.file.args.is_some() {
            if let Some(Expr::IntegerConstant(code, at)) = expr
                && !(0..=255).contains(code)
            {
                let problem = Problem::error("check::main", format!("`main` returns {code}, which is no exit code"));
                self.note(problem.help("exit codes are 0 to 255"), *at);
                return;
            }
            let is_good = match kind {
                Type::Named(name) => name == "Closed",
                Type::Unit | Type::Int => true,
                other => other.is_open(),
            };
            if !is_good {
                let text = format!("`main` returns {}", kind.shown());
                let help = "it may return the end of a run, an exit code, or nothing; `print` shows a text";
                self.note(Problem::error("check::main", text).help(help), at);
            }
        }
    }

    /// Notes what nobody uses.
    pub(super) fn unused(&mut self) {
        for slot in self.slots.all().to_vec() {
            if !slot.is_read && matches!(slot.role, Role::Let | Role::Const) && !slot.name.starts_with('_') {
                let problem = Problem::warning("check::unused", format!("nobody reads `{}`", slot.name));
                self.note(problem.help(format!("remove it, or call it `_{}`", slot.name)), slot.at);
            }
        }
        for stmt in self.file.ast.statements() {
            match stmt {
                Stmt::Import(import, _) if !self.used_aliases.contains(import.1.name.as_str()) => {
                    let text = format!("nobody uses the import `{}`", import.1.name);
                    self.note(Problem::warning("check::unused", text).help("remove the line"), import.1.pos);
                }
                Stmt::Var(var, flags, _) if flags.contains(ASTFlags::CONSTANT) && self.file.is_closed => {
                    let name = var.0.name.as_str();
                    if !READ.contains(&name) && !self.used_constants.contains(name) {
                        let text = format!("nobody reads the constant `{name}`");
                        self.note(Problem::warning("check::unused", text).help("remove the line"), var.0.pos);
                    }
                }
                _ => {}
            }
        }
        if !self.file.is_closed {
            return;
        }
        let file = self.file;
        for Body { name, at, .. } in file.bodies {
            let is_entry = name == "main" || name.starts_with("test_") || name.starts_with("anon$");
            if !is_entry && !self.used_functions.contains(name) {
                let problem = Problem::warning("check::unused", format!("nobody calls `{name}`"));
                self.note(problem.help("remove it, or call it"), *at);
            }
        }
    }

    /// Notes what belongs to an item and is called by `main` outside of any.
    pub(super) fn outside_of_items(&mut self) {
        if self.file.args.is_none() {
            return;
        }
        let mut reached = BTreeSet::from(["main".to_owned()]);
        while let Some((_, next)) =
            self.calls.iter().find(|(from, to)| reached.contains(from) && !reached.contains(to)).cloned()
        {
            reached.insert(next);
        }
        for (function, name, at) in std::mem::take(&mut self.item_calls) {
            let is_recipe = self.closures.get(&function).is_some_and(|facts| facts.is_recipe);
            if reached.contains(&function) && !is_recipe {
                let problem =
                    Problem::error("check::outside", format!("`{name}` belongs to one item, and there is none here"));
                self.note(problem.help("call it in the closure that is given to `dag.run`"), at);
            }
        }
    }
}

/// Returns the last part of a chain.
fn last(expr: &Expr) -> &Expr {
    match expr {
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => last(&parts.rhs),
        other => other,
    }
}
