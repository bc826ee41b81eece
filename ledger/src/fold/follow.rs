//! Findings follow facts: once an entry is in, what is told of the things it touched calls for findings or no longer does. Those called
//! for and not yet open are opened, those no longer called for are closed, whichever fact was told first and whatever was taken
//! back. What calls for what is said where the facts are. Findings about single entries that never counted are closed when their
//! entry is taken back; those about money in suspense, by clearing it.

use super::State;
use crate::account::Class;
use crate::aid::{awaited, debt, leaving, merge, payment_facts, voucher};
use crate::change::{NewFinding, Noted, Touched};
use crate::entry::Entry;
use crate::event::{Kind, KindTag};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::lender::fund::statement;
use crate::lender::remittance::facts;
use crate::loan::findings::{OF_BORROWER, Wanted, wanted, wanted_together};
use crate::loan::rules::jumps;
use crate::money::Day;
use crate::outcome::Posting;
use crate::registry::cards::is_shared;
use crate::registry::people;
use crate::state::rows::Finding;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is found of an award because of what was paid of it.
const OF_PAYMENTS: [FindingKind; 2] = [FindingKind::PaidTwice, FindingKind::PaidAfterLeaving];

/// Opens what an entry itself calls for, then what the things it touched call for; the numbers of the findings.
pub(super) fn open_all(state: &mut State, entry: &Entry<'_>, own: Vec<NewFinding>, touched: &[Touched]) -> Vec<u32> {
    let (index, on) = (entry.index, found_on(state, entry));
    let mut opened: Vec<u32> = own.into_iter().map(|new| open(state, index, on, new).number()).collect();
    for touched in touched {
        for new in follow(state, index, *touched) {
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
    matches!(class, Class::Short | Class::DueToFinance)
}

/// Whose watched accounts postings changed.
pub(super) fn watched(state: &State, postings: &[Posting]) -> Vec<Touched> {
    let accounts: BTreeSet<_> = postings.iter().flat_map(|posting| [posting.debit, posting.credit]).collect();
    let touched = accounts.into_iter().filter_map(|account| match state.accounts.get(account).class {
        Class::Short => Some(Touched::Line(state.owner_id(account))),
        Class::DueToFinance => Some(Touched::Due(state.owner_id(account))),
        _ => None,
    });
    touched.collect()
}

/// Opens a finding.
pub(super) fn open(state: &mut State, index: u64, on: Day, new: NewFinding) -> Handle<Finding> {
    let NewFinding { kind, subject, fen, payout, unit, follows, told_by, on: of_fact, noted } = new;
    let on = of_fact.unwrap_or(on);
    let fact = told_by.unwrap_or(Handle::new(u32::try_from(index).unwrap_or(u32::MAX)));
    let finding = Finding { kind, index, subject, fact, fen, payout, unit, open: true, closed: false, on };
    let handle = state.findings.push(finding);
    match noted {
        Noted::Nowhere => {}
        Noted::Result(payment) => payment_facts::note(state, payment, fact, handle),
        Noted::Remitted(payment) => facts::note(state, payment, fact, handle),
        Noted::Voucher(voucher) => voucher::note(state, voucher, handle),
        Noted::Awaited(application) => awaited::note_unknown(state, application, handle),
    }
    if follows {
        state.doubt(subject, handle);
    }
    handle
}

/// Closes what is no longer called for; what is to be opened.
fn follow(state: &mut State, index: u64, touched: Touched) -> Vec<NewFinding> {
    match touched {
        Touched::Loan(id) => {
            let Some((_, loan)) = state.loans.by_id(id) else { return Vec::new() };
            let wanted = wanted(state, loan);
            settle(state, index, id, |_| true, tells_of_loan, &wanted)
        }
        Touched::Fund(id) => {
            let wanted = state.portfolios.by_id(id).map(|(_, fund)| statement::wanted(state, fund));
            let (differing, wanted) = wanted.unwrap_or_default();
            let mut new = settle_each(state, id, FindingKind::StatementDiffers, &differing);
            let others = |kind: FindingKind| kind != FindingKind::StatementDiffers;
            new.extend(settle(state, index, id, others, tells_of_loan, &wanted));
            new
        }
        Touched::Borrower(person) => {
            let loans = wanted_together(state, person).into_iter();
            let together = |kind: FindingKind| OF_BORROWER.contains(&kind);
            loans.flat_map(|(loan, wanted)| settle(state, index, loan, together, tells_of_loan, &wanted)).collect()
        }
        Touched::Card(id) => {
            let shared = state.cards.by_id(id).is_some_and(|(_, card)| is_shared(state, card));
            let wanted = shared.then_some((FindingKind::CardShared, None));
            settle(state, index, id, |_| true, tells_of_loan, wanted.as_slice())
        }
        Touched::Awarded(_) | Touched::Award(_) | Touched::Standing(_) => follow_awards(state, index, touched),
        Touched::Application(id) => {
            let short = state.applications.by_id(id).is_some_and(|(_, row)| voucher::is_short(row));
            let wanted = short.then_some((FindingKind::VoucherShort, None));
            settle(state, index, id, |_| true, tells_of_loan, wanted.as_slice())
        }
        Touched::Claim(id) => settle(state, index, id, |_| true, tells_of_loan, &facts::wanted(state, id)),
        Touched::Human(id) => people::follow(state, id),
        Touched::Line(id) => of_line(state, index, id),
        Touched::Due(id) => of_unit(state, index, id),
        Touched::Debt(id) => of_debt(state, index, id),
        Touched::Rates => {
            let wanted: Vec<_> = jumps(state).into_iter().map(|entry| (FindingKind::RateJump, Some(entry))).collect();
            settle(state, index, Uuid::nil(), |_| true, tells_of_loan, &wanted)
        }
    }
}

/// An award, and the kinds it calls for.
type Called = (Uuid, Vec<FindingKind>);

/// What is found of awards: of what a human holds under several ids, of what was paid of one, of what was paid after leaving.
fn follow_awards(state: &mut State, index: u64, touched: Touched) -> Vec<NewFinding> {
    let (awards, looked_at): (Vec<Called>, fn(FindingKind) -> bool) = match touched {
        Touched::Awarded(person) => (merge::wanted(state, person), |kind| !OF_PAYMENTS.contains(&kind)),
        Touched::Award(id) => {
            let Some((_, award)) = state.awards.by_id(id) else { return Vec::new() };
            let called = [payment_facts::is_paid_twice(state, award), leaving::is_paid_after_leaving(state, award)];
            let kinds = OF_PAYMENTS.into_iter().zip(called).filter_map(|(kind, called)| called.then_some(kind));
            (vec![(id, kinds.collect())], |kind| OF_PAYMENTS.contains(&kind))
        }
        Touched::Standing(person) => {
            let awards = leaving::wanted(state, person).into_iter();
            let of = |called: bool| called.then_some(FindingKind::PaidAfterLeaving).into_iter().collect();
            (awards.map(|(award, called)| (award, of(called))).collect(), |kind| kind == FindingKind::PaidAfterLeaving)
        }
        _ => return Vec::new(),
    };
    let of = |kinds: Vec<FindingKind>| kinds.into_iter().map(|kind| (kind, None)).collect::<Vec<Wanted>>();
    let settle = |(award, kinds)| settle(state, index, award, looked_at, tells_of_loan, &of(kinds));
    awards.into_iter().flat_map(settle).collect()
}

/// What a document line lacks.
fn of_line(state: &mut State, index: u64, id: Uuid) -> Vec<NewFinding> {
    let Some((line, row)) = state.lines.by_id(id) else { return Vec::new() };
    let (short, unit) = (state.balance(state.line_account(line, Class::Short)) < 0, row.unit);
    let wanted = short.then_some((FindingKind::LineShort, None));
    let new = settle(state, index, id, |_| true, tells_of_loan, wanted.as_slice());
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// What a unit paid over to finance beyond what is due.
fn of_unit(state: &mut State, index: u64, id: Uuid) -> Vec<NewFinding> {
    let Some((unit, _)) = state.orgs.by_id(id) else { return Vec::new() };
    let over = state.balance(state.org_account(unit, Class::DueToFinance)) < 0;
    let (kind, wanted) = (FindingKind::OverSurrendered, over.then_some((FindingKind::OverSurrendered, None)));
    let new = settle(state, index, id, |other| other == kind, tells_of_loan, wanted.as_slice());
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// What was recovered or refunded beyond what is owed.
fn of_debt(state: &mut State, index: u64, id: Uuid) -> Vec<NewFinding> {
    let Some((_, row)) = state.debts.by_id(id) else { return Vec::new() };
    let unit = if row.is_due() { row.unit } else { row.facts.first().map_or(row.unit, |fact| fact.unit) };
    let wanted = debt::wanted(row);
    let new = settle(state, index, id, |_| true, tells_of_loan, &wanted);
    new.into_iter().map(|new| NewFinding { unit, ..new }).collect()
}

/// Of one thing, the kinds that may be looked at, and which entries tell the facts that call for findings by themselves: closes those
/// open that are no longer called for. To be opened is what this entry itself told, and what else is called for while no finding of
/// its kind is open.
fn settle(
    state: &mut State,
    index: u64,
    id: Uuid,
    looked_at: impl Fn(FindingKind) -> bool,
    tells: impl Fn(KindTag) -> bool,
    wanted: &[Wanted],
) -> Vec<NewFinding> {
    if wanted.is_empty() && state.doubts_of(id).is_empty() {
        return Vec::new();
    }
    let by_facts: BTreeSet<_> = wanted.iter().filter_map(|(kind, entry)| Some((kind.name(), (*entry)?))).collect();
    let kinds =
        |of_fact: bool| wanted.iter().filter(move |(_, entry)| entry.is_some() == of_fact).map(|(kind, _)| kind.name());
    let (of_facts, of_all): (BTreeSet<_>, BTreeSet<_>) = (kinds(true).collect(), kinds(false).collect());
    let holds = |finding: &Finding| {
        let kind = finding.kind.name();
        !looked_at(finding.kind)
            || of_all.contains(kind)
            || by_facts.contains(&(kind, finding.index))
            || (of_facts.contains(kind) && !state.seen_at(finding.index).is_some_and(|seen| tells(seen.kind)))
    };
    let open = state.doubts_of(id).iter().copied();
    let ended: Vec<_> = open.filter(|finding| !holds(state.findings.get(*finding))).collect();
    state.end_doubts(id, &ended);
    let mut open: Vec<FindingKind> =
        state.doubts_of(id).iter().map(|finding| state.findings.get(*finding).kind).collect();
    let mut new = Vec::new();
    for (kind, entry) in wanted {
        if *entry == Some(index) || !open.contains(kind) {
            open.push(*kind);
            new.push(NewFinding::following(*kind, id));
        }
    }
    new
}

/// Of one thing and kind, a finding for each fact that calls for one, on the fact's day: closes those whose fact no longer does.
fn settle_each(state: &mut State, id: Uuid, kind: FindingKind, wanted: &[(u64, Day)]) -> Vec<NewFinding> {
    let of_kind = |at: &Handle<Finding>| state.findings.get(*at).kind == kind;
    let open: Vec<_> = state.doubts_of(id).iter().copied().filter(of_kind).collect();
    let told = |at: &Handle<Finding>| u64::from(state.findings.get(*at).fact);
    let had: BTreeSet<u64> = open.iter().map(told).collect();
    let ended: Vec<_> = open.iter().copied().filter(|at| wanted.iter().all(|(by, _)| *by != told(at))).collect();
    state.end_doubts(id, &ended);
    let new = wanted.iter().filter(|(by, _)| !had.contains(by));
    let finding = |&(by, on): &(u64, Day)| NewFinding {
        told_by: state.seen.handle(u32::try_from(by).unwrap_or(u32::MAX)),
        on: Some(on),
        ..NewFinding::following(kind, id)
    };
    new.map(finding).collect()
}

/// Whether the finding an entry of this kind opened is about the fact it told itself, and about no other.
fn tells_of_loan(kind: KindTag) -> bool {
    use KindTag::{EntryWithdrawn, InterestAccrued, InterestAdjusted, LoanSigned};
    ![EntryWithdrawn, InterestAccrued, InterestAdjusted, LoanSigned].contains(&kind)
}
