//! HEAD of the checkout.

use super::handle::{AskGit, Read, Store};

/// What a HEAD says, whether or not it leads to a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pointer {
    /// Full name of a reference.
    Reference(String),
    Commit(String),
}

impl Store {
    /// Returns what HEAD of the checkout says.
    pub(crate) fn head(&self) -> Read<Pointer> {
        let pointer = self.read(|repo| {
            let head = repo.find_reference("HEAD")?;
            let name = head.symbolic_target_bytes().map(|name| String::from_utf8_lossy(name).into_owned());
            Ok(name.map(Pointer::Reference).or_else(|| head.target().map(|id| Pointer::Commit(id.to_string()))))
        });
        pointer?.ok_or(AskGit)
    }
}
