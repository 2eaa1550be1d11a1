//! `OpenAI` Chat Completions; also the errors of both interfaces of `OpenAI`.

use serde_json::{Value, json};

use super::answer::{Answer, Stop};
use super::conversation::{Conversation, Part, list, text};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let mut asked = Conversation { model: text(body, "model").to_owned(), ..Conversation::default() };
    asked.stream = body["stream"] == true;
    asked.tools = list(body, "tools").iter().map(|tool| text(&tool["function"], "name").to_owned()).collect();
    for message in list(body, "messages") {
        let role = text(message, "role");
        let words = message["content"].as_str().map_or_else(
            || list(message, "content").iter().map(|part| text(part, "text")).collect::<Vec<_>>().join("\n"),
            str::to_owned,
        );
        match role {
            "tool" => asked.parts.push(Part::Result),
            "system" | "developer" => asked.system.push_str(&words),
            _ => asked.say(role, &words),
        }
    }
    asked
}

/// Writes an answer as events.
pub(super) fn events(answer: &Answer) -> Vec<(Option<&'static str>, Value)> {
    let chunk = |delta: Value, finish: Value| {
        json!({
            "id": format!("chatcmpl-{}", answer.id), "object": "chat.completion.chunk", "created": 0,
            "model": answer.model, "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        })
    };
    let mut events = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
    events.extend(answer.pieces().into_iter().map(|piece| chunk(json!({ "content": piece }), Value::Null)));
    for call in calls(answer) {
        events.push(chunk(json!({ "tool_calls": [call] }), Value::Null));
    }
    let mut last = chunk(json!({}), json!(stop(answer.stop)));
    last["usage"] = usage(answer);
    events.push(last);
    events.into_iter().map(|event| (None, event)).collect()
}

/// Writes an answer as one object.
pub(super) fn whole(answer: &Answer) -> Value {
    let mut message = json!({ "role": "assistant", "content": answer.text });
    let calls = calls(answer);
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    json!({
        "id": format!("chatcmpl-{}", answer.id), "object": "chat.completion", "created": 0, "model": answer.model,
        "choices": [{ "index": 0, "message": message, "finish_reason": stop(answer.stop) }], "usage": usage(answer),
    })
}

/// Writes an error; `code` is the word that clients look at.
pub(super) fn error(kind: &str, code: Option<&str>, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}

fn calls(answer: &Answer) -> Vec<Value> {
    let calls = answer.calls.iter().enumerate().map(|(index, call)| {
        let function = json!({ "name": call.name, "arguments": call.arguments.to_string() });
        json!({ "index": index, "id": call.id, "type": "function", "function": function })
    });
    calls.collect()
}

fn usage(answer: &Answer) -> Value {
    let counts = answer.counts;
    let input = counts.input + counts.cache_read + counts.cache_write;
    json!({
        "prompt_tokens": input, "completion_tokens": counts.output, "total_tokens": input + counts.output,
        "prompt_tokens_details": { "cached_tokens": counts.cache_read },
    })
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "stop",
        Stop::Tools => "tool_calls",
        Stop::MaxTokens => "length",
        Stop::Refusal => "content_filter",
    }
}
