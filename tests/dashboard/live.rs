//! Pages that change while a run goes on.

use std::process::Stdio;

use super::browser::Browser;
use super::project::Project;
use super::server::Server;

/// A batch of three items in two stages; the first one works until a file is there.
pub(crate) fn batch() -> Project {
    let project = Project::new();
    project.configure("[run]\nretries = 0\n[validate]\nl1 = [\"test -d out\"]\n");
    project.prp("PRP-1.1.1", &[], &[], 2).prp("PRP-1.1.2", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 1);
    let go = project.tools().join("go").display().to_string();
    project.sabotage("PRP-1.1.1", 1, &format!("echo looking around; until [ -e {go} ]; do sleep 0.02; done"));
    project.commit("PRPs");
    project
}

/// When an event stands in a journal, in milliseconds.
fn told_at(journal: &str, event: &str, item: &str) -> f64 {
    let line = journal
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|value| value["event"] == event && value["item"] == item);
    let at = line.expect("the event")["at"].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
    at.as_millisecond() as f64
}

#[test]
fn what_happens_is_seen_within_half_a_second() {
    let project = batch();
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.body.innerText.includes('No run yet')");
    let mut run = project.command(&["exe", "--batch", "1", "--jobs", "2"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run");
    // The run appears on the first page by itself.
    browser.until("document.querySelector('a.row.run') !== null");
    let id = browser.value("decodeURIComponent(document.querySelector('a.row.run').hash.split('/')[2])");
    let id = id.as_str().expect("an id").to_owned();
    browser.value(&format!("location.hash = '#/run/{id}'"));
    let row = |item: &str, state: &str| {
        format!("document.querySelector('a.row[href$=\"{item}\"]').dataset.state === '{state}'")
    };
    browser.until(&row("PRP-1.1.1", "running"));
    browser.until(&row("PRP-1.1.2", "completed"));
    assert!(browser.text(".head").contains("running"), "{}", browser.text("main"));
    // Who is at work counts: with one item at work for a second there is no work of less than that.
    let figure = "[...document.querySelectorAll('.figures > div')].find((div) => div.firstChild.textContent === 'one after another')";
    browser.until(&format!("parseFloat({figure}.lastChild.textContent) >= 3"));
    std::fs::write(project.tools().join("go"), "").expect("a barrier");
    let mut late = Vec::new();
    for (item, event, state) in [
        ("PRP-1.1.1", "item_finished", "completed"),
        ("PRP-1.2.1", "item_started", "running"),
        ("PRP-1.2.1", "item_finished", "completed"),
    ] {
        let seen = browser.until(&format!("[...document.querySelectorAll('a.row')].some((row) => row.hash.endsWith('{item}') && (row.dataset.state === '{state}' || row.dataset.state === 'completed'))"));
        let journal = project.read(&format!(".ce/tmp/runs/{id}/events.jsonl"));
        late.push(seen - told_at(&journal, event, item));
    }
    browser.until("document.querySelector('.head .pill').textContent === 'complete'");
    run.wait().expect("an end");
    late.sort_by(f64::total_cmp);
    println!("seen after the event, in milliseconds: {late:?}");
    assert!(late[1] <= 500.0, "half of the events are seen in time: {late:?}");
    assert!(browser.text("main").contains("3 of 3"), "{}", browser.text("main"));
    assert_eq!(browser.value("document.querySelectorAll('svg.graph .node.good').length"), 3);
    assert!(browser.value("document.querySelectorAll('svg.timeline .agent').length").as_u64() >= Some(4));
    assert_eq!(browser.problems(), Vec::<String>::new());
    let foreign: Vec<String> = browser
        .requests()
        .into_iter()
        .filter(|url| !url.starts_with(&server.address) && !url.starts_with("data:") && url != "about:blank")
        .collect();
    assert_eq!(foreign, Vec::<String>::new());
}

#[test]
fn an_item_is_read_while_its_agent_writes_and_the_run_is_stopped_from_the_page() {
    let project = batch();
    let server = Server::start(&project);
    let mut run = project.command(&["exe", "--batch", "1"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run");
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("document.querySelector('a.row.run').click()");
    browser.until("document.querySelector('a.row[href$=\"PRP-1.1.1\"]')?.dataset.state === 'running'");
    browser.value("location.hash += '/PRP-1.1.1/transcript'");
    browser.until("document.querySelector('pre')?.textContent.includes('looking around')");
    browser.value("location.hash = location.hash.replace('transcript', 'prompt')");
    browser.until("document.querySelector('pre')?.textContent.includes('PRP-1.1.1')");
    browser.press("u");
    browser.until("document.querySelector('button.danger') !== null");
    browser.press("s");
    browser.until("document.getElementById('dialog').open");
    browser.value("document.querySelector('#dialog .danger').click()");
    browser.until("document.querySelector('.head .pill').textContent === 'stopped'");
    browser.until("document.querySelector('.steps').innerText.includes('batchprp exe --batch 1')");
    assert_eq!(run.wait().expect("an end").code(), Some(130));
    assert_eq!(browser.problems(), Vec::<String>::new());
}

#[test]
fn what_an_agent_does_now_stands_on_the_board_as_text() {
    let project = batch();
    let steps =
        r#"{"items":{"PRP-1.1.1":[{"do":"progress","text":"reading <b>all</b> of it","percent":20},{"do":"stall"}]}}"#;
    let script = project.tools().join("fake.json");
    std::fs::write(&script, steps).expect("a script");
    let server = Server::start(&project);
    let mut run = project.command(&["exe", "--batch", "1", "--agent", "fake"]);
    run.env("BATCHPRP_FAKE", &script).stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = run.spawn().expect("a run");
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("document.querySelector('a.row.run').click()");
    let doing = "document.querySelector('a.row[href$=\"PRP-1.1.1\"] .doing')?.textContent";
    browser.until(&format!("{doing} === 'reading <b>all</b> of it'"));
    project.run(&["stop", "latest", "--wait", "30s"]);
    run.wait().expect("an end");
    browser.until(&format!("{doing} !== 'reading <b>all</b> of it'"));
    assert_eq!(browser.problems(), Vec::<String>::new());
}

#[test]
fn a_run_whose_process_is_killed_is_told_as_interrupted() {
    let project = batch();
    let server = Server::start(&project);
    let mut run = project.command(&["exe", "--batch", "1"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run");
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("document.querySelector('a.row.run').click()");
    browser.until("document.querySelector('a.row[href$=\"PRP-1.1.1\"]')?.dataset.state === 'running'");
    run.kill().expect("killed");
    run.wait().expect("an end");
    browser.until("document.querySelector('.head .pill').textContent === 'interrupted'");
    browser.until("document.querySelector('.steps').innerText.includes('batchprp exe --batch 1')");
    // Its agent is still there: it ends with its barrier.
    std::fs::write(project.tools().join("go"), "").expect("a barrier");
}
