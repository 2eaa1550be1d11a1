//! What a run is expected to take comes from what earlier runs took, and is told by how much it was wrong.

use std::fs;

use serde_json::{Value, json};

use super::project::Project;

/// A batch of three: an easy one, and two others that build on it.
fn batch(project: &Project, number: u32) {
    let id = |order: u32| format!("PRP-{number}.1.{order}");
    for (order, complexity) in [(1, "low"), (2, "high"), (3, "high")] {
        let first = id(1);
        let needs: &[&str] = if order == 1 { &[] } else { &[&first] };
        project.prp(&id(order), needs, &[], 2);
        let path = format!("PRPs/feature-requests/{}-work.md", id(order));
        let text = project.read(&path).replacen("complexity: low", &format!("complexity: {complexity}"), 1);
        project.write(&path, &text);
    }
    project.commit("PRPs");
}

/// Each phase of an easy item uses 100 tokens, of a hard one 1,000.
fn agent(project: &Project) -> std::path::PathBuf {
    let mut items = serde_json::Map::new();
    for number in 1..=2 {
        for (order, tokens) in [(1, 100), (2, 1000), (3, 1000)] {
            for phase in 1..=2 {
                let id = format!("PRP-{number}.1.{order}");
                let files = json!({ format!("out/{id}.txt"): format!("{phase}\n") });
                let usage = json!({ "do": "usage", "input": tokens, "output": 0, "usd": 0.5 });
                items.insert(format!("{id}:{phase}"), json!([usage, { "do": "write", "files": files }]));
            }
        }
    }
    let file = project.tools().join("fake.json");
    fs::write(&file, json!({ "items": items }).to_string()).expect("a script");
    file
}

fn dry(project: &Project, number: u32) -> Value {
    let number = number.to_string();
    let ran = project.run(&["exe", "--batch", &number, "--agent", "fake", "--dry-run", "--json"]).exits(0);
    let mut events = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    events.find(|event| event["event"] == "forecast").expect("a forecast")
}

#[test]
fn a_forecast_rests_on_earlier_runs_by_complexity_and_its_error_is_kept() {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\n");
    batch(&project, 1);
    batch(&project, 2);
    let script = agent(&project);
    let exe = |number: &str| {
        let ran = project.run_with(
            &["exe", "--batch", number, "--agent", "fake", "--jobs", "2"],
            &[("BATCHPRP_FAKE", script.as_os_str())],
        );
        ran.exits(0)
    };

    // Nothing is known yet: the estimates order the numbers of slots, one hour for each item.
    let unknown = dry(&project, 1);
    assert_eq!((&unknown["runs"], &unknown["best_jobs"]), (&json!(0), &json!(2)));
    assert_eq!(unknown["makespans"], json!([3.0 * 3600.0, 2.0 * 3600.0]));
    for key in ["seconds", "tokens", "cost"] {
        assert_eq!(unknown[key], Value::Null, "{key} is not zero");
    }
    let ran = exe("1");
    assert!(!ran.stdout.contains("Forecast"), "{}", ran.stdout);

    let known = dry(&project, 2);
    assert_eq!((&known["runs"], &known["jobs"], &known["tokens"]), (&json!(1), &json!(4), &json!(4200)));
    let measured: Value = serde_json::from_str(&project.read(".ce/tmp/batch-metrics-1.json")).expect("metrics");
    assert_eq!(measured["forecast"], Value::Null);
    let duration = |at: usize| measured["items"][at]["duration"].as_f64().expect("a time");
    // Both hard items are expected to take what they took on average.
    let hard = f64::midpoint(duration(1), duration(2));
    let near = |value: &Value, wanted: f64| (value.as_f64().expect("a time") - wanted).abs() < 0.01;
    assert!(near(&known["seconds"], duration(0) + hard), "{known} {measured}");
    assert!(near(&known["makespans"][0], duration(0) + 2.0 * hard), "{known} {measured}");
    assert!((known["cost"].as_f64().expect("a cost") - 3.0).abs() < 1e-9, "{known}");

    exe("2").says("Forecast from 1 run: ≈ ").says("with --jobs 2, ≈ 4,200 tokens, ≈ $3.00");
    let figures: Value = serde_json::from_str(&project.read(".ce/tmp/batch-metrics-2.json")).expect("metrics");
    let (kept, took) = (&figures["forecast"], figures["total_duration"].as_f64().expect("a time"));
    assert_eq!((&kept["token_error"], &kept["cost_error"]), (&json!(0.0), &json!(0.0)));
    let expected = kept["seconds"].as_f64().expect("a time");
    assert!(near(&kept["time_error"], took / expected - 1.0), "{figures}");
    project
        .run(&["trend"])
        .exits(0)
        .says("the forecast of the time was wrong by ")
        .says("on average over 1 run (last ");
}

#[test]
fn a_forecast_counts_the_work_that_is_left_and_not_the_hours_of_the_work_for_its_documents() {
    let project = Project::new();
    project.configure("[run]\nretries = 0\n[validate]\ngates = \"ignore\"\n");
    batch(&project, 1);
    let known = agent(&project);
    project.run_with(&["exe", "--batch", "1", "--agent", "fake"], &[("BATCHPRP_FAKE", known.as_os_str())]).exits(0);
    project.prp("PRP-2.1.1", &[], &[], 2);
    project.commit("PRPs");
    let whole = dry(&project, 2);
    let files = json!({ "out/a.txt": "1\n" });
    let script = json!({ "items": {
        "PRP-2.1.1:1": [{ "do": "write", "files": files }],
        "PRP-2.1.1:2": [{ "do": "usage", "input": 1, "output": 0 }],
    } });
    let half = project.tools().join("half.json");
    fs::write(&half, script.to_string()).expect("a script");
    // The second phase shows no evidence.
    project.run_with(&["exe", "--batch", "2", "--agent", "fake"], &[("BATCHPRP_FAKE", half.as_os_str())]).exits(10);
    let rest = dry(&project, 2);
    let figure = |forecast: &Value, key: &str| forecast[key].as_f64().expect("a figure");
    assert!((figure(&rest, "tokens") * 2.0 - figure(&whole, "tokens")).abs() <= 1.0, "{whole} {rest}");

    project.run(&["new", "plan", "PLAN.md"]).exits(0);
    let ran = project.run(&["gen", "PLAN.md", "--agent", "template", "--dry-run"]).exits(0);
    assert!(!ran.stdout.contains("h at best") && !ran.stdout.contains("Time by items"), "{}", ran.stdout);
}
