//! How large the values of a script become, at a price that grows with them and not with their square.
//!
//! The engine itself can bound values, but then it adds up the whole of a value each time that it is touched: a loop that
//! fills an array costs the square of its length. Here the memory that the thread of the script holds is counted as it is
//! taken, which costs nothing, and only when that has grown by a part are the values looked through.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, Position};

use super::limits::Limits;

/// Least growth in bytes between two looks.
const STEP: isize = 64 * 1024;
/// The part of what is held by which it grows between two looks: a quarter.
const PART: isize = 4;

thread_local! {
    // Bytes that this thread took and did not give back; what other threads give back for it stays counted.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static NEXT: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static MEMORY: Counted = Counted;

/// The allocator of the system, with a count of what each thread holds.
struct Counted;

fn count(bytes: isize) {
    // A thread that ends has no count any more, and gives back what is left.
    HELD.try_with(|held| held.set(held.get().wrapping_add(bytes))).ok();
}

#[expect(unsafe_code, reason = "an allocator is unsafe by nature")]
// SAFETY: everything is the system's allocator; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.cast_signed() - layout.size().cast_signed());
        // SAFETY: the caller keeps the same contract.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller keeps the same contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What is in a value, all in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Bytes.
    pub(crate) text: usize,
    pub(crate) elements: usize,
    pub(crate) keys: usize,
}

impl Sizes {
    pub(crate) fn add(&mut self, value: &Dynamic) {
        // What a method that runs is changing cannot be looked at; it will be, the next time.
        if value.is_locked() {
            return;
        }
        if let Some(text) = value.read_lock::<ImmutableString>() {
            self.text += text.len();
        } else if let Some(array) = value.read_lock::<Array>() {
            self.elements += array.len();
            array.iter().for_each(|value| self.add(value));
        } else if let Some(map) = value.read_lock::<Map>() {
            self.keys += map.len();
            map.values().for_each(|value| self.add(value));
        } else if let Some(blob) = value.read_lock::<rhai::Blob>() {
            self.elements += blob.len();
        }
    }

    /// Adds so many copies of a value.
    pub(crate) fn add_copies(&mut self, value: &Dynamic, copies: usize) {
        let mut one = Self::default();
        one.add(value);
        self.text = self.text.saturating_add(one.text.saturating_mul(copies));
        self.elements = self.elements.saturating_add(one.elements.saturating_mul(copies));
        self.keys = self.keys.saturating_add(one.keys.saturating_mul(copies));
    }

    /// Refuses what is larger than the limits allow.
    pub(crate) fn within(self, limits: &Limits) -> Result<(), Box<EvalAltResult>> {
        let too_large = |what: &str| Err(Box::new(EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE)));
        if self.text > limits.string {
            return too_large("string");
        }
        if self.elements > limits.array {
            return too_large("array");
        }
        if self.keys > limits.map {
            return too_large("map");
        }
        Ok(())
    }
}

/// Ends a script whose values become larger than the limits allow.
pub(super) fn bound(engine: &mut Engine, limits: Limits) {
    #[expect(deprecated, reason = "it may change with the engine, and there is no other way to see the variables")]
    engine.on_var(move |_, _, context| {
        let held = HELD.get();
        if held < NEXT.get() {
            return Ok(None);
        }
        for (_, _, value) in context.scope().iter_raw() {
            look(value, &limits)?;
        }
        if let Some(value) = context.this_ptr() {
            look(value, &limits)?;
        }
        NEXT.set(held + STEP.max(held / PART));
        Ok(None)
    });
}

fn look(value: &Dynamic, limits: &Limits) -> Result<(), Box<EvalAltResult>> {
    let mut sizes = Sizes::default();
    sizes.add(value);
    sizes.within(limits)
}
