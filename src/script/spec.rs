//! Reads how a command describes itself: `const ABOUT` and `const ARGS`, as literals, without running anything.

use std::collections::BTreeMap;

use rhai::{AST, ASTFlags, Dynamic, Expr, Position, Stmt};
use serde::Serialize;
use serde_json::Value;

use crate::model::problem::Problem;

use super::position;
use super::suggest;

/// What a command says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spec {
    /// One line for lists and help.
    pub about: Option<String>,
    /// The `//!` text at the top of the file.
    pub doc: String,
    /// In the order in which they are written.
    pub args: Vec<ArgSpec>,
}

/// One flag or positional argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ArgSpec {
    /// Key in `args`; the flag has dashes for its underscores.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ArgType,
    pub help: Option<String>,
    /// Name of the value in help, such as `ID`.
    pub value: Option<String>,
    pub short: Option<char>,
    pub required: bool,
    /// Value without the flag.
    pub initial: Option<Value>,
    pub choices: Vec<String>,
    /// May be given more than once; the value is a list.
    pub many: bool,
    pub positional: bool,
    /// Provider of completions: `batch`, `prp`, `stage`, `file` or `agent`.
    pub complete: Option<String>,
    /// A second name of the flag.
    pub alias: Option<String>,
    /// What a person on a terminal is asked where the flag is not given.
    pub ask: Option<String>,
}

/// Type of an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ArgType {
    Int,
    Float,
    #[default]
    Text,
    Bool,
    /// Texts separated by commas.
    List,
    Path,
    /// `90m`, `2m 15s`, `PT5M`; a float of seconds for the script.
    Duration,
}

impl ArgType {
    /// Returns the word by which `ARGS` name the type.
    pub fn as_str(self) -> &'static str {
        TYPES.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

const TYPES: [(&str, ArgType); 7] = [
    ("int", ArgType::Int),
    ("float", ArgType::Float),
    ("text", ArgType::Text),
    ("bool", ArgType::Bool),
    ("list", ArgType::List),
    ("path", ArgType::Path),
    ("duration", ArgType::Duration),
];

const KEYS: [&str; 12] = [
    "type",
    "help",
    "value",
    "short",
    "required",
    "initial",
    "choices",
    "many",
    "positional",
    "complete",
    "alias",
    "ask",
];
const PROVIDERS: [&str; 5] = ["batch", "prp", "stage", "file", "agent"];

/// Joins the lines of each paragraph: a terminal breaks them anew. Lists, tables, fences and what is indented stay.
fn flowing<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let (mut text, mut in_fence, mut goes_on) = (String::new(), false, false);
    for line in lines {
        let is_fence = line.trim_start().starts_with("```");
        let is_prose = !in_fence && !is_fence && !line.is_empty() && !line.starts_with([' ', '\t', '-', '*', '|', '#']);
        if !text.is_empty() {
            text.push(if goes_on && is_prose { ' ' } else { '\n' });
        }
        text.push_str(line);
        // What belongs to an entry of a list follows it.
        goes_on = is_prose || (!in_fence && line.starts_with(['-', '*']));
        in_fence ^= is_fence;
    }
    text
}

/// Reads the description of a script; every problem has its place in the text.
pub(crate) fn read(ast: &AST, text: &str) -> (Spec, Vec<Problem>) {
    let lines = ast.doc().lines().map(|line| line.trim_start_matches("//!").trim_end());
    let doc = flowing(lines.map(|line| line.strip_prefix(' ').unwrap_or(line)));
    let mut reader = Reader { text, problems: Vec::new() };
    let mut spec = Spec { doc: doc.trim().to_owned(), ..Spec::default() };
    for (name, expr) in constants(ast) {
        match name {
            "ABOUT" => spec.about = reader.text_of("ABOUT", expr),
            "ARGS" => spec.args = reader.args(expr),
            _ => {}
        }
    }
    (spec, reader.problems)
}

