//! Which PRPs a command works on: reads the folders and reports every problem of every document at once.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::adopt;
use walkdir::WalkDir;

use crate::bridge::Selection;
use crate::error::{Error, ExitCode, Findings, Result};
use crate::model::id::PrpId;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::read;
use crate::run::settings::Settings;
use crate::run::shared::names;

/// Largest document that is read, in bytes.
const MAX_BYTES: u64 = 50 << 20;

/// A document that was read, with what its reader had to say.
struct Document {
    prp: Prp,
    problems: Vec<Problem>,
}

/// Reads the PRPs of a selection, in document order (by id).
pub(crate) fn prps(settings: &Settings, selection: &Selection) -> Result<Vec<Prp>> {
    let mut waiting = folder(settings, &settings.requests)?;
    let mut executed = folder(settings, &settings.executed)?;
    let (paths, ids): (Vec<&String>, Vec<&String>) = selection.ids.iter().partition(|text| is_path(settings, text));
    let paths = paths.into_iter().map(|path| below(settings, path)).collect::<Result<Vec<_>>>()?;
    let mut wanted = ids.into_iter().map(|id| names::parse(id)).collect::<Result<Vec<_>>>()?;
    let batches = wanted.iter().filter_map(PrpId::batch).map(|batch| batch.0).chain(selection.batch);
    for batch in batches.collect::<BTreeSet<_>>() {
        waiting.extend(adopt::of_batch(settings, batch)?.into_iter().map(Document::sound));
    }
    for path in &paths {
        if waiting.iter().chain(&executed).any(|document| document.prp.path == *path && document.prp.origin.is_none()) {
            continue;
        }
        match listed(settings, selection, path)? {
            Some(items) => {
                let old: BTreeSet<_> = items.iter().filter_map(|prp| prp.id.clone()).collect();
                waiting.retain(|document| !document.prp.id.as_ref().is_some_and(|id| old.contains(id)));
                wanted.extend(old);
                waiting.extend(items.into_iter().map(Document::sound));
            }
            None => waiting.push(alone(settings, selection, path)?),
        }
    }
    let known = waiting.iter().chain(&executed).filter_map(|d| d.prp.id.clone()).collect::<Vec<_>>();
    if let Some(missing) = wanted.iter().find(|id| !known.contains(id)) {
        let near = nearest(missing, &known);
        let error =
            Error::new(ExitCode::NothingMatched, format!("no PRP `{missing}` in {}", settings.requests.display()));
        // Whoever names a number alone means the batch, as `land` and `status` take it.
        let number = missing.as_str().trim_start_matches("PRP-").parse::<u32>().ok();
        let batch = number.filter(|number| known.iter().any(|id| id.batch().is_some_and(|batch| batch.0 == *number)));
        if let Some(batch) = batch {
            return Err(error.help(format!("batch {batch} as a whole is `--batch {batch}`")));
        }
        return Err(near.map_or(error.clone(), |near| error.help(format!("did you mean `{near}`?"))));
    }
    let matches = |prp: &Prp| {
        let in_batch = selection.batch.is_none_or(|batch| batch_of(prp) == Some(batch));
        let by_id = prp.id.as_ref().is_some_and(|id| wanted.contains(id));
        let named = selection.ids.is_empty() || by_id || prp.origin.is_none() && paths.contains(&prp.path);
        in_batch && named && (selection.batch.is_some() || !selection.ids.is_empty() || selection.lenient)
    };
    waiting.retain(|document| matches(&document.prp));
    executed.retain(|document| selection.executed && matches(&document.prp));
    let mut chosen = waiting;
    chosen.append(&mut executed);
    if chosen.is_empty() {
        return Err(nothing(settings, selection, &known));
    }
    if selection.lenient {
        for document in &mut chosen {
            document.prp.problems = std::mem::take(&mut document.problems);
        }
        return Ok(sorted(chosen));
    }
    let prps = chosen.iter().map(|document| document.prp.clone()).collect::<Vec<_>>();
    let known = known.into_iter().collect::<BTreeSet<_>>();
    let findings = [read::duplicates(&prps), read::unknown_ids(&prps, &known)];
    for finding in findings.into_iter().flatten() {
        if let Some(document) = chosen.iter_mut().find(|document| document.prp.path == finding.path) {
            document.problems.push(finding.problem);
        }
    }
    refuse(chosen)
}

impl Document {
    fn sound(prp: Prp) -> Self {
        Self { prp, problems: Vec::new() }
    }
}

