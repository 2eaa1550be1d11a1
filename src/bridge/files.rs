//! Effects on files of the project beside reading and writing one. Paths are below the project.

use std::path::PathBuf;

/// Copies a file as it is; never over another one.
#[derive(Debug)]
pub struct CopyFile {
    pub from: PathBuf,
    pub to: PathBuf,
}

/// Adds to the end of a file, which is made where there is none.
#[derive(Debug)]
pub struct AppendFile {
    pub path: PathBuf,
    pub text: String,
}

/// Removes a file.
#[derive(Debug)]
pub struct RemoveFile(pub PathBuf);

/// Lists the files below a folder, sorted, without what git keeps for itself.
#[derive(Debug)]
pub struct WalkFiles(pub PathBuf);
