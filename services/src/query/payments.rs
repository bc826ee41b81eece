//! Payments, batches and returns, with what the bank said.

use super::asked::Asked;
use super::page::{Cursor, Pager, paged};
use super::{QueryError, found, need_id};
use crate::wire;
use crate::wire::id;
use bytes::Bytes;
use ledger::handle::{Handle, Link};
use ledger::money::{Day, FenSum};
use ledger::state::State;
use ledger::state::rows::{Payout, Programme, ResultFact};
use ledger::state::stage::{BankWord, Progress, Stage};
use proto::v1;
use replay::answers::returns;
use replay::answers::returns::ReturnsFilter;
use replay::answers::{labels, payments};

/// One payment.
///
/// # Errors
/// There is no such payment.
pub fn payout(asked: &Asked, request: &v1::GetPayoutRequest) -> Result<v1::GetPayoutResponse, QueryError> {
    let state = asked.state()?;
    let wanted = need_id("payout", &request.payout)?;
    let handle = found("payment", wanted, state.payouts.find(wanted))?;
    Ok(v1::GetPayoutResponse { as_of: state.entries, basis: asked.basis(), payout: Some(of_handle(&state, handle)) })
}

paged!(GetBatchRequest);
paged!(ListReturnsRequest);

/// A batch and a page of its payments. Walks the batch, never all payments.
///
/// # Errors
/// There is no such batch, or the token is wrong.
pub fn batch(asked: &Asked, request: &v1::GetBatchRequest) -> Result<v1::GetBatchResponse, QueryError> {
    let state = asked.state()?;
    let wanted = need_id("batch", &request.batch)?;
    let handle = found("batch", wanted, state.batches.find(wanted))?;
    let pager = Pager::open(request, state.entries)?;
    let batch = state.batches.get(handle);
    let application = state.applications.get(batch.application);
    let (bank, bank_name) = wire::org(&state, batch.bank);
    let (unit, unit_name) = wire::org(&state, application.unit);
    let mut answer = v1::GetBatchResponse {
        as_of: state.entries,
        basis: asked.basis(),
        batch: id(batch.id),
        application: id(application.id),
        bank,
        bank_name,
        unit,
        unit_name,
        sent: batch.on.yyyymmdd(),
        hash: application.set.hash.to_vec().into(),
        ..v1::GetBatchResponse::default()
    };
    let after = pager.after_key().unwrap_or(0);
    let mut page = Vec::new();
    let (mut counts, mut fens) = ([0_u64; 5], [FenSum::default(); 5]);
    for (handle, payout) in state.payouts.chain(application.last_payout, |payout| payout.before_of_application) {
        for place in [0, progress_place(payout.progress)] {
            counts[place] += 1;
            fens[place] += payout.fen;
        }
        if u64::from(payout.number) > after {
            page.push(handle);
        }
    }
    page.reverse();
    let (page, next_page_token) = pager.cut(page, |handle| state.payouts.get(*handle).number.into());
    answer.next_page_token = next_page_token;
    answer.payouts = page.into_iter().map(|handle| of_handle(&state, handle)).collect();
    let [total, pending, credited, returned, unknown] =
        std::array::from_fn(|at| Some(v1::CountFen { count: counts[at], fen: fens[at].held() }));
    (answer.total, answer.pending, answer.credited) = (total, pending, credited);
    (answer.returned, answer.unknown) = (returned, unknown);
    Ok(answer)
}

fn progress_place(progress: Progress) -> usize {
    match progress {
        Progress::Ordered => 1,
        Progress::Credited => 2,
        Progress::Returned => 3,
        Progress::Unknown => 4,
    }
}

/// Payments that came back, oldest order first.
///
/// # Errors
/// A filter or the token is wrong.
pub fn returns(asked: &Asked, request: &v1::ListReturnsRequest) -> Result<v1::ListReturnsResponse, QueryError> {
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let on = match (request.on, pager.after) {
        // Later pages are of the day the first one was of, whatever has been told since.
        (0, Some(cursor)) => Day::from_yyyymmdd(u32::try_from(cursor.carry).unwrap_or(0)).unwrap_or_default(),
        (0, None) => state.latest,
        (day, _) => Day::from_yyyymmdd(day).ok_or_else(|| QueryError::field("on", "write a day as 20211231"))?,
    };
    let filter = ReturnsFilter {
        open_only: request.open_only,
        programme: programme(&state, &request.programme)?,
        division: request.division,
    };
    // The key is the handle to go on from.
    let (rows, next) = returns::returns(&state, on, filter, Handle::new(pager.going_on()), pager.rows);
    let token = |next: Handle<Payout>| pager.token(Cursor { key: next.into(), carry: on.yyyymmdd().into() });
    Ok(v1::ListReturnsResponse {
        as_of: state.entries,
        basis: asked.basis(),
        returns: rows.iter().map(|row| returned(&state, row)).collect(),
        next_page_token: next.map_or_else(String::new, token),
    })
}

