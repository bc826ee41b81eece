//! What the treasury reports: vouchers issued, cleared in one or in parts, and come back before anything was sent. Never refused, told in any order. What an application's vouchers hold is a
//! function of them and of how far the application has come: what it applied for is spent and in transit, the rest left without
//! authority and stands in suspense. Telling, taking back, preparing and approving the application are the same call.

use crate::account::Class;
use crate::aid::awaited;
use crate::aid::room::Room;
use crate::aid::swaps::Swapped;
use crate::aid::voucher_told::{VoucherTold, told_early};
use crate::change::{Case, Change, Judged, NewFinding, Noted, Taken, Touched, Wanted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::{KindTag, VoucherCleared, VoucherIssued, VoucherReturned};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Fen;
use crate::state::clearing_rows::Disposal;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Finding, Org, Voucher};
use crate::state::stage::{Stage, VoucherDraw, VoucherFact};
use crate::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use uuid::Uuid;

/// Vouchers of one application; of more nothing counts, and a finding says so.
const VOUCHERS_MAX: usize = 64;

/// Clearings and returns of one voucher; of more nothing counts, and a finding says so.
const FACTS_MAX: usize = 64;

/// Vouchers as they should be after an entry, those of one application together.
pub(crate) struct Vouchers {
    told: Vec<Voucher>,
    /// What is cleared of each part of the application.
    application: Handle<Application>,
    cleared: Vec<Fen>,
    ended: Vec<Handle<Finding>>,
    restated: Vec<(Handle<Finding>, Fen)>,
}

/// A voucher told, moved or taken back.
pub(crate) struct VoucherChange {
    groups: Vec<Vouchers>,
    /// Which one, and the application it named so far.
    of: Option<(Uuid, Uuid)>,
}

/// A change of vouchers, what of money it moves, and the findings it opens.
pub(crate) struct Regrouped {
    pub change: VoucherChange,
    pub moved: Holding,
    pub findings: Vec<NewFinding>,
    pub touched: Vec<Touched>,
}

/// Vouchers as they should be, what of money that moves, and the findings it opens.
pub(crate) struct RevisedVouchers {
    pub vouchers: Vouchers,
    pub moved: Holding,
    pub findings: Vec<NewFinding>,
}

/// Where vouchers belong: an application and whether it has come as far as to be paid.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub application: Handle<Application>,
    pub unit: Handle<Org>,
    pub approved: bool,
    /// Its parts, where they are to be corrected otherwise than the state has it.
    pub swapped: Option<&'a Swapped>,
}

impl Place<'_> {
    pub fn of(state: &State, application: Handle<Application>) -> Self {
        let row = state.applications.get(application);
        Self { application, unit: row.unit, approved: row.set.is_approved(), swapped: None }
    }

    fn room(self, state: &State) -> Room {
        match self.swapped {
            Some(swapped) => Room::of(state, &swapped.parts, Some(&swapped.corrected)),
            None if self.application >= state.applications.next() => Room::of(state, &[], None),
            None => {
                let parts = &state.applications.get(self.application).parts;
                Room::of(state, parts, state.corrected_of(self.application))
            }
        }
    }
}

