//! A hundred thousand events.

use std::fmt::Write as _;
use std::time::Instant;

use super::browser::Browser;
use super::project::Project;
use super::server::Server;

const EVENTS: usize = 100_000;
const ITEMS: usize = 200;

/// A journal as a very long run would leave it: 200 items that are tried again and again.
fn journal() -> String {
    let mut text = String::new();
    let mut seq = 0;
    let mut line = |rest: String| {
        seq += 1;
        let at = jiff::Timestamp::from_millisecond(1_790_000_000_000 + seq * 50).expect("a time");
        writeln!(text, r#"{{"schema_version":1,"seq":{seq},"at":"{at}","run":"20261101T000000000-big",{rest}}}"#)
            .expect("text");
    };
    line(r#""event":"run_started","command":"exe","batch":1,"pid":0,"host":"","argv":["batchprp","exe"],"jobs":8,"merges":true"#.to_owned());
    let item = |number: usize| format!("PRP-1.{}.{}", number / 20 + 1, number % 20 + 1);
    let items: Vec<serde_json::Value> = (0..ITEMS)
        .map(|number| serde_json::json!({"id": item(number), "title": format!("Work {number}"), "name": item(number), "stage": number / 20 + 1, "phases": 4, "hours": 1.0}))
        .collect();
    let edges: Vec<serde_json::Value> = (20..ITEMS)
        .map(|number| serde_json::json!({"from": item(number - 20), "to": item(number), "reason": "explicit"}))
        .collect();
    line(format!(
        r#""event":"graph","items":{},"stages":{{}},"edges":{},"critical_path":["PRP-1.1.1","PRP-1.2.1"],"bound_hours":10.0"#,
        serde_json::Value::from(items),
        serde_json::Value::from(edges)
    ));
    for number in 0..ITEMS {
        line(format!(r#""event":"item_started","item":"{}","stage":1,"attempt":1"#, item(number)));
    }
    let mut round = 0;
    while round * 4 + ITEMS + 2 < EVENTS {
        let (id, phase) = (item(round % ITEMS), round / ITEMS % 4 + 1);
        line(format!(
            r#""event":"phase_started","item":"{id}","phase":{phase},"title":"Part {phase} of the work","of":4"#
        ));
        line(format!(
            r#""event":"attempt_started","item":"{id}","attempt":1,"phase":{phase},"pid":1,"agent":"command","model":"sonnet","spec":"spec.json","silence":300.0"#
        ));
        line(format!(
            r#""event":"attempt_finished","item":"{id}","attempt":1,"phase":{phase},"status":"ok","duration":0.1,"usage":{{"tokens":{{"input":100,"cache_read":0,"cache_write":0,"output":10}},"cost":0.01,"estimated":false}}"#
        ));
        line(format!(
            r#""event":"validation","item":"{id}","phase":{phase},"level":2,"result":"failed","errors":["`make test` ended with exit code 2","line one of what it said","line two"]"#
        ));
        round += 1;
    }
    text
}

/// Returns the most memory that a process has used of its own, in MiB. The pages of the program itself do not count: an
/// unoptimised one alone is larger than all the rest.
fn most_memory(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let figure = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("memory");
        line.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok()).expect("a number") / 1024.0
    };
    figure("VmHWM:") - figure("RssFile:")
}

#[test]
fn a_hundred_thousand_events_fit_in_little_memory() {
    let project = Project::new();
    let journal = journal();
    let events = journal.lines().count();
    assert!((EVENTS..EVENTS + 10).contains(&events), "{events}");
    project.write(".ce/tmp/runs/20261101T000000000-big/events.jsonl", &journal);
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    let begin = Instant::now();
    browser.go(&format!("{}#/run/20261101T000000000-big", server.address));
    browser.until("document.querySelectorAll('.board a.row').length === 200");
    let took = begin.elapsed();
    browser.value("location.hash = '#/'");
    browser.until("document.querySelector('a.row.run') !== null");
    let memory = most_memory(server.pid());
    println!("{events} events, {} bytes: shown after {took:?}, {memory:.1} MiB at most", journal.len());
    assert!(memory <= 40.0, "{memory:.1} MiB");
    assert_eq!(browser.problems(), Vec::<String>::new());
}
