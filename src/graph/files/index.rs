//! The inverted index: every declared pattern once, and which other patterns look over it.

use std::borrow::Cow;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::super::hash::TextMap;
use super::super::node::Node;
use super::meet;
use super::pattern;

/// A distinct pattern, named by its index.
#[derive(Clone, Debug)]
pub(super) struct Key<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) glob: bool,
    /// Written as a directory, or something else that is declared is below it.
    directory: bool,
    /// Wider patterns that overlap with this one: directories above it, globs. Each overlap stands on one side only.
    pub(super) over: Vec<usize>,
}

impl Key<'_> {
    /// Returns the pattern for people.
    pub(super) fn shown(&self) -> &str {
        if self.text.is_empty() { "." } else { &self.text }
    }
}

/// Declared files of all items.
#[derive(Clone, Debug)]
pub(in crate::graph) struct FileIndex<'a> {
    pub(super) keys: Vec<Key<'a>>,
    /// Keys of every item, each once, as declared.
    pub(super) of_item: Vec<Vec<usize>>,
}

impl<'a> FileIndex<'a> {
    /// Indexes the files of all items.
    pub(in crate::graph) fn new(nodes: &'a [Node]) -> Self {
        let entries = nodes.iter().map(|node| node.files.len()).sum();
        let mut index = Self { keys: Vec::with_capacity(entries), of_item: Vec::with_capacity(nodes.len()) };
        let mut ids = TextMap::<Cow<'a, str>, usize>::default();
        ids.reserve(entries);
        // The last item that declared a key, so that none is entered twice for one item.
        let mut declared_by = Vec::with_capacity(entries);
        for (item, node) in nodes.iter().enumerate() {
            let mut own = Vec::with_capacity(node.files.len());
            for entry in &node.files {
                pattern::read(entry, |pattern| {
                    let key = *ids.entry(pattern.text).or_insert_with_key(|text| {
                        declared_by.push(usize::MAX);
                        let (text, glob) = (text.clone(), pattern.glob);
                        index.keys.push(Key { text, glob, directory: false, over: Vec::new() });
                        index.keys.len() - 1
                    });
                    index.keys[key].directory |= pattern.directory;
                    if std::mem::replace(&mut declared_by[key], item) != item {
                        own.push(key);
                    }
                });
            }
            index.of_item.push(own);
        }
        index.link_directories(&ids);
        index.link_globs();
        index
    }

    /// Enters for every path the declared directories above it. Where a glob looks must be a directory as well.
    fn link_directories(&mut self, ids: &TextMap<Cow<'a, str>, usize>) {
        let root = ids.get("").copied();
        // Most directories are not declared, and not even something of their length is.
        let mut lengths = Vec::new();
        for key in &self.keys {
            lengths.resize(lengths.len().max(key.text.len() + 1), false);
            lengths[key.text.len()] = true;
        }
        for key in 0..self.keys.len() {
            let Key { text, glob, .. } = &self.keys[key];
            let path = if *glob { meet::fixed_directory(text) } else { text };
            let slashes = path.match_indices('/').map(|(slash, _)| slash);
            let above = slashes.filter(|&slash| lengths[slash]).filter_map(|slash| ids.get(&path[..slash]).copied());
            let itself = ids.get(path).copied().filter(|_| *glob);
            let over: Vec<usize> = root.into_iter().chain(above).chain(itself).filter(|&other| other != key).collect();
            let glob = *glob;
            for &directory in &over {
                self.keys[directory].directory = true;
            }
            if !glob {
                self.keys[key].over = over;
            }
        }
    }

    /// Enters globs over the paths, directories and earlier globs with which they overlap.
    fn link_globs(&mut self) {
        let globs: Vec<usize> = (0..self.keys.len()).filter(|&key| self.keys[key].glob).collect();
        if globs.is_empty() {
            return;
        }
        let set = glob_set(globs.iter().map(|&key| self.keys[key].text.as_ref()));
        let mut hits = Vec::new();
        for key in 0..self.keys.len() {
            let this = &self.keys[key];
            let over: Vec<usize> = if this.glob {
                let earlier = globs.iter().take_while(|&&glob| glob < key);
                earlier.copied().filter(|&glob| meet::globs_meet(&self.keys[glob].text, &this.text)).collect()
            } else {
                set.matches_into(this.text.as_ref(), &mut hits);
                let direct = |nth: usize| hits.binary_search(&nth).is_ok();
                let below = |glob: usize| this.directory && meet::reaches_below(&self.keys[glob].text, &this.text);
                globs.iter().enumerate().filter(|&(nth, &glob)| direct(nth) || below(glob)).map(|(_, &g)| g).collect()
            };
            self.keys[key].over.extend(over);
        }
    }
}

/// Builds one matcher of all globs; positions are those of the iterator.
fn glob_set<'g>(globs: impl Iterator<Item = &'g str>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let mut escaped = String::with_capacity(glob.len());
        for letter in glob.chars() {
            if matches!(letter, '[' | ']' | '{' | '}' | '\\') {
                escaped.extend(['[', letter, ']']);
            } else {
                escaped.push(letter);
            }
        }
        let built = GlobBuilder::new(&escaped).literal_separator(true).build();
        set.add(built.expect("invariant: only `*` and `?` are left unescaped"));
    }
    set.build().expect("invariant: every glob was built")
}
