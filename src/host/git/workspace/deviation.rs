//! What whoever works in a workspace did to branches and history, as facts: nothing of it is taken over in silence.

use serde::{Deserialize, Serialize};

/// A commit of the project that belongs to no work on the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    pub commit: String,
    pub subject: String,
}

/// Something that was done to branches or history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deviation {
    /// Another branch was checked out. Its commits were taken over when they go on from the item's.
    OtherBranch { name: String },
    /// No branch was checked out. The commits were taken over when they go on from the item's.
    Detached,
    /// The branch was moved back: the files are those of an earlier commit, as far as they were not made again.
    Reset { to: String },
    /// Earlier commits were amended, rebased or left aside. They stand; the other history is kept at `reference`.
    Rewritten { reference: String },
    /// The branch got commits meanwhile, and those of the workspace were not merged with them: they are kept at
    /// `reference`.
    Beside { reference: String },
    /// The branch got commits meanwhile that changed the same lines: these files are as the workspace has them.
    Overlap { files: Vec<String> },
    /// The history holds commits of the project that are not the item's, or an unfinished merge brings them in. It was
    /// not taken over, and is kept at `reference` where nothing else holds it; the files are as it had them.
    Foreign { commits: Vec<Foreign>, reference: Option<String> },
    /// The history holds commits that pretend to be batchprp's own. It was not taken over, and is kept at `reference`; the
    /// files are as it had them.
    Forged { commits: Vec<Foreign>, reference: Option<String> },
    /// The commits hold files that set-up made. They were not taken over and are kept at `reference`.
    SetUpCommitted { files: Vec<String>, reference: String },
    /// The repository of the workspace was replaced or deleted; what was in its place is at `kept`.
    Replaced { kept: Option<String> },
    /// Commits of the workspace cannot be read; the files are taken without them.
    Unreadable { reason: String },
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherBranch { name } => write!(f, "the agent switched to the branch `{name}`"),
            Self::Detached => write!(f, "the agent detached HEAD"),
            Self::Reset { to } => write!(f, "the agent moved the branch back to {to}; the later commits stand"),
            Self::Rewritten { reference } => {
                write!(f, "the agent rewrote earlier commits; they stand, and its own are kept at `{reference}`")
            }
            Self::Beside { reference } => write!(
                f,
                "somebody committed on the branch meanwhile; the commits of the workspace are kept at `{reference}`"
            ),
            Self::Overlap { files } => write!(
                f,
                "somebody committed on the branch meanwhile, in the same lines of {}: the files are as the workspace \
                 has them, and the other commits stand before them",
                files.join(", ")
            ),
            Self::Foreign { commits, reference } => {
                let first = commits.first().map(|commit| commit.subject.as_str()).unwrap_or_default();
                let count = count(commits.len());
                write!(f, "the agent brought in {count} that the item does not own, such as `{first}`")?;
                match reference {
                    Some(reference) => write!(f, "; its history was not taken over and is kept at `{reference}`"),
                    None => Ok(()),
                }
            }
            Self::Forged { commits, reference } => {
                let first = commits.first().map(|commit| commit.subject.as_str()).unwrap_or_default();
                let count = count(commits.len());
                write!(f, "the agent made {count} that only batchprp makes, such as `{first}`")?;
                match reference {
                    Some(reference) => write!(f, "; its history was not taken over and is kept at `{reference}`"),
                    None => Ok(()),
                }
            }
            Self::SetUpCommitted { files, reference } => write!(
                f,
                "the agent committed what set-up made ({}); its commits are kept at `{reference}`",
                files.join(", ")
            ),
            Self::Replaced { kept: Some(kept) } => {
                write!(
                    f,
                    "the repository of the workspace was replaced and is made again; the other one is in `{kept}`"
                )
            }
            Self::Replaced { kept: None } => {
                write!(f, "the repository of the workspace was deleted and is made again")
            }
            Self::Unreadable { reason } => write!(f, "commits of the agent were not taken over: {reason}"),
        }
    }
}

fn count(commits: usize) -> String {
    if commits == 1 { "a commit".to_owned() } else { format!("{commits} commits") }
}
