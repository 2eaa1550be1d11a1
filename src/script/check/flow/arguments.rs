//! What is given to native functions: types, keys of option maps, and words.

use rhai::{Expr, Position};

use crate::config::KEYS;
use crate::model::problem::Problem;

use super::super::super::api::run::items::meant;
use super::super::super::api::shape::{Key, Kind, Shape};
use super::super::super::suggest;
use super::table::{Signature, refined, shape, words, words_of};
use super::types::{MapType, Type};
use super::walk::Walk;

impl Walk<'_> {
    /// Looks at the arguments of a native function and returns what it returns.
    pub(super) fn checked(&mut self, name: &str, args: &[Type], exprs: &[Expr], skip: usize) -> Type {
        self.shapes(name, args, exprs);
        self.checked_as(name, name, args, exprs, skip)
    }

    /// Like `checked`; `full` is the name of a method with that of its type. `args` begins with `skip` receivers.
    pub(super) fn checked_as(&mut self, full: &str, name: &str, args: &[Type], exprs: &[Expr], skip: usize) -> Type {
        let table = self.file.table;
        let all: Vec<&Signature> =
            table.function(name).iter().filter(|found| found.params.len() == args.len()).collect();
        let fits = |signature: &&&Signature| args.iter().zip(&signature.params).all(|(arg, word)| arg.passes(word));
        let fitting: Vec<&&Signature> = all.iter().filter(fits).collect();
        if fitting.is_empty() {
            self.misfit(full, args, exprs, skip, &all);
            return Type::Any;
        }
        let mut kind = Type::Unseen;
        for signature in fitting {
            kind = kind.join(&refined(full, &signature.returns));
        }
        kind
    }

    /// Says which argument is wrong, where one signature is as good as the next for all others.
    fn misfit(&mut self, name: &str, args: &[Type], exprs: &[Expr], skip: usize, all: &[&Signature]) {
        let wrong = |signature: &&Signature| {
            let bad: Vec<usize> = (0..args.len()).filter(|&at| !args[at].passes(&signature.params[at])).collect();
            (bad.len(), bad.first().copied())
        };
        let Some((signature, at)) = all
            .iter()
            .map(|signature| (*signature, wrong(signature)))
            .filter_map(|(signature, (count, first))| Some((count, signature, first?)))
            .min_by_key(|(count, ..)| *count)
            .map(|(_, signature, first)| (signature, first))
        else {
            return;
        };
        let Some(expr) = at.checked_sub(skip).and_then(|at| exprs.get(at)) else { return };
        let (is, wants) = (args[at].shown(), &signature.params[at]);
        let text = format!("`{name}` takes {wants}, not {is}");
        let help = match (&args[at], wants.as_str()) {
            (Type::Int, "float") => "write a number with a fraction, such as `5.0`, or `x.to_float()`",
            (Type::Float, "int") => "write a whole number, or `x.to_int()`",
            (Type::Char, "text") => "texts stand in double quotes",
            (_, "text") => "write `x.to_string()`, or put it into a text with `${x}`",
            (Type::Text | Type::Word(_), "array") => "write `[text]`",
            (Type::Text | Type::Word(_), "int") => "write `parse_int(text)`",
            (Type::Unit, _) => "what stands here returns nothing",
            _ => "`batchprp api` shows what it takes",
        };
        self.note(Problem::error("check::type", text).help(help), expr.start_position());
    }

    /// Looks at option maps and at words that are given literally.
    pub(super) fn shapes(&mut self, name: &str, args: &[Type], exprs: &[Expr]) {
        for (at, expr) in exprs.iter().enumerate() {
            if let Some(words) = words(name, at)
                && let Expr::StringConstant(word, place) = expr
                && !words.contains(&word.as_str())
            {
                let text = format!("`{name}` knows no `{word}`");
                self.note(Problem::error("check::word", text).help(suggest::help(word, words)), *place);
            }
            let Some(shape) = shape(name, at) else { continue };
            match expr {
                Expr::Array(items, _) if shape.listed => {
                    for item in items {
                        let kind = self.expression(item);
                        self.shaped(shape, item, &kind);
                    }
                }
                _ if shape.listed => {
                    if let Some(Type::List(of)) = args.get(at) {
                        let of = (**of).clone();
                        self.shaped(shape, expr, &of);
                    }
                }
                _ => {
                    if let Some(kind) = args.get(at) {
                        let kind = kind.clone();
                        self.shaped(shape, expr, &kind);
                    }
                }
            }
        }
    }

    /// Compares a map with what its function takes.
    fn shaped(&mut self, shape: &Shape, expr: &Expr, kind: &Type) {
        let Type::Map(map) = kind else { return };
        let literal = if let Expr::Map(literal, _) = expr { Some(literal) } else { None };
        let place = |name: &str| {
            let entry = literal.and_then(|literal| literal.0.iter().find(|(key, _)| key.name == name));
            entry.map_or((expr.start_position(), None), |(key, value)| (key.pos, Some(value)))
        };
        for (name, kind) in &map.keys {
            let (at, value) = place(name);
            match shape.keys.iter().find(|key| key.name == name) {
                None => self.unknown_key(shape, name, at),
                Some(key) => self.value_of(shape, key, kind, value.map_or(at, Expr::start_position), value),
            }
        }
        self.missing_keys(shape, map, expr.start_position());
    }

    fn missing_keys(&mut self, shape: &Shape, map: &MapType, at: Position) {
        let missing = shape.keys.iter().find(|key| key.required && !map.keys.contains_key(key.name));
        if let Some(key) = missing.filter(|_| !map.open) {
            let what = what(shape);
            let text = format!("{what} need the key `{}`", key.name);
            self.note(Problem::error("check::missing_option", text), at);
        }
    }

    fn unknown_key(&mut self, shape: &Shape, name: &str, at: Position) {
        let known = shape.names();
        let near =
            if shape.open { meant(name) } else { None }.or_else(|| suggest::nearest(name, known.iter().copied()));
        // Items have keys of the script's own; one that is nearly a known one loses its order in silence.
        let (problem, text) = match (shape.open, near) {
            (true, None) => return,
            (true, Some(_)) => ("check::item_key", format!("an item has no key `{name}`")),
            (false, _) => ("check::option", format!("`{}` has no option `{name}`", shown(shape))),
        };
        let help = near.map_or_else(|| suggest::help(name, &known), |near| format!("did you mean `{near}`?"));
        self.note(Problem::error(problem, text).help(help), at);
    }

    fn value_of(&mut self, shape: &Shape, key: &Key, kind: &Type, at: Position, value: Option<&Expr>) {
        if let (Some(words), Some(Expr::StringConstant(word, place))) = (words_of(&key.kind), value)
            && !words.contains(&word.as_str())
        {
            let text = format!("`{}` cannot be `{word}`", key.name);
            self.note(Problem::error("check::word", text).help(suggest::help(word, words)), *place);
            return;
        }
        if !kind.fits(&key.kind) {
            let text = format!("`{}` of {} is {}, not {}", key.name, what(shape), kind.shown(), key.kind.shown());
            let problem = Problem::error("check::option_type", text);
            let problem = match (&key.kind, kind) {
                (Kind::Int, Type::Float) => problem.help("write a whole number"),
                (Kind::Texts, _) => problem.help("write `[\"…\"]`"),
                _ => problem,
            };
            self.note(problem, at);
        }
    }

    /// Words and names that only one function knows.
    pub(super) fn special(&mut self, name: &str, args: &[Type], exprs: &[Expr]) {
        let Some(Expr::StringConstant(word, at)) = exprs.first() else {
            return self.special_maps(name, args, exprs);
        };
        let word = word.as_str();
        match name {
            "config::get" => {
                let path: Vec<&str> = word.split('.').collect();
                if !KEYS.iter().any(|key| key.matches(&path)) {
                    let near = suggest::nearest(word, KEYS.iter().map(|key| key.path));
                    let help = near.map_or("`batchprp config show` lists the keys".to_owned(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    let problem = Problem::error("check::setting", format!("there is no setting `{word}`"));
                    self.note(problem.help(help), *at);
                }
            }
            "agent::run" | "agent::settings" | "agent::available" | "agent::configured" | "template::role"
            | "template::source" => {
                let roles: Vec<&str> = self.file.roles.iter().map(String::as_str).collect();
                if !roles.contains(&word) {
                    let help = suggest::help(word, &roles);
                    self.note(Problem::error("check::role", format!("there is no role `{word}`")).help(help), *at);
                }
            }
            "files::read" | "files::write" | "files::create" | "files::list" | "files::exists"
                if word.starts_with('/') || word.split('/').any(|part| part == "..") =>
            {
                let problem = Problem::error("check::path", format!("`{word}` is not a path below the project"));
                self.note(problem.help("paths are relative to the project and have no `..`"), *at);
            }
            _ => {}
        }
        self.special_maps(name, args, exprs);
    }

    fn special_maps(&mut self, name: &str, args: &[Type], exprs: &[Expr]) {
        match name {
            "agent::run" => {
                let Some((Type::Map(map), expr)) = args.get(1).zip(exprs.get(1)) else { return };
                if !map.open && !map.keys.contains_key("prompt") && !map.keys.contains_key("values") {
                    let problem = Problem::error("check::missing_option", "the agent is told nothing");
                    let help = "give a `prompt`, or `values` for the template of the role";
                    self.note(problem.help(help), expr.start_position());
                }
            }
            "prp::select" => {
                let Some((Type::Map(map), expr)) = args.first().zip(exprs.first()) else { return };
                if !map.open && ["batch", "ids", "lenient"].iter().all(|key| !map.keys.contains_key(*key)) {
                    let problem = Problem::error("check::missing_option", "it is not said which PRPs");
                    self.note(problem.help("give a `batch` or `ids`"), expr.start_position());
                }
            }
            "process::run" => {
                let Some(Expr::Map(map, _)) = exprs.first() else { return };
                let line = map.0.iter().find(|(key, _)| key.name == "argv").map(|(_, value)| value);
                if let Some(Expr::StringConstant(line, at)) = line
                    && line.contains(' ')
                {
                    let words =
                        line.split_whitespace().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
                    let problem =
                        Problem::error("check::argv", "no shell takes the line apart: this is one program name");
                    self.note(problem.help(format!("write `argv: [{words}]`")), *at);
                }
            }
            "prp::set" => {
                let Some(Expr::Map(map, _)) = exprs.get(1) else { return };
                let status = map.0.iter().find(|(key, _)| key.name == "status").map(|(_, value)| value);
                if let Some(Expr::StringConstant(word, at)) = status
                    && crate::model::status::Status::read(word).is_none()
                {
                    let words = crate::model::status::Status::ALL.map(crate::model::status::Status::as_str);
                    let problem = Problem::error("check::word", format!("there is no status `{word}`"));
                    self.note(problem.help(suggest::help(word, &words)), *at);
                }
            }
            _ => {}
        }
    }
}

/// Names the map in a sentence.
fn what(shape: &Shape) -> String {
    match shape.open {
        true => "items".to_owned(),
        false => format!("the options of `{}`", shown(shape)),
    }
}

fn shown(shape: &Shape) -> String {
    shape.function.replace("Dag.", "dag.")
}
