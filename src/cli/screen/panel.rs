//! What keys do to the board: which item is selected, what is folded, what is asked.

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

    /// Returns what stands below the board.
    pub fn below(&self) -> Vec<String> {
        if self.asks {
            return vec![
                "end the run? agents are stopped and their work is kept: y ends it, any other key goes on".into(),
            ];
        }
        if self.helps {
            return [
                "j k  select an item         enter  its phases, checks and last lines",
                "l    its log in a pager     f      fold what is finished",
                "s    end the run (asks)     ?      this",
            ]
            .map(str::to_owned)
            .to_vec();
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
            b'\r' | b'\n' => self.is_open = !self.is_open && self.selected.is_some(),
            b'f' => self.folds = !self.folds,
            b'?' => self.helps = !self.helps,
            b's' => self.asks = true,
            b'l' => return self.selected.clone().map(Wish::Log),
            _ => {}
        }
        None
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
        assert!(!panel.is_open(), "nothing is selected");
        type_keys(&mut panel, "jjjjj");
        assert_eq!(panel.selected().as_deref(), Some("C"));
        type_keys(&mut panel, "kkkkkk\r");
        assert_eq!((panel.selected().as_deref(), panel.is_open()), (Some("A"), true));
        assert_eq!(type_keys(&mut panel, "jl"), [Wish::Log("B".to_owned())]);
    }

    #[test]
    fn a_run_is_ended_only_after_the_question() {
        let mut panel = panel();
        assert_eq!(type_keys(&mut panel, "sn"), []);
        assert_eq!(type_keys(&mut panel, "y"), [], "nobody asked");
        assert_eq!(type_keys(&mut panel, "sy"), [Wish::Stop]);
    }
}
