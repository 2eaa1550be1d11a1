//! Leaves out serialising edges between items that a longer path orders already.

use super::adjacency::Adjacency;
use super::node::Edge;

/// Sources looked at in one pass over the graph, as words of a bit set.
const WORDS: usize = 8;

type Row = [u64; WORDS];

/// Keeps the wanted edges that no path of two or more edges replaces.
///
/// `before` has all edges by places in the order. `depth` is the stage by all edges together: a longer path needs a
/// difference of two, so most edges need no search.
pub(super) fn necessary(wanted: Vec<Edge>, before: &Adjacency, position: &[usize], depth: &[u32]) -> Vec<Edge> {
    let mut doubtful: Vec<Doubt> = wanted
        .iter()
        .enumerate()
        .filter(|(_, edge)| depth[edge.to] > depth[edge.from] + 1)
        .map(|(index, edge)| Doubt { from: position[edge.from], to: position[edge.to], index })
        .collect();
    if doubtful.is_empty() {
        return wanted;
    }
    doubtful.sort_unstable_by_key(|doubt| (doubt.from, doubt.to));
    let mut implied = vec![false; wanted.len()];
    let mut rest = doubtful.as_slice();
    let mut rows = vec![[0; WORDS]; position.len()];
    while let Some(first) = rest.first() {
        let (block, sources) = next_block(rest);
        search(before, block, &sources, first.from, &mut rows, &mut implied);
        rest = &rest[block.len()..];
    }
    wanted.into_iter().zip(implied).filter(|(_, implied)| !implied).map(|(edge, _)| edge).collect()
}

/// An edge, by places in the order, that a longer path may replace.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    from: usize,
    to: usize,
    index: usize,
}

/// Takes as many doubts as have their sources in one row of bits.
fn next_block(rest: &[Doubt]) -> (&[Doubt], Vec<usize>) {
    let mut sources: Vec<usize> = Vec::new();
    for (taken, doubt) in rest.iter().enumerate() {
        if sources.last() != Some(&doubt.from) {
            if sources.len() == WORDS * 64 {
                return (&rest[..taken], sources);
            }
            sources.push(doubt.from);
        }
    }
    (rest, sources)
}

/// Walks the places from the first source on; a row holds the sources from which its place can be reached.
fn search(
    before: &Adjacency,
    block: &[Doubt],
    sources: &[usize],
    first: usize,
    rows: &mut [Row],
    implied: &mut [bool],
) {
    let bit = |place: usize| sources.binary_search(&place).ok().map(|bit| (bit / 64, 1_u64 << (bit % 64)));
    let mut questions = block.to_vec();
    questions.sort_unstable_by_key(|doubt| doubt.to);
    let mut questions = questions.as_slice();
    let mut own: Vec<Option<(usize, u64)>> = Vec::new();
    let mut place = first;
    while let Some(question) = questions.first() {
        let mut row = [0; WORDS];
        for &from in before.of(place).iter().filter(|&&from| from >= first) {
            for (word, source) in row.iter_mut().zip(rows[from]) {
                *word |= source;
            }
        }
        // So far the row holds what is reached over at least one place between.
        if question.to == place {
            let here = questions.iter().take_while(|doubt| doubt.to == place).count();
            for doubt in &questions[..here] {
                implied[doubt.index] = bit(doubt.from).is_some_and(|(word, mask)| row[word] & mask != 0);
            }
            questions = &questions[here..];
        }
        for &from in before.of(place).iter().filter(|&&from| from >= first) {
            if let Some((word, mask)) = own[from - first] {
                row[word] |= mask;
            }
        }
        rows[place] = row;
        own.push(bit(place));
        place += 1;
    }
}
