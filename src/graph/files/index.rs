//! The inverted index: every declared pattern once, and which other patterns look over it.

use std::borrow::Cow;

use super::super::hash::TextMap;
use super::super::node::Node;
use super::groups::GlobGroups;
use super::key::FileKey;
use super::meet;
use super::pattern;

/// Declared files of all items.
#[derive(Clone, Debug)]
pub(in crate::graph) struct FileIndex<'a> {
    pub(super) keys: Vec<FileKey<'a>>,
    /// Keys of all items one after the other, each once for an item, as declared.
    entries: Vec<usize>,
    /// Where the keys of every item end.
    ends: Vec<usize>,
}

impl<'a> FileIndex<'a> {
    /// Indexes the files of all items.
    pub(in crate::graph) fn new(nodes: &'a [Node]) -> Self {
        let count = nodes.iter().map(|node| node.files.len()).sum();
        let mut index = Self {
            keys: Vec::with_capacity(count),
            entries: Vec::with_capacity(count),
            ends: Vec::with_capacity(nodes.len()),
        };
        let mut names = Names::with_capacity(count);
        for (item, node) in nodes.iter().enumerate() {
            for entry in &node.files {
                names.keys_of(entry, &mut index.keys, |key, declared_by| {
                    if std::mem::replace(declared_by, item) != item {
                        index.entries.push(key);
                    }
                });
            }
            index.ends.push(index.entries.len());
        }
        let lengths = index.lengths();
        index.link_directories(&names.ids, &lengths);
        index.link_globs(&lengths);
        index
    }

    /// Returns the keys of an item.
    pub(super) fn of_item(&self, item: usize) -> &[usize] {
        let start = item.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[start..self.ends[item]]
    }

    /// Marks the lengths of all texts and of the directories in which globs look. Most directories above a path are
    /// neither declared nor looked at, and not even something of their length is.
    fn lengths(&self) -> Vec<bool> {
        let mut lengths = vec![true];
        let mut mark = |length: usize| {
            lengths.resize(lengths.len().max(length + 1), false);
            lengths[length] = true;
        };
        for key in &self.keys {
            mark(key.text.len());
            if key.glob {
                mark(meet::fixed_directory(&key.text).len());
            }
        }
        lengths
    }

    /// Enters for every path the declared directories above it. Where a glob looks must be a directory as well, and the
    /// glob is entered over it and over all above.
    fn link_directories(&mut self, ids: &TextMap<Cow<'a, str>, usize>, lengths: &[bool]) {
        let mut above = Vec::new();
        for key in 0..self.keys.len() {
            let FileKey { text, glob, .. } = &self.keys[key];
            let glob = *glob;
            let path = if glob { meet::fixed_directory(text) } else { text };
            above.extend(directories(path, lengths).filter_map(|directory| ids.get(directory).copied()));
            if glob && !path.is_empty() {
                above.extend(ids.get(path).copied());
            }
            above.retain(|&other| other != key);
            for &directory in &above {
                self.keys[directory].directory = true;
                if glob {
                    self.keys[directory].over.push(key);
                }
            }
            if !glob {
                self.keys[key].over.extend_from_slice(&above);
            }
            above.clear();
        }
    }

    /// Enters globs over the paths, directories and globs with which they overlap and that are not above them. Only
    /// what lies in the directory in which a glob looks is compared with it.
    fn link_globs(&mut self, lengths: &[bool]) {
        let Self { keys, .. } = self;
        let all = keys.iter().enumerate().filter(|(_, key)| key.glob).map(|(at, key)| (at, key.text.clone()));
        let all: Vec<(usize, Cow<'a, str>)> = all.collect();
        if all.is_empty() {
            return;
        }
        let groups = GlobGroups::new(&all);
        let mut hits = Vec::new();
        for (at, key) in keys.iter_mut().enumerate() {
            let looks = if key.glob { Some(meet::fixed_directory(&key.text)) } else { None };
            let above = directories(looks.unwrap_or(&key.text), lengths);
            for group in above.filter_map(|directory| groups.of(directory)) {
                group.overlapping(key, &mut hits);
            }
            // Globs that look in the same directory: the earlier one counts as the wider.
            if let Some(group) = looks.and_then(|directory| groups.of(directory)) {
                let before = hits.len();
                group.overlapping(key, &mut hits);
                let mut behind = 0;
                hits.retain(|&glob| {
                    behind += 1;
                    behind <= before || glob < at
                });
            }
            hits.sort_unstable();
            hits.dedup();
            key.over.append(&mut hits);
        }
    }
}

/// The keys by their texts, and by the entries that are written in another way.
struct Names<'a> {
    ids: TextMap<Cow<'a, str>, usize>,
    spelled: TextMap<&'a str, Vec<usize>>,
    /// The last item that declared a key, so that none is entered twice for one item.
    declared_by: Vec<usize>,
}

impl<'a> Names<'a> {
    fn with_capacity(count: usize) -> Self {
        let mut ids = TextMap::default();
        ids.reserve(count);
        Self { ids, spelled: TextMap::default(), declared_by: Vec::with_capacity(count) }
    }

    /// Hands over the keys of an entry, each with the item that declared it last. New ones are added to `keys`.
    fn keys_of(&mut self, entry: &'a str, keys: &mut Vec<FileKey<'a>>, mut found: impl FnMut(usize, &mut usize)) {
        if let Some(known) = self.spelled.get(entry) {
            for &key in known {
                found(key, &mut self.declared_by[key]);
            }
            return;
        }
        let mut spelled = Vec::new();
        pattern::read(entry, |pattern| {
            let other_text = *pattern.text != *entry;
            let key = *self.ids.entry(pattern.text).or_insert_with_key(|text| {
                self.declared_by.push(usize::MAX);
                keys.push(FileKey { text: text.clone(), glob: pattern.glob, directory: false, over: Vec::new() });
                keys.len() - 1
            });
            keys[key].directory |= pattern.directory;
            if other_text || pattern.glob {
                spelled.push(key);
            }
            found(key, &mut self.declared_by[key]);
        });
        if !spelled.is_empty() {
            self.spelled.insert(entry, spelled);
        }
    }
}

/// Returns the directories above a path, the root first, as far as their lengths are marked.
fn directories<'p>(path: &'p str, lengths: &'p [bool]) -> impl Iterator<Item = &'p str> {
    let root = (!path.is_empty()).then_some("");
    let slashes = path.match_indices('/').map(|(slash, _)| slash);
    root.into_iter().chain(slashes.filter(|&slash| lengths.get(slash) == Some(&true)).map(|slash| &path[..slash]))
}
