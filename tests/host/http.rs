//! HTTP requests against a loopback server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use batchprp::host::http::{HttpRequest, request};

/// Answers one connection and returns what it was sent.
fn server(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&got).ends_with("{\"q\":1}") {
            let length = stream.read(&mut buffer).unwrap();
            got.extend_from_slice(&buffer[..length]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(got).unwrap()
    });
    (port, thread)
}

fn post(url: String) -> HttpRequest {
    HttpRequest {
        url,
        method: "POST".to_owned(),
        headers: BTreeMap::from([("Authorization".to_owned(), "very-secret-key".to_owned())]),
        body: "{\"q\":1}".to_owned(),
        timeout: Duration::from_millis(1500),
    }
}

#[tokio::test]
async fn every_status_is_an_answer() {
    let (port, server) = server("HTTP/1.1 400 Bad\r\nX-Reset: 5\r\nContent-Length: 11\r\n\r\nRATELIMITED");
    let reply = request(post(format!("http://127.0.0.1:{port}/graphql"))).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str(), reply.headers["x-reset"].as_str()), (400, "RATELIMITED", "5"));
    let got = server.join().unwrap();
    assert!(
        got.starts_with("POST /graphql HTTP/1.1\r\n") && got.to_lowercase().contains("authorization: very-secret-key")
    );
}

#[tokio::test]
async fn errors_name_the_place_and_no_secret() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error =
        request(post(format!("http://user:pass@127.0.0.1:{closed}/a?token=very-secret-key"))).await.unwrap_err();
    assert!(error.message.starts_with(&format!("`http://127.0.0.1:{closed}/a` did not answer")), "{}", error.message);
    let mut bad = post(format!("http://127.0.0.1:{closed}/"));
    bad.headers.insert("X".to_owned(), "very-secret-key\n".to_owned());
    for error in
        [error, request(bad).await.unwrap_err(), request(post("file:///etc/passwd".to_owned())).await.unwrap_err()]
    {
        assert!(!format!("{error:?}").contains("secret") && !error.message.contains("pass@"), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hang = HttpRequest { timeout: Duration::from_millis(200), ..post(format!("http://127.0.0.1:{port}/")) };
    let error = request(hang).await.unwrap_err();
    assert!(error.message.ends_with("it took too long"), "{}", error.message);
}
