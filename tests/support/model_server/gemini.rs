//! Gemini's `generateContent`.

use serde_json::{Value, json};

use super::answer::{Answer, Stop};
use super::conversation::{Conversation, Part, list, text};

/// Reads a request to `models/MODEL:VERB`.
pub(super) fn read(body: &Value, model: &str, stream: bool) -> Conversation {
    let mut asked = Conversation { model: model.to_owned(), stream, ..Conversation::default() };
    for part in list(&body["systemInstruction"], "parts") {
        asked.system.push_str(text(part, "text"));
    }
    let tools = list(body, "tools").iter().flat_map(|tool| list(tool, "functionDeclarations"));
    asked.tools = tools.map(|tool| text(tool, "name").to_owned()).collect();
    let settings = &body["generationConfig"];
    let schemas = [&settings["responseJsonSchema"], &settings["responseSchema"]];
    asked.schema = schemas.into_iter().find(|schema| schema.is_object()).cloned();
    for content in list(body, "contents") {
        for part in list(content, "parts") {
            if part.get("functionResponse").is_some() {
                asked.parts.push(Part::Result);
            } else if part.get("functionCall").is_some() {
                asked.parts.push(Part::Assistant);
            } else {
                asked.say(text(content, "role"), text(part, "text"));
            }
        }
    }
    asked
}

/// Writes an answer as events.
pub(super) fn events(answer: &Answer) -> Vec<(Option<&'static str>, Value)> {
    let mut events: Vec<Value> =
        answer.pieces().into_iter().map(|piece| chunk(answer, &json!([{ "text": piece }]))).collect();
    let mut last = whole(answer);
    let calls = calls(answer);
    last["candidates"][0]["content"]["parts"] = if calls.is_empty() { json!([{ "text": "" }]) } else { calls.into() };
    events.push(last);
    events.into_iter().map(|event| (None, event)).collect()
}

/// Writes an answer as one object.
pub(super) fn whole(answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if !answer.text.is_empty() {
        parts.push(json!({ "text": answer.text }));
    }
    parts.extend(calls(answer));
    let mut whole = chunk(answer, &parts.into());
    whole["candidates"][0]["finishReason"] = json!(match answer.stop {
        Stop::End | Stop::Tools => "STOP",
        Stop::MaxTokens => "MAX_TOKENS",
        Stop::Refusal => "SAFETY",
    });
    let counts = answer.counts;
    let input = counts.input + counts.cache_read + counts.cache_write;
    whole["usageMetadata"] = json!({
        "promptTokenCount": input, "candidatesTokenCount": counts.output, "totalTokenCount": input + counts.output,
        "cachedContentTokenCount": counts.cache_read,
    });
    whole
}

/// Writes an error.
pub(super) fn error(status: u16, message: &str, retry_after: Option<u32>) -> Value {
    let word = match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        _ => "UNAVAILABLE",
    };
    let details: Vec<Value> = retry_after
        .map(|seconds| json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s") }))
        .into_iter()
        .collect();
    json!({ "error": { "code": status, "message": message, "status": word, "details": details } })
}

fn chunk(answer: &Answer, parts: &Value) -> Value {
    json!({
        "candidates": [{ "index": 0, "content": { "role": "model", "parts": parts } }],
        "modelVersion": answer.model, "responseId": answer.id,
    })
}

fn calls(answer: &Answer) -> Vec<Value> {
    let call = |call: &super::answer::Call| json!({ "functionCall": { "id": call.id, "name": call.name, "args": call.arguments } });
    answer.calls.iter().map(call).collect()
}
