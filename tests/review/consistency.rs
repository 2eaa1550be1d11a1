//! Every rule has a batch that breaks it and one that keeps it. Findings are checked for file, line and way out.

use std::path::Path;

use batchprp::model::prp::{Dependency, Prp};
use batchprp::model::read;
use batchprp::review::{Finding, FindingSeverity, RULES, consistency};

use crate::rules::rules;

const REST: &str = "dependencies: []\nfiles_modified: []\n";
const BODY: &str = "\n## Validation\n- L2: `make check`\n";

/// Reads a PRP of batch 9 with a gate. What is not given in `front` is taken from [`REST`].
fn prp(id: &str, title: &str, front: &str, body: &str) -> Prp {
    let key = |line: &str| line.split(':').next().map(|key| format!("{key}:")).unwrap_or_default();
    let rest = REST.lines().filter(|line| !front.contains(&key(line))).map(|line| format!("{line}\n"));
    let rest = rest.collect::<String>();
    let body = if body.contains("## Validation") { body.to_owned() } else { format!("{body}{BODY}") };
    let text = format!("---\nprp_id: PRP-{id}\ntitle: {title}\n{front}{rest}---\n# PRP-{id}: {title}\n{body}");
    let path = format!("PRPs/feature-requests/PRP-{id}-x.md");
    read::prp(Path::new(&path), text.as_bytes()).0
}

fn plain(id: &str, title: &str, front: &str) -> Prp {
    prp(id, title, front, "")
}

fn findings(prps: &[Prp]) -> Vec<Finding> {
    consistency(prps, &["PRP-8.1.1".parse().expect("an id")], &|path| path == "src/there.rs")
}

fn categories(prps: &[Prp]) -> Vec<String> {
    findings(prps).into_iter().map(|finding| finding.category).collect()
}

/// Returns the only finding of a batch, which must have a place and a way out.
fn only(prps: &[Prp], category: &str) -> Finding {
    let mut all = findings(prps);
    assert_eq!(all.len(), 1, "{all:#?}");
    let finding = all.remove(0);
    assert_eq!(finding.category, category);
    assert!(finding.file.starts_with("PRPs/feature-requests/PRP-9.") && !finding.suggestion.is_empty(), "{finding:?}");
    finding
}

fn line(finding: &Finding) -> usize {
    finding.line.expect("every finding has a line")
}

#[test]
fn a_good_batch_has_no_findings() {
    let batch = [
        prp(
            "9.1.1",
            "Store",
            "files_modified: [src/store.rs]\nestimated_hours: 40\n",
            "## Implementation\n### Phase 1: A\nChange `src/store.rs`, see `src/there.rs`.\n",
        ),
        plain("9.2.1", "Cache", "dependencies: [PRP-9.1.1]\nstage: 2\nfiles_modified: [src/store.rs]\n"),
        plain("9.2.2", "Log", "dependencies: [PRP-9.1.1, PRP-8.1.1]\nstage: 2\ncomplexity: high\nestimated_hours: 2\n"),
        plain("9.3.1", "Integration test", "dependencies: [PRP-9.2.1, PRP-9.2.2]\nstage: 3\n"),
    ];
    assert_eq!(findings(&batch), []);
    assert_eq!(findings(&[]), []);
}

#[test]
fn a_dependency_on_nothing_is_an_error_with_the_nearest_id() {
    let finding = only(&[plain("9.1.1", "Store", "dependencies: [PRP-8.1.12]\n")], "undefined_dependency");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Error, 4));
    assert!(finding.suggestion.contains("PRP-8.1.1"), "{}", finding.suggestion);
    let far = only(&[plain("9.1.1", "Store", "dependencies: [PRP-777]\n")], "undefined_dependency");
    assert!(far.suggestion.contains("external_dependencies"));
    assert_eq!(categories(&[plain("9.1.1", "Store", "dependencies: [PRP-8.1.1]\n")]), [""; 0]);
}

#[test]
fn a_circle_is_an_error_with_its_whole_path() {
    let batch = [
        plain("9.1.1", "Store", "dependencies: [PRP-9.1.3]\n"),
        plain("9.1.2", "Cache", "dependencies: [PRP-9.1.1]\n"),
        plain("9.1.3", "Log", "dependencies: [PRP-9.1.2]\n"),
    ];
    let finding = only(&batch, "cyclic_dependency");
    assert!(
        finding.is_error() && finding.description.contains("PRP-9.1.1 → PRP-9.1.3 → PRP-9.1.2 → PRP-9.1.1"),
        "{finding:?}"
    );
    assert_eq!((finding.file.as_str(), line(&finding)), ("PRPs/feature-requests/PRP-9.1.1-x.md", 4));
    assert!(finding.suggestion.contains("remove PRP-9.1.3"));
}

