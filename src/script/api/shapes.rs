//! What the signatures of native functions cannot say: the maps they take and return, and the words they know.

use super::document::{plan, prp, review, section};
use super::fake;
use super::run::asking::ask;
use super::run::{agent_call, agent_settings, dag, event, git, items, options};
use super::shape::{Key, Kind, Shape, key};
use super::world::{http, process};

/// The maps that functions take.
pub(crate) const SHAPES: &[&Shape] = &[
    &agent_call::RUN,
    &ask::ASK,
    &agent_settings::WISH,
    &options::RUN,
    &dag::ANALYZE,
    &items::ITEM,
    &prp::SELECT,
    &git::PUSH_WORK,
    &git::UPDATE_BASE,
    &plan::READ,
    &process::RUN,
    &process::DETACH,
    &http::REQUEST,
    &http::JSON,
    &review::BATCH,
    &section::EXECUTED,
    &fake::PRP,
    &fake::AGENT,
    &fake::PROGRAM,
    &fake::HTTP,
    &fake::DEFECT,
    &fake::CONFLICT,
];

/// Functions that take one of a few words: which argument, and the words.
pub(crate) const WORDS: &[(&str, usize, &[&str])] = &[
    ("event::step", 0, &event::STEPS),
    ("event::document", 1, &event::CHANGES),
    (
        "failure::of",
        0,
        &[
            "internal",
            "usage",
            "config",
            "nothing-matched",
            "invalid-input",
            "check-failed",
            "git",
            "agent",
            "remote",
            "unfinished",
            "budget",
            "policy",
            "quota",
        ],
    ),
];

/// Status of a closed item.
const ITEM_STATUS: &[&str] =
    &["completed", "partial", "failed", "blocked", "unproven", "conflict", "needs_approval", "cancelled", "pending"];

const AGENT_STATUS: &[&str] = &fake::STATUSES;

const OUTCOME_STATUS: &[&str] =
    &["completed", "partial", "failed", "unproven", "rate_limited", "over_budget", "cancelled"];

const PRP_STATUS: &[&str] =
    &["planning", "in_progress", "completed", "partial", "failed", "blocked", "executed", "cancelled"];

const LEVELS: &[&str] = &["low", "medium", "high"];

const CLOSED_ITEM: &[Key] = &[
    key("id", Kind::Text),
    key("status", Kind::Word(ITEM_STATUS)),
    key("reason", Kind::Text),
    key("value", Kind::Any),
    key("duration", Kind::Float),
];

const EDGE: &[Key] = &[
    key("from", Kind::Text),
    key("to", Kind::Text),
    key("reason", Kind::Word(&["explicit", "file", "conflict"])),
    key("file", Kind::Optional(&Kind::Text)),
];

const GATE: &[Key] = &[
    key("level", Kind::Int),
    key("text", Kind::Text),
    key("command", Kind::Optional(&Kind::Text)),
    key("phase", Kind::Optional(&Kind::Int)),
];

const EXECUTED_PHASE: &[Key] = &[
    key("ordinal", Kind::Int),
    key("commit", Kind::Text),
    key("key", Kind::Text),
    key("passed", Kind::Flag),
    key("validation", Kind::Any),
];

const IN_HAND: &[Key] = &[key("by", Kind::Text), key("phase", Kind::Int), key("path", Kind::Text)];

const EXECUTED: &[Key] = &[
    key("id", Kind::Text),
    key("phases", Kind::List(&Kind::Keys(EXECUTED_PHASE))),
    key("merged", Kind::Optional(&Kind::Text)),
    key("has_merge", Kind::Flag),
    key("taken_out", Kind::Flag),
    key("kept_by_batch", Kind::Flag),
    key("in_hand", Kind::Optional(&Kind::Keys(IN_HAND))),
    key("reverted", Kind::List(&Kind::Int)),
    key("files", Kind::List(&Kind::Text)),
    key("files_known", Kind::Flag),
    key("first", Kind::Optional(&Kind::Text)),
    key("last", Kind::Optional(&Kind::Text)),
    key("hours", Kind::Optional(&Kind::Float)),
];

const COMMIT: &[Key] = &[
    key("commit", Kind::Text),
    key("parents", Kind::List(&Kind::Text)),
    key("time", Kind::Int),
    key("subject", Kind::Text),
    key("message", Kind::Text),
];

const HEAD: &[Key] = &[key("branch", Kind::Optional(&Kind::Text)), key("commit", Kind::Optional(&Kind::Text))];

const FOUND_LINE: &[Key] = &[key("found", Kind::List(&Kind::Any)), key("line", Kind::Int)];

const REQUESTED: &[Key] = &[key("method", Kind::Text), key("url", Kind::Text), key("body", Kind::Text)];

const CALL: &[Key] = &[
    key("agent", Kind::Text),
    key("item", Kind::Text),
    key("role", Kind::Text),
    key("phase", Kind::Any),
    key("attempt", Kind::Int),
    key("model", Kind::Any),
    key("session", Kind::Any),
    key("prompt", Kind::Text),
];

const SECTION: &[Key] = &[key("name", Kind::Text), key("text", Kind::Text)];

