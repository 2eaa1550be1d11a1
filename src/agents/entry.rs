//! The hidden way into this program: `batchprp builtin-agent NAME`.

use std::ffi::OsString;
use std::process::ExitCode;

use super::speaker::Speaker;
use super::task::AgentTask;
use super::{acp, fake, runbook, template};

/// First argument of that way.
const WORD: &str = "builtin-agent";

/// Runs the built-in agent that the arguments name; `None` when they are for somebody else.
pub fn main(argv: &[OsString]) -> Option<ExitCode> {
    if argv.get(1)? != WORD {
        return None;
    }
    let text = |arg: &OsString| arg.to_string_lossy().into_owned();
    let rest: Vec<String> = argv.iter().skip(3).map(text).collect();
    let mut speaker = Speaker::open();
    let code = match argv.get(2).map(text).as_deref() {
        Some("runbook") => AgentTask::open().and_then(|task| runbook::run(&task, &mut speaker)),
        Some("template") => AgentTask::open().and_then(|task| template::run(&task, &mut speaker)),
        Some("acp") => acp::run(&rest, &mut speaker),
        Some("fake") => fake::run(&rest, &mut speaker),
        name => Err(format!(
            "`{}` is no built-in agent; there are `acp`, `runbook`, `template` and `fake`",
            name.unwrap_or_default()
        )),
    };
    Some(match code {
        Ok(code) => ExitCode::from(code),
        Err(reason) => {
            speaker.finished(false, "protocol", &reason);
            ExitCode::from(2)
        }
    })
}
