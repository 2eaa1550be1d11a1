//! Whether a file system has room for the work of an agent.

use std::path::Path;

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
