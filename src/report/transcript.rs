//! What an agent wrote, as a dialogue that people read: what it said, what it ran and changed, what came of that.
//!
//! Lines of the programs that are known become text, each by its shape; of the others a line stays as it is.

use serde_json::Value;

use super::text::{block, line, numbered};

/// So many lines of what a tool gave back are shown.
const GIVEN_BACK: usize = 6;

/// Widest line of what was run or given back.
const WIDTH: usize = 300;

/// What stands before what a tool gave back.
const INDENT: &str = "    ";

/// Returns the text of one line of a transcript; nothing for what tells a person nothing.
pub fn readable(text: &str) -> Option<String> {
    let text = text.trim_end();
    let Ok(Value::Object(_)) = serde_json::from_str::<Value>(text) else {
        return (!text.trim().is_empty()).then(|| block(text));
    };
    let value: Value = serde_json::from_str(text).ok()?;
    let parts = match (value["kind"].as_str(), value["type"].as_str()) {
        (Some(kind), _) => own(kind, &value),
        (None, Some(kind)) => foreign(kind, &value),
        (None, None) => None,
    };
    let parts = parts.unwrap_or_else(|| vec![block(text)]);
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// The lines that batchprp itself understands.
fn own(kind: &str, value: &Value) -> Option<Vec<String>> {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    Some(match kind {
        "message" => said(text("text")),
        "progress" => {
            let percent = value["percent"].as_f64().map(|percent| format!(" ({percent:.0}%)")).unwrap_or_default();
            vec![format!("· {}{percent}", line(text("text"), WIDTH))]
        }
        "tool_start" => vec![ran(text("name"), &value["input"])],
        "tool_end" if value["ok"] == false => vec![format!("{INDENT}failed")],
        "permission_denied" => vec![format!("refused: {}", line(text("tool"), WIDTH))],
        "warning" => vec![format!("warning: {}", line(text("text"), WIDTH))],
        "rate_limited" => vec!["limited by its service".to_owned()],
        "retry" => vec![format!("tries again (attempt {})", value["attempt"])],
        "finished" => vec![result(value["ok"] == true, text("reason"), text("text"))],
        "started" | "tool_end" | "usage" | "cost" => Vec::new(),
        _ => return None,
    })
}

/// The lines of the programs that have adapters.
fn foreign(kind: &str, value: &Value) -> Option<Vec<String>> {
    Some(match kind {
        // Claude Code, Qwen Code.
        "assistant" | "user" if value["message"].is_object() => contents(&value["message"]["content"], kind),
        "result" if value["subtype"].is_string() => {
            let reason = value["subtype"].as_str().unwrap_or_default();
            vec![result(value["is_error"] != true, reason, value["result"].as_str().unwrap_or_default())]
        }
        // Gemini CLI.
        "message" if value["role"] == "assistant" => said(value["content"].as_str().unwrap_or_default()),
        "tool_use" if value["tool_name"].is_string() => {
            vec![ran(value["tool_name"].as_str().unwrap_or_default(), &value["parameters"])]
        }
        "tool_result" => gave(&value["output"], value["status"] == "error"),
        "result" => vec![result(value["status"] == "success", value["status"].as_str().unwrap_or_default(), "")],
        // Codex.
        "item.started" | "item.completed" | "item.updated" => item(kind, &value["item"]),
        "turn.failed" | "error" => {
            let text = value["error"]["message"].as_str().or_else(|| value["message"].as_str()).unwrap_or_default();
            vec![format!("error: {}", line(text, WIDTH))]
        }
        // OpenCode.
        "text" => said(value["part"]["text"].as_str().unwrap_or_default()),
        "tool_use" if value["part"].is_object() => {
            let (part, state) = (&value["part"], &value["part"]["state"]);
            let mut parts = vec![ran(part["tool"].as_str().unwrap_or_default(), &state["input"])];
            parts.extend(gave(&state["output"], state["status"] == "error"));
            parts.extend(state["error"].as_str().map(|error| format!("{INDENT}failed: {}", line(error, WIDTH))));
            parts
        }
        "system" | "stream_event" | "init" | "message" | "thread.started" | "turn.started" | "turn.completed"
        | "step_start" | "step_finish" | "rate_limit_event" | "assistant" | "user" => Vec::new(),
        _ => return None,
    })
}

/// Blocks of a message.
fn contents(content: &Value, who: &str) -> Vec<String> {
    if let Some(text) = content.as_str() {
        // What it was asked stands in its prompt.
        return if who == "assistant" { said(text) } else { Vec::new() };
    }
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |block: &Value| match block["type"].as_str() {
        Some("text") if who == "assistant" => said(block["text"].as_str().unwrap_or_default()),
        Some("tool_use") => vec![ran(block["name"].as_str().unwrap_or_default(), &block["input"])],
        Some("tool_result") => gave(&block["content"], block["is_error"] == true),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}

fn item(kind: &str, item: &Value) -> Vec<String> {
    let text = |key: &str| item[key].as_str().unwrap_or_default();
    match (text("type"), kind) {
        ("agent_message", "item.completed") => said(text("text")),
        ("command_execution", "item.started") => vec![format!("$ {}", line(text("command"), WIDTH))],
        ("command_execution", "item.completed") => {
            let failed = item["exit_code"].as_i64().is_some_and(|code| code != 0);
            gave(&item["aggregated_output"], failed)
        }
        ("file_change", "item.completed") => {
            let changes = item["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
            let path = |change: &Value| format!("~ {}", line(change["path"].as_str().unwrap_or_default(), WIDTH));
            changes.iter().map(path).collect()
        }
        ("mcp_tool_call", "item.started") => vec![ran(text("tool"), &item["arguments"])],
        ("error", "item.completed") => vec![format!("warning: {}", line(text("message"), WIDTH))],
        _ => Vec::new(),
    }
}

fn said(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() { Vec::new() } else { vec![block(text)] }
}

/// Says what was run with which arguments: a command as one types it, a change by its file.
fn ran(name: &str, input: &Value) -> String {
    let first = |keys: &[&str]| keys.iter().find_map(|key| input[*key].as_str()).map(|text| line(text, WIDTH));
    if let Some(command) = first(&["command", "cmd"]) {
        return format!("$ {command}");
    }
    let lower = name.to_lowercase();
    let path = first(&["file_path", "filePath", "absolute_path", "notebook_path", "path"]);
    let changes = ["write", "edit", "replace", "patch", "create"].iter().any(|word| lower.contains(word));
    match path {
        Some(path) if changes => format!("~ {path}"),
        Some(path) => format!("{} {path}", line(name, 60)),
        None if input.is_null() => format!("uses {}", line(name, 60)),
        None => format!("uses {} {}", line(name, 60), line(&input.to_string(), 160)),
    }
}

/// Shows the beginning of what a tool gave back.
fn gave(output: &Value, failed: bool) -> Vec<String> {
    let text = match output {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut lines: Vec<String> =
        all.iter().take(GIVEN_BACK).map(|text| format!("{INDENT}{}", line(text, WIDTH))).collect();
    let more = all.len().saturating_sub(GIVEN_BACK);
    if more > 0 {
        lines.push(format!("{INDENT}[{}]", numbered(more, "more line")));
    }
    if failed {
        lines.insert(0, format!("{INDENT}failed:"));
    }
    lines
}

fn result(ok: bool, reason: &str, text: &str) -> String {
    let said = [reason, text].map(str::trim).into_iter().filter(|said| !said.is_empty());
    let said = said.map(block).collect::<Vec<_>>().join(": ");
    format!(
        "= {}{}",
        if ok { "done" } else { "not done" },
        if said.is_empty() { String::new() } else { format!(": {said}") }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(lines: &[&str]) -> String {
        lines.iter().filter_map(|line| readable(line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_claude_writes_becomes_a_dialogue() {
        let text = all(&[
            r#"{"type":"system","subtype":"init","model":"m"}"#,
            r#"{"type":"assistant","message":{"content":[{"type":"text","text":"I look.\nThen I write."}]}}"#,
            r#"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":"make test"}}]}}"#,
            r#"{"type":"user","message":{"content":[{"type":"tool_result","content":"1\n2\n3\n4\n5\n6\n7\n8","is_error":true}]}}"#,
            r#"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Write","input":{"file_path":"a.txt","content":"one\n"}}]}}"#,
            r#"{"type":"result","subtype":"success","is_error":false,"result":"Done."}"#,
        ]);
        let wanted = "I look.\nThen I write.\n$ make test\n    failed:\n    1\n    2\n    3\n    4\n    5\n    6\n    \
                      [2 more lines]\n~ a.txt\n= done: success: Done.";
        assert_eq!(text, wanted);
    }

    #[test]
    fn the_others_are_read_too() {
        let codex = all(&[
            r#"{"type":"item.started","item":{"type":"command_execution","command":"exit 3"}}"#,
            r#"{"type":"item.completed","item":{"type":"command_execution","command":"exit 3","aggregated_output":"no","exit_code":3}}"#,
            r#"{"type":"item.completed","item":{"type":"file_change","changes":[{"path":"a.txt","kind":"add"}]}}"#,
        ]);
        assert_eq!(codex, "$ exit 3\n    failed:\n    no\n~ a.txt");
        let gemini = all(&[
            r#"{"type":"message","role":"user","content":"the prompt"}"#,
            r#"{"type":"message","role":"assistant","content":"Step 1."}"#,
            r#"{"type":"tool_use","tool_name":"run_shell_command","parameters":{"command":"true"}}"#,
            r#"{"type":"tool_result","status":"success","output":"out"}"#,
        ]);
        assert_eq!(gemini, "Step 1.\n$ true\n    out");
        let opencode = r#"{"type":"tool_use","part":{"tool":"bash","state":{"status":"completed","input":{"command":"true"},"output":"x"}}}"#;
        assert_eq!(all(&[opencode]), "$ true\n    x");
        let own = all(&[
            r#"{"kind":"progress","text":"\u6f22\u5b57","percent":40}"#,
            r#"{"kind":"usage","scope":"run","input":1}"#,
            r#"{"kind":"finished","ok":false,"reason":"refused","text":""}"#,
        ]);
        assert_eq!(own, "· 漢字 (40%)\n= not done: refused");
    }

    #[test]
    fn what_nobody_knows_stays_as_it_is_and_harmless() {
        assert_eq!(readable("plain \u{1b}[2J text").as_deref(), Some("plain \\u{1b}[2J text"));
        assert_eq!(readable(r#"{"type":"new_thing","x":1}"#).as_deref(), Some(r#"{"type":"new_thing","x":1}"#));
        assert_eq!(readable("[1,2]").as_deref(), Some("[1,2]"));
        assert_eq!(readable("  "), None);
    }
}
