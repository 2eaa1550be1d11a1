//! Finding the documents of a plan: a file is itself, in a folder they are where their tools put them.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, ExitCode, Result};
use crate::model::read::dialect::{Companion, Readers};

/// Larger documents are refused unread.
const LARGEST: u64 = 50 << 20;
/// Of documents beside a plan no more than this is read.
const COMPANION: u64 = 1 << 20;

/// Lists in which the tools keep their tasks, below a folder that they know.
const LISTS: [&str; 4] = ["tasks.md", ".taskmaster/tasks/tasks.json", "tasks/tasks.json", "tasks.json"];
/// Folders in which the tools keep a folder for each of their plans.
const SHELVES: [&str; 4] = ["specs", ".kiro/specs", "openspec/changes", "changes"];

/// Returns the documents that a path means, as paths below `root` like itself.
pub fn documents(root: &Path, path: &Path, readers: &Readers) -> Result<Vec<PathBuf>> {
    let whole = root.join(path);
    // A folder that is named like a document is refused as one.
    let is_named_so = path.extension().is_some_and(|end| end == "md" || end == "json");
    if is_named_so || !whole.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    // What the project brings a reader for is what is meant.
    let own = readers.file_names();
    if let Some(list) = own.iter().chain(&LISTS).find(|name| whole.join(name).is_file()) {
        return Ok(vec![path.join(list)]);
    }
    let files = markdown(&whole, 2)?;
    let named = |test: fn(&str) -> bool| -> Vec<PathBuf> {
        let name = |file: &&PathBuf| file.file_name().and_then(|name| name.to_str()).is_some_and(test);
        files.iter().filter(name).map(|file| path.join(file.strip_prefix(&whole).unwrap_or(file))).collect()
    };
    for several in [named(|name| name.ends_with("-PLAN.md")), named(is_story)] {
        if !several.is_empty() {
            return Ok(several);
        }
    }
    let shelved: Vec<PathBuf> = SHELVES
        .iter()
        .flat_map(|shelf| WalkDir::new(whole.join(shelf)).max_depth(2).sort_by_file_name().into_iter().flatten())
        .map(walkdir::DirEntry::into_path)
        .filter(|file| file.ends_with("tasks.md"))
        .chain(files.iter().filter(|file| file.ends_with("tasks.md")).cloned())
        .map(|file| path.join(file.strip_prefix(&whole).unwrap_or(&file)))
        .collect();
    match shelved.as_slice() {
        [] => {}
        [one] => return Ok(vec![one.clone()]),
        several => return Err(choose(path, several)),
    }
    match named(|name| name.to_ascii_lowercase().contains("plan")).as_slice() {
        [one] => Ok(vec![one.clone()]),
        [] => match files.as_slice() {
            [one] => Ok(vec![path.join(one.strip_prefix(&whole).unwrap_or(one))]),
            _ => Err(Error::new(ExitCode::NothingMatched, format!("there is no plan in `{}`", path.display()))
                .help("name a file; `batchprp formats` says where each tool keeps its plans")),
        },
        several => Err(choose(path, several)),
    }
}

/// Returns the one document that a path means.
pub fn one(root: &Path, path: &Path, readers: &Readers) -> Result<PathBuf> {
    match documents(root, path, readers)?.as_slice() {
        [one] => Ok(one.clone()),
        several => Err(choose(path, several)),
    }
}

fn choose(path: &Path, several: &[PathBuf]) -> Error {
    let names = several.iter().take(12).map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    Error::new(ExitCode::Usage, format!("`{}` holds {} plans", path.display(), several.len()))
        .help(format!("name one of {names}"))
}

/// Tells whether a file is named like a story, such as `1.2.title.md` or `1-2-title.md`.
fn is_story(name: &str) -> bool {
    let mut parts = name.splitn(3, ['.', '-']);
    let number = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.len() < 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    number(parts.next())
        && number(parts.next())
        && parts.next().is_some()
        && Path::new(name).extension().is_some_and(|end| end == "md")
}