impl Spec {
    /// Adds the flags that every command has; the command's own entry wins.
    pub(crate) fn add_common(&mut self, ast: &AST, text: &str) {
        let mut reader = Reader { text, problems: Vec::new() };
        let common = constants(ast).filter(|(name, _)| *name == "COMMON").flat_map(|(_, expr)| reader.args(expr));
        let common: Vec<ArgSpec> = common.collect();
        let is_new = |arg: &ArgSpec| !self.args.iter().any(|own| own.name == arg.name);
        let mut fresh: Vec<ArgSpec> = common.into_iter().filter(is_new).collect();
        for arg in &mut fresh {
            // A short letter that the command uses for something of its own stays with the command.
            arg.short = arg.short.filter(|short| !self.args.iter().any(|own| own.short == Some(*short)));
        }
        self.args.append(&mut fresh);
    }
}

/// Returns a top-level constant as JSON, when it is a literal.
pub(crate) fn literal(ast: &AST, name: &str) -> Option<Value> {
    let (_, expr) = constants(ast).find(|(constant, _)| *constant == name)?;
    json(&expr.get_literal_value(None)?)
}

fn constants(ast: &AST) -> impl Iterator<Item = (&str, &Expr)> {
    ast.statements().iter().filter_map(|stmt| match stmt {
        Stmt::Var(var, flags, _) if flags.contains(ASTFlags::CONSTANT) => Some((var.0.as_str(), &var.1)),
        _ => None,
    })
}

