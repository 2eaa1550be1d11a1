//! The orchestrator dies in the middle of its work.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::project::Project;

#[test]
fn after_kill_nine_with_three_running_items_a_rerun_completes_everything_once() {
    let project = Project::new();
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"] {
        project.prp(id, &[], &[], 3);
    }
    project.prp("PRP-47.2.1", &["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], &[], 1).commit("PRPs");
    let mut child = project.command(&["exe", "--batch", "47"]).env("WORK", "0.4").spawn().expect("starts");
    let begin = Instant::now();
    while project.calls().iter().filter(|call| call.phase == "2").count() < 3 {
        assert!(begin.elapsed() < Duration::from_secs(30), "three items run: {:?}", project.calls());
        sleep(Duration::from_millis(10));
    }
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    project.run(&["exe", "--batch", "47"]).exits(0);
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"] {
        let branch = id.to_lowercase().replace('.', "-");
        let expected = (1..=3).map(|n| format!("{id}: Phase {n} - Part {n}")).collect::<Vec<_>>();
        assert_eq!(project.checkpoints(&branch), expected);
        assert_eq!(project.git(&["show", &format!("prp-47:out/{id}.txt")]).lines().count(), 3);
        assert_eq!(project.calls_of(id).iter().filter(|phase| *phase == "1").count(), 1);
    }
    assert_eq!(project.merges("prp-47").len(), 4);
    assert_eq!(project.processes(), Vec::<u32>::new());
    project.git(&["fsck", "--strict"]);
}
