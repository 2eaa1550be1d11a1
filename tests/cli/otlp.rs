//! `report --otlp`: spans in a file, or sent to a collector at the address as given.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::support::Test;

/// Answers one request with a status; returns what was asked.
fn collector(status: &'static str) -> (String, JoinHandle<String>) {
    answering(status, "{\"partialSuccess\":{}}")
}

/// The same with a body of its own; `status` may hold further lines of the head.
fn answering(status: &'static str, body: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
        let (mut got, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let text = String::from_utf8_lossy(&got).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(usize::MAX) {
                    break;
                }
            }
            let count = stream.read(&mut chunk).expect("bytes");
            got.extend(&chunk[..count]);
        }
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
            .expect("sent");
        String::from_utf8(got).expect("text")
    });
    (address, served)
}

fn project() -> Test {
    let test = Test::new();
    test.write(".ce/tmp/runs/20261120-101500-1/events.jsonl", include_str!("../report/run.jsonl"));
    test
}

#[test]
fn spans_go_into_a_file_or_to_a_collector() {
    let test = project();
    test.run(["report", "latest", "--otlp", "spans.json"]).expect_code(0);
    let (address, served) = collector("200 OK");
    test.run(["report", "latest", "--otlp", &address]).expect_code(0);
    let asked = served.join().expect("a request");
    assert!(asked.starts_with("POST /v1/traces HTTP/1.1"), "{asked}");
    assert!(asked.to_lowercase().contains("content-type: application/json"), "{asked}");
    assert!(asked.ends_with(&test.read("spans.json")), "the same document");
}

#[test]
fn a_collector_that_refuses_or_is_down_is_exit_code_9_with_what_it_said() {
    let test = project();
    let (address, served) = collector("503 Service Unavailable");
    test.run(["report", "latest", "--otlp", &address]).expect_code(9).expect_stderr("(503): {\"partialSuccess\":{}}");
    served.join().expect("a request");
    test.run(["report", "latest", "--otlp", &address]).expect_code(9).expect_stderr("did not answer");
}

#[test]
fn spans_that_a_collector_did_not_take_are_told() {
    let test = project();
    let body = "{\"partialSuccess\":{\"rejectedSpans\":\"5\",\"errorMessage\":\"too old\"}}";
    let (address, served) = answering("200 OK", body);
    test.run(["report", "latest", "--otlp", &address]).expect_code(9).expect_stderr("5 spans rejected: too old");
    served.join().expect("a request");
}

#[test]
fn spans_go_nowhere_but_to_the_address_that_was_given() {
    let test = project();
    let (address, served) = answering("302 Found\r\nlocation: http://127.0.0.1:9/other", "");
    let refused = test.run(["report", "latest", "--otlp", &address]).expect_code(9);
    refused.expect_stderr("leads elsewhere (302)").expect_stderr("http://127.0.0.1:9/other");
    served.join().expect("a request");
    test.run(["report", "latest", "--otlp", "ftp://host/x"]).expect_code(2).expect_stderr("http or https address");
}