/// What is to change if these vouchers, all that are told of one place, are other than before, or the place is.
fn revise(
    state: &State,
    (was_at, before): (Place<'_>, &[VoucherTold]),
    (at, after): (Place<'_>, Vec<VoucherTold>),
) -> RevisedVouchers {
    let (held_before, _, _) = holding(state, was_at, before);
    let (held, cleared, excess) = holding(state, at, &after);
    let (ended, restated) = Default::default();
    let told = after.into_iter().zip(excess).map(|(told, excess)| Voucher { excess, ..told.row }).collect();
    let mut vouchers = Vouchers { told, application: at.application, cleared, ended, restated };
    let findings = vouchers.items(state, at.unit);
    RevisedVouchers { vouchers, moved: held.without(held_before), findings }
}

/// What vouchers hold on accounts, what of each part they clear, and what of each exceeds that. The application's accounts are asked
/// for only where something is cleared of it.
fn holding(state: &State, place: Place<'_>, vouchers: &[VoucherTold]) -> (Holding, Vec<Fen>, Vec<Fen>) {
    let mut held = Holding::default();
    let mut room = place.room(state);
    let mut excess: Vec<Fen> = vec![0; vouchers.len()];
    let mut order: Vec<usize> = (0..vouchers.len()).filter(|at| !vouchers[*at].row.facts.is_empty()).collect();
    order.sort_by_key(|at| vouchers[*at].first);
    let treasury = state.org_account(place.unit, Class::Treasury);
    let suspense = state.org_account(place.unit, Class::Suspense);
    for at in order {
        let mut left = vouchers[at].paid();
        for draw in &vouchers[at].row.draws {
            let paid = draw.fen.min(left.max(0));
            left -= paid;
            let fen = if place.approved { room.pay(draw.line, paid) } else { 0 };
            excess[at] = excess[at].saturating_add(paid - fen);
        }
        excess[at] = excess[at].saturating_add(left);
        held.moves(suspense, treasury, excess[at]);
    }
    for part in room.parts.iter().filter(|part| part.cleared > 0) {
        let of_line = |class| state.line_account(part.line, class);
        held.moves(of_line(Class::Spent), of_line(Class::Applied), part.cleared);
        held.moves(state.application_account(place.application, Class::Transit), treasury, part.cleared);
    }
    for row in vouchers.iter().map(|told| &told.row).filter(|row| row.off != 0) {
        held.moves(state.org_account(row.off_at, Class::Suspense), suspense, row.off);
    }
    let cleared = room.parts.into_iter().map(|part| part.cleared).collect();
    (held, cleared, excess)
}

impl Vouchers {
    /// What calls for findings: those to be opened; what is no longer called for is closed, and what is with other money restated.
    fn items(&mut self, state: &State, unit: Handle<Org>) -> Vec<NewFinding> {
        let mut new = Vec::new();
        for row in &self.told {
            let called = match row.excess - row.off {
                0 if !row.facts.is_empty() && row.issued.is_none() => Some((FindingKind::VoucherUnexpected, 0)),
                0 => None,
                fen if fen.signum() == -row.off.signum() => Some((FindingKind::ClearedInVain, fen)),
                fen if row.excess < 0 => Some((FindingKind::UnexpectedReturn, fen)),
                fen => Some((FindingKind::VoucherExceeds, fen)),
            };
            let open = row.item.handle().map(|at| (at, state.findings.get(at)));
            match (called, open) {
                (Some((kind, fen)), Some((at, finding)))
                    if finding.open && finding.kind == kind && finding.unit == unit =>
                {
                    self.restated.push((at, fen));
                }
                (called, open) => {
                    self.ended.extend(open.map(|(at, _)| at));
                    let last = row.facts.last();
                    let (told_by, on) = (last.map(|fact| fact.entry), last.map(|fact| fact.on));
                    let noted = Noted::Voucher(row.id);
                    let about = |kind| NewFinding { unit, told_by, on, noted, ..NewFinding::about(kind, row.id) };
                    new.extend(called.map(|(kind, fen)| NewFinding { fen, ..about(kind) }));
                }
            }
        }
        new
    }
}

pub(crate) fn judge_voucher_issued(case: &Case<'_>, event: &VoucherIssued) -> Judged<VoucherChange> {
    let state = case.state;
    let known = state.known_application(event.application);
    let application = known.unwrap_or(UNKNOWN_APPLICATION);
    let listed = match known {
        Some(application) => state.applications.get(application).vouchers.len(),
        None => state.awaited.by_id(event.application).map_or(0, |(_, row)| row.vouchers.len()),
    };
    if listed >= VOUCHERS_MAX {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.voucher)));
    }
    let mut told = VoucherTold::find(state, event.voucher);
    let draws = event.draws.iter().filter(|draw| draw.fen > 0);
    told.row.draws = draws.map(|draw| VoucherDraw { line: draw.line, fen: draw.fen }).collect();
    (told.row.issued, told.row.on, told.row.named) = (Seen::place(case.entry).into(), case.on(), event.application);
    told.row.number.clone_from(&event.number);
    told.row.application = application;
    let mut change = changed(case, told);
    if known.is_none() && state.awaited.by_id(event.application).is_none_or(|(_, row)| row.vouchers.is_empty()) {
        let noted = Noted::Awaited(event.application);
        change
            .findings
            .insert(0, NewFinding { noted, ..NewFinding::about(FindingKind::UnknownSubject, event.application) });
    }
    for draw in event.draws.iter().filter(|draw| draw.fen <= 0) {
        change.findings.push(NewFinding::about(FindingKind::VoucherUnexpected, draw.line));
    }
    Ok(change)
}

pub(crate) fn judge_voucher_cleared(case: &Case<'_>, event: &VoucherCleared) -> Judged<VoucherChange> {
    Ok(tell(case, event.voucher, event.fen, false))
}

