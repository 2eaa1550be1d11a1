//! `pad` and `blob`, which make something of any length in one step: they refuse what would be too large before they do.

use rhai::plugin::*;
use rhai::{Array, Blob, Dynamic, INT, ImmutableString};

use crate::script::api::native::{Thrown, state};
use crate::script::growth::Sizes;

fn length(of: INT) -> usize {
    usize::try_from(of).unwrap_or(0)
}

fn allow(context: &NativeCallContext, sizes: Sizes) -> Thrown<()> {
    state(context).map_or(Ok(()), |state| sizes.within(&state.limits))
}

fn fill(context: &NativeCallContext, text: &mut ImmutableString, to: INT, with: &str) -> Thrown<()> {
    let there = text.chars().count();
    let missing = length(to).saturating_sub(there);
    // A character has at least one byte.
    allow(context, Sizes { text: text.len().saturating_add(missing), ..Sizes::default() })?;
    if !with.is_empty() {
        text.make_mut().extend(with.chars().cycle().take(missing));
    }
    Ok(())
}

#[export_module]
pub(crate) mod module {
    /// Makes a text so many characters long, with a character behind it.
    ///
    /// ```rhai
    /// let name = "exe";
    /// name.pad(6, '.');
    /// print(name); // → exe...
    /// ```
    #[rhai_fn(name = "pad", return_raw)]
    pub fn pad_with_character(
        context: NativeCallContext,
        text: &mut ImmutableString,
        length: INT,
        with: char,
    ) -> Thrown<()> {
        fill(&context, text, length, with.encode_utf8(&mut [0; 4]))
    }

    /// Makes a text so many characters long, with another text behind it, again and again.
    ///
    /// ```rhai
    /// let line = "";
    /// line.pad(5, "-=");
    /// print(line); // → -=-=-
    /// ```
    #[rhai_fn(name = "pad", return_raw)]
    pub fn pad_with_text(
        context: NativeCallContext,
        text: &mut ImmutableString,
        length: INT,
        with: &str,
    ) -> Thrown<()> {
        fill(&context, text, length, with)
    }

    /// Makes an array so many elements long, with copies of a value behind it.
    ///
    /// ```rhai
    /// let list = [1];
    /// list.pad(3, 0);
    /// print(list); // → [1, 0, 0]
    /// ```
    #[rhai_fn(name = "pad", return_raw)]
    pub fn pad_array(context: NativeCallContext, array: &mut Array, length: INT, with: Dynamic) -> Thrown<()> {
        let length = super::length(length);
        let mut whole = Sizes { elements: array.len().max(length), ..Sizes::default() };
        whole.add_copies(&with, length.saturating_sub(array.len()));
        allow(&context, whole)?;
        if length > array.len() {
            array.resize(length, with);
        }
        Ok(())
    }

    /// Returns so many bytes that are 0.
    ///
    /// ```rhai
    /// print(blob(3).len()); // → 3
    /// ```
    #[rhai_fn(name = "blob", return_raw)]
    pub fn zeroes(context: NativeCallContext, length: INT) -> Thrown<Blob> {
        bytes(context, length, 0)
    }

    /// Returns so many bytes of one value.
    ///
    /// ```rhai
    /// print(blob(2, 7).to_array()); // → [7, 7]
    /// ```
    #[rhai_fn(name = "blob", return_raw)]
    pub fn bytes(context: NativeCallContext, length: INT, value: INT) -> Thrown<Blob> {
        let length = super::length(length);
        allow(&context, Sizes { elements: length, ..Sizes::default() })?;
        Ok(vec![u8::try_from(value & 0xff).unwrap_or_default(); length])
    }
}
