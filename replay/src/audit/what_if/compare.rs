//! Both states of a record compared, the one as it is and the one under the hypothesis: everything that would be otherwise.

use ledger::state::{EntityKind, State};

use super::error::WhatIfError;
use super::figures::{self, FigureRow};
use super::folding::{self, Folded};
use super::hypothesis::Hypothesis;
use super::lending::{self, Lending};
use super::outcomes::OutcomeChanges;
use super::persons::{self, PersonDiff};
use crate::audit::diff::{Differences, KindCount, compare};
use crate::engine::Options;

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

pub(super) fn compared(as_is: &State, changed: &State, folded: Folded, limit: usize) -> WhatIf {
    let Folded { withheld, outcomes, lines } = folded;
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
