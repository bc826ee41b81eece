//! The ledger's loan beside the model's: accounts, interest, days.

use super::book::Book;
use super::claims::{LineModel, claims, granted};
use super::reckon::{Parts, reckon};
use ledger::account::{Book as Books, Class, Owner};
use ledger::loan::stretch::Payment;
use ledger::loan::walk::Walk;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::flows::Flow;
use ledger::state::lending_rows::Loan;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

fn balance(state: &State, loan: &Loan, class: Class) -> Fen {
    state.balance(State::account_at(loan.accounts, class))
}

/// Holds a loan of the ledger, as far as its interest is posted, against the model.
///
/// # Panics
/// If they differ.
pub fn agrees(state: &State, book: &Book, id: Uuid, place: &str) {
    let (_, loan) = state.loans.by_id(id).unwrap_or_else(|| panic!("{place}: no loan {id}"));
    let ours = reckon(book, id, loan.through);
    let (interest, paid) = (ours.interest, ours.paid);
    let posted = ledger::loan::position::interest(&loan.posted);
    let facts = book.loans.get(&id).map(|contract| &contract.facts);
    let signed = book.loans.get(&id).and_then(|contract| contract.signed.as_ref());
    let statuses = signed.and_then(|(_, signed)| book.statuses.get(&signed.person));
    let told = format!("{ours:#?}\n{signed:?}\n{statuses:?}\n{facts:?}");
    assert_eq!(posted, interest, "{place}: interest posted through {}\n{told}", loan.through);
    let over = |paid: Fen, owed: Fen| (paid - owed).max(0);
    let refund = over(0, ours.principal + ours.on_loss)
        + over(paid.interest, interest.borrower)
        + over(paid.penalty, interest.penalty);
    let claims = claims(state, book, id);
    let expected = [
        (Class::Principal, ours.principal.max(0)),
        (Class::InterestDue, over(interest.borrower, paid.interest)),
        (Class::PenaltyDue, over(interest.penalty, paid.penalty)),
        (Class::SubsidyDue, interest.subsidy - claims.confirmed[0]),
        (Class::WaiverDue, interest.waiver - claims.confirmed[1]),
        (Class::RefundDue, -refund),
        (Class::Overclaimed, -claims.over),
    ];
    for (class, fen) in expected {
        let found = balance(state, loan, class);
        assert_eq!(found, fen, "{place}: {} through {}\n{told}\n{:?}", class.name(), loan.through, loan.posted);
    }
    let granted: Fen = state
        .claim_lines
        .chain(loan.last_claim_line, |line| line.before_of_loan)
        .map(|(_, line)| (granted(state, line) - line.returned).max(0))
        .sum();
    let granted = granted + claims.lines.iter().filter_map(LineModel::before).sum::<Fen>();
    for (at, line) in claims.lines.iter().filter_map(|line| Some((line.at?, line))) {
        assert_eq!(state.claim_lines.get(at).returned, line.returned, "{place}: what counts of what came back\n{told}");
    }
    let paid_for: Fen = claims.lines.iter().map(|line| line.paid).sum();
    assert_eq!(granted, paid_for + claims.over, "{place}: what was granted of claims is paid for days, or too much");
    let drawn = loan.posted[Flow::Drawn];
    let settled = loan.posted[Flow::PrincipalPaid] + loan.posted[Flow::WrittenOff];
    assert_eq!(balance(state, loan, Class::Principal), drawn - settled, "{place}: drawn less paid and written off");
    one_payer(state, loan, ours.days, ours.exact, place);
    for book in Books::ALL {
        assert_eq!(state.trial_balance(book), 0, "{place}: {}", book.name());
    }
}

