//! What an attempt tells while it goes on: a chain of commits, each with what came since the one before.

use crate::error::Result;
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;
use crate::model::worker::paper::PaperPiece;

/// Name of the file with the events.
const EVENTS: &str = "events.jsonl";
/// Name of the file with what agents and checks wrote.
const PAPERS: &str = "papers.jsonl";

/// What a commit of the chain tells.
#[derive(Clone, Debug, Default)]
pub struct ToldThere {
    /// Events, as lines.
    pub lines: Vec<String>,
    pub papers: Vec<PaperPiece>,
}

/// Adds lines and papers to a chain and returns its newest commit.
pub fn add(repo: &Repo, before: Option<&str>, lines: &str, papers: &[PaperPiece]) -> Result<String> {
    let papers: String = papers.iter().filter_map(|piece| Some(serde_json::to_string(piece).ok()? + "\n")).collect();
    let mut files = String::new();
    for (name, text) in [(EVENTS, lines), (PAPERS, &papers)] {
        if !text.is_empty() {
            let object = repo.git().args(["hash-object", "-w", "--no-filters", "--stdin"]).input(text).text()?;
            files += &["100644 blob ", &object, "\t", name, "\n"].concat();
        }
    }
    let tree = repo.git().args(["mktree"]).input(files).text()?;
    let parents: Vec<&str> = before.into_iter().collect();
    temporary::commit(repo, &tree, &parents, "Events\n")
}

/// Returns what a chain tells after `seen`, oldest first.
pub fn since(repo: &Repo, seen: Option<&str>, newest: &str) -> Result<ToldThere> {
    let mut told = ToldThere::default();
    if seen == Some(newest) {
        return Ok(told);
    }
    let mut range = vec!["--first-parent".to_owned(), newest.to_owned()];
    range.extend(seen.map(|seen| format!("^{seen}")));
    let range: Vec<&str> = range.iter().map(String::as_str).collect();
    for entry in history::log(repo, &range)?.into_iter().rev() {
        let file = |name: &str| repo.show(&entry.commit, std::path::Path::new(name)).map(Option::unwrap_or_default);
        told.lines.extend(String::from_utf8_lossy(&file(EVENTS)?).lines().map(str::to_owned));
        // A newer worker may say what we do not know.
        let papers = file(PAPERS)?;
        let pieces = papers.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        told.papers.extend(pieces);
    }
    Ok(told)
}
