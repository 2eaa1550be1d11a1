//! What comes of a batch is the same wherever its items are carried out.

use std::fs;

use crate::scene::Scene;

#[test]
fn tree_and_checkpoints_equal_those_of_a_run_in_one_process() {
    let (here, there) = (Scene::new(), Scene::new());
    let mut local = here.command(&["exe", "--batch", "47", "--no-auto-review", "--executor", "none"]);
    assert!(local.output().expect("a run").status.success());
    let (code, said) = there.exe(&[]).ended();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!((there.tree(), there.subjects()), (here.tree(), here.subjects()));
    there.is_complete();
    assert!(said.contains("runs on"), "{said}");
    // The checkout is nobody's business.
    assert_eq!(there.git(&["status", "--porcelain", "--untracked-files=no"]), "");
    assert!(!there.path("repo-worktrees/prp-47-1-1").exists());
    // Outcomes stay for whoever asks later; each job has removed its files.
    assert_eq!(there.at_hub("refs/batchprp/outcome/").len(), 3);
    for job in fs::read_dir(there.path("workers/jobs")).expect("jobs").flatten() {
        assert!(!job.path().join("repo").exists() && !job.path().join("spec.json").exists());
    }
}

#[test]
fn no_key_reaches_spec_hub_or_events() {
    let scene = Scene::new();
    let key = "sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    scene.hold(1);
    let run = scene.exe(&[("ANTHROPIC_API_KEY", key), ("HUB_TOKEN", "hub-token-9f8e7d6c5b4a")]);
    scene.until("an agent works", || scene.begun("PRP-47.1.1", 1) == 1);
    for name in ["workers", "repo/.ce"] {
        for entry in walkdir::WalkDir::new(scene.path(name)).into_iter().flatten().filter(|e| e.file_type().is_file()) {
            let bytes = fs::read(entry.path()).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(key) && !text.contains("9f8e7d6c5b4a"), "{}", entry.path().display());
        }
    }
    scene.let_go(1);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    let objects = scene.git_in(&scene.path("hub.git"), &["cat-file", "--batch-all-objects", "--batch"]);
    assert!(!objects.contains(key) && !objects.contains("9f8e7d6c5b4a"));
}

#[test]
fn an_item_that_fails_there_fails_here_with_its_reason() {
    let scene = Scene::new();
    let text = fs::read_to_string(scene.path("tools/agent.sh")).expect("agent");
    let fails = "[ $BATCHPRP_ITEM = PRP-47.1.1 ] && { echo broken >&2; exit 3; }\n";
    fs::write(scene.path("tools/agent.sh"), format!("{fails}{text}")).expect("agent");
    let (code, said) = scene.exe(&[]).ended();
    assert_eq!(code, Some(10), "{said}");
    assert!(said.contains("PRP-47.2.1-work") && said.contains("blocked"), "{said}");
    assert_eq!(scene.begun("PRP-47.1.2", 2), 1);
    assert_eq!(scene.at_hub("refs/batchprp/lease/"), Vec::<String>::new());
}

#[test]
fn a_hub_that_is_not_there_is_named_before_anything_runs() {
    let scene = Scene::new();
    let mut command = scene.command(&["exe", "--batch", "47", "--no-auto-review", "--executor", "local"]);
    let output = command.env("BATCHPRP_EXECUTOR_HUB", "nowhere").output().expect("a run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(10), "{said}");
    assert!(said.contains("there is no hub `nowhere`"), "{said}");
    assert!(scene.calls().is_empty());
}
