//! What is done with a contract of the demo: drawn, returned, repaid, overdue, written off, by day.

use super::borrowers::{Borrower, End, Fate};
use super::contracts::Contract;
use super::day;
use super::deeds::{Act, Deed};
use super::interest::Calculation;
use ledger::money::{Day, Fen};

/// Everything that is done with a contract, by day.
#[must_use]
pub fn deeds(contract: &Contract, borrower: &Borrower) -> Vec<Deed> {
    let fen = contract.fen;
    let mut deeds = vec![Deed { on: contract.drawn(borrower), act: Act::Drawn, fen, principal: fen }];
    match borrower.fate {
        Fate::Comes if contract.returned(borrower) > 0 => {
            let fen = contract.returned(borrower);
            deeds.push(Deed { on: day(2021, 12, 14), act: Act::Returned, fen, principal: -fen });
        }
        Fate::Settles => {
            let on = day(2021, 10, 20);
            let interest = Calculation::of(contract, borrower, &deeds).of_borrower(on.plus(-1));
            // Every other borrower settles the whole contract, the rest a part of it in hundreds of yuan.
            let principal = if borrower.position.is_multiple_of(2) { fen } else { 200_000 };
            deeds.push(Deed { on, act: Act::RepaidEarly, fen: principal + interest, principal: -principal });
        }
        Fate::Alumnus(end) => alumnus(contract, borrower, end, &mut deeds),
        _ => {}
    }
    deeds
}

/// A graduate pays interest every December, and a tenth of the principal in September 2021.
fn alumnus(contract: &Contract, borrower: &Borrower, end: End, deeds: &mut Vec<Deed>) {
    let mut paid = 0;
    let mut pay = |deeds: &mut Vec<Deed>, on: Day, principal: Fen| {
        let interest = Calculation::of(contract, borrower, deeds).of_borrower(on.plus(-1)) - paid;
        paid += interest;
        deeds.push(Deed { on, act: Act::Repaid, fen: principal + interest, principal: -principal });
    };
    let years = if end == End::WrittenOff { 2018..=2019 } else { 2018..=2020 };
    for year in years {
        pay(deeds, day(year, 12, 21), 0);
    }
    let part = contract.fen / 10;
    let (due, overdue) = (day(2021, 9, 20), day(2021, 9, 21));
    match end {
        End::Pays | End::Relieved => pay(deeds, due, part),
        End::StateRepaid => {
            let fen = contract.fen;
            deeds.push(Deed { on: day(2021, 7, 6), act: Act::StateRepaid, fen, principal: -fen });
        }
        End::PaysLate => {
            deeds.push(Deed { on: overdue, act: Act::Overdue, fen: part, principal: 0 });
            // A round sum: what it pays is left to the order of allocation, which takes the penalty first.
            let on = day(2021, 11, 22);
            deeds.push(Deed { on, act: Act::Repaid, fen: 100_000, principal: 0 });
        }
        End::StaysOverdue => deeds.push(Deed { on: overdue, act: Act::Overdue, fen: part, principal: 0 }),
        End::WrittenOff => {
            let fen = contract.fen;
            deeds.push(Deed { on: day(2021, 12, 10), act: Act::WrittenOff, fen, principal: -fen });
        }
    }
}
