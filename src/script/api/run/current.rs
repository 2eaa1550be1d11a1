//! Which attempt of which item this thread works for.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use rhai::Dynamic;

use crate::bridge::{Attempt, Origin};

thread_local! {
    static ATTEMPT: RefCell<Option<(Attempt, Dynamic)>> = const { RefCell::new(None) };
    static ADAPTER: Cell<bool> = const { Cell::new(false) };
    static READER: Cell<bool> = const { Cell::new(false) };
    static EXECUTOR: Cell<bool> = const { Cell::new(false) };
    static LOOKING: Cell<bool> = const { Cell::new(false) };
}

/// Makes this thread work for an attempt until the guard is dropped; `item` is what the recipe was given.
pub(crate) fn enter(attempt: Attempt, item: Dynamic) -> Entered {
    ATTEMPT.set(Some((attempt, item)));
    Entered
}

/// Ends the work of the thread for its item.
pub(crate) struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        ATTEMPT.set(None);
    }
}

/// Returns the attempt that this thread works for.
pub(crate) fn attempt() -> Origin {
    ATTEMPT.with_borrow(|current| current.as_ref().map(|(attempt, _)| attempt.clone()))
}

/// Returns the item that the recipe of this thread was given.
pub(crate) fn item() -> Option<Dynamic> {
    ATTEMPT.with_borrow(|current| current.as_ref().map(|(_, item)| item.clone()))
}

/// Runs something with a flag of this thread set.
fn within<T>(flag: &'static LocalKey<Cell<bool>>, work: impl FnOnce() -> T) -> T {
    let before = flag.replace(true);
    let result = work();
    flag.set(before);
    result
}

/// Runs a function of an adapter, which goes on while a run is being stopped but has a limit of its own.
pub(crate) fn as_adapter<T>(work: impl FnOnce() -> T) -> T {
    within(&ADAPTER, work)
}

pub(crate) fn in_adapter() -> bool {
    ADAPTER.get()
}

/// Runs a function of the reader of a format, which is bounded like an adapter and asks nobody.
pub(crate) fn as_reader<T>(work: impl FnOnce() -> T) -> T {
    within(&READER, || as_adapter(work))
}

pub(crate) fn in_reader() -> bool {
    READER.get()
}

/// Runs a function of an executor, which may start what outlives this program.
pub(crate) fn as_executor<T>(work: impl FnOnce() -> T) -> T {
    within(&EXECUTOR, work)
}

pub(crate) fn in_executor() -> bool {
    EXECUTOR.get()
}

/// Runs the search for the program of an agent, which is done in a dry run too.
pub(crate) fn looking<T>(work: impl FnOnce() -> T) -> T {
    within(&LOOKING, work)
}

pub(crate) fn is_looking() -> bool {
    LOOKING.get()
}
