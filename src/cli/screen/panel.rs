//! What keys do to the board: which item is selected, what is folded, what is asked.

use crate::report::text::wrap;

/// What is asked before a run is ended: what to type comes first.
const ASKS: &str = "end the run? y ends it, any other key goes on (agents are stopped, their work is kept)";

const KEYS: [(&str, &str); 6] = [
    ("j k", "select an item"),
    ("enter", " phases, checks, last lines"),
    ("l", "the log of an item"),
    ("f", "fold what is finished"),
    ("s", "end the run (asks)"),
    ("?", "this"),
];

/// What a key asks for beyond the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// End the run.
    Stop,
    /// Show the log of an item.
    Log(String),
}

/// The state of the board that belongs to whoever looks at it.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Ids in the order of the board.
    items: Vec<String>,
    selected: Option<String>,
    is_open: bool,
    folds: bool,
    helps: bool,
    asks: bool,
}

impl Panel {
    /// Takes note of the items that there are.
    pub fn set_items<'a>(&mut self, items: impl Iterator<Item = &'a String>) {
        self.items = items.cloned().collect();
    }

    /// Returns the id of the selected item.
    pub fn selected(&self) -> Option<String> {
        self.selected.clone()
    }

    /// Tells whether the selected item is shown in detail.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Tells whether finished items are folded.
    pub fn folds(&self) -> bool {
        self.folds
    }

    /// Returns what stands below the board, on lines of so many columns.
    pub fn below(&self, columns: usize) -> Vec<String> {
        let room = columns.saturating_sub(1);
        if self.asks {
            return wrap(ASKS, room, 0);
        }
        if self.helps {
            let cell = |(key, does): &(&str, &str)| format!("{key:<5}{does:<30}");
            let per_row = if room >= 70 { 2 } else { 1 };
            return KEYS
                .chunks(per_row)
                .map(|row| row.iter().map(cell).collect::<String>().trim_end().into())
                .collect();
        }
        vec!["? keys".to_owned()]
    }

    /// Takes a key.
    pub fn key(&mut self, key: u8) -> Option<Wish> {
        if std::mem::take(&mut self.asks) {
            return (key == b'y' || key == b'Y').then_some(Wish::Stop);
        }
        match key {
            b'j' => self.step(1),
            b'k' => self.step(-1),
            b'\r' | b'\n' => {
                self.is_open = !self.is_open;
                self.select_any();
                // There may be no room for both.
                self.helps = false;
            }
            b'f' => self.folds = !self.folds,
            b'?' => self.helps = !self.helps,
            b's' => self.asks = true,
            b'l' => {
                self.select_any();
                return self.selected.clone().map(Wish::Log);
            }
            _ => {}
        }
        None
    }

    /// Selects the first item where none is selected.
    fn select_any(&mut self) {
        if self.selected.is_none() {
            self.step(1);
        }
    }

    fn step(&mut self, by: isize) {
        let at = self.selected.as_ref().and_then(|id| self.items.iter().position(|item| item == id));
        let last = self.items.len().saturating_sub(1);
        let next = match at {
            None if by > 0 => 0,
            None => last,
            Some(at) => at.saturating_add_signed(by).min(last),
        };
        self.selected = self.items.get(next).cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        let mut panel = Panel::default();
        panel.set_items(["A", "B", "C"].map(str::to_owned).iter());
        panel
    }

    fn type_keys(panel: &mut Panel, keys: &str) -> Vec<Wish> {
        keys.bytes().filter_map(|key| panel.key(key)).collect()
    }

    #[test]
    fn selection_stays_within_the_items_and_enter_opens_it() {
        let mut panel = panel();
        type_keys(&mut panel, "\r");
        assert_eq!((panel.selected().as_deref(), panel.is_open()), (Some("A"), true), "the first one is meant");
        type_keys(&mut panel, "\rjjjjj");
        assert_eq!(panel.selected().as_deref(), Some("C"));
        type_keys(&mut panel, "kkkkkk\r");
        assert_eq!((panel.selected().as_deref(), panel.is_open()), (Some("A"), true));
        assert_eq!(type_keys(&mut panel, "jl"), [Wish::Log("B".to_owned())]);
    }

    #[test]
    fn what_is_asked_and_each_key_fit_forty_columns() {
        let mut panel = panel();
        for keys in ["s", "n?"] {
            type_keys(&mut panel, keys);
            assert!(panel.below(40).iter().all(|line| line.len() < 40), "{:?}", panel.below(40));
        }
        assert_eq!(panel.below(40).len(), 6);
        type_keys(&mut panel, "s");
        assert!(panel.below(40).join(" ").contains("y ends it, any other key goes on"), "{:?}", panel.below(40));
    }

    #[test]
    fn a_run_is_ended_only_after_the_question() {
        let mut panel = panel();
        assert_eq!(type_keys(&mut panel, "sn"), []);
        assert_eq!(type_keys(&mut panel, "y"), [], "nobody asked");
        assert_eq!(type_keys(&mut panel, "sy"), [Wish::Stop]);
    }
}
