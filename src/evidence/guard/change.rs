//! One changed path of an item.

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// UTF-8 text of a size that was worth reading.
    Text(String),
    /// Anything else: its size and its first bytes, as many as were read.
    Binary { bytes: u64, head: Vec<u8> },
    /// A symbolic link. `ignored` says that its target is ignored by git or was made by set-up.
    Link { target: String, ignored: bool },
    /// A submodule. `there` says that the commit can be had: it is in the project's modules, or at their remote.
    Module { commit: String, there: bool },
}

/// A path that differs between where the item started and where it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the repository.
    pub path: String,
    /// `None` when the file is new.
    pub old: Option<File>,
    /// `None` when the file is gone.
    pub new: Option<File>,
}

impl Change {
    /// Makes a change of texts.
    pub fn text(path: &str, old: Option<&str>, new: Option<&str>) -> Self {
        let file = |text: &str| File::Text(text.to_owned());
        Self { path: path.to_owned(), old: old.map(file), new: new.map(file) }
    }

    /// Tells whether the file is gone.
    pub fn is_deletion(&self) -> bool {
        self.new.is_none() && self.old.is_some()
    }

    /// Returns the old text; empty where there is none.
    pub fn old_text(&self) -> &str {
        text(self.old.as_ref())
    }

    /// Returns the new text; empty where there is none.
    pub fn new_text(&self) -> &str {
        text(self.new.as_ref())
    }

    /// Returns the last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

fn text(file: Option<&File>) -> &str {
    match file {
        Some(File::Text(text)) => text,
        Some(File::Binary { .. } | File::Link { .. } | File::Module { .. }) | None => "",
    }
}
