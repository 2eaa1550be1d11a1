//! Names of references at the hub.

/// Where the orchestrator keeps what it saw of leases at the hub.
pub(crate) const SEEN: &str = "refs/batchprp/hub/lease/";
/// Leases of all items at the hub.
pub(crate) const LEASES: &str = "refs/batchprp/lease/";

/// The lease of an item.
pub fn lease(item: &str) -> String {
    format!("{LEASES}{item}")
}

/// The branch of one attempt.
pub fn attempt(run: &str, item: &str, number: u32) -> String {
    format!("refs/batchprp/attempt/{run}/{item}/{number}")
}

/// What came of one attempt.
pub fn outcome(run: &str, item: &str, number: u32) -> String {
    format!("refs/batchprp/outcome/{run}/{item}/{number}")
}
