//! The plain way to do it: every pair, every path, every file.

use std::collections::BTreeSet;

use batchprp::graph::Node;

/// Parts of which random paths are made.
pub(crate) const PARTS: [&str; 3] = ["a", "b", "x.rs"];

/// Every path of up to five parts: a folder of three, and two more that a pattern names behind `**`.
fn universe() -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&str>> = vec![vec![]];
    let mut longest = all.clone();
    for _ in 0..5 {
        longest = longest
            .iter()
            .flat_map(|path| PARTS.iter().map(move |part| path.iter().copied().chain([*part]).collect()))
            .collect();
        all.extend(longest.clone());
    }
    all.split_off(1)
}

fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", [])) => !path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|skipped| fits(rest, &path[skipped..])),
        Some((first, rest)) => path.split_first().is_some_and(|(head, tail)| {
            let same = match first.split_once('*') {
                None => head == first,
                Some((start, end)) => {
                    head.len() >= start.len() + end.len() && head.starts_with(start) && head.ends_with(end)
                }
            };
            same && fits(rest, tail)
        }),
    }
}

/// All files that an entry names; `all` are the entries of all items.
pub(crate) fn named(entry: &str, all: &BTreeSet<String>) -> BTreeSet<Vec<&'static str>> {
    let bare = entry.trim_end_matches('/');
    let mut parts: Vec<&str> = bare.split('/').collect();
    if parts.last() == Some(&"*") {
        parts.pop();
        parts.push("**");
    }
    let glob = entry.contains('*');
    let below = |other: &String| other.strip_prefix(bare).is_some_and(|rest| rest.starts_with('/'));
    let directory = !glob && (entry.ends_with('/') || all.iter().any(below));
    let inside = |path: &Vec<&str>| directory && path.len() > parts.len() && path[..parts.len()] == parts[..];
    universe().into_iter().filter(|path| fits(&parts, path) || inside(path)).collect()
}

/// Tells for every pair whether the items share a file.
pub(crate) fn sharing(nodes: &[Node]) -> Vec<Vec<bool>> {
    let all: BTreeSet<String> = nodes.iter().flat_map(|node| node.files.clone()).collect();
    let files: Vec<BTreeSet<_>> =
        nodes.iter().map(|node| node.files.iter().flat_map(|entry| named(entry, &all)).collect()).collect();
    files.iter().map(|a| files.iter().map(|b| !a.is_disjoint(b)).collect()).collect()
}

/// Topological order by repeatedly taking the first item whose dependencies are placed; `None` for a cycle.
pub(crate) fn order(count: usize, edges: &BTreeSet<(usize, usize)>) -> Option<Vec<usize>> {
    let mut order = Vec::new();
    while order.len() < count {
        let free =
            |item: &usize| !order.contains(item) && edges.iter().all(|(from, to)| to != item || order.contains(from));
        order.push((0..count).find(free)?);
    }
    Some(order)
}

/// Tells for every pair whether a path leads from the first to the second.
pub(crate) fn reach(count: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<bool>> {
    let mut reach = vec![vec![false; count]; count];
    for &(from, to) in edges {
        reach[from][to] = true;
    }
    for middle in 0..count {
        for from in 0..count {
            for to in 0..count {
                reach[from][to] |= reach[from][middle] && reach[middle][to];
            }
        }
    }
    reach
}

/// Stages by the rule of the design, pair by pair; `None` for a cycle.
pub(crate) fn stages(nodes: &[Node]) -> Option<Vec<u32>> {
    let mut edges = explicit(nodes);
    let order = order(nodes.len(), &edges)?;
    let sharing = sharing(nodes);
    let conflict = |a: usize, b: usize| {
        sharing[a][b]
            || nodes[a].conflicts_with.contains(&nodes[b].id)
            || nodes[b].conflicts_with.contains(&nodes[a].id)
    };
    for (place, &later) in order.iter().enumerate() {
        for &earlier in &order[..place] {
            if conflict(earlier, later) && !reach(nodes.len(), &edges)[earlier][later] {
                edges.insert((earlier, later));
            }
        }
    }
    let mut stage = vec![1; nodes.len()];
    for &item in &order {
        for &(from, to) in &edges {
            if to == item {
                stage[item] = stage[item].max(stage[from] + 1);
            }
        }
    }
    Some(stage)
}

/// Edges that the documents state.
pub(crate) fn explicit(nodes: &[Node]) -> BTreeSet<(usize, usize)> {
    let find = |id: &String| nodes.iter().position(|node| node.id == *id);
    nodes
        .iter()
        .enumerate()
        .flat_map(|(to, node)| node.dependencies.iter().filter_map(find).map(move |from| (from, to)))
        .collect()
}
