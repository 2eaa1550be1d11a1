//! Anthropic Messages.

use serde_json::{Value, json};

use super::answer::{Answer, Stop};
use super::conversation::{Conversation, Part, list, text};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let mut asked = Conversation { model: text(body, "model").to_owned(), ..Conversation::default() };
    asked.stream = body["stream"] == true;
    asked.tools = list(body, "tools").iter().map(|tool| text(tool, "name").to_owned()).collect();
    asked.system = match &body["system"] {
        Value::String(text) => text.clone(),
        blocks => {
            blocks.as_array().into_iter().flatten().map(|block| text(block, "text")).collect::<Vec<_>>().join("\n")
        }
    };
    for message in list(body, "messages") {
        let role = text(message, "role");
        if let Some(words) = message["content"].as_str() {
            asked.say(role, words);
        }
        for block in list(message, "content") {
            match text(block, "type") {
                "text" => asked.say(role, text(block, "text")),
                "tool_use" => asked.parts.push(Part::Assistant),
                "tool_result" => asked.parts.push(Part::Result),
                _ => {}
            }
        }
    }
    asked
}

/// Writes an answer as events.
pub(super) fn events(answer: &Answer) -> Vec<(Option<&'static str>, Value)> {
    let mut message = whole(answer);
    message["content"] = json!([]);
    message["stop_reason"] = Value::Null;
    message["usage"]["output_tokens"] = json!(1);
    let mut events = vec![json!({ "type": "message_start", "message": message })];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>| {
        events.push(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        for delta in deltas {
            events.push(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        }
        events.push(json!({ "type": "content_block_stop", "index": index }));
        index += 1;
    };
    if !answer.text.is_empty() {
        let pieces = answer.pieces().into_iter().map(|piece| json!({ "type": "text_delta", "text": piece }));
        block(json!({ "type": "text", "text": "" }), pieces.collect());
    }
    for call in &answer.calls {
        let start = json!({ "type": "tool_use", "id": format!("tool{}", call.id), "name": call.name, "input": {} });
        block(start, vec![json!({ "type": "input_json_delta", "partial_json": call.arguments.to_string() })]);
    }
    let delta = json!({ "stop_reason": stop(answer.stop), "stop_sequence": null });
    events.push(json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": answer.counts.output } }));
    events.push(json!({ "type": "message_stop" }));
    events.into_iter().map(|event| (name(&event), event)).collect()
}

/// Writes an answer as one object.
pub(super) fn whole(answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.text.is_empty() {
        content.push(json!({ "type": "text", "text": answer.text }));
    }
    for call in &answer.calls {
        let id = format!("tool{}", call.id);
        content.push(json!({ "type": "tool_use", "id": id, "name": call.name, "input": call.arguments }));
    }
    let usage = json!({
        "input_tokens": answer.counts.input,
        "cache_read_input_tokens": answer.counts.cache_read,
        "cache_creation_input_tokens": answer.counts.cache_write,
        "output_tokens": answer.counts.output,
    });
    json!({
        "id": format!("msg_{}", answer.id), "type": "message", "role": "assistant", "model": answer.model,
        "content": content, "stop_reason": stop(answer.stop), "stop_sequence": null, "usage": usage,
    })
}

/// Writes an error.
pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Tools => "tool_use",
        Stop::MaxTokens => "max_tokens",
        Stop::Refusal => "refusal",
    }
}

fn name(event: &Value) -> Option<&'static str> {
    let names = [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ];
    names.into_iter().find(|name| event["type"] == *name)
}
