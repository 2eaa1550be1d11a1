//! The model service itself, asked without any agent: these run with the ordinary tests.

use serde_json::{Value, json};

use crate::model_server::ModelServer;

fn post(server: &ModelServer, path: &str, body: &Value) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.post(format!("{}{path}", server.url())).send_json(body).expect("an answer");
    (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a text"))
}

fn prompt(script: &str) -> Value {
    json!([{ "role": "user", "content": format!("Work.\n@model {script}\nNow.") }])
}

#[test]
fn every_interface_says_what_the_script_says() {
    let server = ModelServer::start().expect("a server");
    let script = r#"{"say":"all is well","usage":{"input":7,"cache_read":5,"output":3}}"#;
    let messages = prompt(script);
    let contents = json!([{ "role": "user", "parts": [{ "text": messages[0]["content"] }] }]);
    let cases = [
        ("/v1/messages", json!({ "model": "m", "messages": messages })),
        ("/v1/chat/completions", json!({ "model": "m", "messages": messages })),
        ("/v1/responses", json!({ "model": "m", "input": messages })),
        ("/v1beta/models/m:generateContent", json!({ "contents": contents })),
        ("/v1/messages", json!({ "model": "m", "messages": messages, "stream": true })),
        ("/v1/chat/completions", json!({ "model": "m", "messages": messages, "stream": true })),
        ("/v1/responses", json!({ "model": "m", "input": messages, "stream": true })),
        ("/v1beta/models/m:streamGenerateContent", json!({ "contents": contents })),
    ];
    for (path, body) in &cases {
        let (status, text) = post(&server, path, body);
        assert_eq!(status, 200, "{path}: {text}");
        assert!(text.contains("all is well"), "{path}: {text}");
    }
    assert_eq!(server.log().len(), cases.len());
}

#[test]
fn steps_become_calls_of_the_tools_on_offer_and_results_move_the_script_on() {
    let server = ModelServer::start().expect("a server");
    let script = r#"{"steps":[{"bash":"true"}],"say":"finished"}"#;
    let mut body = json!({ "model": "m", "messages": prompt(script), "tools": [{ "name": "Bash" }] });
    let (_, text) = post(&server, "/v1/messages", &body);
    let answer: Value = serde_json::from_str(&text).expect("json");
    let call = &answer["content"][1];
    assert_eq!((&call["name"], &call["input"]["command"]), (&json!("Bash"), &json!("true")));
    let messages = body["messages"].as_array_mut().expect("messages");
    messages.push(json!({ "role": "assistant", "content": answer["content"] }));
    let result = json!({ "type": "tool_result", "tool_use_id": call["id"], "content": "" });
    messages.push(json!({ "role": "user", "content": [result] }));
    assert!(post(&server, "/v1/messages", &body).1.contains("finished"));
}

#[test]
fn a_fault_meets_as_many_requests_as_the_script_says() {
    let server = ModelServer::start().expect("a server");
    let script = r#"{"say":"at last","fault":"429","times":2}"#;
    let body = json!({ "model": "m", "messages": prompt(script), "tools": [{ "name": "Bash" }] });
    let statuses = [(); 3].map(|()| post(&server, "/v1/messages", &body).0);
    assert_eq!(statuses, [429, 429, 200]);
}

#[test]
fn a_marked_beginning_is_written_once_and_read_by_whoever_shares_whole_blocks_up_to_it() {
    let server = ModelServer::with_cache().expect("a server");
    let ask = |blocks: &[(&str, bool)]| {
        let content = blocks.iter().map(|(text, marked)| match marked {
            true => json!({ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } }),
            false => json!({ "type": "text", "text": text }),
        });
        let content: Value = content.collect();
        post(&server, "/v1/messages", &json!({ "model": "m", "messages": [{ "role": "user", "content": content }] }));
        server.log().last().expect("a request").counts
    };
    let shared = "x".repeat(8000);
    let (first, second) = (ask(&[(&shared, true), ("one", false)]), ask(&[(&shared, true), ("two", false)]));
    assert!(first.cache_write > 2000 && first.cache_read == 0, "{first:?}");
    assert!(second.cache_read == first.cache_write && second.cache_write == 0, "{second:?}");
    // A later mark finds the earlier place; the place itself needs no mark any more.
    let later = ask(&[(&shared, false), ("three", true)]);
    assert!(later.cache_read == first.cache_write && later.cache_write > 0, "{later:?}");
    // The same beginning inside of a longer block is another block.
    let inside = ask(&[(&format!("{shared} and more"), true)]);
    assert_eq!(inside.cache_read, 0, "{inside:?}");
    // Nothing is kept of a short one, and nothing is read where nothing is marked.
    assert_eq!([ask(&[("short", true)]), ask(&[("short", true)])].map(|counts| counts.cache_write), [0, 0]);
    assert_eq!(ask(&[(&shared, false)]).cache_read, 0);
}