fn returned(state: &State, row: &returns::Returned) -> v1::Returned {
    let payout = state.payouts.get(row.payout);
    let award = state.awards.get(payout.award);
    let roster = state.rosters.get(award.roster);
    let (school, school_name) = wire::org(state, roster.school);
    v1::Returned {
        payout: id(payout.id),
        award: id(award.id),
        instalment: u32::from(payout.instalment) + 1,
        person: id(state.persons.get(award.person).id),
        school,
        school_name,
        division: state.orgs.get(roster.school).division(),
        programme: labels::programme_code(state, roster.programme).to_owned(),
        fen: row.fen,
        reason: row.reason.into(),
        reason_zh: row.reason_zh.to_owned(),
        day: row.on.yyyymmdd(),
        age_days: row.age_days,
        reissued_by: row.reissued_by.map_or_else(Bytes::new, |handle| payout_id(state, handle)),
        settled: row.settled,
    }
}

/// The programme a filter names; none if it names none.
pub(super) fn programme(state: &State, code: &str) -> Result<Option<Handle<Programme>>, QueryError> {
    if code.is_empty() {
        return Ok(None);
    }
    let unknown = || QueryError::field("programme", "no policy of this programme was adopted");
    state.programme(code).map(Some).ok_or_else(unknown)
}

/// A payment as answers show it.
pub(super) fn of_handle(state: &State, handle: Handle<Payout>) -> v1::Payout {
    let payout = state.payouts.get(handle);
    let application = state.applications.get(payout.application);
    let award = state.awards.get(payout.award);
    let batch = application.batch.handle().map_or_else(Bytes::new, |batch| id(state.batches.get(batch).id));
    let reissued_by = payments::reissued_by(state, handle);
    let (paid_fen, recovered_fen) = (payments::paid(state, payout), state.recovered_of(payout.id));
    v1::Payout {
        payout: id(payout.id),
        application: id(application.id),
        batch,
        award: id(award.id),
        instalment: u32::from(payout.instalment) + 1,
        person: id(state.persons.get(award.person).id),
        card: id(state.cards.get(payout.card).id),
        fen: payout.fen,
        stage: stage(state, payout).into(),
        draws: draws(state, payout),
        reissue_of: payout_id(state, payout.reissue_of),
        reissued_by: reissued_by.map_or_else(Bytes::new, |handle| payout_id(state, handle)),
        results: result(state, payout).into_iter().collect(),
        suspense_fen: state.in_suspense_of(payout),
        paid_fen,
        recovered_fen,
        net_fen: paid_fen - recovered_fen,
    }
}

/// What the bank said last; earlier results are entries of the application's accounts.
fn result(state: &State, payout: &Payout) -> Option<v1::BankResult> {
    let (kind, day, fen) = match payout.progress {
        Progress::Ordered => return None,
        Progress::Unknown => ("payout_unknown", 0, 0),
        Progress::Credited => ("payout_credited", payout.on.yyyymmdd(), payout.fen),
        Progress::Returned => ("payout_returned", payout.on.yyyymmdd(), payout.fen),
    };
    let (kind, reason) = (kind.to_owned(), payout.reason.into());
    Some(v1::BankResult { index: told_by(state, payout), kind, day, fen, reason })
}

/// The entry that told it. Where the bank told several things, others may have changed the payment since.
fn told_by(state: &State, payout: &Payout) -> u64 {
    let facts = payout.results.handle().map_or(&[][..], |told| &state.results.get(told).facts);
    let counts = |fact: &&ResultFact| {
        let progress = match fact.what {
            BankWord::Unknown => Progress::Unknown,
            BankWord::Credited => Progress::Credited,
            BankWord::Returned => Progress::Returned,
        };
        let on_day = fact.what == BankWord::Unknown || fact.on == payout.on;
        progress == payout.progress && on_day && !fact.gone
    };
    facts.iter().rfind(counts).map_or(payout.last, |fact| fact.entry.into())
}

/// Where a payment stands.
pub(super) fn stage(state: &State, payout: &Payout) -> v1::PayoutStage {
    let set = state.applications.get(payout.application).set.stage;
    match payout.progress {
        _ if set == Stage::Cancelled => v1::PayoutStage::Cancelled,
        Progress::Credited => v1::PayoutStage::Credited,
        Progress::Returned => v1::PayoutStage::Returned,
        Progress::Unknown => v1::PayoutStage::Unknown,
        Progress::Ordered if set == Stage::Sent => v1::PayoutStage::Sent,
        Progress::Ordered => v1::PayoutStage::Applied,
    }
}

/// What a payment takes from document lines.
pub(super) fn draws(state: &State, payout: &Payout) -> Vec<v1::Draw> {
    let pieces = state.pieces_of(payout).into_iter();
    pieces.map(|piece| v1::Draw { line: id(state.lines.get(piece.line).id), fen: piece.fen }).collect()
}

/// The id of a payment, empty for none.
pub(super) fn payout_id(state: &State, link: impl Into<Link<Payout>>) -> Bytes {
    link.into().handle().map_or_else(Bytes::new, |handle| id(state.payouts.get(handle).id))
}
