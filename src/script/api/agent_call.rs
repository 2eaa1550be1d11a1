//! Builds the request of one agent call from options, flags, configuration and role template.

use std::collections::BTreeMap;

use rhai::{Dynamic, Map};
use serde_json::{Value, json};

use crate::error::Error;
use crate::event::record::SCHEMA_VERSION;
use crate::model::agent::AgentSpec;
use crate::run::bridge::AgentCall;

use super::super::adapter::{AdapterScript, Detected};
use super::super::state::State;
use super::super::value::phase::PhaseValue;
use super::super::value::prp::PrpValue;
use super::current;
use super::fields::Fields;
use super::native::{Call, invalid};
use super::template;

/// Seconds that an attempt gets where nothing says how many.
const TIMEOUT: f64 = 3600.0;

const KNOWN: [&str; 17] = [
    "prompt",
    "common",
    "values",
    "phase",
    "expects_changes",
    "session",
    "schema",
    "model",
    "timeout",
    "tools",
    "cwd",
    "agent",
    "input",
    "resume_from",
    "max_turns",
    "max_cost",
    "env",
];

/// What a script asks for, filled up from flags, configuration and role template.
pub(super) struct Options {
    pub(super) agent: Option<String>,
    role: String,
    prompt: String,
    common: String,
    phase: Option<PhaseValue>,
    expects_changes: bool,
    session: Option<String>,
    schema: Option<String>,
    model: Option<String>,
    timeout: f64,
    tools: Vec<String>,
    cwd: Option<String>,
    input: Option<Value>,
    resume_from: Option<String>,
    max_turns: Option<u32>,
    max_cost: Option<f64>,
    env: BTreeMap<String, String>,
}

impl Options {
    pub(super) fn read(state: &State, role: &str, map: Map) -> Result<Self, Error> {
        let fields = Fields::new("agent::run", map, &KNOWN)?;
        let (run, template) = (state.run(), template::role(state, role)?);
        let key = |name: &str| format!("agent.roles.{role}.{name}");
        let text = |name: &str| state.setting_text(&key(name));
        let model = fields.text("model")?.or_else(|| run.flag_text("model")).or_else(|| text("model"));
        let model = model.or_else(|| state.setting_text("agent.model")).or(template.model);
        let limit = fields.number("timeout")?.or_else(|| run.flag("timeout").and_then(Value::as_f64));
        let limit = limit.or_else(|| state.setting_number(&key("timeout")));
        let limit = limit.or_else(|| state.setting_number("run.timeout")).or(template.timeout);
        let tools = fields.texts("tools")?.or_else(|| state.setting_texts(&key("tools")));
        let turns = state.config.get(&key("max_turns")).and_then(|turns| u32::try_from(turns.as_u64()?).ok());
        let prompt = prompt(state, role, &fields)?;
        Ok(Self {
            agent: fields.text("agent")?,
            common: beginning(&prompt, &fields.text("common")?.unwrap_or_default()).to_owned(),
            prompt,
            phase: phase(&fields)?,
            expects_changes: fields.flag("expects_changes")?.unwrap_or_default(),
            session: fields.text("session")?,
            schema: schema(&fields)?.or(template.schema),
            // `auto` is for the script to resolve; what it leaves open is the agent's own choice.
            model: model.filter(|model| model != "auto"),
            timeout: limit.unwrap_or(TIMEOUT),
            tools: tools.unwrap_or(template.tools),
            cwd: fields.text("cwd")?,
            input: fields.json("input")?,
            resume_from: fields.text("resume_from")?,
            max_turns: fields.int("max_turns")?.or(turns),
            max_cost: fields.number("max_cost")?,
            env: fields.pairs("env")?,
            role: role.to_owned(),
        })
    }
}

