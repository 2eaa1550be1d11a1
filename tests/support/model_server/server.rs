//! The server: one thread per connection, faults on request.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use super::answer::Answer;
use super::cache::Cache;
use super::conversation::Conversation;
use super::http::{self, Request};
use super::script::{Counts, Fault, Script};
use super::{anthropic, chat, gemini, responses};

/// A running server; it takes no more connections once dropped.
#[derive(Debug)]
pub struct ModelServer {
    port: u16,
    shared: Arc<Shared>,
}

/// One request of the log.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    /// Turns since the script was given.
    pub turn: usize,
    pub fault: Option<Fault>,
    pub tools: usize,
    pub counts: Counts,
    pub bytes: usize,
    /// All texts of the user's side.
    pub told: String,
}

#[derive(Debug, Default)]
struct Shared {
    serial: AtomicU64,
    stopped: AtomicBool,
    /// How often each script's fault was met.
    faults: Mutex<BTreeMap<String, u32>>,
    log: Mutex<Vec<Seen>>,
    /// Where set, tokens are counted as a service with a prompt cache would.
    cache: Option<Mutex<Cache>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    Anthropic,
    Responses,
    Chat,
    Gemini,
}

impl ModelServer {
    /// Starts a server that reports the tokens that scripts name.
    pub fn start() -> io::Result<Self> {
        Self::with(Shared::default())
    }

    /// Starts a server that counts tokens by size and keeps a prompt cache.
    pub fn with_cache() -> io::Result<Self> {
        Self::with(Shared { cache: Some(Mutex::default()), ..Shared::default() })
    }

    fn with(shared: Shared) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (port, shared) = (listener.local_addr()?.port(), Arc::new(shared));
        let server = Self { port, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Ok(server)
    }

    /// Returns the address, without a path.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns all requests for an answer so far.
    pub fn log(&self) -> Vec<Seen> {
        locked(&self.shared.log).clone()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees the flag.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client that went away is no error.
fn serve(stream: &TcpStream, shared: &Shared) {
    if let Ok(Some(request)) = http::read(stream) {
        drop(answer(stream, &request, shared));
    }
    drop(stream.shutdown(Shutdown::Both));
}

fn answer(stream: &TcpStream, request: &Request, shared: &Shared) -> io::Result<()> {
    let path = request.path.as_str();
    if request.method != "POST" {
        let models =
            if path.ends_with("/models") { json!({ "object": "list", "data": [], "models": [] }) } else { json!({}) };
        return http::send(stream, 200, &[], &models);
    }
    if path.ends_with("/count_tokens") {
        return http::send(stream, 200, &[], &json!({ "input_tokens": request.bytes / 4 }));
    }
    let Some((api, asked)) = asked(request) else {
        return http::send(stream, 404, &[], &anthropic::error(404, "there is no such path"));
    };
    let (script, turn) = asked.script();
    let fault = fault(&asked, &script, turn, shared);
    let serial = shared.serial.fetch_add(1, Ordering::Relaxed);
    let mut answer = Answer::new(&asked, &script, turn, fault, serial);
    if let (Some(cache), Api::Anthropic) = (&shared.cache, api) {
        answer.counts = locked(cache).count(&request.body);
    }
    locked(&shared.log).push(Seen {
        path: path.to_owned(),
        turn,
        fault,
        tools: asked.tools.len(),
        counts: answer.counts,
        bytes: request.bytes,
        told: asked.told(),
    });
    if let Some((status, message)) = fault.and_then(refusal) {
        let mut headers = Vec::new();
        headers.extend(script.retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        return http::send(stream, status, &headers, &error(api, status, message, fault, &script));
    }
    if fault == Some(Fault::Hang) {
        // Ends when the client closes its side.
        return io::copy(&mut stream.take(u64::MAX), &mut io::sink()).map(drop);
    }
    if !asked.stream {
        return http::send(stream, 200, &[], &whole(api, &answer));
    }
    http::begin(stream)?;
    let events = events(api, &answer);
    let kept = if fault == Some(Fault::Disconnect) { events.len() / 2 } else { events.len() };
    for (name, event) in &events[..kept] {
        http::event(stream, *name, &event.to_string())?;
    }
    if kept < events.len() {
        return Ok(());
    }
    if api == Api::Chat {
        http::event(stream, None, "[DONE]")?;
    }
    http::end(stream)
}

fn asked(request: &Request) -> Option<(Api, Conversation)> {
    let (path, body) = (request.path.as_str(), &request.body);
    if path.ends_with("/messages") {
        return Some((Api::Anthropic, anthropic::read(body)));
    }
    if path.ends_with("/responses") {
        return Some((Api::Responses, responses::read(body)));
    }
    if path.ends_with("/chat/completions") {
        return Some((Api::Chat, chat::read(body)));
    }
    let (model, verb) = path.rsplit_once('/')?.1.split_once(':')?;
    let stream = verb == "streamGenerateContent";
    verb.ends_with("enerateContent").then(|| (Api::Gemini, gemini::read(body, model, stream)))
}

/// Decides whether the script's fault meets this request. Side questions of clients, which offer no tools, are spared.
fn fault(asked: &Conversation, script: &Script, turn: usize, shared: &Shared) -> Option<Fault> {
    let fault = script.fault.filter(|_| !asked.tools.is_empty() && turn == script.at)?;
    let mut met = locked(&shared.faults);
    let count = met.entry(format!("{script:?}")).or_default();
    *count += 1;
    script.times.is_none_or(|times| *count <= times).then_some(fault)
}

/// Returns status and message of the faults that are errors of HTTP.
fn refusal(fault: Fault) -> Option<(u16, &'static str)> {
    match fault {
        Fault::BadRequest => Some((400, "bad request")),
        Fault::Unauthorized => Some((401, "invalid api key")),
        Fault::RateLimited => Some((429, "this request would exceed your rate limit")),
        Fault::Internal => Some((500, "internal server error")),
        Fault::Overloaded => Some((529, "overloaded")),
        Fault::Quota => Some((429, "you exceeded your current quota, please check your plan and billing details")),
        Fault::TooLong => Some((400, "prompt is too long: 210000 tokens > 200000 maximum")),
        Fault::Hang | Fault::Disconnect | Fault::Refuse | Fault::MaxTokens | Fault::Empty => None,
    }
}

fn error(api: Api, status: u16, message: &str, fault: Option<Fault>, script: &Script) -> Value {
    match api {
        Api::Anthropic => anthropic::error(status, message),
        Api::Gemini => gemini::error(status, message, script.retry_after),
        Api::Responses | Api::Chat => match fault {
            Some(Fault::Quota) => chat::error("insufficient_quota", Some("insufficient_quota"), message),
            Some(Fault::RateLimited) => chat::error("requests", Some("rate_limit_exceeded"), message),
            Some(Fault::TooLong) => chat::error("invalid_request_error", Some("context_length_exceeded"), message),
            Some(Fault::Unauthorized) => chat::error("invalid_request_error", Some("invalid_api_key"), message),
            _ => chat::error("server_error", None, message),
        },
    }
}

fn whole(api: Api, answer: &Answer) -> Value {
    match api {
        Api::Anthropic => anthropic::whole(answer),
        Api::Responses => responses::whole(answer),
        Api::Chat => chat::whole(answer),
        Api::Gemini => gemini::whole(answer),
    }
}

fn events(api: Api, answer: &Answer) -> Vec<(Option<&'static str>, Value)> {
    match api {
        Api::Anthropic => anthropic::events(answer),
        Api::Responses => responses::events(answer),
        Api::Chat => chat::events(answer),
        Api::Gemini => gemini::events(answer),
    }
}
