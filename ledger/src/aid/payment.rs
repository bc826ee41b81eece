//! Payment applications: prepared, sealed, approved by another, sent as a batch. What the treasury and the bank
//! report afterwards is in `results`.

use crate::account::Class;
use crate::aid::award::{broken, judge_enrolled};
use crate::authority::Authority;
use crate::change::{Case, Change, Judged, NewFinding, Taken};
use crate::entry::Entry;
use crate::event::policy::{Policy, Rule};
use crate::event::{ApplicationLineAdded, ApplicationPrepared, BatchSent, SetCancelled, SetDecided, SetSealed, Source};
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen, share};
use crate::outcome::{Code, Posting, Refusal};
use crate::registry::cards::payable;
use crate::set::judge_replaced;
use crate::state::rows::{
    Application, ApplicationPart, Award, Batch, Card, Drawn, Instalment, Line, Org, Payout, Roster,
};
use crate::state::stage::{Progress, Set, Stage};
use crate::state::{Standing, State};
use uuid::Uuid;

/// Document lines one payment may draw on.
pub(crate) const DRAWS_MAX: usize = 5;

/// Document lines one application may draw on, so that sealing makes few postings.
pub(crate) const PARTS_MAX: usize = 400;

pub(crate) enum PaymentChange {
    Prepare { event: ApplicationPrepared, unit: Handle<Org> },
    Line(Box<NewPayout>),
    Step { application: Handle<Application>, stage: Stage },
    StepBack { application: Handle<Application>, to: Stage },
    Send { application: Handle<Application>, batch: Uuid, bank: Handle<Org> },
}

pub(crate) struct NewPayout {
    application: Handle<Application>,
    id: Uuid,
    award: Handle<Award>,
    instalment: u8,
    card: Handle<Card>,
    fen: Fen,
    reissue_of: Link<Payout>,
    draws: Vec<Drawn>,
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
    Ok(Change::of(PaymentChange::Prepare { event: event.clone(), unit }))
}

pub(crate) fn judge_application_line_added(case: &Case<'_>, event: &ApplicationLineAdded) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.application)?;
    row.set.judge_not_cancelled(event.application)?;
    if on.year() != row.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.application, i64::from(row.fiscal_year)));
    }
    if state.payouts.find(event.payout).is_some() {
        return Err(Refusal::of(Code::Exists, event.payout));
    }
    let (award, held, instalment) = judge_award(state, event)?;
    let roster = state.rosters.get(held.roster);
    let fen = share(held.fen, usize::from(instalment), roster.due.len());
    row.set.judge_line(event.application, event.number, fen)?;
    let reissue_of = judge_standing(state, held.instalments.plus(u32::from(instalment)), event)?;
    let card = payable(state, held.person, event.card, case.on())?;
    let draws = judge_draws(state, row, roster, fen, event)?;
    let unknown = Refusal::of(Code::UnknownProgramme, event.award);
    let policy = state.policy(roster.programme, on).ok_or(unknown)?;
    let mut findings = Vec::new();
    let due = roster.due[usize::from(instalment)];
    judge_enrolled(state, due, policy, held.person, event.payout, &mut findings)?;
    if on < due {
        broken(policy, Rule::Due, Refusal::of(Code::NotDue, event.award), event.payout, &mut findings)?;
    }
    judge_sharing(state, policy, roster, fen, &draws, event.payout, &mut findings)?;
    let id = event.payout;
    let payout = NewPayout { application, id, award, instalment, card, fen, reissue_of, draws };
    Ok(Change { findings, ..Change::of(PaymentChange::Line(Box::new(payout))) })
}

fn judge_award<'a>(state: &'a State, event: &ApplicationLineAdded) -> Result<(Handle<Award>, &'a Award, u8), Refusal> {
    let unknown = Refusal::of(Code::UnknownAward, event.award);
    let (handle, award) = state.awards.by_id(event.award).ok_or(unknown)?;
    let roster = state.rosters.get(award.roster);
    if roster.set.stage != Stage::Approved {
        return Err(Refusal::of(Code::SetNotReady, roster.id));
    }
    let instalment = event.instalment.checked_sub(1).and_then(|n| u8::try_from(n).ok());
    match instalment.filter(|n| usize::from(*n) < roster.due.len()) {
        Some(instalment) => Ok((handle, award, instalment)),
        None => Err(Refusal::with(Code::UnknownAward, event.award, i64::from(event.instalment))),
    }
}