fn prompt(state: &State, role: &str, fields: &Fields) -> Result<String, Error> {
    if let Some(prompt) = fields.text("prompt")? {
        return Ok(prompt);
    }
    match fields.get("values").and_then(|values| values.read_lock::<Map>().map(|map| map.clone())) {
        Some(values) => template::fill_in(state, role, &values),
        None => Err(invalid("`agent::run` needs a `prompt`, or `values` for the template of the role")),
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
    phase.map(Some).ok_or_else(|| invalid(format!("option `phase` is `{}`, not a phase of a PRP", value.type_name())))
}

/// A schema is a text, or the schema itself as a map.
fn schema(fields: &Fields) -> Result<Option<String>, Error> {
    match fields.get("schema") {
        Some(value) if value.is_map() => Ok(fields.json("schema")?.map(|schema| schema.to_string())),
        _ => fields.text("schema"),
    }
}

/// Puts the request together.
pub(super) fn build(
    call: &Call,
    options: Options,
    adapter: AdapterScript,
    detected: Detected,
    mut env: BTreeMap<String, String>,
) -> AgentCall {
    let spec_json = spec_json(call, &options);
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
        cwd: options.cwd.unwrap_or_else(|| call.state.root.display().to_string()),
        model: options.model.and_then(|model| model_of(call, &adapter, model)),
        tools: options.tools,
        timeout: options.timeout,
        max_turns: options.max_turns,
        max_cost: options.max_cost,
        // A session of another agent means nothing to this one.
        session: options.session.filter(|_| adapter.traits.resume),
        schema: options.schema,
        env,
    };
    let configured = call.state.config.get(&format!("adapter.{}.heartbeat", adapter.name));
    AgentCall {
        name: adapter.name.clone(),
        spec,
        phase: options.phase.map(|phase| phase.phase().ordinal),
        spec_json,
        heartbeat: adapter.traits.heartbeat || configured == Some(Value::Bool(true)),
        stop: adapter.traits.stop,
        expects_changes: options.expects_changes,
        ahead: adapter.traits.caches,
        adapter: Box::new(adapter.start()),
    }
}

/// Names of model sizes, small to large.
const SIZES: [&str; 3] = ["haiku", "sonnet", "opus"];

/// Returns what an agent calls a model: sizes by its own list or the configured one, other names as they are.
fn model_of(call: &Call, adapter: &AdapterScript, model: String) -> Option<String> {
    let Some(size) = SIZES.iter().position(|size| *size == model) else { return Some(model) };
    let own = call.state.setting_texts(&format!("adapter.{}.models", adapter.name));
    let names = own.unwrap_or_else(|| adapter.traits.models.clone());
    match names.get(size) {
        None => Some(model),
        Some(name) if name.is_empty() => None,
        Some(name) => Some(name.clone()),
    }
}

/// Returns the object for `spec.json`; the transport adds what only it knows.
fn spec_json(call: &Call, options: &Options) -> Value {
    let operation = match options.role.as_str() {
        "generator" => "generate",
        "reviewer" => "review",
        "context-updater" => "context-update",
        _ => "execute",
    };
    let item = current::item();
    let prp = item.as_ref().and_then(|item| item.read_lock::<PrpValue>().map(|prp| prp.clone()));
    let batch = prp.as_ref().and_then(|prp| prp.0.batch.or(prp.0.id.as_ref()?.batch().map(|batch| batch.0)));
    let batch = call.state.run().flag("batch").cloned().or_else(|| batch.map(Value::from)).unwrap_or_default();
    let phase = options.phase.as_ref().map(
        |phase| json!({ "label": phase.phase().label, "ordinal": phase.phase().ordinal, "title": phase.phase().title }),
    );
    let path = prp.as_ref().map(|prp| prp.0.path.display().to_string());
    let input = options.input.clone().or_else(|| {
        let text = options.phase.as_ref().map(|phase| phase.prp.phase_text(phase.phase()).to_owned());
        Some(json!({ "type": "prp", "path": path.as_ref()?, "content": text.unwrap_or_default() }))
    });
    json!({
        "schema_version": SCHEMA_VERSION,
        "operation": operation,
        "batch_id": batch,
        "work_item_id": call.origin.as_ref().map(|attempt| attempt.item.clone()),
        "input": input,
        "timeout_minutes": options.timeout / 60.0,
        "prp_path": path,
        "phase": phase,
        "resume_from": options.resume_from,
        "validation_level": call.state.run().flag("level").cloned().unwrap_or_default(),
        "context": {
            "project_root": call.state.root.display().to_string(),
            "batch_id": batch_text(&batch),
            "stage": stage(item.as_ref()),
            "order": prp.and_then(|prp| prp.0.order),
        },
    })
}

fn batch_text(batch: &Value) -> Value {
    batch.as_i64().map_or(Value::Null, |number| number.to_string().into())
}

fn stage(item: Option<&Dynamic>) -> Option<u32> {
    item.and_then(|item| item.read_lock::<PrpValue>().and_then(|prp| prp.0.stage))
}
