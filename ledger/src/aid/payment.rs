//! Payment applications: prepared, sealed, approved by another, sent as a batch. What the treasury and the bank
//! report afterwards is in `results`.

use crate::account::Class;
use crate::aid::awaited;
use crate::aid::payment_facts::{self, Revision};
use crate::aid::payment_line::{NewPayout, add_line, find};
use crate::aid::results;
use crate::aid::voucher::{self, Place, Vouchers};
use crate::aid::voucher_told::is_back;
use crate::authority::Authority;
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::entry::Entry;
use crate::event::{ApplicationPrepared, BatchSent, SetCancelled, SetDecided, SetSealed};
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Posting, Refusal};
use crate::set::judge_replaced;
use crate::state::rows::Voucher;
use crate::state::rows::{Application, Batch, Line, Org};
use crate::state::stage::{Progress, Set, Stage};
use crate::state::{State, UNKNOWN_APPLICATION};
use uuid::Uuid;

pub(crate) enum PaymentChange {
    Prepare { event: Box<ApplicationPrepared>, unit: Handle<Org>, vouchers: Option<Box<Vouchers>> },
    Line(Box<NewPayout>),
    Step { application: Handle<Application>, stage: Stage, vouchers: Option<Box<Vouchers>> },
    StepBack { application: Handle<Application>, to: Stage },
    Send { application: Handle<Application>, batch: Uuid, bank: Handle<Org>, results: Vec<Revision> },
    Unsent { application: Handle<Application>, results: Vec<Revision> },
}

impl From<Box<NewPayout>> for PaymentChange {
    fn from(line: Box<NewPayout>) -> Self {
        Self::Line(line)
    }
}

pub(crate) fn judge_application_prepared(case: &Case<'_>, event: &ApplicationPrepared) -> Judged<PaymentChange> {
    let state = case.state;
    if state.applications.find(event.application).is_some() {
        return Err(Refusal::of(Code::Exists, event.application));
    }
    judge_replaced(event.replaces, |id| state.known_application(id).map(|row| &state.applications.get(row).set))?;
    let unit = state.need_org(event.unit)?;
    if case.on().year() != event.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.application, i64::from(event.fiscal_year)));
    }
    let mut change = Change::nothing();
    let told = state.awaited.by_id(event.application).map(|(_, row)| &row.vouchers[..]).unwrap_or_default();
    let place = Place { application: state.applications.next(), unit, approved: false, swapped: None };
    let vouchers = settled(case, &mut change, told, Place::of(state, UNKNOWN_APPLICATION), place);
    change.act =
        Some(PaymentChange::Prepare { event: Box::new(event.clone()), unit, vouchers: vouchers.map(Box::new) });
    Ok(change)
}

/// What vouchers hold once their application is where it is to be.
fn settled(
    case: &Case<'_>,
    change: &mut Change<PaymentChange>,
    told: &[Handle<Voucher>],
    was_at: Place<'_>,
    at: Place<'_>,
) -> Option<Vouchers> {
    let revised = voucher::place_changed(case.state, told, was_at, at)?;
    change.postings.extend(revised.moved.postings(case.state, case.on()));
    change.findings.extend(revised.findings);
    Some(revised.vouchers)
}

pub(crate) fn judge_application_sealed(case: &Case<'_>, event: &SetSealed) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.set)?;
    row.set.judge_seal(event)?;
    let mut change = Change::of(PaymentChange::Step { application, stage: Stage::Sealed, vouchers: None });
    for part in &row.parts {
        let available = state.line_account(part.line, Class::Available);
        let short = part.fen - state.balance(available);
        if short > 0 {
            return Err(Refusal::with(Code::Overdrawn, state.lines.get(part.line).id, short));
        }
        let applied = state.line_account(part.line, Class::Applied);
        change.postings.push(state.posting(on, applied, available, part.fen));
    }
    Ok(change)
}

pub(crate) fn judge_application_approved(case: &Case<'_>, event: &SetDecided) -> Judged<PaymentChange> {
    let (application, row) = find(case.state, event.set)?;
    row.set.judge_step(case, event, Stage::Sealed)?;
    let mut change = Change::nothing();
    let was_at = Place::of(case.state, application);
    let vouchers = settled(case, &mut change, &row.vouchers, was_at, Place { approved: true, ..was_at });
    change.touched.extend(vouchers_of(case.state, row));
    change.act = Some(PaymentChange::Step { application, stage: Stage::Approved, vouchers: vouchers.map(Box::new) });
    Ok(change)
}

