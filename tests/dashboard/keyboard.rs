//! Everything with the keyboard alone.

use super::browser::Browser;
use super::live::batch;
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
    // The first stop of the tab key leads past the bar.
    browser.value("document.activeElement.blur()");
    browser.press("Tab");
    browser.until("document.activeElement.matches('.skip')");
    browser.press("Enter");
    browser.until("document.activeElement.id === 'main'");
    assert_eq!(browser.problems(), Vec::<String>::new());
}
