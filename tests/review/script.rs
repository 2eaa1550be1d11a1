//! The same reviews from a script, with a bridge that knows one folder.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use batchprp::bridge::{Bridge, EffectRequest, Origin, Request};
use batchprp::config::{Config, Layers};
use batchprp::error::{Error, ExitCode};
use batchprp::script::search::SearchPath;
use batchprp::script::{HostParts, host};
use serde_json::{Value, json};

/// A project with one file and one executed PRP; keeps what scripts write.
#[derive(Default)]
struct Project(Mutex<Vec<(PathBuf, String)>>);

impl Bridge for Project {
    fn send(&self, _: Origin, request: Request) {
        match request {
            Request::Effect(EffectRequest::ListFiles(folder, answer)) => {
                let files: &[&str] = match folder.0.to_str() {
                    Some("src") => &["src/there.rs"],
                    Some("PRPs/executed") => &["PRPs/executed/PRP-8.1.1-old.md"],
                    _ => &[],
                };
                answer.give(Ok(files.iter().map(PathBuf::from).collect()));
            }
            Request::Effect(EffectRequest::WriteFile(file, answer)) => {
                self.0.lock().expect("not poisoned").push((file.path, file.text));
                answer.give(Ok(()));
            }
            other => {
                let text = format!("unexpected: {other:?}");
                other.refuse(Error::new(ExitCode::Internal, text).into());
            }
        }
    }
}

/// Runs a script and returns what it wrote to a file, as JSON.
fn written(body: &str) -> Value {
    let root = tempfile::tempdir().expect("a folder");
    let script = root.path().join("try.rhai");
    let text = format!(
        "const ABOUT = \"x\";\nconst ARGS = #{{}};\nfn main(args) {{\n{body}\nfiles::write(\"out.json\", json::text(out));\n}}\n"
    );
    std::fs::write(&script, text).expect("a file");
    let project = Arc::new(Project::default());
    let search = SearchPath { current: root.path().to_owned(), ..SearchPath::default() };
    let config = Arc::new(Config::from_layers(Layers(Vec::new())));
    let cancel = Arc::default();
    let context = HostParts { bridge: project.clone(), root: root.path().to_owned(), config, cancel, search };
    let host = host(context);
    let loaded = host.load(&script.to_string_lossy()).expect("it compiles");
    host.run_main(&loaded, &json!({})).expect("it runs to its end");
    let written = project.0.lock().expect("not poisoned");
    serde_json::from_str(&written.first().expect("something was written").1).expect("JSON")
}

/// A script value that is a PRP.
fn parsed(front: &str) -> String {
    let text = format!(
        "---\nprp_id: PRP-9.1.1\ntitle: Store\nfiles_modified: [src/store.rs]\n{front}---\n## Implementation\n\
         ### Phase 1: One\nRead `src/there.rs` and `src/gone.rs` before anything else.\n## Validation\n- L2: `make check`\n"
    );
    format!("let prp = prp::parse({});", json!(text))
}

