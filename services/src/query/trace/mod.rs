//! Traces in their wire shape: from a payment back to its document lines, or from a line forward. Of payments to lenders,
//! claims and loans see `remitted`.

mod pages;
mod remitted;

use super::asked::Asked;
use super::page::{Cursor, Pager, paged};
use super::window::Window;
use super::{QueryError, found, lines, need_id, payments};
use crate::wire::id;
use bytes::Bytes;
use ledger::handle::Handle;
use ledger::state::State;
use pages::TracePages;
use proto::v1;
use proto::v1::trace_request::Start;
use proto::v1::trace_response::Trace;
use replay::answers::payments::reissued_by;
use replay::answers::trace;
use replay::answers::trace::{Flow, ForwardTotals, Gap, Strand};

paged!(TraceRequest);

/// A trace in the direction asked for.
///
/// # Errors
/// Nothing to start from was named, there is no such thing, or the token is wrong.
pub fn trace(asked: &Asked, request: &v1::TraceRequest) -> Result<v1::TraceResponse, QueryError> {
    let state = asked.state()?;
    let trace = match &request.start {
        Some(Start::Payout(payout)) => Trace::Back(back(&state, payout, request)?),
        Some(Start::Line(line)) => Trace::Forward(forward(&state, line, request)?),
        Some(Start::Remittance(remittance)) => Trace::Remittance(remitted::remittance(&state, remittance, request)?),
        Some(Start::Claim(claim)) => Trace::Claim(remitted::claim(&state, claim, request)?),
        Some(Start::Loan(loan)) => Trace::Loan(remitted::loan(&state, loan, request)?),
        None => return Err(QueryError::field("start", "name a payout, line, remittance, claim or loan to start from")),
    };
    Ok(v1::TraceResponse { as_of: state.entries, basis: asked.basis(), trace: Some(trace) })
}

fn back(state: &State, payout: &[u8], request: &v1::TraceRequest) -> Result<v1::Back, QueryError> {
    let wanted = need_id("payout", payout)?;
    let handle = found("payment", wanted, state.payouts.find(wanted))?;
    let back = trace::back(state, handle, state.latest);
    let (pager, mut page) = listed(state, request)?;
    Ok(v1::Back {
        payout: Some(payments::of_handle(state, handle)),
        strands: page.show(back.strands.iter().map(|row| strand(state, row)))?,
        gaps: page.show(back.gaps.iter().map(gap))?,
        total_fen: back.total_fen.held(),
        next_page_token: pager.after_window(&page)?,
    })
}

/// A page of a trace that is nothing but lists.
fn listed(state: &State, request: &v1::TraceRequest) -> Result<(Pager, Window), QueryError> {
    let pager = Pager::open(request, state.entries)?;
    let page = pager.window();
    Ok((pager, page))
}

fn strand(state: &State, strand: &Strand) -> v1::Strand {
    let lines = strand.lines.iter().map(|line| lines::of_handle(state, *line)).collect();
    let told = strand.told.handle().map_or_else(Bytes::new, |line| id(state.lines.get(line).id));
    v1::Strand { fen: strand.fen, lines, corrected_from: told }
}

fn forward(state: &State, line: &[u8], request: &v1::TraceRequest) -> Result<v1::Forward, QueryError> {
    let wanted = need_id("line", line)?;
    let handle = found("document line", wanted, state.lines.find(wanted))?;
    let pages = TracePages::open(state, request)?;
    let from = pages.going_on.map(unpacked);
    let forward = trace::forward(state, handle, state.latest, from, pages.pager.rows);
    let mut answer = v1::Forward { line: Some(lines::of_handle(state, handle)), ..v1::Forward::default() };
    if let Some(mut page) = pages.lists() {
        answer.descendants = page.show(forward.descendants.iter().map(|line| lines::of_handle(state, *line)))?;
        answer.gaps = page.show(forward.gaps.iter().map(gap))?;
        answer.remittances = page.show(forward.remittances.iter().map(|row| remitted::flow(state, row)))?;
        answer.totals = forward.totals.as_ref().filter(|_| pages.pager.after.is_none()).map(totals);
        answer.next_page_token = pages.more(&page)?;
        if !answer.next_page_token.is_empty() {
            return Ok(answer);
        }
    }
    answer.flows = forward.flows.iter().map(|row| flow(state, row)).collect();
    answer.next_page_token = forward.next.map_or_else(String::new, |next| pages.pager.token(packed(next)));
    Ok(answer)
}

/// The three numbers of a trace's cursor in the two words of a token.
fn packed(cursor: trace::Cursor) -> Cursor {
    let key = u64::from(cursor.line) << 32 | u64::from(cursor.step);
    Cursor { key, carry: i64::from(cursor.payout.number()) }
}

fn unpacked(cursor: Cursor) -> trace::Cursor {
    let low = |word: u64| (word & u64::from(u32::MAX)) as u32;
    trace::Cursor {
        line: Handle::new(low(cursor.key >> 32)),
        step: low(cursor.key),
        payout: Handle::new(low(cursor.carry.cast_unsigned())),
    }
}

fn flow(state: &State, flow: &Flow) -> v1::Flow {
    let payout = state.payouts.get(flow.payout);
    let application = state.applications.get(payout.application);
    let sent = application.batch.handle().map_or(0, |batch| state.batches.get(batch).on.yyyymmdd());
    let stage = payments::stage(state, payout);
    let ended = matches!(stage, v1::PayoutStage::Credited | v1::PayoutStage::Returned);
    let reissued_by = reissued_by(state, flow.payout);
    v1::Flow {
        payout: id(payout.id),
        line: id(state.lines.get(flow.line).id),
        fen: flow.fen,
        stage: stage.into(),
        day: if ended { payout.on.yyyymmdd() } else { sent },
        reason: payout.reason.into(),
        person: id(state.persons.get(state.awards.get(payout.award).person).id),
        reissued_by: reissued_by.map_or_else(Bytes::new, |handle| payments::payout_id(state, handle)),
    }
}

fn gap(gap: &Gap) -> v1::Gap {
    v1::Gap {
        kind: gap.kind.name().to_owned(),
        sentence_zh: gap.kind.sentence_zh().to_owned(),
        sentence_en: gap.kind.sentence_en().to_owned(),
        subject: id(gap.subject),
        fen: gap.fen,
        days: gap.days.unwrap_or(0),
    }
}

fn totals(totals: &ForwardTotals) -> v1::ForwardTotals {
    v1::ForwardTotals {
        received_fen: totals.received_fen.held(),
        available_fen: totals.available_fen.held(),
        applied_fen: totals.applied_fen.held(),
        transit_fen: totals.transit_fen.held(),
        credited_fen: totals.credited_fen.held(),
        other_spent_fen: totals.to_finance_fen.held(),
        gaps_fen: totals.unexplained_fen.held(),
        returned_fen: totals.returned_fen.held(),
        payouts: totals.payouts,
        cleared_fen: totals.cleared_fen.held(),
        remitted_fen: totals.remitted_fen.held(),
        remittances: totals.remittances,
    }
}
