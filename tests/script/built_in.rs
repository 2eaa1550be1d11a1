//! The scripts that are built in.

use batchprp::script::check::CheckReport;

use crate::fixture::Project;

#[test]
fn every_built_in_command_compiles_and_describes_itself() {
    let project = Project::new(&[]);
    let host = project.host();
    let names: Vec<String> = host.search.list().into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["context-update", "exe", "gen", "give", "land", "pr", "review", "take"]);
    for name in names {
        let script = host.load(&name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let spec = host.spec(&script).unwrap_or_else(|error| panic!("{name}: {error:#?}"));
        assert!(spec.about.is_some(), "{name} says nothing about itself");
        assert!(spec.args.iter().any(|arg| arg.name == "agent"), "{name} lacks the common flags");
    }
}

/// With optimisation that is at most 50 ms for all of `stdlib/`; without it, everything of ours takes about eight times as long.
#[test]
fn looking_for_mistakes_in_all_of_them_takes_no_time_that_anybody_notices() {
    let worked = || {
        let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock");
        std::time::Duration::from(time)
    };
    let once = || {
        let project = Project::new(&[]);
        let host = project.host();
        let start = worked();
        let reports = host.check_built_in().expect("checked");
        assert!(reports.len() > 70 && reports.iter().all(CheckReport::ok));
        worked().saturating_sub(start)
    };
    // The fastest of three says what the work is; the others, what else the machine did.
    let took = (0..3).map(|_| once()).min().expect("three");
    let most = std::time::Duration::from_millis(if cfg!(debug_assertions) { 400 } else { 50 });
    assert!(took < most, "{took:?}");
}
