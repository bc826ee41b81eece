//! A payment to a lender as a function of all that the treasury told of it: what it should hold is reckoned from the facts, and the
//! difference to what it held is posted. Telling, telling late, taking back, ordering and approving what was told early are the same
//! call.

use super::reckon::{RemittanceReckoned, reckon};
use super::{by_payer, move_sums, of_portfolio};
use crate::account::{AccountNo, Class};
use crate::change::Wanted;
use crate::change::{Change, NewFinding, Noted, Touched};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::Purpose;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::lender::claim;
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::restored::{self, Restored};
use crate::money::{Day, Fen};
use crate::state::clearing_rows::Remaining;
use crate::state::entry_rows::Seen;
use crate::state::lending_rows::Remittance;
use crate::state::remitted_rows::{Remitted, TreasuryTold, TreasuryWord};
use crate::state::rows::{Finding, Line, Org};
use crate::state::stage::RemittanceStage;
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

/// What the treasury may tell of one payment; of more nothing counts, and a finding says so.
pub(super) const FACTS_MAX: usize = 64;

/// What results are held against: the unit that ordered the payment, in whose suspense stands what does not count, and the order once
/// it is approved.
#[derive(Clone, Copy)]
pub(super) struct Against<'a> {
    pub unit: Handle<Org>,
    pub order: Option<&'a Remittance>,
}

impl<'a> Against<'a> {
    /// Nobody ordered it, or the order was taken back.
    pub const NOTHING: Self = Self { unit: UNKNOWN_ORG, order: None };

    /// It was ordered, and nobody approved it yet.
    pub fn ordered(unit: Handle<Org>) -> Self {
        Self { unit, order: None }
    }

    pub fn approved(row: &'a Remittance) -> Self {
        Self { unit: row.unit, order: Some(row) }
    }

    /// As it stands.
    pub fn of(state: &'a State, id: Uuid) -> Self {
        let row = state.remittances.by_id(id).map(|(_, row)| row);
        match row.map(|row| (row, row.stage)) {
            None | Some((_, RemittanceStage::Cancelled)) => Self::NOTHING,
            Some((row, RemittanceStage::Ordered)) => Self::ordered(row.unit),
            Some((row, _)) => Self::approved(row),
        }
    }
}

/// What is told of a payment, as it should be after an entry.
pub(crate) struct RemittanceRevision {
    id: Uuid,
    facts: Vec<TreasuryTold>,
    /// The stage that leaves an approved payment in, and the day of what it stands by.
    stands: Option<(RemittanceStage, Day)>,
    /// What of a line's money came back in a later year, more or less than before.
    surrendered: Vec<(Handle<Line>, Fen)>,
    /// What comes into the compensation stock on a day, or below zero does not any more.
    stock: Vec<(Day, Fen)>,
    ended: Vec<Handle<Finding>>,
    restated: Vec<(Handle<Finding>, Fen)>,
}

