//! From a document line forward: what lies below it, every payment drawn on any of it, and where all of it is now.
//! received = available + applied + cleared, not sent + transit + credited + to finance + remitted + unexplained, which is
//! zero.

use super::gap::{Gap, GapKind};
use super::remitted::{self, RemittanceFlow};
use crate::answers::{execution, payments};
use ledger::handle::{Handle, Link};
use ledger::money::{Day, Fen, FenSum};
use ledger::state::rows::{Application, Line, Payout};
use ledger::state::stage::RemittanceStage;
use ledger::state::stage::{Progress, Stage};
use ledger::state::{Standing, State};
use std::collections::{BTreeMap, BTreeSet};

/// Gaps named one by one; beyond that they are in the sums by kind only.
pub(crate) const GAPS_MAX: usize = 200;

/// Payments to lenders named one by one; beyond that they are in the totals only.
pub(crate) const REMITTANCES_MAX: usize = 200;

/// Where to go on with the payments of a forward trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The line.
    pub line: Handle<Line>,
    /// Position among the line's applications.
    pub step: u32,
    /// The payment to begin with.
    pub payout: Handle<Payout>,
}

/// What one payment takes from one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// The payment.
    pub payout: Handle<Payout>,
    /// The line.
    pub line: Handle<Line>,
    /// How much.
    pub fen: Fen,
}

/// Totals of a line with all below it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ForwardTotals {
    /// What the line received.
    pub received_fen: FenSum,
    /// Not applied for, on the line and below.
    pub available_fen: FenSum,
    /// Applied for or ordered to lenders, not yet cleared by the treasury.
    pub applied_fen: FenSum,
    /// Left the treasury, no batch sent yet.
    pub cleared_fen: FenSum,
    /// At the bank, result awaited.
    pub transit_fen: FenSum,
    /// On cards.
    pub credited_fen: FenSum,
    /// Came back after the budget year and is due to finance.
    pub to_finance_fen: FenSum,
    /// Paid to lenders.
    pub remitted_fen: FenSum,
    /// What the figures above leave; zero unless something is wrong.
    pub unexplained_fen: FenSum,
    /// Came back in all, whether or not reissued; part of the figures above, not added.
    pub returned_fen: FenSum,
    /// Payments drawn, however they ended.
    pub payouts: u64,
    /// Payments to lenders, however they ended, once for each line they draw on.
    pub remittances: u64,
}

/// Where the money of a document line went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forward {
    /// The line.
    pub line: Handle<Line>,
    /// All lines below, each after its parent.
    pub descendants: Vec<Handle<Line>>,
    /// One page of the payments drawn on any of them.
    pub flows: Vec<Flow>,
    /// Where to go on.
    pub next: Option<Cursor>,
    /// Payments to lenders drawn on any of them: the first [`REMITTANCES_MAX`], on the first page only.
    pub remittances: Vec<RemittanceFlow>,
    /// Totals; on the first page only, as they walk all payments.
    pub totals: Option<ForwardTotals>,
    /// Where money does not move on: the first [`GAPS_MAX`], on the first page only.
    pub gaps: Vec<Gap>,
    /// Count and sum of all gaps, by kind.
    pub gap_sums: BTreeMap<GapKind, (u64, FenSum)>,
}

/// Traces a line forward, as seen on `on`: a page of at most `limit` payments from `cursor`.
#[must_use]
pub fn forward(state: &State, line: Handle<Line>, on: Day, cursor: Option<Cursor>, limit: usize) -> Forward {
    let lines = downwards(state, line);
    let (flows, next) = page(state, &lines, cursor, limit);
    let mut forward = Forward {
        line,
        descendants: lines[1..].to_vec(),
        flows,
        next,
        remittances: Vec::new(),
        totals: None,
        gaps: Vec::new(),
        gap_sums: BTreeMap::new(),
    };
    if cursor.is_none() {
        let vouchers = state.vouchers.iter().map(|(_, voucher)| voucher.application).collect();
        let totals = ForwardTotals { received_fen: state.lines.get(line).received.into(), ..ForwardTotals::default() };
        let mut sums = Sums { state, on, vouchers, totals, forward: &mut forward };
        for line in &lines {
            sums.line(*line);
        }
        for flow in remitted::drawn_on(state, &lines) {
            sums.remittance(flow);
        }
        sums.close();
    }
    forward
}

