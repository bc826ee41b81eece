//! Lines of payment applications: which instalment of whose award is ordered, on which card, out of which document lines. What was
//! told of a payment before it is ordered settles on it then.

use crate::aid::award::{broken, judge_enrolled};
use crate::aid::payment_facts::{self, Revision, tie};
use crate::aid::payment_order::Order;
use crate::aid::results;
use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::policy::{Policy, Rule};
use crate::event::{ApplicationLineAdded, Source};
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen, share};
use crate::outcome::{Code, Refusal};
use crate::registry::cards::payable;
use crate::state::correction_rows::add_part;
use crate::state::rows::{Application, Award, Card, Drawn, Instalment, Line, Payout, Roster};
use crate::state::stage::{Progress, Stage};
use crate::state::{Standing, State};
use uuid::Uuid;

/// Document lines one payment may draw on.
pub(crate) const DRAWS_MAX: usize = 5;

/// Document lines one application may draw on, so that sealing makes few postings.
pub(crate) const PARTS_MAX: usize = 400;

pub(crate) struct NewPayout {
    application: Handle<Application>,
    id: Uuid,
    award: Handle<Award>,
    instalment: u8,
    card: Handle<Card>,
    fen: Fen,
    reissue_of: Link<Payout>,
    draws: Vec<Drawn>,
    /// What was told of it so far, settled on it.
    early: Option<Revision>,
}

pub(crate) fn judge_application_line_added(case: &Case<'_>, event: &ApplicationLineAdded) -> Judged<Box<NewPayout>> {
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
    row.set.judge_line(case, event.application, event.number, fen)?;
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
    let mut change = Change { findings, ..Change::nothing() };
    let order = Order {
        payout: state.payouts.next(),
        application,
        award,
        fen,
        sent: None,
        pieces: Some(Vec::new()),
        paid_otherwise: false,
        out_of_study: false,
        ended: false,
        accepting: Vec::new(),
    };
    let early = results::ordered(state, id, &order).map(|revised| {
        change.postings = revised.moved.postings(state, on);
        change.findings.extend(revised.findings);
        revised.revision
    });
    let payout = NewPayout { application, id, award, instalment, card, fen, reissue_of, draws, early };
    change.act = Some(Box::new(payout));
    Ok(change)
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
        Some(instalment) if State::is_ended(award, instalment) => {
            Err(Refusal::with(Code::AwardEnded, event.award, i64::from(event.instalment)))
        }
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

/// Makes the change.
pub(crate) fn add_line(state: &mut State, entry: &Entry<'_>, new: NewPayout) {
    let handle = state.payouts.next();
    let first = state.draws.next();
    let row = state.applications.get_mut(new.application);
    row.set.add_line(new.fen, entry.content);
    row.last = entry.index;
    for draw in &new.draws {
        add_part(&mut row.parts, draw.line, draw.fen);
    }
    let number = row.set.count;
    let before_of_application = std::mem::replace(&mut row.last_payout, handle.into());
    for draw in &new.draws {
        name_line(state, entry.index, draw.line);
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
        results: Link::NONE,
        on: Day::default(),
        last: entry.index,
    });
    if let Some(early) = new.early {
        if let Some(results) = state.results.find(new.id) {
            tie(state, handle, results);
        }
        payment_facts::apply(state, entry, early);
    }
}

/// An application somebody prepared.
pub(super) fn find(state: &State, id: Uuid) -> Result<(Handle<Application>, &Application), Refusal> {
    let handle = state.known_application(id).ok_or(Refusal::of(Code::UnknownSet, id))?;
    Ok((handle, state.applications.get(handle)))
}

/// A line some payment was to be drawn on is told again only as what it was.
pub(super) fn name_line(state: &mut State, index: u64, line: Handle<Line>) {
    if !state.lines.get(line).named {
        let row = state.lines.get_mut(line);
        (row.named, row.last) = (true, index);
    }
}
