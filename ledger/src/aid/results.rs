//! What treasury and bank report: vouchers, credits, returns, unknown results. Never refused; what exceeds
//! expectation goes to suspense with a finding.

use crate::account::{AccountNo, Class};
use crate::aid::suspense;
use crate::authority::Authority;
use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::{PayoutCredited, PayoutReturned, PayoutUnknown, VoucherCleared, VoucherIssued};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::rows::{Application, Drawn, Finding, Payout, Voucher};
use crate::state::stage::{Progress, Stage};
use crate::state::{State, UNKNOWN_APPLICATION};
use uuid::Uuid;

pub(crate) enum ResultChange {
    Voucher {
        id: Uuid,
        number: String,
        application: Handle<Application>,
        draws: Vec<Drawn>,
    },
    Cleared {
        voucher: Handle<Voucher>,
        taken: Vec<(usize, Fen)>,
    },
    Payout {
        payout: Handle<Payout>,
        progress: Progress,
        reason: u8,
    },
    /// A return that gives back a credit in suspense.
    Undone {
        payout: Handle<Payout>,
        finding: Handle<Finding>,
    },
}

pub(crate) fn judge_voucher_issued(case: &Case<'_>, event: &VoucherIssued) -> Judged<ResultChange> {
    let state = case.state;
    if state.vouchers.find(event.voucher).is_some() {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.voucher)));
    }
    let application = state.known_application(event.application);
    let mut findings = Vec::new();
    if application.is_none() {
        findings.push(NewFinding::about(FindingKind::UnknownSubject, event.application));
    }
    let mut draws = Vec::with_capacity(event.draws.len());
    for draw in &event.draws {
        match state.lines.find(draw.line) {
            Some(line) if draw.fen > 0 => draws.push(Drawn { line, fen: draw.fen }),
            _ => findings.push(NewFinding::about(FindingKind::VoucherUnexpected, draw.line)),
        }
    }
    let application = application.unwrap_or(UNKNOWN_APPLICATION);
    let act = ResultChange::Voucher { id: event.voucher, number: event.number.clone(), application, draws };
    Ok(Change { findings, ..Change::of(act) })
}

/// Money left the treasury. What the application has applied for and not yet cleared is spent and in transit; the rest
/// left without authority and goes to suspense.
pub(crate) fn judge_voucher_cleared(case: &Case<'_>, event: &VoucherCleared) -> Judged<ResultChange> {
    let (state, on) = (case.state, case.on());
    let Some((voucher, row)) = state.vouchers.by_id(event.voucher).filter(|(_, row)| !row.cleared) else {
        return Ok(Change::only(NewFinding::about(FindingKind::VoucherUnexpected, event.voucher)));
    };
    let application = state.applications.get(row.application);
    let approved = application.set.stage == Stage::Approved;
    let mut taken: Vec<(usize, Fen)> = Vec::new();
    let (mut postings, mut findings) = (Vec::new(), Vec::new());
    let (mut expected, mut excess): (Fen, Fen) = (0, 0);
    for draw in &row.draws {
        let part = application.parts.iter().position(|part| approved && part.line == draw.line);
        let before: Fen = taken.iter().filter(|(at, _)| Some(*at) == part).map(|(_, fen)| fen).sum();
        let rest = part.map_or(0, |at| application.parts[at].fen - application.parts[at].cleared - before);
        let fen = draw.fen.min(rest);
        excess += draw.fen - fen;
        if let Some(at) = part.filter(|_| fen > 0) {
            expected += fen;
            taken.push((at, fen));
            let spent = state.line_account(draw.line, Class::Spent);
            let applied = state.line_account(draw.line, Class::Applied);
            postings.push(state.posting(on, spent, applied, fen));
        }
    }
    let treasury = state.org_account(application.unit, Class::Treasury);
    if expected > 0 {
        let transit = state.application_account(row.application, Class::Transit);
        postings.push(state.posting(on, transit, treasury, expected));
    }
    if excess > 0 {
        let suspense = state.org_account(application.unit, Class::Suspense);
        postings.push(state.posting(on, suspense, treasury, excess));
        let (kind, subject, unit) = (FindingKind::VoucherExceeds, event.voucher, application.unit);
        findings.push(NewFinding { fen: excess, unit, ..NewFinding::about(kind, subject) });
    }
    Ok(Change { postings, findings, ..Change::of(ResultChange::Cleared { voucher, taken }) })
}

