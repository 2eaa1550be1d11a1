//! Every combination of facts has a verdict, and nothing that an agent says makes it better.

use batchprp::evidence::verdict::{Claims, Facts, ROWS, Tree, Verdict, Wanted, Word, judge};
use batchprp::model::agent::{AgentStatus, Exit, Finished, Limit, TimerKind};
use batchprp::model::outcome::FailureKind;
use proptest::prelude::*;
use serde_json::json;

const STATUSES: [AgentStatus; 13] = [
    AgentStatus::Ok,
    AgentStatus::NoWork,
    AgentStatus::RateLimited,
    AgentStatus::Overloaded,
    AgentStatus::Auth,
    AgentStatus::Budget,
    AgentStatus::Turns,
    AgentStatus::Denied,
    AgentStatus::Refused,
    AgentStatus::ContextTooLong,
    AgentStatus::Protocol,
    AgentStatus::Crashed,
    AgentStatus::Killed,
];

const DOCUMENT: &str = "PRPs/feature-requests/PRP-1.1.1-x.md";

/// What there is to show at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    Nothing,
    /// What validation left.
    Leftovers,
    /// The item's own document and the folder of state.
    Own,
    Work,
}

const SHOWN: [Shown; 4] = [Shown::Nothing, Shown::Leftovers, Shown::Own, Shown::Work];

fn tree(paths: &[&str]) -> Tree {
    Tree::new(paths.iter().map(|path| (*path, Some("100644 1".to_owned()))))
}

fn with(shown: Shown) -> Facts {
    let end: &[&str] = match shown {
        Shown::Nothing => &[],
        Shown::Leftovers => &["node_modules/x.js", ".pytest_cache/y"],
        Shown::Own => &[DOCUMENT, ".ce/tmp/x"],
        Shown::Work => &["src/a.rs", ".pytest_cache/y", DOCUMENT],
    };
    Facts {
        agent: "claude".to_owned(),
        item: "PRP-1.1.1".to_owned(),
        worktree: "/work trees/x".to_owned(),
        validated: tree(&["node_modules/x.js", ".pytest_cache/y"]),
        start: Some(Tree::default()),
        end: tree(end),
        excluded: vec![DOCUMENT.to_owned(), ".ce/tmp/".to_owned()],
        text: "All done!".to_owned(),
        ..Facts::default()
    }
}

fn claims(word: Option<Word>, no_changes: bool) -> Option<Claims> {
    let no_changes = no_changes.then(|| "it was there".to_owned());
    Some(Claims { word, no_changes, ..Claims::default() }).filter(|claims| *claims != Claims::default())
}

