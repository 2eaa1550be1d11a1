//! What people see of an item that is carried out elsewhere, and what it costs hub and engine to know it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::Engine;
use crate::scene::Scene;

/// Has agents say what they do, and the key that their node has.
fn talk(scene: &Scene) {
    let path = scene.path("tools/agent.sh");
    let text = fs::read_to_string(&path).expect("agent");
    let words = "echo \"I make $BATCHPRP_ITEM $BATCHPRP_PHASE with $SECRET_API_KEY\"\necho grumble >&2\n";
    fs::write(&path, words.to_owned() + &text).expect("agent");
    let config = scene.path("repo/.ce/batchprp.toml");
    let text = fs::read_to_string(&config).expect("configuration");
    fs::write(config, text.replace("\"TOOLS\"", "\"TOOLS\", \"SECRET_API_KEY\"")).expect("configuration");
}

/// Returns where an item is carried out, as `status` tells programs.
fn seat(scene: &Scene, item: &str) -> Value {
    let status: Value = serde_json::from_str(&scene.says(&["status", "--json"])).expect("a document");
    let items = status["items"].as_array().expect("items");
    items.iter().find(|row| row["id"] == item).expect("the item")["seat"].clone()
}

#[test]
fn an_item_elsewhere_is_shown_with_its_machine_and_what_its_agent_says() {
    let scene = Engine::Slurm.scene("20s");
    talk(&scene);
    scene.hold(2);
    let run = Engine::Slurm.exe(&scene);
    scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
    scene.until("its place is known", || seat(&scene, "PRP-47.1.1")["handle"].is_string());
    let there = seat(&scene, "PRP-47.1.1");
    let handle = there["handle"].as_str().expect("an id").to_owned();
    assert_eq!(
        (&there["executor"], &there["node"], &there["partition"]),
        (&"slurm".into(), &"n1".into(), &"main".into())
    );
    assert!(there["job"].as_str().is_some_and(|job| job.ends_with(".PRP-47.1.1.a1")), "{there}");
    let place = format!("n1/main/{handle}");
    let shown = scene.command(&["status"]).env("COLUMNS", "140").output().expect("the program starts");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains(&place), "{shown}");
    // The page of a browser is made of the same row.
    scene.says(&["report", "--html", "page.html"]);
    let page = fs::read_to_string(scene.path("repo/page.html")).expect("a page");
    assert!(page.contains(&place), "no place in {} bytes", page.len());
    // What the first phase said is here while the second one works.
    let said = || scene.says(&["logs", "PRP-47.1.1"]);
    scene.until("it is heard", || said().contains("I make PRP-47.1.1 1 with"));
    scene.let_go(2);
    let (code, told) = run.ended();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(&format!("runs on {place} (job ")), "{told}");
    scene.is_complete();
    for phase in [1, 2] {
        let words = format!("I make PRP-47.1.1 {phase} with [redacted]");
        assert_eq!(said().matches(&words).count(), 1, "{}", said());
    }
    assert!(scene.says(&["logs", "PRP-47.1.1", "--stderr"]).contains("grumble"));
    assert!(scene.says(&["logs", "PRP-47.1.1", "--prompt"]).contains("Do part 2."));
    assert_eq!(seat(&scene, "PRP-47.1.1")["node"], "n1", "it is known afterwards too");
    let objects = scene.git_in(&scene.path("hub.git"), &["cat-file", "--batch-all-objects", "--batch"]);
    assert!(objects.contains("I make PRP-47.1.1") && !objects.contains("31337"), "the key is at the hub");
}

#[test]
fn the_output_of_a_check_that_fails_elsewhere_is_here_under_the_name_that_is_told() {
    let scene = Scene::new();
    scene.append("\n[validate]\nbaseline = \"off\"\nl2 = [\"echo it is not good; exit 4\"]\n");
    let (code, said) = scene.exe(&[]).ended();
    assert_eq!(code, Some(10), "{said}");
    let shown = scene.says(&["logs", "PRP-47.1.1", "--checks"]);
    assert!(shown.contains("it is not good"), "{shown}\n{said}");
    let journal = scene.says(&["logs", "--json"]);
    let events = journal.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let failed: Vec<Value> =
        events.filter(|event| event["event"] == "validation" && event["log"].is_string()).collect();
    assert!(!failed.is_empty(), "{journal}");
    for event in failed {
        let path = scene.path("repo").join(event["log"].as_str().expect("a path"));
        assert!(fs::read_to_string(&path).is_ok_and(|text| text.contains("it is not good")), "{}", path.display());
    }
}

#[test]
fn one_question_to_the_engine_serves_all_items_of_a_poll() {
    let scene = Engine::Slurm.scene("20s");
    let config = scene.path("repo/.ce/batchprp.toml");
    let text = fs::read_to_string(&config).expect("configuration");
    fs::write(&config, text.replace("\"100ms\"", "\"500ms\"")).expect("configuration");
    scene.hold(1);
    let run = Engine::Slurm.exe(&scene);
    scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    // Submissions ask on their own.
    let (before, begin) = (scene.engine_calls("squeue").len(), Instant::now());
    thread::sleep(Duration::from_secs(4));
    let calls = scene.engine_calls("squeue").len() - before;
    let polls = begin.elapsed().as_millis() / 500;
    scene.let_go(1);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(calls >= 1, "nobody asked");
    assert!(calls as u128 <= polls + 1, "{calls} calls in {polls} polls of two items");
}

#[test]
fn the_hub_gets_one_push_for_each_checkpoint_and_one_in_ten_seconds() {
    let scene = Scene::new();
    scene.configure("40s");
    scene.count_pushes();
    scene.hold(2);
    let begin = Instant::now();
    let run = scene.exe(&[]);
    scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
    // Two turns of the lease, in which nothing else happens.
    thread::sleep(Duration::from_secs(21));
    scene.let_go(2);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    let beats = usize::try_from(begin.elapsed().as_secs() / 10).expect("a number");
    for item in ["PRP-47.1.1", "PRP-47.1.2"] {
        let pushes = scene.pushes(item);
        // Beside those: the lease is made, taken over, ended and taken away.
        let (checkpoints, around) = (2, 4);
        assert!(pushes >= checkpoints + around, "{item}: {pushes}");
        assert!(pushes <= checkpoints + beats + around, "{item}: {pushes} pushes in {} s", begin.elapsed().as_secs());
    }
}
