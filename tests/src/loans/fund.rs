//! The second model of compensation funds: one day after the other, each loss for itself. Held against the ledger once every loan's
//! interest is what it should be.

use super::book::Book;
use super::reckon::reckon;
use ledger::account::Class;
use ledger::event::loan_terms::LoanTerms;
use ledger::event::{CompensationAccrued, LoanKind, Payer};
use ledger::finding::FindingKind;
use ledger::loan::portfolio_id;
use ledger::money::Day;
use ledger::state::State;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What became of the losses of one day.
#[derive(Default)]
struct Loss {
    used: i128,
    borne: i128,
}

/// A fund as the model sees it.
#[derive(Default)]
struct Fund {
    stock: i128,
    losses: BTreeMap<Day, Loss>,
    /// At the end of each day on which it changed.
    at_end: BTreeMap<Day, i128>,
}

/// Something lost on a day, or something come back on a day of what was lost on an earlier one.
enum Turn {
    Lost(i128),
    Back { of: Day, fen: i128 },
}

/// What became of a loan's losses, by day. What comes in is of the oldest loss.
fn turns(book: &Book, loan: Uuid, turns: &mut BTreeMap<Day, Vec<Turn>>) {
    let mut lost = 0;
    let mut open: BTreeMap<Day, i128> = BTreeMap::new();
    for (day, now) in reckon(book, loan, Day::default()).lost {
        let mut back = lost - now;
        lost = now;
        if back < 0 {
            *open.entry(day).or_default() -= back;
            turns.entry(day).or_default().push(Turn::Lost(-back));
        }
        for (of, left) in &mut open {
            let fen = back.min(*left).max(0);
            (back, *left) = (back - fen, *left - fen);
            if fen > 0 {
                turns.entry(day).or_default().push(Turn::Back { of: *of, fen });
            }
        }
    }
}

/// The terms in force on a day.
fn in_force(book: &Book, kind: LoanKind, day: Day) -> Option<&LoanTerms> {
    let known = book.terms.iter().filter(|(from, terms)| *from <= day && terms.kind == kind);
    known.max_by_key(|(from, _)| *from).map(|(_, terms)| terms)
}

impl Fund {
    fn back(&mut self, to_stock: bool, of: Day, fen: i128) {
        let loss = self.losses.entry(of).or_default();
        let used = if to_stock { fen.min(loss.used) } else { 0 };
        let borne = (fen - used).min(loss.borne);
        // What nobody bore stays with the lender.
        (loss.used, loss.borne, self.stock) = (loss.used - used, loss.borne - borne, self.stock + used);
    }
}

fn pass(book: &Book, lender: Uuid, kind: LoanKind) -> Fund {
    let mut days: BTreeMap<Day, Vec<Turn>> = BTreeMap::new();
    let of_fund = book.loans.iter().filter(|(_, contract)| {
        contract.signed.as_ref().is_some_and(|(_, signed)| signed.lender == lender && signed.kind == kind)
    });
    of_fund.for_each(|(loan, _)| turns(book, *loan, &mut days));
    let received = |day: Day| {
        let of_day = book.received.iter().filter(move |(on, e)| *on == day && e.year.lender == lender);
        of_day.filter(|(_, e)| e.year.kind == kind).map(|(_, e)| i128::from(e.fen)).sum::<i128>()
    };
    let all: BTreeSet<Day> = days.keys().copied().chain(book.received.iter().map(|(on, _)| *on)).collect();
    let mut fund = Fund::default();
    for day in all {
        let to_stock = in_force(book, kind, day).is_some_and(|terms| terms.recovery_to_stock);
        let turns = days.remove(&day).unwrap_or_default();
        // In the order of losses.
        let mut backs: Vec<_> = turns
            .iter()
            .filter_map(|turn| match turn {
                Turn::Back { of, fen } => Some((*of, *fen)),
                Turn::Lost(_) => None,
            })
            .collect();
        backs.sort_unstable();
        for &(of, fen) in backs.iter().filter(|back| back.0 < day) {
            fund.back(to_stock, of, fen);
        }
        fund.stock += received(day);
        let lost: i128 = turns.iter().map(|turn| if let Turn::Lost(fen) = turn { *fen } else { 0 }).sum();
        let used = lost.min(fund.stock);
        fund.stock -= used;
        let loss = fund.losses.entry(day).or_default();
        (loss.used, loss.borne) = (used, lost - used);
        for (of, fen) in backs.into_iter().filter(|back| back.0 == day) {
            fund.back(to_stock, of, fen);
        }
        fund.at_end.insert(day, fund.stock);
    }
    fund
}

