//! What an item left behind: the files of its attempts and checks, and its work in git.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ExitCode, Result};
use crate::event::ItemView;
use crate::host::git::plumbing::diff::{self, Patch};
use crate::host::git::plumbing::repo::Repo;
use crate::model::id::PrpId;
use crate::run::shared::{check_logs, names};

/// Which files of an item.
#[derive(Clone, Copy)]
pub enum ItemFiles {
    Transcripts,
    Checks,
    Errors,
    Prompts,
}

impl ItemFiles {
    /// Returns the files of all attempts, in order.
    pub fn files(self, folder: &Path) -> Vec<PathBuf> {
        let is_meant: fn(&str) -> bool = match self {
            Self::Transcripts => |name| name == "transcript.jsonl" || name == "stderr.log",
            Self::Errors => |name| name == "stderr.log",
            Self::Prompts => |name| name == "prompt.md",
            Self::Checks => {
                // In the order in which they ran.
                let entries = walkdir::WalkDir::new(folder.join(check_logs::FOLDER)).into_iter().flatten();
                let entries = entries.filter(|entry| entry.file_type().is_file());
                let time = |path: &PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
                let mut paths: Vec<PathBuf> = entries.map(walkdir::DirEntry::into_path).collect();
                paths.sort_by_cached_key(|path| (time(path), path.clone()));
                return paths;
            }
        };
        let attempts = walkdir::WalkDir::new(folder).max_depth(3).sort_by_file_name().into_iter().flatten();
        let is_meant =
            |entry: &walkdir::DirEntry| entry.file_type().is_file() && entry.file_name().to_str().is_some_and(is_meant);
        attempts.filter(is_meant).map(walkdir::DirEntry::into_path).collect()
    }
}

/// Says which check a file of one is about, by its name and by what the journal says of it:
/// `PREFIX-lLEVEL-COMMAND[-RUN]-CHECK.log`.
pub fn check(path: &Path, item: &ItemView) -> Option<String> {
    let name = path.file_stem()?.to_str()?;
    let (prefix, rest) = name.split_once("-l")?;
    let mut numbers = rest.split('-').map(str::parse::<u32>);
    let (level, command) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let rest: Vec<u32> = numbers.collect::<std::result::Result<_, _>>().ok()?;
    let (run, time) = match rest[..] {
        [time] => (1, time),
        [run, time] => (run, time),
        _ => return None,
    };
    let what = prefix.strip_prefix('p').map_or_else(|| "merged tree".to_owned(), |phase| format!("phase {phase}"));
    // What ran again on the same files belongs to the first try, whose file the journal names.
    let first = format!("{prefix}-l{level}-{command}-{time}.log");
    let fact = item.checks.iter().find(|fact| fact.log.as_ref().is_some_and(|log| log.ends_with(&first)));
    // The journal names the files of what failed. A file that it does not name is of a check that passed, or of one that
    // runs now.
    let said = if fact.is_some() { "failure" } else { "output" };
    let repair = fact.filter(|fact| fact.repair > 0).map(|fact| format!(" after repair {}", fact.repair));
    let again = if run > 1 { format!(", run {run} on the same files") } else { String::new() };
    let repair = repair.unwrap_or_default();
    Some(format!("{what}, level {level}, command {command}: {said} {time}{repair}{again}"))
}

/// Returns what the item changed: on its branch, or in its merge.
pub fn patch(repo: &Repo, item: &ItemView, batch: Option<u32>, most: usize) -> Result<Patch> {
    let refuse = |error| Error::new(ExitCode::NothingMatched, format!("{error}: it has no branch"));
    let id: PrpId = item.info.id.parse().map_err(refuse)?;
    let batch = names::batch_branch(batch);
    let Some((from, to)) = diff::range(repo, &batch, &id.branch(), item.merge.as_deref())? else {
        let message = format!("git shows no work of `{}`", item.info.id);
        let help = format!("neither `{}` nor a merge of it into `{batch}` is there", id.branch());
        return Err(Error::new(ExitCode::NothingMatched, message).help(help));
    };
    diff::patch(repo, &from, &to, most)
}