pub(crate) fn judge_voucher_returned(case: &Case<'_>, event: &VoucherReturned) -> Judged<VoucherChange> {
    Ok(tell(case, event.voucher, event.fen, true))
}

/// Money left the treasury by a voucher, or came back.
fn tell(case: &Case<'_>, voucher: Uuid, fen: Fen, back: bool) -> Change<VoucherChange> {
    let (state, id) = (case.state, case.entry.event.id);
    let mut told = VoucherTold::find(state, voucher);
    if told.row.facts.len() >= FACTS_MAX {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, voucher));
    }
    let entry = Seen::place(case.entry);
    let place = (case.on(), id);
    let before = |fact: &VoucherFact| (fact.on, state.seen.get(fact.entry).id) < place;
    let at = told.row.facts.partition_point(before);
    told.row.facts.insert(at, VoucherFact { entry, on: case.on(), fen: fen.max(0), back });
    if at == 0 {
        told.first = place;
    }
    changed(case, told)
}

/// What a voucher told is taken back on its day. Until it is told anew, its clearing stands by itself.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken, kind: KindTag) -> Judged<VoucherChange> {
    let Some(voucher) = case.state.vouchers.handle(taken.subject) else { return Ok(Change::nothing()) };
    let mut told = VoucherTold::of(case.state, voucher);
    if kind == KindTag::VoucherIssued {
        taken.on(case, told.row.on)?;
        (told.row.issued, told.row.named, told.row.application) = (Link::NONE, Uuid::nil(), UNKNOWN_APPLICATION);
        (told.row.draws, told.row.number) = Default::default();
    } else {
        let Some(at) = told.row.facts.iter().position(|fact| fact.entry == taken.entry) else {
            return Ok(Change::nothing());
        };
        taken.on(case, told.row.facts[at].on)?;
        told.row.facts.remove(at);
        let first = told.row.facts.first();
        told.first = first.map(|fact| (fact.on, case.state.seen.get(fact.entry).id)).unwrap_or_default();
    }
    Ok(changed(case, told))
}

/// What comes of it if one voucher is as told.
fn changed(case: &Case<'_>, told: VoucherTold) -> Change<VoucherChange> {
    let state = case.state;
    let id = told.row.id;
    let before = state.vouchers.by_id(id).map(|(_, row)| row);
    let dated = before.into_iter().chain([&told.row]).any(|row| told_early(state, row).next().is_some());
    let named = before.map_or(Uuid::nil(), |row| row.named);
    let regrouped = regroup(state, &[told]);
    let mut change = Change::of(VoucherChange { of: Some((id, named)), ..regrouped.change });
    change.touched.extend(dated.then_some(Touched::Decided(id)));
    change.findings = regrouped.findings;
    change.touched.extend(regrouped.touched);
    change.postings = regrouped.moved.postings(state, case.on());
    change
}

/// What is to change if so much more of vouchers, with the sign it has in suspense, is disposed of in these units.
pub(crate) fn dispose(state: &State, off: &[(Handle<Voucher>, &Disposal)]) -> Regrouped {
    let told = off.iter().map(|(voucher, disposal)| {
        let mut told = VoucherTold::of(state, *voucher);
        let row = &mut told.row;
        row.off += disposal.fen;
        row.clearings = row.clearings.saturating_add_signed(disposal.clearings);
        row.off_at = if row.clearings == 0 { UNKNOWN_ORG } else { disposal.unit };
        told
    });
    regroup(state, &told.collect::<Vec<_>>())
}

/// Vouchers that are other than before: where they were and where they are, all vouchers are reckoned anew.
fn regroup(state: &State, told: &[VoucherTold]) -> Regrouped {
    let before: Vec<VoucherTold> =
        told.iter().filter_map(|told| state.vouchers.find(told.row.id).map(|at| VoucherTold::of(state, at))).collect();
    let is_told = |id: Uuid| told.iter().any(|told| told.row.id == id);
    let mut places: Vec<Handle<Application>> = Vec::new();
    for told in before.iter().chain(told) {
        if !places.contains(&told.row.application) {
            places.push(told.row.application);
        }
    }
    let change = VoucherChange { groups: Vec::new(), of: None };
    let mut all = Regrouped { change, moved: Holding::default(), findings: Vec::new(), touched: Vec::new() };
    for application in places {
        let place = Place::of(state, application);
        let row = state.applications.get(application);
        // Those that name nothing known stand each for itself.
        let was: Vec<VoucherTold> = if application == UNKNOWN_APPLICATION {
            before.iter().filter(|told| told.row.application == application).cloned().collect()
        } else {
            row.vouchers.iter().map(|voucher| VoucherTold::of(state, *voucher)).collect()
        };
        let mut now: Vec<VoucherTold> = was.iter().filter(|other| !is_told(other.row.id)).cloned().collect();
        now.extend(told.iter().filter(|told| told.row.application == application).cloned());
        let revised = revise(state, (place, &was), (place, now));
        all.moved.add(revised.moved);
        all.findings.extend(revised.findings);
        all.change.groups.push(revised.vouchers);
        if row.set.stage == Stage::Sent {
            all.touched.push(Touched::Application(row.id));
        }
    }
    all
}

