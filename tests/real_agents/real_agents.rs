//! What has to hold with each real agent.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::project::{KEYS, Project, ended, installed};

/// Tokens of the three PRPs: two requests a phase, each with the counts of its script.
const INPUT: u64 = 3 * (2 * 1000 + 2 * 2000);
const CACHE_READ: u64 = 3 * (2 * 400 + 2 * 800);
const OUTPUT: u64 = 3 * (2 * 50 + 2 * 70);

fn all_checkpoints(project: &Project) {
    for number in 1..=3 {
        let want = [1, 2].map(|phase| format!("PRP-7.1.{number}: Phase {phase} - Part {phase}"));
        assert_eq!(project.checkpoints(number), want);
    }
    for file in ["out/PRP-7.1.1.txt", "out/PRP-7.1.3-2.txt"] {
        project.git(&["cat-file", "-e", &format!("prp-7:{file}")]);
    }
}

pub fn no_orphan(project: &Project) {
    // Those who were asked to go get a moment.
    let end = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end && !project.processes().is_empty() {
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(project.processes(), []);
}

fn no_key(project: &Project) {
    for (path, text) in project.papers() {
        for (name, key) in KEYS {
            assert!(!text.contains(key), "{} holds {name}", path.display());
        }
    }
}

pub fn tokens(project: &Project) -> (u64, u64, u64) {
    let events = project.events();
    let ended = events.iter().filter(|event| event["event"] == "attempt_finished");
    ended.fold((0, 0, 0), |sum, event| {
        let count = |name: &str| event["usage"]["tokens"][name].as_u64().unwrap_or(0);
        (sum.0 + count("input"), sum.1 + count("cache_read"), sum.2 + count("output"))
    })
}

fn completes(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, "");
    let mut child = project.execution().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("batchprp starts");
    // Nothing that runs carries a key in its command line.
    let mut looks = 0;
    while child.try_wait().expect("a child").is_none() {
        for (pid, line) in project.processes() {
            looks += 1;
            assert!(!KEYS.iter().any(|(_, key)| line.contains(key)), "process {pid}: {line}");
        }
        thread::sleep(Duration::from_millis(250));
    }
    let output = child.wait_with_output().expect("an end");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(looks > 0);
    all_checkpoints(&project);
    no_orphan(&project);
    no_key(&project);
    assert!(KEYS.iter().all(|(_, key)| !text.contains(key)));
    let wanted = match agent {
        // Over the protocol it does not tell what was cached apart.
        "gemini-acp" => (INPUT + CACHE_READ, 0, OUTPUT),
        // What it tells there is not true, and so unknown.
        "opencode-acp" => (0, 0, 0),
        _ => (INPUT, CACHE_READ, OUTPUT),
    };
    assert_eq!(tokens(&project), wanted, "{text}");
}

fn pauses_at_a_rate_limit(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, r#","fault":"429","retry_after":1"#);
    let ran = project.execute();
    assert_eq!(ran.code, Some(75), "{}", ran.output);
    assert!(project.checkpoints(1).is_empty());
    no_orphan(&project);
}

fn ends_an_agent_that_hangs(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, r#","fault":"hang""#);
    // A busy machine takes its time to start an agent, and some say nothing before the model does.
    project.configure("retries = 0\nsilence = \"15s\"\nstartup = \"60s\"\ngrace = \"3s\"");
    let ran = project.execute();
    assert_eq!(ran.code, Some(10), "{}", ran.output);
    assert!(ran.output.contains("its agent is ended"), "{}", ran.output);
    assert!(project.checkpoints(1).is_empty());
    assert_eq!(project.checkpoints(2).len(), 2, "{}", ran.output);
    no_orphan(&project);
}

fn survives_a_lost_connection(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, r#","fault":"disconnect","times":1"#);
    project.configure("retries = 1");
    let ran = project.execute();
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    all_checkpoints(&project);
    no_orphan(&project);
}

fn goes_on_after_a_kill(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, r#","fault":"hang","times":1,"at":1"#);
    let mut child = project.execution().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("batchprp starts");
    let hangs = || project.server().log().iter().any(|seen| seen.fault.is_some());
    let end = Instant::now() + Duration::from_secs(90);
    while !hangs() && Instant::now() < end {
        thread::sleep(Duration::from_millis(100));
    }
    assert!(hangs(), "the first request came");
    child.kill().expect("a killed child");
    child.wait().expect("an end");
    let again = project.execute();
    assert_eq!(again.code, Some(0), "{}", again.output);
    all_checkpoints(&project);
    no_orphan(&project);
    assert!(fs::read_dir(project.path("repo-worktrees")).map_or(0, Iterator::count) == 0, "worktrees are gone");
}

