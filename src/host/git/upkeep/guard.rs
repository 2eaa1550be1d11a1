//! What no agent has any business changing: settings that make git run programs, and the user's checkout.
//!
//! A guard is taken before an agent starts and compared afterwards. A difference is a fact for the event stream and no
//! proof of guilt: the user may have worked in the checkout meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::store::AskGit;

/// Files of the shared git directory that can make git run a program or read foreign objects.
const SETTINGS: [&str; 5] = ["config", "config.worktree", "info/attributes", "info/grafts", "objects/info/alternates"];

/// Digests of the guarded things, by the name under which they are reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    seen: BTreeMap<String, String>,
}

impl Guard {
    /// Takes the digests.
    pub fn take(repo: &Repo) -> Result<Self> {
        let mut seen = BTreeMap::new();
        for name in SETTINGS {
            seen.insert(format!(".git/{name}"), digest(&repo.common_dir().join(name)));
        }
        for entry in fs::read_dir(repo.common_dir().join("hooks")).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            seen.insert(format!(".git/hooks/{name}"), digest(&entry.path()));
        }
        seen.insert("HEAD of the checkout".to_owned(), format!("{:?} {}", repo.head_branch()?, repo.head()?));
        // What is staged, and not the bytes of the file: any `git status` of the user rewrites those.
        let staged = match repo.store().staged(&repo.git_dir().join("index")) {
            Ok(staged) => staged,
            Err(AskGit) => repo.git().args(["ls-files", "--stage", "-z"]).run()?.stdout,
        };
        seen.insert("index of the checkout".to_owned(), hexadecimal(&staged));
        seen.insert("uncommitted files of the checkout".to_owned(), repo.status()?.join("\n"));
        Ok(Self { seen })
    }

    /// Names what differs from an earlier guard, sorted.
    pub fn changes(&self, earlier: &Self) -> Vec<String> {
        let mut names: Vec<&String> = self.seen.keys().chain(earlier.seen.keys()).collect();
        names.sort();
        names.dedup();
        names.into_iter().filter(|name| self.seen.get(*name) != earlier.seen.get(*name)).cloned().collect()
    }
}

/// Returns the digest of a file; empty when there is none.
fn digest(path: &Path) -> String {
    fs::read(path).map_or_else(|_| String::new(), |bytes| hexadecimal(&bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing into a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}
