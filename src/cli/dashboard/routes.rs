//! The addresses of the dashboard. All stand below the secret.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::json;
use tokio::task::spawn_blocking;

use super::doors::guard;
use super::project::is_at_work;
use super::served::Served;
use super::{live, texts};
use crate::cli::follow::item_files::ItemFiles;
use crate::cli::follow::stop;
use crate::error::{Error, ExitCode};
use crate::report::page::{self, ItemDetail};
use crate::run::shared::names;

/// Most of one text that is sent.
const TEXT: u64 = 256 * 1024;

type Shared = State<Arc<Served>>;

/// Builds the router; every request passes the guard.
pub(super) fn router(served: Arc<Served>) -> Router {
    let text = |kind: &'static str, body: &'static str| get(move || async move { ([(CONTENT_TYPE, kind)], body) });
    Router::new()
        .route("/{token}/", get(|| async { ([(CONTENT_TYPE, "text/html; charset=utf-8")], page::dashboard()) }))
        .route("/{token}/script.js", text("text/javascript; charset=utf-8", page::SCRIPT))
        .route("/{token}/style.css", text("text/css; charset=utf-8", page::STYLE))
        .route("/{token}/live", get(front))
        .route("/{token}/live/{run}", get(run))
        .route("/{token}/live/{run}/{item}", get(item))
        .route("/{token}/history", get(history))
        .route("/{token}/run/{run}/{item}", get(detail))
        .route("/{token}/run/{run}/{item}/{text}", get(item_text))
        .route("/{token}/stop/{run}", post(stop_run))
        .layer(middleware::from_fn_with_state(served.doors.clone(), guard))
        .with_state(served)
}

async fn front(State(served): Shared) -> Response {
    Sse::new(live::front(served)).keep_alive(KeepAlive::default()).into_response()
}

async fn run(served: Shared, Path((token, run)): Path<(String, String)>) -> Response {
    live_run(served, Path((token, run, None))).await
}

async fn item(served: Shared, Path((token, run, item)): Path<(String, String, String)>) -> Response {
    live_run(served, Path((token, run, Some(item)))).await
}

async fn live_run(State(served): Shared, Path((_, run, item)): Path<(String, String, Option<String>)>) -> Response {
    let (for_all, id) = (served.clone(), run.clone());
    // A long journal takes a moment; the others go on meanwhile.
    let followed = spawn_blocking(move || for_all.follow(&id)).await;
    match followed {
        Ok(Ok(followed)) => {
            let folder = item.map(|item| served.project.runs.join(&run).join(names::file_name(&item)));
            let told = live::run(served, followed, folder);
            Sse::new(told).keep_alive(KeepAlive::default()).into_response()
        }
        // A stream that is refused is a line in red in the console of the browser, and asked for again.
        Ok(Err(error)) if error.code == ExitCode::NothingMatched => Sse::new(live::unknown(&error)).into_response(),
        Ok(Err(error)) => refused(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn history(State(served): Shared) -> Response {
    blocking(move || Ok(served.project.history())).await
}

async fn detail(State(served): Shared, Path((_, run, item)): Path<(String, String, String)>) -> Response {
    blocking(move || {
        let followed = served.follow(&run)?;
        let state = followed.state();
        Ok(ItemDetail::of(state.item(&item).ok_or_else(|| no_item(&run, &item))?))
    })
    .await
}

async fn item_text(
    State(served): Shared,
    Path((_, run, item, text)): Path<(String, String, String, String)>,
) -> Response {
    blocking(move || {
        let followed = served.follow(&run)?;
        let (view, batch) = {
            let state = followed.state();
            (state.item(&item).cloned().ok_or_else(|| no_item(&run, &item))?, state.batch)
        };
        let folder = served.project.runs.join(&run).join(names::file_name(&item));
        let kind = match text.as_str() {
            "diff" => return texts::diff(&served.project.repo()?, &view, batch, TEXT),
            "prompt" => ItemFiles::Prompts,
            "checks" => ItemFiles::Checks,
            "stderr" => ItemFiles::Errors,
            _ => ItemFiles::Transcripts,
        };
        Ok(texts::files(&folder, &view, kind, TEXT))
    })
    .await
}

async fn stop_run(State(served): Shared, Path((_, run)): Path<(String, String)>) -> Response {
    blocking(move || {
        let followed = served.follow(&run)?;
        let state = followed.state();
        if !is_at_work(&state) {
            return Err(Error::new(ExitCode::NothingMatched, format!("run `{run}` is not at work here")));
        }
        stop::signal(state.pid)?;
        Ok(json!({ "stopping": run }))
    })
    .await
}

fn no_item(run: &str, item: &str) -> Error {
    Error::new(ExitCode::NothingMatched, format!("run `{run}` has no item `{item}`"))
}

/// Answers with what is read from files, away from the thread of the server.
async fn blocking<T: Serialize + Send + 'static>(read: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Response {
    match spawn_blocking(read).await {
        Ok(Ok(value)) => match serde_json::to_string(&value) {
            Ok(text) => json_text(StatusCode::OK, text),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Ok(Err(error)) => refused(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(error: &Error) -> Response {
    let status =
        if error.code == ExitCode::NothingMatched { StatusCode::NOT_FOUND } else { StatusCode::INTERNAL_SERVER_ERROR };
    json_text(status, json!({ "error": error.message, "help": error.help }).to_string())
}

fn json_text(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}
