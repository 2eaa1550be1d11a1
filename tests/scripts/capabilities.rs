//! The table of capabilities in `docs/agents.md`: what the adapters declare, and stale when one of them says otherwise.

use std::fs;
use std::path::Path;

use batchprp::script::{CAPABILITIES, ScriptHost};

use super::adapters::host;
use super::fake::Project;

/// In the order in which they are looked for.
const AGENTS: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];
const BEGIN: &str = "<!-- capabilities: made by a test, see CONTRIBUTING.md -->\n";
const END: &str = "<!-- end of capabilities -->\n";

fn table(host: &ScriptHost) -> String {
    let traits = AGENTS.map(|name| host.agent_traits(name).expect("an adapter"));
    let row = |head: &str, cells: [String; 5]| format!("| {head} | {} |\n", cells.join(" | "));
    let mut rows = row("", AGENTS.map(str::to_owned));
    rows.push_str("|---|");
    rows.push_str(&"---|".repeat(AGENTS.len()));
    rows.push('\n');
    rows += &row("page", AGENTS.map(|name| format!("[{name}](agents/{name}.md)")));
    let versions = traits.each_ref().map(|traits| match traits.versions.as_slice() {
        [from, to] if from == to => from.clone(),
        [from, to] => format!("{from} to {to}"),
        _ => "unknown".to_owned(),
    });
    rows += &row("seen to work with", versions);
    for known in &CAPABILITIES {
        let told = |name: &str| {
            traits[AGENTS.iter().position(|agent| *agent == name).expect("an agent")].capabilities.get(known.name)
        };
        rows += &row(known.about, AGENTS.map(|name| known.told(told(name).map(String::as_str)).to_owned()));
    }
    format!("{BEGIN}\n{rows}\n{END}")
}

#[test]
fn the_table_of_capabilities_is_what_the_adapters_declare() {
    let project = Project::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (head, rest) = page.split_once(BEGIN).expect("the beginning of the table");
    let (_, tail) = rest.split_once(END).expect("the end of the table");
    let want = format!("{head}{}{tail}", table(&host(&project)));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, want).expect("a written page");
    } else {
        assert!(page == want, "{} is stale: run this test with UPDATE=1", path.display());
    }
}