/// Sealing or approval taken back while the treasury did nothing: what was applied for is available again. An approval for which a
/// voucher was issued stands, as its clearing would find nothing to pay, until all that was cleared came back.
pub(crate) fn judge_step_withdrawn(case: &Case<'_>, taken: Taken, stage: Stage, to: Stage) -> Judged<PaymentChange> {
    let state = case.state;
    let Some(application) = state.applications.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.applications.get(application);
    row.set.judge_back(case, taken, row.id, stage)?;
    let rests = |voucher: &&Handle<Voucher>| !is_back(state.vouchers.get(**voucher));
    if let Some(voucher) = row.vouchers.iter().find(rests).filter(|_| stage == Stage::Approved) {
        return Err(Refusal::of(Code::InUse, state.vouchers.get(*voucher).id));
    }
    let mut change = Change::of(PaymentChange::StepBack { application, to });
    change.touched.extend(vouchers_of(state, row));
    if stage == Stage::Sealed {
        if let Some(told) = state.corrected_of(application).and_then(|row| row.told.first()) {
            return Err(Refusal::of(Code::InUse, state.seen.get(told.entry).id));
        }
        change.postings = given_back(state, case.on(), row);
    }
    Ok(change)
}

/// Whether it was issued and cleared in time goes by the day of the approval.
fn vouchers_of(state: &State, row: &Application) -> impl Iterator<Item = Touched> {
    row.vouchers.iter().map(|voucher| Touched::Decided(state.vouchers.get(*voucher).id))
}

/// What an application holds of its document lines is available again.
fn given_back(state: &State, on: Day, row: &Application) -> Vec<Posting> {
    let mut authority = Authority::of(state, on);
    row.parts.iter().for_each(|part| authority.give(part.line, Class::Applied, part.fen));
    authority.postings
}

/// Given up before anything left the treasury: what was applied for is available again.
pub(crate) fn judge_application_cancelled(case: &Case<'_>, event: &SetCancelled) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.set)?;
    row.set.judge_not_cancelled(event.set)?;
    let moved = row.parts.iter().any(|part| part.cleared > 0);
    if moved || row.set.stage >= Stage::Sent {
        return Err(Refusal::of(Code::SetEnded, event.set));
    }
    let mut change = Change::of(PaymentChange::Step { application, stage: Stage::Cancelled, vouchers: None });
    if row.set.stage >= Stage::Sealed {
        change.postings = given_back(state, on, row);
    }
    change.touched.extend(vouchers_of(state, row));
    // Corrections of what is given up lack nothing.
    Ok(change.touching(state.corrected_of(application).map(|_| Touched::Application(row.id))))
}

/// A batch goes out when its whole sum has left the treasury, so a credit always finds its money in transit.
pub(crate) fn judge_batch_sent(case: &Case<'_>, event: &BatchSent) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.application)?;
    let gone =
        |batch: Handle<Batch>| state.applications.get(state.batches.get(batch).application).batch != batch.into();
    if state.batches.find(event.batch).is_some_and(|batch| !gone(batch)) {
        return Err(Refusal::of(Code::Exists, event.batch));
    }
    let bank = state.need_org(event.bank)?;
    row.set.judge_not_cancelled(event.application)?;
    if row.set.stage >= Stage::Sent {
        return Err(Refusal::of(Code::SetEnded, event.application));
    }
    let missing = row.set.fen - row.parts.iter().map(|part| part.cleared).sum::<Fen>();
    if row.set.stage != Stage::Approved || missing > 0 {
        return Err(Refusal::with(Code::SetNotReady, event.application, missing));
    }
    if event.hash != row.set.hash {
        return Err(Refusal::of(Code::HashMismatch, event.application));
    }
    if (event.count, event.fen) != (row.set.count, row.set.fen) {
        return Err(Refusal::with(Code::SealMismatch, event.application, i64::from(row.set.count)));
    }
    if on.year() != row.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.application, i64::from(row.fiscal_year)));
    }
    let sent = results::sent(state, row, Some(on));
    let act = PaymentChange::Send { application, batch: event.batch, bank, results: sent.revisions };
    let mut change = Change::of(act).naming(bank);
    (change.postings, change.findings) = (sent.moved.postings(state, on), sent.findings);
    change.touched.extend(sent.touched);
    Ok(change)
}