/// Every yuan of a day stands in one stretch, which has one payer; the parts add up to the model's.
fn one_payer(state: &State, loan: &Loan, days: u32, exact: Parts, place: &str) {
    let Ok(walk) = Walk::new(state, loan, &loan.facts) else {
        assert_eq!(exact, Parts::default(), "{place}: interest of a loan without rules");
        return;
    };
    let (mut seen, mut sum) = (0, Parts::default());
    let mut last: Option<((Day, Day), Payment)> = None;
    let sums = walk.sums([loan.through], |stretch| {
        assert!(stretch.from <= stretch.through && stretch.through <= loan.through, "{place}: {stretch:?}");
        let (of, same) = (stretch.payment, last.is_some_and(|(days, _)| days == (stretch.from, stretch.through)));
        // Only what a notice waives leaves a part of the same days to the borrower.
        let shared = |before| matches!(before, Payment::Waiver(_)) && of == Payment::Borrower;
        let in_turn = last.is_none_or(|(days, before)| stretch.from > days.1 || (same && shared(before)));
        assert!(in_turn, "{place}: two payers from {}", stretch.from);
        last = Some(((stretch.from, stretch.through), stretch.payment));
        seen += if stretch.principal > 0 && !same { stretch.days() } else { 0 };
        let (ordinary, penalty) = (stretch.interest, stretch.penalty);
        match stretch.payment {
            Payment::Subsidy => sum.subsidy += ordinary,
            Payment::Waiver(_) => sum.waiver += ordinary,
            Payment::Borrower => sum.borrower += ordinary,
        }
        sum.penalty += penalty;
        assert!(penalty == 0 || stretch.payment == Payment::Borrower, "{place}: a penalty for finance");
    });
    assert!(sums.is_ok(), "{place}: {sums:?}");
    assert_eq!((seen, sum), (days, exact), "{place}: days and exact interest");
}

/// Holds the organisations of the ledger against the model: who is named, who is registered, what they are called, and
/// that every loan stands with the lender and the university of its contract.
///
/// # Panics
/// If they differ.
pub fn orgs(state: &State, book: &Book, place: &str) {
    assert_eq!(state.orgs.len(), book.orgs.len() + 1, "{place}: organisations, and the unknown one");
    for (id, (registered, names)) in &book.orgs {
        let (_, row) = state.orgs.by_id(*id).unwrap_or_else(|| panic!("{place}: no organisation {id}"));
        let latest = names.iter().filter(|_| *registered).max_by_key(|(on, _)| *on);
        let name = latest.map_or("待登记", |(_, name)| name.as_str());
        assert_eq!((row.known, row.name()), (*registered, name), "{place}: {names:?}");
        let open = row.early.handle().is_some_and(|early| state.findings.get(early).open);
        assert_eq!(open, !*registered, "{place}: the finding about {id}");
    }
    for (id, contract) in &book.loans {
        let (Some((_, signed)), Some((_, loan))) = (&contract.signed, state.loans.by_id(*id)) else { continue };
        let lender = state.orgs.get(state.portfolios.get(loan.portfolio).lender).id;
        assert_eq!((lender, state.orgs.get(loan.school).id), (signed.lender, signed.school), "{place}: loan {id}");
    }
}

/// SHA-256 over what stands on the accounts of these loans, class by class.
#[must_use]
pub fn digest(state: &State, loans: &[Uuid]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for id in loans {
        hash.update(id.as_bytes());
        let loan = state.loans.by_id(*id).map(|(_, loan)| loan);
        for class in Class::ALL.iter().filter(|class| class.owner() == Owner::Loan) {
            hash.update(class.name());
            hash.update(loan.map_or(0, |loan| balance(state, loan, *class)).to_le_bytes());
        }
    }
    hash.finalize().into()
}

/// What stands on the accounts of all portfolios, by lender, kind and class, where there is anything.
#[must_use]
pub fn funds(state: &State) -> BTreeMap<String, Fen> {
    let mut funds = BTreeMap::new();
    for (_, row) in state.portfolios.iter() {
        for class in Class::ALL.iter().filter(|class| class.owner() == Owner::Portfolio) {
            let fen = state.balance(State::account_at(row.accounts, *class));
            if fen != 0 {
                funds.insert(format!("{} {} {}", row.lender, row.kind.name(), class.name()), fen);
            }
        }
    }
    funds
}
