//! Where the hub is.

use std::path::Path;

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::repo::Repo;

/// Returns the address of the hub as every machine understands it: that of a remote where it is named like one, else the
/// path or address itself.
pub fn of(repo: &Repo, named: &str) -> Result<String> {
    let key = format!("remote.{named}.url");
    let output = repo.git().args(["config", "--get", &key]).run()?;
    let address = if output.code == 0 { output.text() } else { named.to_owned() };
    let path = repo.root().join(&address);
    if path.exists() {
        return Ok(std::fs::canonicalize(&path).unwrap_or(path).display().to_string());
    }
    let is_remote = address.contains(':') || Path::new(&address).is_absolute();
    if is_remote {
        return Ok(address);
    }
    Err(Error::new(ExitCode::Config, format!("there is no hub `{named}`: neither a remote nor a repository"))
        .help("make one with `git init --bare PATH` and name it: `executor.hub = \"PATH\"`"))
}
