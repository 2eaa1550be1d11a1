//! Items that are not carried out: given up by their document, or built on such.

use std::collections::BTreeMap;

use super::node::Node;

/// What is left out of a graph, and why: by id, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut(pub BTreeMap<String, String>);

impl LeftOut {
    /// Takes what is off out of `nodes`, with all that builds on it and is not `done`; `off` says why by id.
    pub fn take(nodes: &mut Vec<Node>, off: BTreeMap<String, String>, done: impl Fn(&str) -> bool) -> Self {
        let mut causes: BTreeMap<String, String> = off.keys().map(|id| (id.clone(), id.clone())).collect();
        let mut left_out = off;
        loop {
            let before = causes.len();
            for node in nodes.iter().filter(|node| !done(&node.id)) {
                if causes.contains_key(&node.id) {
                    continue;
                }
                let Some(cause) = node.dependencies.iter().find_map(|id| causes.get(id)).cloned() else { continue };
                left_out.insert(node.id.clone(), format!("blocked by {cause}"));
                causes.insert(node.id.clone(), cause);
            }
            if causes.len() == before {
                break;
            }
        }
        nodes.retain(|node| !left_out.contains_key(&node.id));
        for node in nodes {
            node.dependencies.retain(|id| !left_out.contains_key(id));
        }
        Self(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_builds_on_it_goes_too_unless_it_is_done() {
        let node = |id: &str, needs: &[&str]| Node {
            id: id.to_owned(),
            dependencies: needs.iter().map(|need| (*need).to_owned()).collect(),
            ..Node::default()
        };
        let mut nodes =
            vec![node("d", &["c"]), node("c", &["b"]), node("b", &["a"]), node("a", &[]), node("e", &["b"])];
        let off = BTreeMap::from([("b".to_owned(), "cancelled".to_owned())]);
        let left_out = LeftOut::take(&mut nodes, off, |id| id == "e");
        let said: Vec<(&str, &str)> = left_out.0.iter().map(|(id, why)| (id.as_str(), why.as_str())).collect();
        assert_eq!(said, [("b", "cancelled"), ("c", "blocked by b"), ("d", "blocked by b")]);
        let kept: Vec<(&str, usize)> = nodes.iter().map(|node| (node.id.as_str(), node.dependencies.len())).collect();
        assert_eq!(kept, [("a", 0), ("e", 0)]);
    }
}
