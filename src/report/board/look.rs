//! How a board is looked at: when, how much of it, and what is selected.

use jiff::Timestamp;

use super::super::style::Style;

/// How a board is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// `None` for a run that nobody carries on: nothing on the board moves then.
    pub now: Option<Timestamp>,
    pub style: Style,
    /// Most lines.
    pub height: usize,
    /// Item that the keys act on.
    pub selected: Option<String>,
    /// Whether the selected item is shown in detail.
    pub is_open: bool,
    /// Whether finished items are folded also where there is room for them.
    pub folds: bool,
    /// What stands below: keys, or a question.
    pub below: Vec<String>,
    /// Seconds that a phase took in earlier runs.
    pub pace: Option<f64>,
}

impl Look {
    /// Looks at everything at a time.
    pub fn new(now: Option<Timestamp>, style: Style, height: usize) -> Self {
        Self { now, style, height, selected: None, is_open: false, folds: false, below: Vec::new(), pace: None }
    }
}
