//! Everything with the keyboard alone.

use super::browser::Browser;
use super::live::batch;
use super::project::Project;
use super::server::Server;

#[test]
fn a_person_gets_everywhere_without_a_mouse() {
    let project = batch();
    std::fs::write(project.tools().join("go"), "").expect("a barrier");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.press("j");
    browser.until("document.activeElement.matches('a.row.run')");
    browser.press("Enter");
    browser.until("document.querySelectorAll('.board a.row').length === 3");
    browser.press("j");
    browser.press("j");
    browser.until("document.activeElement.hash.endsWith('PRP-1.1.2')");
    browser.press("k");
    browser.until("document.activeElement.hash.endsWith('PRP-1.1.1')");
    browser.press("Enter");
    browser.until("document.querySelector('.tabs a[aria-current]').textContent === 'Summary'");
    browser.until("document.querySelector('.facts') !== null");
    for (key, tab, text) in [
        ("2", "Prompt", "PRP-1.1.1"),
        ("4", "Checks", "$ test -d out"),
        ("6", "Diff", "+phase 1"),
        ("1", "Summary", "Checkpoints"),
    ] {
        browser.press(key);
        browser.until(&format!("document.querySelector('.tabs a[aria-current]')?.textContent === '{tab}'"));
        browser.until(&format!("document.querySelector('.tab-body').innerText.includes('{text}')"));
    }
    browser.press("j");
    browser.until("document.querySelector('h1').textContent.startsWith('PRP-1.1.2')");
    browser.press("Escape");
    browser.until("document.querySelector('.board') !== null");
    browser.press("?");
    browser.until("document.getElementById('dialog').open");
    browser.press("Escape");
    browser.until("!document.getElementById('dialog').open");
    browser.press("h");
    browser.until("document.querySelector('h1')?.textContent === 'History'");
    browser.until("document.querySelector('table tbody tr') !== null");
    browser.press("o");
    browser.until("document.querySelector('.card') !== null");
    // The first stop of the tab key on a page leads past the bar.
    browser.go(&server.address);
    browser.until("document.querySelector('.card') !== null");
    browser.press("Tab");
    browser.until("document.activeElement.matches('.skip')");
    browser.press("Enter");
    browser.until("document.activeElement.id === 'main'");
    assert_eq!(browser.problems(), Vec::<String>::new());
}

#[test]
fn what_is_not_there_is_told_and_not_waited_for() {
    let project = batch();
    std::fs::write(project.tools().join("go"), "").expect("a barrier");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("location.hash = '#/run/nothing'");
    browser.until("document.querySelector('.banner')?.textContent.includes('there is no run `nothing`')");
    browser.value("location.hash = '#/'");
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("location.hash = document.querySelector('a.row.run').hash + '/PRP-9.9.9'");
    browser.until("document.querySelector('.banner')?.textContent.includes('has no item PRP-9.9.9')");
    assert_eq!(browser.problems(), Vec::<String>::new());
    browser.value("location.hash = '#/'");
    browser.until("document.querySelector('a.row.run') !== null");
    drop(server);
    browser.until("document.getElementById('link').textContent === 'no connection'");
    browser.value("document.querySelector('a.row.run').click()");
    browser.until("document.querySelector('.banner')?.textContent.includes('The dashboard does not answer')");
}

#[test]
fn with_many_items_the_place_is_kept_and_what_is_completed_is_folded() {
    let project = Project::new();
    project.write(".ce/tmp/runs/20261101T000000000-many/events.jsonl", &many());
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    browser.go(&format!("{}#/run/20261101T000000000-many", server.address));
    browser.until("document.querySelectorAll('.board a.row').length === 60");
    let shown = "[...document.querySelectorAll('.board a.row')].filter((row) => row.checkVisibility()).length";
    browser.until(&format!("{shown} === 20"));
    assert!(browser.text(".board").contains("40 completed"), "{}", browser.text(".board"));
    browser.press("f");
    browser.until(&format!("{shown} === 60"));
    browser.press("f");
    browser.until(&format!("{shown} === 20"));
    for _ in 0..15 {
        browser.press("j");
    }
    let held = browser.value("document.activeElement.hash");
    let far = browser.value("scrollY").as_f64().expect("a number");
    browser.press("Enter");
    browser.until("document.querySelector('.tabs') !== null");
    browser.press("Escape");
    browser.until(&format!("document.activeElement.hash === {held}"));
    assert_eq!(browser.value("scrollY").as_f64(), Some(far), "as far down as before");
    browser.press("g");
    browser.until("document.querySelector('svg.graph').getBoundingClientRect().top < innerHeight");
    // What waits for others has no trouble of its own.
    assert!(!browser.text(".figures").contains("in trouble"), "{}", browser.text(".figures"));
    assert_eq!(browser.problems(), Vec::<String>::new());
}

/// A run of 60 items, of which 40 are completed and the others blocked.
fn many() -> String {
    let mut seq = 0;
    let mut line = |rest: &str| {
        seq += 1;
        let head = format!("\"schema_version\":1,\"seq\":{seq},\"at\":\"2026-11-01T00:00:{:02}Z\"", seq % 60);
        format!("{{{head},\"run\":\"20261101T000000000-many\",{rest}}}\n")
    };
    let mut text =
        line(r#""event":"run_started","command":"exe","batch":1,"pid":0,"host":"","argv":["batchprp","exe"],"jobs":8"#);
    let items: Vec<serde_json::Value> = (1..=60)
        .map(|n| serde_json::json!({"id": format!("PRP-1.1.{n}"), "title": "Work", "name": format!("PRP-1.1.{n}"), "stage": 1, "phases": 1, "hours": 1.0}))
        .collect();
    let items = serde_json::Value::from(items);
    text += &line(&format!(
        r#""event":"graph","items":{items},"stages":{{}},"edges":[],"critical_path":[],"bound_hours":1.0"#
    ));
    for n in 1..=60 {
        let status = if n <= 40 { "completed" } else { "blocked" };
        text += &line(&format!(
            r#""event":"item_finished","item":"PRP-1.1.{n}","status":"{status}","outcome":null,"reason":"","duration":1.0"#
        ));
    }
    text
}
