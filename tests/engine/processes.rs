//! Nothing of an attempt outlives it, whatever it did to get away, with PID namespaces and without.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::project::Project;
use crate::stage::{events, status, until};

/// A process that nobody can tell by its parent, group, session or environment.
fn runaway(mark: &str) -> String {
    format!("setsid sh -c 'cd /; (exec env -i \"$(command -v sleep)\" {mark} </dev/null >/dev/null 2>&1 &)'")
}

/// Returns the processes that were started with an argument, wherever they are.
fn with_argument(argument: &str) -> Vec<String> {
    let pids = fs::read_dir("/proc").expect("proc").flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let of = |pid: &String| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        words.first().is_some_and(|program| program.ends_with(b"sleep")) && words.contains(&argument.as_bytes())
    };
    pids.filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit())).filter(of).collect()
}

fn batch(namespaces: bool) -> Project {
    let project = Project::new();
    project.configure(&format!("[run]\nnamespaces = {namespaces}\n[validate]\ngates = \"ignore\"\n"));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project
}

/// A number of seconds that no other test sleeps.
fn mark(number: u32) -> String {
    format!("{}.{}", 7_000 + number, std::process::id())
}

/// Tells whether this system has namespaces for us, as `doctor` says it; says so to whoever runs the tests when not.
fn namespaces_work() -> bool {
    let said = batch(true).run(&["doctor"]).stdout;
    let work = said.contains("a PID namespace for each attempt");
    if !work {
        use std::io::Write;
        let text = "NOT TESTED: PID namespaces; this system allows none\n";
        std::io::stderr().write_all(text.as_bytes()).expect("message");
    }
    work
}

#[test]
fn doctor_says_what_keeps_the_processes_of_an_attempt_together() {
    let off = batch(false).run(&["doctor"]).stdout;
    assert!(off.contains("`run.namespaces` is off; this program adopts every orphan"), "{off}");
    let on = batch(true).run(&["doctor"]).stdout;
    let said = ["a PID namespace for each attempt", "the system allows no PID namespaces"];
    assert!(said.iter().any(|text| on.contains(text)), "{on}");
}

#[test]
fn what_agents_and_checks_begin_is_gone_when_a_run_has_ended_in_order() {
    for (number, namespaces) in [(1, true), (2, false)] {
        let (by_agent, by_check) = (mark(number), mark(10 + number));
        let project = batch(namespaces);
        let check = runaway(&by_check).replace('\\', "\\\\").replace('"', "\\\"");
        project.configure(&format!("l1 = [\"{check}; pgrep -f '{by_check}' || true\"]\n")).commit("Check");
        project.sabotage("PRP-47.1.1", 1, &format!("{}\nsleep 0.2", runaway(&by_agent)));
        project.run(&["exe", "--batch", "47"]).exits(0);
        assert_eq!(with_argument(&by_agent), Vec::<String>::new(), "namespaces: {namespaces}");
        assert_eq!(with_argument(&by_check), Vec::<String>::new(), "namespaces: {namespaces}");
    }
}

/// Starts a run whose agent begins a runaway, and kills the program when both are there.
fn killed(project: &Project, mark: &str) {
    let started = project.tools().join("started");
    let lines = format!("{}\ntouch {}\nsleep 600", runaway(mark), started.display());
    project.sabotage("PRP-47.1.1", 1, &lines);
    let mut program = project.command(&["exe", "--batch", "47"]).spawn().expect("starts");
    until("the start of the runaway", || started.exists() && !with_argument(mark).is_empty());
    program.kill().expect("killed");
    program.wait().expect("gone");
}

#[test]
fn what_an_agent_began_goes_with_a_killed_program_where_there_are_namespaces() {
    if !namespaces_work() {
        return;
    }
    let (project, mark) = (batch(true), mark(3));
    killed(&project, &mark);
    until("the end of the runaway", || with_argument(&mark).is_empty());
}

#[test]
fn what_an_agent_began_goes_with_the_next_start_where_there_are_no_namespaces() {
    let (project, mark) = (batch(false), mark(4));
    killed(&project, &mark);
    assert_eq!(with_argument(&mark).len(), 1, "it got away from the kill");
    project.mend("PRP-47.1.1", 1);
    project.run(&["exe", "--batch", "47"]).exits(0).says("processes that the dead run");
    assert_eq!(with_argument(&mark), Vec::<String>::new());
}

#[test]
fn agents_in_a_namespace_end_as_they_end_elsewhere() {
    for namespaces in [true, false] {
        let from_outside = "the agent was killed from outside";
        for (lines, said, is_killed) in
            [("exit 3", "exit code 3", false), ("kill -9 $$", "killed", true), ("kill -SEGV $$", "killed", false)]
        {
            let project = batch(namespaces);
            project.sabotage("PRP-47.1.1", 1, lines);
            project.run(&["exe", "--batch", "47"]).exits(10).says(said);
            let told = serde_json::to_string(&events(&project)).expect("text");
            assert_eq!(told.contains(from_outside), is_killed, "namespaces: {namespaces}, {lines}: {told}");
        }
        let project = batch(namespaces);
        // It is there, and what would carry it out is not.
        let program = project.tools().join("program");
        fs::write(&program, "#!/no/such/interpreter\n").expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
        let argv = format!("argv = [\"{}\"", program.display());
        let text = project.read(".ce/batchprp.toml").replace("argv = [\"sh\"", &argv);
        project.write(".ce/batchprp.toml", &text).commit("No program");
        project.run(&["exe", "--batch", "47"]).exits(10).says("/program` is not found");
    }
}

#[test]
fn an_agent_that_is_asked_to_stop_has_its_time_for_it() {
    for namespaces in [true, false] {
        let project = batch(namespaces);
        let adapter =
            include_str!("../../stdlib/agents/command.rhai").replace("stop: \"term\"", "stop: \"group-term\"");
        project.write(".ce/agents/command.rhai", &adapter).commit("Adapter");
        let said = project.tools().join("said");
        let (said, ready) = (said.display().to_string(), project.tools().join("ready"));
        // The agent is a launcher; what it launched has something left to do.
        let worker = format!(
            "trap 'sleep 0.3; echo worker >> {said}; exit 0' TERM; touch {}; while :; do sleep 0.05; done",
            ready.display()
        );
        let lines = format!(
            "sh -c \"{worker}\" &\ntrap 'echo launcher >> {said}; exit 0' TERM INT\nwhile :; do sleep 0.05; done"
        );
        project.sabotage("PRP-47.1.1", 1, &lines);
        let program = project.command(&["exe", "--batch", "47"]).spawn().expect("starts");
        until("the worker", || ready.exists());
        kill(Pid::from_raw(program.id().cast_signed()), Signal::SIGTERM).expect("asked");
        let output = program.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(143), "{}", String::from_utf8_lossy(&output.stderr));
        let said = fs::read_to_string(&said).unwrap_or_default();
        let mut said: Vec<&str> = said.lines().collect();
        said.sort_unstable();
        assert_eq!(said, ["launcher", "worker"], "namespaces: {namespaces}");
        assert_eq!(status(&project, "PRP-47.1.1"), "cancelled");
    }
}
