//! Holds a state against the model and against the equations of the ledger. It stops at the first difference.

use crate::model::{Cleared, Model, Result};
use ledger::account::{Book, Class};
use ledger::event::Clearing;
use ledger::finding::FindingKind;
use ledger::money::Fen;
use ledger::state::rows::Finding;
use ledger::state::stage::Stage;
use ledger::state::{Counts, Standing, State, UNKNOWN_ORG};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Every equation the fold holds at every index, and every figure the model predicts.
///
/// # Panics
/// At the first difference.
pub fn same(state: &State, model: &Model) {
    for book in Book::ALL {
        assert_eq!(state.trial_balance(book), 0, "the {} book", book.name());
    }
    for (_, account) in state.accounts.iter() {
        assert!(account.balance >= 0 || account.class.may_go_below_zero(), "{account:?}");
    }
    assert_eq!(state.entries, model.told as u64);
    let Counts { posted, refused, duplicates } = state.counts;
    assert_eq!(posted + refused + duplicates, state.entries);
    orgs(state, model);
    lines(state, model);
    instalments(state, model);
    leaving(state, model);
    sets(state, model);
    suspense(state, model);
}

/// Who is named and who is registered, what they are called, and whose finding is open.
fn orgs(state: &State, model: &Model) {
    assert_eq!(state.orgs.len(), model.orgs.len() + 1, "organisations, and the unknown one");
    for (_, row) in state.orgs.iter().filter(|(_, row)| !row.id.is_nil()) {
        let org = &model.orgs[&row.id];
        let parent = row.parent.handle().map(|parent| state.orgs.get(parent).id);
        assert_eq!((row.known, parent), (org.subordination.is_some(), org.parent), "organisation {}", row.id);
        assert_eq!((row.name(), row.division()), org.called().unwrap_or(("待登记", 0)), "organisation {}", row.id);
        let open = row.early.handle().is_some_and(|early| state.findings.get(early).open);
        assert_eq!(open, !row.known, "organisation {}", row.id);
    }
}

fn lines(state: &State, model: &Model) {
    assert_eq!(state.lines.len(), model.lines.len());
    let mut surrendered: Fen = 0;
    for (handle, row) in state.lines.iter() {
        let line = &model.lines[&row.id];
        let stands = |class| state.balance(state.line_account(handle, class));
        let found = (stands(Class::Available), stands(Class::Applied), stands(Class::Spent));
        assert_eq!(found, (line.available, line.applied, line.spent), "line {}", row.id);
        let found = (stands(Class::Short), stands(Class::Withheld));
        assert_eq!(found, (line.short, line.withheld), "line {}", row.id);
        assert!(stands(Class::Available) == 0 || stands(Class::Short) == 0, "line {}", row.id);
        let found = (row.received, row.passed_down, row.surrendered);
        assert_eq!(found, (line.received, line.passed_down, line.surrendered), "line {}", row.id);
        let gone = stands(Class::Available) + stands(Class::Applied) + stands(Class::Spent);
        let owed = stands(Class::Short) + stands(Class::Withheld);
        assert_eq!(row.received, gone + owed + row.passed_down + row.surrendered, "line {}", row.id);
        surrendered += row.surrendered;
    }
    let due = state.orgs.iter().map(|(org, _)| state.balance(state.org_account(org, Class::DueToFinance)));
    let paid: Fen = model.paid_over.values().map(|(_, _, fen)| fen).sum();
    let fen = |unit: Option<Uuid>, way: fn(&Clearing) -> bool| {
        let of_it = |row: &&Cleared| unit.is_none_or(|unit| unit == row.unit) && way(&row.how);
        model.clearings.values().filter(of_it).map(|row| row.fen).sum::<Fen>()
    };
    let found = fen(None, |how| *how == Clearing::Surrendered);
    let late: Fen = model.booked.late.values().sum();
    assert_eq!(due.sum::<Fen>(), surrendered + found + late - paid);
    let debts = model.debts();
    for (org, row) in state.orgs.iter() {
        let paid: Fen = model.paid_over.values().filter(|(_, unit, _)| *unit == row.id).map(|(_, _, fen)| fen).sum();
        assert_eq!(state.balance(state.org_account(org, Class::Surrendered)), paid, "unit {}", row.id);
        let stands = |class| state.balance(state.org_account(org, class));
        let unit = Some(row.id);
        let found = fen(unit, |how| *how == Clearing::Surrendered);
        let late = model.booked.late.get(&row.id).copied().unwrap_or_default();
        assert_eq!(stands(Class::SurrenderSource), -found - late, "unit {}", row.id);
        for class in [Class::Receivable, Class::Refundable] {
            let owed = debts.get(&(row.id, class)).copied().unwrap_or_default();
            assert_eq!(stands(class), owed, "{} of {}", class.name(), row.id);
            let listed = state.debts.iter().map(|(_, debt)| debt.stands().remove(&(org, class)).unwrap_or_default());
            assert_eq!(listed.sum::<i128>(), i128::from(owed), "the list of {}", row.id);
        }
        let over = state.balance(state.org_account(org, Class::DueToFinance)) < 0;
        let is = |finding: &Finding| finding.open && finding.kind == FindingKind::OverSurrendered;
        let open = state.findings.iter().filter(|(_, finding)| is(finding) && finding.subject == row.id).count();
        assert_eq!(open, usize::from(over), "unit {}", row.id);
    }
}

