//! `template::…`: role templates of agents, strict: an unfilled hole is an error with its place.

use std::sync::Arc;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};
use serde_json::Value;

use crate::config::Wish;
use crate::error::Error;
use crate::model::problem::Problem;

use crate::script::api::native::{Fault, Thrown, invalid, native};
use crate::script::embedded;
use crate::script::library::{ScriptPlace, is_inside};
use crate::script::state::HostState;
use crate::script::suggest;
use crate::script::value::convert::optional;

/// A role template: what its frontmatter asks for, and the body of the prompt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    pub(crate) tools: Vec<String>,
    pub(crate) model: Option<String>,
    /// Seconds.
    pub(crate) timeout: Option<f64>,
    /// JSON schema of the answer.
    pub(crate) schema: Option<String>,
    /// Name of the file, for errors.
    name: String,
    text: Arc<str>,
    /// Where the body starts in the text.
    start: usize,
}

impl Role {
    fn body(&self) -> &str {
        &self.text[self.start..]
    }

    /// Returns what the frontmatter asks for.
    pub(crate) fn wish(&self) -> Wish {
        let tools = Some(self.tools.clone()).filter(|tools| !tools.is_empty());
        Wish { model: self.model.clone(), tools, timeout: self.timeout, ..Wish::default() }
    }
}

/// Returns a role: the project's own file wins. Each is read once in a run.
pub(crate) fn role(state: &HostState, name: &str) -> Result<Arc<Role>, Error> {
    state.once(name, || read(state, name))
}

fn read(state: &HostState, name: &str) -> Result<Role, Error> {
    let file = format!("{name}.md");
    if !is_inside(&file) {
        return Err(invalid(format!("`{name}` is not the name of a role")));
    }
    let own = ScriptPlace::File(state.state_folder().join("subagents").join(&file));
    let built_in = ScriptPlace::BuiltIn(format!("stdlib/subagents/{file}"));
    for place in [own, built_in] {
        if let Some((name, text)) = state.library.read(&place)? {
            return parse(name, text);
        }
    }
    let names = embedded::names("stdlib/subagents/", ".md");
    Err(invalid(format!("there is no role `{name}`")).help(suggest::help(name, &names)))
}

fn parse(name: String, text: Arc<str>) -> Result<Role, Error> {
    let fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| fence(line)) else {
        return Ok(Role { name, text, ..Role::default() });
    };
    let mut end = first.len();
    for line in lines {
        end += line.len();
        if fence(line) {
            let head = &text[first.len()..end - line.len()];
            let values: Value = serde_saphyr::from_str(head)
                .map_err(|error| invalid(format!("the frontmatter of `{name}` cannot be read: {error}")))?;
            return fill(&values, Role { name, text: text.clone(), start: end, ..Role::default() });
        }
    }
    Err(invalid(format!("the frontmatter of `{name}` has no end")).help("close it with a line `---`"))
}

