//! The timers of an attempt with short times: each with its warning, each with its kill.

use std::time::Duration;

use batchprp::host::agent::{Fact, Timers};
use batchprp::model::agent::{AgentStatus, StopStyle, TimerKind};

use crate::support::{Ran, Trial, pids, runs};

const SHORT: Duration = Duration::from_millis(400);

fn warned_before_the_kill(result: &Ran, timer: TimerKind) -> bool {
    let slow = result.facts.iter().position(|fact| matches!(fact, Fact::Slow { timer: t, .. } if *t == timer));
    let end = result.facts.iter().position(|fact| matches!(fact, Fact::Ending { timer: t } if *t == timer));
    slow.is_some() && slow < end
}

#[tokio::test]
async fn no_sign_of_life_at_the_start_ends_the_attempt() {
    let mut trial = Trial::new("sleep 30");
    trial.setup.timers.startup = SHORT;
    let (result, _) = trial.run().await;
    assert_eq!((result.report.ended_by_itself(), result.report.timer), (false, Some(TimerKind::Startup)));
    assert!(warned_before_the_kill(&result, TimerKind::Startup), "{:?}", result.facts);
    assert!(result.took >= SHORT && result.took < Duration::from_secs(3), "{:?}", result.took);
}

#[tokio::test]
async fn silence_ends_the_attempt_also_against_ignored_signals_and_sessions() {
    let trial = Trial::new(
        "trap '' TERM INT; setsid sh -c 'trap \"\" TERM; echo $$ >> pids; exec sleep 60' & echo $$ >> pids
         echo here; while :; do sleep 1; done",
    );
    let mut trial = trial;
    trial.setup.timers.silence = SHORT;
    let (result, left) = trial.run().await;
    assert_eq!((result.report.ended_by_itself(), result.report.timer), (false, Some(TimerKind::Silence)));
    assert!(warned_before_the_kill(&result, TimerKind::Silence), "{:?}", result.facts);
    assert_eq!(result.report.exit.signal, Some(9));
    assert!(pids(&left.root.join("worktree/pids"), 2).into_iter().all(|pid| !runs(pid)));
    assert!(result.took < Duration::from_secs(3), "{:?}", result.took);
}

#[tokio::test]
async fn output_touches_and_tools_are_signs_of_life() {
    let mut talks = Trial::new("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done");
    talks.setup.timers.silence = SHORT;
    let mut tool = Trial::new(r#"echo '{"kind":"tool_start","id":"t","name":"make"}'; sleep 1.2"#);
    tool.setup.timers.silence = SHORT;
    let mut touched = Trial::new("echo on; sleep 1.5");
    touched.setup.timers.silence = Duration::from_millis(1300);
    let touch = touched.setup.touch.clone();
    let later = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        touch.touch();
    };
    let (talks, tool, touched, ()) = tokio::join!(talks.run(), tool.run(), touched.run(), later);
    for result in [talks.0, tool.0, touched.0] {
        assert_eq!((result.report.status, result.report.timer), (AgentStatus::Ok, None), "{:?}", result.facts);
    }
}

#[tokio::test]
async fn a_process_that_stays_after_its_result_is_ended_without_blame() {
    let mut says = Trial::new(r#"echo '{"kind":"finished","ok":true,"reason":"","text":""}'; sleep 30"#);
    let mut writes = Trial::new(r#"echo '{"status":"success"}' > "$BATCHPRP_RESULT"; echo x; sleep 30"#);
    says.setup.timers.linger = SHORT;
    writes.setup.timers.linger = SHORT;
    let (says, writes) = tokio::join!(says.run(), writes.run());
    for result in [says.0, writes.0] {
        assert_eq!((result.report.status, result.report.timer), (AgentStatus::Ok, Some(TimerKind::Linger)));
        assert!(result.took < Duration::from_secs(3), "{:?}", result.took);
    }
}

#[tokio::test]
async fn the_total_ends_even_a_lively_agent() {
    let mut trial = Trial::new("while :; do echo tick; sleep 0.05; done");
    trial.setup.timers.total = SHORT;
    let (result, _) = trial.run().await;
    assert_eq!((result.report.ended_by_itself(), result.report.timer), (false, Some(TimerKind::Total)));
    assert!(warned_before_the_kill(&result, TimerKind::Total), "{:?}", result.facts);
}

#[tokio::test]
async fn an_agent_that_writes_heartbeats_is_measured_by_them() {
    let mut trial = Trial::new(
        r#"echo '{"work_item_id":"PRP-1","status":"working","progress":40,"step":"mine","timestamp":1}' > "$BATCHPRP_HEARTBEAT"
           sleep 30"#,
    );
    trial.setup.timers = Timers { poll: Duration::from_millis(300), grace: SHORT, ..Timers::default() };
    let (result, left) = trial.run().await;
    let beat = Fact::Heartbeat { progress: Some(40.0), step: "mine".to_owned() };
    assert!(result.facts.contains(&beat), "{:?}", result.facts);
    assert_eq!(result.report.timer, Some(TimerKind::Silence));
    assert!(left.text("heartbeat.json").contains("mine"), "the agent's own heartbeat is not written over");
}

#[tokio::test]
async fn workers_of_a_mere_launcher_get_the_signal_and_the_time() {
    let mut trial = Trial::new(
        "sh -c 'trap \"sleep 0.1; echo done > tidy; exit 0\" TERM; echo up; while :; do sleep 0.05; done' & wait",
    );
    trial.style = StopStyle::GroupTerm;
    trial.setup.timers.silence = SHORT;
    trial.setup.timers.grace = Duration::from_secs(2);
    let (result, left) = trial.run().await;
    assert_eq!(result.report.timer, Some(TimerKind::Silence));
    assert_eq!(std::fs::read_to_string(left.root.join("worktree/tidy")).unwrap(), "done\n");
    assert!(result.took < Duration::from_secs(3), "{:?}", result.took);
}

#[tokio::test]
async fn a_command_that_did_not_hear_the_signal_to_the_group_gets_no_time() {
    let mut trial = Trial::new("echo up; setsid sleep 30 & wait");
    trial.style = StopStyle::GroupTerm;
    trial.setup.timers.silence = SHORT;
    let (result, _left) = trial.run().await;
    assert_eq!(result.report.timer, Some(TimerKind::Silence));
    assert!(result.took < Duration::from_secs(5), "{:?}", result.took);
}