/// A batch taken back while no result of it counts.
pub(crate) fn judge_sending_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<PaymentChange> {
    let state = case.state;
    let Some(application) = state.applications.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.applications.get(application);
    let Some(batch) = row.batch.handle() else { return Ok(Change::nothing()) };
    taken.on(case, state.batches.get(batch).on)?;
    let mut payments = state.payouts.chain(row.last_payout, |payout| payout.before_of_application);
    if let Some((_, payout)) = payments.find(|(_, payout)| payout.progress != Progress::Ordered) {
        return Err(Refusal::of(Code::InUse, payout.id));
    }
    let sent = results::sent(state, row, None);
    let mut change = Change::of(PaymentChange::Unsent { application, results: sent.revisions });
    (change.postings, change.findings) = (sent.moved.postings(state, case.on()), sent.findings);
    change.touched.push(Touched::Application(row.id));
    Ok(change)
}

/// Makes the change; the application, if it took a step.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: PaymentChange) -> Option<Handle<Application>> {
    match change {
        PaymentChange::Prepare { event, unit, vouchers } => {
            let accounts = state.open_accounts(state.applications.next());
            state.applications.push(Application {
                id: event.application,
                unit,
                fiscal_year: event.fiscal_year,
                set: Set::begun(entry.principal),
                parts: Vec::new(),
                accounts,
                last_payout: Link::NONE,
                vouchers: Vec::new(),
                told: Vec::new(),
                batch: Link::NONE,
                effective: entry.event.effective,
                last: entry.index,
            });
            if let Some(vouchers) = vouchers {
                voucher::apply_group(state, entry.index, *vouchers);
            }
            awaited::end_awaiting(state, entry.index, event.application);
        }
        PaymentChange::Line(new) => add_line(state, entry, *new),
        PaymentChange::Step { application, stage, vouchers } => {
            step(state, entry, application, stage);
            if let Some(vouchers) = vouchers {
                voucher::apply_group(state, entry.index, *vouchers);
            }
            return Some(application);
        }
        PaymentChange::StepBack { application, to } => step_back(state, entry, application, to),
        PaymentChange::Send { application, batch, bank, results } => {
            send(state, entry, application, batch, bank);
            apply_all(state, entry, results);
            return Some(application);
        }
        PaymentChange::Unsent { application, results } => {
            let row = state.applications.get_mut(application);
            (row.set.stage, row.batch, row.last) = (Stage::Approved, Link::NONE, entry.index);
            apply_all(state, entry, results);
        }
    }
    None
}

fn step(state: &mut State, entry: &Entry<'_>, application: Handle<Application>, stage: Stage) {
    let row = state.applications.get_mut(application);
    row.set.enter(stage, entry.principal, entry.event.effective);
    row.last = entry.index;
    if stage == Stage::Sealed {
        let lines: Vec<Handle<Line>> = row.parts.iter().map(|part| part.line).collect();
        for line in lines {
            let row = state.lines.get_mut(line);
            row.applications.push(application);
            row.last = entry.index;
        }
    }
}

/// Document lines name only applications that hold of them.
fn step_back(state: &mut State, entry: &Entry<'_>, application: Handle<Application>, to: Stage) {
    let row = state.applications.get_mut(application);
    row.set.step_back(to);
    row.last = entry.index;
    if to == Stage::Open {
        let lines: Vec<Handle<Line>> = row.parts.iter().map(|part| part.line).collect();
        for line in lines {
            let row = state.lines.get_mut(line);
            row.applications.retain(|other| *other != application);
            row.last = entry.index;
        }
    }
}

/// A batch goes out, or goes out again after that was taken back.
fn send(state: &mut State, entry: &Entry<'_>, application: Handle<Application>, id: Uuid, bank: Handle<Org>) {
    let (on, last) = (entry.event.effective, entry.index);
    let row = Batch { id, application, bank, on, last };
    let batch = match state.batches.find(id) {
        Some(batch) => {
            *state.batches.get_mut(batch) = row;
            batch
        }
        None => state.batches.push(row),
    };
    let row = state.applications.get_mut(application);
    (row.set.stage, row.batch, row.last) = (Stage::Sent, batch.into(), last);
}

fn apply_all(state: &mut State, entry: &Entry<'_>, results: Vec<Revision>) {
    for revision in results {
        payment_facts::apply(state, entry, revision);
    }
}
