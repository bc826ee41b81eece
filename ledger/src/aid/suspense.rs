//! Suspense: credits without authority, and how they end. A credit in suspense blocks a reissue of its instalment.

use crate::account::Class;
use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::{Clearing, SuspenseCleared};
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::rows::{Drawn, Finding, Line, Payout};
use crate::state::stage::Progress;
use crate::state::{Standing, State, UNKNOWN_APPLICATION};
use uuid::Uuid;

pub(crate) enum SuspenseChange {
    /// The payee owes the credit back.
    Recover { payout: Link<Payout>, finding: Handle<Finding> },
    /// The credit was accepted; its instalment is settled after all.
    Accept { payout: Handle<Payout>, finding: Handle<Finding>, line: Handle<Line> },
}

pub(crate) fn judge_suspense_cleared(case: &Case<'_>, event: &SuspenseCleared) -> Judged<SuspenseChange> {
    let (state, on) = (case.state, case.on());
    let (handle, finding) = find(state, event.credit)?;
    let suspense = state.org_account(finding.unit, Class::Suspense);
    let treasury = state.org_account(finding.unit, Class::Treasury);
    let payout = finding.payout.handle();
    match event.how {
        Clearing::Recoverable => {
            let application = payout.map_or(UNKNOWN_APPLICATION, |payout| state.payouts.get(payout).application);
            let payee = state.application_account(application, Class::Payee);
            let receivable = state.org_account(finding.unit, Class::Receivable);
            let mut change = Change::of(SuspenseChange::Recover { payout: finding.payout, finding: handle });
            // The treasury bore it; the payee owes it back.
            change.postings = vec![
                state.posting(on, suspense, treasury, finding.fen.abs()),
                state.posting(on, receivable, payee, finding.fen.abs()),
            ];
            Ok(change)
        }
        Clearing::Accepted(line) => accepted(state, on, event.credit, handle, finding, line),
    }
}

/// The payment counts after all: a named line pays for it, and its instalment, owed until now, is settled.
fn accepted(
    state: &State,
    on: Day,
    credit: Uuid,
    handle: Handle<Finding>,
    finding: &Finding,
    line_id: Uuid,
) -> Judged<SuspenseChange> {
    let line = state.need_line(line_id)?;
    let row = state.lines.get(line);
    let unknown = Refusal::of(Code::UnknownPayout, credit);
    let payout = finding.payout.handle().ok_or(unknown)?;
    let paid = state.payouts.get(payout);
    let award = state.awards.get(paid.award);
    let roster = state.rosters.get(award.roster);
    if row.unit != finding.unit {
        return Err(Refusal::of(Code::WrongUnit, line_id));
    }
    if row.fiscal_year != on.year() {
        return Err(Refusal::with(Code::WrongYear, line_id, i64::from(row.fiscal_year)));
    }
    if row.programme != roster.programme {
        return Err(Refusal::of(Code::WrongProgramme, line_id));
    }
    match state.standing(award.instalments.plus(u32::from(paid.instalment))) {
        Standing::Returned(latest) if latest == payout && finding.fen.abs() == paid.fen => {}
        Standing::Settled(other) => return Err(Refusal::of(Code::AlreadyPaid, state.payouts.get(other).id)),
        _ => return Err(Refusal::of(Code::SetNotReady, paid.id)),
    }
    let available = state.line_account(line, Class::Available);
    let short = finding.fen.abs() - state.balance(available);
    if short > 0 {
        return Err(Refusal::with(Code::Overdrawn, line_id, short));
    }
    let mut change = Change::of(SuspenseChange::Accept { payout, finding: handle, line });
    let (settled, owed) =
        (state.roster_account(award.roster, Class::Settled), state.roster_account(award.roster, Class::Owed));
    let suspense = state.org_account(finding.unit, Class::Suspense);
    let treasury = state.org_account(finding.unit, Class::Treasury);
    change.postings = vec![
        state.posting(on, state.line_account(line, Class::Spent), available, finding.fen.abs()),
        state.posting(on, suspense, treasury, finding.fen.abs()),
        state.posting(on, settled, owed, finding.fen.abs()),
    ];
    Ok(change)
}

