//! Awards with their instalments, and rosters and applications with their lines. A set's lines are reached from the set.

use super::asked::Asked;
use super::page::{MAX_ROWS, Pager, paged};
use super::window::Parted;
use super::{QueryError, found, need_id, payments};
use crate::wire;
use crate::wire::id;
use bytes::Bytes;
use ledger::handle::Handle;
use ledger::money::share;
use ledger::state::award_rows::AwardEnd;
use ledger::state::rows::{Application, Instalment, Roster};
use ledger::state::stage::Set;
use ledger::state::{Standing, State};
use proto::v1;
use replay::answers::labels;
use replay::answers::payments::payments_of_instalment;

paged!(GetAwardRequest, MAX_ROWS, MAX_ROWS);

impl Parted for v1::Instalment {
    type Item = Bytes;

    fn list(&mut self) -> &mut Vec<Bytes> {
        &mut self.payouts
    }

    fn is_same(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// An award with its instalments.
///
/// # Errors
/// There is no such award, or the token is wrong.
pub fn award(asked: &Asked, request: &v1::GetAwardRequest) -> Result<v1::GetAwardResponse, QueryError> {
    let state = asked.state()?;
    let wanted = need_id("award", &request.award)?;
    let handle = found("award", wanted, state.awards.find(wanted))?;
    let award = state.awards.get(handle);
    let roster = state.rosters.get(award.roster);
    let (school, school_name) = wire::org(&state, roster.school);
    let parts = (0..).zip(roster.due.iter().enumerate());
    let instalments = parts.map(|(number, (at, due))| {
        let fen = share(award.fen, at, roster.due.len());
        let ended = u8::try_from(number).is_ok_and(|number| State::is_ended(award, number));
        let part = v1::Instalment { number: number + 1, due: due.yyyymmdd(), fen, ..v1::Instalment::default() };
        instalment(&state, award.instalments.plus(number), part, ended)
    });
    let pager = Pager::open(request, state.entries)?;
    let mut window = pager.window();
    let instalments = window.show_parts(instalments)?;
    let end = state.end_of(award);
    let said = |text: fn(&AwardEnd) -> &String| end.map(|end| text(end).clone()).unwrap_or_default();
    Ok(v1::GetAwardResponse {
        as_of: state.entries,
        basis: asked.basis(),
        award: id(award.id),
        roster: id(roster.id),
        person: id(state.persons.get(award.person).id),
        school,
        school_name,
        programme: labels::programme_code(&state, roster.programme).to_owned(),
        academic_year: roster.academic_year.into(),
        band: award.band,
        fen: award.fen,
        instalments,
        next_page_token: pager.after_window(&window)?,
        stage: wire::set_stage(roster.set.stage).into(),
        ended_from: award.ended.into(),
        ended_reason: said(|end| &end.reason),
        ended_document: said(|end| &end.document),
        ended_on: end.map_or(0, |end| end.on.yyyymmdd()),
    })
}

/// How an instalment stands.
fn instalment(state: &State, handle: Handle<Instalment>, part: v1::Instalment, ended: bool) -> v1::Instalment {
    let standing = state.standing(handle);
    let stage = match standing {
        _ if state.instalments.get(handle).in_suspense > 0 => v1::InstalmentStage::Suspense,
        Standing::Free | Standing::Returned(_) if ended => v1::InstalmentStage::Ended,
        Standing::Free => v1::InstalmentStage::Owed,
        Standing::Ordered(_) => v1::InstalmentStage::Ordered,
        Standing::Settled(_) => v1::InstalmentStage::Credited,
        Standing::Returned(_) => v1::InstalmentStage::Returned,
    };
    let credited_fen = if matches!(standing, Standing::Settled(_)) { part.fen } else { 0 };
    let payouts = payments_of_instalment(state, handle);
    let payouts = payouts.into_iter().map(|payout| id(state.payouts.get(payout).id)).collect();
    v1::Instalment { credited_fen, stage: stage.into(), payouts, ..part }
}

paged!(GetSetRequest);

/// A roster or an application, with a page of its lines.
///
/// # Errors
/// There is no such set, or the token is wrong.
pub fn set(asked: &Asked, request: &v1::GetSetRequest) -> Result<v1::GetSetResponse, QueryError> {
    let state = asked.state()?;
    let wanted = need_id("set", &request.set)?;
    let pager = Pager::open(request, state.entries)?;
    let after = pager.after_key().unwrap_or(0);
    let (mut answer, mut lines) = if let Some(handle) = state.rosters.find(wanted) {
        roster(&state, handle, after)
    } else {
        let handle = found("roster or application", wanted, state.applications.find(wanted))?;
        application(&state, handle, after)
    };
    // Sets are chained from their latest line back.
    lines.reverse();
    (answer.lines, answer.next_page_token) = pager.cut(lines, |line| line.number.into());
    (answer.as_of, answer.basis) = (state.entries, asked.basis());
    Ok(answer)
}

fn roster(state: &State, handle: Handle<Roster>, after: u64) -> (v1::GetSetResponse, Vec<v1::SetLine>) {
    let roster = state.rosters.get(handle);
    let mut answer = of_set(&roster.set, v1::SetKind::Roster);
    answer.set = id(roster.id);
    (answer.org, answer.org_name) = wire::org(state, roster.school);
    answer.programme = labels::programme_code(state, roster.programme).to_owned();
    answer.year = roster.academic_year.into();
    answer.due = roster.due.iter().map(|due| due.yyyymmdd()).collect();
    let awards = state.awards.chain(roster.last_award, |award| award.before_of_roster).map(|(_, award)| award);
    let lines = awards.take_while(|award| u64::from(award.number) > after).map(|award| v1::SetLine {
        number: award.number,
        award: id(award.id),
        person: id(state.persons.get(award.person).id),
        fen: award.fen,
        band: award.band,
        ..v1::SetLine::default()
    });
    (answer, lines.collect())
}

fn application(state: &State, handle: Handle<Application>, after: u64) -> (v1::GetSetResponse, Vec<v1::SetLine>) {
    let application = state.applications.get(handle);
    let mut answer = of_set(&application.set, v1::SetKind::Application);
    answer.set = id(application.id);
    (answer.org, answer.org_name) = wire::org(state, application.unit);
    answer.year = application.fiscal_year.into();
    let payouts = state.payouts.chain(application.last_payout, |payout| payout.before_of_application);
    let payouts = payouts.map(|(_, payout)| payout).take_while(|payout| u64::from(payout.number) > after);
    let lines = payouts.map(|payout| {
        let award = state.awards.get(payout.award);
        v1::SetLine {
            number: payout.number,
            award: id(award.id),
            person: id(state.persons.get(award.person).id),
            fen: payout.fen,
            payout: id(payout.id),
            instalment: u32::from(payout.instalment) + 1,
            card: id(state.cards.get(payout.card).id),
            reissue_of: payments::payout_id(state, payout.reissue_of),
            draws: payments::draws(state, payout),
            band: 0,
        }
    });
    (answer, lines.collect())
}

fn of_set(set: &Set, kind: v1::SetKind) -> v1::GetSetResponse {
    v1::GetSetResponse {
        kind: kind.into(),
        stage: wire::set_stage(set.stage).into(),
        count: set.count,
        fen: set.fen,
        hash: set.hash.to_vec().into(),
        preparer: set.preparer.clone(),
        approver: set.approver.clone(),
        ..v1::GetSetResponse::default()
    }
}
