//! A loopback HTTP server that answers JSON as a test says, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What a client asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) login: String,
    pub(crate) body: Value,
}

pub(crate) struct Rest {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Rest {
    /// Listens on a free port for as long as the test runs.
    pub(crate) fn start(answer: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shared = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &shared, &answer);
            }
        });
        Self { url, asked }
    }

    /// Returns what was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("asked").clone()
    }
}

fn serve(mut stream: TcpStream, asked: &Mutex<Vec<Asked>>, answer: &impl Fn(&Asked) -> (u16, Value)) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, rest) = line.split_once(' ')?;
    let mut one = Asked {
        method: method.to_owned(),
        path: rest.split(' ').next()?.to_owned(),
        login: String::new(),
        body: Value::Null,
    };
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => value.clone_into(&mut one.login),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    one.body = serde_json::from_slice(&body).unwrap_or_default();
    let (status, said) = answer(&one);
    asked.lock().expect("asked").push(one);
    let said = said.to_string();
    let reply = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}", said.len());
    stream.write_all(reply.as_bytes()).ok()
}
