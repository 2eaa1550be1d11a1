//! What the figures of runs say: of one, and of many compared.

pub mod analyze;
pub mod limits;
mod sparkline;
pub mod trend;