#[test]
fn itself_and_a_doubled_id_are_errors() {
    // The reader refuses this already; a PRP may also come from elsewhere.
    let mut itself = plain("9.1.1", "Store", "dependencies: [PRP-8.1.1]\n");
    itself.dependencies[0].id = "PRP-9.1.1".parse().expect("an id");
    let own = only(&[itself], "self_dependency");
    assert!(own.is_error() && line(&own) == 4);
    let batch = [plain("9.1.1", "Store", ""), plain("9.1.1", "Cache", "")];
    let double = only(&batch, "duplicate_id");
    assert!(double.is_error() && line(&double) == 2);
}

#[test]
fn a_stage_that_is_not_behind_its_dependency_is_a_warning() {
    let batch = |stage: u32| {
        [
            plain("9.1.1", "Store", "stage: 2\n"),
            plain("9.2.1", "Cache", &format!("stage: {stage}\ndependencies: [PRP-9.1.1]\n")),
        ]
    };
    let finding = only(&batch(2), "stage_order");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Warning, 4));
    assert!(finding.suggestion.contains("stage: 3"));
    assert_eq!(categories(&batch(3)), [""; 0]);
}

#[test]
fn one_file_in_two_prps_without_an_order_is_a_warning() {
    let first = plain("9.1.1", "Store", "files_modified: [src/store/]\n");
    let second = plain("9.1.2", "Cache", "files_modified:\n  - src/cache.rs\n  - src/store/mod.rs\n");
    let finding = only(&[first.clone(), second], "shared_file");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Warning, 6), "{finding:?}");
    assert!(finding.suggestion.contains("add PRP-9.1.1 to the `dependencies` of PRP-9.1.2"));
    let ordered = plain("9.1.2", "Cache", "dependencies: [PRP-9.1.1]\nfiles_modified: [src/store/mod.rs]\n");
    assert_eq!(categories(&[first, ordered]), [""; 0]);
}

fn uses(id: &str, front: &str, path: &str) -> Prp {
    prp(
        id,
        &format!("Number {id}"),
        front,
        &format!("## Implementation\n### Phase 1: A\nRead `{path}` first.\n```sh\ncat `src/fenced.rs`\n```\n"),
    )
}

#[test]
fn a_file_that_nobody_produces_is_a_warning() {
    let finding = only(&[uses("9.1.1", "", "src/nowhere.rs")], "unproduced_file");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Warning, 10), "{finding:?}");
    assert!(finding.description.contains("src/nowhere.rs"));
    for batch in [
        vec![uses("9.1.1", "", "src/there.rs")],
        vec![uses("9.1.1", "files_modified: [src/]\n", "src/nowhere.rs")],
        vec![
            plain("9.1.1", "Store", "files_modified: [app/src/nowhere.rs]\n"),
            uses("9.2.1", "dependencies: [PRP-9.1.1]\n", "src/nowhere.rs"),
        ],
    ] {
        assert_eq!(categories(&batch), [""; 0]);
    }
}

#[test]
fn a_file_of_a_sibling_that_is_not_waited_for_is_a_warning() {
    let store = plain("9.1.1", "Store", "files_modified: [src/store.rs]\n");
    let finding = only(&[store.clone(), uses("9.1.2", "", "src/store.rs")], "missing_dependency");
    assert!(finding.suggestion.contains("add PRP-9.1.1 to the `dependencies` of PRP-9.1.2"));
    assert_eq!(categories(&[store, uses("9.1.2", "dependencies: [PRP-9.1.1]\n", "src/store.rs")]), [""; 0]);
}

#[test]
fn estimates_that_cannot_be_right_are_warnings() {
    let large = only(&[plain("9.1.1", "Store", "estimated_hours: 40.5\n")], "large_estimate");
    assert_eq!((large.severity, line(&large)), (FindingSeverity::Warning, 4));
    let small = only(&[plain("9.1.1", "Store", "complexity: high\nestimated_hours: 1.5\n")], "small_estimate");
    assert_eq!((small.severity, line(&small)), (FindingSeverity::Warning, 5));
}

#[test]
fn a_prp_without_commands_to_validate_it_is_a_warning() {
    let none = prp("9.1.1", "Store", "", "\n## Validation\nLook at it.\n");
    let finding = only(&[none], "missing_gates");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Warning, 9), "{finding:?}");
    assert!(finding.suggestion.contains("L3"));
}

#[test]
fn two_spellings_of_one_thing_are_a_warning() {
    let batch = |files: &str, title: &str| {
        [plain("9.1.1", "Worktree pool", "files_modified: [src/user_store.rs]\n"), plain("9.1.2", title, files)]
    };
    let file = only(&batch("files_modified: [src/userStore.rs]\n", "Cache"), "diverging_term");
    assert_eq!((file.severity, line(&file)), (FindingSeverity::Warning, 4));
    assert!(file.description.contains("`src/userStore.rs`") && file.suggestion.contains("`src/user_store.rs`"));
    let word = only(&batch("", "Clean the work-tree"), "diverging_term");
    assert_eq!(line(&word), 3);
    assert_eq!(categories(&batch("files_modified: [src/user_cache.rs]\n", "WORKTREE cleaning")), [""; 0]);
}

