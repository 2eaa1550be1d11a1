//! The beginning of a run that happens in memory only: for tests of scripts, and of how messages are handled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pending::Pending;
use super::state::{LoopState, Stage};
use crate::host::git::plumbing::repo::Repo;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::shared::slot::Slots;
use crate::run::work::batch::integration::Integration;
use crate::run::work::batch::open::{OpenOrder, OpenedRun};

/// Makes the state in which nothing has happened yet.
pub(crate) fn state() -> LoopState {
    LoopState {
        settings: Arc::new(Settings::in_memory()),
        env: Arc::default(),
        secrets: Secrets::of([]),
        stop: StopToken::new(),
        run: "fake".to_owned(),
        new_run: || "fake".to_owned(),
        stage: Stage::Idle,
        pending: Pending::default(),
        signal: None,
        silent: 0,
        first_bad: 0,
        trouble: None,
    }
}

/// Opens a run: no lock, no journal, and a repository that is never looked at.
pub(crate) fn opened(order: OpenOrder) -> OpenedRun {
    let OpenOrder { options, graph, run, .. } = order;
    let integration = options.merge.then(|| Integration {
        repo: Repo::in_memory(Path::new("/fake")),
        branch: names::batch_branch(options.batch),
        base: format!("{:040x}", 0),
    });
    let slots = Slots::take(None, graph.items.len() + 1);
    OpenedRun {
        forecast: None,
        run,
        options,
        graph,
        integration,
        directory: PathBuf::from(".ce/tmp/runs/fake"),
        journal: None,
        lock: None,
        mark: None,
        slots,
        host: "fake".to_owned(),
        found: Vec::new(),
        merged: Vec::new(),
    }
}