/// The open finding of a credit, by the event id of the credit.
fn find(state: &State, credit: Uuid) -> Result<(Handle<Finding>, &Finding), Refusal> {
    let unknown = Refusal::of(Code::UnknownCredit, credit);
    let index = u64::from(state.seen.find(credit).ok_or(unknown)?);
    // Findings are in entry order, so this is a look-up, not a scan.
    let found = state.findings.from(state.findings.partition_point(|finding| finding.index < index)).next();
    // A credit of nothing put nothing into suspense.
    let stands = |finding: &Finding| finding.open && finding.fen != 0 && finding.kind.is_credit();
    found.filter(|(_, finding)| finding.index == index && stands(finding)).ok_or(unknown)
}

/// The latest credit of this payment and amount in suspense. Reached from the payment, which has a few.
pub(crate) fn of_payout(state: &State, payout: &Payout, fen: Fen) -> Option<Handle<Finding>> {
    let mut findings = state.findings.chain(payout.suspense, |finding| finding.before_of_payout);
    findings.find(|(_, finding)| finding.open && finding.fen.abs() == fen).map(|(at, _)| at)
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: SuspenseChange) {
    match change {
        SuspenseChange::Recover { payout, finding } => end(state, entry.index, payout, finding),
        SuspenseChange::Accept { payout, finding, line } => accept(state, entry, payout, finding, line),
    }
}

/// Ties a finding to its payment, so that a return can undo it and a reissue is blocked.
pub(crate) fn note(state: &mut State, payout: Handle<Payout>, finding: Handle<Finding>) {
    let row = state.payouts.get_mut(payout);
    let before = std::mem::replace(&mut row.suspense, finding.into());
    state.findings.get_mut(finding).before_of_payout = before;
    let row = state.payouts.get(payout);
    let award = row.award;
    let instalment = state.awards.get(award).instalments.plus(u32::from(state.payouts.get(payout).instalment));
    state.instalments.get_mut(instalment).in_suspense += 1;
}

/// Ends a finding whose money is accounted for.
pub(crate) fn end(state: &mut State, index: u64, payout: Link<Payout>, finding: Handle<Finding>) {
    state.findings.get_mut(finding).open = false;
    let Some(payout) = payout.handle() else { return };
    let mut findings = state.findings.chain(state.payouts.get(payout).suspense, |finding| finding.before_of_payout);
    let latest: Link<Finding> = findings.find(|(_, finding)| finding.open).map(|(at, _)| at).into();
    drop(findings);
    let row = state.payouts.get_mut(payout);
    (row.suspense, row.last) = (latest, index);
    let (award, at) = (row.award, u32::from(row.instalment));
    let instalment = state.awards.get(award).instalments.plus(at);
    state.instalments.get_mut(instalment).in_suspense -= 1;
}

/// Ends a finding whose credit was accepted: the payment counts as credited, drawn from the accepted line.
fn accept(state: &mut State, entry: &Entry<'_>, payout: Handle<Payout>, finding: Handle<Finding>, line: Handle<Line>) {
    let (index, on) = (entry.index, entry.event.effective);
    end(state, index, payout.into(), finding);
    let fen = state.findings.get(finding).fen.abs();
    let draws = state.draws.push(Drawn { line, fen });
    let row = state.payouts.get_mut(payout);
    (row.progress, row.on, row.last) = (Progress::Credited, on, index);
    (row.draws, row.draw_count) = (draws, 1);
    let application = row.application;
    let paying = state.lines.get_mut(line);
    paying.last = index;
    // The trace finds a line's payments through the applications it names.
    if !paying.applications.contains(&application) {
        paying.applications.push(application);
    }
}
