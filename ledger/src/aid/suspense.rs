//! Suspense: credits without authority, and how they end. A credit in suspense blocks a reissue of its instalment.

use crate::account::Class;
use crate::aid::payment_facts::{self, Order, Revision, revise};
use crate::aid::results::{changed_facts, so_far};
use crate::change::{Case, Judged};
use crate::entry::Entry;
use crate::event::{Clearing, SuspenseCleared};
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::rows::{Application, Drawn, Line, ResultFact};
use crate::state::stage::BankWord;
use crate::state::{Standing, State, UNKNOWN_APPLICATION};
use uuid::Uuid;

pub(crate) struct SuspenseChange {
    revision: Revision,
    /// The draws an accepted credit is paid with.
    draws: Vec<Drawn>,
    application: Option<Handle<Application>>,
}

/// A fact with money in suspense, and the payment it was told of.
struct Item {
    payment: Uuid,
    order: Option<Order>,
    facts: Vec<ResultFact>,
    at: usize,
}

pub(crate) fn judge_suspense_cleared(case: &Case<'_>, event: &SuspenseCleared) -> Judged<SuspenseChange> {
    let (state, on) = (case.state, case.on());
    let item = find(state, event.credit)?;
    let application = item.order.map_or(UNKNOWN_APPLICATION, |order| order.application);
    let unit = state.applications.get(application).unit;
    let fen = item.facts[item.at].fen;
    let (suspense, treasury) = (state.org_account(unit, Class::Suspense), state.org_account(unit, Class::Treasury));
    // The treasury bore it.
    let mut postings = vec![state.posting(on, suspense, treasury, fen)];
    let mut facts = item.facts.clone();
    let fact = &mut facts[item.at];
    (fact.off, fact.off_at) = (-fen, unit);
    let mut draws = Vec::new();
    match event.how {
        Clearing::Recoverable => {
            // The payee owes it back.
            let payee = state.application_account(application, Class::Payee);
            postings.push(state.posting(on, state.org_account(unit, Class::Receivable), payee, fen));
        }
        Clearing::Accepted(line) => {
            draws = vec![Drawn { line: accepted(state, on, event.credit, &item, line)?, fen }];
            (fact.accepted, fact.accepted_count) = (state.draws.next().into(), 1);
            postings.extend(draws.iter().map(|draw| spent(state, on, draw)));
        }
    }
    let order = item.order.as_ref();
    let revised = revise(state, item.payment, (order, &item.facts), (order, facts));
    let application = order.filter(|_| !draws.is_empty()).map(|order| order.application);
    let mut change =
        changed_facts(state, on, order, revised).map(|revision| SuspenseChange { revision, draws, application });
    change.postings.splice(0..0, postings);
    Ok(change)
}

fn spent(state: &State, on: Day, draw: &Drawn) -> Posting {
    let (spent, available) =
        (state.line_account(draw.line, Class::Spent), state.line_account(draw.line, Class::Available));
    state.posting(on, spent, available, draw.fen)
}

/// The payment counts after all: a named line pays for it, and its instalment, owed until now, is settled.
fn accepted(state: &State, on: Day, credit: Uuid, item: &Item, line_id: Uuid) -> Result<Handle<Line>, Refusal> {
    let line = state.need_line(line_id)?;
    let row = state.lines.get(line);
    let order = item.order.ok_or(Refusal::of(Code::UnknownPayout, credit))?;
    let fen: Fen = item.facts[item.at].fen;
    let award = state.awards.get(order.award);
    if row.unit != state.applications.get(order.application).unit {
        return Err(Refusal::of(Code::WrongUnit, line_id));
    }
    if row.fiscal_year != on.year() {
        return Err(Refusal::with(Code::WrongYear, line_id, i64::from(row.fiscal_year)));
    }
    if row.programme != state.rosters.get(award.roster).programme {
        return Err(Refusal::of(Code::WrongProgramme, line_id));
    }
    match state.standing(award.instalments.plus(u32::from(order.instalment))) {
        Standing::Returned(latest) if latest == order.payout && fen == order.fen => {}
        Standing::Settled(other) => return Err(Refusal::of(Code::AlreadyPaid, state.payouts.get(other).id)),
        _ => return Err(Refusal::of(Code::SetNotReady, item.payment)),
    }
    let short = fen - state.balance(state.line_account(line, Class::Available));
    if short > 0 {
        return Err(Refusal::with(Code::Overdrawn, line_id, short));
    }
    Ok(line)
}

/// The credit in suspense that an entry told. One of nothing put nothing there.
fn find(state: &State, credit: Uuid) -> Result<Item, Refusal> {
    let unknown = Refusal::of(Code::UnknownCredit, credit);
    let (entry, seen) = state.seen.by_id(credit).ok_or(unknown)?;
    if !seen.kind.tells_result() {
        return Err(unknown);
    }
    let payment = state.payment_told_of(seen.subject).ok_or(unknown)?;
    let (order, facts) = so_far(state, payment);
    let stands = |fact: &ResultFact| {
        let open = fact.item.handle().is_some_and(|item| state.findings.get(item).open);
        fact.entry == entry && fact.what == BankWord::Credited && fact.fen > 0 && fact.off == 0 && open
    };
    let at = facts.iter().position(stands).ok_or(unknown)?;
    Ok(Item { payment, order, facts, at })
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: SuspenseChange) {
    for draw in change.draws {
        state.draws.push(draw);
        let paying = state.lines.get_mut(draw.line);
        paying.last = entry.index;
        // The trace finds a line's payments through the applications it names.
        if let Some(application) = change.application.filter(|application| !paying.applications.contains(application)) {
            paying.applications.push(application);
        }
    }
    payment_facts::apply(state, entry, change.revision);
}
