//! What git tells of commits.

/// One commit of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedCommit {
    pub commit: String,
    pub parents: Vec<String>,
    /// Seconds since 1970, of the author.
    pub time: i64,
    pub message: String,
}

/// How far a branch is from what is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distance {
    pub branch: String,
    /// Commits that only the branch has.
    pub ahead: u64,
    /// Commits that only the checkout has.
    pub behind: u64,
}

/// What the checkout stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `None` where a commit and no branch is checked out.
    pub branch: Option<String>,
    /// `None` before the first commit.
    pub commit: Option<String>,
}