/// Calls `check` with every combination of what is known.
fn every(mut check: impl FnMut(&Facts, Shown)) -> usize {
    let exits = [Some(0), Some(1), None].map(|code| Exit { code, signal: code.is_none().then_some(15) });
    let timers = [None, Some(TimerKind::Linger), Some(TimerKind::Silence)];
    let words = [None, Some(Word::Done), Some(Word::Partial), Some(Word::Failed)];
    let finished = [None, Some(true), Some(false)];
    let mut count = 0;
    for shown in SHOWN {
        let mut facts = with(shown);
        for status in STATUSES {
            facts.status = status;
            for exit in exits {
                facts.exit = exit;
                for timer in timers {
                    facts.timer = timer;
                    for bits in 0..16 {
                        facts.cancelled = bits & 1 != 0;
                        facts.limit = (bits & 2 != 0).then_some(Limit { until: Some(7) });
                        facts.checks = bits & 4 != 0;
                        for word in words {
                            facts.claims = claims(word, bits & 8 != 0);
                            for ok in finished {
                                facts.finished = ok.map(|ok| Finished { ok, ..Finished::default() });
                                check(&facts, shown);
                                count += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    count
}

#[test]
fn every_combination_is_judged_and_completed_needs_everything() {
    let mut rows = std::collections::BTreeMap::new();
    let count = every(|facts, shown| {
        let judged = judge(facts);
        *rows.entry(judged.row).or_insert(0) += 1;
        let word = facts.claims.as_ref().and_then(|claims| claims.word);
        let claims_none = facts.claims.as_ref().is_some_and(|claims| claims.no_changes.is_some());
        let helped = facts.timer == Some(TimerKind::Linger);
        let proven = shown == Shown::Work || claims_none && facts.checks;
        let good = facts.exit.code == Some(0) || helped;
        let unfinished = facts.finished.as_ref().is_some_and(|finished| !finished.ok);
        match judged.verdict {
            Verdict::Cancelled => assert!(facts.cancelled),
            _ if facts.cancelled => panic!("{facts:?}"),
            Verdict::Completed => {
                assert!(matches!(facts.status, AgentStatus::Ok | AgentStatus::NoWork), "{facts:?}");
                assert!(
                    proven && good && !unfinished && !matches!(word, Some(Word::Failed | Word::Partial)),
                    "{facts:?}"
                );
                assert!(facts.status == AgentStatus::Ok || shown != Shown::Work, "{facts:?}");
            }
            Verdict::RateLimited { until } => {
                let told = matches!(facts.status, AgentStatus::RateLimited | AgentStatus::Overloaded);
                assert!(told || facts.limit.is_some(), "{facts:?}");
                assert_eq!(until, facts.limit.and(Some(7)));
            }
            Verdict::Partial { .. } => assert!(word == Some(Word::Partial) && proven && good, "{facts:?}"),
            Verdict::Unproven { .. } => assert!(!proven || facts.status == AgentStatus::NoWork, "{facts:?}"),
            Verdict::Failed { .. } => {
                let vague = [AgentStatus::Crashed, AgentStatus::Killed, AgentStatus::Protocol, AgentStatus::Overloaded];
                assert!(facts.limit.is_none() || !vague.contains(&facts.status), "a limit told is a limit: {facts:?}");
                let ended_well = matches!(facts.status, AgentStatus::Ok | AgentStatus::NoWork)
                    && facts.timer != Some(TimerKind::Silence)
                    && good
                    && !unfinished;
                assert!(!ended_well || word == Some(Word::Failed), "{facts:?}");
            }
        }
        assert_eq!(judged.work.contains(&"src/a.rs".to_owned()), shown == Shown::Work);
    });
    assert_eq!(count, 13 * 4 * 3 * 3 * 16 * 4 * 3);
    let reached: Vec<&str> = ROWS.iter().map(|row| row.id).filter(|id| rows.contains_key(id)).collect();
    assert_eq!(reached.len(), ROWS.len(), "rows that no combination reaches: {reached:?}");
}

#[test]
fn whatever_an_agent_says_less_never_counts_more() {
    every(|facts, _| {
        if facts.timer == Some(TimerKind::Silence) {
            return; // as without one, but for the reason
        }
        let rank = judge(facts).verdict.rank();
        let mut lower = Vec::new();
        // A worse word of its own.
        let word = facts.claims.as_ref().and_then(|claims| claims.word).unwrap_or(Word::Done);
        let says_none = facts.claims.as_ref().is_some_and(|claims| claims.no_changes.is_some());
        for worse in [Word::Failed, Word::Partial].into_iter().filter(|worse| *worse < word) {
            lower.push(Facts { claims: claims(Some(worse), says_none), ..facts.clone() });
        }
        // Without the claim that nothing had to change.
        lower.push(Facts {
            claims: claims(facts.claims.as_ref().and_then(|claims| claims.word), false),
            ..facts.clone()
        });
        // An event that it did not finish.
        lower.push(Facts { finished: Some(Finished::default()), ..facts.clone() });
        // The adapter says that it did nothing, or worse.
        if facts.status == AgentStatus::Ok {
            lower.extend(STATUSES.map(|status| Facts { status, ..facts.clone() }));
        }
        for lower in lower {
            assert!(judge(&lower).verdict.rank() <= rank, "{facts:?}\n{lower:?}");
        }
    });
}

#[test]
fn evidence_that_is_taken_away_never_counts_more() {
    every(|facts, shown| {
        let rank = judge(facts).verdict.rank();
        if shown == Shown::Work {
            for less in [Shown::Nothing, Shown::Leftovers, Shown::Own] {
                let less = Facts { end: with(less).end, ..facts.clone() };
                // Files that change beside an agent that says that it did nothing prove less than none at all, where
                // checks may tell about none at all.
                if facts.status != AgentStatus::NoWork {
                    assert!(judge(&less).verdict.rank() <= rank, "{less:?}");
                }
            }
        }
        if facts.checks {
            assert!(judge(&Facts { checks: false, ..facts.clone() }).verdict.rank() <= rank, "{facts:?}");
        }
    });
}

/// Judges and returns verdict and disagreements.
fn told(facts: &Facts) -> (Verdict, Vec<String>) {
    let judged = judge(facts);
    (judged.verdict, judged.disagreements)
}

fn result(value: &serde_json::Value) -> Claims {
    Claims::read(value)
}

#[test]
fn a_result_that_says_failed_or_partial_is_believed_with_its_errors() {
    let mut facts = with(Shown::Work);
    facts.claims =
        Some(result(&json!({ "status": "failed", "output": { "errors": ["tests do not build", "no network"] } })));
    let reason = "claude says that it failed: tests do not build; no network".to_owned();
    assert_eq!(told(&facts).0, Verdict::Failed { kind: FailureKind::Refused, reason });
    facts.claims = Some(result(&json!({ "status": "partial", "output": { "errors": ["half of it"] } })));
    assert_eq!(told(&facts).0, Verdict::Partial { reason: "claude says that a part is done: half of it".to_owned() });
    facts.end = Tree::default();
    assert!(matches!(told(&facts).0, Verdict::Unproven { .. }), "a part of nothing is nothing");
}

#[test]
fn idle_agents_are_unproven_and_told_what_there_is_instead() {
    for (shown, evidence) in [
        (Shown::Nothing, "nothing changed in the worktree"),
        (
            Shown::Leftovers,
            "nothing changed but `.pytest_cache/y`, `node_modules/x.js` (left by validation or batchprp)",
        ),
        (
            Shown::Own,
            "nothing changed but `PRPs/feature-requests/PRP-1.1.1-x.md` (its own document) and `.ce/tmp/x` (left by validation or batchprp)",
        ),
    ] {
        let verdict = told(&with(shown)).0;
        assert_eq!(verdict, Verdict::Unproven { claim: "All done!".to_owned(), evidence: evidence.to_owned() });
    }
}

#[test]
fn no_change_needs_a_check_that_runs() {
    let claimed = result(&json!({ "status": "success", "output": { "no_changes": "it was there already" } }));
    let facts = Facts { claims: Some(claimed), checks: true, ..with(Shown::Nothing) };
    assert_eq!(told(&facts).0, Verdict::Completed);
    let (claim, evidence) = match told(&Facts { checks: false, ..facts.clone() }).0 {
        Verdict::Unproven { claim, evidence } => (claim, evidence),
        other => panic!("{other:?}"),
    };
    assert_eq!(claim, "claude says that no change was needed: it was there already");
    assert_eq!(evidence, "nothing changed in the worktree, and no gate or command checks that");
}

#[test]
fn a_limit_is_a_limit_whoever_tells_it_and_one_that_was_overcome_is_none() {
    let limit = Some(Limit { until: Some(1_700_000_000) });
    let exit = Exit { code: Some(1), signal: None };
    for status in
        [AgentStatus::Crashed, AgentStatus::Protocol, AgentStatus::Killed, AgentStatus::Overloaded, AgentStatus::NoWork]
    {
        let facts = Facts { status, exit, limit, ..with(Shown::Work) };
        assert_eq!(told(&facts).0, Verdict::RateLimited { until: Some(1_700_000_000) }, "{status:?}");
    }
    assert_eq!(told(&Facts { limit, ..with(Shown::Nothing) }).0, Verdict::RateLimited { until: Some(1_700_000_000) });
    assert_eq!(told(&Facts { limit, ..with(Shown::Work) }).0, Verdict::Completed);
    let auth = Facts { status: AgentStatus::Auth, exit, limit, ..with(Shown::Nothing) };
    assert!(matches!(told(&auth).0, Verdict::Failed { kind: FailureKind::Auth, .. }));
}

#[test]
fn ends_have_their_reasons() {
    let base = || with(Shown::Work);
    let failed = |facts: &Facts| match told(facts).0 {
        Verdict::Failed { kind, reason } => (kind, reason),
        other => panic!("{other:?}"),
    };
    let code = |code| Exit { code: Some(code), signal: None };
    assert_eq!(
        failed(&Facts { exit: code(3), ..base() }),
        (FailureKind::Crash, "claude ended with exit code 3 after it said that it was done".to_owned())
    );
    let finished = Some(Finished { ok: false, reason: "turn.failed".to_owned(), text: String::new() });
    assert_eq!(
        failed(&Facts { finished, ..base() }),
        (FailureKind::Crash, "claude says that it did not finish: turn.failed".to_owned())
    );
    let timer = Some(TimerKind::Silence);
    assert_eq!(failed(&Facts { status: AgentStatus::Killed, timer, seconds: 300.0, ..base() }).0, FailureKind::Timeout);
    assert_eq!(failed(&Facts { status: AgentStatus::Turns, text: String::new(), ..base() }).1, "claude: turns");
    let lingered = Facts { timer: Some(TimerKind::Linger), exit: Exit { code: None, signal: Some(15) }, ..base() };
    assert_eq!(told(&lingered).0, Verdict::Completed);
    let idle = Facts { status: AgentStatus::NoWork, ..base() };
    let Verdict::Unproven { evidence, .. } = told(&idle).0 else { panic!("{idle:?}") };
    assert_eq!(evidence, "it did nothing by its own account, and yet `src/a.rs` changed");
}

#[test]
fn false_claims_beside_real_work_are_told() {
    let mut facts = with(Shown::Work);
    facts.declared = vec!["src/other.rs".to_owned()];
    facts.earlier = vec!["src/first.rs".to_owned()];
    facts.commits = vec!["45593c8f1d3f0a5b6c7d8e9f00112233445566aa".to_owned()];
    facts.claims = Some(result(&json!({
        "work_item_id": "PRP-9.9.9", "status": "success",
        "output": {
            "files": ["/work trees/x/src/a.rs", "./src/first.rs", "src/made-up.rs", DOCUMENT],
            "commits": ["45593C8 a subject", "deadbee"],
            "errors": ["a warning"], "no_changes": true,
        },
        "validation_results": { "level_3": { "passed": false } },
    })));
    let (verdict, disagreements) = told(&facts);
    assert_eq!(verdict, Verdict::Completed);
    assert_eq!(
        disagreements,
        [
            "`result.json` is about `PRP-9.9.9`",
            "the agent names `src/made-up.rs` as changed, but git shows no change of it",
            "the agent names the commit `deadbee`, which git does not have on its branch",
            "the agent says that it is done and lists errors: a warning",
            "the agent says that its own validation failed: level 3",
            "the agent says that no change was needed, and changed `src/a.rs`",
            "of the declared files none changed, only `src/a.rs`",
        ]
    );
    facts.declared = vec!["src/".to_owned()];
    facts.claims = Some(result(&json!({
        "work_item_id": "1.1.1-x", "status": "success", "output": { "files": ["src/a.rs"], "commits": ["45593c8"] },
    })));
    assert_eq!(told(&facts), (Verdict::Completed, Vec::new()));
}

#[test]
fn where_an_answer_is_wanted_the_worktree_says_nothing() {
    let asked = Facts { wanted: Wanted::Answer, ..with(Shown::Nothing) };
    assert_eq!(told(&asked).0, Verdict::Completed);
    let silent = Facts { status: AgentStatus::NoWork, text: String::new(), ..asked.clone() };
    let (claim, evidence) = ("claude ended as if it were done".to_owned(), "there is no answer".to_owned());
    assert_eq!(told(&silent).0, Verdict::Unproven { claim, evidence });
    let failed = result(&json!({ "status": "failed", "error": "cannot read it" }));
    let reason = "claude says that it failed: cannot read it".to_owned();
    let failed = Facts { claims: Some(failed), ..asked.clone() };
    assert_eq!(told(&failed).0, Verdict::Failed { kind: FailureKind::Refused, reason });
    let limited = Facts { limit: Some(Limit::default()), ..asked };
    assert_eq!(told(&limited).0, Verdict::Completed, "one that was overcome is none");
}

#[test]
fn what_was_committed_since_the_last_checkpoint_is_work_unless_a_validation_saw_it() {
    let committed = tree(&["src/theirs.rs"]);
    let facts = Facts { end: committed.clone(), ..with(Shown::Nothing) };
    assert_eq!(told(&facts).0, Verdict::Completed);
    assert!(matches!(told(&Facts { validated: committed, ..facts }).0, Verdict::Unproven { .. }));
}

fn any_claims() -> impl Strategy<Value = serde_json::Value> {
    let status = proptest::option::of("success|completed|done|partial|failed|error|[a-z]{0,6}");
    let list = || proptest::collection::vec("src/[a-c]\\.rs|[0-9a-f]{7}|[a-z ]{0,12}", 0..3);
    (status, list(), list(), list(), proptest::option::of("true|none|because"), proptest::option::of("none|broke"))
        .prop_map(|(status, files, commits, errors, no_changes, error)| {
            json!({
                "status": status, "error": error,
                "output": { "files": files, "commits": commits, "errors": errors, "no_changes": no_changes },
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in `result.json`, it makes no verdict better than silence does, except that a claim of no change
    /// is taken to the checks.
    #[test]
    fn no_result_raises_the_verdict(value in any_claims(), shown in 0..4_usize, checks: bool, limit: bool, code in 0..2_i32) {
        let facts = Facts {
            checks,
            limit: limit.then_some(Limit::default()),
            exit: Exit { code: Some(code), signal: None },
            ..with(SHOWN[shown])
        };
        let silent = judge(&facts).verdict.rank();
        let claims = Claims::read(&value);
        let excused = claims.no_changes.is_some() && checks;
        let said = judge(&Facts { claims: Some(claims), ..facts });
        prop_assert!(excused || said.verdict.rank() <= silent, "{:?}", said);
        if excused && shown == 3 {
            prop_assert!(said.verdict.rank() <= silent, "{:?}", said);
        }
    }

    /// An idle agent is never completed, whatever it says and whatever lies around, unless checks tell.
    #[test]
    fn an_idle_agent_is_never_completed_without_checks(value in any_claims(), shown in 0..3_usize, answer in ".{0,40}") {
        let facts = Facts { claims: Some(Claims::read(&value)), text: answer, ..with(SHOWN[shown]) };
        prop_assert_ne!(judge(&facts).verdict, Verdict::Completed);
    }
}
