//! Speaks with the agent: one request of ours at a time, and whatever the agent asks for meanwhile.

use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::files;
use super::narrator::Narrator;
use super::permission::{self, Policy};
use super::place::Bounds;
use super::program::Program;
use super::rpc::{self, BAD_PARAMS, DENIED, FAILED, Message, NO_METHOD, RpcError};
use super::terminal::Terminals;
use super::wire::{Heard, Writer};

/// How often it is looked whether somebody wants the agent to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How long an agent may take to end its turn when it is told to.
const CANCEL: Duration = Duration::from_secs(5);
/// How long the output of an agent that has gone may stay open without a word.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why a request got no answer.
#[derive(Debug)]
pub(super) enum Ended {
    Refused(RpcError),
    /// The agent closed its output.
    Died,
    /// Nothing further can come of it.
    Broken(String),
    Stopped,
}

pub(super) struct Conversation<'a> {
    pub(super) narrator: Narrator<'a>,
    pub(super) policy: Policy,
    pub(super) bounds: Bounds,
    pub(super) session: String,
    /// What is told belongs to this turn, and is no repetition of earlier ones.
    pub(super) listens: bool,
    program: Program,
    writer: Writer,
    heard: Receiver<Heard>,
    terminals: Terminals,
    stop: Arc<AtomicBool>,
    requests: u64,
    cancelled: Option<Instant>,
    gone: Option<Instant>,
    complained: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(
        narrator: Narrator<'a>,
        (policy, bounds): (Policy, Bounds),
        (program, writer, heard, terminals): (Program, Writer, Receiver<Heard>, Terminals),
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            narrator,
            policy,
            bounds,
            session: String::new(),
            listens: false,
            program,
            writer,
            heard,
            terminals,
            stop,
            requests: 0,
            cancelled: None,
            gone: None,
            complained: false,
        }
    }

    /// Ends the conversation: closes the agent's input, ends its commands, and then the agent.
    pub(super) fn close(self) -> (Program, Option<ExitStatus>) {
        let Self { mut program, writer, heard, terminals, .. } = self;
        drop((writer, terminals, heard));
        let status = program.end();
        (program, status)
    }

    /// Asks the agent for something and waits for its answer, and for nothing longer than the agent lives.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Result<Value, Ended> {
        let id = self.requests;
        self.requests += 1;
        self.send(&rpc::request(id, method, params))?;
        loop {
            self.look_for_stop(method)?;
            let heard = match self.heard.recv_timeout(LOOK) {
                Ok(heard) => heard,
                Err(RecvTimeoutError::Timeout) if self.is_gone() => return Err(Ended::Died),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Err(Ended::Died),
            };
            let message = match heard {
                Heard::Line(line) => Message::read(&line).or_else(|| self.garbage(&line)),
                Heard::TooLong(head) => self.too_long(&head)?,
                Heard::End => return Err(Ended::Died),
                Heard::CommandEnded(number) => {
                    for (request, status) in self.terminals.ended(number) {
                        self.send(&rpc::answer(&request, Ok(status)))?;
                    }
                    None
                }
            };
            match message {
                Some(Message::Answer { id: of, result }) if of == id => {
                    return result.map_err(Ended::Refused);
                }
                Some(Message::Answer { .. }) => self.complain("it answers what nobody asked"),
                Some(Message::Notification { method, params }) => self.notified(&method, &params),
                Some(Message::Request { id, method, params }) => self.answer(&id, &method, &params)?,
                None => {}
            }
        }
    }

    /// Says whether the agent has gone and nothing more of it is to be expected. What it said last may still be on
    /// its way, until its output is closed; a process that it left behind may hold that open for ever.
    fn is_gone(&mut self) -> bool {
        if self.program.is_alive() {
            return false;
        }
        let since = *self.gone.get_or_insert_with(|| {
            self.program.end_the_rest();
            Instant::now()
        });
        since.elapsed() > LAST_WORDS
    }

    fn send(&self, message: &Value) -> Result<(), Ended> {
        self.writer.send(message).map_err(Ended::Broken)
    }

    /// A turn is ended in good order, so that the agent can say what it used; everything else is left as it is.
    fn look_for_stop(&mut self, method: &str) -> Result<(), Ended> {
        if !self.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.cancelled {
            _ if method != "session/prompt" => Err(Ended::Stopped),
            None => {
                self.cancelled = Some(Instant::now());
                self.send(&rpc::notification("session/cancel", &json!({ "sessionId": self.session })))
            }
            Some(since) if since.elapsed() > CANCEL => Err(Ended::Stopped),
            Some(_) => Ok(()),
        }
    }

    fn garbage(&mut self, line: &[u8]) -> Option<Message> {
        if !line.trim_ascii().is_empty() {
            self.complain("it prints lines that are no messages of the protocol");
        }
        None
    }

    /// What is only told can be left out; without the answer to a request nothing goes on.
    fn too_long(&mut self, head: &[u8]) -> Result<Option<Message>, Ended> {
        let head = String::from_utf8_lossy(head);
        if !head.contains("\"session/update\"") {
            return Err(Ended::Broken("it sent a message of more than 32 MiB".to_owned()));
        }
        self.complain("an update of more than 32 MiB is left out");
        Ok(None)
    }

    /// Tells the first of many such things.
    fn complain(&mut self, text: &str) {
        if !std::mem::replace(&mut self.complained, true) {
            self.narrator.warn(text);
        }
        self.narrator.alive();
    }

    fn notified(&mut self, method: &str, params: &Value) {
        if method == "session/update" && self.listens && params["sessionId"] == self.session.as_str() {
            self.narrator.update(&params["update"]);
        } else {
            self.narrator.alive();
        }
    }

    fn answer(&mut self, id: &Value, method: &str, params: &Value) -> Result<(), Ended> {
        self.narrator.alive();
        let answer = if params["sessionId"] == self.session.as_str() {
            self.serve(id, method, params)?
        } else {
            Some(Err(RpcError::new(BAD_PARAMS, "there is no such session")))
        };
        answer.map_or(Ok(()), |answer| self.send(&rpc::answer(id, answer)))
    }

    /// Does what the agent asks for; nothing when the answer comes later.
    fn serve(&mut self, id: &Value, method: &str, params: &Value) -> Result<Option<Result<Value, RpcError>>, Ended> {
        let answer = match method {
            "session/request_permission" => Ok(self.permission(params)),
            "fs/read_text_file" => files::read(params, &self.bounds),
            "fs/write_text_file" => files::write(params, &self.policy, &self.bounds),
            "terminal/create" => self.terminals.create(params, &self.policy, &self.bounds),
            "terminal/output" => self.terminals.output(params),
            "terminal/kill" => self.terminals.kill(params),
            "terminal/wait_for_exit" => match self.terminals.wait(id, params).transpose() {
                Some(answer) => answer,
                None => return Ok(None),
            },
            "terminal/release" => match self.terminals.release(params) {
                Ok((answer, waiting)) => {
                    for request in waiting {
                        let gone = RpcError::new(FAILED, "the terminal was released");
                        self.send(&rpc::answer(&request, Err(gone)))?;
                    }
                    Ok(answer)
                }
                Err(error) => Err(error),
            },
            _ => Err(RpcError::new(NO_METHOD, format!("this client does not know `{method}`"))),
        };
        match &answer {
            Ok(_) => self.narrator.worked |= matches!(method, "fs/write_text_file" | "terminal/create"),
            Err(error) if error.code == DENIED && method != "fs/read_text_file" => {
                let tool = params["path"].as_str().or(params["command"].as_str()).unwrap_or(method);
                self.narrator.refused(tool.chars().take(200).collect());
            }
            Err(_) => {}
        }
        Ok(Some(answer))
    }

    fn permission(&mut self, params: &Value) -> Value {
        let cancelled = json!({ "outcome": { "outcome": "cancelled" } });
        if self.cancelled.is_some() {
            return cancelled;
        }
        let (policy, bounds) = (&self.policy, &self.bounds);
        let (judged, tool) = self.narrator.act(&params["toolCall"], |act| policy.judge(act, bounds));
        let chosen = permission::option(&params["options"], judged.is_ok());
        if judged.is_err() {
            self.narrator.refused(tool);
        }
        chosen.map_or(cancelled, |option| json!({ "outcome": { "outcome": "selected", "optionId": option } }))
    }
}
