//! What an auditor asks beyond today's figures: why, what if, what changed, and the books for other tools.
//! It reads answers and states; it writes nothing into a ledger and does not know upkeep.

pub mod diff;
pub mod explain;
pub mod export;
pub mod what_if;
