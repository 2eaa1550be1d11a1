//! A host over a folder of its own, with a bridge that answers from memory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use batchprp::config::{Config, Layers};
use batchprp::run::bridge::{Bridge, Failure, Origin, Reply, Request};
use batchprp::script::search::SearchPath;
use batchprp::script::{Context, Host, host};

/// Answers nothing but events.
pub(crate) struct Silent;

impl Bridge for Silent {
    fn call(&self, _: Origin, _: Request) -> Result<Reply, Failure> {
        Ok(Reply::Done)
    }
}

pub(crate) fn host_in(root: &Path, bridge: Arc<dyn Bridge>) -> Host {
    let search =
        SearchPath { current: root.to_owned(), project: Some(root.join(".ce/commands")), ..SearchPath::default() };
    let config = Arc::new(Config::from_layers(Layers(Vec::new())));
    host(Context { bridge, root: root.to_owned(), config, cancel: Arc::new(AtomicBool::new(false)), search })
}