const FAKE_COMMIT: &[Key] = &[key("message", Kind::Text), key("files", Kind::List(&Kind::Text))];

const ROLE: &[Key] = &[
    key("tools", Kind::List(&Kind::Text)),
    key("model", Kind::Optional(&Kind::Text)),
    key("timeout", Kind::Optional(&Kind::Float)),
    key("schema", Kind::Optional(&Kind::Text)),
    key("body", Kind::Text),
];

/// What functions and properties return, where their signature says only `map` or `array`.
pub(crate) const RESULTS: &[(&str, Kind)] = &[
    ("prp::select", Kind::List(&Kind::Value("Prp"))),
    ("prp::statuses", Kind::List(&Kind::Text)),
    ("process::run", Kind::Keys(process::OUTPUT)),
    ("process::worker", Kind::List(&Kind::Text)),
    ("http::request", Kind::Keys(http::ANSWER)),
    ("agent::settings", Kind::Keys(agent_settings::SETTINGS.keys)),
    ("template::role", Kind::Keys(ROLE)),
    ("files::list", Kind::List(&Kind::Text)),
    ("files::walk", Kind::List(&Kind::Text)),
    ("files::glob", Kind::List(&Kind::Text)),
    ("git::branches", Kind::List(&Kind::Text)),
    ("git::head", Kind::Keys(HEAD)),
    ("fake::requests", Kind::List(&Kind::Keys(REQUESTED))),
    ("fake::executed", Kind::List(&Kind::List(&Kind::Text))),
    ("git::executed", Kind::List(&Kind::Keys(EXECUTED))),
    ("git::progress", Kind::List(&Kind::Keys(EXECUTED))),
    ("git::changed", Kind::List(&Kind::Text)),
    ("git::files", Kind::List(&Kind::Text)),
    ("git::folders", Kind::List(&Kind::Text)),
    ("git::log", Kind::List(&Kind::Keys(COMMIT))),
    ("document::sections", Kind::List(&Kind::Keys(SECTION))),
    ("fake::calls", Kind::List(&Kind::Keys(CALL))),
    ("fake::commits", Kind::List(&Kind::Keys(FAKE_COMMIT))),
    ("fake::notes", Kind::List(&Kind::Text)),
    ("Document.find", Kind::List(&Kind::Keys(FOUND_LINE))),
    ("Dag.order", Kind::List(&Kind::Text)),
    ("Dag.critical_path", Kind::List(&Kind::Text)),
    ("Dag.edges", Kind::List(&Kind::Keys(EDGE))),
    ("Worktree.in_hand", Kind::Optional(&Kind::Keys(IN_HAND))),
    ("Closed.items", Kind::List(&Kind::Keys(CLOSED_ITEM))),
    ("Answer.status", Kind::Word(AGENT_STATUS)),
    ("Answer.files", Kind::List(&Kind::Text)),
    ("Answer.denied", Kind::List(&Kind::Text)),
    ("Outcome.status", Kind::Word(OUTCOME_STATUS)),
    ("Prp.status", Kind::Optional(&Kind::Word(PRP_STATUS))),
    ("Prp.complexity", Kind::Optional(&Kind::Word(LEVELS))),
    ("Prp.phases", Kind::List(&Kind::Value("Phase"))),
    ("Prp.files", Kind::List(&Kind::Text)),
    ("Prp.dependencies", Kind::List(&Kind::Text)),
    ("Prp.conflicts_with", Kind::List(&Kind::Text)),
    ("Prp.problems", Kind::List(&Kind::Text)),
    ("Prp.format", Kind::Optional(&Kind::Text)),
    ("Prp.label", Kind::Optional(&Kind::Text)),
    ("Prp.assumed", Kind::List(&Kind::Text)),
    ("Prp.gates", Kind::List(&Kind::Keys(GATE))),
    ("Phase.gates", Kind::List(&Kind::Keys(GATE))),
    ("Plan.phases", Kind::List(&Kind::Value("PlanPhase"))),
    ("Plan.sub_plans", Kind::List(&Kind::Text)),
    ("Plan.problems", Kind::List(&Kind::Text)),
    ("Plan.format", Kind::Optional(&Kind::Text)),
    ("Plan.assumed", Kind::List(&Kind::Text)),
    ("PlanPhase.complexity", Kind::Optional(&Kind::Word(LEVELS))),
    ("PlanPhase.files", Kind::List(&Kind::Text)),
    ("PlanPhase.dependencies", Kind::List(&Kind::Text)),
    ("PlanPhase.steps", Kind::List(&Kind::Text)),
    ("PlanPhase.gates", Kind::List(&Kind::Keys(GATE))),
];

/// Functions that belong to one item: outside of the closure of `dag.run` they throw.
pub(crate) const ITEM_ONLY: &[&str] =
    &["agent::run", "git::worktree", "event::document", "event::issue", "event::progress"];

/// The map that `throw` takes.
pub(crate) const THROWN: &[Key] =
    &[key("message", Kind::Text), key("kind", Kind::Word(WORDS[2].2)), key("help", Kind::Optional(&Kind::Text))];