fn fill(values: &Value, role: Role) -> Result<Role, Error> {
    let known = ["tools", "model", "timeout", "schema", "description", "name"];
    let keys = values.as_object().into_iter().flat_map(|object| object.keys());
    if let Some(key) = keys.into_iter().find(|key| !known.contains(&key.as_str())) {
        let text = format!("`{}` has the unknown key `{key}`", role.name);
        return Err(invalid(text).help(suggest::help(key, &known)));
    }
    let text = |key: &str| values.get(key).and_then(Value::as_str).map(str::to_owned);
    let timeout = match values.get("timeout") {
        Some(Value::String(text)) => Some(
            crate::model::duration::parse(text)
                .map_err(|error| invalid(format!("`timeout` of `{}`: {error}", role.name)))?
                .as_secs_f64(),
        ),
        Some(value) => value.as_f64(),
        None => None,
    };
    let schema = match values.get("schema") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(value) => Some(value.to_string()),
    };
    let tools = match values.get("tools") {
        Some(Value::String(text)) => text.split(',').map(|tool| tool.trim().to_owned()).collect(),
        Some(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(Role { tools, model: text("model"), timeout, schema, ..role })
}

/// Fills the body of a role, or the holes of a text that is a template itself.
pub(crate) fn fill_in(state: &HostState, name_or_text: &str, values: &Map) -> Result<String, Error> {
    let is_text = name_or_text.contains(['{', '\n', ' ']) || name_or_text.is_empty();
    let role = match is_text {
        true => Arc::new(Role { name: "template".to_owned(), text: name_or_text.into(), ..Role::default() }),
        false => role(state, name_or_text)?,
    };
    let values = serde_json::to_value(Dynamic::from_map(values.clone()));
    let values = values.map_err(|error| invalid(format!("templates take plain data: {error}")))?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(state.limits.template_work()));
    let mut filled = Filled { text: Vec::new(), most: state.limits.template };
    let template = environment.template_from_named_str(&role.name, role.body());
    let result = template.and_then(|template| template.render_captured_to(Serde(&values), &mut filled).map(drop));
    match result {
        Ok(()) => String::from_utf8(filled.text).map_err(|error| invalid(error.to_string())),
        Err(error) if is_too_much(&error) => {
            let text = format!("the template `{}` becomes too large, or has too much to do", role.name);
            let error =
                error.line().map_or_else(|| invalid(text.clone()), |line| invalid(format!("{text} (line {line})")));
            Err(error.help("is there a loop within a loop? `script.max_template` is how many bytes it may have"))
        }
        Err(error) => Err(complaint(&error, &role)),
    }
}

fn is_too_much(error: &minijinja::Error) -> bool {
    matches!(error.kind(), minijinja::ErrorKind::OutOfFuel | minijinja::ErrorKind::WriteFailure)
}

/// What a template has become, up to the most that it may.
struct Filled {
    text: Vec<u8>,
    most: usize,
}

impl std::io::Write for Filled {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.text.len() + bytes.len() > self.most {
            return Err(std::io::Error::other("the template becomes too large"));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn complaint(error: &minijinja::Error, role: &Role) -> Error {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let mut problem = Problem::error("template::fill", detail.clone());
    if let Some(line) = error.line() {
        let body = role.body();
        let start = body.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let length = body[start..].lines().next().map_or(0, str::len);
        problem = problem.at(role.start + start..role.start + start + length);
    }
    invalid(format!("cannot fill the template `{}`: {detail}", role.name))
        .help("give every hole a value, or guard it with `{% if name is defined %}`")
        .findings(role.name.clone(), role.text.to_string(), vec![problem])
}

#[export_module]
pub(crate) mod module {
    /// Fills a template: the name of a role under `.ce/subagents/` or `stdlib/subagents/`, or a text with holes. An
    /// unfilled hole is an error.
    ///
    /// ```rhai
    /// let prompt = template::render("executor", #{ id: prp.id, text: prp.text });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn render(context: NativeCallContext, name_or_text: &str, values: Map) -> Thrown<String> {
        native(&context, |call| Ok(fill_in(&call.state, name_or_text, &values)?))
    }

    /// Returns what a role asks for: `#{ tools, model, timeout, schema, body }`; what is not given is `()`.
    ///
    /// ```rhai
    /// let schema = template::role("reviewer").schema;
    /// ```
    #[rhai_fn(name = "role", return_raw)]
    pub fn role_map(context: NativeCallContext, name: &str) -> Thrown<Map> {
        native(&context, |call| -> Result<Map, Fault> {
            let role = role(&call.state, name)?;
            let tools: Array = role.tools.iter().cloned().map(Dynamic::from).collect();
            let mut map = Map::new();
            map.insert("tools".into(), tools.into());
            map.insert("model".into(), optional(role.model.clone()));
            map.insert("timeout".into(), optional(role.timeout));
            map.insert("schema".into(), optional(role.schema.clone()));
            map.insert("body".into(), role.body().to_owned().into());
            Ok(map)
        })
    }

    /// Returns the text of a role file as it is, for content keys.
    ///
    /// ```rhai
    /// let key = digest::text(template::source("executor"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn source(context: NativeCallContext, name: &str) -> Thrown<String> {
        native(&context, |call| Ok(role(&call.state, name)?.text.to_string()))
    }
}
