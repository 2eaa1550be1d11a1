//! From the first word to a session in which the agent can be asked: who it is, sign-in, session, model, mode.

use serde_json::{Value, json};

use super::conversation::{Conversation, Ended};
use super::order::Order;
use super::rpc::{NO_METHOD, SIGN_IN};
use crate::model::agent::AgentEvent;

/// The version of the protocol.
const VERSION: u64 = 1;

/// A choice that the agent offers: how it is made, what there is, what stands.
#[derive(Debug, PartialEq)]
struct Choice {
    /// Id of the option, where the agent has options instead of a list of its own.
    option: Option<String>,
    values: Vec<(String, String)>,
    current: String,
}

/// Opens the session of the order.
pub(super) fn open(conversation: &mut Conversation<'_>, order: &Order) -> Result<(), Ended> {
    let client = json!({
        "protocolVersion": VERSION,
        "clientCapabilities": {
            "fs": { "readTextFile": true, "writeTextFile": conversation.policy.edits() },
            "terminal": conversation.policy.may_run("true"),
        },
        "clientInfo": { "name": "batchprp", "title": "batchprp", "version": env!("CARGO_PKG_VERSION") },
    });
    let agent = conversation.ask("initialize", &client)?;
    let version = agent["protocolVersion"].as_u64();
    if version != Some(VERSION) {
        let version = version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
        return Err(Ended::Broken(format!("it speaks {version} of the protocol; this client speaks {VERSION}")));
    }
    let opened = match begin(conversation, order, &agent) {
        Err(Ended::Refused(error)) if error.code == SIGN_IN => {
            sign_in(conversation, order, &agent["authMethods"])?;
            begin(conversation, order, &agent)?
        }
        opened => opened?,
    };
    let model = choose_model(conversation, order, &opened)?;
    choose_mode(conversation, order, &opened)?;
    // A session that nobody could continue has no name: the next prompt would rest on it.
    let session = Some(conversation.session.clone()).filter(|_| loads(&agent) || resumes(&agent));
    let version = agent["agentInfo"]["version"].as_str().map(str::to_owned);
    conversation.narrator.say(&AgentEvent::Started { session, model, version });
    Ok(())
}

fn loads(agent: &Value) -> bool {
    agent["agentCapabilities"]["loadSession"] == true
}

fn resumes(agent: &Value) -> bool {
    agent["agentCapabilities"]["sessionCapabilities"]["resume"].is_object()
}

/// Continues the session of the order, or begins one.
fn begin(conversation: &mut Conversation<'_>, order: &Order, agent: &Value) -> Result<Value, Ended> {
    let cwd = conversation.bounds.workspace().to_string_lossy().into_owned();
    let Some(session) = order.session.clone() else {
        let opened = conversation.ask("session/new", &json!({ "cwd": cwd, "mcpServers": [] }))?;
        let session = opened["sessionId"].as_str();
        let session = session.ok_or_else(|| Ended::Broken("it opened a session without an id".to_owned()))?;
        session.clone_into(&mut conversation.session);
        return Ok(opened);
    };
    conversation.session.clone_from(&session);
    let asked = json!({ "sessionId": session, "cwd": cwd, "mcpServers": [] });
    // `load` repeats all that was said before, `resume` does not. Some say that they resume and know only the other.
    let opened = match resumes(agent).then(|| conversation.ask("session/resume", &asked)) {
        Some(Err(Ended::Refused(error))) if error.code == NO_METHOD => conversation.ask("session/load", &asked),
        Some(opened) => opened,
        None => conversation.ask("session/load", &asked),
    };
    opened.map_err(|ended| match ended {
        Ended::Refused(error) if error.code != SIGN_IN => {
            Ended::Broken(format!("the session `{session}` cannot be continued: {}", error.text))
        }
        ended => ended,
    })
}

/// Signs in by the methods for which there is a key. Without one a person has to.
fn sign_in(conversation: &mut Conversation<'_>, order: &Order, methods: &Value) -> Result<(), Ended> {
    let offered: Vec<&Value> = methods.as_array().into_iter().flatten().collect();
    let given = |name: &String| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let own = order.auth.iter().filter(|(name, _)| given(name)).map(|(_, method)| method.clone());
    // Agents that say which variables a method wants.
    let told = offered.iter().filter_map(|method| {
        let name = method["varName"].as_str().or_else(|| method["vars"][0]["name"].as_str())?;
        given(&name.to_owned()).then(|| Some(method["id"].as_str()?.to_owned()))?
    });
    let mut why = String::new();
    for method in own.chain(told).collect::<Vec<_>>() {
        match conversation.ask("authenticate", &json!({ "methodId": method })) {
            Ok(_) => return Ok(()),
            Err(Ended::Refused(error)) => why = format!(": {}", error.text),
            Err(ended) => return Err(ended),
        }
    }
    let names: Vec<&str> = offered.iter().filter_map(|method| method["name"].as_str()).collect();
    let names = if names.is_empty() { String::new() } else { format!(" (it offers: {})", names.join(", ")) };
    let text = format!("nobody is signed in{why}; {}{names}", order.sign_in);
    Err(Ended::Refused(super::rpc::RpcError::new(SIGN_IN, text)))
}

