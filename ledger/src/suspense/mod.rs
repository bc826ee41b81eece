//! Suspense cleared 暂记清理: how money ends that went out or came in on nobody's authority. What went out is accepted, with document
//! lines that pay for it, or owed back; what came in is given back or due to finance; one of each that are the same money are offset.
//! The decision can be taken back, and then the item stands open again.

mod item;

use crate::account::Class;
use crate::aid::debt;
use crate::aid::debt_change::{self, DebtChange, DebtDecided};
use crate::authority::{Authority, End};
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::{Clearing, Draw, SuspenseCleared};
use crate::handle::{Handle, Link};
use crate::outcome::{Code, Refusal};
use crate::state::clearing_rows::{Cleared, Disposal, Sense, Way};
use crate::state::entry_rows::Seen;
use crate::state::rows::{Drawn, Line};
use crate::state::stage::Progress;
use crate::state::{Standing, State};
use item::{Disposed, Item, Subject, dispose};
pub(crate) use item::{day_of, told_of};
use uuid::Uuid;

/// An item cleared, or open again.
pub(crate) struct SuspenseChange {
    disposed: Disposed,
    /// The draws an accepted item is paid with.
    draws: Vec<Drawn>,
    row: ClearedChange,
    /// What is owed because of it.
    debt: Option<DebtChange>,
}

enum ClearedChange {
    New(Cleared),
    Back(Handle<Cleared>),
}

pub(crate) fn judge_suspense_cleared(case: &Case<'_>, event: &SuspenseCleared) -> Judged<SuspenseChange> {
    let state = case.state;
    let item = open(state, event.item, event)?;
    let mut row = Cleared {
        id: case.entry.event.id,
        item: item.entry,
        other: Link::NONE,
        unit: item.unit,
        application: item.application,
        sense: item.sense,
        other_sense: item.sense,
        way: Way::Accepted,
        fen: event.fen,
        party: Uuid::nil(),
        draws: Link::NONE,
        draw_count: 0,
        gone: false,
        on: case.on(),
    };
    let went_out = if item.sense == Sense::In { Err(Refusal::of(Code::WayNotOpen, event.item)) } else { Ok(()) };
    let came_in = if item.sense == Sense::In { Ok(()) } else { Err(Refusal::of(Code::WayNotOpen, event.item)) };
    let (mut draws, mut items) = (Vec::new(), vec![(item.entry, item.sense.signed(event.fen))]);
    match &event.how {
        Clearing::Accepted(told) => {
            went_out?;
            draws = accepted(case, &item, event, told)?;
            (row.draws, row.draw_count) = (state.draws.next().into(), u8::try_from(draws.len()).unwrap_or(u8::MAX));
        }
        Clearing::Recoverable(from) => {
            went_out?;
            (row.way, row.party) = (Way::Recoverable, party(state, *from)?);
        }
        Clearing::Refundable(to) => {
            came_in?;
            (row.way, row.party) = (Way::Refundable, party(state, *to)?);
        }
        Clearing::Surrendered => {
            came_in?;
            row.way = Way::Surrendered;
        }
        Clearing::Offset(other) => {
            let other = offset(state, &item, *other, event)?;
            items.push((other.entry, other.sense.signed(event.fen)));
            (row.way, row.other, row.other_sense) = (Way::Offset, other.entry.into(), other.sense);
            if other.sense == Sense::Credited {
                row.application = other.application;
            }
        }
    }
    let accepted = (row.way == Way::Accepted).then(|| draws.clone());
    let of_item = |(entry, fen)| Disposal { entry, fen, unit: item.unit, clearings: 1, accepted: accepted.clone() };
    let disposals: Vec<_> = items.into_iter().map(of_item).collect();
    let moved = effect(state, &row, &draws);
    let debt = debt::cleared(case, &row, item.on.year());
    Ok(changed(case, &disposals, moved, (draws, ClearedChange::New(row)), debt))
}

/// What an entry told and somebody decided about is told anew: of the year of that is what is owed because of it.
pub(crate) fn told_anew(case: &Case<'_>, before: Handle<Seen>) -> Vec<DebtDecided> {
    case.state.clearings_of(before).filter_map(|row| debt::of_year(case, row, case.on().year())).collect()
}

/// The decision is taken back on its day: what it disposed of is open again.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<SuspenseChange> {
    let state = case.state;
    let Some(at) = state.clearings.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.clearings.get(at);
    taken.on(case, row.on)?;
    let debt = debt::uncleared(case, row);
    let items = [Some((row.item, row.sense)), row.other.handle().map(|other| (other, row.other_sense))];
    let open = |(entry, sense): (_, Sense)| Disposal {
        entry,
        fen: -sense.signed(row.fen),
        unit: row.unit,
        clearings: -1,
        accepted: (row.way == Way::Accepted).then(Vec::new),
    };
    let disposals: Vec<_> = items.into_iter().flatten().map(open).collect();
    let draws: Vec<Drawn> = drawn(state, row).copied().collect();
    let moved = Holding::default().without(effect(state, row, &draws));
    Ok(changed(case, &disposals, moved, (Vec::new(), ClearedChange::Back(at)), debt))
}

