//! The report: the same pages, without anybody to ask.

use serde_json::json;

use super::browser::Browser;
use super::live::batch;

#[test]
fn a_report_is_one_file_that_asks_nobody_and_prints() {
    let project = batch();
    std::fs::write(project.tools().join("go"), "").expect("a barrier");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let elsewhere = tempfile::TempDir::new().expect("a folder");
    let file = elsewhere.path().join("run.html");
    project.run(&["report", "latest", "--html", &file.display().to_string()]).exits(0);
    let address = format!("file://{}", file.display());
    let mut browser = Browser::open(1280, 900);
    browser.go(&address);
    browser.until("document.querySelectorAll('.board a.row').length === 3");
    assert_eq!(browser.text(".head .pill"), "complete");
    assert_eq!(browser.value("document.querySelectorAll('svg.graph .node').length"), 3);
    assert!(browser.value("document.querySelectorAll('svg.timeline .merge').length").as_u64() >= Some(3));
    assert_eq!(browser.value("document.querySelector('button.danger')"), serde_json::Value::Null, "nothing to stop");
    browser.press("j");
    browser.press("Enter");
    browser.until("document.querySelector('.facts') !== null");
    browser.press("6");
    browser.until("document.querySelector('.diff')?.textContent.includes('+phase 1')");
    browser.press("h");
    browser.until("document.querySelector('table tbody tr') !== null");
    assert_eq!(browser.problems(), Vec::<String>::new());
    let others: Vec<String> = browser
        .requests()
        .into_iter()
        .filter(|url| !url.starts_with(&address) && !url.starts_with("data:") && url != "about:blank")
        .collect();
    assert_eq!(others, Vec::<String>::new());
    let page = std::fs::read_to_string(&file).expect("a page");
    assert!(!page.contains("unsafe-inline") && page.contains("default-src 'none'"), "a strict policy");
    // On paper stands everything, also what the screen shows only when asked.
    browser.press("o");
    browser.until("document.querySelector('.board') !== null");
    browser.call("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    browser.until("document.getElementById('paper').innerText.includes('+phase 1')");
    assert!(!browser.text("body").contains("Copy"), "no buttons on paper");
    let paper = browser.call("Page.printToPDF", &json!({}));
    assert!(paper["data"].as_str().expect("a document").len() > 10_000, "pages that hold something");
}
