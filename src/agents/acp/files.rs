//! The files that an agent reads and writes through this client.

use std::path::Path;

use serde_json::{Value, json};

use super::permission::Policy;
use super::place::Bounds;
use super::rpc::{BAD_PARAMS, DENIED, FAILED, RpcError};
use crate::host::state;

/// Largest file that is read for an agent.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Answers `fs/read_text_file`.
pub(super) fn read(params: &Value, bounds: &Bounds) -> Result<Value, RpcError> {
    let path = path(params)?;
    let place = bounds.inside(path).map_err(|why| RpcError::new(DENIED, why))?;
    let failed = |why: &dyn std::fmt::Display| RpcError::new(FAILED, format!("cannot read `{path}`: {why}"));
    let content = state::read_untrusted(&place, MAX_FILE).map_err(|error| failed(&error))?;
    let content = content.ok_or_else(|| failed(&"there is no such file"))?;
    let text = String::from_utf8(content).map_err(|_| failed(&"it is no text"))?;
    let count = |key: &str| params[key].as_u64().and_then(|count| usize::try_from(count).ok());
    let (line, limit) = (count("line"), count("limit"));
    if line.is_none() && limit.is_none() {
        return Ok(json!({ "content": text }));
    }
    let lines = text.split_inclusive('\n').skip(line.unwrap_or(1).saturating_sub(1));
    Ok(json!({ "content": lines.take(limit.unwrap_or(usize::MAX)).collect::<String>() }))
}

/// Answers `fs/write_text_file`.
pub(super) fn write(params: &Value, policy: &Policy, bounds: &Bounds) -> Result<Value, RpcError> {
    let path = path(params)?;
    let content = params["content"].as_str().ok_or_else(|| RpcError::new(BAD_PARAMS, "`content` is no text"))?;
    if !policy.edits() {
        return Err(RpcError::new(DENIED, "the role may not write files"));
    }
    let place = bounds.writable(path).map_err(|why| RpcError::new(DENIED, why))?;
    put(&place, content).map_err(|error| RpcError::new(FAILED, format!("cannot write `{path}`: {error}")))?;
    Ok(json!({}))
}

fn put(place: &Path, content: &str) -> std::io::Result<()> {
    match place.metadata() {
        // A pipe would keep its writer waiting.
        Ok(facts) if !facts.is_file() => return Err(std::io::Error::other("it is no regular file")),
        Ok(_) => {}
        Err(_) => place.parent().map_or(Ok(()), std::fs::create_dir_all)?,
    }
    std::fs::write(place, content)
}

fn path(params: &Value) -> Result<&str, RpcError> {
    params["path"].as_str().ok_or_else(|| RpcError::new(BAD_PARAMS, "`path` is no text"))
}