/// One ordered payment an instalment at a time; after a return the next one names what it reissues.
fn judge_standing(
    state: &State,
    instalment: Handle<Instalment>,
    event: &ApplicationLineAdded,
) -> Result<Link<Payout>, Refusal> {
    if state.instalments.get(instalment).in_suspense > 0 {
        return Err(Refusal::of(Code::InSuspense, event.award));
    }
    match state.standing(instalment) {
        Standing::Ordered(other) => Err(Refusal::of(Code::AlreadyOrdered, state.payouts.get(other).id)),
        Standing::Settled(other) => Err(Refusal::of(Code::AlreadyPaid, state.payouts.get(other).id)),
        Standing::Returned(other) if event.reissue_of == Some(state.payouts.get(other).id) => Ok(other.into()),
        Standing::Returned(other) => Err(Refusal::of(Code::ReissueUnnamed, state.payouts.get(other).id)),
        Standing::Free => match event.reissue_of {
            None => Ok(Link::NONE),
            Some(named) => Err(Refusal::of(Code::UnknownPayout, named)),
        },
    }
}

fn judge_draws(
    state: &State,
    application: &Application,
    roster: &Roster,
    fen: Fen,
    event: &ApplicationLineAdded,
) -> Result<Vec<Drawn>, Refusal> {
    if event.draws.is_empty() || event.draws.len() > DRAWS_MAX {
        return Err(Refusal::of(Code::TooMany, event.payout));
    }
    let mut sum: Fen = 0;
    let mut draws: Vec<Drawn> = Vec::with_capacity(event.draws.len());
    for draw in &event.draws {
        let line = state.need_line(draw.line)?;
        let row = state.lines.get(line);
        if row.unit != application.unit {
            return Err(Refusal::of(Code::WrongUnit, draw.line));
        }
        if row.fiscal_year != application.fiscal_year {
            return Err(Refusal::with(Code::WrongYear, draw.line, i64::from(row.fiscal_year)));
        }
        if row.programme != roster.programme {
            return Err(Refusal::of(Code::WrongProgramme, draw.line));
        }
        if draw.fen <= 0 || draws.iter().any(|other| other.line == line) {
            return Err(Refusal::of(Code::BadAmount, draw.line));
        }
        sum = sum.checked_add(draw.fen).ok_or(Refusal::of(Code::BadAmount, event.payout))?;
        draws.push(Drawn { line, fen: draw.fen });
    }
    if sum != fen {
        return Err(Refusal::with(Code::BadAmount, event.payout, fen));
    }
    let new = draws.iter().filter(|draw| application.parts.iter().all(|part| part.line != draw.line)).count();
    if application.parts.len() + new > PARTS_MAX {
        return Err(Refusal::of(Code::TooMany, event.application));
    }
    Ok(draws)
}

/// The central part of the draws against the policy's ratio. No ratio in the policy means it is not known.
fn judge_sharing(
    state: &State,
    policy: &Policy,
    roster: &Roster,
    fen: Fen,
    draws: &[Drawn],
    payout: Uuid,
    findings: &mut Vec<NewFinding>,
) -> Result<(), Refusal> {
    let subordination = state.orgs.get(roster.school).subordination;
    let Some(sharing) = policy.sharing.iter().find(|sharing| sharing.subordination == subordination) else {
        return Ok(());
    };
    let central = draws.iter().filter(|draw| state.lines.get(draw.line).source == Source::Central);
    let central: i128 = central.map(|draw| i128::from(draw.fen)).sum();
    // Both sides in millionths of a fen, so nothing is rounded.
    let off = central * 1_000_000 - i128::from(fen) * i128::from(sharing.central_ppm);
    if off.abs() <= i128::from(policy.sharing_tolerance_fen) * 1_000_000 {
        return Ok(());
    }
    let figure = i64::try_from(off / 1_000_000).unwrap_or(i64::MAX);
    broken(policy, Rule::Sharing, Refusal::with(Code::OffSharing, payout, figure), payout, findings)
}

pub(crate) fn judge_application_sealed(case: &Case<'_>, event: &SetSealed) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.set)?;
    row.set.judge_seal(event)?;
    let mut change = Change::of(PaymentChange::Step { application, stage: Stage::Sealed });
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
    row.set.judge_step(case.entry, event, Stage::Sealed)?;
    Ok(Change::of(PaymentChange::Step { application, stage: Stage::Approved }))
}

