//! The cases that are recorded: what the model does, and what the agent may do.

/// Whether and how the agent is stopped, once the model hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    No,
    /// As batchprp asks this agent to stop.
    Gently,
    /// With SIGKILL.
    Killed,
}

pub struct Case {
    pub name: &'static str,
    /// One line for the table in the documentation.
    pub about: &'static str,
    pub script: &'static str,
    /// The script of a second run in the same session, which is the one that is kept.
    pub resumed_with: Option<&'static str>,
    pub may_edit: bool,
    pub max_turns: Option<u32>,
    pub max_cost: Option<f64>,
    pub stop: Stop,
    /// The agents that can do this; all of them when empty.
    pub agents: &'static [&'static str],
}

const PLAIN: Case = Case {
    name: "",
    about: "",
    script: "",
    resumed_with: None,
    may_edit: true,
    max_turns: None,
    max_cost: None,
    stop: Stop::No,
    agents: &[],
};

const WORK: &str = r#"{"steps":[{"write":["a.txt","one\n"]},{"bash":"echo two > b.txt"}],"say":"Both files are written.","usage":{"input":1000,"cache_read":400,"output":50}}"#;

pub const CASES: [Case; 19] = [
    Case { name: "success", about: "two tools, then an answer", script: WORK, ..PLAIN },
    Case {
        name: "failed_tool",
        about: "a command fails, the agent says so",
        script: r#"{"steps":[{"bash":"exit 3"}],"say":"The command failed."}"#,
        ..PLAIN
    },
    Case {
        name: "denied_tools",
        about: "the role may only read, the model wants to write",
        script: r#"{"steps":[{"write":["a.txt","one\n"]},{"bash":"echo two > b.txt"}],"say":"I could not write."}"#,
        may_edit: false,
        ..PLAIN
    },
    Case {
        name: "retry_then_success",
        about: "one 429, then fine",
        script: r#"{"say":"It worked at last.","fault":"429","times":1,"retry_after":1}"#,
        ..PLAIN
    },
    Case { name: "rate_limited", about: "429 every time", script: r#"{"fault":"429","retry_after":1}"#, ..PLAIN },
    Case { name: "quota", about: "the quota is used up (429)", script: r#"{"fault":"quota"}"#, ..PLAIN },
    Case { name: "unauthorized", about: "401", script: r#"{"fault":"401"}"#, ..PLAIN },
    Case { name: "overloaded", about: "500 every time", script: r#"{"fault":"500"}"#, ..PLAIN },
    Case { name: "prompt_too_long", about: "the prompt is too long (400)", script: r#"{"fault":"toolong"}"#, ..PLAIN },
    Case { name: "refusal", about: "the model refuses", script: r#"{"fault":"refuse"}"#, ..PLAIN },
    Case {
        name: "max_tokens",
        about: "every answer is cut off at its limit",
        script: r#"{"fault":"maxtok"}"#,
        ..PLAIN
    },
    Case { name: "empty_answer", about: "an empty answer", script: r#"{"fault":"empty"}"#, ..PLAIN },
    Case {
        name: "disconnected",
        about: "the connection drops in the middle of an answer, once",
        script: r#"{"say":"It worked at the second try.","fault":"disconnect","times":1}"#,
        ..PLAIN
    },
    Case {
        name: "max_turns",
        about: "one turn is allowed, two are needed",
        script: WORK,
        max_turns: Some(1),
        agents: &["claude", "gemini", "qwen"],
        ..PLAIN
    },
    Case {
        name: "max_budget",
        about: "the money is used up",
        script: r#"{"steps":[{"bash":"true"},{"bash":"true"}],"say":"Done.","usage":{"input":1000000,"output":50000}}"#,
        max_cost: Some(0.01),
        agents: &["claude"],
        ..PLAIN
    },
    Case {
        name: "two_results",
        about: "a command in the background ends after the answer",
        script: r#"{"steps":[{"tool":["Bash",{"command":"sleep 5; echo late > late.txt","description":"a step","run_in_background":true}]}],"say":"It is under way."}"#,
        agents: &["claude"],
        ..PLAIN
    },
    Case {
        name: "stopped",
        about: "stopped by batchprp while the model is silent",
        script: r#"{"steps":[{"write":["a.txt","one\n"]}],"fault":"hang","at":1}"#,
        stop: Stop::Gently,
        ..PLAIN
    },
    Case {
        name: "killed",
        about: "killed by SIGKILL while the model is silent",
        script: r#"{"steps":[{"write":["a.txt","one\n"]}],"fault":"hang","at":1}"#,
        stop: Stop::Killed,
        ..PLAIN
    },
    Case {
        name: "resumed",
        about: "a second run in the same session",
        script: WORK,
        resumed_with: Some(
            r#"{"steps":[{"bash":"cat a.txt"}],"say":"It is still there.","usage":{"input":3000,"cache_read":500,"output":70}}"#,
        ),
        ..PLAIN
    },
];
