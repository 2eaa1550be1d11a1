//! Ends of items, and what they mean to those that wait.

use super::input::Action;
use super::machine::{Halt, Machine};
use super::state::ItemState;

impl Machine {
    /// Gives an item its final state, blocks those that needed it and frees those that may go on.
    pub(super) fn end(&mut self, item: usize, state: ItemState, actions: &mut Vec<Action>) {
        let failure = state.is_failure();
        // Who was stopped with the whole run blocks nobody: the others were not reached either.
        let spares = state == ItemState::Completed || (state == ItemState::Cancelled && self.halt == Halt::Stop);
        self.finalise(item, state, actions);
        if !spares {
            self.block(item, actions);
        }
        self.settle(item);
        if failure {
            self.failures += 1;
            let too_many = self.policy.max_fail.is_some_and(|most| self.failures >= most);
            if self.halt == Halt::No && !self.open.is_empty() && (self.policy.fail_fast || too_many) {
                self.last_straw = Some(item);
            }
            if self.policy.fail_fast {
                self.halt_at(Halt::Stop, actions);
            } else if too_many {
                self.halt_at(Halt::Drain, actions);
            }
        }
    }

    fn finalise(&mut self, item: usize, state: ItemState, actions: &mut Vec<Action>) {
        let this = &mut self.items[item];
        this.state = state;
        if let Some(open) = self.open.get_mut(&this.stage) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(&this.stage);
            }
        }
        actions.push(Action::ItemFinished { item });
    }

    /// Blocks everything that needs the item, directly or not; all of it names the item as the cause.
    fn block(&mut self, cause: usize, actions: &mut Vec<Action>) {
        let by = self.items[cause].id.clone();
        let mut open = vec![cause];
        let mut blocked = Vec::new();
        while let Some(item) = open.pop() {
            for (after, needs) in self.items[item].after.clone() {
                if needs && matches!(self.items[after].state, ItemState::Waiting { .. }) {
                    self.items[after].state = ItemState::Blocked { by: by.clone() };
                    open.push(after);
                    blocked.push(after);
                }
            }
        }
        for &item in &blocked {
            self.finalise(item, ItemState::Blocked { by: by.clone() }, actions);
        }
        for item in blocked {
            self.settle(item);
        }
    }

    /// Tells those that wait that an item is over for good.
    ///
    /// A blocked item is over for good only when all that it waited for is: its place in a chain of items that share
    /// files keeps the ends of the chain apart.
    fn settle(&mut self, item: usize) {
        let mut open = vec![item];
        while let Some(item) = open.pop() {
            let this = &mut self.items[item];
            if this.settled || this.unsettled > 0 || !this.state.is_final() {
                continue;
            }
            this.settled = true;
            for (after, _) in std::mem::take(&mut this.after) {
                self.items[after].unsettled -= 1;
                self.refresh(after);
                open.push(after);
            }
        }
    }

    /// Brings the count of a waiting item up to date; with nothing left to wait for it is ready.
    pub(super) fn refresh(&mut self, item: usize) {
        let unmet = self.items[item].unsettled;
        if matches!(self.items[item].state, ItemState::Waiting { .. }) {
            if unmet == 0 {
                self.items[item].state = ItemState::Ready;
                self.ready.push(item);
            } else {
                self.items[item].state = ItemState::Waiting { unmet };
            }
        }
    }

    /// Ends the run when nothing runs and nothing will start; what was never reached is pending then.
    pub(super) fn finish(&mut self, actions: &mut Vec<Action>) {
        let idle = self.running == 0 && self.merging == 0;
        let stuck = !self.policy.wait_for_quota && !self.held.is_empty() && !self.has_startable();
        let over = self.halt != Halt::No || self.open.is_empty() || stuck;
        if !idle || !over {
            return;
        }
        for item in self.order.clone() {
            if !self.items[item].state.is_final() {
                self.finalise(item, ItemState::Pending, actions);
            }
        }
        self.finished = true;
        actions.push(Action::Finished);
    }
}
