//! Variables: each declaration is one slot, whatever runs first.

use rhai::Position;

use super::types::Type;

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Let,
    Const,
    Param,
    /// Of a loop or a `catch`.
    Bound,
}

/// One variable.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) at: Position,
    pub(super) role: Role,
    pub(super) kind: Type,
    pub(super) is_read: bool,
}

/// All variables of a file, and those that are in sight.
#[derive(Debug, Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    known: std::collections::HashMap<(String, Option<usize>, Option<usize>, String), usize>,
    sight: Vec<Vec<(String, usize)>>,
    /// Something became known since it was last asked.
    pub(super) has_news: bool,
}

impl Slots {
    /// Begins a function: nothing is in sight.
    pub(super) fn begin(&mut self) {
        self.sight = vec![Vec::new()];
    }

    pub(super) fn enter(&mut self) {
        self.sight.push(Vec::new());
    }

    pub(super) fn leave(&mut self) {
        self.sight.pop();
    }

    /// Declares a variable of a function; the same declaration is the same slot each time.
    pub(super) fn declare(&mut self, function: &str, name: &str, at: Position, role: Role) -> usize {
        let key = (function.to_owned(), at.line(), at.position(), name.to_owned());
        let fresh = self.all.len();
        let slot = *self.known.entry(key).or_insert(fresh);
        if slot == fresh {
            self.all.push(Slot { name: name.to_owned(), at, role, kind: Type::Unseen, is_read: false });
        }
        self.bring(name, slot);
        slot
    }

    /// Makes a slot known by a name: the variable that a closure captures.
    pub(super) fn bring(&mut self, name: &str, slot: usize) {
        if let Some(frame) = self.sight.last_mut() {
            frame.push((name.to_owned(), slot));
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let frames = self.sight.iter().rev();
        frames.flat_map(|frame| frame.iter().rev()).find(|(known, _)| known == name).map(|(_, slot)| *slot)
    }

    pub(super) fn read(&mut self, slot: usize) -> Type {
        self.all[slot].is_read = true;
        self.all[slot].kind.clone()
    }

    /// Adds what was seen of a variable.
    pub(super) fn learn(&mut self, slot: usize, kind: &Type) {
        let joined = self.all[slot].kind.join(kind);
        if joined != self.all[slot].kind {
            self.all[slot].kind = joined;
            self.has_news = true;
        }
    }

    pub(super) fn kind(&self, slot: usize) -> &Type {
        &self.all[slot].kind
    }

    pub(super) fn all(&self) -> &[Slot] {
        &self.all
    }
}
