//! What tokens cost where an agent does not say: an embedded table, and what a team puts over it. Always an estimate.

pub mod prices;
pub mod table;