fn instalments(state: &State, model: &Model) {
    // What was given up may be there anew under its id.
    let found = |id: &Uuid| state.awards.find(*id);
    let held = state.awards.iter().filter(|(at, award)| found(&award.id) == Some(*at));
    assert_eq!(held.count(), model.awards.len());
    assert_eq!(state.payouts.len(), model.payouts.len());
    for (_, award) in state.awards.iter().filter(|(at, award)| found(&award.id) == Some(*at)) {
        let count = state.rosters.get(award.roster).due.len();
        for at in (0u32..).take(count) {
            let (name, handle) = match state.standing(award.instalments.plus(at)) {
                Standing::Free => ("free", None),
                Standing::Ordered(handle) => ("ordered", Some(handle)),
                Standing::Settled(handle) => ("settled", Some(handle)),
                Standing::Returned(handle) => ("returned", Some(handle)),
            };
            let expected = model.standing(award.id, at + 1);
            let word = expected.map_or("free", |payout| match payout.result {
                Result::Ordered | Result::Unknown => "ordered",
                Result::Credited => "settled",
                Result::Returned => "returned",
            });
            let found = handle.map(|handle| state.payouts.get(handle).id);
            assert_eq!((name, found), (word, expected.map(|payout| payout.id)), "award {}", award.id);
        }
    }
}

/// Whose aid was paid for a day on which they were no students, each with one finding.
fn leaving(state: &State, model: &Model) {
    let is = |finding: &&Finding| finding.open && finding.kind == FindingKind::PaidAfterLeaving;
    let mut found: Vec<Uuid> = state.findings.iter().map(|(_, row)| row).filter(is).map(|row| row.subject).collect();
    found.sort_unstable();
    let expected: Vec<Uuid> = model.awards.keys().copied().filter(|award| model.paid_after_leaving(*award)).collect();
    assert_eq!(found, expected, "paid after leaving");
}

fn sets(state: &State, model: &Model) {
    for (handle, row) in state.rosters.iter() {
        let roster = &model.rosters[&row.id];
        assert_eq!((row.set.stage, row.set.count, row.set.fen), (roster.set.stage, roster.set.count, roster.set.fen));
        // An instalment is settled once, however often it was paid.
        let credited = model.payouts.iter().filter(|payout| payout.result == Result::Credited);
        let of_it = credited.filter(|payout| model.awards[&payout.award].roster == row.id);
        let settled: BTreeMap<_, Fen> = of_it.map(|payout| ((payout.award, payout.instalment), payout.fen)).collect();
        let settled: Fen = settled.values().sum();
        let approved = if row.set.stage == Stage::Approved { row.set.fen } else { 0 };
        let stands = |class| state.balance(state.roster_account(handle, class));
        let ended = model.awards.iter().filter(|(_, award)| award.roster == row.id);
        let ended: Fen = ended.map(|(award, _)| model.ended_unpaid(*award)).sum();
        let found = (stands(Class::Owed), stands(Class::Settled), stands(Class::Granted));
        assert_eq!(found, (approved - settled - ended, settled, ended - approved), "roster {}", row.id);
    }
    for (handle, row) in state.applications.iter().filter(|(_, row)| !row.id.is_nil()) {
        let application = &model.applications[&row.id];
        assert_eq!((row.set.stage, row.set.hash), (application.set.stage, application.set.hash));
        let cleared: Fen = application.parts.values().map(|(_, cleared)| cleared).sum();
        let settled = |payout| model.booked.settled.contains(payout);
        let of_it = model.payouts.iter().filter(|payout| payout.application == row.id && settled(&payout.id));
        let transit = state.balance(state.application_account(handle, Class::Transit));
        assert_eq!(transit, cleared - of_it.map(|payout| payout.fen).sum::<Fen>(), "application {}", row.id);
    }
}

fn suspense(state: &State, model: &Model) {
    for (handle, org) in state.orgs.iter() {
        let found = state.balance(state.org_account(handle, Class::Suspense));
        assert_eq!(found, model.suspense.get(&org.id).copied().unwrap_or_default(), "suspense of {}", org.id);
        let items = state.findings.iter().filter(|(_, row)| row.open && row.unit == handle).map(|(_, row)| row.fen);
        assert_eq!(items.sum::<Fen>(), found, "items of {}", org.id);
    }
    let open = model.credits().filter(|credit| credit.payout.is_some()).count();
    let found = state.instalments.iter().map(|(_, instalment)| instalment.in_suspense as usize).sum::<usize>();
    assert_eq!(found, open, "credits in suspense by instalment");
    assert!(state.orgs.find(Uuid::nil()) == Some(UNKNOWN_ORG), "the unknown unit keeps its place");
}
