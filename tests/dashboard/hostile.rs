//! What documents and agents say stays text.

use super::browser::Browser;
use super::project::Project;
use super::server::Server;

const SCRIPT: &str = "<script>window.owned=1</script><img src=x onerror=window.owned=2>";

/// A batch whose title, output, error output and check attack whoever shows them.
fn hostile() -> Project {
    let project = Project::new();
    let attack = format!("printf '%s \\033[2J\\033]0;x\\007 \\342\\200\\256drow\\n' '{SCRIPT}'");
    project
        .configure(&format!("[run]\nretries = 0\n[validate]\nl1 = ['''{}; exit 1''']\n", attack.replace('\'', "\"")));
    project.prp("PRP-1.1.1", &[], &[], 1);
    let path = "PRPs/feature-requests/PRP-1.1.1-work.md";
    let text = project.read(path);
    let title = format!("title: '{SCRIPT} \u{202e}drow </script><!--'");
    let text: Vec<String> =
        text.lines().map(|line| if line.starts_with("title:") { title.clone() } else { line.to_owned() }).collect();
    project.write(path, &(text.join("\n") + "\n"));
    project.sabotage("PRP-1.1.1", 1, &format!("{attack}; {attack} >&2; echo '{SCRIPT}' > out/page.html"));
    project.commit("PRPs");
    let ran = project.run(&["exe", "--batch", "1"]);
    assert_eq!(ran.code, Some(10), "{}{}", ran.stdout, ran.stderr);
    project
}

/// Looks at every view of the run and returns all that was shown.
fn tour(browser: &mut Browser, run: &str) -> String {
    let mut shown = String::new();
    for view in
        ["", "/PRP-1.1.1", "/PRP-1.1.1/prompt", "/PRP-1.1.1/transcript", "/PRP-1.1.1/checks", "/PRP-1.1.1/stderr"]
    {
        browser.value(&format!("location.hash = '#/run/{run}{view}'"));
        let ready = match view {
            "" => "document.querySelector('.board a.row') !== null",
            "/PRP-1.1.1" => "document.querySelector('.tab-body table') !== null",
            _ => "document.querySelector('.tab-body pre') !== null",
        };
        browser.until(ready);
        let text = browser.text("main");
        assert!(text.contains("window.owned=1"), "{view} shows the attack as text: {text}");
        shown += &text;
    }
    shown
}

fn is_harmless(browser: &mut Browser, shown: &str) {
    assert_eq!(browser.value("window.owned"), serde_json::Value::Null);
    assert_eq!(browser.value("document.querySelectorAll('main script, main img').length"), 0);
    for (what, bad) in [("ANSI", '\u{1b}'), ("bidi", '\u{202e}'), ("bell", '\u{7}')] {
        assert!(!shown.contains(bad), "{what} is shown raw");
    }
    assert!(shown.contains("\\u{1b}[2J") && shown.contains("\\u{202e}drow"), "{shown}");
    assert_eq!(browser.problems(), Vec::<String>::new());
}

#[test]
fn hostile_titles_and_outputs_stay_text() {
    let project = hostile();
    let runs: Vec<String> = std::fs::read_dir(project.root().join(".ce/tmp/runs"))
        .expect("runs")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    let run = &runs[0];
    let server = Server::start(&project);
    let mut browser = Browser::open(1280, 900);
    browser.go(&server.address);
    let shown = tour(&mut browser, run);
    is_harmless(&mut browser, &shown);
    // And in the report, where the data stands within the page.
    project.run(&["report", "latest", "--html", "run.html"]).exits(0);
    browser.go(&format!("file://{}", project.root().join("run.html").display()));
    let shown = tour(&mut browser, run);
    is_harmless(&mut browser, &shown);
}
