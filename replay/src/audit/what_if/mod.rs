//! The same record under another policy, or without some entries: folded once as it is and once changed, in step, and both
//! compared by entry, programme, division and person. Hypothetical throughout: nothing of it is recorded or kept.
//!
//! What is said stays as it was said. A roster sealed with a line that the other policy refuses is refused as a whole, and
//! so is what is paid by it: such entries are told apart from those that the hypothesis itself decides otherwise.

mod compare;
mod error;
mod figures;
mod folding;
mod hypothesis;
mod lending;
mod outcomes;
mod persons;

pub use compare::{WhatIf, what_if};
pub use error::WhatIfError;
pub use figures::{FigureRow, Figures, Group};
pub use hypothesis::{Hypothesis, HypothesisError, Without};
pub use lending::{Lending, PayerDiff};
pub use outcomes::{Cause, ChangeKey, ChangedEntry, DiffersIn, OutcomeChanges, Verdict};
pub use persons::{PersonDiff, PersonFigures};

#[cfg(test)]
mod tests;
