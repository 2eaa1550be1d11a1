//! Kills what dead runs left behind.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{Uid, getpid};

use super::table::{self, Process};
use super::{Marker, kill, marker};

/// Kills every process of ours that carries the marker or the brand of a run that is dead, with everything below it;
/// never this process or one of its ancestors. Blocks until they are gone. Returns the pids that were found.
pub fn sweep(dead: &str) -> Vec<i32> {
    let brand = Marker { run: dead.to_owned(), ..Marker::default() }.brand();
    let found = std::cell::RefCell::new(BTreeSet::new());
    let uid = Uid::current().as_raw();
    kill::until_empty(|| {
        let all = table::snapshot();
        let spared = table::with_ancestors(&all, getpid().as_raw());
        let marked = |process: &&Process| {
            let ours = std::fs::metadata(format!("/proc/{}", process.pid)).is_ok_and(|facts| facts.uid() == uid);
            let is_marked = || table::environment(process.pid).is_some_and(|e| marker::run_of(&e) == Some(dead));
            ours && (table::lock_limit(process.pid).is_some_and(|number| brand.is_run(number)) || is_marked())
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
