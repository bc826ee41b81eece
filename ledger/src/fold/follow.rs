//! Findings follow facts: once an entry is in, what is told of the things it touched calls for findings or no longer does. Those called
//! for and not yet open are opened, those no longer called for are closed, whichever fact was told first and whatever was taken
//! back. What calls for what is said where the facts are. Findings about single entries that never counted are closed when their
//! entry is taken back; those about money in suspense, by clearing it.

use super::{State, beyond, early};
use crate::account::Class;
use crate::aid::{
    awaited, award, correction, debt_findings, leaving, merge, payment_facts, results, surrender, voucher,
};
use crate::change::Wanted;
use crate::change::{NewFinding, Noted, Touched};
use crate::entry::Entry;
use crate::event::{Kind, KindTag};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::lender::fund::statement::{self, OF_FUND};
use crate::lender::remittance::{facts, report};
use crate::loan::findings::{OF_BORROWER, OF_LOAN, drawn_by, wanted, wanted_together};
use crate::loan::returned;
use crate::loan::rules::jumps;
use crate::money::Day;
use crate::outcome::Posting;
use crate::registry::cards::{self, OF_CARD};
use crate::registry::people;
use crate::state::UNKNOWN_APPLICATION;
use crate::state::entry_rows::Seen;
use crate::state::rows::Finding;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is found of an award because of what was paid of it.
const OF_PAYMENTS: [FindingKind; 2] = [FindingKind::PaidTwice, FindingKind::PaidAfterLeaving];

/// What is found of an application.
const OF_APPLICATION: [FindingKind; 2] = [FindingKind::VoucherShort, FindingKind::CorrectedShort];

/// Opens what an entry itself calls for, then what the things it touched call for; the numbers of the findings.
pub(super) fn open_all(state: &mut State, entry: &Entry<'_>, own: Vec<NewFinding>, touched: &[Touched]) -> Vec<u32> {
    if own.is_empty() && touched.is_empty() {
        return Vec::new();
    }
    let (index, on) = (entry.index, found_on(state, entry));
    let mut opened: Vec<u32> = Vec::new();
    opened.extend(own.into_iter().map(|new| open(state, index, on, new).number()));
    for touched in touched {
        for new in follow(state, *touched) {
            let subject = new.subject;
            let finding = open(state, index, on, new);
            opened.push(finding.number());
            if matches!(touched, Touched::Human(_)) {
                people::note_unregistered(state, subject, finding);
            }
        }
    }
    opened
}

/// The day of what is found of an entry: its own. Who somebody is has no day, and files tell it of one that says nothing; what is
/// found of a registration, or of one taken back, stands on the day of recording.
pub(super) fn found_on(state: &State, entry: &Entry<'_>) -> Day {
    let about = match &entry.event.kind {
        Kind::EntryWithdrawn(event) => state.seen.by_id(event.entry).map(|(_, seen)| seen.kind),
        kind => Some(kind.tag()),
    };
    if about == Some(KindTag::PersonRegistered) { Day::in_beijing(entry.recorded_ms) } else { entry.event.effective }
}

/// Whether what stands on an account calls for a finding of its owner.
pub(super) fn is_watched(class: Class) -> bool {
    matches!(class, Class::Short | Class::DueToFinance | Class::Advance | Class::Remitted)
}

/// Whose watched accounts postings changed.
pub(super) fn watched(state: &State, postings: &[Posting]) -> Vec<Touched> {
    let accounts: BTreeSet<_> = postings.iter().flat_map(|posting| [posting.debit, posting.credit]).collect();
    let touched = accounts.into_iter().filter_map(|account| match state.accounts.get(account).class {
        Class::Short => Some(Touched::Line(state.owner_id(account))),
        Class::DueToFinance => Some(Touched::Due(state.owner_id(account))),
        Class::Advance | Class::Remitted => Some(Touched::Fund(state.owner_id(account))),
        _ => None,
    });
    touched.collect()
}

/// Opens a finding.
pub(super) fn open(state: &mut State, index: u64, on: Day, new: NewFinding) -> Handle<Finding> {
    let NewFinding { kind, subject, fen, payout, unit, follows, told_by, on: of_fact, noted } = new;
    let on = of_fact.unwrap_or(on);
    let fact = told_by.or_else(|| entry_at(index)).unwrap_or(Handle::new(u32::MAX));
    let finding = Finding { kind, index, subject, fact, fen, payout, unit, open: true, closed: false, on };
    let handle = state.findings.push(finding);
    match noted {
        Noted::Nowhere => {}
        Noted::Result(payment) => payment_facts::note(state, payment, fact, handle),
        Noted::Remitted(payment) => facts::note(state, payment, fact, handle),
        Noted::Returned(loan) => returned::note(state, loan, fact, handle),
        Noted::Voucher(voucher) => voucher::note(state, voucher, handle),
        Noted::Awaited(application) => awaited::note_unknown(state, application, handle),
    }
    if follows {
        state.doubt(subject, handle);
    }
    handle
}

