//! Builds the request of one agent call from options, flags, configuration and role template.

use std::collections::BTreeMap;

use rhai::{Dynamic, Map};
use serde_json::{Value, json};

use crate::bridge::AgentCall;
use crate::error::Error;
use crate::model::agent::AgentSpec;
use crate::model::agent_files::task::{Operation, TaskContext, TaskPhase, TaskSpec};
use crate::model::id::PrpId;

use super::agent_settings::{self, WISHES, settle};
use super::current;
use crate::config::RoleSettings;
use crate::script::adapter::AdapterScript;
use crate::script::adapter::Detected;
use crate::script::api::document::template;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, invalid};
use crate::script::api::shape::{Kind, Shape, key, type_word};
use crate::script::state::HostState;
use crate::script::value::phase::PhaseValue;
use crate::script::value::prp::PrpValue;

/// Options of `agent::run`.
pub(crate) const RUN: Shape = Shape::closed(
    "agent::run",
    1,
    &[
        key("prompt", Kind::Text),
        key("common", Kind::Text),
        key("values", Kind::Map),
        key("phase", Kind::Value("Phase")),
        key("expects_changes", Kind::Flag),
        key("session", Kind::Text),
        key("schema", Kind::Any),
        key("model", Kind::Text),
        key("timeout", Kind::Number),
        key("tools", Kind::Texts),
        key("cwd", Kind::Text),
        key("agent", Kind::Text),
        key("input", Kind::Any),
        key("resume_from", Kind::Text),
        key("max_turns", Kind::Int),
        key("max_cost", Kind::Number),
        key("env", Kind::Map),
        key("settings", Kind::Map),
    ],
);

/// What a script asks for, and what the role works with.
pub(crate) struct Options {
    role: String,
    settings: RoleSettings,
    prompt: String,
    common: String,
    phase: Option<PhaseValue>,
    expects_changes: bool,
    session: Option<String>,
    schema: Option<String>,
    cwd: Option<String>,
    input: Option<Value>,
    resume_from: Option<String>,
    max_cost: Option<f64>,
    env: BTreeMap<String, String>,
}

impl Options {
    /// Reads the options of `agent::run` or another function that calls an agent, and loads the adapter of the agent; `added`
    /// comes at the end of the prompt.
    pub(crate) fn read(
        call: &Call,
        role: &str,
        map: Map,
        shape: &Shape,
        added: &str,
    ) -> Result<(Self, AdapterScript), Fault> {
        let fields = Fields::new(shape, map)?;
        let state = &call.state;
        let (settings, adapter) = settled(call, role, &fields)?;
        let prompt = prompt(state, role, &fields, shape.function)? + added;
        let own = (shape.function == RUN.function).then(|| template::role(state, role)).transpose()?;
        let options = Self {
            role: role.to_owned(),
            settings,
            common: beginning(&prompt, &fields.text("common")?.unwrap_or_default()).to_owned(),
            prompt,
            phase: phase(&fields)?,
            expects_changes: fields.flag("expects_changes")?.unwrap_or_default(),
            session: fields.text("session")?,
            schema: schema(&fields)?.or_else(|| own.as_ref()?.schema.clone()),
            cwd: fields.text("cwd")?,
            input: fields.json("input")?,
            resume_from: fields.text("resume_from")?,
            max_cost: fields.number("max_cost")?,
            env: fields.pairs("env")?,
        };
        Ok((options, adapter))
    }
}

/// Returns the settings that the script hands over, or those of the role on the item that runs.
fn settled(call: &Call, role: &str, fields: &Fields) -> Result<(RoleSettings, AdapterScript), Fault> {
    let Some(map) = fields.get("settings") else {
        return settle(call, role, &current::item().unwrap_or(Dynamic::UNIT), &agent_settings::wish(fields)?);
    };
    if let Some(wish) = WISHES.into_iter().find(|wish| fields.get(wish).is_some()) {
        let help = format!("write `settings + #{{ {} : … }}`", if wish == "agent" { "name" } else { wish });
        return Err(invalid(format!("`agent::run` has `settings` and the option `{wish}`")).help(help).into());
    }
    let map = map.read_lock::<Map>().map(|map| map.clone());
    let settings = agent_settings::from_map(map.ok_or_else(|| invalid("option `settings` is not a map"))?)?;
    let adapter = AdapterScript::load(&call.state, &settings.agent)?;
    Ok((settings, adapter))
}

fn prompt(state: &HostState, role: &str, fields: &Fields, function: &str) -> Result<String, Error> {
    if let Some(prompt) = fields.text("prompt")? {
        return Ok(prompt);
    }
    match fields.get("values").and_then(|values| values.read_lock::<Map>().map(|map| map.clone())) {
        Some(values) => template::fill_in(state, role, &values),
        None => Err(invalid(format!("`{function}` needs a `prompt`, or `values` for the template of the role"))),
    }
}

/// Returns the prompt up to the end of the text that siblings share; nothing where it does not hold that text.
fn beginning<'a>(prompt: &'a str, shared: &str) -> &'a str {
    let place = prompt.find(shared).filter(|_| !shared.is_empty());
    place.and_then(|place| prompt.get(..place + shared.len())).unwrap_or_default()
}

