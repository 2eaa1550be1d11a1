//! Nothing of an attempt outlives it, wherever it hides.

use std::fs;

use crate::project::Project;

/// Shell lines that leave a process behind in a session of its own, without a single variable of its starter.
fn hide(name: &str, how: &str) -> String {
    let body = format!("echo > $1/{name}; exec /bin/sh -c \"sleep 600; true\" $1/{name}");
    let start = how.replace("HIDDEN", &format!("env -i /bin/sh -c '{body}' sh $TOOLS"));
    format!("({start}) </dev/null >/dev/null 2>&1\nwhile [ ! -s $TOOLS/{name} ]; do sleep 0.02; done")
}

/// Tells whether a process has a word among its arguments. Its number would be that of its own namespace.
fn is_alive(word: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| line.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes()))
}

#[track_caller]
fn is_gone(project: &Project, name: &str) {
    let begun = project.tools().join(name);
    assert!(begun.exists(), "{name} was never there");
    assert!(!is_alive(&begun.display().to_string()), "{name} outlived the run");
}

#[test]
fn a_child_in_a_session_of_its_own_with_an_empty_environment_ends_with_the_run() {
    let project = Project::new();
    project.configure("[validate]\nenv_pass = [\"TOOLS\"]\n");
    let ways = [
        ("plain", "setsid HIDDEN &"),
        ("detached", "setsid -f HIDDEN"),
        ("nohup", "nohup setsid -f HIDDEN"),
        ("orphan", "(setsid HIDDEN &) &"),
    ];
    for (n, (name, how)) in (1..).zip(ways) {
        let id = format!("PRP-47.1.{n}");
        project.prp(&id, &[], &[], 1).sabotage(&id, 1, &hide(name, how));
    }
    project.commit("PRPs");
    project.run(&["exe", "--batch", "47", "-j", "2"]).exits(0);
    for (name, _) in ways {
        is_gone(&project, name);
    }
}

#[test]
fn also_when_its_agent_fails_and_when_a_check_began_it() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    let line = hide("check", "setsid HIDDEN &").replace('\n', "; ");
    project.configure(&format!("[validate]\nenv_pass = [\"TOOLS\"]\nl2 = ['''{line}''']\n")).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, &format!("{}\nexit 1", hide("failed", "setsid HIDDEN &")));
    project.run(&["exe", "--batch", "47", "-j", "1"]).exits(10);
    is_gone(&project, "failed");
    is_gone(&project, "check");
}
