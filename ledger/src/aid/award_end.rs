//! Awards that end before their time 停发: from an instalment on, what is not paid is owed no more. What was paid stays paid, and if
//! it comes back it is not owed again. Taken back, what is not paid is owed as before.

use crate::account::Class;
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::event::AwardCancelled;
use crate::handle::Handle;
use crate::money::{Fen, share};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::award_rows::AwardEnd;
use crate::state::rows::{Award, Instalment, Roster};
use crate::state::stage::Stage;
use crate::state::{Standing, State};

pub(crate) enum EndChange {
    End(AwardEnd),
    Back(Handle<AwardEnd>),
}

pub(crate) fn judge_award_cancelled(case: &Case<'_>, event: &AwardCancelled) -> Judged<EndChange> {
    let state = case.state;
    let unknown = Refusal::of(Code::UnknownAward, event.award);
    let (handle, award) = state.awards.by_id(event.award).ok_or(unknown)?;
    let roster = state.rosters.get(award.roster);
    if roster.set.stage != Stage::Approved {
        return Err(Refusal::of(Code::SetNotReady, roster.id));
    }
    if award.ended != 0 {
        return Err(Refusal::of(Code::Exists, event.award));
    }
    let from = u8::try_from(event.from_instalment).ok().filter(|from| usize::from(*from) <= roster.due.len());
    let from = from.filter(|from| *from > 0);
    let from = from.ok_or(Refusal::with(Code::UnknownAward, event.award, i64::from(event.from_instalment)))?;
    for (instalment, _) in instalments(state, award, from) {
        if let Standing::Ordered(payout) = state.standing(instalment) {
            let application = state.payouts.get(payout).application;
            return Err(Refusal::of(Code::InUse, state.applications.get(application).id));
        }
    }
    let fen = unpaid(state, award, from);
    if fen == 0 {
        return Err(Refusal::of(Code::AlreadyPaid, event.award));
    }
    let (reason, document) = (event.reason.clone(), event.document.clone());
    let end = AwardEnd { id: award.id, award: handle, from, on: case.on(), reason, document };
    let mut change = Change::of(EndChange::End(end));
    change.postings = vec![owed(case, award, fen, false)];
    Ok(change)
}

pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<EndChange> {
    let state = case.state;
    let Some(at) = state.award_ends.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.award_ends.get(at);
    taken.on(case, row.on)?;
    let award = state.awards.get(row.award);
    let mut change = Change::of(EndChange::Back(at));
    let fen = unpaid(state, award, row.from);
    // All of it may stand paid again, as a return was taken back.
    change.postings.extend((fen > 0).then(|| owed(case, award, fen, true)));
    Ok(change)
}

/// What is owed more or less, granted likewise.
fn owed(case: &Case<'_>, award: &Award, fen: Fen, more: bool) -> Posting {
    let of = |class| case.state.roster_account(award.roster, class);
    let (owed, granted) = (of(Class::Owed), of(Class::Granted));
    let (debit, credit) = if more { (owed, granted) } else { (granted, owed) };
    case.state.posting(case.on(), debit, credit, fen)
}

/// The instalments of an award from this one on, each with what it is.
fn instalments(state: &State, award: &Award, from: u8) -> impl Iterator<Item = (Handle<Instalment>, Fen)> {
    let (parts, fen) = (state.rosters.get(award.roster).due.len(), award.fen);
    let all = award.instalments.run(u32::try_from(parts).unwrap_or(0)).enumerate();
    all.skip(usize::from(from).saturating_sub(1)).map(move |(at, instalment)| (instalment, share(fen, at, parts)))
}

/// What is not paid of an award from this instalment on.
fn unpaid(state: &State, award: &Award, from: u8) -> Fen {
    let paid = |instalment| matches!(state.standing(instalment), Standing::Settled(_));
    instalments(state, award, from).filter(|(instalment, _)| !paid(*instalment)).map(|(_, fen)| fen).sum()
}

/// The first award of a roster that has ended, if one has: asked where nothing is ordered of it, so all else is owed.
pub(crate) fn ended_on(state: &State, roster: Handle<Roster>) -> Option<&Award> {
    let row = state.rosters.get(roster);
    if state.balance(state.roster_account(roster, Class::Owed)) == row.set.fen {
        return None;
    }
    state
        .awards
        .chain(row.last_award, |award| award.before_of_roster)
        .map(|(_, award)| award)
        .find(|row| row.ended != 0)
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: EndChange) -> Handle<AwardEnd> {
    let (at, award, from) = match change {
        EndChange::End(end) => {
            let (award, from) = (end.award, end.from);
            let at = match state.award_ends.find(end.id) {
                Some(at) => {
                    *state.award_ends.get_mut(at) = end;
                    at
                }
                None => state.award_ends.push(end),
            };
            (at, award, from)
        }
        EndChange::Back(at) => (at, state.award_ends.get(at).award, 0),
    };
    let row = state.awards.get_mut(award);
    (row.ended, row.last) = (from, entry.index);
    at
}
