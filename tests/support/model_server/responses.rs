//! `OpenAI` Responses.

use serde_json::{Value, json};

use super::answer::{Answer, Stop};
use super::conversation::{Conversation, Part, list, text};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let mut asked = Conversation {
        model: text(body, "model").to_owned(),
        system: text(body, "instructions").to_owned(),
        stream: body["stream"] == true,
        ..Conversation::default()
    };
    offer(&mut asked, list(body, "tools"));
    if let Some(words) = body["input"].as_str() {
        asked.say("user", words);
    }
    for item in list(body, "input") {
        match item["type"].as_str().unwrap_or("message") {
            "message" => {
                let role = text(item, "role");
                if let Some(words) = item["content"].as_str() {
                    asked.say(role, words);
                }
                for part in list(item, "content") {
                    asked.say(role, text(part, "text"));
                }
            }
            kind if kind.ends_with("_output") => asked.parts.push(Part::Result),
            kind if kind.ends_with("_call") => asked.parts.push(Part::Assistant),
            _ => offer(&mut asked, list(item, "tools")),
        }
    }
    asked
}

/// Tools may stand in groups.
fn offer(asked: &mut Conversation, tools: &[Value]) {
    for tool in tools {
        asked.tools.insert(text(tool, "name").to_owned());
        offer(asked, list(tool, "tools"));
    }
}

/// Writes an answer as events.
pub(super) fn events(answer: &Answer) -> Vec<(Option<&'static str>, Value)> {
    let done = whole(answer);
    let mut begun = done.clone();
    begun["status"] = json!("in_progress");
    begun["output"] = json!([]);
    let mut events = vec![("response.created", json!({ "response": begun }))];
    for (index, item) in list(&done, "output").iter().enumerate() {
        let place = json!({ "output_index": index, "content_index": 0, "item_id": item["id"] });
        let with = |key: &str, value: Value| {
            let mut event = place.clone();
            event[key] = value;
            event
        };
        let mut added = item.clone();
        added["status"] = json!("in_progress");
        if item["type"] == "message" {
            added["content"] = json!([]);
        } else {
            added["arguments"] = json!("");
        }
        events.push(("response.output_item.added", with("item", added)));
        if item["content"][0]["type"] == "output_text" {
            let part = json!({ "type": "output_text", "text": "", "annotations": [] });
            events.push(("response.content_part.added", with("part", part)));
            for piece in answer.pieces() {
                events.push(("response.output_text.delta", with("delta", json!(piece))));
            }
            events.push(("response.output_text.done", with("text", json!(answer.text))));
        } else if item["type"] == "function_call" {
            events.push(("response.function_call_arguments.delta", with("delta", item["arguments"].clone())));
            events.push(("response.function_call_arguments.done", with("arguments", item["arguments"].clone())));
        }
        events.push(("response.output_item.done", with("item", item.clone())));
    }
    let last = if answer.stop == Stop::MaxTokens { "response.incomplete" } else { "response.completed" };
    events.push((last, json!({ "response": done })));
    let numbered = events.into_iter().enumerate().map(|(number, (name, mut event))| {
        event["type"] = json!(name);
        event["sequence_number"] = json!(number);
        (Some(name), event)
    });
    numbered.collect()
}

/// Writes an answer as one object.
pub(super) fn whole(answer: &Answer) -> Value {
    let mut output = Vec::new();
    if !answer.text.is_empty() {
        let part = match answer.stop {
            Stop::Refusal => json!({ "type": "refusal", "refusal": answer.text }),
            Stop::End | Stop::Tools | Stop::MaxTokens => {
                json!({ "type": "output_text", "text": answer.text, "annotations": [] })
            }
        };
        let id = format!("msg_{}", answer.id);
        output.push(
            json!({ "type": "message", "id": id, "role": "assistant", "status": "completed", "content": [part] }),
        );
    }
    for call in &answer.calls {
        output.push(json!({
            "type": "function_call", "id": format!("fc_{}", answer.id), "call_id": call.id, "name": call.name,
            "arguments": call.arguments.to_string(), "status": "completed",
        }));
    }
    let counts = answer.counts;
    let input = counts.input + counts.cache_read + counts.cache_write;
    let (status, details) = match answer.stop {
        Stop::MaxTokens => ("incomplete", json!({ "reason": "max_output_tokens" })),
        Stop::End | Stop::Tools | Stop::Refusal => ("completed", Value::Null),
    };
    json!({
        "id": format!("resp_{}", answer.id), "object": "response", "created_at": 0, "model": answer.model,
        "status": status, "error": null, "incomplete_details": details, "output": output, "tools": [],
        "parallel_tool_calls": true, "tool_choice": "auto",
        "usage": {
            "input_tokens": input, "input_tokens_details": { "cached_tokens": counts.cache_read },
            "output_tokens": counts.output, "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": input + counts.output,
        },
    })
}