/// Closes what is no longer called for; what is to be opened.
fn follow(state: &mut State, touched: Touched) -> Vec<NewFinding> {
    match touched {
        Touched::Loan(id) => {
            let Some((_, loan)) = state.loans.by_id(id) else { return Vec::new() };
            let wanted = wanted(state, loan);
            settle(state, id, |kind| OF_LOAN.contains(&kind), &wanted)
        }
        Touched::Fund(id) => {
            let wanted = state.portfolios.by_id(id).map(|(_, fund)| statement::wanted(state, fund)).unwrap_or_default();
            settle(state, id, |kind| OF_FUND.contains(&kind), &wanted)
        }
        Touched::Borrower(person) => {
            let loans = wanted_together(state, person);
            settle_each(state, loans, |kind| OF_BORROWER.contains(&kind))
        }
        Touched::Card(id) => {
            let wanted = state.cards.by_id(id).map(|(_, card)| cards::wanted(state, card)).unwrap_or_default();
            settle(state, id, |kind| OF_CARD.contains(&kind), &wanted)
        }
        Touched::Awarded(_) | Touched::Award(_) => follow_awards(state, touched),
        Touched::Standing(person) => {
            let mut new = follow_awards(state, touched);
            let recovered = leaving::recoveries(state, person);
            new.extend(recovered.into_iter().flat_map(|debt| of_debt(state, debt)));
            let loans = drawn_by(state, person);
            new.extend(settle_each(state, loans, |kind| kind == FindingKind::DrawnOutOfStudy));
            new
        }
        Touched::Dead(person) => {
            let after = people::after_death(state, person);
            settle_each(state, after, |kind| kind == FindingKind::AfterDeath)
        }
        Touched::Application(id) => followed(state, id, of_application),
        Touched::Roster(id) => of_roster(state, id),
        Touched::Claim(id) => {
            let wanted = facts::wanted(state, id);
            settle(state, id, |kind| kind == FindingKind::OverRemitted, &wanted)
        }
        Touched::Human(id) => people::follow(state, id),
        Touched::Line(id) => followed(state, id, of_line),
        Touched::Due(id) => of_unit(state, id),
        Touched::Debt(id) => followed(state, id, of_debt),
        Touched::Result(id) => followed(state, id, of_result),
        Touched::Decided(id) => decided(state, id),
        Touched::Closed(finding) => {
            beyond::note(state, finding);
            Vec::new()
        }
        Touched::Remitted(id) => {
            let (unit, wanted) = report::in_vain(state, id);
            let new = settle(state, id, |kind| kind == FindingKind::ClearedInVain, &wanted);
            new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
        }
        Touched::Rates => {
            let wanted: Vec<_> = jumps(state).into_iter().map(|told| (FindingKind::RateJump, Some(told))).collect();
            settle(state, Uuid::nil(), |kind| kind == FindingKind::RateJump, &wanted)
        }
    }
}

/// What is found of a thing, and what was told of it before it was so.
fn followed(state: &mut State, id: Uuid, of: fn(&mut State, Uuid) -> Vec<NewFinding>) -> Vec<NewFinding> {
    let mut new = of(state, id);
    new.extend(decided(state, id));
    new
}

fn decided(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let wanted = early::wanted(state, id);
    settle(state, id, |kind| [FindingKind::DecidedEarly, FindingKind::ToldEarly].contains(&kind), &wanted)
}

/// A thing, and what it calls for.
type Called = (Uuid, Vec<Wanted>);

/// Which kinds may be looked at.
type LookedAt = fn(FindingKind) -> bool;

/// What is found of awards: of what a human holds under several ids, of what was paid of one, of what was paid after leaving.
fn follow_awards(state: &mut State, touched: Touched) -> Vec<NewFinding> {
    let (awards, looked_at): (Vec<Called>, LookedAt) = match touched {
        Touched::Awarded(person) => {
            let awards = merge::wanted(state, person).into_iter();
            let plain = |kinds: Vec<FindingKind>| kinds.into_iter().map(|kind| (kind, None)).collect();
            (awards.map(|(award, kinds)| (award, plain(kinds))).collect(), |kind| merge::OF_AWARDS.contains(&kind))
        }
        Touched::Award(id) => {
            let Some((_, award)) = state.awards.by_id(id) else { return Vec::new() };
            let called =
                payment_facts::paid_twice(state, award).chain(leaving::paid_after_leaving(state, award)).collect();
            (vec![(id, called)], |kind| OF_PAYMENTS.contains(&kind))
        }
        Touched::Standing(person) => {
            let awards = leaving::wanted(state, person).into_iter();
            let awards = awards.map(|(award, called)| (award, called.into_iter().collect()));
            (awards.collect(), |kind| kind == FindingKind::PaidAfterLeaving)
        }
        _ => return Vec::new(),
    };
    settle_each(state, awards, looked_at)
}

