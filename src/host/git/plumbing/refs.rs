//! References: names of our own records, and changes that happen together or not at all.

use super::locks;
use super::repo::{Repo, refuse};
use super::run::failure;
use crate::error::{Error, Result};

/// Where a branch of ours started.
pub(crate) fn base(branch: &str) -> String {
    format!("refs/batchprp/base/{branch}")
}

/// The last state that we gave to a batch branch.
pub(crate) fn batch(branch: &str) -> String {
    format!("refs/batchprp/batch/{branch}")
}

/// The last checkpoint that we made on the branch of an item.
pub(crate) fn item(branch: &str) -> String {
    format!("refs/batchprp/item/{branch}")
}

/// The branch itself.
pub(crate) fn head(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// Makes a branch one part of the name of a reference: `a` and `a/b` may follow on each other, and git keeps names like
/// files and folders.
pub(crate) fn to_part(branch: &str) -> String {
    branch.replace('%', "%25").replace('/', "%2F")
}

/// Returns the branch that is part of the name of a reference.
pub(crate) fn from_part(part: &str) -> String {
    part.replace("%2F", "/").replace("%25", "%")
}

/// Several changes of references that happen together.
#[derive(Debug, Default)]
pub(crate) struct RefChange {
    lines: Vec<u8>,
}

/// How a change of references went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    Done,
    /// A reference was not where it was expected: somebody else moved it.
    Raced,
}

impl RefChange {
    /// Makes a reference that must not exist.
    pub(crate) fn create(self, name: &str, new: &str) -> Self {
        self.line(&["create ", name, "\0", new])
    }

    /// Moves a reference that must be at `old`.
    pub(crate) fn update(self, name: &str, new: &str, old: &str) -> Self {
        self.line(&["update ", name, "\0", new, "\0", old])
    }

    /// Makes or moves a reference, from the state in which it was found.
    pub(crate) fn set(self, name: &str, new: &str, old: Option<&str>) -> Self {
        match old {
            Some(old) => self.update(name, new, old),
            None => self.create(name, new),
        }
    }

    /// Deletes a reference that must be at `old`.
    pub(crate) fn delete(self, name: &str, old: &str) -> Self {
        self.line(&["delete ", name, "\0", old])
    }

    fn line(mut self, parts: &[&str]) -> Self {
        for part in parts {
            self.lines.extend_from_slice(part.as_bytes());
        }
        self.lines.push(0);
        self
    }

    /// Performs the change.
    pub(crate) fn apply(self, repo: &Repo, reason: &str) -> Result<Moved> {
        let args = ["update-ref", "-m", reason, "--no-deref", "--stdin", "-z"];
        let output = repo.git().args(args).input(self.lines).changes(repo.common_dir()).run()?;
        let stderr = &output.stderr;
        let raced = ["but expected", "reference already exists", "unable to resolve reference", "is missing but"];
        if output.code == 0 {
            Ok(Moved::Done)
        } else if locks::named(stderr).is_none() && raced.iter().any(|words| stderr.contains(words)) {
            Ok(Moved::Raced)
        } else {
            Err(in_the_way(stderr).unwrap_or_else(|| failure("update-ref", &output)))
        }
    }

    /// Performs the change, and refuses when somebody else moved a reference.
    pub(crate) fn must(self, repo: &Repo, reason: &str) -> Result<()> {
        match self.apply(repo, reason)? {
            Moved::Done => Ok(()),
            Moved::Raced => Err(refuse(format!("{reason}: a reference was moved by somebody else at the same time"))
                .help("run the command again")),
        }
    }
}

/// Names a branch that another one cannot be made beside: git keeps them like files and folders.
fn in_the_way(stderr: &str) -> Option<Error> {
    let (before, after) = stderr.split_once("' exists; cannot create '")?;
    let branch = |name: &'_ str| name.strip_prefix("refs/heads/").map(str::to_owned);
    let there = branch(before.rsplit('\'').next()?)?;
    let wanted = branch(after.split('\'').next()?)?;
    let help = format!("rename it: `git branch -m {there} {}-old`", there.replace('/', "-"));
    Some(refuse(format!("the branch `{there}` is in the way of `{wanted}`, which is to be made")).help(help))
}

/// Returns the object that a reference points at.
pub(crate) fn read(repo: &Repo, name: &str) -> Result<Option<String>> {
    if let Ok(object) = repo.store().reference(name) {
        return Ok(object);
    }
    let output = repo.git().args(["rev-parse", "--verify", "--quiet", "--end-of-options", name]).run()?;
    Ok((output.code == 0).then(|| output.text()))
}

/// Returns all references below a prefix with their objects, sorted by name.
pub(crate) fn list(repo: &Repo, prefix: &str) -> Result<Vec<(String, String)>> {
    if let Ok(references) = repo.store().references(prefix) {
        return Ok(references);
    }
    let text = repo.git().args(["for-each-ref", "--format=%(refname) %(objectname)", prefix]).text()?;
    Ok(text.lines().filter_map(|line| line.split_once(' ')).map(|(n, o)| (n.to_owned(), o.to_owned())).collect())
}

/// Creates the first free reference `prefix/1`, `prefix/2` … and returns its name.
pub(crate) fn create_numbered(repo: &Repo, prefix: &str, commit: &str, reason: &str) -> Result<String> {
    let taken = list(repo, &format!("{prefix}/"))?;
    let highest = taken.iter().filter_map(|(name, _)| name.rsplit('/').next()?.parse::<u32>().ok()).max().unwrap_or(0);
    for number in highest + 1..highest + 100 {
        let name = format!("{prefix}/{number}");
        if RefChange::default().create(&name, commit).apply(repo, reason)? == Moved::Done {
            return Ok(name);
        }
    }
    Err(refuse(format!("cannot find a free reference below `{prefix}`")))
}

/// Refuses a branch name that git or batchprp cannot use.
pub(crate) fn check_branch(branch: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let valid = branch.chars().all(plain) && !branch.starts_with(['-', '/', '.']);
    if valid && git2::Reference::is_valid_name(&head(branch)) {
        Ok(())
    } else {
        Err(refuse(format!("`{}` is not a usable branch name", branch.escape_default())))
    }
}