/// Sealing or approval taken back while the treasury did nothing: what was applied for is available again. An approval for which a
/// voucher was issued stands, as its clearing would find nothing to pay.
pub(crate) fn judge_step_withdrawn(case: &Case<'_>, taken: Taken, stage: Stage, to: Stage) -> Judged<PaymentChange> {
    let state = case.state;
    let Some(application) = state.applications.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.applications.get(application);
    row.set.judge_back(case, taken, row.id, stage)?;
    let cleared = row.parts.iter().any(|part| part.cleared > 0);
    if cleared || (stage == Stage::Approved && row.vouchered) {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    let mut change = Change::of(PaymentChange::StepBack { application, to });
    if stage == Stage::Sealed {
        change.postings = given_back(state, case.on(), row);
    }
    Ok(change)
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
    let mut change = Change::of(PaymentChange::Step { application, stage: Stage::Cancelled });
    if row.set.stage >= Stage::Sealed {
        change.postings = given_back(state, on, row);
    }
    Ok(change)
}

/// A batch goes out when its whole sum has left the treasury, so a credit always finds its money in transit.
pub(crate) fn judge_batch_sent(case: &Case<'_>, event: &BatchSent) -> Judged<PaymentChange> {
    let (state, on) = (case.state, case.on());
    let (application, row) = find(state, event.application)?;
    if state.batches.find(event.batch).is_some() {
        return Err(Refusal::of(Code::Exists, event.batch));
    }
    let bank = state.need_org(event.bank)?;
    row.set.judge_not_cancelled(event.application)?;
    if row.set.stage >= Stage::Sent {
        return Err(Refusal::of(Code::SetEnded, event.application));
    }
    let missing = row.set.fen - state.balance(state.application_account(application, Class::Transit));
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
    Ok(Change::of(PaymentChange::Send { application, batch: event.batch, bank }).naming(bank))
}

fn find(state: &State, id: Uuid) -> Result<(Handle<Application>, &Application), Refusal> {
    let handle = state.known_application(id).ok_or(Refusal::of(Code::UnknownSet, id))?;
    Ok((handle, state.applications.get(handle)))
}

/// Makes the change; the application, if it took a step.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: PaymentChange) -> Option<Handle<Application>> {
    match change {
        PaymentChange::Prepare { event, unit } => {
            let accounts = state.open_accounts(state.applications.next());
            state.applications.push(Application {
                id: event.application,
                unit,
                fiscal_year: event.fiscal_year,
                set: Set::begun(entry.principal),
                parts: Vec::new(),
                accounts,
                last_payout: Link::NONE,
                vouchered: false,
                batch: Link::NONE,
                effective: entry.event.effective,
                last: entry.index,
            });
        }
        PaymentChange::Line(new) => add_line(state, entry, &new),
        PaymentChange::Step { application, stage } => {
            step(state, entry, application, stage);
            return Some(application);
        }
        PaymentChange::StepBack { application, to } => step_back(state, entry, application, to),
        PaymentChange::Send { application, batch, bank } => {
            let (on, last) = (entry.event.effective, entry.index);
            let batch = state.batches.push(Batch { id: batch, application, bank, on, last });
            let row = state.applications.get_mut(application);
            row.set.stage = Stage::Sent;
            row.batch = batch.into();
            row.last = last;
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

fn add_line(state: &mut State, entry: &Entry<'_>, new: &NewPayout) {
    let handle = state.payouts.next();
    let first = state.draws.next();
    let row = state.applications.get_mut(new.application);
    row.set.add_line(new.fen, entry.content);
    row.last = entry.index;
    for draw in &new.draws {
        match row.parts.iter_mut().find(|part| part.line == draw.line) {
            Some(part) => part.fen += draw.fen,
            None => row.parts.push(ApplicationPart { line: draw.line, fen: draw.fen, cleared: 0 }),
        }
    }
    let number = row.set.count;
    let before_of_application = std::mem::replace(&mut row.last_payout, handle.into());
    for draw in &new.draws {
        state.lines.get_mut(draw.line).named = true;
        state.draws.push(*draw);
    }
    let award = state.awards.get_mut(new.award);
    award.last = entry.index;
    let (roster, instalments) = (award.roster, award.instalments);
    if !state.rosters.get(roster).applications.contains(&new.application) {
        state.rosters.get_mut(roster).applications.push(new.application);
    }
    let instalment = instalments.plus(u32::from(new.instalment));
    state.instalments.get_mut(instalment).payout = handle.into();
    state.payouts.push(Payout {
        id: new.id,
        application: new.application,
        number,
        award: new.award,
        instalment: new.instalment,
        progress: Progress::Ordered,
        reason: 0,
        card: new.card,
        fen: new.fen,
        draws: first,
        draw_count: u8::try_from(new.draws.len()).unwrap_or(u8::MAX),
        reissue_of: new.reissue_of,
        before_of_application,
        suspense: Link::NONE,
        on: Day::default(),
        last: entry.index,
    });
}