fn phase(fields: &Fields) -> Result<Option<PhaseValue>, Error> {
    let Some(value) = fields.get("phase") else { return Ok(None) };
    let phase = value.read_lock::<PhaseValue>().map(|phase| phase.clone());
    phase.map(Some).ok_or_else(|| invalid(format!("option `phase` is `{}`, not a phase of a PRP", type_word(value))))
}

/// A schema is a text, or the schema itself as a map.
fn schema(fields: &Fields) -> Result<Option<String>, Error> {
    match fields.get("schema") {
        Some(value) if value.is_map() => Ok(fields.json("schema")?.map(|schema| schema.to_string())),
        _ => fields.text("schema"),
    }
}

/// Puts the request together.
pub(crate) fn build(
    call: &Call,
    options: Options,
    adapter: AdapterScript,
    detected: Detected,
    (mut env, env_pass): (BTreeMap<String, String>, Vec<String>),
) -> AgentCall {
    let task = task(call, &options);
    let settings = options.settings;
    env.extend(options.env);
    let attempt = call.origin.clone();
    let spec = AgentSpec {
        program: detected.program,
        prompt: options.prompt,
        common: options.common,
        role: options.role,
        item: attempt.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default(),
        phase: options.phase.as_ref().map(|phase| phase.phase().label.clone()).unwrap_or_default(),
        attempt: attempt.map_or(1, |attempt| attempt.number),
        dir: String::new(),
        kept: String::new(),
        sandboxed: false,
        cwd: options.cwd.unwrap_or_else(|| call.state.root.display().to_string()),
        model: settings.model,
        tools: settings.tools,
        timeout: settings.timeout,
        max_turns: settings.max_turns,
        max_cost: options.max_cost,
        // A session of another agent means nothing to this one.
        session: options.session.filter(|_| adapter.traits().resume),
        schema: options.schema,
        env,
    };
    let state = call.state.setting_texts(&format!("adapter.{}.state", adapter.name)).unwrap_or_default();
    let configured = call.state.config.get(&format!("adapter.{}.heartbeat", adapter.name));
    AgentCall {
        name: adapter.name.clone(),
        spec,
        phase: options.phase.map(|phase| phase.phase().ordinal),
        task,
        heartbeat: adapter.traits().heartbeat || configured == Some(Value::Bool(true)),
        stop: adapter.traits().stop,
        env_pass,
        state: adapter.traits().state.iter().cloned().chain(state).collect(),
        expects_changes: options.expects_changes,
        caches: adapter.traits().caches,
        adapter: Box::new(adapter.start()),
    }
}

/// Returns the task for `spec.json`; the transport adds what only it knows.
fn task(call: &Call, options: &Options) -> TaskSpec {
    let operation = match options.role.as_str() {
        "generator" => Operation::Generate,
        "reviewer" => Operation::Review,
        "context-updater" => Operation::ContextUpdate,
        _ => Operation::Execute,
    };
    let item = current::item();
    let prp = item.as_ref().and_then(|item| item.read_lock::<PrpValue>().map(|prp| prp.clone()));
    let id = prp.as_ref().and_then(|prp| prp.0.id.as_ref());
    let own_batch = || prp.as_ref()?.0.batch.or_else(|| Some(id?.batch()?.0));
    let of_item = |name: &str| {
        let value = item.as_ref()?.read_lock::<Map>()?.get(name)?.as_int().ok()?;
        u32::try_from(value).ok()
    };
    let batch = number(call, "batch").or_else(own_batch).or_else(|| of_item("batch"));
    let path = prp.as_ref().map(|prp| prp.0.path.display().to_string());
    let input = options.input.clone().or_else(|| {
        let text = options.phase.as_ref().map(|phase| phase.prp.phase_text(phase.phase()).to_owned());
        Some(json!({ "type": "prp", "path": path.as_ref()?, "content": text.unwrap_or_default() }))
    });
    let phase = options.phase.as_ref().map(PhaseValue::phase).map(|phase| TaskPhase {
        label: phase.label.clone(),
        ordinal: phase.ordinal,
        title: phase.title.clone(),
    });
    TaskSpec {
        operation,
        batch_id: batch,
        work_item_id: call.origin.as_ref().map(|attempt| attempt.item.clone()),
        input,
        timeout_minutes: options.settings.timeout / 60.0,
        model: options.settings.model.clone(),
        tools: options.settings.tools.clone(),
        max_turns: options.settings.max_turns,
        phase,
        resume_from: options.resume_from.clone(),
        validation_level: number(call, "level"),
        context: TaskContext {
            project_root: Some(call.state.root.display().to_string()),
            branch: id.filter(|_| operation == Operation::Execute).map(PrpId::branch),
            batch_id: batch.map(|batch| batch.to_string()),
            stage: prp.as_ref().map_or_else(|| of_item("stage"), |prp| prp.0.stage),
            order: prp.as_ref().map_or_else(|| of_item("order"), |prp| prp.0.order),
        },
        prp_path: path,
        ..TaskSpec::default()
    }
}

/// Returns a flag of the command that is a number.
fn number(call: &Call, flag: &str) -> Option<u32> {
    call.state.run().flag(flag)?.as_u64().and_then(|number| u32::try_from(number).ok())
}
