//! Whether a folder can take the work of an agent: it may be written, and its file system has room.

use std::path::Path;

use crate::error::{Error, ExitCode, Result};

/// Below this people are warned.
const LITTLE: u64 = 1 << 30;
/// Below this nothing is started: git and the journal need some room themselves.
const TOO_LITTLE: u64 = 100 << 20;

/// Room on a file system; `free` is in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    Little { free: u64 },
    TooLittle { free: u64 },
}

/// Looks at the file system that holds a path. Where that cannot be told there is enough.
#[allow(clippy::useless_conversion, reason = "the numbers are narrower on macOS")]
pub fn room(path: &Path) -> Room {
    nix::sys::statvfs::statvfs(path).map_or(Room::Enough, |facts| {
        let blocks = u64::from(facts.blocks_available());
        judge(blocks.saturating_mul(u64::from(facts.fragment_size())))
    })
}

/// Requires that files can be made in a folder, or in the nearest one above that exists, and that there is room. Returns
/// the free bytes where they are few. `key` is what names another folder.
pub fn usable(folder: &Path, key: &str) -> Result<Option<u64>> {
    let nearest = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let shown = nearest.display();
    if let Err(error) = tempfile::tempfile_in(nearest) {
        let reason = error.to_string();
        let reason = reason.split(" at path").next().unwrap_or_default();
        return Err(Error::new(ExitCode::Config, format!("cannot write in `{shown}`: {reason}"))
            .help(format!("`chmod u+w '{shown}'` where it is yours, or {}", elsewhere(key))));
    }
    enough(nearest, key)
}

/// Requires that there is room where a folder lies. Returns the free bytes where they are few.
pub fn enough(folder: &Path, key: &str) -> Result<Option<u64>> {
    match room(folder) {
        Room::Enough => Ok(None),
        Room::Little { free } => Ok(Some(free)),
        Room::TooLittle { free } => {
            Err(Error::new(ExitCode::Config, format!("only {} MiB are free at `{}`", free >> 20, folder.display()))
                .help(format!("free {} MiB there, or {}", TOO_LITTLE >> 20, elsewhere(key))))
        }
    }
}

fn elsewhere(key: &str) -> String {
    format!("name another folder: `batchprp config set {key} FOLDER`")
}

fn judge(free: u64) -> Room {
    match free {
        ..TOO_LITTLE => Room::TooLittle { free },
        TOO_LITTLE..LITTLE => Room::Little { free },
        LITTLE.. => Room::Enough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_refused_and_a_nearly_full_one_is_told() {
        assert_eq!(judge(0), Room::TooLittle { free: 0 });
        assert_eq!(judge(TOO_LITTLE), Room::Little { free: TOO_LITTLE });
        assert_eq!(judge(LITTLE), Room::Enough);
        assert_eq!(room(Path::new("/nowhere/at/all")), Room::Enough);
    }
}
