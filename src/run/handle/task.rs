//! Tasks beside the work of items: worktrees of merged items, patches.

use crate::bridge::{Answer, ItemDiff};
use crate::host::git::workspace::Prepared;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::state::{LoopState, Stage};
use crate::run::shared::names;
use crate::run::work::item::{diff, remove};

/// Has the worktree of a merged item removed while others still run.
pub(super) fn remove_worktree(state: &mut LoopState, item: usize, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    if run.options.keep_worktrees {
        return;
    }
    let Some(integration) = run.integration.clone() else { return };
    let Some(Prepared { path, branch, item, .. }) = run.live.get_mut(item).and_then(|live| live.tree.take()) else {
        return;
    };
    run.background += 1;
    out.start(Task::Remove(Box::new(remove::RemovalOrder { integration, item, path, branch })));
}

/// Has the patch of an item made, from its open worktree or from what git shows of it.
pub(super) fn diff(state: &mut LoopState, order: ItemDiff, answer: Answer<String>, out: &mut Reaction) {
    let settings = state.settings.clone();
    let run = match &state.stage {
        Stage::Open(run) | Stage::Closed(run) => Some(&**run),
        Stage::Settled(settled) => Some(&settled.run),
        Stage::Idle | Stage::Opening(_) | Stage::Closing(_) => None,
    };
    let range = run.and_then(|run| {
        let integration = run.integration.as_ref()?;
        let tree = run.item(&order.item).and_then(|item| run.live.get(item)?.tree.as_ref());
        let base = tree.map_or_else(|| integration.base.clone(), |tree| tree.base.clone());
        Some((integration.repo.clone(), base, names::parse(&order.item).ok()?.branch()))
    });
    let ItemDiff { item, max_bytes } = order;
    out.start(Task::Diff(Box::new(diff::DiffOrder { settings, item, range, max_bytes }), answer));
}
