//! Calls of agents: what stands against them, what they do, what they cost.

use std::path::PathBuf;

use super::bench::{Bench, attempt, call, of, plain};
use crate::bridge::{Answer, Failure, RunOptions};
use crate::error::ExitCode;
use crate::event::EventKind;
use crate::host::agent::Fact;
use crate::model::agent::{AgentEvent, AgentReport, AgentStatus, TimerKind};
use crate::model::outcome::Outcome;
use crate::model::usage::{Tokens, Usage};
use crate::run::core::effect::Task;
use crate::run::core::message::Message;
use crate::run::work::item::agent::{Called, ErrorOutput};
use crate::run::work::item::facts;

/// A run of two items of which the first one works.
fn working(options: RunOptions) -> Bench {
    let mut bench = Bench::open(&["a", "b"], options);
    bench.next();
    bench
}

fn fact(fact: Fact) -> Message {
    Message::AgentFact { attempt: attempt("a", 1), phase: Some(1), agent: "claude".to_owned(), model: None, fact }
}

fn cost(usd: f64) -> Usage {
    Usage { tokens: None, cost: Some(usd), estimated: false }
}

fn tokens(output: u64) -> Usage {
    Usage { tokens: Some(Tokens { output, ..Tokens::default() }), cost: None, estimated: false }
}

fn report(status: AgentStatus) -> AgentReport {
    AgentReport::not_started(status)
}

/// Says the end of a call of the first item, and returns what follows and what the recipe gets.
fn ended(bench: &mut Bench, report: AgentReport, ran: bool) -> (Vec<String>, Option<AgentStatus>) {
    let (answer, waiting) = Answer::pair();
    let words = bench.take(Message::AgentEnded {
        attempt: attempt("a", 1),
        phase: Some(1),
        agent: "claude".to_owned(),
        result: Ok(Called {
            judged: Box::new(facts::by_itself(report, "claude", "a")),
            ran,
            stderr: ErrorOutput::default(),
        }),
        answer,
    });
    (words, waiting.given().expect("an answer").ok().map(|judged| judged.report.status))
}

#[test]
fn a_call_starts_with_the_number_of_its_item() {
    let mut bench = working(plain());
    assert_eq!(bench.ask(of("a", 1), call("claude")).0, ["start agent of a"]);
    let Some(Task::Agent(order, _)) = bench.tasks.last() else { panic!("no agent") };
    assert_eq!(order.call.spec.env.get("BATCHPRP_SLOT").map(String::as_str), Some("0"));
}

#[test]
fn facts_are_told_as_what_happened_to_the_item() {
    let mut bench = working(plain());
    let mut told = |what: Fact| bench.take(fact(what));
    assert_eq!(told(Fact::Spawned { pid: 7, dir: PathBuf::from("/run/a") }), ["attempt_started a"]);
    assert_eq!(told(Fact::Slow { timer: TimerKind::Silence, seconds: 1.0, limit: 2.0 }), ["slow a"]);
    assert_eq!(told(Fact::Heartbeat { progress: None, step: String::new() }), ["progress a"]);
    assert_eq!(
        told(Fact::Ending { timer: TimerKind::Total }),
        ["note a `phase 1: its agent is ended: at work longer than --timeout`"]
    );
    assert_eq!(told(Fact::Survivors { pids: vec![3] }), ["note a `processes that would not die: [3]`"]);
    assert_eq!(told(Fact::Life), ["alive a"]);
    assert_eq!(told(Fact::Usage(tokens(5))), ["spent a"]);
}

#[test]
fn what_an_agent_says_is_shown_as_progress_or_noted_or_left_to_its_report() {
    let mut bench = working(plain());
    let mut said = |event: AgentEvent| bench.take(fact(Fact::Event(event)));
    let text = || "x".to_owned();
    assert_eq!(said(AgentEvent::Progress { text: text(), percent: None }), ["progress a"]);
    assert_eq!(said(AgentEvent::ToolStart { id: text(), name: text() }), ["progress a"]);
    assert_eq!(said(AgentEvent::Warning { text: text() }), ["note a `x`"]);
    assert_eq!(said(AgentEvent::PermissionDenied { tool: text() }), ["note a `the agent was not allowed to use `x``"]);
    let again = AgentEvent::Retry { attempt: 1, delay_ms: 5, status: Some(500) };
    assert_eq!(said(again), ["note a `claude asks its service again after status 500`"]);
    assert_eq!(said(AgentEvent::Retry { attempt: 1, delay_ms: 5, status: Some(429) }), ["rate_limited a"]);
    assert_eq!(said(AgentEvent::Message { text: text() }), ["progress a"]);
    assert!(said(AgentEvent::Message { text: " \n".to_owned() }).is_empty());
    assert!(said(AgentEvent::Finished { ok: true, reason: text(), text: text() }).is_empty());
}