/// A line and all below it, each after its parent.
fn downwards(state: &State, line: Handle<Line>) -> Vec<Handle<Line>> {
    let (mut lines, mut rest) = (Vec::new(), vec![line]);
    while let Some(line) = rest.pop() {
        lines.push(line);
        rest.extend(state.lines.get(line).children.iter().rev());
    }
    lines
}

fn draws(state: &State, payout: &Payout) -> impl Iterator<Item = (Handle<Line>, Fen)> {
    state.pieces_paid(payout).into_iter().map(|piece| (piece.line, piece.fen))
}

fn drawn_on(state: &State, payout: &Payout, line: Handle<Line>) -> Option<Fen> {
    draws(state, payout).filter(|(drawn, _)| *drawn == line).map(|(_, fen)| fen).reduce(|sum, fen| sum + fen)
}

/// Payments of an application, latest first, from one of them on.
fn payouts(state: &State, from: Link<Payout>) -> impl Iterator<Item = (Handle<Payout>, &Payout)> {
    state.payouts.chain(from, |payout| payout.before_of_application)
}

fn page(state: &State, lines: &[Handle<Line>], cursor: Option<Cursor>, limit: usize) -> (Vec<Flow>, Option<Cursor>) {
    let first = cursor.and_then(|cursor| lines.iter().position(|line| *line == cursor.line)).unwrap_or(0);
    let mut flows = Vec::new();
    for line in &lines[first..] {
        let applications = &state.lines.get(*line).applications;
        // A cursor comes from outside, and may name what is not there.
        let here = cursor.filter(|cursor| cursor.line == *line && cursor.payout < state.payouts.next());
        let from = here.map_or(0, |cursor| cursor.step);
        for (step, application) in (0u32..).zip(applications).skip(from as usize) {
            let row = state.applications.get(*application);
            if row.set.stage == Stage::Cancelled {
                continue;
            }
            let begin =
                here.filter(|cursor| cursor.step == step).map_or(row.last_payout, |cursor| cursor.payout.into());
            for (payout, row) in payouts(state, begin) {
                let Some(fen) = drawn_on(state, row, *line) else { continue };
                if flows.len() == limit {
                    return (flows, Some(Cursor { line: *line, step, payout }));
                }
                flows.push(Flow { payout, line: *line, fen });
            }
        }
    }
    (flows, None)
}

struct Sums<'a> {
    state: &'a State,
    on: Day,
    /// Applications with a voucher.
    vouchers: BTreeSet<Handle<Application>>,
    totals: ForwardTotals,
    forward: &'a mut Forward,
}

