//! Small conversions from the core's data to script values: unknown is `()`.

use rhai::{Array, Dynamic, Map};

use crate::bridge::InHand;
use crate::model::gate::Gate;
use crate::model::problem::Problem;

/// Returns `()` for nothing.
pub(crate) fn optional<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}

pub(crate) fn texts<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Array {
    values.into_iter().map(|value| Dynamic::from(value.into())).collect()
}

/// Returns plain data as a script value.
pub(crate) fn data(value: &impl serde::Serialize) -> Dynamic {
    rhai::serde::to_dynamic(value).unwrap_or(Dynamic::UNIT)
}

/// Returns a phase that a person carries out as a map `#{ by, phase, path }`, or `()`.
pub(crate) fn hand_map(hand: Option<InHand>) -> Dynamic {
    let Some(InHand { by, phase, path }) = hand else { return Dynamic::UNIT };
    let path = path.display().to_string();
    let entries =
        [("by".into(), by.into()), ("phase".into(), Dynamic::from(i64::from(phase))), ("path".into(), path.into())];
    entries.into_iter().collect::<Map>().into()
}

/// Returns gates as maps `#{ level, text, command, phase }`.
pub(crate) fn gates<'g>(gates: impl IntoIterator<Item = &'g Gate>) -> Array {
    let gate = |gate: &Gate| {
        let mut map = Map::new();
        map.insert("level".into(), i64::from(gate.level).into());
        map.insert("text".into(), gate.text.clone().into());
        map.insert("command".into(), optional(gate.command.clone()));
        map.insert("phase".into(), optional(gate.phase.map(i64::from)));
        Dynamic::from_map(map)
    };
    gates.into_iter().map(gate).collect()
}

/// Returns problems as one text each: `line 12: missing Goal`.
pub(crate) fn messages(text: &str, problems: &[Problem]) -> Vec<String> {
    let message = |problem: &Problem| {
        let before = problem.span.as_ref().and_then(|span| text.get(..span.start));
        match before {
            Some(before) => format!("line {}: {}", before.matches('\n').count() + 1, problem.message),
            None => problem.message.clone(),
        }
    };
    problems.iter().map(message).collect()
}