/// An application comes to be, is approved, or no longer is: what its vouchers hold then.
pub(crate) fn place_changed(
    state: &State,
    vouchers: &[Handle<Voucher>],
    was_at: Place<'_>,
    at: Place<'_>,
) -> Option<RevisedVouchers> {
    if vouchers.is_empty() {
        return None;
    }
    let told: Vec<VoucherTold> = vouchers.iter().map(|voucher| VoucherTold::of(state, *voucher)).collect();
    let there = |told: &VoucherTold| VoucherTold {
        row: Voucher { application: at.application, ..told.row.clone() },
        ..told.clone()
    };
    let now = told.iter().map(there).collect();
    Some(revise(state, (was_at, &told), (at, now)))
}

/// A batch went to the bank and the treasury did not pay all of it: what it took back last, or the sending, calls for the finding.
pub(crate) fn short(state: &State, application: &Application) -> Option<Wanted> {
    let cleared: Fen = application.parts.iter().map(|part| part.cleared).sum();
    let batch = application.batch.handle().map(|batch| state.batches.get(batch));
    let batch = batch.filter(|_| application.set.stage == Stage::Sent && cleared < application.set.fen)?;
    let vouchers = application.vouchers.iter().map(|voucher| state.vouchers.get(*voucher));
    let back = vouchers.flat_map(|voucher| {
        let back = voucher.facts.iter().filter(|fact| fact.back);
        back.map(|fact| (fact.on, voucher.id, u64::from(fact.entry)))
    });
    let last = back.max_by_key(|(on, voucher, _)| (*on, *voucher)).map(|(on, _, entry)| (entry, on));
    Some((FindingKind::VoucherShort, last.or(Some((batch.last, batch.on)))))
}

/// Makes the change; the voucher an entry is about.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: VoucherChange) -> Option<Handle<Voucher>> {
    change.groups.into_iter().for_each(|group| apply_group(state, entry.index, group));
    let (id, named) = change.of?;
    let voucher = state.vouchers.find(id)?;
    let row = state.vouchers.get(voucher);
    let waits = (row.issued.is_some() && row.application == UNKNOWN_APPLICATION).then_some(row.named);
    if waits != Some(named) {
        awaited::leave(state, entry.index, named, voucher);
        if let Some(application) = waits {
            awaited::wait(state, entry.index, application, voucher);
        }
    }
    Some(voucher)
}

/// All vouchers of one place are as they should be, and so is what they clear of its parts.
pub(crate) fn apply_group(state: &mut State, index: u64, group: Vouchers) {
    for finding in group.ended {
        state.findings.get_mut(finding).open = false;
    }
    for (finding, fen) in group.restated {
        state.findings.get_mut(finding).fen = fen;
    }
    let mut listed = Vec::with_capacity(group.told.len());
    for mut row in group.told {
        row.last = index;
        let at = state.vouchers.find(row.id);
        listed.push(match at {
            Some(at) => {
                *state.vouchers.get_mut(at) = row;
                at
            }
            None => state.vouchers.push(row),
        });
    }
    if group.application == UNKNOWN_APPLICATION {
        return;
    }
    let row = state.applications.get_mut(group.application);
    row.last = index;
    row.vouchers = listed;
    for (part, cleared) in row.parts.iter_mut().zip(group.cleared) {
        part.cleared = cleared;
    }
}

/// The finding a voucher called for was opened.
pub(crate) fn note(state: &mut State, voucher: Uuid, finding: Handle<Finding>) {
    if let Some(at) = state.vouchers.find(voucher) {
        state.vouchers.get_mut(at).item = finding.into();
    }
}
