//! Approvals: what a person says to the findings of the guard, kept as git notes on the commit that was looked at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::{Repo, refuse};

/// Where approvals are.
const NOTES: &str = "refs/notes/batchprp-approvals";
const SCHEMA_VERSION: u32 = 1;

/// What was approved about one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub schema_version: u32,
    /// The findings, by what an approval is about.
    pub findings: BTreeSet<String>,
    /// Rules whose findings were approved.
    pub rules: BTreeSet<String>,
    /// Who approved: the identity of git, else the user of the system.
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// RFC 3339.
    pub at: String,
}

/// Returns what was approved about a commit.
pub fn read(repo: &Repo, commit: &str) -> Result<Option<Approval>> {
    let text = notes::texts(repo, NOTES, &[commit])?.remove(commit);
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}

/// Records an approval beside what was approved before.
pub fn record(repo: &Repo, commit: &str, approval: Approval) -> Result<()> {
    let before = read(repo, commit)?.unwrap_or_default();
    let all = Approval {
        schema_version: SCHEMA_VERSION,
        findings: before.findings.into_iter().chain(approval.findings).collect(),
        rules: before.rules.into_iter().chain(approval.rules).collect(),
        ..approval
    };
    let text = serde_json::to_string(&all).map_err(|error| refuse(format!("cannot write the approval: {error}")))?;
    notes::put(repo, NOTES, commit, &text)
}

/// Returns who approves: the identity of git, else the user of the system.
pub fn who(repo: &Repo) -> Result<String> {
    // Not an identity that git makes up of the name of the machine.
    let known = repo.git().args(["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"]).run()?;
    let known = known.text();
    if let Some((who, _)) = known.rsplit_once('>').filter(|(who, _)| !who.starts_with(" <")) {
        return Ok(format!("{who}>"));
    }
    let user = nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten();
    Ok(user.map_or_else(|| format!("user {}", nix::unistd::getuid()), |user| user.name))
}
