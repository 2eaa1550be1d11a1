//! The final summary of a run: one table, the totals, what needs a person, and the exact next commands.

use std::io::{self, Write};

use super::bound::lower_bound;
use super::checks;
use super::failure;
use super::life;
use super::style::{Sign, Style, Tone};
use super::table::{self, Cell};
use super::text::{count, dollars, line, numbered};
use crate::event::kind::{DocumentChange, ItemStatus};
use crate::event::{ItemView, RunView, Standing};
use crate::model::duration::show;

/// Lines of what a program said that stand in the summary; the rest is in its file.
const QUOTED: usize = 8;

/// Items whose gates have no command that are named; the table has all of them.
const BY_HAND: usize = 10;

/// Writes the summary. Parts without content are left out.
pub fn write(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let batch = state.batch.map_or_else(|| "Run".to_owned(), |batch| format!("Batch {batch}"));
    let (word, tone) = match state.end.as_ref().map(|end| end.exit_code) {
        Some(0) => ("complete", Tone::Good),
        Some(75 | 11) => ("paused", Tone::Warning),
        Some(8) => ("stopped, an agent is missing or not signed in", Tone::Bad),
        Some(130 | 143) => ("stopped", Tone::Warning),
        Some(_) if state.halted.is_some() => ("paused", Tone::Warning),
        Some(_) if !state.items.is_empty() && state.count(ItemStatus::Completed) == state.items.len() => {
            ("every item is complete, what comes after them is not", Tone::Warning)
        }
        Some(_) => ("finished with open items", Tone::Warning),
        None if state.interrupted.is_some() => ("interrupted, its process is gone", Tone::Warning),
        None => ("still running", Tone::Strong),
    };
    let why = state.end.as_ref().filter(|end| end.exit_code != 0).and_then(|_| life::limit(state, state.latest));
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    writeln!(out, "{}", style.paint(tone, &format!("{batch} {}: {word}{why}", line(&state.command, 40))))?;
    // What ran into a limit has no failure above that names the way on.
    if let Some(resume) =
        state.end.as_ref().filter(|end| matches!(end.exit_code, 11 | 75)).and_then(|end| end.resume.as_ref())
    {
        writeln!(out, "    next: {}", line(resume, 300))?;
    }
    items(state, style, out)?;
    totals(state, style, out)?;
    for_people(state, style, out)?;
    next_steps(state, style, out)
}

