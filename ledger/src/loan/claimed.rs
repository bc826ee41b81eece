//! What lenders' claims of a loan come to: a day has one payer, and a confirmed line stands for the days of its claim's period that
//! are of its kind.
//!
//! A day claimed by two lines is the earlier one's. What was granted for a line beyond the interest of its days now is overclaimed
//! at this line, whatever others come to: nothing is netted over the loan's life. All of it is a function of the loan's days and of
//! its lines in the order they were told, so it turns with them: what was set off counts only as far as it still fits.

use super::counting::counting;
use super::fact_list::Facts;
use super::rates::terms_on;
use super::stretch::{Exact, half_up};
use crate::event::ClaimFor;
use crate::event::loan_terms::ClaimRounding;
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::state::State;
use crate::state::lending_rows::{ClaimLine, Fact, Loan, What};
use crate::state::returned_rows::{GivenBack, ReturnTold, sum_of, told};
use crate::steps::step;
use smallvec::SmallVec;

/// Days from one through another.
pub type Period = (Day, Day);

/// Periods in their order, mostly one.
pub type Periods = SmallVec<[Period; 1]>;

/// A line of a claim, as the days of its loan see it.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// Which line; the one that is being judged has no number yet.
    pub line: Option<Handle<ClaimLine>>,
    /// Whether it stands for the days of its period.
    pub stands: bool,
    /// Whether for what days cost more that were confirmed before.
    pub supplementary: bool,
    /// Of which kind its days are.
    pub what: ClaimFor,
    /// Its claim's period.
    pub period: Period,
    /// Whether the period is rounded by itself.
    pub by_period: bool,
    /// It was claimed before this ledger and nobody says how much: what its days bear is what was granted for it.
    pub closed: bool,
    /// What was granted for it.
    pub money: Fen,
    /// What was told given back of it.
    pub returned: Fen,
    /// What may be taken for it from what lines before were granted too much.
    pub set_off: Fen,
}

impl Claimed {
    /// Whether it was claimed before this ledger.
    pub(super) fn is_before(&self) -> bool {
        self.line.is_none() && self.period.0 == Day::default()
    }

    /// What a lender gives back of it; of a line about to be there nothing can be.
    fn given_back(&self) -> Option<GivenBack> {
        self.line.map(GivenBack::Line).or(self.is_before().then_some(GivenBack::Before(self.what)))
    }
}

/// What a line comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Worth {
    /// Interest of its days, as it stands.
    pub value: Fen,
    /// The same, as it was posted: both differ by a fen where periods are rounded by themselves.
    due: Fen,
    /// How much of that it is paid, by its own money, by lines that supplement it, or by what was set off.
    pub paid: Fen,
    /// What it was granted and its days do not bear, and nobody gave back.
    pub over: Fen,
    /// How much of what was given back counts: no more than was overclaimed.
    pub returned: Fen,
}

impl Worth {
    /// Interest of its days that was never granted.
    #[must_use]
    pub fn under(&self) -> Fen {
        self.value - self.paid
    }

    /// What of its payment was never posted as interest, or below zero was and is not paid.
    fn rounded(&self) -> Fen {
        if self.paid == self.value { self.value - self.due } else { (self.paid - self.due).max(0) }
    }
}

/// What all lines of a loan come to in its flows.
#[derive(Clone, Copy, Default)]
pub(super) struct ClaimSums {
    /// By kind: what is confirmed of the interest posted, and what was granted beyond.
    pub confirmed: [Fen; 2],
    pub over: [Fen; 2],
    pub rounded: Fen,
}

/// The lines of a loan that hold days or money, oldest first.
#[derive(Clone, Default)]
pub struct Lines(SmallVec<[Claimed; 4]>);

impl Lines {
    /// As they are.
    #[must_use]
    pub fn of(state: &State, loan: &Loan) -> Self {
        Self::with_facts(state, loan, &loan.facts)
    }

