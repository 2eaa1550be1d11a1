//! Numbers that running items have for themselves, also among several batches of one repository.

use std::path::Path;

use crate::host::lock::Lock;

/// Name of the variable that gives each running item ports of its own.
pub(crate) const SLOT: &str = "BATCHPRP_SLOT";
/// Most numbers that are tried; more items than that never run at the same time.
const MOST: u32 = 10_000;

/// The numbers that a run has for its items, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<(u32, Option<Lock>)>);

impl Slots {
    /// Takes the smallest numbers that no other run of the repository has. Where a lock cannot be taken at all, numbers
    /// that are free in this run have to do.
    pub(crate) fn take(common_dir: Option<&Path>, count: usize) -> Self {
        let Some(common_dir) = common_dir else { return Self::unshared(count) };
        let mut taken = Vec::new();
        for number in 0..MOST {
            match Lock::place(common_dir, &format!("slot-{number}")) {
                Ok(None) => {}
                Ok(place @ Some(_)) => taken.push((number, place)),
                Err(_) => taken.push((number, None)),
            }
            if taken.len() >= count {
                break;
            }
        }
        Self(taken)
    }

    fn unshared(count: usize) -> Self {
        Self((0..u32::try_from(count).unwrap_or(MOST)).map(|number| (number, None)).collect())
    }

    /// Returns the smallest number that is not among some.
    pub(crate) fn first_without(&self, taken: &[u32]) -> u32 {
        let free = self.0.iter().map(|(number, _)| *number).find(|number| !taken.contains(number));
        free.unwrap_or_else(|| (0..MOST).find(|number| !taken.contains(number)).unwrap_or(MOST))
    }
}