/// Who bears what is borne, as the terms of its day share it: the first half a fen upward, the last what is left.
fn shares(book: &Book, kind: LoanKind, fund: &Fund) -> [i128; 2] {
    let mut sums = [0; 2];
    for (day, loss) in &fund.losses {
        let parts = in_force(book, kind, *day).map(|terms| terms.shortfall.clone()).unwrap_or_default();
        let mut left = loss.borne;
        for (at, part) in parts.iter().enumerate() {
            let share = (loss.borne * i128::from(part.ppm) * 2 + 1_000_000).div_euclid(2_000_000).min(left);
            let share = if at + 1 == parts.len() { left } else { share };
            sums[usize::from(part.payer != Payer::Lender)] += share;
            left -= share;
        }
        sums[0] += if parts.is_empty() { left } else { 0 };
    }
    sums
}

/// The days on which more has come in of a payer for a year than it owes in all, by its latest computations.
fn not_owed(book: &Book, lender: Uuid, kind: LoanKind) -> BTreeSet<Day> {
    let mut latest: BTreeMap<(u16, Uuid), &CompensationAccrued> = BTreeMap::new();
    for accrued in book.accrued.iter().filter(|e| e.year.lender == lender && e.year.kind == kind) {
        let row = latest.entry((accrued.year.year, accrued.school)).or_insert(accrued);
        *row = if row.number < accrued.number { accrued } else { *row };
    }
    let of_fund = || book.received.iter().filter(|(_, e)| e.year.lender == lender && e.year.kind == kind);
    let owed = |year: u16, payer: Payer| -> i128 {
        let parts = latest.iter().filter(|((of, _), _)| *of == year).flat_map(|(_, row)| &row.parts);
        parts.filter(|part| part.payer == payer).map(|part| i128::from(part.fen)).sum()
    };
    let until = |day: Day, year: u16, payer: Payer| -> i128 {
        let alike = of_fund().filter(|(on, e)| *on <= day && e.year.year == year && e.payer == payer);
        alike.map(|(_, e)| i128::from(e.fen)).sum()
    };
    let over = of_fund().filter(|(on, e)| until(*on, e.year.year, e.payer) > owed(e.year.year, e.payer));
    over.map(|(on, _)| *on).collect()
}

/// Holds the funds of a lender against the model: balances, and which of its statements are known to differ; how many fen are used
/// and borne, and how many statements differ.
///
/// # Panics
/// If they differ.
pub fn funds_agree(state: &State, book: &Book, lender: Uuid, place: &str) -> [i128; 3] {
    let mut met = [0; 3];
    for kind in LoanKind::ALL {
        let ours = pass(book, lender, kind);
        let Some((_, row)) = state.portfolios.by_id(portfolio_id(lender, kind)) else { continue };
        let stands = |class| i128::from(state.balance(State::account_at(row.accounts, class)));
        let used: i128 = ours.losses.values().map(|loss| loss.used).sum();
        let [by_lender, by_county] = shares(book, kind, &ours);
        let found = [Class::Stock, Class::StockUsed, Class::BorneByLender, Class::BorneByCounty].map(stands);
        assert_eq!(found, [ours.stock, used, -by_lender, -by_county], "{place}: {} fund", kind.name());
        let of_fund = book.stated.iter().filter(|(_, said)| said.lender == lender && said.kind == kind);
        for (on, said) in of_fund.clone() {
            let stock = ours.at_end.range(..=*on).next_back().map_or(0, |(_, stock)| *stock);
            let found = ledger::lender::fund::stock_on(state, row, *on);
            assert_eq!(i128::from(found), stock, "{place}: the {} fund on {on}, stated {}", kind.name(), said.fen);
        }
        let differ = of_fund.filter(|(on, said)| {
            let stock = ours.at_end.range(..=*on).next_back().map_or(0, |(_, stock)| *stock);
            stock != i128::from(said.fen)
        });
        let differ = differ.count();
        let over = not_owed(book, lender, kind);
        let found = state.findings.iter().filter(|(_, row)| {
            row.open && row.kind == FindingKind::OverCompensated && row.subject == portfolio_id(lender, kind)
        });
        let found: BTreeSet<Day> = found.map(|(_, row)| row.on).collect();
        assert_eq!(found, over, "{place}: receipts of {} that nobody owes", kind.name());
        let open = |wanted| {
            state
                .findings
                .iter()
                .any(|(_, row)| row.open && row.kind == wanted && row.subject == portfolio_id(lender, kind))
        };
        assert_eq!(open(FindingKind::StatementDiffers), differ > 0, "{place}: statements of {}", kind.name());
        assert_eq!(open(FindingKind::Shortfall), by_lender + by_county > 0, "{place}: shortfall of {}", kind.name());
        met = [met[0] + used, met[1] + by_lender + by_county, met[2] + i128::try_from(differ).unwrap_or_default()];
    }
    met
}