pub(crate) fn judge_payout_credited(case: &Case<'_>, event: &PayoutCredited) -> Judged<ResultChange> {
    let (state, on) = (case.state, case.on());
    let Some((handle, payout)) = state.payouts.by_id(event.payout) else {
        return Ok(suspend_credit(state, on, FindingKind::UnknownCredit, event, Link::NONE));
    };
    let sent = state.applications.get(payout.application).set.stage == Stage::Sent;
    let kind = match payout.progress {
        Progress::Credited => FindingKind::DoubleCredit,
        Progress::Returned => FindingKind::LateCredit,
        Progress::Ordered | Progress::Unknown if !sent => FindingKind::EarlyCredit,
        Progress::Ordered | Progress::Unknown if event.fen != payout.fen => FindingKind::AmountDiffers,
        Progress::Ordered | Progress::Unknown => return Ok(credit(state, on, handle, payout)),
    };
    Ok(suspend_credit(state, on, kind, event, handle.into()))
}

fn credit(state: &State, on: Day, handle: Handle<Payout>, payout: &Payout) -> Change<ResultChange> {
    let progress = Progress::Credited;
    let mut change = Change::of(ResultChange::Payout { payout: handle, progress, reason: 0 });
    let roster = state.awards.get(payout.award).roster;
    let payee = state.application_account(payout.application, Class::Payee);
    let transit = state.application_account(payout.application, Class::Transit);
    let (settled, owed) = (state.roster_account(roster, Class::Settled), state.roster_account(roster, Class::Owed));
    change.postings = vec![state.posting(on, payee, transit, payout.fen), state.posting(on, settled, owed, payout.fen)];
    change
}

/// Money reached a card with nothing in transit for it: true, so booked, but on nobody's authority.
fn suspend_credit(
    state: &State,
    on: Day,
    kind: FindingKind,
    event: &PayoutCredited,
    payout: Link<Payout>,
) -> Change<ResultChange> {
    let application = application_of(state, payout);
    let unit = state.applications.get(application).unit;
    let payee = state.application_account(application, Class::Payee);
    let suspense = state.org_account(unit, Class::Suspense);
    suspended(state, on, kind, (payee, suspense), event.payout, event.fen, payout)
}

fn suspended(
    state: &State,
    on: Day,
    kind: FindingKind,
    (debit, credit): (AccountNo, AccountNo),
    subject: Uuid,
    fen: Fen,
    payout: Link<Payout>,
) -> Change<ResultChange> {
    let unit = state.applications.get(application_of(state, payout)).unit;
    let mut change = Change::only(NewFinding { fen: -fen.max(0), payout, unit, ..NewFinding::about(kind, subject) });
    if fen > 0 {
        change.postings.push(state.posting(on, debit, credit, fen));
    }
    change
}

fn application_of(state: &State, payout: Link<Payout>) -> Handle<Application> {
    payout.handle().map_or(UNKNOWN_APPLICATION, |payout| state.payouts.get(payout).application)
}

pub(crate) fn judge_payout_returned(case: &Case<'_>, event: &PayoutReturned) -> Judged<ResultChange> {
    let (state, on) = (case.state, case.on());
    let Some((handle, payout)) = state.payouts.by_id(event.payout) else {
        return Ok(unexpected_return(state, on, event, Link::NONE));
    };
    let reason = u8::try_from(event.reason).unwrap_or(u8::MAX);
    // The bank takes back what it credited without authority: suspense ends, nothing else changes.
    if let Some(finding) = suspense::of_payout(state, payout, event.fen) {
        let payee = state.application_account(payout.application, Class::Payee);
        let suspense = state.org_account(state.findings.get(finding).unit, Class::Suspense);
        let mut change = Change::of(ResultChange::Undone { payout: handle, finding });
        change.postings.push(state.posting(on, suspense, payee, event.fen));
        return Ok(change);
    }
    let sent = state.applications.get(payout.application).set.stage == Stage::Sent;
    if !sent || event.fen != payout.fen || payout.progress == Progress::Returned {
        return Ok(unexpected_return(state, on, event, handle.into()));
    }
    let act = Some(ResultChange::Payout { payout: handle, progress: Progress::Returned, reason });
    Ok(Change { postings: take_back(state, on, payout), act, ..Change::nothing() })
}

