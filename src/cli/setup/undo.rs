//! `init --undo`: removes the files that `init` wrote, but for those that somebody has changed since.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::host::state;

const PLACE: &str = ".ce/tmp/init.json";
const LARGEST: u64 = 1 << 20;

/// What `init` wrote: the path of each file, and a digest of its text.
#[derive(Default)]
pub struct Manifest {
    files: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads what earlier calls wrote; what cannot be read was not written.
    pub fn read(root: &Path) -> Self {
        let content = state::read_untrusted(&place(root), LARGEST).ok().flatten().unwrap_or_default();
        Self { files: serde_json::from_slice(&content).unwrap_or_default() }
    }

    /// Tells whether a file is as it was written here.
    pub fn wrote(&self, path: &str, found: &[u8]) -> bool {
        self.files.get(path).is_some_and(|written| *written == digest(found))
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), digest(text.as_bytes()));
    }

    /// Keeps the list. Where that fails, `init --undo` says that it knows of nothing.
    pub fn write(&self, root: &Path) {
        let place = place(root);
        let text = serde_json::to_vec(&self.files).unwrap_or_default();
        let folder = place.parent().unwrap_or(&place);
        drop(state::private_dir(folder).and_then(|()| state::write_private(&place, &text)));
    }
}

/// Runs `init --undo`.
pub fn run(context: &mut Context) -> CommandResult {
    let root = context.root.clone();
    let manifest = Manifest::read(&root);
    if manifest.files.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, "`batchprp init` has written nothing here").into());
    }
    let mut kept = Manifest::default();
    for (path, written) in manifest.files {
        let out = &mut context.terminal.out;
        match fs::read(root.join(&path)) {
            Ok(found) if digest(&found) == written => {
                let failed = |error| Error::new(ExitCode::Config, format!("cannot remove `{path}`: {error}"));
                fs::remove_file(root.join(&path)).map_err(failed)?;
                writeln!(out, "removed {path}")?;
                remove_empty(&root, Path::new(&path));
            }
            Ok(_) => {
                writeln!(out, "kept {path}, which was changed since")?;
                kept.files.insert(path, written);
            }
            Err(_) => writeln!(out, "{path} is gone already")?,
        }
    }
    if kept.files.is_empty() {
        drop(fs::remove_file(place(&root)));
        // What the checks came to is found out again.
        drop(fs::remove_dir_all(root.join(".ce/tmp/baseline")));
        remove_empty(&root, Path::new(PLACE));
    } else {
        kept.write(&root);
    }
    Ok(ExitCode::Done)
}

fn place(root: &Path) -> PathBuf {
    root.join(PLACE)
}

fn digest(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Removes the folders of a path that are empty now.
fn remove_empty(root: &Path, path: &Path) {
    for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        if fs::remove_dir(root.join(folder)).is_err() {
            return;
        }
    }
}
