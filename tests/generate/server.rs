//! A loopback HTTP server that plays Linear, and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

#[derive(Default)]
pub(crate) struct World {
    /// Issues by the id that the client chose: title and identifier.
    pub(crate) issues: BTreeMap<String, (String, String)>,
    /// Input of every `issueCreate`.
    pub(crate) created: Vec<Value>,
    /// `Authorization` of every request.
    pub(crate) keys: Vec<String>,
    /// Answers that come before any sensible one: status, headers, body.
    pub(crate) first: VecDeque<(u16, &'static str, String)>,
    /// What every `issueCreate` is refused with.
    pub(crate) refusal: Option<String>,
    /// So many issues are created without anybody being told.
    pub(crate) lost_answers: u32,
}

pub(crate) struct Server {
    pub(crate) url: String,
    world: Arc<Mutex<World>>,
}

impl Server {
    /// Listens on a free port for as long as the test runs.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let url = format!("http://{}/graphql", listener.local_addr().expect("address"));
        let world = Arc::new(Mutex::new(World::default()));
        let shared = world.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let world = shared.clone();
                std::thread::spawn(move || serve(stream, &world));
            }
        });
        Self { url, world }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("world")
    }
}

fn serve(mut stream: TcpStream, world: &Mutex<World>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut length, mut key, mut line) = (0, String::new(), String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => value.clone_into(&mut key),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, headers, text) = answer(world, key, &serde_json::from_slice(&body).ok()?);
    let reply =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{text}", text.len());
    stream.write_all(reply.as_bytes()).ok()
}

fn answer(world: &Mutex<World>, key: String, request: &Value) -> (u16, &'static str, String) {
    let mut world = world.lock().expect("world");
    world.keys.push(key);
    if let Some(first) = world.first.pop_front() {
        return first;
    }
    let query = request["query"].as_str().unwrap_or_default();
    let variables = &request["variables"];
    let data = if query.contains("issueCreate") {
        if let Some(refusal) = &world.refusal {
            return (200, "", json!({ "errors": [{ "message": refusal }] }).to_string());
        }
        let input = variables["input"].clone();
        let id = input["id"].as_str().unwrap_or_default().to_owned();
        if world.issues.contains_key(&id) {
            return (200, "", json!({ "errors": [{ "message": "Entity with this id exists" }] }).to_string());
        }
        let identifier = format!("ENG-{}", world.issues.len() + 1);
        world.issues.insert(id, (input["title"].as_str().unwrap_or_default().to_owned(), identifier.clone()));
        world.created.push(input);
        if world.lost_answers > 0 {
            world.lost_answers -= 1;
            return (502, "", "<html>".to_owned());
        }
        json!({ "issueCreate": { "success": true, "issue": { "identifier": identifier } } })
    } else if query.contains("issues(filter") {
        let asked = variables["filter"]["id"]["in"].as_array().cloned().unwrap_or_default();
        let known = asked.iter().filter_map(|id| {
            let (_, identifier) = world.issues.get(id.as_str()?)?;
            Some(json!({ "id": id, "identifier": identifier }))
        });
        json!({ "issues": { "nodes": known.collect::<Vec<_>>() } })
    } else {
        let node = |kind: &str, name: &Value| {
            let name = name.as_str().unwrap_or("only");
            json!({ "id": format!("{kind}:{name}"), "name": name })
        };
        let mut found = serde_json::Map::new();
        for kind in ["teams", "projects", "users"].into_iter().filter(|kind| query.contains(kind)) {
            found.insert(kind.to_owned(), json!({ "nodes": [node(kind, &variables[kind])] }));
        }
        // A workspace has labels in no particular order.
        let labels = variables["labels"].as_array().cloned().unwrap_or_default();
        let labels: Vec<Value> = labels.iter().rev().map(|name| node("issueLabels", name)).collect();
        found.insert("issueLabels".to_owned(), json!({ "nodes": labels }));
        Value::Object(found)
    };
    (200, "", json!({ "data": data }).to_string())
}
