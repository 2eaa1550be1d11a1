//! The verdict, and how it is made of the table.

use super::disagreement::disagreements;
use super::facts::Facts;
use super::outcome::Verdict;
use super::rows::ROWS;
use super::seen::Seen;

/// A verdict with everything that is to be told besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The row of the table that decided.
    pub row: &'static str,
    /// What the agent changed, sorted.
    pub work: Vec<String>,
    /// Claims that the facts do not bear out, beside a verdict of any kind.
    pub disagreements: Vec<String>,
}

/// Judges an agent call: the first row of [`ROWS`] that holds decides.
pub fn judge(facts: &Facts) -> Judgement {
    let seen = Seen::of(facts);
    let row = ROWS.iter().find(|row| (row.holds)(&seen));
    Judgement {
        // The last row always holds.
        verdict: row.map_or(Verdict::Completed, |row| (row.verdict)(&seen)),
        row: row.map_or("", |row| row.id),
        work: seen.work.iter().map(|path| (*path).to_owned()).collect(),
        disagreements: disagreements(&seen),
    }
}
