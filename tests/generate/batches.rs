//! Numbers, stages, batches that are there already, plans that are wrong in part.

use crate::plan::{REQUESTS, accounts, names, phase, plan, text};
use crate::project::Project;

const TEMPLATE: [&str; 4] = ["gen", "PLAN.md", "--agent", "template"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    TEMPLATE.iter().chain(more).copied().collect()
}

const ACCOUNTS: [&str; 4] =
    ["PRP-1.1.1-schema.md", "PRP-1.2.1-tokens.md", "PRP-1.3.1-endpoints.md", "PRP-1.3.2-roles.md"];

#[test]
fn the_same_plan_gives_the_same_bytes_and_a_summary_with_files_and_measured_times() {
    let (one, two) = (accounts(), accounts());
    let ran = one.run(&TEMPLATE).exits(0);
    two.run(&with(&["-j", "1"])).exits(0);
    assert_eq!(names(&one), ACCOUNTS);
    assert_eq!(names(&two), ACCOUNTS);
    for name in ACCOUNTS {
        assert_eq!(text(&one, name), text(&two, name), "{name}");
        one.run(&["inspect", &format!("{REQUESTS}/{name}")]).exits(0);
    }
    assert!(text(&one, ACCOUNTS[3]).contains("\ndependencies: [PRP-1.2.1]\n"));
    let ran = ran.says("PRP-1.3.1-endpoints  ✓ completed").says("one after another");
    let ran = ran.says("PRPs/feature-requests/PRP-1.3.2-roles.md");
    ran.says("batchprp review --batch 1").says("batchprp exe --batch 1");
}

#[test]
fn a_batch_that_is_there_is_rewritten_only_when_asked_and_the_changes_are_shown() {
    let project = accounts();
    project.run(&TEMPLATE).exits(0);
    // Somebody renamed a file and noted an issue: both stay.
    let renamed = text(&project, ACCOUNTS[3]).replacen("plan:", "issue: ENG-7\nplan:", 1);
    std::fs::remove_file(project.root().join(REQUESTS).join(ACCOUNTS[3])).expect("removed");
    project.write(&format!("{REQUESTS}/PRP-1.3.2-permissions.md"), &renamed);
    project.run(&with(&["--batch", "1"])).exits(12).says("--batch 1 --overwrite");
    let changed =
        project.read("PLAN.md").replace("make part4", "make roles").replace(&phase("3", "Endpoints", "Phase 2"), "");
    project.write("PLAN.md", &changed);
    let dry = project.run(&with(&["--batch", "1", "--overwrite", "--dry-run"])).exits(0);
    dry.says("rewrites PRPs/feature-requests/PRP-1.1.1-schema.md");
    assert_eq!(names(&project).len(), 4);
    let ran = project.run(&with(&["--batch", "1", "--overwrite"])).exits(0);
    let ran = ran.says("PRP-1.3.2 is no longer in the plan");
    ran.says("+- L2: `make roles`").says("PRP-1.1.1-schema.md (unchanged)");
    assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-1.2.1-tokens.md", "PRP-1.3.1-endpoints.md"]);
    assert!(project.read(".ce/tmp/replaced/PRP-1.3.2-permissions.md").contains("issue: ENG-7"));
}

#[test]
fn executed_prps_are_named_with_what_is_stale_and_never_overwritten() {
    let project = accounts();
    project.run(&TEMPLATE).exits(0);
    let executed = text(&project, ACCOUNTS[0]).replace("status: planning", "status: executed");
    project.write("PRPs/executed/PRP-1.1.1-schema.md", &executed);
    std::fs::remove_file(project.root().join(REQUESTS).join(ACCOUNTS[0])).expect("moved");
    let refused = project.run(&with(&["--batch", "1", "--overwrite"])).exits(12);
    refused.says("PRP-1.1.1").says("they still match the plan");
    project.write("PLAN.md", &project.read("PLAN.md").replace("make part", "make all"));
    project.run(&with(&["--batch", "1", "--overwrite"])).exits(12).says("stale by the plan as it is now: PRP-1.1.1");
    let ran = project.run(&with(&["--batch", "1", "--overwrite", "--yes"])).exits(0);
    ran.says("PRP-1.1.1 is executed and stays as it is; it is stale");
    assert_eq!(project.read("PRPs/executed/PRP-1.1.1-schema.md"), executed);
    assert!(text(&project, ACCOUNTS[1]).contains("make all2"));
    // The next batch gets a number above those of all folders, and says that there was one.
    project.run(&TEMPLATE).exits(0).says("batch 1 was generated from PLAN.md too; this is batch 2");
    assert!(names(&project).contains(&"PRP-2.1.1-schema.md".to_owned()));
}

