//! Landing: the branch on which a batch began moves to a commit whose tree was validated, or stays.

use super::trial::Trial;
use super::update_base::by_hand;
use crate::bridge::{Failure, Land, Landed, UndoLanding};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::merge::landing::{self, Advance, Combined, Landing, Undone};
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::lock::Lock;
use crate::host::validate::Validation;
use crate::model::id::PrpId;
use crate::model::landing::LandStrategy;
use crate::model::pattern::DeclaredFile;
use crate::model::validation::ValidationRecord;
use crate::report::text::numbered;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::world::surroundings::Surroundings;

/// How often the branch may be moved by somebody else while its next state is validated.
const TRIES: usize = 8;

/// A batch, and the branch that it lands on.
#[derive(Clone)]
struct Place {
    repo: Repo,
    branch: String,
    onto: String,
}

/// Lands a batch.
pub(crate) async fn land(order: Land, around: &Surroundings) -> std::result::Result<Landed, Failure> {
    let Land { batch, onto, strategy, level, gates, partial, again } = order;
    let (place, lock) = place(batch, onto, around).await?;
    let taken_back = {
        let Place { repo, branch, onto } = place.clone();
        off_the_loop(move || if partial { Ok(Vec::new()) } else { landing::taken_back(&repo, &branch, &onto) }).await?
    };
    if !taken_back.is_empty() {
        return Err(place.taken_back(&taken_back, &again).into());
    }
    for _ in 0..TRIES {
        let combined = {
            let Place { repo, branch, onto } = place.clone();
            off_the_loop(move || landing::combine(&repo, &branch, &onto, strategy)).await?
        };
        let landing = match combined {
            Combined::Ready(landing) => landing,
            Combined::Landed => return Ok(place.landed(0, strategy)),
            Combined::Apart { commits } => return Err(place.apart(commits, &again).into()),
            Combined::Conflict { files } => return Err(place.conflict(&files, &again).into()),
        };
        let trial = Trial {
            settings: around.settings.clone(),
            repo: place.repo.clone(),
            batch_branch: place.branch.clone(),
            level,
            gates: gates.clone(),
            env: (*around.env).clone(),
            marker: around.marker.clone(),
            stop: around.stop.clone(),
        };
        if !is_proven(&place, &landing.commit, trial.order()).await? {
            let record = trial.of(&landing.commit).await?;
            if let Some(red) = place.red(&record, &again) {
                return Err(red.into());
            }
            let (repo, commit) = (place.repo.clone(), landing.commit.clone());
            off_the_loop(move || notes::write(&repo, &commit, &record)).await?;
        }
        let moved = {
            let (Place { repo, branch, onto }, again) = (place.clone(), again.clone());
            off_the_loop(move || {
                let commits = repo.count(&landing.from, &landing.commit)?;
                let before = landing::before(&repo, &branch, &landing)?;
                let end = landing::advance(&repo, &branch, &onto, &landing, &again)?;
                Ok((end == Advance::Done).then_some((landing, commits, before)))
            })
            .await?
        };
        if let Some((Landing { commit, from, how, .. }, commits, before)) = moved {
            drop(lock);
            return Ok(Landed { from, to: commit, before, ..place.landed(commits, how) });
        }
    }
    let text = format!("`{}` is moved by somebody else again and again", place.onto);
    Err(refuse(text).help(format!("when nobody else works on it: {again}")).into())
}

/// Takes the last landing of a batch back.
pub(crate) async fn undo(order: UndoLanding, around: &Surroundings) -> std::result::Result<Landed, Failure> {
    let (place, lock) = place(order.batch, order.onto, around).await?;
    let done = off_the_loop(move || {
        let Place { repo, branch, onto } = &place;
        let undone = landing::undo(repo, branch, onto)?;
        let commits = repo.count(&undone.to, &undone.from)?;
        let Undone { from, to, .. } = undone;
        Ok(Landed { from, to, ..place.landed(commits, LandStrategy::default()) })
    });
    let done = done.await;
    drop(lock);
    done
}

