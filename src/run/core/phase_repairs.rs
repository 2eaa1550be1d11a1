//! How often what failed went back to the agent of one phase, and whether it may again.

use crate::bridge::RunOptions;
use crate::evidence::FailureWords;
use crate::model::usage::{Tokens, Usage};

/// The repairs of one phase of an item in one run.
#[derive(Debug, Default)]
pub(crate) struct PhaseRepairs {
    count: u32,
    /// An agent was called for the phase in this run.
    called: bool,
    /// What goes back to the agent, until its call came to an end.
    given: Option<FailureWords>,
    /// What an agent was given and, by its own account, dealt with.
    dealt_with: Option<FailureWords>,
    /// What the dearest call of the phase used.
    dearest: Usage,
}

impl PhaseRepairs {
    /// Notes the start of a call.
    pub(crate) fn begin(&mut self) {
        self.called = true;
    }

    /// Notes the end of a call. One that came to no good end, as by a time-out, says nothing about what it was given: that
    /// is still to be mended, and the retry that follows is what is counted.
    pub(crate) fn end(&mut self, is_good: bool, used: Usage) {
        if is_good {
            self.dealt_with = self.given.take();
        } else if self.given.take().is_some() {
            self.count = self.count.saturating_sub(1);
        }
        let tokens = |usage: Usage| usage.tokens.map(Tokens::total);
        if tokens(used) > tokens(self.dearest) {
            self.dearest.tokens = used.tokens;
        }
        if used.cost > self.dearest.cost {
            self.dearest.cost = used.cost;
        }
    }

    /// Returns what the repair that is under way may take, as far as the calls so far can tell.
    pub(crate) fn reserved(&self) -> Usage {
        if self.given.is_some() { self.dearest } else { Usage::default() }
    }

    /// Counts one more repair and returns its number, or says why there is none; empty where nobody wants any. What an
    /// earlier run left goes back to an agent in any case: somebody started the run for that.
    pub(crate) fn next(&mut self, words: &FailureWords, options: &RunOptions, spent: Usage) -> Result<u32, String> {
        if self.called {
            let times = || if self.count == 1 { "1 repair".to_owned() } else { format!("{} repairs", self.count) };
            if options.repairs == 0 {
                return Err(String::new());
            }
            if self.dealt_with.as_ref() == Some(words) {
                return Err(format!("still the same after {}", times()));
            }
            if self.count >= options.repairs {
                return Err(format!("{} did not mend it", times()));
            }
        }
        if let Some(limit) = self.limit(options, spent) {
            return Err(format!("not repaired: {limit}"));
        }
        self.given = Some(words.clone());
        self.count += 1;
        Ok(self.count)
    }

    /// Tells which limit of the budget one more call would go over, as far as the calls so far can tell.
    fn limit(&self, options: &RunOptions, spent: Usage) -> Option<String> {
        let cost = options.max_cost.zip(spent.cost).map(|(limit, spent)| (limit, spent, self.dearest.cost));
        if let Some((limit, spent, next)) = cost
            && spent + next.unwrap_or_default() > limit
        {
            return Some(format!(
                "${spent:.2} of ${limit:.2} are spent, and it may take ${:.2}",
                next.unwrap_or_default()
            ));
        }
        let total = |usage: Usage| usage.tokens.map(Tokens::total);
        let (limit, spent) = options.max_tokens.zip(total(spent))?;
        let next = total(self.dearest).unwrap_or_default();
        (spent.saturating_add(next) > limit)
            .then(|| format!("{spent} of {limit} tokens are used, and it may take {next}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> FailureWords {
        FailureWords::of(text, "/w")
    }

    fn cost(cost: f64) -> Usage {
        Usage { cost: Some(cost), ..Usage::default() }
    }

    fn options(repairs: u32) -> RunOptions {
        RunOptions { repairs, ..RunOptions::default() }
    }

    fn called() -> PhaseRepairs {
        let mut repairs = PhaseRepairs::default();
        repairs.begin();
        repairs.end(true, Usage::default());
        repairs
    }

    #[test]
    fn it_ends_at_the_limit() {
        let mut repairs = called();
        assert_eq!(repairs.next(&words("a"), &options(2), Usage::default()), Ok(1));
        repairs.end(true, Usage::default());
        assert_eq!(repairs.next(&words("b"), &options(2), Usage::default()), Ok(2));
        repairs.end(true, Usage::default());
        let end = repairs.next(&words("c"), &options(2), Usage::default());
        assert_eq!(end, Err("2 repairs did not mend it".to_owned()));
        assert_eq!(called().next(&words("a"), &options(0), Usage::default()), Err(String::new()));
    }

    #[test]
    fn the_same_words_end_it_only_when_an_agent_has_dealt_with_them() {
        let mut repairs = called();
        assert_eq!(repairs.next(&words("a"), &options(5), Usage::default()), Ok(1));
        repairs.end(false, Usage::default());
        assert_eq!(repairs.next(&words("a"), &options(5), Usage::default()), Ok(1), "it is still to be mended");
        repairs.end(true, Usage::default());
        let end = repairs.next(&words("a"), &options(5), Usage::default());
        assert_eq!(end, Err("still the same after 1 repair".to_owned()));
    }

    #[test]
    fn a_repair_that_was_cut_off_takes_none_away() {
        let mut repairs = called();
        for _ in 0..3 {
            assert_eq!(repairs.next(&words("a"), &options(1), Usage::default()), Ok(1));
            assert_eq!(repairs.reserved(), Usage::default());
            repairs.end(false, Usage::default());
        }
        assert_eq!(repairs.next(&words("a"), &options(1), Usage::default()), Ok(1));
        repairs.end(true, Usage::default());
        assert_eq!(
            repairs.next(&words("b"), &options(1), Usage::default()),
            Err("1 repair did not mend it".to_owned())
        );
    }

    #[test]
    fn what_a_repair_may_take_is_set_aside_until_it_ends() {
        let mut repairs = called();
        repairs.end(true, cost(0.6));
        assert_eq!(repairs.reserved(), Usage::default());
        assert_eq!(repairs.next(&words("a"), &options(2), cost(0.6)), Ok(1));
        assert_eq!(repairs.reserved(), cost(0.6));
        repairs.end(true, cost(0.5));
        assert_eq!(repairs.reserved(), Usage::default());
    }

    #[test]
    fn no_repair_begins_that_may_go_over_the_budget() {
        let limited = RunOptions { max_cost: Some(1.0), ..options(2) };
        let mut repairs = called();
        repairs.end(true, cost(0.6));
        let end = repairs.next(&words("a"), &limited, cost(0.6)).expect_err("0.6 + 0.6 are more than 1");
        assert!(end.contains("$0.60 of $1.00"), "{end}");
        let mut repairs = called();
        repairs.end(true, cost(0.4));
        assert_eq!(repairs.next(&words("a"), &limited, cost(0.4)), Ok(1));
    }

    #[test]
    fn what_an_earlier_run_left_goes_back_whatever_the_limit_is() {
        let mut repairs = PhaseRepairs::default();
        assert_eq!(repairs.next(&words("a"), &options(0), Usage::default()), Ok(1));
        repairs.begin();
        repairs.end(true, Usage::default());
        assert_eq!(repairs.next(&words("b"), &options(0), Usage::default()), Err(String::new()));
    }
}