    /// With other facts of the loan: what was claimed before this ledger comes first, whenever it was told.
    pub(super) fn with_facts<'a>(state: &State, loan: &Loan, facts: impl Into<Facts<'a>>) -> Self {
        let chain = state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan);
        let held = chain.filter(|(_, row)| row.holds(state.claims.get(row.claim)));
        let mut lines: SmallVec<[Claimed; 4]> = held.map(|(at, row)| claimed(state, loan, at, row)).collect();
        lines.extend(counting(loan, facts).iter().rev().filter_map(|fact| before(loan, fact)));
        lines.reverse();
        let facts = told(state, loan.id);
        if facts.is_empty() { Self(lines) } else { Self(lines).returning(state, &facts) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Claimed> {
        self.0.iter()
    }

    /// With what was given back of them as these say.
    pub(crate) fn returning(mut self, state: &State, facts: &[ReturnTold]) -> Self {
        for line in &mut self.0 {
            line.returned = line.given_back().map_or(0, |of| sum_of(facts, of.named(state)));
        }
        self
    }

    /// With a line that comes after all others.
    pub(crate) fn with(mut self, line: Claimed) -> Self {
        self.0.push(line);
        self
    }

    /// With one of them changed.
    pub(crate) fn changed(mut self, line: Handle<ClaimLine>, change: impl FnOnce(&mut Claimed)) -> Self {
        if let Some(row) = self.0.iter_mut().find(|row| row.line == Some(line)) {
            change(row);
        }
        self
    }

    /// The days of a period that no line of a kind has, and those that one has.
    pub(crate) fn split(&self, what: ClaimFor, period: Period) -> (Periods, Periods) {
        let mut taken = Vec::new();
        for line in self.0.iter().filter(|line| line.stands && !line.supplementary && line.what == what) {
            take(&mut taken, line.period);
        }
        let had = taken.iter().map(|had: &Period| (had.0.max(period.0), had.1.min(period.1)));
        let had = had.filter(|had| had.0 <= had.1).collect();
        (take(&mut taken, period), had)
    }

    /// The days of each line.
    fn days(&self) -> Vec<Periods> {
        let mut taken = [Vec::new(), Vec::new()];
        let mut days = |line: &Claimed| {
            let stands = line.stands && !line.supplementary;
            if stands { take(&mut taken[line.what as usize], line.period) } else { Periods::new() }
        };
        self.0.iter().map(&mut days).collect()
    }

    /// Days at whose end sums are asked for, ascending, through one at the latest: those asked for and those of the lines.
    pub(crate) fn marks(&self, asked: &[Day]) -> Marks {
        let last = asked.last().copied().unwrap_or_default();
        let mut marks: SmallVec<[Day; 8]> = asked.into();
        let days = self.days();
        for (from, through) in days.iter().flatten() {
            marks.extend([from.plus(-1).min(last), (*through).min(last)]);
        }
        marks.sort_unstable();
        marks.dedup();
        Marks { marks, days, last }
    }

    /// What each line comes to, given the interest at the end of each mark; without it nothing is known of any day.
    pub(crate) fn outcomes(&self, reckoned: Option<&AtMarks>) -> Vec<Worth> {
        let mut outcomes: Vec<Worth> = match reckoned {
            Some(reckoned) => self.0.iter().enumerate().map(|(at, line)| reckoned.outcome(at, line)).collect(),
            None => vec![Worth::default(); self.0.len()],
        };
        for (line, outcome) in self.0.iter().zip(&mut outcomes) {
            let money = if line.closed { outcome.value } else { line.money };
            outcome.paid = money.min(outcome.value);
            outcome.over = money - outcome.paid;
        }
        self.supplement(&mut outcomes);
        self.set_off(&mut outcomes);
        for (line, outcome) in self.0.iter().zip(&mut outcomes) {
            outcome.returned = line.returned.min(outcome.over);
            outcome.over -= outcome.returned;
        }
        outcomes
    }

    /// What counts of what was given back, at each line of which anything was.
    pub(super) fn returned(&self, outcomes: &[Worth]) -> Vec<(GivenBack, Fen)> {
        let told = self.0.iter().zip(outcomes).filter(|(line, _)| line.returned > 0);
        told.filter_map(|(line, outcome)| Some((line.given_back()?, outcome.returned))).collect()
    }

    /// Lines that supplement others pay what these lack.
    fn supplement(&self, outcomes: &mut [Worth]) {
        for at in (0..self.0.len()).filter(|at| self.0[*at].supplementary && self.0[*at].stands) {
            outcomes[at].over -= self.pay(outcomes, at, self.0[at].money);
        }
    }

    /// What lines before were granted too much pays what is still open of a line it was set off for, the oldest first.
    fn set_off(&self, outcomes: &mut [Worth]) {
        for at in (0..self.0.len()).filter(|at| self.0[*at].set_off > 0 && self.0[*at].stands) {
            let there = outcomes[..at].iter().map(|outcome| outcome.over).sum::<Fen>();
            let mut paid = self.pay(outcomes, at, self.0[at].set_off.min(there));
            for outcome in &mut outcomes[..at] {
                let taken = outcome.over.min(paid);
                outcome.over -= taken;
                paid -= taken;
            }
        }
    }

    /// Pays what is open of the days a line is about, with so much at most; how much it was.
    fn pay(&self, outcomes: &mut [Worth], at: usize, fen: Fen) -> Fen {
        let line = self.0[at];
        let about = |row: &Claimed| !row.supplementary && row.what == line.what && meet(row.period, line.period);
        let mut left = fen;
        for other in if line.supplementary { 0..self.0.len() } else { at..at + 1 } {
            if line.supplementary && !about(&self.0[other]) {
                continue;
            }
            step();
            let paid = outcomes[other].under().min(left);
            outcomes[other].paid += paid;
            left -= paid;
        }
        fen - left
    }

    /// What is open of the lines that a supplementary claim of this kind and period would be about.
    pub(crate) fn open(&self, outcomes: &[Worth], what: ClaimFor, period: Period) -> Fen {
        let about = |row: &Claimed| !row.supplementary && row.what == what && meet(row.period, period);
        self.0.iter().zip(outcomes).filter(|(row, _)| about(row)).map(|(_, outcome)| outcome.under()).sum()
    }

    /// All of it in the flows of the loan.
    pub(super) fn sums(&self, outcomes: &[Worth]) -> ClaimSums {
        let mut sums = ClaimSums::default();
        for (line, outcome) in self.0.iter().zip(outcomes) {
            let rounded = outcome.rounded();
            sums.confirmed[line.what as usize] += outcome.paid - rounded;
            sums.over[line.what as usize] += outcome.over;
            sums.rounded += rounded;
        }
        sums
    }
}

