//! Reviews and context-update through the real program: real git, real agents, real files.

#[path = "reviews/consistency.rs"]
mod consistency;
#[path = "reviews/crash.rs"]
mod crash;
#[path = "reviews/documents.rs"]
mod documents;
#[path = "reviews/history.rs"]
mod history;
#[path = "batch/project.rs"]
#[expect(dead_code, reason = "shared with the tests of the main job, which use all of it")]
mod project;
#[path = "review/rules.rs"]
#[expect(dead_code, reason = "shared with the tests of the rules alone, which look at the ways out")]
mod rules;
#[path = "reviews/update.rs"]
mod update;
#[path = "reviews/work.rs"]
mod work;

use std::fs;

use project::{Project, Ran};

/// What the agent does for the other roles: it keeps the prompt, waits for so many siblings, and says what is prescribed.
const ROLES: &str = r#"
role=$(grep -o '"operation": *"[a-z-]*"' "$BATCHPRP_SPEC" | sed 's/.*"\([a-z-]*\)"$/\1/')
if [ "$role" != execute ]; then
  cat > "$TOOLS/prompt.$BATCHPRP_ITEM"
  echo "$role $BATCHPRP_ITEM" >> "$TOOLS/roles"
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(wc -l < "$TOOLS/roles")" -ge "$(cat "$TOOLS/together" 2>/dev/null || echo 0)" ] && break
    sleep 0.5
  done
  [ -f "$TOOLS/crash" ] && exit 3
  cat "$TOOLS/answer.$BATCHPRP_ITEM" 2>/dev/null || cat "$TOOLS/answer" 2>/dev/null
  exit 0
fi
"#;

/// Makes a project whose agent also reviews and updates.
fn reviewed() -> Project {
    let project = Project::new();
    let agent = project.tools().join("agent.sh");
    let executor = fs::read_to_string(&agent).expect("agent");
    fs::write(agent, format!("{ROLES}{executor}")).expect("agent");
    project
}

impl Ran {
    /// Expects a row of the summary: it begins with the name of the item, and says something further on.
    #[track_caller]
    fn says_of(self, name: &str, text: &str) -> Self {
        let is_row = |line: &str| line.split_whitespace().next() == Some(name) && line.contains(text);
        assert!(self.stdout.lines().any(is_row), "no row of `{name}` says `{text}`:\n{}", self.stdout);
        self
    }
}

fn prescribe(project: &Project, name: &str, text: &str) {
    fs::write(project.tools().join(name), text).expect("prescribed");
}

/// Returns one line per call of the agent in another role than the executor's.
fn roles(project: &Project) -> Vec<String> {
    let text = fs::read_to_string(project.tools().join("roles")).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn report(project: &Project) -> serde_json::Value {
    serde_json::from_str(&project.read(".ce/tmp/reviews/batch-47.json")).expect("a report in JSON")
}
