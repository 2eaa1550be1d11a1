//! The state of a worktree, and what of it an agent made.

use std::collections::{BTreeMap, BTreeSet};

/// How a worktree differs from the commit on which it stands: the content of each path that differs, in any form in which
/// equal means equal (mode and blob id); `None` where the file is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, Option<String>>);

impl Tree {
    /// Makes a tree of what differs.
    pub fn new<P: Into<String>>(differs: impl IntoIterator<Item = (P, Option<String>)>) -> Self {
        Self(differs.into_iter().map(|(path, content)| (path.into(), content)).collect())
    }

    /// Tells whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the paths that differ, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns what differs at a path: `None` when nothing does, `Some(None)` when the file is gone.
    pub fn at(&self, path: &str) -> Option<&Option<String>> {
        self.0.get(path)
    }

    /// Tells whether somebody left exactly this state at a path. As the commit has it, it was left by nobody.
    fn left(&self, path: &str, state: Option<&Option<String>>) -> bool {
        state.is_some() && self.at(path) == state
    }
}

/// Lists what differs between what lay in a worktree when an agent started and its end, without what the last
/// validation left in exactly that state.
///
/// Where nobody looked at the start, what they left is all that is known to have been there.
pub fn work<'a>(validated: &Tree, start: Option<&'a Tree>, end: &'a Tree) -> BTreeSet<&'a str> {
    let before = |path: &str| start.and_then(|start| start.at(path));
    let paths = end.paths().chain(start.into_iter().flat_map(Tree::paths));
    let differs = paths.filter(|path| before(path) != end.at(path));
    differs.filter(|path| !validated.left(path, end.at(path))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `a=1 b=2 c-` differs in three paths, of which the last is gone.
    fn tree(text: &str) -> Tree {
        Tree::new(text.split(' ').filter(|part| !part.is_empty()).map(|part| match part.split_once('=') {
            Some((path, content)) => (path, Some(content.to_owned())),
            None => (part.trim_end_matches('-'), None),
        }))
    }

    #[test]
    fn only_what_the_agent_made_is_work() {
        for (validated, start, end, wanted) in [
            ("", Some(""), "", ""),
            ("", Some(""), "a=1", "a"),
            ("", Some(""), "a-", "a"),
            ("", Some("a=1"), "a=1", ""),
            ("", Some("a=1"), "a=2", "a"),
            // Taken back to what the commit has.
            ("", Some("a=1"), "", "a"),
            // Validation goes on writing after the agent has started, or nobody looked at the start.
            ("cache=1", Some(""), "cache=1", ""),
            ("cache=1", Some(""), "cache=1 a=1", "a"),
            ("cache=1", None, "cache=1", ""),
            ("gone-", None, "gone-", ""),
            ("cache=1", None, "cache=2", "cache"),
            // A file that an agent takes away is work, also where validation had left it before.
            ("cache=1", Some("cache=1"), "cache-", "cache"),
        ] {
            let (validated, start, end) = (tree(validated), start.map(tree), tree(end));
            let found = work(&validated, start.as_ref(), &end);
            let found = found.into_iter().collect::<Vec<_>>().join(" ");
            assert_eq!(found, wanted, "{validated:?} {start:?} {end:?}");
        }
    }

    fn any_tree() -> impl Strategy<Value = Tree> {
        proptest::collection::btree_map("[a-e]", proptest::option::of("[1-3]"), 0..5).prop_map(Tree::new)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whoever does nothing has done nothing, whatever lies around.
        #[test]
        fn an_idle_agent_has_no_work(validated in any_tree(), start in any_tree()) {
            prop_assert!(work(&validated, Some(&start), &start).is_empty());
            prop_assert!(work(&validated, None, &validated).is_empty());
        }

        /// New content of a file that nobody else wrote is work, and more cannot be hidden by what others left elsewhere.
        #[test]
        fn new_content_is_work(validated in any_tree(), start in any_tree(), path in "[a-e]") {
            let mut end = start.clone();
            end.0.insert(path.clone(), Some("new".to_owned()));
            prop_assert!(work(&validated, Some(&start), &end).contains(path.as_str()));
        }
    }
}
