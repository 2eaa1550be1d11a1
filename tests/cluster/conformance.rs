//! What every executor holds: those that are part of the program, and one of a project.

use std::fs;
use std::thread;

use serde_json::Value;

use crate::engine::Engine;
use crate::scene::{Scene, send};

/// Tries something with every engine, at the same time.
fn each(work: impl Fn(Engine) + Sync) {
    let work = &work;
    thread::scope(|scope| {
        let begun = Engine::ALL.map(|engine| (engine, scope.spawn(move || work(engine))));
        for (engine, begun) in begun {
            assert!(begun.join().is_ok(), "{engine:?}");
        }
    });
}

fn tried(scene: &Scene, engine: Engine, name: &str) -> (Option<i32>, Vec<(String, String, String)>) {
    let mut command = scene.command(&["executors", "test", name, "--json"]);
    for (name, value) in engine.variables(scene) {
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    let output = command.output().expect("a trial");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let document: Value = serde_json::from_str(&said).unwrap_or_default();
    assert!(document.is_object(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = document["findings"].as_array().expect("findings").iter();
    let findings = findings.map(|found| (text(&found["name"]), text(&found["holds"]), text(&found["text"])));
    (output.status.code(), findings.collect())
}

#[test]
fn every_executor_holds_what_runs_rely_on() {
    each(|engine| {
        let scene = engine.scene("5s");
        let (code, findings) = tried(&scene, engine, engine.name());
        let names: Vec<&str> = findings.iter().map(|(name, _, _)| name.as_str()).collect();
        assert_eq!(names, ["capacity", "submit", "submit twice", "list", "logs", "cancel", "end", "absent"]);
        assert!(findings.iter().all(|(_, holds, _)| holds == "yes"), "{engine:?}: {findings:#?}");
        assert_eq!(code, Some(0));
    });
}

#[test]
fn an_executor_that_does_not_is_told_what_is_wrong_with_it() {
    let good = [
        ("capacity", "fn capacity() { () }"),
        ("submit", "fn submit(job) { process::detach(#{ argv: job.argv, stdin: job.stdin }); job.name }"),
        ("list", "fn list(run) { local::list(run) }"),
        ("cancel", "fn cancel(name) { local::cancel(name) }"),
        ("logs", "fn logs(name, from) { local::logs(name, from) }"),
    ];
    let bad = [
        ("capacity", "capacity", "fn capacity() { \"many\" }"),
        ("submit twice", "submit", "fn submit(job) { `${process::detach(#{ argv: job.argv, stdin: job.stdin })}` }"),
        ("submit twice", "list", "fn list(run) { local::list(run) + local::list(run) }"),
        ("submit", "list", "fn list(run) { local::list(run).map(|job| job + #{ state: \"lost\" }) }"),
        ("list", "list", "fn list(run) { local::list(\"\") }"),
        ("logs", "logs", "fn logs(name, from) { local::logs(name, 0) }"),
        ("cancel", "cancel", "fn cancel(name) { \"stopped\" }"),
        ("absent", "cancel", "fn cancel(name) { if name.contains(\"never\") { \"no\" } else { local::cancel(name) } }"),
        ("end", "list", "fn list(run) { local::list(run).map(|job| job + #{ code: 0 }) }"),
    ];
    thread::scope(|scope| {
        for (wanted, function, text) in bad {
            scope.spawn(move || {
                let scene = Engine::Own.scene("5s");
                let all = good.map(|(name, own)| if name == function { text } else { own }).join("\n");
                let text = format!("//! Wrong.\n\nimport \"std/executors/local\" as local;\n\n{all}\n");
                fs::write(scene.path("repo/.ce/executors/wrong.rhai"), text).expect("executor");
                let (code, findings) = tried(&scene, Engine::Own, "wrong");
                let holds = findings.iter().find(|(name, _, _)| name == wanted).map(|(_, holds, _)| holds.as_str());
                assert_eq!((code, holds), (Some(10), Some("no")), "{wanted}, {function}: {findings:#?}");
                if wanted == "cancel" {
                    send("-TERM", scene.worker("waits", 1));
                }
            });
        }
    });
}

#[test]
fn the_result_equals_that_of_one_process_for_the_same_order_of_ends() {
    // The second item ends before the first.
    let ordered = |scene: &Scene, run: crate::scene::Run| {
        scene.until("one is merged", || scene.merged().iter().any(|line| line.contains("PRP-47.1.2")));
        scene.let_go("PRP-47.1.1");
        let (code, said) = run.ended();
        assert_eq!(code, Some(0), "{said}");
        scene.is_complete();
        (scene.tree(), scene.merged(), scene.subjects())
    };
    let here = Scene::new();
    here.hold("PRP-47.1.1");
    let local = ordered(&here, here.start(&["exe", "--batch", "47", "--no-auto-review", "--executor", "none"], &[]));
    each(|engine| {
        let scene = engine.scene("20s");
        scene.hold("PRP-47.1.1");
        assert_eq!(ordered(&scene, engine.exe(&scene)), local, "{engine:?}");
    });
}

#[test]
fn a_worker_that_dies_costs_its_running_phase_on_every_engine() {
    each(|engine| {
        let scene = engine.scene("6s");
        scene.hold(2);
        let run = engine.exe(&scene);
        scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
        scene.until("the first is at the hub", || run.said().contains("PRP-47.1.1-work ✓ phase 1"));
        send("-KILL", scene.worker("PRP-47.1.1", 1));
        scene.until("it runs again", || scene.begun("PRP-47.1.1", 2) == 2);
        scene.let_go(2);
        let (code, said) = run.ended();
        assert_eq!(code, Some(0), "{said}");
        assert_eq!((scene.begun("PRP-47.1.1", 1), scene.begun("PRP-47.1.2", 2)), (1, 1), "{said}");
        scene.is_merged();
    });
}

#[test]
fn an_engine_that_says_nothing_for_a_while_is_waited_for() {
    each(|engine| {
        let scene = engine.scene("6s");
        scene.hold(1);
        let run = engine.exe(&scene);
        scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
        Engine::be_down(&scene, true);
        scene.let_go(1);
        scene.until("they end all the same", || run.said().matches("✓ completed").count() >= 2);
        Engine::be_down(&scene, false);
        let (code, said) = run.ended();
        assert_eq!(code, Some(0), "{said}");
        scene.is_complete();
    });
}

#[test]
fn clocks_that_are_five_minutes_off_change_nothing() {
    for skew in ["-300", "300"] {
        each(|engine| {
            let scene = engine.scene("20s");
            fs::write(scene.path("fake/skew"), skew).expect("file");
            let (code, said) = engine.exe(&scene).ended();
            assert_eq!(code, Some(0), "{skew}: {said}");
            scene.is_complete();
            // The clock was off: what a worker wrote says so.
            let times = "--format=%(committerdate:unix)";
            let times = scene.git_in(&scene.path("hub.git"), &["for-each-ref", times, "refs/batchprp/outcome/"]);
            let now = jiff::Timestamp::now().as_second();
            let wanted: i64 = skew.parse().expect("a number");
            for time in times.lines() {
                let off = time.parse::<i64>().expect("a time") - now - wanted;
                assert!(off.abs() < 120, "{engine:?}: {off}");
            }
        });
    }
}

#[test]
fn hosts_without_room_are_waited_for() {
    let scene = Engine::Ssh.scene("20s");
    let path = scene.path("repo/.ce/batchprp.toml");
    let text = fs::read_to_string(&path).expect("configuration");
    fs::write(path, text.replace("\"n1:2\", \"n2:2\"", "\"n1:1\"")).expect("configuration");
    scene.hold(1);
    let run = Engine::Ssh.exe(&scene);
    scene.until("both are at the hub", || scene.at_hub("refs/batchprp/lease/").len() == 2);
    scene.until("one agent works", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 1);
    // Several questions to the host later there is still one.
    let asked = scene.engine_calls("--list").len();
    scene.until("it was asked again", || scene.engine_calls("--list").len() > asked + 4);
    assert_eq!(scene.engine_calls("--detach").len(), 1);
    scene.let_go(1);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_complete();
}

#[test]
fn no_key_is_in_what_slurm_gets_or_shows() {
    let scene = Engine::Slurm.scene("20s");
    let here = "sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let there = "only-on-the-node-31337";
    let agent = fs::read_to_string(scene.path("tools/agent.sh")).expect("agent");
    let knows = format!("echo \"${{SECRET_API_KEY:+it is there}}\" >>\"$TOOLS/known\"\n{agent}");
    fs::write(scene.path("tools/agent.sh"), knows).expect("agent");
    let path = scene.path("repo/.ce/batchprp.toml");
    let text = fs::read_to_string(&path).expect("configuration");
    fs::write(path, text.replace("\"TOOLS\"]", "\"TOOLS\", \"SECRET_API_KEY\"]")).expect("configuration");
    let (code, said) = Engine::Slurm.exe_with(&scene, &[("ANTHROPIC_API_KEY", here), ("HUB_TOKEN", here)]).ended();
    assert_eq!(code, Some(0), "{said}");
    // The agents had the key of their node, so there was something to hide.
    let known = fs::read_to_string(scene.path("tools/known")).expect("what agents knew");
    assert!(known.lines().count() == 6 && known.lines().all(|line| line == "it is there"), "{known}");
    let mut seen = 0;
    for folder in ["fake", "repo/.ce", "workers"] {
        for entry in walkdir::WalkDir::new(scene.path(folder)).into_iter().flatten().filter(|e| e.file_type().is_file())
        {
            // What the node itself has is no part of what the engine knows.
            let bytes = fs::read(entry.path()).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(here) && !text.contains(there), "{}", entry.path().display());
            seen += usize::from(["argv", "env", "batch"].iter().any(|name| entry.file_name() == *name));
        }
    }
    assert_eq!(seen, 9, "three files of three jobs");
    let objects = scene.git_in(&scene.path("hub.git"), &["cat-file", "--batch-all-objects", "--batch"]);
    assert!(!objects.contains(here) && !objects.contains(there));
}