fn claimed(state: &State, loan: &Loan, at: Handle<ClaimLine>, row: &ClaimLine) -> Claimed {
    let claim = state.claims.get(row.claim);
    Claimed {
        line: Some(at),
        // The contract may have been told anew, of another lender or kind.
        stands: row.verdict.confirms() && claim.portfolio == loan.portfolio,
        supplementary: claim.supplementary,
        what: claim.what,
        period: (claim.from, claim.through),
        by_period: is_by_period(state, loan, claim.through),
        closed: false,
        money: row.granted_in(claim),
        returned: 0,
        set_off: row.set_off,
    }
}

/// What was claimed before this ledger, of the lender and kind that the contract names.
fn before(loan: &Loan, fact: &Fact) -> Option<Claimed> {
    let What::ClaimedBefore { what, lender, kind, through, fen, .. } = fact.what else { return None };
    let (period, closed) = ((Day::default(), through), fen == 0);
    let line = Claimed {
        line: None,
        stands: true,
        supplementary: false,
        what,
        period,
        by_period: false,
        closed,
        money: fen,
        returned: 0,
        set_off: 0,
    };
    (loan.known && (loan.lender, loan.kind) == (lender, kind)).then_some(line)
}

/// Whether a claim's periods are rounded by themselves, by the terms of its last day.
pub(crate) fn is_by_period(state: &State, loan: &Loan, through: Day) -> bool {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, through));
    terms.is_some_and(|terms| terms.claim_rounding == ClaimRounding::Period)
}

fn meet(one: Period, other: Period) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

/// Adds a period to those taken, which are apart and in order; what of it was free.
fn take(taken: &mut Vec<Period>, (from, through): Period) -> Periods {
    let first = taken.partition_point(|had| had.1 < from);
    let after = first + taken[first..].partition_point(|had| had.0 <= through);
    let (mut free, mut next) = (Periods::new(), from);
    for had in &taken[first..after] {
        step();
        if next < had.0 {
            free.push((next, had.0.plus(-1)));
        }
        next = next.max(had.1.plus(1));
    }
    if next <= through {
        free.push((next, through));
    }
    let whole = taken[first..after].iter().fold((from, through), |all, had| (all.0.min(had.0), all.1.max(had.1)));
    taken.splice(first..after, [whole]);
    free
}

/// Days at whose end interest is asked for.
pub(crate) struct Marks {
    pub marks: SmallVec<[Day; 8]>,
    /// Of each line.
    days: Vec<Periods>,
    /// The last day that is asked for.
    last: Day,
}

impl Marks {
    /// With the interest at the end of each.
    pub fn reckoned(self, sums: Vec<Exact>, parts: i128) -> AtMarks {
        AtMarks { marks: self, sums, parts }
    }
}

/// The interest of a loan at the end of some days.
pub(crate) struct AtMarks {
    marks: Marks,
    sums: Vec<Exact>,
    /// In how many parts a fen is divided.
    parts: i128,
}

impl AtMarks {
    /// At the end of a day that was asked for.
    pub fn at(&self, day: Day) -> Exact {
        let at = self.marks.marks.partition_point(|mark| *mark < day.min(self.marks.last));
        self.sums.get(at).copied().unwrap_or_default()
    }

    /// In how many parts a fen is divided.
    pub fn parts(&self) -> i128 {
        self.parts
    }

    fn outcome(&self, at: usize, line: &Claimed) -> Worth {
        let (mut due, mut whole) = (0, 0);
        for (from, through) in &self.marks.days[at] {
            let of = |day: Day| line.what.of(&self.at(day));
            let (before, after) = (of(from.plus(-1)), of(*through));
            due += half_up(after, self.parts) - half_up(before, self.parts);
            whole += after - before;
        }
        let value = if line.by_period { half_up(whole, self.parts) } else { due };
        Worth { value: held(value), due: held(due), ..Worth::default() }
    }
}

impl ClaimFor {
    /// Its part of interest.
    pub(crate) fn of(self, exact: &Exact) -> i128 {
        match self {
            Self::Subsidy => exact.subsidy,
            Self::Waiver => exact.waiver,
        }
    }
}