/// Adds to a change what is to be if a payment is, and what was told of it is, other than before.
pub(super) fn revise<A>(
    state: &State,
    on: Day,
    id: Uuid,
    (against_before, before): (Against<'_>, &[TreasuryTold]),
    (against, facts): (Against<'_>, Vec<TreasuryTold>),
    change: &mut Change<A>,
) -> RemittanceRevision {
    let expected = |against: Against<'_>| against.order.map(|order| order.fen);
    let was = reckon(expected(against_before), before);
    let now = reckon(expected(against), &facts);
    let mut held = holding(state, against, &facts, &now).without(holding(state, against_before, before, &was));
    let order = against.order.or(against_before.order);
    let [back_before, back] = [(against_before, &was), (against, &now)].map(|so| come_back(state, order, so));
    held.add(restored::holding(state, &back).without(restored::holding(state, &back_before)));
    change.postings.extend(held.postings(state, on));
    let mut surrendered = surrendered(against, &facts, &now, 1);
    surrendered.extend(restored::surrendered(&back, 1).chain(restored::surrendered(&back_before, -1)));
    surrendered.extend(self::surrendered(against_before, before, &was, -1));
    let stock = [in_stock(against, &facts, &now, 1), in_stock(against_before, before, &was, -1)].concat();
    let stock = net(stock);
    if let Some(order) = against.order {
        if !stock.is_empty() {
            let fund = PortfolioRef::of(state, order.portfolio);
            let moves = stock.iter();
            fund_effect::share(
                state,
                on,
                &fund,
                |days| moves.fold(days, |days, (on, fen)| days.moving(*on, *fen)),
                change,
            );
        }
        change.touched.push(Touched::Fund(state.portfolios.get(order.portfolio).id));
        if let Purpose::Claim(claim) = order.purpose {
            change.touched.push(Touched::Claim(claim));
        }
    }
    if early(against_before, before).chain(early(against, &facts)).next().is_some() {
        change.touched.push(Touched::Decided(id));
    }
    if Remaining::is_cleared(before) || Remaining::is_cleared(&facts) {
        change.touched.push(Touched::Remitted(id));
    }
    let stands = against.order.map(|order| (now.stage(), day(order, &facts, &now)));
    let mut revision =
        RemittanceRevision { id, facts, stands, surrendered, stock, ended: Vec::new(), restated: Vec::new() };
    change.findings.extend(revision.items(state, against.unit, &now));
    // A fact that left takes its finding with it.
    let stays = |fact: &TreasuryTold| revision.facts.iter().any(|other| other.entry == fact.entry);
    let left: Vec<_> = before.iter().filter(|fact| !stays(fact)).filter_map(|fact| fact.item.handle()).collect();
    revision.ended.extend(left);
    revision
}

/// What was told of days before a payment was approved.
pub(super) fn early<'a>(against: Against<'a>, facts: &'a [TreasuryTold]) -> impl Iterator<Item = &'a TreasuryTold> {
    let early =
        move |fact: &&TreasuryTold| against.order.is_some_and(|order| !fact.gone && fact.on < order.approved_on);
    facts.iter().filter(early)
}

/// What the lender gave back of the claim a payment is for, by what the payments of that claim drew.
fn come_back(
    state: &State,
    order: Option<&Remittance>,
    (against, reckoned): (Against<'_>, &RemittanceReckoned),
) -> Vec<Restored> {
    let Some((order, Purpose::Claim(claim))) = order.map(|order| (order, order.purpose)) else { return Vec::new() };
    let is_cleared = against.order.is_some() && reckoned.stage() == RemittanceStage::Cleared;
    restored::if_paid(state, claim, order, is_cleared)
}

/// What the facts hold on accounts.
fn holding(state: &State, against: Against<'_>, facts: &[TreasuryTold], reckoned: &RemittanceReckoned) -> Holding {
    let mut held = Holding::default();
    let of_unit = |class| state.org_account(against.unit, class);
    let (treasury, suspense) = (of_unit(Class::Treasury), of_unit(Class::Suspense));
    for fact in facts.iter().zip(&reckoned.suspended).filter_map(|(fact, suspended)| suspended.then_some(fact)) {
        match fact.what {
            TreasuryWord::Cleared => held.moves(suspense, treasury, fact.fen.max(0)),
            TreasuryWord::Returned => held.moves(treasury, suspense, fact.fen.max(0)),
        }
    }
    for off in facts.iter().map(|fact| fact.off).filter(|off| off.fen != 0) {
        held.moves(state.org_account(off.at, Class::Suspense), suspense, off.fen);
    }
    let Some(order) = against.order else { return held };
    let class = match reckoned.stage() {
        RemittanceStage::Cleared => Class::Spent,
        RemittanceStage::Returned if is_surrendered(order, facts, reckoned) => Class::DueToFinance,
        RemittanceStage::Returned => Class::Available,
        _ => return held,
    };
    for draw in &order.draws {
        let of_line = |class| state.line_account(draw.line, class);
        let to = if class == Class::DueToFinance { of_unit(class) } else { of_line(class) };
        held.moves(to, of_line(Class::Applied), draw.fen);
    }
    if reckoned.stage() == RemittanceStage::Cleared {
        paths(state, order).into_iter().for_each(|[to, from]| held.moves(to, from, order.fen));
    }
    held
}

/// Between which accounts, besides the lines, clearing moves the whole sum: cash, then what it settles.
fn paths(state: &State, row: &Remittance) -> Vec<[AccountNo; 2]> {
    let portfolio = state.portfolios.get(row.portfolio);
    let of = |class| of_portfolio(portfolio, class);
    let mut paths = vec![[of(Class::Remitted), state.org_account(row.unit, Class::Treasury)]];
    match row.purpose {
        Purpose::Claim(id) => {
            if let Some((_, claim)) = state.claims.by_id(id) {
                let account = |class| claim::account(claim, class);
                paths.push([account(Class::ClaimSettled), account(Class::ClaimOwed)]);
            }
        }
        Purpose::Advance(_) => paths.push([of(Class::Advance), of(Class::AdvanceGranted)]),
        Purpose::Compensation(_) => {
            paths.push([of(Class::CompensationSettled), of(Class::CompensationOwed)]);
            paths.push([of(Class::Stock), of(Class::PaidIn)]);
        }
    }
    paths
}

/// Whether money came back after the budget year of its lines: it is due to finance then, as with payments to students.
fn is_surrendered(order: &Remittance, facts: &[TreasuryTold], reckoned: &RemittanceReckoned) -> bool {
    let back = reckoned.returned.filter(|_| reckoned.cleared.is_some());
    back.is_some_and(|at| facts[at].on.year() != order.fiscal_year)
}

fn surrendered(
    against: Against<'_>,
    facts: &[TreasuryTold],
    reckoned: &RemittanceReckoned,
    times: Fen,
) -> Vec<(Handle<Line>, Fen)> {
    let order = against.order.filter(|order| is_surrendered(order, facts, reckoned));
    let draws = order.map(|order| &order.draws[..]).unwrap_or_default();
    draws.iter().map(|draw| (draw.line, times * draw.fen)).collect()
}

/// Compensation paid or come back is in the stock from its day on.
fn in_stock(
    against: Against<'_>,
    facts: &[TreasuryTold],
    reckoned: &RemittanceReckoned,
    times: Fen,
) -> Vec<(Day, Fen)> {
    let order = against.order.filter(|order| matches!(order.purpose, Purpose::Compensation(_)));
    let Some((order, cleared)) = order.zip(reckoned.cleared) else { return Vec::new() };
    let fen = times * order.fen;
    let back = reckoned.returned.map(|at| (facts[at].on, -fen));
    [(facts[cleared].on, fen)].into_iter().chain(back).collect()
}

/// The days that differ.
fn net(mut moves: Vec<(Day, Fen)>) -> Vec<(Day, Fen)> {
    moves.sort_by_key(|(day, _)| *day);
    moves.dedup_by(|next, one| {
        let same = next.0 == one.0;
        one.1 += if same { next.1 } else { 0 };
        same
    });
    moves.retain(|(_, fen)| *fen != 0);
    moves
}

/// The day of what a payment stands by.
fn day(order: &Remittance, facts: &[TreasuryTold], reckoned: &RemittanceReckoned) -> Day {
    reckoned.returned.or(reckoned.cleared).map_or(order.approved_on, |at| facts[at].on)
}

impl RemittanceRevision {
    /// What calls for findings: those to be opened; what is no longer called for, or stands with another unit, is closed, and what is
    /// with other money restated.
    fn items(&mut self, state: &State, unit: Handle<Org>, reckoned: &RemittanceReckoned) -> Vec<NewFinding> {
        let mut new = Vec::new();
        for (fact, suspended) in self.facts.iter_mut().zip(&reckoned.suspended) {
            let held = match fact.what {
                _ if !suspended => 0,
                TreasuryWord::Cleared => fact.fen.max(0),
                TreasuryWord::Returned => -fact.fen.max(0),
            };
            let (fen, open) = (held - fact.off.fen, fact.item.handle());
            let called = fen != 0 || (*suspended && fact.off.is_none());
            let kind = fact.off.called(FindingKind::RemittanceUnexpected, fen);
            let same = |at: &Handle<Finding>| {
                let row = state.findings.get(*at);
                row.unit == unit && row.kind == kind
            };
            if let Some(at) = open.filter(|at| called && same(at)) {
                self.restated.push((at, fen));
                continue;
            }
            self.ended.extend(open);
            fact.item = Link::NONE;
            if called {
                let (told_by, on, noted) = (Some(fact.entry), Some(fact.on), Noted::Remitted(self.id));
                let about = NewFinding::about(kind, self.id);
                new.push(NewFinding { fen, unit, told_by, on, noted, ..about });
            }
        }
        new
    }
}

/// Makes the change; where the facts are kept then.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, revision: RemittanceRevision) -> Handle<Remitted> {
    let RemittanceRevision { id, facts, stands, surrendered, stock, ended, restated } = revision;
    ended.into_iter().for_each(|finding| state.findings.get_mut(finding).open = false);
    restated.into_iter().for_each(|(finding, fen)| state.findings.get_mut(finding).fen = fen);
    for (line, fen) in surrendered {
        state.lines.get_mut(line).surrendered += fen;
    }
    if let Some((remittance, (stage, on))) = state.remittances.find(id).zip(stands) {
        let row = state.remittances.get_mut(remittance);
        let before = std::mem::replace(&mut row.stage, stage);
        (row.on, row.last) = (on, entry.index);
        let (purpose, portfolio, draws) = (row.purpose, row.portfolio, row.draws.clone());
        let ([ordered_before, paid_before], [ordered, paid]) = (sums(before), sums(stage));
        let payers = by_payer(state, &draws);
        let moves = [ordered - ordered_before, paid - paid_before];
        move_sums(state, entry.index, purpose, portfolio, &payers, moves);
        state.portfolios.get_mut(portfolio).last = entry.index;
        draws.iter().for_each(|draw| state.lines.get_mut(draw.line).last = entry.index);
        for (on, fen) in stock {
            fund_effect::move_stock(state, entry.index, portfolio, on, fen);
        }
    }
    let row = Remitted { id, facts: facts.into_iter().map(|told| told.fact).collect(), last: entry.index };
    match state.remitted.find(id) {
        Some(at) => {
            *state.remitted.get_mut(at) = row;
            at
        }
        None => state.remitted.push(row),
    }
}

/// How often a payment of a stage is among what its payers ordered, and among what they paid.
fn sums(stage: RemittanceStage) -> [Fen; 2] {
    match stage {
        RemittanceStage::Ordered | RemittanceStage::Approved => [1, 0],
        RemittanceStage::Cleared => [0, 1],
        RemittanceStage::Returned | RemittanceStage::Cancelled => [0, 0],
    }
}

/// The finding a fact called for was opened.
pub(crate) fn note(state: &mut State, id: Uuid, entry: Handle<Seen>, finding: Handle<Finding>) {
    let Some(at) = state.remitted.find(id) else { return };
    if let Some(fact) = state.remitted.get_mut(at).facts.iter_mut().find(|fact| fact.entry == entry) {
        fact.item = finding.into();
    }
}

/// What a claim calls for: whether a payer paid more than he owes of it, as what had come back did not, after somebody paid it anew.
pub(crate) fn wanted(state: &State, claim: Uuid) -> Vec<Wanted> {
    let payers = state.claims.by_id(claim).map(|(_, row)| &row.payers[..]).unwrap_or_default();
    let over = payers.iter().any(|payer| payer.paid > payer.owed);
    over.then_some((FindingKind::OverRemitted, None)).into_iter().collect()
}