/// Cash goes back to the treasury; a same-year return restores the lines it came from, a later one is due to finance;
/// the instalment is owed again only if it had been credited.
fn take_back(state: &State, on: Day, payout: &Payout) -> Vec<Posting> {
    let application = state.applications.get(payout.application);
    let credited = payout.progress == Progress::Credited;
    let from = if credited { Class::Payee } else { Class::Transit };
    let treasury = state.org_account(application.unit, Class::Treasury);
    let source = state.application_account(payout.application, from);
    let mut postings = vec![state.posting(on, treasury, source, payout.fen)];
    let mut authority = Authority::of(state, on);
    for at in payout.draws.run(u32::from(payout.draw_count)) {
        let draw = state.draws.get(at);
        // The line's own year: a payment accepted out of suspense may be drawn from a line of a later year.
        let spent = state.line_account(draw.line, Class::Spent);
        if on.year() == state.lines.get(draw.line).fiscal_year {
            authority.give(draw.line, Class::Spent, draw.fen);
        } else {
            postings.push(state.posting(on, state.org_account(application.unit, Class::DueToFinance), spent, draw.fen));
        }
    }
    postings.append(&mut authority.postings);
    if credited {
        let roster = state.awards.get(payout.award).roster;
        let (owed, settled) = (state.roster_account(roster, Class::Owed), state.roster_account(roster, Class::Settled));
        postings.push(state.posting(on, owed, settled, payout.fen));
    }
    postings
}

fn unexpected_return(state: &State, on: Day, event: &PayoutReturned, payout: Link<Payout>) -> Change<ResultChange> {
    let unit = state.applications.get(application_of(state, payout)).unit;
    let treasury = state.org_account(unit, Class::Treasury);
    let suspense = state.org_account(unit, Class::Suspense);
    let kind = FindingKind::UnexpectedReturn;
    let mut change = suspended(state, on, kind, (treasury, suspense), event.payout, event.fen, Link::NONE);
    for finding in &mut change.findings {
        finding.unit = unit;
    }
    change
}

pub(crate) fn judge_payout_unknown(case: &Case<'_>, event: &PayoutUnknown) -> Judged<ResultChange> {
    let state = case.state;
    let known = state.payouts.by_id(event.payout);
    let sent = |payout: &Payout| state.applications.get(payout.application).set.stage == Stage::Sent;
    Ok(match known.filter(|(_, payout)| payout.progress == Progress::Ordered && sent(payout)) {
        Some((payout, _)) => Change::of(ResultChange::Payout { payout, progress: Progress::Unknown, reason: 0 }),
        None => Change::only(NewFinding::about(FindingKind::UnexpectedUnknown, event.payout)),
    })
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ResultChange) {
    let (index, on) = (entry.index, entry.event.effective);
    match change {
        ResultChange::Voucher { id, number, application, draws } => {
            state.vouchers.push(Voucher { id, number, application, draws, cleared: false, last: index });
            if application != UNKNOWN_APPLICATION {
                let row = state.applications.get_mut(application);
                (row.vouchered, row.last) = (true, index);
            }
        }
        ResultChange::Cleared { voucher, taken } => {
            let row = state.vouchers.get_mut(voucher);
            row.cleared = true;
            row.last = index;
            let application = state.applications.get_mut(row.application);
            application.last = index;
            for (at, fen) in taken {
                application.parts[at].cleared += fen;
            }
        }
        ResultChange::Payout { payout, progress, reason } => {
            let row = state.payouts.get_mut(payout);
            (row.progress, row.reason, row.on, row.last) = (progress, reason, on, index);
            if progress == Progress::Returned {
                surrender(state, index, on, payout);
            }
        }
        ResultChange::Undone { payout, finding } => suspense::end(state, index, payout.into(), finding),
    }
}

/// A return of a later year is not available again: each line it was drawn from counts it as surrendered.
fn surrender(state: &mut State, index: u64, on: Day, payout: Handle<Payout>) {
    let row = state.payouts.get(payout);
    for at in row.draws.run(u32::from(row.draw_count)) {
        let Drawn { line, fen } = *state.draws.get(at);
        // As in `take_back`, by the line's own year.
        if on.year() == state.lines.get(line).fiscal_year {
            continue;
        }
        let line = state.lines.get_mut(line);
        line.surrendered += fen;
        line.last = index;
    }
}
