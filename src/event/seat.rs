//! Where an item is carried out, when that is not the process of its run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The job that carries an item out, and its place, as far as the engine tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seat {
    /// Name of the executor.
    pub executor: String,
    /// Name of the job.
    pub job: String,
    /// Number of the attempt at the hub.
    pub attempt: u32,
    /// The machine; `null` while the job waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The part of the machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// What the engine calls the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

impl Seat {
    /// Returns machine, partition and the engine's name of the job, as far as they are known.
    pub fn place(&self) -> String {
        let handle = self.handle.as_deref().unwrap_or_default();
        // Some engines say the machine in the handle too.
        let has = |word: &&str| !handle.split_whitespace().any(|part| part == *word);
        let before = [self.node.as_deref(), self.partition.as_deref()].into_iter().flatten().filter(has);
        before.chain(Some(handle)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_what_is_known_and_nothing_twice() {
        let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        let place = |node, partition, handle| {
            let (executor, job) = ("slurm".to_owned(), "j".to_owned());
            let (node, partition, handle) = (word(node), word(partition), word(handle));
            Seat { executor, job, attempt: 1, node, partition, handle }.place()
        };
        assert_eq!(place("n1", "main", "4711"), "n1/main/4711");
        assert_eq!(place("build1", "", "build1 99"), "build1 99");
        assert_eq!(place("", "main", "12"), "main/12");
        assert_eq!(place("n1", "", ""), "n1");
    }
}
