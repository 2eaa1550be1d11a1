//! The scripts that are built in.

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