fn markdown(folder: &Path, depth: usize) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.') || name == "node_modules";
    let walk = WalkDir::new(folder).max_depth(depth).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| refuse(folder, &error.to_string()))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("md")) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn refuse(path: &Path, why: &str) -> Error {
    Error::new(ExitCode::InvalidInput, format!("cannot use `{}`: {why}", path.display()))
}

/// Reads a document: a regular file of a size that documents have, so that nothing else is waited for.
pub fn read(root: &Path, path: &Path) -> Result<Vec<u8>> {
    let whole = root.join(path);
    let facts = fs::metadata(&whole).map_err(|error| refuse(path, &error.to_string()))?;
    if facts.len() > LARGEST {
        return Err(refuse(path, &format!("{} bytes, more than {LARGEST}", facts.len())));
    }
    if !facts.is_file() {
        return Err(refuse(path, "not a regular file"));
    }
    fs::read(&whole).map_err(|error| refuse(path, &error.to_string()))
}

/// Reads a document and what stands beside it.
pub fn load(root: &Path, path: &Path, readers: &Readers) -> Result<(Vec<u8>, Vec<Companion>)> {
    let bytes = read(root, path)?;
    let mut wanted = readers.companions_of(path);
    if path.file_name().is_some_and(|name| name == "tasks.md") {
        let folder = path.parent().unwrap_or(Path::new("")).join("specs");
        let deltas = WalkDir::new(root.join(&folder)).max_depth(2).sort_by_file_name().into_iter().flatten();
        let deltas = deltas.filter(|entry| entry.file_name() == "spec.md").map(walkdir::DirEntry::into_path);
        wanted.extend(deltas.filter_map(|file| Some(folder.join(file.strip_prefix(root.join(&folder)).ok()?))));
    }
    Ok((bytes, wanted.into_iter().filter_map(|path| companion(root, path)).collect()))
}

fn companion(root: &Path, path: PathBuf) -> Option<Companion> {
    let whole = root.join(&path);
    let facts = fs::metadata(&whole).ok().filter(fs::Metadata::is_file)?;
    let text = (facts.len() <= COMPANION).then(|| fs::read_to_string(&whole).ok()).flatten();
    Some(Companion { path, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    fn found(files: &[&str], path: &str) -> String {
        let folder = project(files);
        match documents(folder.path(), Path::new(path), &Readers::default()) {
            Ok(paths) => paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}; {}", error.message, error.help.unwrap_or_default()),
        }
    }

    #[test]
    fn each_tool_keeps_its_lists_in_a_place_of_its_own() {
        assert_eq!(found(&["specs/001-a/tasks.md", "specs/001-a/spec.md"], "specs/001-a"), "specs/001-a/tasks.md");
        assert_eq!(found(&[".taskmaster/tasks/tasks.json", "README.md"], ""), ".taskmaster/tasks/tasks.json");
        assert_eq!(
            found(
                &[".planning/phases/02-x/02-01-PLAN.md", ".planning/phases/02-x/02-02-PLAN.md"],
                ".planning/phases/02-x"
            ),
            ".planning/phases/02-x/02-01-PLAN.md .planning/phases/02-x/02-02-PLAN.md"
        );
        assert_eq!(
            found(&["docs/stories/1.2.b.md", "docs/stories/1.1.a.md"], "docs/stories"),
            "docs/stories/1.1.a.md docs/stories/1.2.b.md"
        );
        assert_eq!(found(&["openspec/changes/add-x/tasks.md"], ""), "openspec/changes/add-x/tasks.md");
        assert_eq!(found(&["d/PLAN.md", "d/README.md"], "d"), "d/PLAN.md");
    }

    #[test]
    fn several_plans_are_named_and_none_is_an_error() {
        let two = found(&["specs/001-a/tasks.md", "specs/002-b/tasks.md"], "specs");
        assert_eq!(two, "`specs` holds 2 plans; name one of `specs/001-a/tasks.md`, `specs/002-b/tasks.md`");
        assert!(found(&["d/a.md", "d/b.md"], "d").starts_with("there is no plan in `d`"));
    }
}
