//! Which tests of before are which tests of now.

use std::cmp::Ordering;

use super::read::Test;

/// A test that has this share of the steps of another one is that one.
const STEPS: f64 = 0.6;
/// Names that are this much alike are one name.
const NAMES: f64 = 0.75;
/// Together less of both is enough.
const LOOSE_STEPS: f64 = 0.25;
const LOOSE_NAMES: f64 = 0.6;

/// A test of one side, with the file in which it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) path: &'a str,
    pub(super) test: &'a Test,
}

/// Pairs of before and now, and what is gone.
#[derive(Debug, Default)]
pub(super) struct Pairs<'a> {
    pub(super) kept: Vec<(Placed<'a>, Placed<'a>)>,
    /// Another test, that asserts no less, stands in the place of the one of before.
    pub(super) replaced: Vec<(Placed<'a>, Placed<'a>)>,
    pub(super) gone: Vec<Placed<'a>>,
}

/// Finds the tests of before again: in the same file by their name, elsewhere by their name, by a name that is alike or
/// by what they do.
pub(super) fn pairs<'a>(old: &[Placed<'a>], new: &[Placed<'a>]) -> Pairs<'a> {
    let mut free: Vec<Placed<'a>> = new.to_vec();
    let mut open: Vec<Placed<'a>> = Vec::new();
    let mut pairs = Pairs::default();
    let same_file = |a: &Placed<'_>, b: &Placed<'_>| a.path == b.path && a.test.name == b.test.name;
    let same_name = |a: &Placed<'_>, b: &Placed<'_>| a.test.name == b.test.name;
    for before in old {
        // Of several with one name the one that does the same comes first.
        let candidates = free.iter().enumerate().filter(|(_, now)| same_file(before, now));
        match candidates.max_by_key(|(at, now)| (now.test.steps == before.test.steps, usize::MAX - at)) {
            Some((at, _)) => pairs.kept.push((*before, free.remove(at))),
            None => open.push(*before),
        }
    }
    let mut unnamed = Vec::new();
    for before in open {
        match free.iter().position(|now| same_name(&before, now)) {
            Some(at) => pairs.kept.push((before, free.remove(at))),
            None => unnamed.push(before),
        }
    }
    for before in unnamed {
        // One of several equal ones, which says nothing more than the others.
        let same = |(_, now): &&(Placed<'a>, Placed<'a>)| {
            now.test.name == before.test.name && now.test.steps == before.test.steps
        };
        if let Some((_, now)) = pairs.kept.iter().find(same).copied() {
            pairs.kept.push((before, now));
            continue;
        }
        let scored = free.iter().enumerate().map(|(at, now)| (likeness(before.test, now.test), at));
        match scored.filter(|(score, _)| score.is_some()).max_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal)) {
            // Several tests may have become one with a table, so what does the same stays free.
            Some((Some(Likeness { steps, .. }), at)) if steps >= STEPS => pairs.kept.push((before, free[at])),
            Some((_, at)) => pairs.kept.push((before, free.remove(at))),
            None => pairs.gone.push(before),
        }
    }
    for before in std::mem::take(&mut pairs.gone) {
        match in_place(&before, &pairs.kept, &free) {
            Some(at) => pairs.replaced.push((before, free.remove(at))),
            None => pairs.gone.push(before),
        }
    }
    pairs
}

/// Finds a new test between the neighbours that the old one had.
fn in_place<'a>(before: &Placed<'a>, kept: &[(Placed<'a>, Placed<'a>)], free: &[Placed<'a>]) -> Option<usize> {
    let beside = kept.iter().filter(|(old, now)| old.path == before.path && now.path == before.path);
    let beside: Vec<(usize, usize)> = beside.map(|(old, now)| (old.test.line, now.test.line)).collect();
    let above = beside.iter().filter(|(old, _)| *old < before.test.line).max().map_or(0, |(_, now)| *now);
    let below = beside.iter().filter(|(old, _)| *old > before.test.line).min().map_or(usize::MAX, |(_, now)| *now);
    free.iter().position(|now| {
        now.path == before.path
            && (above + 1..below).contains(&now.test.line)
            && now.test.assertions >= before.test.assertions
            && now.test.skip <= before.test.skip
    })
}

/// How much one test is another one.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Likeness {
    /// Share of the steps of the one that the other one has.
    steps: f64,
    names: f64,
}

/// Says how much one test is another one; `None` when it is none.
fn likeness(old: &Test, new: &Test) -> Option<Likeness> {
    let common = old.steps.iter().filter(|step| step.len() > 3 && new.steps.contains(step)).count();
    let long = old.steps.iter().filter(|step| step.len() > 3).count();
    let steps = if long == 0 { 0.0 } else { common as f64 / long as f64 };
    let inside =
        old.name.len() > 8 && new.name.contains(&old.name) || new.name.len() > 8 && old.name.contains(&new.name);
    let names = if inside { 1.0 } else { strsim::normalized_damerau_levenshtein(&old.name, &new.name) };
    // A name alone has to be nearly the same: tests of one thing are called alike.
    let same = steps >= STEPS || names >= NAMES || names >= LOOSE_NAMES && steps >= LOOSE_STEPS;
    same.then_some(Likeness { steps, names })
}