/// Reads the items of a list of another tool, or of a plan; `None` when the path is neither.
fn listed(settings: &Settings, selection: &Selection, path: &Path) -> Result<Option<Vec<Prp>>> {
    if !settings.root.join(path).exists() {
        return Ok(None);
    }
    adopt::items(settings, selection, path, |known| Ok(next_of_documents(settings)?.max(1 + adopt::highest(known))))
}

/// Tells whether something names a file or folder: it looks like one, or it is one and no id.
fn is_path(settings: &Settings, text: &str) -> bool {
    let path = Path::new(text);
    let ending = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md") || end.eq_ignore_ascii_case("json"));
    let looks_so = ending || text == "." || text.contains(['/', std::path::MAIN_SEPARATOR]);
    looks_so || text.parse::<PrpId>().is_err() && settings.root.join(path).exists()
}

/// Returns a path as documents are named: relative to the project, in which it lies.
fn below(settings: &Settings, text: &str) -> Result<PathBuf> {
    let path = Path::new(text);
    let path = path.strip_prefix(&settings.root).unwrap_or(path);
    let path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    let whole = settings.root.join(&path);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    // What is not there is told later; a link may lead anywhere.
    if stays && (!whole.exists() || real(&whole).starts_with(real(&settings.root))) {
        return Ok(path);
    }
    let error = Error::new(ExitCode::InvalidInput, format!("`{text}` lies outside of the project"));
    Err(error.help("name a document of the project, or an id such as `PRP-47.1.1`"))
}

/// Reads a document that is named by its path and lies outside of the folders, or has no id; only who takes documents
/// with errors can do something with it.
fn alone(settings: &Settings, selection: &Selection, path: &Path) -> Result<Document> {
    let error = |why: String| Error::new(ExitCode::NothingMatched, format!("no PRP `{}`: {why}", path.display()));
    if !selection.lenient {
        let folders = format!("`{}` or `{}`", settings.requests.display(), settings.executed.display());
        return Err(error("it is not there, or it has no id".to_owned())
            .help(format!("name a file in {folders}, or an id such as `PRP-47.1.1`")));
    }
    let bytes = load(&settings.root, &settings.root.join(path)).map_err(error)?;
    let (prp, problems) = read::prp(path, &bytes);
    Ok(Document { prp, problems })
}

fn nothing(settings: &Settings, selection: &Selection, known: &[PrpId]) -> Error {
    let mut batches = known.iter().filter_map(PrpId::batch).map(|batch| batch.0).collect::<Vec<_>>();
    batches.sort_unstable();
    batches.dedup();
    let message = match selection.batch {
        Some(batch) => format!("no PRP of batch {batch} in `{}`", settings.requests.display()),
        None => "no PRP is named".to_owned(),
    };
    let help = match batches.as_slice() {
        [] => {
            format!("there is no PRP at all: `batchprp gen PLAN.md` writes some into `{}`", settings.requests.display())
        }
        some => {
            let list = some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("choose one with `--batch N`; batches found: {list}")
        }
    };
    Error::new(ExitCode::NothingMatched, message).help(help)
}

/// Returns the PRPs when no document has an error, and one error with all findings otherwise.
fn refuse(documents: Vec<Document>) -> Result<Vec<Prp>> {
    let bad = documents.iter().any(|document| document.problems.iter().any(Problem::is_error));
    if bad {
        let mut error = Error::new(ExitCode::InvalidInput, "some PRPs cannot be read")
            .help("`batchprp inspect FILE` shows what is read; nothing was started");
        error.findings = documents
            .into_iter()
            .filter(|document| !document.problems.is_empty())
            .map(|document| Findings {
                name: document.prp.path.display().to_string(),
                text: document.prp.text,
                problems: document.problems,
            })
            .collect();
        return Err(error);
    }
    Ok(sorted(documents))
}

/// Brings documents into the order of their ids.
fn sorted(mut documents: Vec<Document>) -> Vec<Prp> {
    documents.sort_by(|a, b| a.prp.id.cmp(&b.prp.id).then_with(|| a.prp.path.cmp(&b.prp.path)));
    documents.into_iter().map(|document| document.prp).collect()
}