impl Sums<'_> {
    fn line(&mut self, line: Handle<Line>) {
        let state = self.state;
        let executed = execution::execution(state, line);
        self.totals.available_fen += executed.available_fen;
        self.totals.applied_fen += executed.applied_fen;
        self.totals.to_finance_fen += executed.to_finance_fen;
        for application in &state.lines.get(line).applications {
            let row = state.applications.get(*application);
            if row.set.stage == Stage::Cancelled {
                continue;
            }
            self.part(line, *application, row);
            let mut waiting = 0;
            for (handle, payout) in payouts(state, row.last_payout) {
                waiting += self.payout(line, handle, payout);
            }
            if waiting > 0 {
                let since = row.batch.handle().map_or(row.effective, |batch| state.batches.get(batch).on);
                self.gap(GapKind::NoResult, row.id, waiting, Some(since));
            }
        }
    }

    /// What of an application's part has not reached the bank.
    fn part(&mut self, line: Handle<Line>, application: Handle<Application>, row: &Application) {
        let parts = row.parts.iter().filter(|part| part.line == line);
        let (fen, cleared) = parts.fold((0, 0), |sum, part| (sum.0 + part.fen, sum.1 + part.cleared));
        match row.set.stage {
            Stage::Sealed | Stage::Reviewed => self.gap(GapKind::NotApproved, row.id, fen, Some(row.effective)),
            Stage::Approved => {
                let issued = self.vouchers.contains(&application);
                let kind = if issued { GapKind::VoucherNotCleared } else { GapKind::NoVoucher };
                self.totals.cleared_fen += cleared;
                self.gap(kind, row.id, fen - cleared, Some(row.effective));
                self.gap(GapKind::NotSent, row.id, cleared, Some(row.effective));
            }
            Stage::Open | Stage::Sent | Stage::Cancelled => {}
        }
    }

    /// Adds up one payment; what of it waits for the bank's answer is handed back, to be named once an application.
    fn payout(&mut self, line: Handle<Line>, handle: Handle<Payout>, payout: &Payout) -> Fen {
        let Some(fen) = drawn_on(self.state, payout, line) else { return 0 };
        self.totals.payouts += 1;
        self.suspense(line, payout);
        match payout.progress {
            Progress::Credited => {
                let recovered = self.state.recovered_on(payout, line);
                self.totals.credited_fen += fen - recovered;
                self.totals.returned_fen += recovered;
            }
            Progress::Returned => {
                self.totals.returned_fen += fen;
                let instalment = self.state.awards.get(payout.award).instalments.plus(u32::from(payout.instalment));
                if self.state.standing(instalment) == Standing::Returned(handle) {
                    self.gap(GapKind::NotReissued, payout.id, fen, Some(payout.on));
                }
            }
            Progress::Ordered | Progress::Unknown if payments::in_transit(self.state, payout) => {
                self.totals.transit_fen += fen;
                return fen;
            }
            Progress::Ordered | Progress::Unknown => {}
        }
        0
    }

    /// A credit in suspense is named once, at the first line its payment draws on.
    fn suspense(&mut self, line: Handle<Line>, payout: &Payout) {
        if draws(self.state, payout).next().is_none_or(|(drawn, _)| drawn != line) {
            return;
        }
        for finding in self.state.suspense_of(payout) {
            self.gap(GapKind::InSuspense, payout.id, finding.in_suspense(), Some(finding.on));
        }
    }

    fn remittance(&mut self, flow: RemittanceFlow) {
        let row = self.state.remittances.get(flow.remittance);
        match row.stage {
            RemittanceStage::Ordered => self.gap(GapKind::NotApproved, row.id, flow.fen, Some(row.on)),
            RemittanceStage::Approved => self.gap(GapKind::NotRemitted, row.id, flow.fen, Some(row.on)),
            RemittanceStage::Cleared => {
                let returned = remitted::came_back(self.state, row, flow.line);
                self.totals.remitted_fen += flow.fen - returned;
                self.totals.returned_fen += returned;
            }
            RemittanceStage::Returned => self.totals.returned_fen += flow.fen,
            // An order taken back moves nothing.
            RemittanceStage::Cancelled => return,
        }
        self.totals.remittances += 1;
        if self.forward.remittances.len() < REMITTANCES_MAX {
            self.forward.remittances.push(flow);
        }
    }

    fn gap(&mut self, kind: GapKind, subject: uuid::Uuid, fen: Fen, since: Option<Day>) {
        if fen == 0 {
            return;
        }
        let sum = self.forward.gap_sums.entry(kind).or_default();
        *sum = (sum.0 + 1, sum.1 + fen);
        if self.forward.gaps.len() < GAPS_MAX {
            let days = since.map(|since| self.on.number() - since.number());
            self.forward.gaps.push(Gap { kind, subject, fen, days });
        }
    }

    fn close(mut self) {
        let t = &mut self.totals;
        let at_treasury = t.available_fen + t.applied_fen + t.cleared_fen + t.to_finance_fen;
        let shown = at_treasury + t.transit_fen + t.credited_fen + t.remitted_fen;
        t.unexplained_fen = t.received_fen - shown;
        let (fen, line) = (t.unexplained_fen, self.state.lines.get(self.forward.line).id);
        self.gap(GapKind::Unexplained, line, fen.held(), None);
        self.forward.totals = Some(self.totals);
    }
}

#[cfg(test)]
#[path = "forward_tests.rs"]
mod tests;
