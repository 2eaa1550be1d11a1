//! Globs grouped by the directory in which they look.

use std::borrow::Cow;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use super::super::hash::TextMap;
use super::key::FileKey;
use super::meet;

/// All globs of a graph.
#[derive(Debug)]
pub(super) struct GlobGroups<'g> {
    by_directory: TextMap<&'g str, GlobGroup<'g>>,
}

/// The globs that look in one directory.
#[derive(Debug, Default)]
pub(super) struct GlobGroup<'g> {
    globs: Vec<(usize, &'g str)>,
    set: GlobSet,
}

impl<'g> GlobGroups<'g> {
    /// Groups globs, given as keys with their texts in ascending order.
    pub(super) fn new(all: &'g [(usize, Cow<'_, str>)]) -> Self {
        let mut by_directory = TextMap::<&'g str, GlobGroup<'g>>::default();
        for (key, text) in all {
            by_directory.entry(meet::fixed_directory(text)).or_default().globs.push((*key, text));
        }
        for group in by_directory.values_mut() {
            group.set = glob_set(group.globs.iter().map(|(_, text)| *text));
        }
        Self { by_directory }
    }

    /// Returns the globs that look in a directory.
    pub(super) fn of(&self, directory: &str) -> Option<&GlobGroup<'g>> {
        self.by_directory.get(directory)
    }
}

impl GlobGroup<'_> {
    /// Appends the globs that overlap with another pattern: that name it or something below it.
    pub(super) fn overlapping(&self, key: &FileKey<'_>, found: &mut Vec<usize>) {
        if key.glob {
            let meeting = self.globs.iter().filter(|(_, glob)| meet::globs_meet(glob, &key.text));
            found.extend(meeting.map(|(glob, _)| *glob));
            return;
        }
        let direct = self.set.matches_candidate(&Candidate::new(key.text.as_ref()));
        found.extend(direct.into_iter().map(|nth| self.globs[nth].0));
        if key.directory {
            let below = self.globs.iter().filter(|(_, glob)| meet::reaches_below(glob, &key.text));
            found.extend(below.map(|(glob, _)| *glob));
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
