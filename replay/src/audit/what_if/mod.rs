//! The same record under another policy, or without some entries: folded once as it is and once changed, in step, and both
//! compared by entry, programme, division and person. Hypothetical throughout: nothing of it is recorded or kept.
//!
//! What is said stays as it was said. A roster sealed with a line that the other policy refuses is refused as a whole, and
//! so is what is paid by it: such entries are told apart from those that the hypothesis itself decides otherwise.

mod figures;
mod folding;
mod hypothesis;
mod lending;
mod outcomes;
mod persons;

pub use figures::{FigureRow, Figures, Group};
pub use hypothesis::{Hypothesis, HypothesisError, Without};
pub use lending::{Lending, PayerDiff};
pub use outcomes::{Came, Cause, Counted, Different, OutcomeChanges, Sort};
pub use persons::{PersonDiff, PersonFigures};

use ledger::state::State;

use crate::audit::diff::{Differences, EntityKind, KindCount, compare};
use crate::engine::{EngineError, Options};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// The hypothesis does not fit the record.
    #[error(transparent)]
    Hypothesis(#[from] HypothesisError),
    /// The record cannot be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Everything that would be otherwise.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// Entries folded.
    pub entries: u64,
    /// Entries withheld, as asked.
    pub withheld: Vec<u64>,
    /// Entries that came out otherwise.
    pub outcomes: OutcomeChanges,
    /// Findings by kind, before and after; only kinds whose number differs.
    pub findings: Vec<(&'static str, [u64; 2])>,
    /// Sums by programme, division of the school and division of the home; only rows that differ.
    pub rows: Vec<FigureRow>,
    /// Persons for whom something differs, those with the largest difference first.
    pub persons: Vec<PersonDiff>,
    /// Loans, claims and their payers.
    pub lending: Lending,
    /// Balances and entities, the first of them listed.
    pub differences: Differences,
}

impl WhatIf {
    /// Whether the hypothesis changes nothing. That other versions are in force is its content and not counted.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let Self { outcomes, findings, rows, persons, lending, differences, .. } = self;
        let moved = differences.balance_count > 0 || !lending.is_same() || !findings.is_empty();
        outcomes.count == 0 && rows.is_empty() && persons.is_empty() && !moved && self.entities().next().is_none()
    }

    /// How many entities differ by kind, without those that hold the versions assumed.
    pub fn entities(&self) -> impl Iterator<Item = &KindCount> {
        let holds_rules = |kind| matches!(kind, EntityKind::Programme | EntityKind::LoanRules);
        self.differences.kinds.iter().filter(move |row| !holds_rules(row.kind))
    }
}

/// Folds the record as it is and under the hypothesis, and compares. Of entries, balances and entities at most `limit` are
/// listed; counts are whole. Reads and checks the record from its start, changes nothing, and may run while a ledger writes.
///
/// # Errors
/// The record is damaged, or the hypothesis names what is not in it.
pub fn what_if(
    options: &Options,
    hypothesis: &Hypothesis,
    limit: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<WhatIf, WhatIfError> {
    let (as_is, changed, folded) = folding::fold_both(options, hypothesis, limit, progress)?;
    Ok(compared(&as_is, &changed, folded, limit))
}

fn compared(as_is: &State, changed: &State, folded: folding::Folded, limit: usize) -> WhatIf {
    let folding::Folded { withheld, outcomes, lines } = folded;
    let (lending, borne) = lending::lending(as_is, changed);
    WhatIf {
        entries: as_is.entries,
        withheld,
        outcomes,
        findings: figures::findings(as_is, changed),
        rows: figures::rows(as_is, changed, &lines),
        persons: persons::persons(as_is, changed, &borne),
        lending,
        differences: compare(as_is, changed, limit),
    }
}

#[cfg(test)]
mod tests;
