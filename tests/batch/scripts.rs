//! Scripts: built-in ones without a folder, and a team's own without a rebuild.

use crate::project::Project;

#[test]
fn the_main_job_runs_where_there_is_no_commands_folder() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    assert!(!project.root().join("commands").exists());
    project.run(&["run", "commands/exe.rhai", "--batch", "47"]).exits(0);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
}

#[test]
fn a_script_of_the_team_is_listed_has_help_and_typed_flags() {
    let project = Project::new();
    project.write(
        ".ce/commands/greet.rhai",
        r#"//! Greets.
const ABOUT = "Greet somebody a number of times";
const ARGS = #{
    name: #{ type: "text", required: true, positional: true, help: "Whom to greet" },
    times: #{ type: "int", initial: 1, value: "N", help: "How often" },
};
fn main(args) {
    for n in 0..args.times { print(`hello ${args.name}`); }
    0
}
"#,
    );
    project.run(&["list"]).exits(0).says("greet").says("Greet somebody a number of times");
    project.run(&["greet", "--help"]).exits(0).says("--times").says("How often");
    let ran = project.run(&["greet", "Ada", "--times", "2"]).exits(0);
    assert_eq!(format!("{}{}", ran.stdout, ran.stderr).matches("hello Ada").count(), 2);
    project.run(&["greet", "Ada", "--times", "many"]).exits(2).says("many");
    project.run(&["greet"]).exits(2).says("<NAME>");
    project.run(&["gret", "Ada"]).exits(2).says("greet");
}
