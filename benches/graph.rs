//! How long the analysis of large graphs takes: `cargo bench --bench graph`.
//!
//! Items have two files of their own, some share files with others, dependencies reach back a little. Prints the
//! median and the best of several rounds, in milliseconds of processor time.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use batchprp::graph::{Graph, Node};
use nix::time::{ClockId, clock_gettime};

/// Returns the milliseconds of processor time that this thread has used: neighbours on the machine do not count.
fn used() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(std::time::Duration::from);
    time.unwrap_or_default().as_secs_f64() * 1000.0
}

/// A multiplicative generator is random enough for the shape of a graph.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap_or(0)
}

/// How the files of an item are chosen.
#[derive(Clone, Copy)]
enum Files {
    /// Two files of its own, and one in five items shares one with others.
    Usual,
    /// Every item declares the directory `src` and a file in it.
    Directory,
    /// Every item declares one of twenty globs.
    Globs,
    /// No dependencies; all items share from a pool of files.
    Crowded,
}

fn items(count: usize, files: Files) -> Vec<Node> {
    let mut state = 42;
    let mut shuffled: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        shuffled.swap(last, next(&mut state) % (last + 1));
    }
    let mut nodes = vec![Node::default(); count];
    for (rank, &place) in shuffled.iter().enumerate() {
        let node = &mut nodes[place];
        node.id = format!("PRP-47.{place}");
        node.hours = 1.0;
        node.files = vec![format!("src/m{}/file{place}.rs", place % 100), format!("tests/file{place}.rs")];
        match files {
            Files::Usual if next(&mut state).is_multiple_of(5) => {
                node.files.push(format!("src/shared/{}.rs", next(&mut state) % (1 + count / 20)));
            }
            Files::Usual => {}
            Files::Directory => node.files.push("src/".to_owned()),
            Files::Globs => node.files.push(format!("src/m{}/**/*.rs", next(&mut state) % 20)),
            Files::Crowded => node.files.push(format!("shared{}", next(&mut state) % 50)),
        }
        if !matches!(files, Files::Crowded) {
            for _ in 0..(next(&mut state) % 3).min(rank) {
                let before = shuffled[rank - 1 - next(&mut state) % rank.min(200)];
                node.dependencies.push(format!("PRP-47.{before}"));
            }
        }
    }
    nodes
}

fn main() {
    for (name, files) in
        [("usual", Files::Usual), ("directory", Files::Directory), ("globs", Files::Globs), ("crowded", Files::Crowded)]
    {
        for (count, rounds) in [(1_000, 31), (10_000, 21), (100_000, 5)] {
            let nodes = items(count, files);
            let mut times: Vec<f64> = Vec::new();
            let mut edges = 0;
            for _ in 0..rounds {
                let input = nodes.clone();
                let start = used();
                let graph = Graph::analyze(input);
                times.push(used() - start);
                edges = graph.map_or(0, |graph| graph.edges.len());
            }
            times.sort_by(f64::total_cmp);
            println!(
                "{name:<10} {count:>7} items {edges:>7} edges: median {:8.2} ms, best {:8.2} ms",
                times[rounds / 2],
                times[0]
            );
        }
    }
}