fn json(value: &Dynamic) -> Option<Value> {
    serde_json::to_value(value).ok()
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, message: String, at: Position, help: Option<String>) {
        let mut problem = Problem::error("script::args", message);
        problem.span = position::span(self.text, at);
        problem.help = help;
        self.problems.push(problem);
    }

    fn args(&mut self, expr: &Expr) -> Vec<ArgSpec> {
        let Expr::Map(map, _) = expr else {
            let help = "write `const ARGS = #{ batch: #{ type: \"int\", help: \"…\" } };`".to_owned();
            self.problem("`ARGS` is not a literal map".to_owned(), expr.position(), Some(help));
            return Vec::new();
        };
        let args: Vec<ArgSpec> = map.0.iter().map(|(name, value)| self.arg(name.as_str(), name.pos, value)).collect();
        self.shorts(map.0.iter().map(|(name, _)| name.pos).zip(&args));
        args
    }

    /// Two flags of one letter cannot be told apart.
    fn shorts<'a>(&mut self, args: impl Iterator<Item = (Position, &'a ArgSpec)>) {
        let mut seen = BTreeMap::new();
        for (at, arg) in args {
            let Some(short) = arg.short else { continue };
            if let Some(other) = seen.insert(short, arg.name.clone()) {
                self.problem(format!("`{}` and `{other}` both have the short flag `-{short}`", arg.name), at, None);
            }
        }
    }

    fn arg(&mut self, name: &str, at: Position, expr: &Expr) -> ArgSpec {
        let mut arg = ArgSpec { name: name.to_owned(), ..ArgSpec::default() };
        let Expr::Map(map, _) = expr else {
            self.problem(format!("argument `{name}` is not a literal map"), expr.position(), None);
            return arg;
        };
        let mut typed = false;
        for (ident, value) in &map.0 {
            let (key, at) = (ident.as_str(), value.position());
            match key {
                "type" => {
                    typed = true;
                    arg.kind = self.kind(value);
                }
                "help" => arg.help = self.text_of("help", value),
                "value" => arg.value = self.text_of("value", value),
                "ask" => arg.ask = self.text_of("ask", value),
                "alias" => arg.alias = self.text_of("alias", value),
                "short" => arg.short = self.short(value),
                "required" => arg.required = self.flag("required", value),
                "many" => arg.many = self.flag("many", value),
                "positional" => arg.positional = self.flag("positional", value),
                "choices" => arg.choices = self.choices(value),
                "complete" => arg.complete = self.provider(value),
                "initial" => match value.get_literal_value(None).as_ref().and_then(json) {
                    Some(initial) => arg.initial = Some(initial),
                    None => self.problem(format!("`initial` of `{name}` is not a literal"), at, None),
                },
                _ => self.problem(
                    format!("argument `{name}` has an unknown key `{key}`"),
                    ident.pos,
                    Some(suggest::help(key, &KEYS)),
                ),
            }
        }
        if !typed {
            self.problem(format!("argument `{name}` has no `type`"), at, Some("add `type: \"text\"`".to_owned()));
        }
        self.initial(&arg, at);
        if arg.ask.is_some() && arg.kind != ArgType::Bool {
            let help = Some("its type is `bool`: the answer is yes or no".to_owned());
            self.problem(format!("`ask` of `{name}` wants a yes or no"), at, help);
        }
        arg
    }

    fn initial(&mut self, arg: &ArgSpec, at: Position) {
        let Some(initial) = &arg.initial else { return };
        let fits = match arg.kind {
            ArgType::Int => initial.is_i64(),
            ArgType::Float => initial.is_number(),
            ArgType::Bool => initial.is_boolean(),
            ArgType::Text | ArgType::Path => initial.is_string(),
            ArgType::List => initial.is_string() || initial.is_array(),
            ArgType::Duration => initial.is_string() || initial.is_number(),
        };
        let is_list = arg.many && initial.is_array();
        if !fits && !is_list {
            self.problem(format!("`initial` of `{}` does not have its type", arg.name), at, None);
        }
        if arg.required {
            let help = "remove one of the two".to_owned();
            self.problem(format!("`{}` is required and has an initial value", arg.name), at, Some(help));
        }
    }

    fn kind(&mut self, expr: &Expr) -> ArgType {
        let Some(word) = self.text_of("type", expr) else { return ArgType::default() };
        if let Some((_, kind)) = TYPES.iter().find(|(name, _)| *name == word) {
            return *kind;
        }
        let help = suggest::help(&word, &TYPES.map(|(name, _)| name));
        self.problem(format!("there is no argument type `{word}`"), expr.position(), Some(help));
        ArgType::default()
    }

    fn provider(&mut self, expr: &Expr) -> Option<String> {
        let word = self.text_of("complete", expr)?;
        if !PROVIDERS.contains(&word.as_str()) {
            let help = suggest::help(&word, &PROVIDERS);
            self.problem(format!("nothing completes `{word}`"), expr.position(), Some(help));
        }
        Some(word)
    }

    fn short(&mut self, expr: &Expr) -> Option<char> {
        let word = self.text_of("short", expr)?;
        let mut chars = word.chars();
        match (chars.next(), chars.next()) {
            (Some(short), None) if short.is_ascii_alphanumeric() => Some(short),
            _ => {
                self.problem(format!("short flag `{word}` is not one letter"), expr.position(), None);
                None
            }
        }
    }

    fn choices(&mut self, expr: &Expr) -> Vec<String> {
        let array = expr.get_literal_value(None).and_then(|value| value.into_array().ok());
        let plain = |value: &Dynamic| value.is_string() || value.is_int();
        let array = array.filter(|array| array.iter().all(plain));
        if array.is_none() {
            self.problem("`choices` is not an array of texts or whole numbers".to_owned(), expr.position(), None);
        }
        array.unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    fn flag(&mut self, key: &str, expr: &Expr) -> bool {
        if let Expr::BoolConstant(value, _) = expr {
            return *value;
        }
        self.problem(format!("`{key}` is neither `true` nor `false`"), expr.position(), None);
        false
    }

    fn text_of(&mut self, key: &str, expr: &Expr) -> Option<String> {
        match expr {
            Expr::StringConstant(text, _) => Some(text.to_string()),
            Expr::CharConstant(letter, _) => Some(letter.to_string()),
            _ => {
                self.problem(format!("`{key}` is not a literal text"), expr.position(), None);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_what_has_a_shape_keeps_it() {
        let doc = "First line\nof prose.\n\nNext:\n- one\n- two\n\n```sh\na\nb\n```\n    indented\n| a |\n| b |";
        let wanted = "First line of prose.\n\nNext:\n- one\n- two\n\n```sh\na\nb\n```\n    indented\n| a |\n| b |";
        assert_eq!(flowing(doc.lines()), wanted);
    }
}