fn changed(
    case: &Case<'_>,
    disposals: &[Disposal],
    effect: Holding,
    (draws, row): (Vec<Drawn>, ClearedChange),
    debt: Option<DebtDecided>,
) -> Change<SuspenseChange> {
    let mut change = Change::nothing();
    let debts = debt.iter().flat_map(|debt| debt.change.rows());
    change.touched.extend(debts.map(|debt| Touched::Debt(debt.id)));
    let (disposed, mut moved) = dispose(case, disposals, &mut change);
    moved.add(effect);
    let debt = debt.map(|DebtDecided { change, moved: of_debt }| {
        moved.add(of_debt);
        change
    });
    change.postings.extend(moved.postings(case.state, case.on()));
    change.act = Some(SuspenseChange { disposed, draws, row, debt });
    change
}

/// What a decision moves, besides what of the item's subject it changes.
fn effect(state: &State, row: &Cleared, draws: &[Drawn]) -> Holding {
    let mut held = Holding::default();
    let of = |class| state.org_account(row.unit, class);
    let payee = state.application_account(row.application, Class::Payee);
    let (suspense, treasury, fen) = (of(Class::Suspense), of(Class::Treasury), row.fen);
    match (row.way, row.sense) {
        // The treasury bears what the bank paid.
        (Way::Accepted, Sense::Credited) => held.moves(suspense, treasury, fen),
        (Way::Accepted, _) => held.moves(payee, suspense, fen),
        (Way::Recoverable, Sense::Credited) => {
            held.moves(suspense, treasury, fen);
            held.moves(of(Class::Receivable), payee, fen);
        }
        (Way::Recoverable, _) => held.moves(of(Class::Receivable), suspense, fen),
        (Way::Refundable, _) => held.moves(suspense, of(Class::Refundable), fen),
        (Way::Surrendered, _) => {
            held.moves(suspense, payee, fen);
            held.moves(of(Class::DueToFinance), of(Class::SurrenderSource), fen);
        }
        // The bank paid it to a card and had it back.
        (Way::Offset, _) if [row.sense, row.other_sense].contains(&Sense::Credited) => {
            held.moves(suspense, payee, fen);
            held.moves(suspense, treasury, fen);
        }
        // It left the treasury and came back, both by way of suspense.
        (Way::Offset, _) => {}
    }
    for Drawn { line, fen } in draws {
        held.moves(state.line_account(*line, Class::Spent), state.line_account(*line, Class::Available), *fen);
    }
    held
}

/// The open item a decision names, of which it takes no more than there is.
fn open(state: &State, id: Uuid, event: &SuspenseCleared) -> Result<Item, Refusal> {
    let item = Item::find(state, id).ok_or(Refusal::of(Code::UnknownItem, id))?;
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, id));
    }
    if event.fen > item.fen {
        return Err(Refusal::with(Code::ExceedsItem, id, item.fen));
    }
    if item.sense.signed(item.fen).signum() == -item.off.fen.signum() {
        // The fact was taken back or told otherwise since, so more was disposed of than there was: that decision is to be taken back.
        return Err(Refusal::of(Code::WayNotOpen, id));
    }
    item.has_unit(state)?;
    if let Some(decision) = state.cleared_before(item.entry) {
        // It was told otherwise when somebody decided about it: nobody disposes of the same money twice.
        return Err(Refusal::of(Code::InUse, decision));
    }
    if !item.off.is_none() && item.off.at != item.unit {
        // It moved to another unit since some of it was cleared.
        return Err(Refusal::of(Code::InUse, id));
    }
    Ok(item)
}

/// The other of two items that are the same money: one went out, the other came in, of one unit.
fn offset(state: &State, item: &Item, id: Uuid, event: &SuspenseCleared) -> Result<Item, Refusal> {
    let other = open(state, id, event)?;
    if (item.sense == Sense::In) == (other.sense == Sense::In) {
        return Err(Refusal::of(Code::WayNotOpen, id));
    }
    if other.unit != item.unit {
        return Err(Refusal::of(Code::WrongUnit, id));
    }
    Ok(other)
}

/// Who owes it or gets it back: an organisation or a person that is known; the payee need not be named.
fn party(state: &State, id: Option<Uuid>) -> Result<Uuid, Refusal> {
    let Some(id) = id else { return Ok(Uuid::nil()) };
    let known = state.orgs.by_id(id).is_some_and(|(_, org)| org.known) || state.persons.find(id).is_some();
    if known { Ok(id) } else { Err(Refusal::of(Code::UnknownOrg, id)) }
}

