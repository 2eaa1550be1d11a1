//! Everything that the guard looks at.

use super::change::{Change, Passing};

/// What is known about an item before its merge.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Id of the item.
    pub item: String,
    /// Its own document, which it may change.
    pub document: String,
    /// Folders in which the documents of PRPs lie.
    pub documents: Vec<String>,
    /// Folder of batchprp's own files: `.ce`.
    pub state: String,
    /// Files, folders and globs that the document declares.
    pub declared: Vec<String>,
    /// The other items of the batch.
    pub others: Vec<Other>,
    /// What differs, in any order.
    pub changes: Vec<Change>,
    /// What its commits brought and took away again.
    pub passing: Vec<Passing>,
    /// Paths that are not among the changes and that the merge would change all the same: git takes them for the new
    /// place of a file that the item edited and that is gone.
    pub carried: Vec<String>,
    /// Commits that the merge would bring and that are not on the batch branch.
    pub commits: Vec<Commit>,
    /// Command lines of the gates and of the configuration, and what these run, see [`reached`](super::reached).
    pub gates: Vec<String>,
    /// Files that these run, see [`scripts`](super::scripts).
    pub scripts: Vec<String>,
    /// Paths that set-up made: they are left out of checkpoints and are no finding.
    pub set_up: Vec<String>,
}

/// Another item.
#[derive(Clone, Debug, Default)]
pub struct Other {
    pub item: String,
    /// Files that it changed, as far as it has run.
    pub made: Vec<String>,
    /// Files, folders and globs that it declares.
    pub declared: Vec<String>,
}

/// A commit that the merge would bring.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub id: String,
    /// The whole message.
    pub message: String,
    /// `Name <address>`.
    pub author: String,
    pub parents: Vec<String>,
    /// We made it, or took it in on a person's behalf: our records say so, not its message.
    pub recorded: bool,
    /// Branches of others that have it.
    pub elsewhere: Vec<String>,
}
