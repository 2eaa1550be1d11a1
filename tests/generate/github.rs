//! GitHub issues through a `gh` on the search path.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::plan::{accounts, text};
use crate::project::{Project, Ran};

/// Keeps issues as files `<number>.json` and its calls in `calls`.
const GH: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >> calls
[ -f broken ] && { echo 'HTTP 403: resource not accessible' >&2; exit 1; }
if [ "$2" = create ]; then
  n=$(ls | grep -c '\.body$'); n=$((n + 1))
  cat > "$n.body"
  echo "https://github.com/acme/shop/issues/$n"
else
  printf '['; sep=
  for f in *.body; do
    [ -f "$f" ] || continue
    printf '%s{"number":%s,"body":"%s"}' "$sep" "${f%.body}" "$(grep -o '<!-- .* -->' "$f")"; sep=,
  done
  printf ']\n'
fi
"#;

fn with_gh() -> (Project, std::path::PathBuf) {
    let project = accounts();
    let folder = project.tools().join("bin");
    fs::create_dir(&folder).expect("folder");
    fs::write(folder.join("gh"), GH).expect("gh");
    fs::set_permissions(folder.join("gh"), fs::Permissions::from_mode(0o755)).expect("mode");
    (project, folder)
}

fn generate(project: &Project, bin: &std::path::Path, more: &[&str]) -> Ran {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
    let arguments = [&["gen", "PLAN.md", "--agent", "template", "--issues", "github", "-j", "1"], more].concat();
    let output = project.command(&arguments).env("PATH", path).output().expect("batchprp starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn issues_are_opened_once_and_found_by_their_mark() {
    let (project, bin) = with_gh();
    project.write(".ce/linear-defaults.yml", "default_labels: [prp]\n");
    generate(&project, &bin, &[]).exits(0).says("issue #1");
    let calls = fs::read_to_string(bin.join("calls")).expect("calls");
    assert_eq!(calls.matches("issue create").count(), 4, "{calls}");
    assert!(calls.contains("issue create --title PRP-1.1.1: Schema --body-file - --label prp"), "{calls}");
    let body = fs::read_to_string(bin.join("1.body")).expect("body");
    assert!(body.contains("## Summary") && body.contains("<!-- batchprp:PRP-1.1.1 -->"), "{body}");
    assert!(
        text(&project, "PRP-1.1.1-schema.md").contains("\nissue: \"#1\"\n"),
        "{}",
        text(&project, "PRP-1.1.1-schema.md")
    );
    fs::remove_dir_all(project.root().join("PRPs")).expect("removed");
    generate(&project, &bin, &[]).exits(0).says("issue #1").says("Issues: 4 there already");
    let calls = fs::read_to_string(bin.join("calls")).expect("calls");
    assert_eq!(calls.matches("issue create").count(), 4, "{calls}");
    assert_eq!(calls.matches("issue list").count(), 2, "one search for each run: {calls}");
}

#[test]
fn a_failing_gh_warns_and_fails_nothing() {
    let (project, bin) = with_gh();
    fs::write(bin.join("broken"), "").expect("broken");
    generate(&project, &bin, &["--stage", "1"]).exits(0).says("no github issue").says("HTTP 403");
    assert!(!text(&project, "PRP-1.1.1-schema.md").contains("issue:"));
}
