//! What only shows when several PRPs are known: ids used twice, dependencies on PRPs that are not there.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::model::id::PrpId;
use crate::model::problem::Problem;
use crate::model::prp::Prp;

/// A problem and the document that its places refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedProblem {
    pub path: PathBuf,
    pub problem: Problem,
}

/// Reports ids that two files have, with both paths.
pub fn duplicates(prps: &[Prp]) -> Vec<LocatedProblem> {
    let mut seen: HashMap<&PrpId, &Prp> = HashMap::with_capacity(prps.len());
    let mut found = Vec::new();
    for prp in prps {
        let Some(id) = &prp.id else { continue };
        match seen.get(id) {
            None => {
                seen.insert(id, prp);
            }
            Some(first) => {
                let message =
                    format!("`{}` has the id `{id}`, which `{}` has already", prp.path.display(), first.path.display());
                let problem = Problem::error("batch::duplicate_id", message)
                    .at(key_place(prp, "prp_id"))
                    .help("give one of the two files another `prp_id`, and rename it to match");
                found.push(LocatedProblem { path: prp.path.clone(), problem });
            }
        }
    }
    found
}

/// Reports dependencies and conflicts that name a PRP which is in none of the folders; `known` are the ids of all.
pub fn unknown_ids(prps: &[Prp], known: &BTreeSet<PrpId>) -> Vec<LocatedProblem> {
    let mut found = Vec::new();
    for prp in prps {
        let own = prp.id.as_ref().map_or("the PRP", PrpId::as_str);
        for dependency in &prp.dependencies {
            let id = &dependency.id;
            if !known.contains(id) {
                let message = format!("{own} depends on `{id}`, which is in none of the PRP folders");
                let problem = Problem::error("batch::unknown_dependency", message)
                    .at(dependency.span.clone())
                    .help(nearest(id, prp, known));
                found.push(LocatedProblem { path: prp.path.clone(), problem });
            }
        }
        for id in prp.conflicts_with.iter().filter(|id| !known.contains(id)) {
            let message = format!("{own} conflicts with `{id}`, which is in none of the PRP folders");
            let problem = Problem::warning("batch::unknown_conflict", message)
                .at(key_place(prp, "conflicts_with"))
                .help(nearest(id, prp, known));
            found.push(LocatedProblem { path: prp.path.clone(), problem });
        }
    }
    found
}

/// Reports PRPs that depend on themselves. The reader does so too; this serves PRPs made in memory.
pub fn self_dependencies(prps: &[Prp]) -> Vec<LocatedProblem> {
    let own = |prp: &Prp| prp.dependencies.iter().find(|dependency| Some(&dependency.id) == prp.id.as_ref()).cloned();
    let finding = |prp: &Prp| {
        let dependency = own(prp)?;
        let problem = Problem::error("prp::self_dependency", format!("{} depends on itself", dependency.id))
            .at(dependency.span)
            .help("remove it from its own `dependencies`");
        Some(LocatedProblem { path: prp.path.clone(), problem })
    };
    prps.iter().filter_map(finding).collect()
}

/// Returns the place of a value in the frontmatter, else the start of the document.
fn key_place(prp: &Prp, key: &str) -> std::ops::Range<usize> {
    let front = crate::model::read::text::frontmatter::frontmatter(&prp.text, &mut Vec::new());
    front.and_then(|front| front.get(&[key]).map(|entry| entry.value.span())).unwrap_or(0..0)
}

/// Names the id that was probably meant: few letters differ, more in a longer id.
fn nearest(id: &PrpId, own: &Prp, known: &BTreeSet<PrpId>) -> String {
    let distance = |other: &PrpId| strsim::damerau_levenshtein(id.bare(), other.bare());
    let others = known.iter().filter(|other| Some(*other) != own.id.as_ref());
    match others.min_by_key(|other| distance(other)).filter(|other| distance(other) <= id.bare().len().div_ceil(3)) {
        Some(other) => format!("did you mean `{other}`?"),
        None => "remove it, or move it to `external_dependencies`".to_owned(),
    }
}
