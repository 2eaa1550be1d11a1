//! What items need of a machine: said in their documents or the configuration, shown, and passed on.

use std::fs;

use crate::engine::Engine;
use crate::scene::Scene;

/// Writes a key into the frontmatter of a PRP.
fn say(scene: &Scene, id: &str, line: &str) {
    let path = scene.path(&format!("repo/PRPs/feature-requests/{id}-work.md"));
    let text = fs::read_to_string(&path).expect("document");
    fs::write(path, text.replacen("status: planning\n", &format!("status: planning\n{line}\n"), 1)).expect("document");
}

#[test]
fn resources_of_a_document_win_and_reach_slurm() {
    let scene = Engine::Slurm.scene("20s");
    scene.append("cpus = 2\ntime = \"30m\"\nslurm.partition = \"main\"\n");
    say(&scene, "PRP-47.1.1", "resources: [cpus=4, memory=8G, gpus=1, partition=long]");
    let mut dry = scene.command(&["exe", "--batch", "47", "--dry-run", "--executor", "slurm"]);
    let shown = dry.output().expect("a dry run");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("on slurm: 4 processors, 8192 MB, 1 GPU, at most 30m, partition long"), "{shown}");
    assert!(shown.contains("on slurm: 2 processors, at most 30m\n"), "{shown}");
    let (code, said) = Engine::Slurm.exe(&scene).ended();
    assert_eq!(code, Some(0), "{said}");
    let submitted = scene.engine_calls("sbatch ");
    let of = |id: &str| submitted.iter().find(|call| call.contains(id)).cloned().unwrap_or_default();
    let (first, second) = (of("PRP-47.1.1.a1"), of("PRP-47.1.2.a1"));
    for option in ["--cpus-per-task=4", "--mem=8192", "--time=30", "--partition=long", "--gres=gpu:1"] {
        assert!(first.contains(option), "{option}: {first}");
    }
    assert!(second.contains("--cpus-per-task=2") && second.contains("--partition=main"), "{second}");
    assert!(!second.contains("--mem") && !second.contains("--gres"), "{second}");
}

#[test]
fn resources_that_nobody_understands_are_refused_with_their_place() {
    let scene = Scene::new();
    say(&scene, "PRP-47.1.1", "resources: [cpus=many, disk=1G]");
    let mut command = scene.command(&["exe", "--batch", "47", "--dry-run", "--executor", "local"]);
    let output = command.output().expect("a dry run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("`many` is not a number above 0") && said.contains("`disk` is no resource"), "{said}");
    assert_ne!(output.status.code(), Some(0), "{said}");
}
