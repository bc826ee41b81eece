//! Interest that is to be posted, loan by loan, in chunks small enough that the fold need not wait for the whole.

use ledger::event::Interest;
use ledger::handle::Handle;
use ledger::loan::accrual::{Due, due};
use ledger::loan::walk::Missing;
use ledger::money::Day;
use ledger::state::State;
use ledger::state::lending_rows::{Loan, LoanRules, Portfolio};

/// A loan with something due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueRow {
    /// The loan.
    pub loan: Handle<Loan>,
    /// What is to be posted.
    pub due: Due,
    /// For a correction: the entry that explains it.
    pub cause: Option<LateEntry>,
}

/// An entry learnt after a loan's last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LateEntry {
    /// Its index.
    pub index: u64,
    /// Its effective day, where the state remembers it.
    pub on: Option<Day>,
}

/// Loans whose interest cannot be computed, and one of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Left {
    /// How many.
    pub loans: u64,
    /// The first.
    pub example: Option<Handle<Loan>>,
}

/// What was found in a run over some loans.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Chunk {
    /// Loans with something due.
    pub rows: Vec<DueRow>,
    /// Loans of the portfolios asked for that were looked at.
    pub looked: u64,
    /// Without contract, terms, rate.
    pub missing: [Left; 3],
}

impl Chunk {
    /// Notes a loan whose interest cannot be computed.
    pub(crate) fn note(&mut self, missing: Missing, loan: Handle<Loan>) {
        let left = &mut self.missing[missing as usize];
        left.loans += 1;
        left.example = left.example.or(Some(loan));
    }
}

/// Adds what is due through a day of loans from `from` on: at most `rows` in all, over at most `scan` loans. The handle to
/// go on with, unless all loans were seen.
pub fn collect(
    state: &State,
    portfolios: &[Handle<Portfolio>],
    through: Day,
    from: Handle<Loan>,
    limits: (usize, u32),
    chunk: &mut Chunk,
) -> Option<Handle<Loan>> {
    let (rows, scan) = limits;
    let end = state.loans.next();
    let stop = end.min(from.plus(scan));
    for (handle, loan) in state.loans.from(from).take(scan as usize) {
        if chunk.rows.len() >= rows {
            return Some(handle);
        }
        // Nothing flowed and nothing can: most loans of a portfolio that is being built up.
        let bare = loan.facts.is_empty() && loan.last_claim_line.is_none();
        if !portfolios.contains(&loan.portfolio) || bare {
            continue;
        }
        chunk.looked += 1;
        match due(state, loan, through) {
            Ok(due) if is_nothing(&due) => {}
            Ok(due) => {
                let cause = if due.corrects() { cause(state, loan) } else { None };
                chunk.rows.push(DueRow { loan: handle, due, cause });
            }
            Err(missing) => chunk.note(missing, handle),
        }
    }
    (stop < end).then_some(stop)
}

fn is_nothing(due: &Due) -> bool {
    !due.corrects() && due.addition == Interest::default()
}

/// The latest entry after the loan's last one that can move its interest or what its claims come to: of the borrower, under
/// whichever of his ids, of what holds for all, or of a claim.
#[must_use]
pub(crate) fn cause(state: &State, loan: &Loan) -> Option<LateEntry> {
    let human = loan.person.handle().map(|person| state.human(person)).unwrap_or_default();
    let person = human.into_iter().map(|one| state.persons.get(one).last).max().unwrap_or(0);
    let rules = state.loan_rules();
    let common = rules.map_or(0, |rules| rules.last);
    let lines = state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan);
    let claims = lines.map(|(_, line)| state.claims.get(line.claim).unapproved).max().unwrap_or(0);
    let index = person.max(common).max(claims);
    if index <= loan.last {
        return None;
    }
    let on = if common == index { rules.and_then(|rules| told_on(rules, index)) } else { None };
    Some(LateEntry { index, on })
}

/// The effective day of an entry about all loans; of a waiver only the year is remembered.
fn told_on(rules: &LoanRules, index: u64) -> Option<Day> {
    let terms = rules.terms.iter().flatten().find(|adopted| adopted.index == index).map(|adopted| adopted.from);
    let fixing = || rules.rates.iter().flatten().find(|fixing| fixing.index == index).map(|fixing| fixing.on);
    terms.or_else(fixing)
}
