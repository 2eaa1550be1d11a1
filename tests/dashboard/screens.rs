//! How the pages look: nothing runs over the edge at any width. `UPDATE=1` takes the pictures of the documentation.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use super::browser::Browser;
use super::project::{Project, prp};
use super::server::Server;

/// A batch as people have them: seven items in four stages, one of which fails, one of which is at work.
fn batch() -> Project {
    let project = Project::new();
    project.configure(
        "[run]\nretries = 0\n[validate]\nl1 = [\"sleep 0.2; test -d out\"]\nl2 = [\"sleep 0.1; ! grep -rn TODO out\"]\n",
    );
    let items: [(&str, &[&str], u32, &str); 7] = [
        ("PRP-4.1.1", &[], 2, "Common library"),
        ("PRP-4.2.1", &["PRP-4.1.1"], 3, "Token rotation for the session store"),
        ("PRP-4.2.2", &["PRP-4.1.1"], 2, "Rate limits"),
        ("PRP-4.2.3", &["PRP-4.1.1"], 1, "Index of tools"),
        ("PRP-4.3.1", &["PRP-4.2.1", "PRP-4.2.2"], 2, "Frequency report"),
        ("PRP-4.3.2", &["PRP-4.2.3"], 1, "Usage examples"),
        ("PRP-4.4.1", &["PRP-4.3.1"], 1, "Self test"),
    ];
    let go = project.tools().join("go").display().to_string();
    for (id, needs, phases, title) in items {
        let text = prp(id, needs, &[], phases).replace(&format!("Work of {id}"), title);
        let slug = title.to_lowercase().replace(' ', "-");
        project.write(&format!("PRPs/feature-requests/{id}-{slug}.md"), &text);
        for phase in 1..=phases {
            project.sabotage(id, phase, "echo reads the code; sleep 0.4; echo writes the change");
        }
    }
    project.sabotage("PRP-4.2.2", 2, "sleep 0.3; echo 'x = 1  # TODO' > out/limits.py");
    project.sabotage("PRP-4.2.1", 3, &format!("echo rotates tokens; until [ -e {go} ]; do sleep 0.05; done"));
    project.commit("PRPs");
    project
}

fn start(project: &Project) -> Child {
    let mut run = project.command(&["exe", "--batch", "4", "--jobs", "3"]);
    run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a run")
}

/// Fails when the page is wider than the window.
#[track_caller]
fn fits(browser: &mut Browser, what: &str) {
    let over = browser.value(
        "[document.documentElement.scrollWidth - innerWidth, [...document.querySelectorAll('main *')].filter((e) => !e.closest('.scroll, pre, svg') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.tagName + '.' + e.className).slice(0, 5)]",
    );
    assert_eq!(over, serde_json::json!([0, []]), "{what} runs over the edge");
}

fn keep(browser: &mut Browser, name: &str, whole: bool) {
    let image = browser.picture(whole);
    assert!(image.len() > 5_000, "{name} shows something");
    let folder = if std::env::var_os("UPDATE").is_some() {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens")
    } else {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens")
    };
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(name), image).expect("a picture");
}

#[test]
fn the_pages_fit_phones_and_wide_screens_in_light_and_dark() {
    let project = batch();
    let server = Server::start(&project);
    let mut run = start(&project);
    let mut browser = Browser::open(1600, 1000);
    browser.go(&server.address);
    browser.until("document.querySelector('a.row.run') !== null");
    browser.value("document.querySelector('a.row.run').click()");
    let state = |item: &str| format!("document.querySelector('.board a.row[href$=\"{item}\"]')?.dataset.state");
    browser.until(&format!("{} === 'partial' || {} === 'failed'", state("PRP-4.2.2"), state("PRP-4.2.2")));
    browser.until(&format!("{} === 'completed'", state("PRP-4.3.2")));
    browser.until("document.querySelector('.board a.row[href$=\"PRP-4.2.1\"] .phase').textContent === '2/3'");
    for (width, height) in [(1600, 1000), (390, 844)] {
        for dark in [false, true] {
            browser.resize(width, height);
            browser.dark(dark);
            browser.until(&format!("document.querySelector('svg.timeline').getBoundingClientRect().width <= {width}"));
            fits(&mut browser, &format!("the run at {width}"));
            let tone = if dark { "dark" } else { "light" };
            keep(&mut browser, &format!("run-{width}-{tone}.png"), true);
        }
    }
    let run_hash = browser.value("location.hash").as_str().expect("an address").to_owned();
    for tab in ["", "/prompt", "/transcript", "/checks", "/diff"] {
        for width in [1600, 390] {
            browser.resize(width, 900);
            browser.dark(false);
            browser.value(&format!("location.hash = '{run_hash}/PRP-4.2.2{tab}'"));
            browser.until("document.querySelector('.tab-body')?.children.length > 0");
            fits(&mut browser, &format!("the item {tab} at {width}"));
            if tab.is_empty() {
                keep(&mut browser, &format!("item-{width}.png"), true);
            }
        }
    }
    fs::write(project.tools().join("go"), "").expect("a barrier");
    run.wait().expect("an end");
    // A second run goes on with what is left, so that there is a history.
    project.sabotage("PRP-4.2.2", 2, "rm -f out/limits.py");
    project.run(&["exe", "--batch", "4", "--jobs", "3"]);
    for (page, hash) in [("project", "#/"), ("history", "#/history")] {
        for width in [1600, 390] {
            browser.resize(width, 900);
            browser.value(&format!("location.hash = '{hash}'"));
            browser.until("document.querySelector('.card, table') !== null");
            fits(&mut browser, &format!("{page} at {width}"));
            keep(&mut browser, &format!("{page}-{width}.png"), true);
        }
    }
    assert_eq!(browser.problems(), Vec::<String>::new());
}