async fn place(
    batch: Option<u32>,
    onto: Option<String>,
    around: &Surroundings,
) -> std::result::Result<(Place, Option<Lock>), Failure> {
    let (settings, has_lock) = (around.settings.clone(), around.has_lock);
    off_the_loop(move || find(&settings, batch, onto.as_deref(), has_lock)).await
}

fn find(settings: &Settings, batch: Option<u32>, onto: Option<&str>, has_lock: bool) -> Result<(Place, Option<Lock>)> {
    let repo = settings.repo()?;
    let branch = names::batch_branch(batch);
    let name = batch.map_or_else(|| "adhoc-exe".to_owned(), |batch| batch.to_string());
    let lock = if has_lock { None } else { Some(Lock::batch(repo.common_dir(), &name)?) };
    if repo.tip(&branch)?.is_none() {
        let text = format!("there is no branch `{branch}` to land");
        return Err(Error::new(ExitCode::NothingMatched, text).help(
            batch.map_or_else(String::new, |batch| format!("carry the batch out first: batchprp exe --batch {batch}")),
        ));
    }
    let onto = landing::onto(&repo, &branch, onto)?;
    if let Some(pattern) = settings.protected.iter().find(|pattern| DeclaredFile::new(pattern).matches(&onto)) {
        let text = format!("`{onto}` is protected: `git.protected` names `{pattern}`");
        return Err(Error::new(ExitCode::Policy, text)
            .help("land on another branch with `--onto BRANCH`, and propose that one where the project is kept"));
    }
    Ok((Place { repo, branch, onto }, lock))
}

/// Tells whether a landing validated a commit before with the same checks. What an item passed on the same tree says nothing
/// of the gates of the others.
async fn is_proven(place: &Place, commit: &str, order: Validation) -> std::result::Result<bool, Failure> {
    let (Place { repo, branch, .. }, commit) = (place.clone(), commit.to_owned());
    let proves =
        move |record: &ValidationRecord| record.prp == branch && record.passed() && order.is_answered_by(record);
    off_the_loop(move || Ok(notes::read(&repo, &commit)?.as_ref().is_some_and(proves))).await
}

impl Place {
    fn landed(&self, commits: usize, how: LandStrategy) -> Landed {
        Landed { branch: self.branch.clone(), onto: self.onto.clone(), commits, how, ..Landed::default() }
    }

    fn apart(&self, commits: usize, again: &str) -> Error {
        let Self { branch, onto, .. } = self;
        refuse(format!(
            "`{onto}` has {} that `{branch}` does not have: it cannot only move forward",
            numbered(commits, "commit")
        ))
        .help(format!("merge them: {again} --strategy merge"))
    }

    fn taken_back(&self, items: &[PrpId], again: &str) -> Error {
        let Self { branch, onto, .. } = self;
        let ids: Vec<&str> = items.iter().map(PrpId::as_str).collect();
        let text =
            format!("{} landed on `{onto}` and was taken back there since: `{branch}` still has it", ids.join(", "));
        Error::new(ExitCode::Unfinished, text).help(format!(
            "`batchprp exe --redo {}` does it again, `{again} --partial` lands the rest without it",
            ids.join(",")
        ))
    }

    fn conflict(&self, files: &[String], again: &str) -> Error {
        let Self { branch, onto, .. } = self;
        refuse(format!("`{branch}` and `{onto}` conflict in {}: nothing was moved", files.join(", ")))
            .help(format!("{}; then: {again}", by_hand(branch, onto)))
    }

    fn red(&self, record: &ValidationRecord, again: &str) -> Option<Error> {
        let failed = record.failure()?;
        let Self { branch, onto, .. } = self;
        let first = failed.errors.first().cloned().unwrap_or_default();
        let text = format!("`{branch}` on `{onto}` fails level {} ({first}): nothing was moved", failed.level);
        Some(
            Error::new(ExitCode::CheckFailed, text)
                .said(failed.said())
                .help(format!("{}; then: {again}", by_hand(branch, onto))),
        )
    }
}
