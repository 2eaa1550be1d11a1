//! JSON-RPC 2.0: the messages that go to the agent, and what an answer says.

use serde_json::{Value, json};

/// The codes that this client answers with.
pub(super) const NO_METHOD: i64 = -32601;
pub(super) const BAD_PARAMS: i64 = -32602;
pub(super) const FAILED: i64 = -32603;
/// What the role may not do.
pub(super) const DENIED: i64 = -32003;
/// The agent wants somebody to sign in.
pub(super) const SIGN_IN: i64 = -32000;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RpcError {
    pub(super) code: i64,
    pub(super) text: String,
}

impl RpcError {
    pub(super) fn new(code: i64, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Reads an `error`: agents put the cause into `data` as a text, or below one of a few names.
    pub(super) fn read(error: &Value) -> Self {
        let message = error["message"].as_str().unwrap_or("an error without a message");
        let data = &error["data"];
        let kind = data["errorKind"].as_str();
        let detail = data
            .as_str()
            .or_else(|| ["details", "message", "error", "reason"].iter().find_map(|key| data[*key].as_str()));
        let parts = [Some(message), kind, detail].into_iter().flatten();
        let mut text = String::new();
        for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
            if !text.contains(part) {
                text += if text.is_empty() { "" } else { ": " };
                text += part;
            }
        }
        Self { code: error["code"].as_i64().unwrap_or_default(), text }
    }
}

/// What a message is.
#[derive(Debug)]
pub(super) enum Message {
    Request { id: Value, method: String, params: Value },
    Notification { method: String, params: Value },
    Answer { id: Value, result: Result<Value, RpcError> },
}

impl Message {
    /// Reads one line; nothing for what is no message.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let mut value: Value = serde_json::from_slice(line).ok()?;
        let message = value.as_object_mut()?;
        let id = message.remove("id").filter(|id| !id.is_null());
        let params = message.remove("params").unwrap_or_default();
        match (message.remove("method"), id) {
            (Some(Value::String(method)), Some(id)) => Some(Self::Request { id, method, params }),
            (Some(Value::String(method)), None) => Some(Self::Notification { method, params }),
            (None, Some(id)) => {
                let result = match message.remove("error").filter(|error| !error.is_null()) {
                    Some(error) => Err(RpcError::read(&error)),
                    None => Ok(message.remove("result")?),
                };
                Some(Self::Answer { id, result })
            }
            _ => None,
        }
    }
}

pub(super) fn request(id: u64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

pub(super) fn answer(id: &Value, result: Result<Value, RpcError>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(RpcError { code, text }) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": text } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_and_everything_else_is_none() {
        let read = |text: &str| Message::read(text.as_bytes());
        assert!(matches!(read(r#"{"id":1,"method":"m","params":{}}"#), Some(Message::Request { .. })));
        assert!(matches!(read(r#"{"id":null,"method":"m"}"#), Some(Message::Notification { .. })));
        assert!(matches!(read(r#"{"id":"a","result":null}"#), Some(Message::Answer { result: Ok(Value::Null), .. })));
        for text in ["", "{", "[]", "7", r#"{"method":7}"#, r#"{"id":1}"#, r#"{"jsonrpc":"2.0"}"#, "[[[[["] {
            assert!(read(text).is_none(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&deep).is_none());
    }

    #[test]
    fn an_error_is_told_with_its_cause_and_nothing_twice() {
        let text = |error: Value| RpcError::read(&error).text;
        let limited = json!({ "code": -32603, "message": "Internal error", "data": { "errorKind": "rate_limit" } });
        assert_eq!(text(limited), "Internal error: rate_limit");
        assert_eq!(text(json!({ "message": "Broken: pipe", "data": { "details": "pipe" } })), "Broken: pipe");
        assert_eq!(text(json!({ "message": "Broken", "data": "pipe" })), "Broken: pipe");
        assert_eq!(text(json!({})), "an error without a message");
    }
}