/// Writes one row an item.
fn items(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if state.items.is_empty() {
        return Ok(());
    }
    let head = ["item", "status", "phases", "checks", "score", "time", "tokens", "cost", "result"];
    let rows: Vec<Vec<Cell>> = state.items.iter().map(|item| row(item, style)).collect();
    writeln!(out)?;
    for line in table::lines(&head, &rows, style) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn row(item: &ItemView, style: Style) -> Vec<Cell> {
    let (sign, tone) = match &item.standing {
        Standing::Finished(status) => status_look(*status),
        Standing::Interrupted => (Sign::Warning, Tone::Warning),
        Standing::Running | Standing::Validating { .. } => (Sign::Working, Tone::Strong),
        Standing::Waiting | Standing::Ready => (Sign::Waiting, Tone::Dim),
    };
    let text = |known: Option<String>| Cell::plain(known.unwrap_or_default());
    let (done, of, is_open) = (item.done_phases(), item.info.phases, item.status() != Some(ItemStatus::Completed));
    // Why somebody has to look at an item stands below the table, with all that belongs to it.
    let is_told_below = item.status().is_some_and(is_for_people);
    let reason = if is_told_below { "" } else { item.reason.as_str() };
    let result = item.note().filter(|note| !note.is_empty()).unwrap_or(reason);
    vec![
        // What is read by a program or copied is not cut.
        Cell::named(line(&item.info.name, if style.breaks { 40 } else { 200 }), line(&item.info.id, 40)),
        Cell::toned(format!("{} {}", style.mark(sign), item.standing.words()), tone),
        text((of > 0 && (done > 0 || is_open && item.phase.is_some())).then(|| format!("{done}/{of}"))),
        Cell::plain(checks::short(item)),
        text(item.score().map(|score| format!("{score:.1}/10"))),
        text((item.duration > 0.0).then(|| show(item.duration))),
        text(item.usage.tokens.map(|tokens| count(tokens.total()))),
        text(item.usage.cost.map(dollars)),
        Cell::long(line(result, if style.breaks { 60 } else { 200 })),
    ]
}

/// Returns the mark and the tone of a status.
pub fn status_look(status: ItemStatus) -> (Sign, Tone) {
    match status {
        ItemStatus::Completed => (Sign::Good, Tone::Good),
        ItemStatus::Failed => (Sign::Bad, Tone::Bad),
        ItemStatus::Partial | ItemStatus::Unproven | ItemStatus::Conflict | ItemStatus::NeedsApproval => {
            (Sign::Warning, Tone::Warning)
        }
        ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => (Sign::Waiting, Tone::Dim),
    }
}

/// Tells whether somebody has to do something about an item: what waits only goes on with the next run.
fn is_for_people(status: ItemStatus) -> bool {
    match status {
        ItemStatus::Failed
        | ItemStatus::Partial
        | ItemStatus::Unproven
        | ItemStatus::Conflict
        | ItemStatus::NeedsApproval => true,
        ItemStatus::Completed | ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => false,
    }
}

fn totals(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let all = [
        ItemStatus::Completed,
        ItemStatus::Partial,
        ItemStatus::Failed,
        ItemStatus::Blocked,
        ItemStatus::Unproven,
        ItemStatus::Conflict,
        ItemStatus::NeedsApproval,
        ItemStatus::Cancelled,
        ItemStatus::Pending,
    ];
    let always = [ItemStatus::Completed, ItemStatus::Partial, ItemStatus::Failed, ItemStatus::Blocked];
    let counts = all.into_iter().filter(|status| always.contains(status) || state.count(*status) > 0);
    let counts = counts.map(|status| format!("{} {}", state.count(status), status.words()));
    let open = [Standing::Interrupted, Standing::Running, Standing::Ready, Standing::Waiting].into_iter().map(|open| {
        let is_so = |item: &&ItemView| match item.standing {
            Standing::Validating { .. } => open == Standing::Running,
            _ => item.standing == open,
        };
        (state.items.iter().filter(is_so).count(), open.words())
    });
    let open = open.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let counts: Vec<String> = counts.chain(open).collect();
    let total = format!("Total: {} ({})", numbered(state.items.len(), "item"), counts.join(", "));
    writeln!(out, "\n{}", style.fold(&total, 7))?;
    writeln!(out, "{}", style.fold(&format!("Time:  {}", times(state, style)), 7))?;
    for (name, counts) in [("Files", files(state)), ("Issues", issues(state))] {
        if !counts.is_empty() {
            writeln!(out, "{name}: {}", counts.join(", "))?;
        }
    }
    if state.items.iter().any(|item| item.score().is_some()) {
        let told = "Score: out of 10; what takes points away stands with the findings, in the report of the review";
        writeln!(out, "{}", style.fold(told, 7))?;
    }
    let usage = state.usage();
    if let Some(tokens) = usage.tokens {
        let told = format!(
            "Tokens: {} ({} input, {} cache read, {} cache write, {} output)",
            count(tokens.total()),
            count(tokens.input),
            count(tokens.cache_read),
            count(tokens.cache_write),
            count(tokens.output)
        );
        writeln!(out, "{}", style.fold(&told, 7))?;
    }
    if let Some(cost) = usage.cost {
        let (about, why) = if usage.estimated { (style.mark(Sign::About), " (estimated)") } else { ("", "") };
        writeln!(out, "Cost:  {about}{}{why}", dollars(cost))?;
    }
    Ok(())
}

/// Counts the documents that were written.
fn files(state: &RunView) -> Vec<String> {
    let changes: Vec<DocumentChange> = state.items.iter().flat_map(|item| item.documents.values().copied()).collect();
    let kinds = [
        (DocumentChange::Created, "written"),
        (DocumentChange::Changed, "changed"),
        (DocumentChange::Unchanged, "unchanged"),
    ];
    counted(kinds.map(|(kind, word)| (changes.iter().filter(|change| **change == kind).count(), word)))
}

/// Counts the issues of a tracker.
fn issues(state: &RunView) -> Vec<String> {
    let all: Vec<bool> = state.items.iter().filter_map(|item| Some(item.issue.as_ref()?.1)).collect();
    let opened = all.iter().filter(|opened| **opened).count();
    counted([(opened, "opened"), (all.len() - opened, "there already")])
}

fn counted<const N: usize>(counts: [(usize, &str); N]) -> Vec<String> {
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
}

/// Sets the makespan against the lower bound of the measured times and against doing one after another.
fn times(state: &RunView, style: Style) -> String {
    let makespan = state.elapsed(None);
    let sequential: f64 = state.items.iter().map(|item| item.duration).sum();
    if sequential <= 0.0 || makespan <= 0.0 {
        return show(makespan);
    }
    format!(
        "{} (at best {}, one after another {}, {:.1}{})",
        show(makespan),
        show(lower_bound(state, state.latest)),
        show(sequential),
        sequential / makespan,
        style.mark(Sign::Times)
    )
}

/// Names what a person has to look at: reason, what was said about it, file and command.
fn for_people(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let open: Vec<&ItemView> = state.items.iter().filter(|item| item.status().is_some_and(is_for_people)).collect();
    let by_hand: Vec<&ItemView> = state.items.iter().filter(|item| checks::is_by_hand(item)).collect();
    if open.is_empty() && by_hand.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nFor a person:")?;
    for item in open {
        let status = item.status().unwrap_or(ItemStatus::Pending);
        let (sign, tone) = status_look(status);
        let why = if item.reason.is_empty() { String::new() } else { format!(": {}", line(&item.reason, 300)) };
        let mark = style.paint(tone, style.mark(sign));
        let place = failure::place(item);
        let told = format!("  {mark} {} {}{place}{why}", line(&item.info.name, 60), status.words());
        writeln!(out, "{}", style.fold(&told, 6))?;
        if let Some(words) = item.last_words.as_ref().filter(|_| failure::next(item, state).is_some()) {
            let said = failure::beyond(&item.reason, &words.lines);
            for line in failure::quoted(&failure::ends(said, QUOTED), words.file.as_ref()) {
                writeln!(out, "  {line}")?;
            }
        }
        if let Some(next) = failure::next(item, state) {
            writeln!(out, "      next: {}", line(&next, 300))?;
        }
    }
    for item in by_hand.iter().take(BY_HAND) {
        let name = line(&item.info.name, 60);
        for ((phase, level), gates) in &item.by_hand {
            let gates = line(&gates.join("; "), 200);
            let mark = style.mark(Sign::Info);
            let told = format!("  {mark} {name}: to be checked by hand (L{level}, phase {phase}): {gates}");
            writeln!(out, "{}", style.fold(&told, 6))?;
        }
    }
    if by_hand.len() > BY_HAND {
        writeln!(out, "  {} and {} more: the column checks", style.mark(Sign::Info), by_hand.len() - BY_HAND)?;
    }
    Ok(())
}

fn next_steps(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let in_hand = state.items.iter().find(|item| item.in_hand);
    let give = in_hand.and_then(|item| failure::next(item, state));
    let steps: Vec<&String> =
        state.end.iter().flat_map(|end| &end.next).chain(give.as_ref().or(state.resume())).collect();
    if let Some(reason) = &state.halted {
        writeln!(out, "\n{}", style.fold(&format!("Paused: {}", line(reason, 400)), 2))?;
    }
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNext:")?;
    for step in steps {
        writeln!(out, "  {}", line(step, 400))?;
    }
    Ok(())
}