/// What went out counts after all: these lines pay for it. A credit pays its payment then, as a whole, and its instalment, owed until
/// now, is settled.
fn accepted(case: &Case<'_>, item: &Item, event: &SuspenseCleared, told: &[Draw]) -> Result<Vec<Drawn>, Refusal> {
    let (state, on) = (case.state, case.on());
    if matches!(item.subject, Subject::Remittance(_) | Subject::Returned(_)) {
        // Lines pay lenders by orders, which say what for: one approved late settles what it explains.
        return Err(Refusal::of(Code::WayNotOpen, event.item));
    }
    let total = told.iter().try_fold(0i64, |sum, draw| sum.checked_add(draw.fen));
    if total != Some(event.fen) || told.iter().any(|draw| draw.fen <= 0) {
        return Err(Refusal::of(Code::BadAmount, event.item));
    }
    if item.sense == Sense::Credited {
        settles(state, item, event)?;
    }
    let mut authority = Authority::of(state, on);
    let mut draws = Vec::with_capacity(told.len());
    for draw in told {
        let line = state.need_line(draw.line)?;
        may_pay(case, item, line)?;
        authority.judge_available(line, draw.fen)?;
        authority.shift(End::Account(state.line_account(line, Class::Spent)), End::Line(line), draw.fen);
        draws.push(Drawn { line, fen: draw.fen });
    }
    Ok(draws)
}

/// Whether a line may pay for what went out: of its unit and programme, and of no year before it or to come.
fn may_pay(case: &Case<'_>, item: &Item, line: Handle<Line>) -> Result<(), Refusal> {
    let state = case.state;
    let row = state.lines.get(line);
    if row.unit != item.unit {
        return Err(Refusal::of(Code::WrongUnit, row.id));
    }
    let (first, last) = (item.on.year(), case.on().year());
    if row.fiscal_year < first.min(last) || row.fiscal_year > last {
        return Err(Refusal::with(Code::WrongYear, row.id, i64::from(row.fiscal_year)));
    }
    let paid = match item.subject {
        Subject::Payment(payment) => state.payouts.by_id(payment).map(|(_, payout)| state.awards.get(payout.award)),
        Subject::Voucher(_) | Subject::Remittance(_) | Subject::Returned(_) => None,
    };
    let parts = state.applications.get(item.application).parts.iter();
    let fits = match paid {
        Some(award) => state.rosters.get(award.roster).programme == row.programme,
        None => parts.map(|part| state.lines.get(part.line)).any(|line| line.programme == row.programme),
    };
    if fits { Ok(()) } else { Err(Refusal::of(Code::WrongProgramme, row.id)) }
}

/// Whether a credit may settle its instalment: its payment came back, and so did all others of the instalment, and it is settled as a whole.
fn settles(state: &State, item: &Item, event: &SuspenseCleared) -> Result<(), Refusal> {
    let Subject::Payment(payment) = item.subject else { return Ok(()) };
    let (_, row) = state.payouts.by_id(payment).ok_or(Refusal::of(Code::UnknownPayout, event.item))?;
    let instalment = state.awards.get(row.award).instalments.plus(u32::from(row.instalment));
    match state.standing(instalment) {
        Standing::Returned(_) if row.progress == Progress::Returned && event.fen == row.fen => Ok(()),
        Standing::Returned(_) if row.progress == Progress::Returned => {
            Err(Refusal::with(Code::SetNotReady, payment, row.fen))
        }
        // Another payment settled it, so this one went out beside what was due, until that one comes back.
        Standing::Settled(other) => Err(Refusal::of(Code::WayNotOpen, state.payouts.get(other).id)),
        _ => Err(Refusal::of(Code::SetNotReady, payment)),
    }
}

/// What a decision drew.
fn drawn<'a>(state: &'a State, row: &Cleared) -> impl Iterator<Item = &'a Drawn> + use<'a> {
    let (first, count) = (row.draws.handle(), row.draw_count);
    first.into_iter().flat_map(move |first| first.run(u32::from(count))).map(|at| state.draws.get(at))
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: SuspenseChange) -> Handle<Cleared> {
    let SuspenseChange { disposed, draws, row, debt } = change;
    item::apply(state, entry, disposed);
    let at = match row {
        ClearedChange::New(row) => state.add_clearing(row),
        ClearedChange::Back(at) => {
            state.clearings.get_mut(at).gone = true;
            at
        }
    };
    if let Some(debt) = debt {
        debt_change::apply(state, entry, debt);
    }
    let application = state.clearings.get(at).application;
    for draw in draws {
        state.draws.push(draw);
        let paying = state.lines.get_mut(draw.line);
        paying.last = entry.index;
        // The trace finds a line's payments through the applications it names.
        if !paying.applications.contains(&application) {
            paying.applications.push(application);
        }
    }
    at
}
