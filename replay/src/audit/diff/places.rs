//! Which row of the first state is the same thing as a row of the second. Handles are given in the order of creation, so
//! they agree as long as both states have folded the same entries, and not where one has folded fewer.

use ledger::account::{Account, AccountNo, Owner};
use ledger::state::State;
use ledger::state::rows::{Award, Finding};
use ledger::state::table::{NONE, Row, Table};

/// For one table: handles of the first state by handles of the second.
pub(super) struct Map {
    /// Rows the first state has.
    known: u32,
    /// By handle of the second state; absent while every handle is the same in both.
    moved: Option<Vec<u32>>,
}

impl Map {
    /// `same` says which row of the first state a row of the second is.
    fn of<T: Row>(from: &Table<T>, to: &Table<T>, same: impl Fn(u32, &T) -> Option<u32>) -> Self {
        let known = from.next();
        let mut moved: Option<Vec<u32>> = None;
        for (handle, row) in to.iter() {
            let place = same(handle, row);
            if moved.is_none() && place != (handle < known).then_some(handle) {
                moved = Some((0..handle).map(|before| if before < known { before } else { NONE }).collect());
            }
            if let Some(moved) = &mut moved {
                moved.push(place.unwrap_or(NONE));
            }
        }
        Self { known, moved }
    }

    /// Rows that are found by their id.
    fn by_id<T: Row>(from: &Table<T>, to: &Table<T>) -> Self {
        Self::of(from, to, |handle, row| {
            let id = row.id()?;
            // Looking at the same handle first saves nearly every search.
            let here = handle < from.next() && from.get(handle).id() == Some(id);
            if here { Some(handle) } else { from.find(id) }
        })
    }

    /// The handle the first state has for a thing of the second, if it has the thing.
    pub fn place(&self, handle: u32) -> Option<u32> {
        match &self.moved {
            None => (handle < self.known).then_some(handle),
            Some(moved) => moved.get(handle as usize).copied().filter(|place| *place != NONE),
        }
    }

    /// A handle of the second state as the first one would write it; of what it does not have, a number it gave to nothing.
    pub fn translate(&self, handle: &mut u32) {
        if *handle != NONE {
            *handle = self.place(*handle).unwrap_or_else(|| self.known.saturating_add(*handle).min(NONE - 1));
        }
    }

    /// Whether every handle is the same in both.
    fn agrees(&self) -> bool {
        self.moved.is_none()
    }
}

macro_rules! places {
    ($($table:ident: $how:expr;)*) => {
        /// A map for each table whose rows are told apart.
        pub(super) struct Places { $(pub $table: Map,)* }

        impl Places {
            /// Finds everything of the second state in the first.
            pub fn of(from: &State, to: &State) -> Self {
                Self { $($table: { let how: fn(&State, &State) -> Map = $how; how(from, to) },)* }
            }

            /// Whether handles mean the same in both states, so that rows compare as they are.
            pub fn agree(&self) -> bool {
                [$(self.$table.agrees(),)*].iter().all(|agrees| *agrees)
            }
        }
    };
}

