//! Effects that need no run: files, commits of the checkout, programs, HTTP, environment, time.

use std::path::Path;

use super::surroundings::Surroundings;
use super::{baseline, program};
use crate::bridge::{CommitFiles, EffectRequest, Failure, HttpAnswer, SendHttp, WriteFile};
use crate::error::{Error, ExitCode, Result};
use crate::host::files::ConfinedFolder;
use crate::host::git::upkeep::checkout::Checkout;
use crate::host::http::HttpRequest;
use crate::host::{clock, http, state};
use crate::run::settings::Settings;
use crate::run::work::batch::{land, propose, update_base};
use crate::run::work::off_the_loop::off_the_loop;

/// Performs an effect and answers.
pub(crate) async fn perform(effect: EffectRequest, around: Surroundings) {
    let Surroundings { settings, marker, env, stop, .. } = around.clone();
    match effect {
        EffectRequest::TryBaseline(order, answer) => answer.give(baseline::of(order, &around).await),
        EffectRequest::RunProgram(order, answer) => {
            answer.give(program::run(order, settings, marker, &env, stop).await);
        }
        EffectRequest::StartDetached(order, answer) => {
            answer.give(off_the_loop(move || program::start_detached(&settings, &order)).await);
        }
        EffectRequest::UpdateBase(order, answer) => {
            answer.give(update_base::update(order, settings, &env, marker, stop).await);
        }
        EffectRequest::Land(order, answer) => answer.give(land::land(order, &around).await),
        EffectRequest::UndoLanding(order, answer) => answer.give(land::undo(order, &around).await),
        EffectRequest::PushWork(order, answer) => {
            answer.give(off_the_loop(move || propose::push_work(&settings, order)).await);
        }
        EffectRequest::SendHttp(order, answer) => answer.give(request(order).await),
        EffectRequest::ReadEnv(name, answer) => answer.give(Ok(std::env::var(name.0).ok())),
        EffectRequest::Now(_, answer) => answer.give(Ok(clock::epoch_seconds())),
        EffectRequest::ReadFile(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.read(&order.0)).await);
        }
        EffectRequest::WriteFile(order, answer) => answer.give(off_the_loop(move || write(&settings, &order)).await),
        EffectRequest::MoveFile(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.move_file(&order.from, &order.to)).await);
        }
        EffectRequest::CopyFile(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.copy(&order.from, &order.to)).await);
        }
        EffectRequest::AppendFile(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.append(&order.path, &order.text)).await);
        }
        EffectRequest::RemoveFile(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.remove(&order.0)).await);
        }
        EffectRequest::WalkFiles(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.walk(&order.0)).await);
        }
        EffectRequest::ListFiles(order, answer) => {
            answer.give(off_the_loop(move || root(&settings)?.list(&order.0)).await);
        }
        EffectRequest::CommitFiles(order, answer) => answer.give(off_the_loop(move || commit(&settings, &order)).await),
    }
}

fn root(settings: &Settings) -> Result<ConfinedFolder> {
    Ok(ConfinedFolder::open(&settings.root)?.staged_in(settings.staging()))
}

fn write(settings: &Settings, order: &WriteFile) -> Result<()> {
    let root = root(settings)?;
    let place = root.place(&order.path)?;
    // What batchprp keeps for itself is private, whichever script writes it.
    if place.starts_with(settings.state.join("tmp")) {
        write_state(&place, &order.text)
    } else if order.create_new {
        root.create_new(&order.path, &order.text)
    } else {
        root.write(&order.path, &order.text)
    }
}

fn write_state(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    let written = state::private_dir(folder).and_then(|()| state::write_private(path, text.as_bytes()));
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", path.display())))
}

fn commit(settings: &Settings, order: &CommitFiles) -> Result<Option<String>> {
    Checkout::of(settings.repo()?, &settings.root).commit(&order.paths, &order.message)
}

async fn request(order: SendHttp) -> std::result::Result<HttpAnswer, Failure> {
    let SendHttp { url, method, headers, body, timeout, retries } = order;
    let request = HttpRequest { url, method, headers, body, timeout: program::seconds(timeout) };
    let mut tries = 0;
    let got = loop {
        let answer = http::request(request.clone()).await;
        let wait = http::again(answer.as_ref().ok(), tries);
        match wait.filter(|_| tries < retries) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => break answer?,
        }
        tries += 1;
    };
    Ok(HttpAnswer { status: got.status, headers: got.headers, body: got.body })
}
