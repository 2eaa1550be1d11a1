//! Lists of other tools as batches: found, read, and given ids that stay.

use std::path::Path;

use crate::bridge::{ReadPlan, Selection};
use crate::error::{Error, ExitCode, Findings, Result};
use crate::host::git::upkeep::adopted::{self, Adopted};
use crate::host::plan_files;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::read::dialect::{Format, Source, TaskList, numbering, read_as, to_plan, to_prps};
use crate::model::read::{self, ReadDocument};
use crate::run::settings::Settings;

/// How often somebody else may record a batch while we do.
const TRIES: usize = 8;

/// Reads a plan, or the list of another tool as one.
pub(crate) fn plan(settings: &Settings, order: &ReadPlan) -> Result<(Plan, Vec<Problem>)> {
    let readers = &settings.readers;
    let path = &plan_files::one(&settings.root, &order.path, readers)?;
    let (bytes, companions) = plan_files::load(&settings.root, path, readers)?;
    let format = format(settings, order.format.as_deref())?;
    Ok(match readers.document(path, &bytes, companions, format) {
        ReadDocument::Plan(plan, problems) => (*plan, problems),
        ReadDocument::Tasks(list, problems) => (to_plan(&list, order.optional), problems),
        ReadDocument::Prp(..) => read::plan(path, &bytes),
    })
}

/// Reads what a path means as the items of a batch; `None` when it is a document of batchprp's own.
pub(crate) fn items(
    settings: &Settings,
    selection: &Selection,
    path: &Path,
    next_batch: impl Fn(&[Adopted]) -> Result<u32>,
) -> Result<Option<Vec<Prp>>> {
    let format = format(settings, selection.format.clone().or(said_before(settings, path)?).as_deref())?;
    let Some(lists) = lists(settings, path, format)? else { return Ok(None) };
    let source = match lists.as_slice() {
        [one] => one.path.display().to_string(),
        _ => path.display().to_string(),
    };
    // Without a repository nothing can be kept; what runs needs one anyway, and says so.
    let repo = settings.repo().ok();
    for _ in 0..TRIES {
        let known = repo.as_ref().map(adopted::all).transpose()?.unwrap_or_default();
        let old = known.iter().rfind(|adopted| adopted.source == source);
        let mut new = match old {
            Some(old) => old.clone(),
            None => Adopted::new(next_batch(&known)?, source.clone()),
        };
        new.optional |= selection.optional;
        new.format = selection.format.clone().or(new.format);
        new.ids = numbering(&lists, new.batch, &new.ids);
        let kept = match (&repo, selection.adopt) {
            (Some(repo), true) if Some(&new) != old => adopted::record(repo, &new, old)?,
            _ => true,
        };
        if kept {
            return Ok(Some(to_prps(&lists, &new.ids, new.optional)));
        }
    }
    Err(Error::new(ExitCode::GitRefuses, "somebody else makes batches of plans all the time")
        .help("run the command again"))
}

/// Reads the items of a batch that was made of a list; none when there is no such batch.
pub(crate) fn of_batch(settings: &Settings, batch: u32) -> Result<Vec<Prp>> {
    let Ok(repo) = settings.repo() else { return Ok(Vec::new()) };
    let Some(known) = adopted::all(&repo)?.into_iter().find(|adopted| adopted.batch == batch) else {
        return Ok(Vec::new());
    };
    let format = format(settings, known.format.as_deref())?;
    let Some(lists) = lists(settings, Path::new(&known.source), format)? else { return Ok(Vec::new()) };
    let ids = numbering(&lists, batch, &known.ids);
    Ok(to_prps(&lists, &ids, known.optional))
}

/// Returns the highest batch that a list became.
pub(crate) fn highest(known: &[Adopted]) -> u32 {
    known.iter().map(|adopted| adopted.batch).max().unwrap_or(0)
}

/// Returns the records of lists that became batches, none where there is no repository.
pub(crate) fn known(settings: &Settings) -> Result<Vec<Adopted>> {
    settings.repo().ok().map_or_else(|| Ok(Vec::new()), |repo| adopted::all(&repo))
}

/// Returns the format that was said when a list became a batch.
fn said_before(settings: &Settings, path: &Path) -> Result<Option<String>> {
    let is_source = |adopted: &Adopted| {
        let source = Path::new(&adopted.source);
        source == path || source.parent() == Some(path)
    };
    Ok(known(settings)?.into_iter().rfind(is_source).and_then(|adopted| adopted.format))
}

/// Reads the name of a format as the user gave it.
fn format(settings: &Settings, name: Option<&str>) -> Result<Option<Format>> {
    let Some(name) = name else { return Ok(None) };
    settings.readers.named(name).map(Some).ok_or_else(|| {
        let known = settings.readers.formats().iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ");
        Error::new(ExitCode::InvalidInput, format!("`{name}` is not a format; known are {known}"))
            .help("`batchprp formats` says what each of them is")
    })
}

fn lists(settings: &Settings, path: &Path, format: Option<Format>) -> Result<Option<Vec<TaskList>>> {
    let mut lists = Vec::new();
    let mut faulty: Vec<Findings> = Vec::new();
    let readers = &settings.readers;
    for path in plan_files::documents(&settings.root, path, readers)? {
        let (bytes, companions) = plan_files::load(&settings.root, &path, readers)?;
        let (mut list, problems) = match readers.document(&path, &bytes, companions, format) {
            ReadDocument::Tasks(list, problems) => (*list, problems),
            ReadDocument::Plan(..) => read_as(&Source::new(&path, &bytes, Vec::new()), Format::Plan),
            ReadDocument::Prp(..) => return Ok(None),
        };
        if problems.iter().any(Problem::is_error) {
            let (name, text) = (path.display().to_string(), list.text.clone());
            faulty.push(Findings { name, text, problems: problems.clone() });
        }
        let warned = warned(&list, &problems);
        list.assumed.extend(warned);
        lists.push(list);
    }
    if faulty.is_empty() {
        return Ok(Some(lists));
    }
    let mut error = Error::new(ExitCode::InvalidInput, format!("`{}` cannot be carried out", path.display()))
        .help("`batchprp inspect FILE` shows what is read; nothing was started");
    error.findings = faulty;
    Err(error)
}

/// Returns the warnings about a list as sentences. What it does not say stands among what is assumed already.
fn warned(list: &TaskList, problems: &[Problem]) -> Vec<String> {
    let told = problems.iter().filter(|problem| !problem.is_error() && problem.code != "format::not_said");
    let one = |problem: &Problem| {
        let before = problem.span.as_ref().and_then(|span| list.text.get(..span.start)).unwrap_or_default();
        format!("line {}: {}", before.matches('\n').count() + 1, problem.message)
    };
    told.map(one).collect()
}
