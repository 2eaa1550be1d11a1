//! `contains` (the word `in`) and `index_of` for arrays. The language's own call a function for each element, which
//! makes the loops of a command hundreds of times dearer than what they compare.

use rhai::plugin::*;
use rhai::{Array, Dynamic, EvalAltResult, INT, ImmutableString};

use crate::script::api::native::Thrown;

/// Compares two values of one simple type; `None` where only the engine knows what equality means.
fn simple(left: &Dynamic, right: &Dynamic) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.read_lock::<ImmutableString>(), right.read_lock::<ImmutableString>()) {
        return Some(*left == *right);
    }
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        return Some(left == right);
    }
    // Nothing but `()` equals `()`.
    (left.is_unit() || right.is_unit()).then(|| left.is_unit() && right.is_unit())
}

fn equal(context: &NativeCallContext, element: &mut Dynamic, value: &Dynamic) -> Thrown<bool> {
    if let Some(equal) = simple(element, value) {
        return Ok(equal);
    }
    let is_other_type = element.type_id() != value.type_id();
    match context.call_native_fn_raw("==", true, &mut [element, &mut value.clone()]) {
        Ok(equal) => Ok(equal.as_bool().unwrap_or(false)),
        // Values of two types that cannot be compared are two.
        Err(error) if is_other_type && matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn position(context: &NativeCallContext, array: &mut Array, value: &Dynamic) -> Thrown<Option<usize>> {
    for (at, element) in array.iter_mut().enumerate() {
        if equal(context, element, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

#[export_module]
pub(crate) mod module {
    /// Tells whether an array holds a value; `value in array` says the same.
    ///
    /// ```rhai
    /// print("b" in ["a", "b"]); // → true
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn contains(context: NativeCallContext, array: &mut Array, value: Dynamic) -> Thrown<bool> {
        position(&context, array, &value).map(|at| at.is_some())
    }

    /// Returns the place of the first element that equals a value, or -1.
    ///
    /// ```rhai
    /// print(["a", "b"].index_of("b")); // → 1
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn index_of(context: NativeCallContext, array: &mut Array, value: Dynamic) -> Thrown<INT> {
        let at = position(&context, array, &value)?;
        Ok(at.map_or(-1, |at| INT::try_from(at).unwrap_or(INT::MAX)))
    }
}
