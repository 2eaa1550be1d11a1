//! What the orchestrator itself needs while agents flood it.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use crate::project::Project;
use crate::stage::{ended, status};

/// MiB above an idle run that the orchestrator may need.
const BOUND: u64 = 64;

/// Returns the highest resident size of a process so far, in KiB; `None` when it has ended.
fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// Runs to the end and returns the highest resident size in KiB.
fn measured(mut command: Command, code: i32) -> u64 {
    let child = command.spawn().expect("starts");
    let mut highest = 0;
    while let Some(now) = peak(&child) {
        highest = now;
        sleep(Duration::from_millis(5));
    }
    ended(child).exits(code);
    highest
}

fn flooded(lines: &str) -> (Project, u64, u64) {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    let idle = measured(project.command(&["exe", "--batch", "47"]), 0);
    for id in ["PRP-47.1.1", "PRP-47.1.2"] {
        project.sabotage(id, 1, lines);
    }
    let flood = measured(project.command(&["exe", "--batch", "47", "--restart"]), 0);
    assert_eq!(status(&project, "PRP-47.1.2"), "completed");
    assert!(idle > 4 << 10, "{idle}");
    assert!(flood.saturating_sub(idle) <= BOUND << 10, "{flood} KiB against {idle} KiB of an idle run");
    (project, idle, flood)
}

/// Both agents write one line without end to each stream, and many short ones. What is beyond the longest line that is
/// kept only passes through.
#[test]
fn floods_of_output_need_at_most_64_mib_more() {
    let lines = "head -c 20000000 /dev/zero | tr '\\0' x; echo; yes 'a line of a log' | head -c 5000000; \
                 head -c 10000000 /dev/zero | tr '\\0' y >&2; echo >&2";
    flooded(lines);
}

#[test]
#[ignore = "20 GB through pipes, some minutes: cargo test --release --test engine -- --ignored ten_gigabytes"]
fn ten_gigabytes_of_log_from_each_of_two_agents_need_at_most_64_mib_more() {
    let size = std::env::var("BATCHPRP_FLOOD").unwrap_or_else(|_| "10000000000".to_owned());
    let lines = "head -c 100000000 /dev/zero | tr '\\0' x; echo; yes 'a line of a log that goes on and on' | head -c ";
    let (project, idle, flood) = flooded(&format!("{lines}{size}"));
    println!("idle {idle} KiB, flood {flood} KiB");
    for entry in walkdir::WalkDir::new(project.root().join(".ce/tmp/runs")).into_iter().flatten() {
        let size = entry.metadata().expect("metadata").len();
        assert!(size < 70 << 20, "{} has {size} bytes", entry.path().display());
    }
}
