//! One turn of an agent that speaks the protocol.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::conversation::{Conversation, Ended};
use super::narrator::Narrator;
use super::order::Order;
use super::permission::Policy;
use super::place::Bounds;
use super::program::Program;
use super::rpc::SIGN_IN;
use super::terminal::Terminals;
use super::wire::{self, Writer};
use super::{session, usage};
use crate::agents::speaker::Speaker;

/// How the turn ended: whether well, why, and what is said about it.
struct End {
    ok: bool,
    reason: &'static str,
    text: String,
}

impl End {
    fn bad(reason: &'static str, text: impl Into<String>) -> Self {
        Self { ok: false, reason, text: text.into() }
    }
}

/// Starts the agent that the order names, gives it the prompt of standard input, and tells what it does.
pub(crate) fn run(args: &[String], speaker: &mut Speaker) -> Result<u8, String> {
    let order = Order::read(Path::new(args.first().ok_or("the file of the order is not given")?))?;
    let mut prompt = Vec::new();
    std::io::stdin().read_to_end(&mut prompt).map_err(|error| format!("cannot read the prompt: {error}"))?;
    let prompt = String::from_utf8_lossy(&prompt);
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        flag::register(signal, Arc::clone(&stop)).map_err(|error| format!("cannot hear signals: {error}"))?;
    }
    let bounds = std::env::current_dir().and_then(|cwd| Bounds::new(&cwd, &order.folder));
    let bounds = bounds.map_err(|error| format!("the workspace cannot be read: {error}"))?;
    let (program, stdin, stdout) = Program::start(&order.argv)?;
    let (tell, heard) = wire::read(stdout);
    let parts = (program, Writer::new(stdin), heard, Terminals::new(tell));
    let policy = Policy::new(&order.tools);
    let mut conversation = Conversation::new(Narrator::new(speaker), (policy, bounds), parts, stop);
    let turn = turn(&mut conversation, &order, &prompt);
    let answer = conversation.narrator.finish();
    let (worked, denied) = (conversation.narrator.worked, conversation.narrator.denied);
    let (program, status) = conversation.close();
    let end = match turn {
        Ok(reason) => ending(&reason, answer, worked, denied),
        Err(Ended::Stopped) => End::bad("killed", answer),
        Err(Ended::Died) => End::bad("error", program.obituary(status)),
        Err(Ended::Broken(text)) => End::bad("protocol", text),
        Err(Ended::Refused(error)) if error.code == SIGN_IN => End::bad("auth", error.text),
        Err(Ended::Refused(error)) => End::bad("error", error.text),
    };
    speaker.finished(end.ok, end.reason, &end.text);
    Ok(u8::from(!end.ok))
}

/// Opens the session and has the agent do what the prompt says; returns why it stopped.
fn turn(conversation: &mut Conversation<'_>, order: &Order, prompt: &str) -> Result<String, Ended> {
    session::open(conversation, order)?;
    conversation.listens = true;
    let params = json!({ "sessionId": conversation.session, "prompt": [{ "type": "text", "text": prompt }] });
    let answer = conversation.ask("session/prompt", &params)?;
    let known = conversation.narrator.counted || order.miscounts;
    if let Some(usage) = usage::of_turn(&answer).filter(|_| !known) {
        conversation.narrator.say(&usage);
    }
    Ok(answer["stopReason"].as_str().unwrap_or_default().to_owned())
}

/// Says what a reason to stop means.
fn ending(reason: &str, answer: String, worked: bool, denied: bool) -> End {
    match reason {
        "end_turn" if denied && !worked => End::bad("denied", answer),
        "end_turn" if answer.is_empty() && !worked => End::bad("no_work", answer),
        "end_turn" => End { ok: true, reason: "done", text: answer },
        "max_tokens" => End::bad("turns", format!("the output token maximum is reached: {answer}")),
        "max_turn_requests" => End::bad("turns", format!("its turn limit is reached: {answer}")),
        "refusal" => End::bad("refused", answer),
        "cancelled" => End::bad("killed", answer),
        _ => End::bad("protocol", format!("it stopped for the unknown reason `{reason}`")),
    }
}
