//! What the common context of a batch saves, measured with the real Claude Code and a service that keeps a prompt cache.

use std::fmt::Write as _;

use serde_json::json;

use crate::model_server::{Counts, ModelServer};
use crate::project::{Project, ended, installed};

const PRPS: u32 = 8;
/// The documents that every reviewer needs; together about as large as those of a small real project.
const DOCUMENTS: [(&str, usize); 3] =
    [("docs/architecture.md", 120), ("docs/interfaces.md", 160), ("docs/style.md", 80)];

/// Paragraphs that differ from each other, so that nothing but a cache can make them cheaper.
fn document(name: &str, paragraphs: usize) -> String {
    let mut text = format!("# {name}\n");
    for number in 0..paragraphs {
        write!(
            text,
            "\n## Part {number}\n\nThe module `m{number}` of {name} reads from `m{}` and writes to `m{}`; it must never wait \
             for more than {} ms, keeps at most {} entries, and reports each loss as an event with its number.\n",
            number / 2,
            number * 7 % paragraphs,
            number * 13 + 5,
            number * 37 + 11
        )
        .expect("text");
    }
    text
}

fn prp(number: u32, script: &str) -> String {
    let mut text = format!(
        "---\nprp_id: PRP-7.1.{number}\ntitle: Part {number}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\n\
         dependencies: []\nfiles_modified: [src/m{number}.rs]\n---\n\n# PRP-7.1.{number}: Part {number}\n\n## Problem\n\n\
         Module {number} is slow.\n\n## Implementation\n"
    );
    for phase in 1..=3 {
        write!(text, "\n### Phase {phase}: Step {phase} (30 min)\n\n{}\n", "Measure, change, measure. ".repeat(20))
            .expect("text");
    }
    text + &*format!("\n## Validation\n\n- L2: `cargo test m{number}`\n\n{script}\n")
}

/// Reviews the batch and returns what the service counted over all requests.
fn reviewed(together: bool) -> Counts {
    let project = Project::bare("claude", ModelServer::with_cache().expect("a server"));
    for (name, paragraphs) in DOCUMENTS {
        project.write(name, &document(name, paragraphs));
    }
    let verdict = json!({ "score": 9, "summary": "ready", "findings": [] });
    let read = DOCUMENTS.map(
        |(name, _)| json!({ "tool": ["Read", { "file_path": project.path("repo").join(name).display().to_string() }] }),
    );
    let answer = [json!({ "tool": ["StructuredOutput", verdict] })];
    let steps = if together { answer.to_vec() } else { [read.as_slice(), &answer].concat() };
    let script = format!("@model {}", json!({ "steps": steps, "say": verdict.to_string() }));
    for number in 1..=PRPS {
        project.write(&format!("PRPs/feature-requests/PRP-7.1.{number}-part.md"), &prp(number, &script));
    }
    let shared = if together { DOCUMENTS.map(|(name, _)| name).to_vec() } else { Vec::new() };
    let files = if together { 300 } else { 0 };
    project.write(
        ".ce/batchprp.toml",
        &format!("[agent]\nname = \"claude\"\n\n[run]\njobs = 4\n\n[context]\nshared = {shared:?}\nfiles = {files}\n"),
    );
    project.start();
    let review = ["review", "--batch", "7", "--mode", "semantic", "--model", "test-model"];
    let ran = ended(&mut project.batchprp(&review));
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    let log = project.server().log();
    let counts = log.iter().fold(Counts::default(), |sum, seen| Counts {
        input: sum.input + seen.counts.input,
        cache_read: sum.cache_read + seen.counts.cache_read,
        cache_write: sum.cache_write + seen.counts.cache_write,
        output: sum.output + seen.counts.output,
    });
    let analysed = ended(&mut project.batchprp(&["analyze", "7"])).output;
    eprintln!("{} requests, {counts:?}\n{analysed}", log.len());
    assert!(analysed.contains("Prompt cache: "), "{analysed}");
    // What batchprp accounts is what the service counted.
    let told = project.events().into_iter().filter(|event| event["event"] == "attempt_finished");
    let told = told.fold([0; 3], |sum, event| {
        let tokens = &event["usage"]["tokens"];
        let count = |name: &str| tokens[name].as_u64().unwrap_or(0);
        [sum[0] + count("input"), sum[1] + count("cache_read"), sum[2] + count("cache_write")]
    });
    assert_eq!(told, [counts.input, counts.cache_read, counts.cache_write]);
    counts
}

#[test]
#[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
fn claude_reads_the_common_context_of_eight_reviews_from_the_cache() {
    if !installed("claude") {
        return;
    }
    let (alone, together) = (reviewed(false), reviewed(true));
    // Whatever was not read from the cache was paid for in full, or more.
    let uncached = |counts: Counts| counts.input + counts.cache_write;
    let share = uncached(together) as f64 / uncached(alone) as f64;
    eprintln!("alone {alone:?}\ntogether {together:?}\nuncached {:.1} %", share * 100.0);
    assert!(share <= 0.5, "{share}");
}
