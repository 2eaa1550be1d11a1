//! What an agent says of itself in `result.json`. Agents write it as they please, so whatever can be read is read.

use serde_json::Value;

/// How an agent says that its work ended; the order is from the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    Failed,
    Partial,
    Done,
}

/// The claims of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The lowest of what it says; `None` when it says nothing of the kind.
    pub word: Option<Word>,
    /// A status that is none of the known words.
    pub unknown_status: Option<String>,
    /// The item that it says it worked on.
    pub item: Option<String>,
    pub files: Vec<String>,
    pub commits: Vec<String>,
    pub errors: Vec<String>,
    /// Why no change was needed; empty when it says so without a reason.
    pub no_changes: Option<String>,
    /// Levels of validation that it says failed.
    pub failed_levels: Vec<String>,
}

impl Claims {
    /// Reads the content of `result.json`.
    pub fn read(result: &Value) -> Self {
        let output = result.get("output").unwrap_or(&Value::Null);
        let both = |key: &str| [output.get(key), result.get(key)].into_iter().flatten().flat_map(texts);
        let status = result.get("status").and_then(Value::as_str).map(|status| (status, word(status)));
        let mut errors: Vec<String> = both("errors").collect();
        let error: Vec<String> = result.get("error").into_iter().flat_map(texts).collect();
        let mut words: Vec<Word> = status.and_then(|(_, word)| word).into_iter().collect();
        let is_false = |key: &&&str| result.get(**key) == Some(&Value::Bool(false));
        words.extend(["success", "ok", "completed", "done"].iter().find(is_false).map(|_| Word::Failed));
        if !error.is_empty() && !words.contains(&Word::Partial) {
            words.push(Word::Failed);
        }
        errors.splice(0..0, error);
        errors.dedup();
        let text = |key: &str| result.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            word: words.into_iter().min(),
            unknown_status: status
                .filter(|(text, word)| word.is_none() && !is_nothing(text))
                .map(|(text, _)| text.to_owned()),
            item: text("work_item_id").or_else(|| text("prp_id")),
            files: both("files").collect(),
            commits: both("commits").chain(result.get("git_commits").into_iter().flat_map(texts)).collect(),
            errors,
            no_changes: no_changes(output.get("no_changes").or_else(|| result.get("no_changes"))),
            failed_levels: failed_levels(result.get("validation_results")),
        }
    }
}

/// How words begin that say that something is missing.
const LESS: [&str; 13] = [
    "partial",
    "incomplete",
    "unfinished",
    "unsuccessful",
    "cannot",
    "could",
    "progress",
    "blocked",
    "fail",
    "error",
    "abort",
    "pending",
    "started",
];

fn word(status: &str) -> Option<Word> {
    let status = status.trim().to_lowercase().replace(['-', ' '], "_");
    Some(match status.as_str() {
        "success" | "succeeded" | "successful" | "completed" | "complete" | "done" | "ok" | "passed" | "finished" => {
            Word::Done
        }
        "failed" | "failure" | "fail" | "error" | "errored" | "aborted" | "cancelled" | "canceled" => Word::Failed,
        // Whatever else it says of itself, that it is not done is understood.
        other if other.split('_').any(|part| part == "not" || LESS.iter().any(|less| part.starts_with(less))) => {
            Word::Partial
        }
        _ => return None,
    })
}

/// Words by which agents fill a key that has nothing to say.
fn is_nothing(text: &str) -> bool {
    ["", "none", "null", "n/a", "na", "no", "no errors", "false", "-"].contains(&text.trim().to_lowercase().as_str())
}

/// Returns the texts of a value: one, several, or the texts inside of objects (`{"path": "a.rs"}`, `{"message": "…"}`).
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if is_nothing(text) => Vec::new(),
        Value::String(text) => vec![text.trim().to_owned()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => {
            let keys = ["path", "file", "message", "error", "commit", "hash", "sha", "id"];
            keys.iter().find_map(|key| map.get(*key)).map(texts).unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn no_changes(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Bool(true) => Some(String::new()),
        Value::String(text) if is_nothing(text) => None,
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(String::new()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Null | Value::Bool(false) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn failed_levels(value: Option<&Value>) -> Vec<String> {
    let levels = value.and_then(Value::as_object).into_iter().flatten();
    let failed = levels.filter(|(_, level)| level.get("passed").unwrap_or(level) == &Value::Bool(false));
    failed.map(|(name, _)| name.replace('_', " ")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_documented_forms_and_what_agents_make_of_them_are_read() {
        let claims = Claims::read(&json!({
            "work_item_id": "PRP-1.1.1", "status": "success",
            "output": { "files": ["a.rs", { "path": "b.rs" }], "commits": "abc1234", "errors": ["none"], "no_changes": "" },
        }));
        assert_eq!((claims.word, claims.item.as_deref()), (Some(Word::Done), Some("PRP-1.1.1")));
        assert_eq!(
            (claims.files, claims.commits),
            (vec!["a.rs".to_owned(), "b.rs".to_owned()], vec!["abc1234".to_owned()])
        );
        assert_eq!((claims.errors, claims.no_changes), (vec![], None));
        let claims = Claims::read(&json!({
            "prp_id": "PRP-1.1.1", "status": "completed", "git_commits": ["abc"], "error": null,
            "validation_results": { "level_1": { "passed": true }, "level_2": { "passed": false, "errors": [] } },
        }));
        assert_eq!((claims.word, claims.failed_levels), (Some(Word::Done), vec!["level 2".to_owned()]));
    }

    #[test]
    fn the_lowest_word_counts() {
        for (result, word) in [
            (json!({}), None),
            (json!({ "status": "Done" }), Some(Word::Done)),
            (json!({ "status": "partially-completed" }), Some(Word::Partial)),
            (json!({ "status": "FAILED" }), Some(Word::Failed)),
            (json!({ "status": "success", "error": "the tests do not build" }), Some(Word::Failed)),
            (json!({ "status": "partial", "error": "no time" }), Some(Word::Partial)),
            (json!({ "error": { "message": "broke" } }), Some(Word::Failed)),
            (json!({ "status": "success", "error": "None" }), Some(Word::Done)),
            (json!({ "success": false, "message": "could not" }), Some(Word::Failed)),
            (json!({ "success": true }), None),
            (json!({ "status": "Partially complete" }), Some(Word::Partial)),
            (json!({ "status": "NOT DONE" }), Some(Word::Partial)),
            (json!({ "status": "in progress" }), Some(Word::Partial)),
            (json!({ "status": "nothing to do" }), None),
            (json!({ "status": 7, "output": [1] }), None),
            (json!([]), None),
        ] {
            assert_eq!(Claims::read(&result).word, word, "{result}");
        }
        assert_eq!(Claims::read(&json!({ "status": "splendid" })).unknown_status.as_deref(), Some("splendid"));
    }

    #[test]
    fn no_change_is_claimed_by_true_or_by_a_reason() {
        for (value, wanted) in [
            (json!(true), Some("")),
            (json!("true"), Some("")),
            (json!("it was there already"), Some("it was there already")),
            (json!(false), None),
            (json!("no"), None),
            (json!(null), None),
        ] {
            let claims = Claims::read(&json!({ "output": { "no_changes": value } }));
            assert_eq!(claims.no_changes.as_deref(), wanted, "{value}");
        }
    }
}
