//! What it costs an orchestrator to follow two hundred jobs. The test plays all their workers, so that only the orchestrator
//! is measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::scene::Scene;

const JOBS: usize = 200;
/// Commits that a lease names.
const NAMED: [&str; 4] = ["tip", "base", "proof", "events"];

/// Moves all leases on, as two hundred workers would within ten seconds.
fn renew(scene: &Scene, count: u64) {
    let hub = scene.path("hub.git");
    let mut stream = String::new();
    for name in scene.at_hub("refs/batchprp/lease/") {
        let text = scene.git_in(&hub, &["log", "-1", "--format=%B", &name]);
        let lease = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut lease = lease.expect("a lease");
        lease["state"] = json!("running");
        lease["node"] = json!("n1");
        lease["count"] = json!(count);
        let message = format!("Lease\n\n{lease}\n");
        writeln!(
            stream,
            "commit {name}\ncommitter T <t@example.org> {} +0000\ndata {}\n{message}",
            1_000_000_000 + count,
            message.len()
        )
        .expect("text");
        let mut parents: Vec<&str> = NAMED.iter().filter_map(|key| lease[key].as_str()).collect();
        parents.sort_unstable();
        parents.dedup();
        for (at, parent) in parents.iter().enumerate() {
            writeln!(stream, "{} {parent}", if at == 0 { "from" } else { "merge" }).expect("text");
        }
        stream.push_str("deleteall\n\n");
    }
    let mut import = Command::new("git");
    import.args(["fast-import", "--quiet", "--force"]).current_dir(&hub).stdin(Stdio::piped());
    let mut import = import.spawn().expect("git");
    import.stdin.take().expect("a pipe").write_all(stream.as_bytes()).expect("a stream");
    assert!(import.wait().expect("an end").success());
}

/// Returns the seconds of processor time of a process and of its children that ended.
fn spent(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11..15].iter().map(|field| field.parse::<f64>().unwrap_or(0.0)).sum();
    ticks / 100.0
}

#[test]
#[ignore = "takes minutes: cargo test --test cluster -- --ignored two_hundred"]
fn two_hundred_jobs_are_followed_with_little_of_a_core() {
    let scene = Scene::new();
    let executor = "//! Jobs that nobody carries out.\n\nfn capacity() { () }\nfn submit(job) { files::append(\"submitted\", job.name + \"\\n\"); job.name }\n\
        fn list(run) {\n    files::read(\"submitted\").split(\"\\n\").filter(|name| name != \"\")\n        .map(|name| #{ name: name, handle: name, state: \"running\", node: \"n1\" })\n}\n\
        fn cancel(name) { \"stopped\" }\nfn logs(name, from) { #{ text: \"\", next: from } }\n";
    fs::write(scene.path("repo/.ce/executors/idle.rhai"), executor).expect("executor");
    fs::write(scene.path("repo/submitted"), "").expect("file");
    let config = scene.path("repo/.ce/batchprp.toml");
    let text = fs::read_to_string(&config)
        .expect("configuration")
        .replace("\"2s\"", "\"90s\"")
        .replace("\"100ms\"", "\"10s\"");
    fs::write(&config, format!("{text}slots = {JOBS}\n")).expect("configuration");
    for number in 1..=JOBS {
        scene.prp(&format!("PRP-48.1.{number}"), "");
    }
    let jobs = JOBS.to_string();
    let begin = Instant::now();
    let run = scene.start(&["exe", "--batch", "48", "--no-auto-review", "--executor", "idle", "--jobs", &jobs], &[]);
    let submitted = || fs::read_to_string(scene.path("repo/submitted")).unwrap_or_default().lines().count();
    let end = Instant::now() + Duration::from_secs(900);
    while submitted() < JOBS {
        assert!(Instant::now() < end, "{} of {JOBS}:\n{}", submitted(), run.said());
        thread::sleep(Duration::from_millis(200));
    }
    let started = begin.elapsed();
    renew(&scene, 1);
    thread::sleep(Duration::from_secs(15));
    let (before, from) = (spent(run.pid()), Instant::now());
    let mut figures = BTreeMap::new();
    for turn in 2..8 {
        renew(&scene, turn);
        thread::sleep(Duration::from_secs(10));
        figures.insert(turn, spent(run.pid()) - before);
    }
    let (used, time) = (spent(run.pid()) - before, from.elapsed().as_secs_f64());
    let share = used / time * 100.0;
    eprintln!(
        "{JOBS} jobs submitted in {:.1} s; {used:.2} s of {time:.0} s: {share:.2} % of a core; {figures:?}",
        started.as_secs_f64()
    );
    run.signal("-KILL");
    assert!(share <= 2.0 * SLOWER, "{share:.2} % of a core");
}

/// How many times slower the program of the tests may be than that of users, which is built with optimisations.
const SLOWER: f64 = 4.0;

/// From the moment in which the engine has a job to the first byte that its agent says.
#[test]
#[ignore = "measures a time: cargo test --test cluster -- --ignored first_byte"]
fn a_job_comes_to_its_first_byte_within_a_second() {
    let scene = Engine::Slurm.scene("20s");
    scene.hold(1);
    let variables = Engine::Slurm.variables(&scene);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let run = scene.start(&["exe", "PRP-47.1.1", "--no-auto-review", "--executor", "slurm"], &variables);
    scene.until("an agent works", || scene.begun("PRP-47.1.1", 1) == 1);
    let changed = |name: &str| fs::metadata(scene.path(name)).and_then(|facts| facts.modified()).expect("a time");
    let time = changed("ledger").duration_since(changed("fake/jobs/1/ready")).expect("a time");
    scene.let_go(1);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    eprintln!("from the submission to the first byte: {time:?}");
    assert!(time.as_secs_f64() <= SLOWER, "{time:?}");
}
