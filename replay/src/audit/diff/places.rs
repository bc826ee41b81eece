//! Which row of the first state is the same thing as a row of the second. Handles are given in the order of creation, so
//! they agree as long as both states have folded the same entries, and not where one has folded fewer.

use ledger::account::{Account, AccountNo, Owner};
use ledger::handle::{Handle, Link};
use ledger::state::State;
use ledger::state::lending_rows::{
    Borrower, Claim, ClaimLine, Loan, LoanRules, Portfolio, Remittance, Reward, RiskPaid, RiskYear,
};
use ledger::state::rows::{
    AnnouncedKey, Application, Award, Batch, Card, Finding, IdentityKey, Instalment, Line, Org, Payout, Person,
    Programme, Roster, Voucher,
};
use ledger::state::seen::Dispute;
use ledger::state::table::{Row, Table};

/// For one table: handles of the first state by handles of the second.
pub(super) struct Map<T> {
    /// The handle of the first row the first state does not have.
    known: Handle<T>,
    /// By handle of the second state; absent while every handle is the same in both.
    moved: Option<Vec<Link<T>>>,
}

/// What a row names another row by.
pub(super) trait Names<T> {
    /// The row it names, if any.
    fn named(&self) -> Option<Handle<T>>;
    /// Names another one.
    fn rename(&mut self, to: Handle<T>);
}

impl<T> Names<T> for Handle<T> {
    fn named(&self) -> Option<Handle<T>> {
        Some(*self)
    }
    fn rename(&mut self, to: Handle<T>) {
        *self = to;
    }
}

impl<T> Names<T> for Link<T> {
    fn named(&self) -> Option<Handle<T>> {
        self.handle()
    }
    fn rename(&mut self, to: Handle<T>) {
        *self = to.into();
    }
}

impl<T: Row> Map<T> {
    /// `same` says which row of the first state a row of the second is.
    fn of(from: &Table<T>, to: &Table<T>, same: impl Fn(Handle<T>, &T) -> Option<Handle<T>>) -> Self {
        let known = from.next();
        let mut moved: Option<Vec<Link<T>>> = None;
        for (handle, row) in to.iter() {
            let place = same(handle, row);
            if moved.is_none() && place != (handle < known).then_some(handle) {
                let before = Handle::new(0).run(handle.number());
                moved = Some(before.map(|before| (before < known).then_some(before).into()).collect());
            }
            if let Some(moved) = &mut moved {
                moved.push(place.into());
            }
        }
        Self { known, moved }
    }

    /// Rows that are found by their id.
    fn by_id(from: &Table<T>, to: &Table<T>) -> Self {
        Self::of(from, to, |handle, row| {
            let id = row.id()?;
            // Looking at the same handle first saves nearly every search.
            let here = handle < from.next() && from.get(handle).id() == Some(id);
            if here { Some(handle) } else { from.find(id) }
        })
    }

    /// The handle the first state has for a thing of the second, if it has the thing.
    pub fn place(&self, handle: Handle<T>) -> Option<Handle<T>> {
        match &self.moved {
            None => (handle < self.known).then_some(handle),
            Some(moved) => moved.get(handle.number() as usize).and_then(|place| place.handle()),
        }
    }

    /// What names a row of the second state names that of the first; of what it does not have, a row there is not.
    pub fn translate(&self, name: &mut impl Names<T>) {
        if let Some(handle) = name.named() {
            // The last number is no handle's: a link that holds it points nowhere.
            let absent = self.known.number().saturating_add(handle.number()).min(u32::MAX - 1);
            name.rename(self.place(handle).unwrap_or(Handle::new(absent)));
        }
    }

    /// Whether every handle is the same in both.
    fn agrees(&self) -> bool {
        self.moved.is_none()
    }
}

macro_rules! places {
    ($($table:ident $row:ident: $how:expr;)*) => {
        /// A map for each table whose rows are told apart.
        pub(super) struct Places { $(pub $table: Map<$row>,)* }

        impl Places {
            /// Finds everything of the second state in the first.
            pub fn of(from: &State, to: &State) -> Self {
                Self { $($table: { let how: fn(&State, &State) -> Map<$row> = $how; how(from, to) },)* }
            }

            /// Whether handles mean the same in both states, so that rows compare as they are.
            pub fn agree(&self) -> bool {
                [$(self.$table.agrees(),)*].iter().all(|agrees| *agrees)
            }
        }
    };
}

