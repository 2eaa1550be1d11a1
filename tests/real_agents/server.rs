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
fn a_marked_prefix_is_written_once_and_read_afterwards() {
    let server = ModelServer::with_cache().expect("a server");
    let ask = |last: &str| {
        let shared = json!({ "type": "text", "text": "x".repeat(4000), "cache_control": { "type": "ephemeral" } });
        let own = json!({ "type": "text", "text": last });
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": [shared, own] }] });
        post(&server, "/v1/messages", &body);
        server.log().last().expect("a request").counts
    };
    let (first, second) = (ask("one"), ask("two"));
    assert!(first.cache_write > 1000 && first.cache_read == 0, "{first:?}");
    assert!(second.cache_read == first.cache_write && second.cache_write == 0, "{second:?}");
}