/// Reads a choice of the session: from its options, or from the list that was there before them.
fn choice(opened: &Value, category: &str, list: &str, id: &str) -> Option<Choice> {
    let options = opened["configOptions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(option) = options.iter().find(|option| option["category"] == category && option["options"].is_array()) {
        // Values may stand in groups.
        let entries = option["options"].as_array()?.iter().flat_map(|entry| match entry["options"].as_array() {
            Some(group) => group.as_slice(),
            None => std::slice::from_ref(entry),
        });
        let values = entries.filter_map(|entry| pair(entry, "value")).collect();
        let current = option["currentValue"].as_str().unwrap_or_default().to_owned();
        return Some(Choice { option: option["id"].as_str().map(str::to_owned), values, current });
    }
    let old = &opened[format!("{category}s")];
    let values = old[list].as_array()?.iter().filter_map(|entry| pair(entry, id)).collect();
    let current = ["currentModeId", "currentModelId"].iter().find_map(|key| old[*key].as_str());
    Some(Choice { option: None, values, current: current.unwrap_or_default().to_owned() })
}

fn pair(entry: &Value, id: &str) -> Option<(String, String)> {
    let id = entry[id].as_str().or_else(|| entry["id"].as_str())?;
    Some((id.to_owned(), entry["name"].as_str().unwrap_or(id).to_owned()))
}

impl Choice {
    /// Finds what a person calls a value: by its id, its name, or the end of its id behind a `/`.
    fn find(&self, wanted: &str) -> Option<&str> {
        let same = |(id, name): &&(String, String)| id == wanted || name.eq_ignore_ascii_case(wanted);
        let end = |(id, _): &&(String, String)| id.rsplit('/').next() == Some(wanted);
        let found = self.values.iter().find(same).or_else(|| self.values.iter().find(end));
        found.map(|(id, _)| id.as_str())
    }

    fn set(
        &self,
        conversation: &mut Conversation<'_>,
        value: &str,
        (method, key): (&str, &str),
    ) -> Result<Value, Ended> {
        let session = conversation.session.clone();
        match &self.option {
            Some(option) => {
                let params = json!({ "sessionId": session, "configId": option, "value": value });
                conversation.ask("session/set_config_option", &params)
            }
            None => conversation.ask(method, &json!({ "sessionId": session, key: value })),
        }
    }
}

/// Chooses the model that was asked for; returns the one that works.
fn choose_model(conversation: &mut Conversation<'_>, order: &Order, opened: &Value) -> Result<Option<String>, Ended> {
    let choice = choice(opened, "model", "availableModels", "modelId");
    let Some(wanted) = &order.model else {
        return Ok(choice.map(|choice| choice.current).filter(|current| !current.is_empty()));
    };
    if order.model_is_chosen {
        return Ok(order.model.clone());
    }
    let Some(choice) = choice else {
        return Err(Ended::Broken(format!("it offers no choice of models, and so not `{wanted}`")));
    };
    // Some take names that they do not list.
    let value = choice.find(wanted).unwrap_or(wanted).to_owned();
    if value != choice.current {
        choice.set(conversation, &value, ("session/set_model", "modelId")).map_err(|ended| match ended {
            Ended::Refused(error) => {
                let known: Vec<&str> = choice.values.iter().take(20).map(|(id, _)| id.as_str()).collect();
                let known = known.join(", ");
                Ended::Broken(format!("it does not take the model `{wanted}`: {}; it offers {known}", error.text))
            }
            ended => ended,
        })?;
    }
    Ok(Some(value))
}

/// Chooses the mode: how much the agent does without asking.
fn choose_mode(conversation: &mut Conversation<'_>, order: &Order, opened: &Value) -> Result<(), Ended> {
    let wanted = if conversation.policy.edits() { &order.mode } else { &order.reading_mode };
    let Some(wanted) = wanted else { return Ok(()) };
    let choice = choice(opened, "mode", "availableModes", "id");
    let Some((choice, value)) = choice.as_ref().and_then(|choice| Some((choice, choice.find(wanted)?))) else {
        conversation.narrator.warn(format!("{} has no mode `{wanted}`", order.name));
        return Ok(());
    };
    if value != choice.current {
        choice.set(conversation, value, ("session/set_mode", "modeId"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_from_options_and_from_lists() {
        let options = json!({ "configOptions": [{ "id": "m", "category": "model", "currentValue": "a/b", "options": [
            { "name": "Group", "options": [{ "value": "a/b", "name": "B" }] }, { "value": "c", "name": "See" }] }] });
        let found = choice(&options, "model", "availableModels", "modelId").unwrap();
        assert_eq!((found.option.as_deref(), found.current.as_str()), (Some("m"), "a/b"));
        assert_eq!((found.find("b"), found.find("see"), found.find("x")), (Some("a/b"), Some("c"), None));
        let lists = json!({ "modes": { "currentModeId": "ask", "availableModes": [{ "id": "ask", "name": "Ask" }] },
            "models": { "currentModelId": "m", "availableModels": [{ "modelId": "m", "name": "M" }] } });
        let modes = choice(&lists, "mode", "availableModes", "id").unwrap();
        assert_eq!((modes.option.as_deref(), modes.find("Ask"), modes.current.as_str()), (None, Some("ask"), "ask"));
        assert_eq!(choice(&lists, "model", "availableModels", "modelId").unwrap().current, "m");
        assert_eq!(choice(&json!({}), "mode", "availableModes", "id"), None);
    }
}
