//! The projects to which their user said yes.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Keeps that the scripts of a project may run. Where that cannot be kept, the question comes again.
pub fn remember(root: &Path) {
    let (Some(file), Some(line)) = (file(), line(root)) else { return };
    if is_trusted(root) {
        return;
    }
    let write = || -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&file)?;
        file.write_all(format!("{line}\n").as_bytes())
    };
    write().ok();
}

/// Tells whether somebody said yes to a project before.
pub fn is_trusted(root: &Path) -> bool {
    let known = file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    line(root).is_some_and(|line| known.lines().any(|known| known == line))
}

fn file() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| base.data_dir().join("batchprp/trusted"))
}

/// Returns the line of a project. A folder whose name holds a line end could pass for two, and is asked about each time.
fn line(root: &Path) -> Option<String> {
    let path = root.canonicalize().ok()?.into_os_string().into_string().ok()?;
    (!path.contains('\n')).then_some(path)
}
