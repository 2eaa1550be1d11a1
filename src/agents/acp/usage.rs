//! Tokens and cost of a turn, as far as the agent tells them.

use serde_json::Value;

use crate::model::agent::{AgentEvent, Scope};
use crate::model::usage::Tokens;

/// Reads the tokens of a turn out of the answer to its prompt: where the protocol has them, or where agents put them
/// before it had a place.
pub(super) fn of_turn(answer: &Value) -> Option<AgentEvent> {
    let places = [&answer["usage"], &answer["_meta"]["usage"], &answer["_meta"]["quota"]["token_count"]];
    read(places.into_iter().find(|told| told.is_object())?)
}

/// Reads the tokens of one answer of the model, which some agents tell with their updates and not at the end.
pub(super) fn of_step(update: &Value) -> Option<AgentEvent> {
    read(Some(&update["_meta"]["usage"]).filter(|told| told.is_object())?)
}

fn read(told: &Value) -> Option<AgentEvent> {
    let count = |names: &[&str]| names.iter().find_map(|name| told[*name].as_u64());
    let input = count(&["inputTokens", "input_tokens", "promptTokens"])?;
    let cached = count(&["cachedReadTokens", "cached_read_tokens", "cachedTokens", "cached_tokens"]).unwrap_or(0);
    let written = count(&["cachedWriteTokens", "cached_write_tokens"]).unwrap_or(0);
    let output = count(&["outputTokens", "output_tokens", "candidatesTokens"]).unwrap_or(0);
    let thought = count(&["thoughtTokens", "thought_tokens", "thoughtsTokens"]).unwrap_or(0);
    let total = count(&["totalTokens", "total_tokens"]);
    // Some count what was cached as input, others beside it, and so it is with thoughts and the output.
    let apart = total.is_none_or(|total| total >= input + cached + written + output);
    let fresh = if apart { input } else { input.saturating_sub(cached + written) };
    let beside = total.is_some_and(|total| total >= fresh + cached + written + output + thought);
    let output = if beside { output + thought } else { output };
    let tokens = Tokens { input: fresh, cache_read: cached, cache_write: written, output };
    Some(AgentEvent::Usage { scope: Scope::Run, model: None, tokens })
}

/// Reads the cost of the session so far; other currencies than US dollars have no place.
pub(super) fn cost(update: &Value) -> Option<AgentEvent> {
    let cost = &update["cost"];
    let dollars = cost["currency"].as_str().is_some_and(|currency| currency.eq_ignore_ascii_case("usd"));
    dollars.then(|| Some(AgentEvent::Cost { scope: Scope::Session, usd: cost["amount"].as_f64()? }))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tokens(answer: &Value) -> Option<(u64, u64, u64, u64)> {
        match of_turn(answer)? {
            AgentEvent::Usage { tokens, .. } => {
                Some((tokens.input, tokens.cache_read, tokens.cache_write, tokens.output))
            }
            _ => None,
        }
    }

    #[test]
    fn what_is_cached_is_counted_once() {
        let apart = json!({ "inputTokens": 10, "cachedReadTokens": 4, "outputTokens": 3, "totalTokens": 17 });
        assert_eq!(tokens(&json!({ "usage": apart })), Some((10, 4, 0, 3)));
        let within = json!({ "inputTokens": 10, "cachedReadTokens": 4, "outputTokens": 3, "totalTokens": 13 });
        assert_eq!(tokens(&json!({ "_meta": { "usage": within } })), Some((6, 4, 0, 3)));
        let quota = json!({ "quota": { "token_count": { "input_tokens": 7, "output_tokens": 2 } } });
        assert_eq!(tokens(&json!({ "_meta": quota })), Some((7, 0, 0, 2)));
        let thought = json!({ "inputTokens": 5, "outputTokens": 3, "thoughtTokens": 2, "totalTokens": 10 });
        assert_eq!(tokens(&json!({ "usage": thought })), Some((5, 0, 0, 5)));
        assert_eq!(tokens(&json!({ "stopReason": "end_turn" })), None);
    }

    #[test]
    fn only_dollars_are_a_cost() {
        let told = |currency: &str| cost(&json!({ "cost": { "amount": 0.5, "currency": currency } }));
        assert_eq!(told("USD"), Some(AgentEvent::Cost { scope: Scope::Session, usd: 0.5 }));
        assert_eq!((told("EUR"), cost(&json!({}))), (None, None));
    }
}
