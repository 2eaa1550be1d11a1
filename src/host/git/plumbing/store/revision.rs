//! Revisions of the simple kinds: ids, references and branches by name, and their parents. The git program knows the
//! others, and the exact rules for what is ambiguous.

use git2::{Error, Object, ObjectType, Oid, Reference, Repository};

use super::handle::{AskGit, Read, Store, found};

/// Length of a full id.
const FULL: usize = 40;

impl Store {
    /// Returns the commit that a revision names, if there is one.
    pub(crate) fn commit(&self, revision: &str) -> Read<Option<String>> {
        let (name, steps) = split(revision).ok_or(AskGit)?;
        if !steps.is_empty() && !self.is_whole() {
            return Err(AskGit);
        }
        let commit = self.read(|repo| {
            let object = match look_up(repo, name)? {
                Named::Object(object) => object,
                Named::Nothing => return Ok(Some(None)),
                Named::Unknown => return Ok(None),
            };
            let Ok(mut commit) = object.peel_to_commit() else { return Ok(Some(None)) };
            for step in &steps {
                match *step {
                    Step::Parent(0) => {}
                    Step::Parent(number) => match found(commit.parent(number - 1))? {
                        Some(parent) => commit = parent,
                        None => return Ok(Some(None)),
                    },
                    Step::Back(count) => {
                        for _ in 0..count {
                            match found(commit.parent(0))? {
                                Some(parent) => commit = parent,
                                None => return Ok(Some(None)),
                            }
                        }
                    }
                }
            }
            Ok(Some(Some(commit.id().to_string())))
        });
        commit?.ok_or(AskGit)
    }
}

/// What a name without steps stands for.
pub(super) enum Named<'repo> {
    Object(Object<'repo>),
    /// Certainly nothing.
    Nothing,
    /// Only git can tell.
    Unknown,
}

/// Finds the object of a full id, of a full name of a reference, or of a short one that is there.
pub(super) fn look_up<'repo>(repo: &'repo Repository, name: &str) -> Result<Named<'repo>, Error> {
    if name.len() == FULL && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return object(repo, Some(Oid::from_str(name)?));
    }
    if name == "HEAD" || name.starts_with("refs/") {
        if !Reference::is_valid_name(name) {
            return Ok(Named::Unknown);
        }
        return object(repo, found(repo.refname_to_id(name))?);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if name.is_empty() || !name.bytes().all(plain) || !Reference::is_valid_name(&format!("refs/heads/{name}")) {
        return Ok(Named::Unknown);
    }
    match found(repo.resolve_reference_from_short_name(name))? {
        Some(reference) => object(repo, found(reference.resolve())?.and_then(|reference| reference.target())),
        // It may be an abbreviated id.
        None => Ok(Named::Unknown),
    }
}

fn object(repo: &Repository, id: Option<Oid>) -> Result<Named<'_>, Error> {
    let Some(id) = id else { return Ok(Named::Nothing) };
    Ok(found(repo.find_object(id, None::<ObjectType>))?.map_or(Named::Nothing, Named::Object))
}

/// A way from a commit to one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// `^2`: the second parent; `^0` is the commit itself.
    Parent(usize),
    /// `~2`: the first parent of the first parent.
    Back(usize),
}

/// Divides a revision into its name and the steps from there; `None` for those of another kind.
fn split(revision: &str) -> Option<(&str, Vec<Step>)> {
    let end = revision.find(['^', '~']).unwrap_or(revision.len());
    let (name, mut rest) = revision.split_at(end);
    let mut steps = Vec::new();
    while let Some(kind) = rest.chars().next() {
        rest = &rest[1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = if digits == 0 { 1 } else { rest[..digits].parse().ok().filter(|number| *number <= 1 << 16)? };
        rest = &rest[digits..];
        steps.push(match kind {
            '^' => Step::Parent(number),
            '~' => Step::Back(number),
            _ => return None,
        });
    }
    Some((name, steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_as_git_reads_them_and_other_suffixes_are_left_to_git() {
        assert_eq!(split("main"), Some(("main", vec![])));
        assert_eq!(split("a^"), Some(("a", vec![Step::Parent(1)])));
        assert_eq!(split("a^^2~3"), Some(("a", vec![Step::Parent(1), Step::Parent(2), Step::Back(3)])));
        assert_eq!(split("a~^0"), Some(("a", vec![Step::Back(1), Step::Parent(0)])));
        for other in ["a^{tree}", "a^@", "a~1x", "a~99999999999999999999", "a~100000"] {
            assert_eq!(split(other), None, "{other}");
        }
    }
}
