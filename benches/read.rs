//! How long it takes to read 1 000 PRP files and to analyse them, on one core: `cargo bench --bench read`.
//!
//! The files are what `gen` writes: a frontmatter, five phases, gates, sections. Prints the median and the best of several
//! rounds, in milliseconds of processor time; the files are in the page cache.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::PathBuf;

use batchprp::graph::{Graph, Node};
use batchprp::model::prp::Complexity;
use batchprp::model::read;
use batchprp::model::write::{DraftPhase, PrpDraft, gates, prp};
use nix::time::{ClockId, clock_gettime};

const FILES: u32 = 1_000;
const ROUNDS: usize = 31;

/// Returns the milliseconds of processor time that this thread has used: neighbours on the machine do not count.
fn used() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(std::time::Duration::from);
    time.unwrap_or_default().as_secs_f64() * 1000.0
}

/// A PRP that builds on one or two before it and declares two files, one in ten shared with others.
fn draft(number: u32) -> PrpDraft {
    let id = |number: u32| format!("PRP-47.{}.{}", number / 10 + 1, number % 10 + 1);
    let files = vec![format!("src/m{}/part{number}.rs", number % 40), format!("src/shared/{}.rs", number % 100)];
    let step =
        "1. Read what is there.\n2. Change it as described.\n\n```rust\nfn part() -> u32 { 1 }\n```\n\nKeep the names.";
    let phase = |at: u32| DraftPhase { title: format!("Part {at} of the work"), text: step.repeat(2) };
    PrpDraft {
        id: id(number),
        title: format!("Work number {number}"),
        batch: 47,
        stage: number / 10 + 1,
        order: number % 10 + 1,
        goal: "What is asked for works".to_owned(),
        intro: "Users can do more than before. ".repeat(10),
        hours: 1.5,
        complexity: Complexity::Medium,
        gates: gates(&[], &files, ""),
        dependencies: (1..=2).filter_map(|back| number.checked_sub(back * 7)).map(id).collect(),
        phases: (1..=5).map(phase).collect(),
        plan: "PLAN.md".to_owned(),
        plan_phase: number.to_string(),
        files,
    }
}

fn round(paths: &[PathBuf]) -> usize {
    let mut nodes = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = std::fs::read(path).unwrap_or_default();
        let (prp, _) = read::prp(path, &bytes);
        nodes.push(Node {
            id: prp.id.map(|id| id.to_string()).unwrap_or_default(),
            dependencies: prp.dependencies.iter().map(|dependency| dependency.id.to_string()).collect(),
            hours: prp.hours.unwrap_or(1.0),
            files: prp.files,
            ..Node::default()
        });
    }
    Graph::analyze(nodes).map_or(0, |graph| graph.edges.len())
}

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (mut paths, mut bytes) = (Vec::new(), 0);
    for number in 0..FILES {
        let draft = draft(number);
        let (path, text) = (folder.path().join(format!("{}-work.md", draft.id)), prp(&draft));
        bytes += text.len();
        std::fs::write(&path, text)?;
        paths.push(path);
    }
    let mut times = Vec::new();
    let mut edges = 0;
    for _ in 0..ROUNDS {
        let start = used();
        edges = round(&paths);
        times.push(used() - start);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{FILES} files, {} KiB, {edges} edges: median {:.1} ms, best {:.1} ms",
        bytes / 1024,
        times[ROUNDS / 2],
        times[0]
    );
    Ok(())
}
