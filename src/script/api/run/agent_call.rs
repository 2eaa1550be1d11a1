//! Builds the request of one agent call from options, flags, configuration and role template.

use std::collections::BTreeMap;

use rhai::{Dynamic, Map};
use serde_json::{Value, json};

use crate::bridge::AgentCall;
use crate::error::Error;
use crate::model::agent::AgentSpec;
use crate::model::id::PrpId;
use crate::model::task::{Operation, TaskContext, TaskPhase, TaskSpec};

use super::current;
use crate::script::adapter::{AdapterScript, Detected};
use crate::script::api::document::template;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, invalid};
use crate::script::state::State;
use crate::script::value::phase::PhaseValue;
use crate::script::value::prp::PrpValue;

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
pub(crate) struct Options {
    pub(crate) agent: Option<String>,
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
    pub(crate) fn read(state: &State, role: &str, map: Map) -> Result<Self, Error> {
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
pub(crate) fn build(
    call: &Call,
    options: Options,
    adapter: AdapterScript,
    detected: Detected,
    mut env: BTreeMap<String, String>,
) -> AgentCall {
    let task = task(call, &options);
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
        task,
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
    let batch = number(call, "batch").or_else(own_batch);
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
        timeout_minutes: options.timeout / 60.0,
        phase,
        resume_from: options.resume_from.clone(),
        validation_level: number(call, "level"),
        context: TaskContext {
            project_root: Some(call.state.root.display().to_string()),
            branch: id.filter(|_| operation == Operation::Execute).map(PrpId::branch),
            batch_id: batch.map(|batch| batch.to_string()),
            stage: stage(item.as_ref()),
            order: prp.as_ref().and_then(|prp| prp.0.order),
        },
        prp_path: path,
        ..TaskSpec::default()
    }
}

/// Returns a flag of the command that is a number.
fn number(call: &Call, flag: &str) -> Option<u32> {
    call.state.run().flag(flag)?.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn stage(item: Option<&Dynamic>) -> Option<u32> {
    item.and_then(|item| item.read_lock::<PrpValue>().and_then(|prp| prp.0.stage))
}