places! {
    orgs Org: |from, to| Map::by_id(&from.orgs, &to.orgs);
    programmes Programme: |from, to| Map::of(&from.programmes, &to.programmes, |_, row| from.programme(&row.code));
    lines Line: |from, to| Map::by_id(&from.lines, &to.lines);
    persons Person: |from, to| Map::by_id(&from.persons, &to.persons);
    cards Card: |from, to| Map::by_id(&from.cards, &to.cards);
    rosters Roster: |from, to| Map::by_id(&from.rosters, &to.rosters);
    awards Award: |from, to| Map::by_id(&from.awards, &to.awards);
    instalments Instalment: instalments;
    applications Application: |from, to| Map::by_id(&from.applications, &to.applications);
    payouts Payout: |from, to| Map::by_id(&from.payouts, &to.payouts);
    vouchers Voucher: |from, to| Map::by_id(&from.vouchers, &to.vouchers);
    batches Batch: |from, to| Map::by_id(&from.batches, &to.batches);
    findings Finding: findings;
    loan_rules LoanRules: |from, to| Map::of(&from.loan_rules, &to.loan_rules, |at, _| (at < from.loan_rules.next()).then_some(at));
    loans Loan: |from, to| Map::by_id(&from.loans, &to.loans);
    borrowers Borrower: |from, to| Map::by_id(&from.borrowers, &to.borrowers);
    portfolios Portfolio: |from, to| Map::by_id(&from.portfolios, &to.portfolios);
    risk_years RiskYear: |from, to| Map::by_id(&from.risk_years, &to.risk_years);
    risk_paid RiskPaid: |from, to| Map::by_id(&from.risk_paid, &to.risk_paid);
    claims Claim: |from, to| Map::by_id(&from.claims, &to.claims);
    // One entry adds one line, and lines are in the order of entries.
    claim_lines ClaimLine: |from, to| Map::of(&from.claim_lines, &to.claim_lines, |_, row| {
        let at = from.claim_lines.partition_point(|line| line.index < row.index);
        from.claim_lines.from(at).next().filter(|(_, line)| line.index == row.index).map(|(at, _)| at)
    });
    remittances Remittance: |from, to| Map::by_id(&from.remittances, &to.remittances);
    rewards Reward: |from, to| Map::by_id(&from.rewards, &to.rewards);
    keys AnnouncedKey: |from, to| Map::by_id(&from.keys, &to.keys);
    identity_keys IdentityKey: |from, to| Map::by_id(&from.identity_keys, &to.identity_keys);
    disputes Dispute: |from, to| Map::by_id(&from.disputes, &to.disputes);
}

impl Places {
    /// The account of the first state that an account of the second is.
    pub fn account(&self, from: &State, account: &Account) -> Option<AccountNo> {
        fn place<T: Row>(map: &Map<T>, owner: u32) -> Option<u32> {
            map.place(Handle::new(owner)).map(Handle::number)
        }
        let kind = account.class.owner();
        let owner = match kind {
            Owner::Org => place(&self.orgs, account.owner),
            Owner::Line => place(&self.lines, account.owner),
            Owner::Roster => place(&self.rosters, account.owner),
            Owner::Application => place(&self.applications, account.owner),
            Owner::Loan => place(&self.loans, account.owner),
            Owner::Portfolio => place(&self.portfolios, account.owner),
            Owner::Claim => place(&self.claims, account.owner),
            Owner::Reward => place(&self.rewards, account.owner),
        };
        let (_, base) = from.owner(kind, owner?);
        Some(State::account_at(base, account.class))
    }
}

/// The award an instalment belongs to, and which of its instalments it is. Both are made together, in one order.
pub(super) fn award_of(state: &State, instalment: Handle<Instalment>) -> Option<(Handle<Award>, u32)> {
    let after = state.awards.partition_point(|award| award.instalments <= instalment);
    let award = Handle::new(after.number().checked_sub(1)?);
    Some((award, instalment.number() - state.awards.get(award).instalments.number()))
}

/// How many instalments an award has.
fn instalments_of(state: &State, award: Handle<Award>) -> u32 {
    let mut awards = state.awards.from(award).map(|(_, row)| row.instalments.number());
    let begin = awards.next().unwrap_or(0);
    awards.next().unwrap_or(state.instalments.next().number()) - begin
}

fn instalments(from: &State, to: &State) -> Map<Instalment> {
    Map::of(&from.instalments, &to.instalments, |handle, _| {
        let (award, number) = award_of(to, handle)?;
        let before = from.awards.find(to.awards.get(award).id)?;
        (number < instalments_of(from, before)).then(|| from.awards.get(before).instalments.plus(number))
    })
}

/// Findings have no id: they are told apart by the entry that opened them, what they say, and the order among equals.
fn findings(from: &State, to: &State) -> Map<Finding> {
    Map::of(&from.findings, &to.findings, |handle, row| {
        let equals = |state: &State| {
            let begin = state.findings.partition_point(|other| other.index < row.index);
            let of_entry = state.findings.from(begin).take_while(|(_, other)| other.index == row.index);
            let alike = of_entry.filter(|(_, other)| other.kind == row.kind && other.subject == row.subject);
            alike.map(|(at, _)| at).collect::<Vec<_>>()
        };
        let before = equals(to).into_iter().take_while(|at| *at < handle).count();
        equals(from).get(before).copied()
    })
}
