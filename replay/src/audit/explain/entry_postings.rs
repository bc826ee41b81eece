//! What an entry posted, found again long after: the accounts of the things it names are looked up at its index, and
//! from each posting the account on its other side. Reads a chunk for each group of accounts, never the whole record.

use ledger::handle::Handle;
use ledger::state::accounts::Owns;
use ledger::state::lending_rows::{Claim, Portfolio, Remittance};
use ledger::state::rows::{Application, Line, Org, Payout};
use std::collections::BTreeSet;

use ledger::account::AccountNo;
use ledger::event::{Event, Kind, LoanKind, Purpose, VoucherCleared, VoucherIssued, VoucherReturned};
use ledger::loan::portfolio_id;
use ledger::money::{Day, Fen};
use ledger::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use uuid::Uuid;

use super::by_index::findings_at;
use crate::answers::loans::classes;
use crate::engine::{Engine, EngineError, Recorded};
use crate::pages::posting_row::EntryRow;

/// A posting with what was on both accounts before and after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// The account that received.
    pub debit: AccountNo,
    /// The account that gave.
    pub credit: AccountNo,
    /// How much.
    pub fen: Fen,
    /// The day it was booked on.
    pub booked: Day,
    /// On the receiving account, before and after.
    pub debit_balance: [Fen; 2],
    /// On the giving account, before and after.
    pub credit_balance: [Fen; 2],
}

/// Both sides of everything an entry posted.
pub(super) fn rows_of(engine: &Engine, recorded: &Recorded) -> Result<Vec<EntryRow>, EngineError> {
    if let Some(rows) = engine.rows_at(recorded.index) {
        return Ok(rows);
    }
    let (mut told, mut open) = (Vec::new(), beside(&engine.read(), &recorded.event));
    while let Some(index) = open.pop() {
        if let Some(entry) = engine.recorded(index)? {
            open.extend(beside(&engine.read(), &entry.event));
            told.push(entry);
        }
    }
    let seeds = seeds(&engine.read(), recorded, &told);
    gather(seeds, |account| account.number(), &mut |account| engine.kept_at(account, recorded.index))
}

/// Follows postings from account to account; `look` shows what the entry posted to an account and to all others of its
/// `group`.
pub(super) fn gather<E>(
    seeds: BTreeSet<AccountNo>,
    group: fn(AccountNo) -> u32,
    look: &mut dyn FnMut(AccountNo) -> Result<Vec<EntryRow>, E>,
) -> Result<Vec<EntryRow>, E> {
    let (mut rows, mut seen, mut open) = (Vec::new(), BTreeSet::new(), Vec::from_iter(seeds));
    while let Some(account) = open.pop() {
        if seen.insert(group(account)) {
            let found = look(account)?;
            open.extend(found.iter().map(|row| row.other));
            rows.extend(found);
        }
    }
    Ok(rows)
}

/// The two sides of each posting put together, book by book and in the order of accounts.
pub(super) fn moved(rows: &[EntryRow]) -> Vec<Moved> {
    let mut gave: Vec<&EntryRow> = rows.iter().filter(|row| row.fen < 0).collect();
    let mut all = Vec::new();
    for came in rows.iter().filter(|row| row.fen > 0) {
        let is_it = |row: &&EntryRow| row.account == came.other && row.other == came.account && row.fen == -came.fen;
        let Some(at) = gave.iter().position(is_it) else { continue };
        let went = gave.remove(at);
        all.push(Moved {
            debit: came.account,
            credit: went.account,
            fen: came.fen,
            booked: came.booked,
            debit_balance: [came.balance.saturating_sub(came.fen), came.balance],
            credit_balance: [went.balance.saturating_sub(went.fen), went.balance],
        });
    }
    all.sort_by_key(|moved| (moved.debit, moved.credit));
    all
}

/// The entries whose words say what an event is about where the state does not any more: the one it takes back, and of the clearing of
/// a voucher those that issued it, as they may have been taken back since.
pub(super) fn beside(state: &State, event: &Event) -> Vec<u64> {
    let index = |id: Uuid| state.seen.find(id).map(u64::from);
    match &event.kind {
        Kind::EntryWithdrawn(withdrawn) => index(withdrawn.entry).into_iter().collect(),
        Kind::VoucherCleared(VoucherCleared { voucher, .. })
        | Kind::VoucherReturned(VoucherReturned { voucher, .. }) => {
            let (voucher, application) = (*voucher, Uuid::nil());
            let issued = VoucherIssued { voucher, number: String::new(), application, draws: Vec::new() };
            let issued = Event::said(event.effective, Kind::VoucherIssued(issued));
            (0..=u8::MAX).map_while(|edition| index(issued.id_of_edition(edition))).collect()
        }
        _ => Vec::new(),
    }
}

/// Accounts an entry may have posted to, by the things it names, or those that others say it is about, and what they belong to. Each group of postings that
/// hang together has at least one of them.
pub(super) fn seeds(state: &State, recorded: &Recorded, told: &[Recorded]) -> BTreeSet<AccountNo> {
    let mut seeds = Seeds { state, accounts: BTreeSet::new() };
    seeds.org(UNKNOWN_ORG);
    seeds.application(UNKNOWN_APPLICATION);
    for said in std::iter::once(recorded).chain(told) {
        proto::fields::ids(&proto::fields::fields(&said.content)).into_iter().for_each(|id| seeds.thing(id));
    }
    let mut accounts = seeds.accounts;
    // An account that was last posted to before has nothing of this entry.
    accounts.retain(|account| state.accounts.get(*account).last >= recorded.index);
    accounts
}