#[test]
fn a_usage_limit_lets_nobody_of_its_kind_start_until_it_is_over() {
    let options = RunOptions { agent: Some("claude".to_owned()), wait_for_quota: true, jobs: 1, ..plain() };
    let mut bench = working(options);
    let limit = fact(Fact::Event(AgentEvent::RateLimited { until: Some(1_060) }));
    assert_eq!(bench.take(limit), ["quota_paused", "wait for claude until Some(1060)"]);
    let held = bench.answer(of("a", 1), call("claude")).expect("a report");
    assert_eq!(held.report.status, AgentStatus::RateLimited);
    assert_eq!(held.verdict, Outcome::RateLimited { adapter: "claude".to_owned(), until: Some(1_060) });
    assert_eq!(bench.ask(of("a", 1), call("codex")).0, ["start agent of a"], "another service is none the wiser");
    let limited = Outcome::RateLimited { adapter: "claude".to_owned(), until: Some(1_060) };
    assert_eq!(bench.finish("a", 1, limited), ["answer"]);
    assert!(bench.next().is_none(), "no item of this agent starts");
    bench.pass(60);
    let over = bench.take(Message::QuotaOver { agent: "claude".to_owned() });
    assert_eq!(over, ["quota_resumed", "item_started a", "answer"]);
}

#[test]
fn the_timer_of_an_earlier_end_does_not_end_a_limit_whose_later_end_became_known() {
    let mut bench = working(RunOptions { agent: Some("claude".to_owned()), wait_for_quota: true, ..plain() });
    let limit = |until| fact(Fact::Event(AgentEvent::RateLimited { until: Some(until) }));
    bench.take(limit(1_060));
    assert_eq!(bench.take(limit(1_200)), ["quota_paused", "wait for claude until Some(1200)"]);
    bench.pass(60);
    assert!(bench.take(Message::QuotaOver { agent: "claude".to_owned() }).is_empty());
    bench.pass(140);
    assert_eq!(bench.take(Message::QuotaOver { agent: "claude".to_owned() }), ["quota_resumed"]);
}

#[test]
fn a_run_that_does_not_wait_ends_with_the_limit() {
    let mut bench = working(RunOptions { agent: Some("claude".to_owned()), jobs: 1, ..plain() });
    let (words, status) = ended(&mut bench, report(AgentStatus::RateLimited), true);
    assert_eq!(words, ["attempt_finished a", "quota_paused", "answer"]);
    assert_eq!(status, Some(AgentStatus::RateLimited));
    let limited = Outcome::RateLimited { adapter: "claude".to_owned(), until: None };
    let words = bench.finish("a", 1, limited);
    assert_eq!(words, ["item_finished a pending", "item_finished b pending", "answer"]);
    assert_eq!(bench.close().exit_code, 75);
}

#[test]
fn money_and_tokens_count_while_they_are_spent() {
    let options = || RunOptions { max_cost: Some(1.0), max_tokens: Some(100), ..plain() };
    let mut bench = working(options());
    assert_eq!(bench.take(fact(Fact::Usage(cost(0.75)))), ["spent a"]);
    assert_eq!(bench.take(fact(Fact::Usage(cost(0.25)))), ["spent a", "budget"]);
    assert_eq!(bench.take(fact(Fact::Usage(cost(9.0)))), ["spent a"], "it is told once");
    let refused = bench.answer(of("a", 1), call("claude")).expect_err("no call");
    assert!(matches!(refused, Failure::Error(error) if error.code == ExitCode::Budget), "no failure of the item");
    let mut bench = working(options());
    assert_eq!(bench.take(fact(Fact::Usage(tokens(99)))), ["spent a"]);
    assert_eq!(bench.take(fact(Fact::Usage(tokens(1)))), ["spent a", "budget"]);
    bench.finish("a", 1, Outcome::completed());
    assert_eq!(bench.close().exit_code, 11);
}

#[test]
fn a_cost_that_is_known_only_as_an_estimate_at_the_end_counts_too_and_its_tokens_only_once() {
    let mut bench = working(RunOptions { max_cost: Some(1.0), max_tokens: Some(100), ..plain() });
    assert_eq!(bench.take(fact(Fact::Usage(tokens(60)))), ["spent a"]);
    let usage = Usage { cost: Some(1.0), estimated: true, ..tokens(60) };
    let (words, _) = ended(&mut bench, AgentReport { usage, ..report(AgentStatus::Ok) }, true);
    assert_eq!(words, ["attempt_finished a", "budget", "answer"]);
    let Some(EventKind::Budget { unit, .. }) = bench.events.last() else { panic!("{:?}", bench.events.last()) };
    assert_eq!(unit, "USD");
    assert_eq!(bench.run().spent.tokens.map(Tokens::total), Some(60));
}

#[test]
fn a_cost_that_was_reported_on_the_way_is_not_counted_again_at_the_end() {
    let mut bench = working(RunOptions { max_cost: Some(1.0), ..plain() });
    bench.take(fact(Fact::Usage(cost(0.6))));
    let (words, _) = ended(&mut bench, AgentReport { usage: cost(0.6), ..report(AgentStatus::Ok) }, true);
    assert_eq!(words, ["attempt_finished a", "answer"]);
}

#[test]
fn a_call_for_which_nothing_ran_is_no_attempt_and_a_stopped_one_is_no_report() {
    let mut bench = working(plain());
    assert_eq!(ended(&mut bench, report(AgentStatus::Ok), false).0, ["answer"]);
    let stopped = AgentReport { cancelled: true, ..report(AgentStatus::Killed) };
    let (words, status) = ended(&mut bench, stopped, true);
    assert_eq!((words.as_slice(), status), (["attempt_finished a", "answer"].map(str::to_owned).as_slice(), None));
}