/// What a check says goes back to the agent that did the work, in its session: the real one takes it up again.
fn mends_in_its_session(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, "");
    let mends = r#"@model {"steps":[{"write":["out/mended.txt","yes\n"]}],"say":"It is mended."}"#;
    let check = format!("test ! -e out/PRP-7.1.1.txt || test -e out/mended.txt || {{ echo '{mends}'; exit 1; }}");
    project.configure(&format!("repairs = 1\n[validate]\nbaseline = \"off\"\nl2 = ['''{check}''']"));
    let ran = project.execute();
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    assert_eq!(project.events().iter().filter(|event| event["event"] == "repair").count(), 1, "{}", ran.output);
    project.git(&["cat-file", "-e", "prp-7:out/mended.txt"]);
    // The service sees the whole session: the order for the phase, and behind it what the check said.
    let log = project.server().log();
    let repair = log.iter().find(|seen| seen.told.contains("It is mended.")).expect("the repair was asked for");
    let (order, found) = (repair.told.find("Do part 1."), repair.told.find("It is mended."));
    assert!(order.is_some() && order < found, "{}", repair.told);
    assert!(repair.told.contains("Validation level 2 failed"), "{}", repair.told);
    let sessions = |folder: &str| {
        let papers = project.papers();
        let paper = papers.iter().find(|(path, _)| path.ends_with(format!("PRP-7.1.1/a1/{folder}/report.json")));
        let report: serde_json::Value = serde_json::from_str(&paper.expect(folder).1).expect("a report");
        report["report"]["session"].clone()
    };
    assert!(sessions("p1").is_string(), "an agent that goes on with sessions names them");
    assert_eq!(sessions("p1"), sessions("p1-2"));
}

/// In the sandbox the same work gets done, sessions and settings included.
fn completes_in_the_sandbox(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, "");
    project.configure("sandbox = \"bwrap\"");
    let ran = project.execute();
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    all_checkpoints(&project);
    no_orphan(&project);
}

/// `agents test` finds out what works, and a key is in nothing that it keeps.
fn is_tried_out(agent: &str) {
    if !installed(agent) {
        return;
    }
    let project = Project::new(agent, "");
    let model = if agent.starts_with("opencode") { "openai/test-model" } else { "test-model" };
    let ran = ended(&mut project.batchprp(&["agents", "test", agent, "--model", model, "--json"]));
    let json = ran.output.lines().find(|line| line.starts_with('{')).unwrap_or_default();
    let trial: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    eprintln!("{}", ran.output);
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    let works = |name: &str| {
        let findings = trial["findings"].as_array().expect("findings");
        findings.iter().find(|finding| finding["name"] == name).expect("a finding")["works"].clone()
    };
    for name in ["sign-in", "edit", "bash", "resume", "usage"] {
        assert_eq!(works(name), "yes", "{name}: {}", ran.output);
    }
    // Some go on with the model while a command runs, and come to their end.
    assert_ne!(works("stop"), "no", "{}", ran.output);
    let declared = trial["agent"]["capabilities"]["cost"].as_str();
    assert_eq!(works("cost") == "yes", declared == Some("yes"), "{}", ran.output);
    no_orphan(&project);
}

macro_rules! agents {
    ($($agent:ident),*) => { $(
        mod $agent {
            const NAME: &str = stringify!($agent);

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn completes() { super::completes(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn completes_in_the_sandbox() { super::completes_in_the_sandbox(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn is_tried_out() { super::is_tried_out(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn mends_in_its_session() { super::mends_in_its_session(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn pauses_at_a_rate_limit() { super::pauses_at_a_rate_limit(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn ends_an_agent_that_hangs() { super::ends_an_agent_that_hangs(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn survives_a_lost_connection() { super::survives_a_lost_connection(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn goes_on_after_a_kill() { super::goes_on_after_a_kill(NAME); }

            #[test]
            #[ignore = "drives a real agent: RECORD=1 cargo test --test real_agents -- --ignored NAME::record"]
            fn record() { crate::record::record(NAME); }
        }
    )* };
}

agents!(claude, codex, gemini, opencode, qwen);

/// The same programs over the protocol that they have in common.
macro_rules! spoken_to {
    ($($agent:ident = $name:literal),*) => { $(
        mod $agent {
            const NAME: &str = $name;

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn completes() { super::completes(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn completes_in_the_sandbox() { super::completes_in_the_sandbox(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn pauses_at_a_rate_limit() { super::pauses_at_a_rate_limit(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn ends_an_agent_that_hangs() { super::ends_an_agent_that_hangs(NAME); }

            #[test]
            #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
            fn goes_on_after_a_kill() { super::goes_on_after_a_kill(NAME); }
        }
    )* };
}

spoken_to!(gemini_acp = "gemini-acp", opencode_acp = "opencode-acp", qwen_acp = "qwen-acp");

mod sessions_over_the_protocol {
    #[test]
    #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
    fn of_opencode() {
        super::mends_in_its_session("opencode-acp");
    }

    #[test]
    #[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
    fn of_qwen() {
        super::mends_in_its_session("qwen-acp");
    }
}