#[test]
fn who_stands_alone_among_connected_siblings_is_told_and_nothing_more() {
    let connected = || vec![plain("9.1.1", "Store", ""), plain("9.1.2", "Cache", "dependencies: [PRP-9.1.1]\n")];
    let mut batch = connected();
    batch.push(plain("9.1.3", "Log", ""));
    let finding = only(&batch, "orphan");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Info, 4));
    // Where standing alone is usual it is no finding; nor is a dependency on another batch.
    assert_eq!(categories(&[plain("9.1.1", "Store", ""), plain("9.1.2", "Cache", "")]), [""; 0]);
    let mut outside = connected();
    outside.push(plain("9.1.3", "Log", "dependencies: [PRP-8.1.1]\n"));
    assert_eq!(categories(&outside), [""; 0]);
}

#[test]
fn an_integration_that_leaves_siblings_out_is_a_warning() {
    let batch = |front: &str, body: &str| {
        [
            plain("9.1.1", "Store", ""),
            plain("9.1.2", "Cache", "dependencies: [PRP-9.1.1]\n"),
            plain("9.1.10", "Mail", "dependencies: [PRP-9.1.1]\n"),
            prp("9.3.1", "Integration testing", front, body),
            plain("9.4.1", "Handbook", "dependencies: [PRP-9.3.1]\n"),
        ]
    };
    let finding = only(&batch("dependencies: [PRP-9.1.2]\n", ""), "unnamed_sibling");
    assert_eq!((finding.severity, line(&finding)), (FindingSeverity::Warning, 4));
    assert!(finding.description.ends_with("does not name PRP-9.1.10"), "{}", finding.description);
    assert_eq!(categories(&batch("dependencies: [PRP-9.1.2]\n", "Without PRP-9.1.10, which sends mail.\n")), [""; 0]);
    assert_eq!(categories(&batch("dependencies: [PRP-9.1.2, PRP-9.1.10]\n", "")), [""; 0]);
}

#[test]
fn findings_are_sorted_and_do_not_depend_on_hash_order() {
    let batch = [
        plain("9.1.1", "Store", "dependencies: [PRP-9.9.9]\nestimated_hours: 99\nfiles_modified: [a/x_y.rs]\n"),
        plain("9.1.2", "Cache", "dependencies: [PRP-9.9.8]\nfiles_modified: [a/x-y.rs, a/x_y.rs]\n"),
    ];
    let first = findings(&batch);
    assert!(first.windows(2).all(|pair| pair[0].severity <= pair[1].severity));
    assert!((0..5).all(|_| findings(&batch) == first));
}

/// Reads the documents of a table entry.
fn read_all(documents: &[(String, String)]) -> Vec<Prp> {
    documents.iter().map(|(path, text)| read::prp(Path::new(path), text.as_bytes()).0).collect()
}

#[test]
fn every_rule_has_a_batch_that_breaks_it_and_one_that_keeps_it() {
    let table = rules();
    let mut covered = table.iter().map(|rule| (rule.category, rule.severity)).collect::<Vec<_>>();
    let mut all = RULES.map(|(category, severity)| (category, severity.as_str())).to_vec();
    covered.sort_unstable();
    all.sort_unstable();
    assert_eq!(covered, all, "a rule without fixtures, or fixtures without a rule");
    for rule in &table {
        let exists = |path: &str| path == "README.md";
        let mut broken = read_all(&rule.broken);
        if rule.category == "self_dependency" {
            // The reader refuses it already and leaves it out; a PRP may also come from elsewhere.
            let id = broken[0].id.clone().expect("an id");
            let at = broken[0].text.find("PRP-9.1.1]").expect("a place");
            broken[0].dependencies.push(Dependency { id, note: None, span: at..at + 9 });
        }
        let found = consistency(&broken, &[], &exists);
        let of_rule = found.iter().filter(|finding| finding.category == rule.category).collect::<Vec<_>>();
        let [finding] = of_rule.as_slice() else { panic!("{}: {found:#?}", rule.category) };
        let (file, place) = rule.place;
        let (_, text) = rule.broken.iter().find(|(path, _)| path == file).expect(rule.category);
        let line = text.lines().nth(line(finding) - 1).unwrap_or_default();
        assert_eq!((finding.severity.as_str(), finding.file.as_str()), (rule.severity, file), "{finding:?}");
        assert!(line.contains(place), "{}: {line:?} is not the line of {place:?}", rule.category);
        assert!(finding.suggestion.contains(rule.way), "{finding:?}");
        let known = found.iter().all(|finding| RULES.contains(&(finding.category.as_str(), finding.severity)));
        assert!(known, "a category without a rule: {found:#?}");
        let kept = consistency(&read_all(&rule.kept), &[], &exists);
        assert!(!kept.iter().any(|finding| finding.category == rule.category), "{}: {kept:#?}", rule.category);
    }
}
