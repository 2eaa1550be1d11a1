//! What an agent is told that calls this program from its shell tool.

use std::io::Write;

use super::detach;
use crate::cli::start::caller::caller;
use crate::cli::start::context::Context;
use crate::cli::start::terminal::Terminal;
use crate::event::kind::EventKind;
use crate::model::duration::show;
use crate::run::{Reporter, ReporterEvent};

/// Tells a calling agent that the batch will outlive its tool, as soon as the estimate is known.
pub fn hint(context: &Context) -> Option<Reporter> {
    let caller = caller().filter(|_| !detach::is_detached())?;
    let mut terminal = Terminal::new(&context.globals);
    Some(Box::new(move |told| {
        let ReporterEvent::Event(event) = told else { return };
        let EventKind::Graph { bound_hours, .. } = &event.kind else { return };
        let needed = bound_hours * 3600.0;
        if needed <= caller.limit.as_secs_f64() {
            return;
        }
        drop(writeln!(
            terminal.err,
            "hint: {}; this run needs about {}: start it with `--detach` and follow it with `batchprp status`",
            caller.habit(),
            show(needed)
        ));
    }))
}
