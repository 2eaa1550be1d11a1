//! A batch is planned and carried out by tool calls alone, as an agent host makes them.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::Test;

/// A host that speaks JSON-RPC over the server's standard streams.
struct Host {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    id: u64,
}

impl Host {
    fn start(test: &Test) -> Self {
        let mut command = test.command(["mcp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut host = Self { child, stdin, stdout, id: 0 };
        let me = json!({ "name": "test", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": me });
        let info = host.ask("initialize", &hello);
        assert_eq!(info["result"]["serverInfo"]["name"], "batchprp", "{info}");
        host.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        host
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin.as_mut().expect("open"), "{message}").expect("the server reads");
    }

    /// Sends a request and returns its answer.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut line = String::new();
        loop {
            line.clear();
            assert!(
                self.stdout.read_line(&mut line).expect("text") > 0,
                "the server ended before it answered {method}"
            );
            // Whatever is not JSON here would break a real host.
            let answer: Value = serde_json::from_str(&line).expect("a message of the protocol");
            if answer["id"] == id {
                return answer;
            }
        }
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }))["result"].clone()
    }

    /// Calls a tool that must succeed; returns what it says.
    fn done(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.call(tool, arguments);
        assert_ne!(result["isError"], true, "{tool} {arguments}: {result}");
        result["content"][0]["text"].as_str().expect("a text").to_owned()
    }

    /// Closes the streams, on which the server ends by itself.
    fn close(mut self) {
        drop(self.stdin.take());
        let begin = Instant::now();
        while self.child.try_wait().expect("a state").is_none() {
            assert!(begin.elapsed() < Duration::from_secs(10), "the server does not end with its host");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn project() -> Test {
    let test = Test::with_git();
    test.write("PLAN.md", include_str!("../../src/cli/demo/PLAN.md"));
    test.commit("a plan");
    test
}

#[test]
fn a_batch_is_generated_carried_out_by_tool_calls_alone() {
    let test = project();
    let mut host = Host::start(&test);

    let tools = host.ask("tools/list", &json!({}));
    let names: Vec<&str> =
        tools["result"]["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["inspect", "graph", "gen", "exe", "land", "status", "logs", "approve", "stop"]);

    let read = host.call("inspect", &json!({ "plan": "PLAN.md" }));
    assert_eq!(read["structuredContent"]["kind"], "plan", "{read}");
    let graph = host.call("graph", &json!({ "plan": "PLAN.md" }));
    assert_eq!(graph["structuredContent"]["has_cycles"], false, "{graph}");

    host.done("gen", &json!({ "plan": "PLAN.md", "agent": "template", "commit": true }));
    let preview = host.done("exe", &json!({ "batch": 1, "agent": "runbook", "dry_run": true }));
    assert!(preview.contains("Stage 1"), "{preview}");

    let started = host.call("exe", &json!({ "batch": 1, "agent": "runbook" }));
    let run = started["structuredContent"]["run"].as_str().unwrap_or_else(|| panic!("{started}")).to_owned();
    let begin = Instant::now();
    let end = loop {
        let status = host.call("status", &json!({ "run": run }));
        if status["structuredContent"]["state"] == "ended" {
            break status["structuredContent"].clone();
        }
        assert!(begin.elapsed() < Duration::from_secs(120), "{status}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(end["exit_code"], 0, "{end}");
    let log = host.done("logs", &json!({ "run": run }));
    assert!(log.contains("PRP-1.1.1"), "{log}");

    let listed = host.ask("resources/list", &json!({}));
    let uris: Vec<&str> =
        listed["result"]["resources"].as_array().expect("resources").iter().filter_map(|r| r["uri"].as_str()).collect();
    assert!(uris.contains(&format!("batchprp://runs/{run}").as_str()), "{uris:?}");
    for uri in [format!("batchprp://runs/{run}"), "batchprp://schemas/event".to_owned()] {
        let contents = host.ask("resources/read", &json!({ "uri": uri }));
        assert!(
            !contents["result"]["contents"][0]["text"].as_str().unwrap_or_default().is_empty(),
            "{uri}: {contents}"
        );
    }
    host.close();
}

#[test]
fn what_refuses_says_why_and_how_to_go_on() {
    let test = project();
    let mut host = Host::start(&test);
    let refused = |result: &Value, text: &str| {
        assert_eq!(result["isError"], true, "{result}");
        assert!(result["content"][0]["text"].as_str().unwrap_or_default().contains(text), "{result}");
    };
    refused(&host.call("gen", &json!({ "pla": "PLAN.md" })), "`pla` is no argument of gen");
    refused(&host.call("exe", &json!({ "batch": 7 })), "(exit code 4)");
    refused(&host.call("inspect", &json!({ "plan": "NONE.md" })), "NONE.md");
    refused(&host.call("stop", &json!({ "run": "--help" })), "--help");
    assert!(host.ask("tools/call", &json!({ "name": "rm", "arguments": {} }))["error"].is_object());
    assert!(host.ask("resources/read", &json!({ "uri": "batchprp://runs/--html=x" }))["error"].is_object());
    host.close();
}