#[test]
fn a_stage_can_be_generated_before_the_one_it_builds_on() {
    let project = accounts();
    project.write("PRPs/executed/PRP-41.1.1-old.md", "---\nprp_id: PRP-41.1.1\nstatus: executed\n---\n# Old\n");
    project.run(&with(&["--stage", "3", "-j", "1"])).exits(0);
    assert_eq!(names(&project), ["PRP-42.3.1-endpoints.md", "PRP-42.3.2-roles.md"]);
    project.run(&with(&["--batch", "42", "--stage", "3"])).exits(12);
    project.run(&with(&["--stage", "9"])).exits(4).says("stages are 1 to 3");
    project.run(&with(&["--retry-failed"])).exits(0);
    assert_eq!(names(&project).len(), 4, "{:?}", names(&project));
    project.run(&with(&["--retry-failed"])).exits(4).says("every PRP of the plan is there");
}

#[test]
fn a_faulty_phase_takes_only_its_dependents_with_it() {
    let project = accounts();
    let faulty =
        project.read("PLAN.md").replace("**Goal**: Endpoints works\n", "") + phase("5", "Client", "Phase 3").as_str();
    project.write("PLAN.md", &faulty);
    let ran = project.run(&TEMPLATE).exits(10).says("missing Goal");
    let ran = ran.says("PRP-1.3.1-endpoints failed: Phase 3 of PLAN.md has errors");
    let ran = ran.says("PRP-1.4.1-client ⧗ blocked: waits for PRP-1.3.1");
    ran.says("batchprp gen PLAN.md --batch 1 --agent template --retry-failed");
    assert_eq!(names(&project), [ACCOUNTS[0], ACCOUNTS[1], ACCOUNTS[3]]);
    let mended = faulty.replace("### Phase 3: Endpoints\n", "### Phase 3: Endpoints\n\n**Goal**: Endpoints work\n");
    project.write("PLAN.md", &mended);
    project.run(&with(&["--batch", "1", "--retry-failed"])).exits(0);
    assert_eq!(names(&project).len(), 5);
}

#[test]
fn nothing_is_generated_from_a_plan_without_a_sound_phase() {
    let project = Project::new();
    project.write("PLAN.md", &plan(&[phase("1", "Schema", "None").replace("**Goal**: Schema works\n", "")]));
    project.run(&TEMPLATE).exits(5).says("missing Goal");
    assert!(names(&project).is_empty());
}

#[test]
fn a_plan_of_plans_gives_a_batch_for_each_and_a_journal_for_each() {
    let project = accounts();
    project.write("parts/b.md", &plan(&[phase("1", "Catalog", "None"), phase("2", "Search", "Phase 1")]));
    let all = "# Shop\n\n## Mega-Phase 1: Accounts\n\n[accounts](PLAN.md)\n\n## Mega-Phase 2: Catalog\n\n[catalog](parts/b.md)\n";
    project.write("ALL.md", all);
    project
        .run(&["gen", "ALL.md", "--agent", "template"])
        .exits(0)
        .says("Batch 1 gen: complete")
        .says("Batch 2 gen: complete");
    let second = ["PRP-2.1.1-catalog.md".to_owned(), "PRP-2.2.1-search.md".to_owned()];
    assert_eq!(names(&project)[4..], second);
    let runs = std::fs::read_dir(project.root().join(".ce/tmp/runs")).expect("runs").flatten();
    let journals: Vec<String> =
        runs.map(|run| std::fs::read_to_string(run.path().join("events.jsonl")).expect("journal")).collect();
    assert_eq!(journals.len(), 2);
    assert!(journals.iter().all(|journal| journal.matches("\"event\":\"run_finished\"").count() == 1));
    project.write("LOOP.md", "# L\n\n## Mega-Phase 1: L\n\n[l](LOOP.md)\n");
    project.run(&["gen", "LOOP.md", "--agent", "template"]).exits(5).says("links itself");
}

#[test]
fn titles_become_harmless_names() {
    let project = Project::new();
    let titles = ["../../etc/passwd", "`$(touch /tmp/x)`; rm -rf \"$HOME\" # {{ x }}", "Ärger & Größe", "…"];
    let phases: Vec<String> =
        titles.iter().enumerate().map(|(n, title)| phase(&(n + 1).to_string(), title, "None")).collect();
    project.write("PLAN.md", &plan(&phases));
    project.run(&TEMPLATE).exits(0);
    let expected = [
        "PRP-1.1.1-etc-passwd.md",
        "PRP-1.1.2-touch-tmp-x-rm-rf-home-x.md",
        "PRP-1.1.3-ärger-größe.md",
        "PRP-1.1.4-untitled.md",
    ];
    assert_eq!(names(&project), expected);
    project.run(&["inspect", "--json", &format!("{REQUESTS}/{}", expected[1])]).exits(0).says("rm -rf");
}
