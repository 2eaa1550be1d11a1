//! PRPs of the fake project.

use std::path::Path;

use crate::bridge::{ReadPlan, Selection};
use crate::error::{Error, ExitCode};
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::read;

use super::world::World;

/// Folders in which the fake project keeps its PRPs.
const OPEN: &str = "PRPs/feature-requests";
const EXECUTED: &str = "PRPs/executed";

/// Reads what a selection asks for.
pub(crate) fn select(world: &World, selection: &Selection) -> Result<Vec<Prp>, Error> {
    let mut error = Error::new(ExitCode::InvalidInput, "the PRPs have errors");
    let mut chosen = Vec::new();
    for (path, text) in &world.files {
        if !(path.starts_with(OPEN) || selection.executed && path.starts_with(EXECUTED)) {
            continue;
        }
        let (prp, problems) = read::prp(path, text.as_bytes());
        if !is_wanted(&prp, selection) {
            continue;
        }
        if problems.iter().any(crate::model::problem::Problem::is_error) {
            error = error.findings(path.display().to_string(), text.clone(), problems);
        }
        chosen.push(prp);
    }
    chosen.sort_by(|a, b| a.id.cmp(&b.id));
    if !selection.lenient && !error.findings.is_empty() {
        return Err(error);
    }
    if chosen.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, "no PRPs match"));
    }
    Ok(chosen)
}

fn is_wanted(prp: &Prp, selection: &Selection) -> bool {
    let Some(id) = &prp.id else { return false };
    let batch = prp.batch.or(id.batch().map(|batch| batch.0));
    let in_batch = selection.batch.is_none_or(|wanted| batch == Some(wanted));
    let named = |text: &String| text.parse().is_ok_and(|wanted: crate::model::id::PrpId| wanted == *id);
    in_batch && (selection.ids.is_empty() || selection.ids.iter().any(named))
}

/// Reads a plan of the fake project.
pub(crate) fn plan(world: &World, order: &ReadPlan) -> Result<(Plan, Vec<Problem>), Error> {
    let text = world.files.get(&order.path);
    let text =
        text.ok_or_else(|| Error::new(ExitCode::NothingMatched, format!("no file `{}`", order.path.display())))?;
    Ok(read::plan(&order.path, text.as_bytes()))
}

/// Returns the next free number.
pub(crate) fn next_batch(world: &World) -> u32 {
    let number = |path: &Path| read::id_of_file_name(path)?.batch().map(|batch| batch.0);
    world.files.keys().filter_map(|path| number(path)).max().unwrap_or_default() + 1
}

/// Returns a PRP document with as many phases as asked for, each with a command as its gate.
pub(crate) fn document(id: &str, dependencies: &[String], files: &[String], phases: u32) -> String {
    let list = |values: &[String]| values.join(", ");
    let mut text = format!(
        "---\nprp_id: {id}\ntitle: Work of {id}\nstatus: planning\ncomplexity: medium\nestimated_hours: 1\n\
         dependencies: [{}]\nfiles_modified: [{}]\n---\n# {id}: Work of {id}\n\n## Implementation\n",
        list(dependencies),
        list(files)
    );
    for number in 1..=phases {
        let phase = format!("\n### Phase {number}: Step {number} (1 hour)\n\nDo step {number}.\n");
        text.push_str(&phase);
    }
    text.push_str("\n## Validation\n\n- L1: `true`\n");
    text
}

/// Returns where a PRP lies.
pub(crate) fn path(id: &str) -> String {
    format!("{OPEN}/{id}-work.md")
}