#[test]
fn structure_and_consistency_know_the_project_around_the_prps() {
    let prp = parsed("dependencies: [PRP-8.1.1, PRP-7.1.1, PRP-6.1.1]\n");
    let out = written(&format!(
        "{prp} let out = #{{ rules: review::structural(prp), all: review::consistency([prp]), \
         known: review::consistency([prp], [\"PRP-7.1.1\", \"6.1.1\"]) }};"
    ));
    assert_eq!(out["rules"]["checks"].as_array().map(Vec::len), Some(10));
    assert!(out["rules"]["score"].is_f64() && out["rules"]["findings"][0]["suggestion"].is_string());
    let categories = |key: &str| {
        let all = out[key].as_array().cloned().unwrap_or_default();
        all.iter().map(|finding| finding["category"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(categories("all"), ["undefined_dependency", "undefined_dependency", "unproduced_file"]);
    assert_eq!(categories("known"), ["unproduced_file"]);
}

#[test]
fn executed_work_is_reviewed_with_the_facts_of_git() {
    let record = r#"#{ schema_version: 1, prp: "PRP-9.1.1", phase: 1, level: 2, levels: [#{ level: 2, result: "passed", commands: [], errors: [], duration: 1.0 }] }"#;
    let fact = format!(
        r#"#{{ id: "PRP-9.1.1", phases: [#{{ ordinal: 1, commit: "c", key: "k", passed: true, validation: {record} }}], merged: (), files: ["src/store.rs"], hours: () }}"#
    );
    let prp = parsed("");
    let out = written(&format!(
        "{prp} let out = #{{ good: review::executed(prp, {fact}, \"\"), none: review::executed(prp, (), \"\") }};"
    ));
    assert_eq!(out["good"]["score"], json!(10.0), "{out:#}");
    assert_eq!(out["none"]["findings"][0]["category"], json!("missing_commit"));
}

#[test]
fn answers_become_reviews_and_reviews_a_report() {
    let prp = parsed("");
    let out = written(&format!(
        r#"{prp}
        let good = review::answer(`Well. {{"score": 9, "summary": "fine", "findings": []}}`);
        let bad = review::answer("9/10");
        let first = review::of(prp, review::structural(prp), good, ());
        let second = review::of(prp, (), bad, 7);
        let report = review::batch(#{{ batch: 9, mode: "full", min_score: 7, reviews: [first, second], consistency: [] }});
        let out = #{{ first: first, second: second, report: report, again: review::markdown(json::parse(report.json)),
                      notes: review::annotations(first.structural.findings), verdict: review::verdict(4, ()),
                      open: review::verdict((), 7), schema: json::parse(review::schema()) }};"#
    ));
    assert_eq!(out["first"]["semantic"]["score"], json!(9.0));
    assert_eq!((&out["second"]["score"], &out["second"]["verdict"]), (&json!(null), &json!("NEEDS_MANUAL_REVIEW")));
    assert!(out["second"]["semantic"]["reason"].as_str().is_some_and(|reason| reason.contains("no JSON object")));
    assert_eq!(out["report"]["reviews"].as_array().map(Vec::len), Some(2));
    assert_eq!(out["report"]["markdown"], out["again"]);
    assert!(out["notes"].as_str().is_some_and(|notes| notes.starts_with("::")));
    assert_eq!((&out["verdict"], &out["open"]), (&json!("NEEDS_REVISION"), &json!("NEEDS_MANUAL_REVIEW")));
    assert_eq!(out["schema"]["type"], json!("object"));
}

#[test]
fn context_documents_are_refreshed_between_their_marks() {
    let prp = parsed("");
    let out = written(&format!(
        r#"{prp}
        let text = "a\n<!-- batchprp:executed-prps -->\n<!-- /batchprp:executed-prps -->\n";
        let list = document::executed_list([prp, #{{ id: "8.1.1", title: "Old", path: "x.md", completed: "2026-11-20" }}]);
        let fresh = document::refresh(text, "executed-prps", list);
        let refused = "";
        try {{ document::refresh("<!-- batchprp:a -->\n", "a", ""); }} catch (error) {{ refused = error.message; }}
        let out = #{{ fresh: fresh, has: document::has_section(text, "executed-prps"), refused: refused,
                      map: document::file_map([#{{ id: "9.1.1", files: ["src/store.rs"], hours: 1.0 }}]) }};"#
    ));
    let fresh = out["fresh"].as_str().unwrap_or_default();
    assert!(fresh.contains("- PRP-8.1.1: Old ([document](x.md), 2026-11-20)\n- PRP-9.1.1: Store"), "{fresh}");
    assert_eq!((&out["has"], &out["map"]), (&json!(true), &json!("- `src/store.rs`: PRP-9.1.1\n")));
    assert!(out["refused"].as_str().is_some_and(|text| text.contains("line 1")), "{out}");
}