/// Returns the ids of all PRPs of a batch, wherever they are.
pub(crate) fn ids_of_batch(settings: &Settings, batch: Option<u32>) -> Result<Vec<PrpId>> {
    let documents = folder(settings, &settings.requests)?.into_iter().chain(folder(settings, &settings.executed)?);
    let listed = match batch {
        Some(batch) => adopt::of_batch(settings, batch)?,
        None => Vec::new(),
    };
    let documents = documents.chain(listed.into_iter().map(Document::sound));
    let of_batch = documents.filter(|document| batch.is_none() || batch_of(&document.prp) == batch);
    let mut ids = of_batch.filter_map(|document| document.prp.id).collect::<Vec<_>>();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn nearest<'a>(missing: &PrpId, known: &'a [PrpId]) -> Option<&'a PrpId> {
    known.iter().min_by_key(|id| strsim::levenshtein(id.as_str(), missing.as_str()))
}

fn batch_of(prp: &Prp) -> Option<u32> {
    let id = prp.id.clone().or_else(|| read::id_of_file_name(&prp.path));
    prp.batch.or_else(|| id?.batch().map(|batch| batch.0))
}

/// Reads all PRPs of a folder; plans and other documents in it are passed over. What is named like a PRP and cannot be
/// read is a document with an error, so that it is reported with all the others.
fn folder(settings: &Settings, folder: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for path in markdown_files(&settings.root.join(folder))? {
        let shown = path.strip_prefix(&settings.root).unwrap_or(&path).to_owned();
        let is_named = read::id_of_file_name(&shown).is_some();
        match load(&settings.root, &path) {
            Ok(bytes) => {
                if let read::ReadDocument::Prp(prp, problems) = read::document(&shown, &bytes)
                    && (prp.id.is_some() || is_named)
                {
                    documents.push(Document { prp: *prp, problems });
                }
            }
            Err(reason) if is_named => {
                let problem = Problem::error("file::unreadable", format!("the file cannot be read: {reason}"))
                    .help("mend the file, or move it out of the folder of PRPs");
                documents.push(Document { prp: Prp { path: shown, ..Prp::default() }, problems: vec![problem] });
            }
            Err(_) => {}
        }
    }
    Ok(documents)
}

/// Reads a regular file of the project; a link is followed as long as it stays inside.
fn load(root: &Path, path: &Path) -> std::result::Result<Vec<u8>, String> {
    let real = path.canonicalize().map_err(|error| error.to_string())?;
    let inside = root.canonicalize().is_ok_and(|root| real.starts_with(root));
    let facts = std::fs::metadata(&real).map_err(|error| error.to_string())?;
    match facts.len() {
        _ if !inside => Err("it is a link that leads out of the project".to_owned()),
        _ if !facts.is_file() => Err("it is not a regular file".to_owned()),
        size if size > MAX_BYTES => Err(format!("it has {size} bytes but at most {MAX_BYTES} are read")),
        _ => std::fs::read(&real).map_err(|error| error.to_string()),
    }
}

/// Lists everything in a folder that is named like a Markdown document. A folder that is not there holds none.
fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(false).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("md")) => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) if error.depth() == 0 && is_missing(&error) => {}
            Err(error) => {
                return Err(Error::new(ExitCode::InvalidInput, format!("cannot read a folder of PRPs: {error}"))
                    .help("mend its permissions: no PRP may be overlooked"));
            }
        }
    }
    Ok(files)
}

fn is_missing(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// Returns the highest batch number over all PRP folders and all lists that became batches, plus one.
pub(crate) fn next_batch(settings: &Settings) -> Result<u32> {
    let listed = adopt::highest(&adopt::known(settings)?);
    Ok(next_of_documents(settings)?.max(listed.saturating_add(1)))
}

fn next_of_documents(settings: &Settings) -> Result<u32> {
    let mut highest = 0;
    let top = settings.requests.components().next().map_or_else(|| settings.requests.clone(), |c| c.as_os_str().into());
    let mut folders = vec![settings.requests.clone(), settings.executed.clone(), top];
    folders.sort();
    folders.dedup();
    for place in folders {
        for path in markdown_files(&settings.root.join(place))? {
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let number = name.get(4..).filter(|_| name.to_ascii_uppercase().starts_with("PRP-")).and_then(|rest| {
                let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
                digits.parse::<u32>().ok()
            });
            highest = highest.max(number.unwrap_or(0));
        }
    }
    for document in folder(settings, &settings.requests)?.iter().chain(&folder(settings, &settings.executed)?) {
        highest = highest.max(batch_of(&document.prp).unwrap_or(0));
    }
    highest.checked_add(1).ok_or_else(|| Error::new(ExitCode::InvalidInput, "there is no batch number left"))
}