/// What a document line lacks, and whether it was taken back while something else stands on it.
fn of_line(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let Some((line, row)) = state.lines.by_id(id) else { return Vec::new() };
    let (short, unit) = (state.balance(state.line_account(line, Class::Short)) < 0, row.unit);
    let called = [(FindingKind::LineShort, short), (FindingKind::LineWithdrawn, row.told.is_none() && row.moves > 0)];
    let kinds = called.map(|(kind, _)| kind);
    let wanted: Vec<Wanted> = called.into_iter().filter_map(|(kind, called)| called.then_some((kind, None))).collect();
    let new = settle(state, id, |kind| kinds.contains(&kind), &wanted);
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// What a unit paid over to finance beyond what is due: the latest of it is too much, whichever was told last.
fn of_unit(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let Some((unit, _)) = state.orgs.by_id(id) else { return Vec::new() };
    let over = state.balance(state.org_account(unit, Class::DueToFinance)) < 0;
    let wanted = over.then(|| (FindingKind::OverSurrendered, surrender::latest(state, unit)));
    let new = settle(state, id, |kind| kind == FindingKind::OverSurrendered, wanted.as_slice());
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// Whether a roster is due in the year it names.
fn of_roster(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let outside = state.rosters.by_id(id).is_some_and(|(_, row)| award::is_due_outside_year(row));
    let wanted = outside.then_some((FindingKind::DueOutsideYear, None));
    settle(state, id, |kind| kind == FindingKind::DueOutsideYear, wanted.as_slice())
}

/// What the treasury did not pay of a batch sent, and what corrections of it move nothing.
fn of_application(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let Some((application, row)) = state.applications.by_id(id) else { return Vec::new() };
    let (short, unit) = (voucher::short(state, row), row.unit);
    let corrected = correction::wanted(state, application);
    let wanted: Vec<Wanted> = short.into_iter().chain(corrected).collect();
    let new = settle(state, id, |kind| OF_APPLICATION.contains(&kind), &wanted);
    let of_unit =
        |new: NewFinding| if new.kind == FindingKind::CorrectedShort { NewFinding { unit, ..new } } else { new };
    new.into_iter().map(of_unit).collect()
}

/// What of a payment was cleared out of suspense in vain.
fn of_result(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let (wanted, payout) = (results::in_vain(state, id), state.payouts.find(id));
    let application = payout.map_or(UNKNOWN_APPLICATION, |payout| state.payouts.get(payout).application);
    let unit = state.applications.get(application).unit;
    let new = settle(state, id, |kind| kind == FindingKind::ClearedInVain, &wanted);
    new.into_iter().map(|new| NewFinding { unit, payout: payout.into(), ..new }).collect()
}

/// What was recovered or refunded beyond what is owed, or told twice.
fn of_debt(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let Some((_, row)) = state.debts.by_id(id) else { return Vec::new() };
    let unit = if row.is_due() { row.unit } else { row.facts.first().map_or(row.unit, |fact| fact.unit) };
    let wanted = debt_findings::wanted(state, row);
    let new = settle(state, id, |kind| debt_findings::OF_DEBT.contains(&kind), &wanted);
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// The same of several things.
fn settle_each(state: &mut State, things: Vec<Called>, looked_at: LookedAt) -> Vec<NewFinding> {
    things.into_iter().flat_map(|(id, wanted)| settle(state, id, looked_at, &wanted)).collect()
}

/// Of one thing, the kinds that may be looked at, as an id may name things of several sorts: closes what is open and no longer called
/// for. To be opened is what is called for and not open. What a fact calls for by itself is about the entry that told it and stands
/// on its day, whichever entry came last.
fn settle(state: &mut State, id: Uuid, looked_at: impl Fn(FindingKind) -> bool, wanted: &[Wanted]) -> Vec<NewFinding> {
    if wanted.is_empty() && state.doubts_of(id).is_empty() {
        return Vec::new();
    }
    let called: BTreeSet<_> = wanted.iter().map(|(kind, told)| (kind.name(), told.map(|(entry, _)| entry))).collect();
    let mut open = BTreeSet::new();
    let mut ended = Vec::new();
    for at in state.doubts_of(id).to_vec() {
        let finding = state.findings.get(at);
        let (kind, fact) = (finding.kind.name(), Some(u64::from(finding.fact)));
        if let Some(found) = [(kind, None), (kind, fact)].into_iter().find(|found| called.contains(found)) {
            // Of what grows after a person closed it another finding tells.
            if finding.closed && beyond::grows(state, at) {
                ended.push(at);
            } else {
                open.insert(found);
            }
        } else if looked_at(finding.kind) {
            ended.push(at);
        }
    }
    state.end_doubts(id, &ended);
    let new = wanted.iter().filter(|(kind, told)| open.insert((kind.name(), told.map(|(entry, _)| entry))));
    let finding = |(kind, told): &Wanted| NewFinding {
        told_by: told.and_then(|(entry, _)| entry_at(entry)),
        on: told.map(|(_, on)| on),
        ..NewFinding::following(*kind, id)
    };
    new.map(finding).collect()
}

fn entry_at(index: u64) -> Option<Handle<Seen>> {
    u32::try_from(index).ok().map(Handle::new)
}
