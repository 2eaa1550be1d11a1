//! A run as its page shows it: what is said once, and each item.

use serde::Serialize;

use super::super::board::Look;
use super::head::{Head, Steps};
use super::item::{self, ItemRow};
use crate::event::RunView;
use crate::report::life::Life;

/// A run as its page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct RunPage {
    pub head: Head,
    /// In topological order.
    pub items: Vec<ItemRow>,
}

impl RunPage {
    /// Makes the page of a run, looked at in a way: the time and the pace of earlier runs count.
    pub fn of(state: &RunView, life: Life, look: &Look, steps: Steps) -> Self {
        Self {
            head: Head::of(state, life, look, steps),
            items: state.items.iter().map(|item| item::row(item, state, look)).collect(),
        }
    }
}
