//! Statements typed one after the other: variables, functions and imports stay for those that follow.

use rhai::{AST, Dynamic, ParseErrorType, Scope};
use serde::de::DeserializeOwned;

use crate::error::Result;

use super::host::{ScriptHost, on_big_stack};
use super::library::{ScriptPlace, ScriptSource};
use super::state::ScriptRun;

/// Name under which what was typed is shown in reports.
const NAME: &str = "repl";

/// What was typed so far.
pub struct Session {
    host: ScriptHost,
    scope: Scope<'static>,
    functions: AST,
    /// Import statements hold for one text only, so they are said again before each.
    imports: Vec<String>,
}

impl Session {
    /// Begins with nothing.
    pub fn new(host: ScriptHost) -> Self {
        host.state.begin(ScriptRun { command: NAME.to_owned(), ..ScriptRun::default() });
        Self { host, scope: Scope::new(), functions: AST::empty(), imports: Vec::new() }
    }

    /// Tells whether a text is whole; a block or a string that is still open needs more lines.
    pub fn is_whole(&self, text: &str) -> bool {
        match self.host.engine.compile_with_scope(&self.scope, text) {
            Ok(_) => true,
            Err(error) => {
                let is_open = matches!(*error.0, ParseErrorType::UnexpectedEOF | ParseErrorType::MissingToken(..));
                !(is_open && error.1.line().is_none_or(|line| line >= text.lines().count()))
            }
        }
    }

    /// Runs a text and returns its value as people read it; `None` when it has none.
    pub fn eval(&mut self, text: &str) -> Result<Option<String>> {
        let value = self.evaluated(text)?;
        if value.is_unit() {
            return Ok(None);
        }
        on_big_stack(|| self.show(value)).map(Some)
    }

    /// Runs a text and returns its value as data.
    pub fn data<T: DeserializeOwned>(&mut self, text: &str) -> Result<T> {
        let value = self.evaluated(text)?;
        rhai::serde::from_dynamic(&value).map_err(|error| self.host.explain(&error, NAME))
    }

    fn evaluated(&mut self, text: &str) -> Result<Dynamic> {
        let own: Vec<String> =
            text.lines().map(str::trim).filter(|l| l.starts_with("import ")).map(str::to_owned).collect();
        let whole = [self.imports.as_slice(), &[text.to_owned()]].concat().join("\n");
        let source = ScriptSource { text: whole.as_str().into(), place: ScriptPlace::BuiltIn(NAME.to_owned()) };
        self.host.library.add(NAME, source);
        let value = on_big_stack(|| self.run(&whole))?;
        self.imports.extend(own);
        Ok(value)
    }

    fn run(&mut self, text: &str) -> Result<Dynamic> {
        let engine = &self.host.engine;
        let compiled = engine.compile_with_scope(&self.scope, text);
        let mut ast = compiled.map_err(|error| self.host.explain(&error.into(), NAME))?;
        ast.set_source(NAME);
        let ast = self.functions.merge(&ast);
        let value = engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &ast);
        let value = value.map_err(|error| self.host.explain(&error, NAME))?;
        self.functions = ast.clone_functions_only();
        Ok(value)
    }

    /// Writes a value as its own type describes it.
    fn show(&self, value: Dynamic) -> Result<String> {
        let mut scope = Scope::new();
        scope.push_dynamic("value", value);
        let text = self.host.engine.eval_with_scope::<String>(&mut scope, "to_debug(value)");
        text.map_err(|error| self.host.explain(&error, NAME))
    }
}