struct Seeds<'a> {
    state: &'a State,
    accounts: BTreeSet<AccountNo>,
}

impl Seeds<'_> {
    fn thing(&mut self, id: Uuid) {
        let state = self.state;
        if let Some(org) = state.orgs.find(id) {
            self.org(org);
            LoanKind::ALL.into_iter().filter_map(|kind| state.portfolios.find(portfolio_id(id, kind))).for_each(
                |portfolio| {
                    self.own(portfolio);
                },
            );
        }
        if let Some(line) = state.lines.find(id) {
            self.line(line);
        }
        if let Some(roster) = state.rosters.find(id) {
            self.own(roster);
        }
        if let Some((_, award)) = state.awards.by_id(id) {
            self.own(award.roster);
        }
        if let Some(application) = state.applications.find(id) {
            self.whole_application(application);
        }
        if let Some(payout) = state.payouts.find(id) {
            self.payout(payout);
        }
        if let Some((_, row)) = state.vouchers.by_id(id) {
            self.whole_application(row.application);
            row.draws.iter().filter_map(|drawn| state.lines.find(drawn.line)).for_each(|line| self.line(line));
        }
        // An entry that was taken back or cleared: its payment or its voucher is other than before.
        for told in [state.payment_told_by(id), state.voucher_told_by(id)].into_iter().flatten() {
            self.thing(told);
        }
        self.lending(id);
        // An entry that was taken back: its loan moves, and where the contract was, its lender's portfolio.
        for told in [state.loan_told_by(id), state.remittance_told_by(id)].into_iter().flatten() {
            self.lending(told);
        }
        if let Some(entry) = state.seen.find(id) {
            self.findings_of(entry.into());
        }
    }

    fn lending(&mut self, id: Uuid) {
        let state = self.state;
        if let Some((loan, row)) = state.loans.by_id(id) {
            self.own(loan);
            self.portfolio(row.portfolio);
            // What its lender gave back of a claim goes to the lines that paid the claim, and turns with the loan.
            let lines = state.claim_lines.chain(row.last_claim_line, |line| line.before_of_loan);
            lines.map(|(_, line)| line.claim).collect::<BTreeSet<_>>().into_iter().for_each(|claim| self.claim(claim));
        }
        if let Some(claim) = state.claims.find(id) {
            self.claim(claim);
        }
        if let Some((_, row)) = state.remittances.by_id(id) {
            self.portfolio(row.portfolio);
            self.org(row.unit);
            row.draws.iter().for_each(|drawn| self.line(drawn.line));
            if let Purpose::Claim(claim) = row.purpose
                && let Some(claim) = state.claims.find(claim)
            {
                self.claim(claim);
            }
        }
        if let Some((reward, row)) = state.rewards.by_id(id) {
            self.own(reward);
            self.portfolio(row.portfolio);
        }
    }

    fn own<T: Owns>(&mut self, owner: Handle<T>) {
        let (_, base) = self.state.owner(T::OWNER, owner.number());
        self.accounts.extend(classes(T::OWNER).map(|class| State::account_at(base, class)));
    }

    fn org(&mut self, org: Handle<Org>) {
        self.own(org);
    }

    fn line(&mut self, line: Handle<Line>) {
        let row = self.state.lines.get(line);
        self.own(line);
        self.org(row.unit);
        if let Some(parent) = row.parent.handle() {
            self.own(parent);
        }
    }

    fn application(&mut self, application: Handle<Application>) {
        let row = self.state.applications.get(application);
        self.own(application);
        self.org(row.unit);
    }

    /// With what it draws on and what banks told of its payments before it was sent.
    fn whole_application(&mut self, application: Handle<Application>) {
        let row = self.state.applications.get(application);
        self.application(application);
        row.parts.iter().for_each(|part| self.line(part.line));
        row.told.iter().for_each(|payout| self.payout(*payout));
    }

    fn payout(&mut self, payout: Handle<Payout>) {
        let row = self.state.payouts.get(payout);
        self.application(row.application);
        let roster = self.state.awards.get(row.award).roster;
        self.own(roster);
        let state = self.state;
        for draw in row.draws.run(row.draw_count.into()) {
            self.line(state.draws.get(draw).line);
        }
        state.draws_of(row).for_each(|draw| self.line(draw.line));
    }

    fn portfolio(&mut self, portfolio: Handle<Portfolio>) {
        let row = self.state.portfolios.get(portfolio);
        self.own(portfolio);
        self.org(row.lender);
    }

    fn claim(&mut self, claim: Handle<Claim>) {
        let state = self.state;
        let row = state.claims.get(claim);
        self.own(claim);
        self.portfolio(row.portfolio);
        self.org(row.unit);
        let of_it = |paid: &&Remittance| paid.purpose == Purpose::Claim(row.id);
        let paid = state.remittances.iter().map(|(_, paid)| paid).filter(of_it);
        paid.flat_map(|paid| &paid.draws).for_each(|drawn| self.line(drawn.line));
    }

    /// A credit in suspense is cleared by its event id: its finding says whose money it is.
    fn findings_of(&mut self, index: u64) {
        for number in findings_at(self.state, index) {
            let finding = self.state.findings.get(number);
            self.org(finding.unit);
            if let Some(payout) = finding.payout.handle() {
                self.payout(payout);
            }
        }
    }
}
