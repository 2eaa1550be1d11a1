//! Numbers that are none: what the parsers of the standard library say of them is no sentence for people.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::{Error, ExitCode};

/// What a parser says, what that means, and a value that it takes.
const SAID: [(&str, &str, &str); 6] = [
    ("invalid digit found in string", "is not a whole number", "1"),
    ("cannot parse integer from empty string", "is not a whole number", "1"),
    ("number too large to fit in target type", "is too large", "1"),
    ("number too small to fit in target type", "is too small", "1"),
    ("invalid float literal", "is not a number", "1.5"),
    ("cannot parse float from empty string", "is not a number", "1.5"),
];

/// Says of an argument that is to be a number what is wrong with it.
pub fn refusal(error: &clap::Error) -> Option<Error> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (arg, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    let why = std::error::Error::source(error)?.to_string();
    let (_, what, example) = SAID.iter().find(|(said, ..)| *said == why)?;
    let flag = arg.split(' ').next().filter(|word| word.starts_with('-')).map(|word| format!("{word} "));
    let help = format!("such as `{}{example}`", flag.unwrap_or_default());
    Some(Error::new(ExitCode::Usage, format!("`{arg}`: `{value}` {what}")).help(help))
}
