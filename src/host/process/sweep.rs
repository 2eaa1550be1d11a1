//! Kills what dead runs left behind.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{Uid, getpid};

use super::table::{self, Process};
use super::{kill, marker};

/// Kills every process of ours that carries the marker of a run that `is_dead`, with everything below it; never this
/// process or one of its ancestors. Blocks until they are gone. Returns the pids that were found.
pub fn sweep(is_dead: impl Fn(&str) -> bool) -> Vec<i32> {
    let found = std::cell::RefCell::new(BTreeSet::new());
    let uid = Uid::current().as_raw();
    kill::until_empty(|| {
        let all = table::snapshot();
        let spared = table::with_ancestors(&all, getpid().as_raw());
        let marked = |process: &&Process| {
            let ours = std::fs::metadata(format!("/proc/{}", process.pid)).is_ok_and(|facts| facts.uid() == uid);
            let environ = if ours { table::environment(process.pid) } else { None };
            environ.is_some_and(|environ| marker::run_of(&environ).is_some_and(&is_dead))
        };
        let candidates = all.iter().filter(|process| !spared.contains(&process.pid));
        let mut set: BTreeSet<i32> = candidates.filter(marked).map(|process| process.pid).collect();
        table::close_over_children(&all, &mut set);
        let leftovers = all.into_iter().filter(|process| set.contains(&process.pid) && process.is_alive());
        let leftovers: Vec<Process> = leftovers.filter(|process| !spared.contains(&process.pid)).collect();
        found.borrow_mut().extend(leftovers.iter().map(|process| process.pid));
        leftovers
    });
    found.into_inner().into_iter().collect()
}
