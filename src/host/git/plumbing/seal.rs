//! What this repository made itself: records sealed with a key, and a list of merges, both in the private state.
//!
//! Notes and commits can be written by whoever can write to the repository, so what they say is believed only where the
//! seal shows that we wrote it. What was there before the key is nobody's forgery in this repository: a fresh clone, or a
//! batch begun with an earlier version. Merges of that time count, and records are made anew by validating again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::refs;
use super::repo::{Repo, refuse};
use crate::error::Result;
use crate::host::failpoint;
use crate::host::lock::state_dir;
use crate::host::state;

const KEY: &str = "seal.key";
/// Merges that we made, one commit a line.
const MERGES: &str = "merges";
/// Tips of all branches at the time of the key, one commit a line.
const BEFORE: &str = "before";
const KEY_BYTES: usize = 32;

/// The key with which records are sealed.
pub(crate) struct Seal([u8; KEY_BYTES]);

/// Makes the key of a repository that has none. Done before any agent runs in it.
pub fn begin(repo: &Repo) -> Result<()> {
    let folder = state_dir(repo.common_dir())?;
    if folder.join(KEY).exists() {
        return Ok(());
    }
    let failed = |error: std::io::Error| refuse(format!("cannot write into `{}`: {error}", folder.display()));
    let tips: BTreeSet<String> = refs::list(repo, "refs/heads/")?.into_iter().map(|(_, tip)| tip).collect();
    let tips: String = tips.into_iter().map(|tip| tip + "\n").collect();
    let mut key = [0; KEY_BYTES];
    failpoint::around("seal.begin", || {
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        state::write_private(&folder.join(BEFORE), tips.as_bytes())?;
        // The key comes last: without it nothing has begun.
        state::write_private(&folder.join(KEY), &key)
    })
    .map_err(failed)
}

impl Seal {
    /// Returns the key, where there is one.
    pub(crate) fn of(repo: &Repo) -> Option<Self> {
        let bytes = fs::read(repo.common_dir().join("batchprp").join(KEY)).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    fn mac(&self, about: &str, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [about, "\0", text] {
            mac.update(part.as_bytes());
        }
        Some(mac)
    }

    /// Returns a JSON object with our seal as its last key. `about` is what nobody can take it away from: a commit.
    pub(crate) fn put_on(&self, about: &str, object: &str) -> String {
        let Some((body, mac)) = object.strip_suffix('}').zip(self.mac(about, object)) else { return object.to_owned() };
        let mut seal = String::new();
        for byte in mac.finalize().into_bytes() {
            // Writing into a string cannot fail.
            write!(seal, "{byte:02x}").ok();
        }
        format!("{body}{MARK}{seal}\"}}")
    }

    /// Returns the object without its seal, where the seal is ours and holds.
    pub(crate) fn take_off(&self, about: &str, sealed: &str) -> Option<String> {
        let (body, seal) = sealed.trim_end().strip_suffix("\"}")?.rsplit_once(MARK)?;
        let object = format!("{body}}}");
        let digits = (0..seal.len()).step_by(2).map(|at| u8::from_str_radix(seal.get(at..at + 2)?, 16).ok());
        let bytes = digits.collect::<Option<Vec<u8>>>()?;
        self.mac(about, &object)?.verify_slice(&bytes).ok()?;
        Some(object)
    }
}

/// How the seal stands in an object.
const MARK: &str = ",\"seal\":\"";

/// Notes that a merge is ours, before a branch moves to it.
pub(crate) fn note_merge(repo: &Repo, commit: &str) -> Result<()> {
    let path = state_dir(repo.common_dir())?.join(MERGES);
    let append = || {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        file.write_all(format!("{commit}\n").as_bytes())
    };
    failpoint::around("merge.note", append)
        .map_err(|error: std::io::Error| refuse(format!("cannot write `{}`: {error}", path.display())))
}

/// Which merges count.
pub(crate) struct OwnMerges<'a> {
    repo: &'a Repo,
    made: BTreeSet<String>,
    /// What holds everything that counts besides; nothing counts otherwise where it is `None`.
    before: Option<Vec<String>>,
}

impl<'a> OwnMerges<'a> {
    /// Reads what is known.
    pub(crate) fn of(repo: &'a Repo) -> Self {
        let folder = repo.common_dir().join("batchprp");
        let lines = |path: &Path| -> Vec<String> {
            fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
        };
        let before = Seal::of(repo).map(|_| lines(&folder.join(BEFORE)));
        // What the user has checked out was taken in by the user.
        let before = before.map(|tips| tips.into_iter().chain(repo.head().ok()).collect());
        Self { repo, made: lines(&folder.join(MERGES)).into_iter().collect(), before }
    }

    /// Tells whether a merge counts: we made it, or it was there before we could make any.
    pub(crate) fn holds(&self, commit: &str) -> Result<bool> {
        if self.made.contains(commit) {
            return Ok(true);
        }
        let Some(before) = &self.before else { return Ok(true) };
        for tip in before {
            // A tip that is gone holds nothing.
            if self.repo.commit(tip)?.is_some() && self.repo.is_ancestor(commit, tip)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_the_very_object_the_very_commit_and_the_very_key() {
        let (seal, other) = (Seal([1; KEY_BYTES]), Seal([2; KEY_BYTES]));
        let object = r#"{"prp":"PRP-1.1.1","levels":[{"result":"passed"}]}"#;
        let sealed = seal.put_on("abc", object);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&sealed).unwrap()["prp"], "PRP-1.1.1");
        assert_eq!(seal.take_off("abc", &format!("{sealed}\n")).as_deref(), Some(object));
        assert_eq!(seal.take_off("abd", &sealed), None);
        assert_eq!(other.take_off("abc", &sealed), None);
        assert_eq!(seal.take_off("abc", &sealed.replace("1.1.1", "1.1.2")), None);
        for text in ["", "{}", object, "{\"seal\":\"00\"}", r#"{"a":1,"seal":"zz"}"#, r#"{"a":1,"seal":"é"}"#] {
            assert_eq!(seal.take_off("abc", text), None, "{text}");
        }
    }
}