places! {
    orgs: |from, to| Map::by_id(&from.orgs, &to.orgs);
    programmes: |from, to| Map::of(&from.programmes, &to.programmes, |_, row| from.programme(&row.code));
    lines: |from, to| Map::by_id(&from.lines, &to.lines);
    persons: |from, to| Map::by_id(&from.persons, &to.persons);
    cards: |from, to| Map::by_id(&from.cards, &to.cards);
    rosters: |from, to| Map::by_id(&from.rosters, &to.rosters);
    awards: |from, to| Map::by_id(&from.awards, &to.awards);
    instalments: instalments;
    applications: |from, to| Map::by_id(&from.applications, &to.applications);
    payouts: |from, to| Map::by_id(&from.payouts, &to.payouts);
    vouchers: |from, to| Map::by_id(&from.vouchers, &to.vouchers);
    batches: |from, to| Map::by_id(&from.batches, &to.batches);
    findings: findings;
    loan_rules: |from, to| Map::of(&from.loan_rules, &to.loan_rules, |at, _| (at < from.loan_rules.next()).then_some(at));
    loans: |from, to| Map::by_id(&from.loans, &to.loans);
    borrowers: |from, to| Map::by_id(&from.borrowers, &to.borrowers);
    portfolios: |from, to| Map::by_id(&from.portfolios, &to.portfolios);
    risk_years: |from, to| Map::by_id(&from.risk_years, &to.risk_years);
    risk_paid: |from, to| Map::by_id(&from.risk_paid, &to.risk_paid);
    claims: |from, to| Map::by_id(&from.claims, &to.claims);
    // One entry adds one line, and lines are in the order of entries.
    claim_lines: |from, to| Map::of(&from.claim_lines, &to.claim_lines, |_, row| {
        let at = first_not(&from.claim_lines, |line| line.index < row.index);
        (at < from.claim_lines.next() && from.claim_lines.get(at).index == row.index).then_some(at)
    });
    remittances: |from, to| Map::by_id(&from.remittances, &to.remittances);
    rewards: |from, to| Map::by_id(&from.rewards, &to.rewards);
    keys: |from, to| Map::by_id(&from.keys, &to.keys);
}

impl Places {
    /// The account of the first state that an account of the second is.
    pub fn account(&self, from: &State, account: &Account) -> Option<AccountNo> {
        let kind = account.class.owner();
        let owners = match kind {
            Owner::Org => &self.orgs,
            Owner::Line => &self.lines,
            Owner::Roster => &self.rosters,
            Owner::Application => &self.applications,
            Owner::Loan => &self.loans,
            Owner::Portfolio => &self.portfolios,
            Owner::Claim => &self.claims,
            Owner::Reward => &self.rewards,
        };
        let (_, base) = from.owner(kind, owners.place(account.owner)?);
        Some(State::account_at(base, account.class))
    }
}

/// The first row for which `before` no longer holds; rows for which it does come first.
fn first_not<T: Row>(table: &Table<T>, before: impl Fn(&T) -> bool) -> u32 {
    let (mut low, mut high) = (0, table.next());
    while low < high {
        let middle = low + (high - low) / 2;
        if before(table.get(middle)) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The award an instalment belongs to, and which of its instalments it is. Both are made together, in one order.
pub(super) fn award_of(state: &State, instalment: u32) -> Option<(u32, u32)> {
    let after = first_not(&state.awards, |award: &Award| award.instalments <= instalment);
    let award = after.checked_sub(1)?;
    Some((award, instalment - state.awards.get(award).instalments))
}

/// How many instalments an award has.
fn instalments_of(state: &State, award: u32) -> u32 {
    let next = award + 1;
    let end = if next < state.awards.next() { state.awards.get(next).instalments } else { state.instalments.next() };
    end - state.awards.get(award).instalments
}

fn instalments(from: &State, to: &State) -> Map {
    Map::of(&from.instalments, &to.instalments, |handle, _| {
        let (award, number) = award_of(to, handle)?;
        let before = from.awards.find(to.awards.get(award).id)?;
        (number < instalments_of(from, before)).then(|| from.awards.get(before).instalments + number)
    })
}

/// Findings have no id: they are told apart by the entry that opened them, what they say, and the order among equals.
fn findings(from: &State, to: &State) -> Map {
    Map::of(&from.findings, &to.findings, |handle, row| {
        let alike = |other: &Finding| other.kind == row.kind && other.subject == row.subject;
        let equals = |state: &State, end: u32| {
            let begin = first_not(&state.findings, |other| other.index < row.index);
            let of_entry = (begin..end).take_while(|at| state.findings.get(*at).index == row.index);
            of_entry.filter(|at| alike(state.findings.get(*at))).collect::<Vec<_>>()
        };
        let before = equals(to, handle).len();
        equals(from, from.findings.next()).get(before).copied()
    })
}
