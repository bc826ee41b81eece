//! The compensation funds of the demo's lenders: what is owed for two risk years, what is paid in, lost and rewarded.

use super::super::outcomes::Year;
use super::borrowers::{End, Fate};
use super::life::deeds;
use super::rules::Rules;
use super::{Borrower, Contract, Loans, day, lender, subordination};
use crate::intake::import::{Said, ids};
use ledger::event::{CompensationAccrued, Event, Kind, LenderYear, LoanKind, Payer, PayerFen};
use ledger::money::{Day, Fen};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Risk years the demo's offices compute: of the first everything is paid in, of the second nothing yet.
pub const YEARS: [u16; 2] = [2020, 2021];

/// What one university's borrowers drew in a risk year, and who owes what for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// Position of the university.
    pub school: usize,
    /// The risk year.
    pub year: u16,
    /// What each payer owes, in the order of the terms.
    pub parts: Vec<(Payer, Fen)>,
}

/// A fund.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fund {
    /// Kind of its loans.
    pub kind: LoanKind,
    /// By university and risk year.
    pub shares: Vec<Share>,
    /// Losses written off.
    pub lost_fen: Fen,
    /// Drawn less returned, ever.
    drawn: Fen,
    /// Of that, of contracts repaid in full.
    settled: Fen,
    /// Millionths of the stock of settled and of open loans that are surplus in a year.
    surplus_ppm: [u32; 2],
}

/// The day on which a surplus is computed and rewarded.
#[must_use]
pub fn rewarded_on() -> Day {
    day(2022, 1, 20)
}

impl Fund {
    /// The fund of a kind.
    #[must_use]
    pub fn of(year: &Year, loans: &Loans, rules: &Rules, kind: LoanKind) -> Self {
        let mut drawn: BTreeMap<(u16, usize), (Fen, usize)> = BTreeMap::new();
        let terms = rules.on(kind, rewarded_on());
        let surplus_ppm = terms.map_or([0; 2], |terms| [terms.surplus_settled_ppm, terms.surplus_open_ppm]);
        let mut fund = Self { kind, shares: Vec::new(), lost_fen: 0, drawn: 0, settled: 0, surplus_ppm };
        for (contract, borrower) in loans.of(kind) {
            let net = contract.fen - contract.returned(borrower);
            fund.count(contract, borrower, net);
            if YEARS.contains(&contract.year) {
                drawn.entry((contract.year, borrower.school)).or_insert((0, contract.borrower)).0 += net;
            }
        }
        for ((risk_year, school), (fen, borrower)) in drawn {
            let of = subordination(year, &loans.borrowers[borrower]);
            let parts = rules.compensation(kind, risk_year, of, fen);
            fund.shares.push(Share { school, year: risk_year, parts });
        }
        fund
    }

    fn count(&mut self, contract: &Contract, borrower: &Borrower, net: Fen) {
        self.drawn += net;
        match borrower.fate {
            Fate::Settles | Fate::Alumnus(End::StateRepaid) => {
                let deeds = deeds(contract, borrower);
                let open: Fen = deeds.iter().map(|deed| deed.principal).sum();
                self.settled += if open == 0 { net } else { 0 };
            }
            Fate::Alumnus(End::WrittenOff) => self.lost_fen += contract.fen,
            _ => {}
        }
    }

    /// What each payer owes for a risk year.
    #[must_use]
    pub fn owed(&self, year: u16) -> BTreeMap<Payer, Fen> {
        let mut sums = BTreeMap::new();
        for (payer, fen) in self.shares.iter().filter(|share| share.year == year).flat_map(|share| &share.parts) {
            *sums.entry(*payer).or_insert(0) += fen;
        }
        sums.retain(|_, fen| *fen > 0);
        sums
    }

    /// The aid centre's computation of a risk year, one statement for each university.
    #[must_use]
    pub fn computed(&self, year: &Year, risk_year: u16, on: Day) -> Vec<Said> {
        let principal: Arc<str> = Arc::from("陕西省学生资助管理中心/补偿金");
        let of_year = self.shares.iter().filter(|share| share.year == risk_year);
        let said = of_year.map(|share| {
            let of = LenderYear { lender: ids::org(lender(self.kind)), kind: self.kind, year: risk_year };
            let number = &year.schools[share.school].org.number;
            let parts = share.parts.iter().map(|(payer, fen)| PayerFen { payer: *payer, fen: *fen }).collect();
            let accrued = CompensationAccrued { year: of, school: ids::org(number), default_ppm: 0, parts, number: 1 };
            let event = Event::said(on, Kind::CompensationAccrued(accrued));
            Said::alone(Arc::clone(&principal), event)
        });
        said.collect()
    }

    /// What is paid in: the first risk year.
    #[must_use]
    pub fn paid_in(&self) -> Fen {
        self.owed(YEARS[0]).values().sum()
    }

    /// The surplus: a part of what the stock holds for settled and for open loans, rounded down.
    #[must_use]
    pub fn surplus(&self) -> Fen {
        let [settled, open] = self.surplus_ppm.map(i128::from);
        let weight = settled * i128::from(self.settled) + open * i128::from(self.drawn - self.settled);
        let stock = i128::from(self.paid_in() - self.lost_fen);
        let surplus = stock * weight / (i128::from(self.drawn.max(1)) * 1_000_000);
        Fen::try_from(surplus).unwrap_or(0)
    }

    /// What the provincial and the county centre are rewarded: six and four tenths.
    #[must_use]
    pub fn rewards(&self) -> [Fen; 2] {
        let province = self.surplus() * 6 / 10;
        [province, self.surplus() - province]
    }

    /// Whether both centres get something worth a decision.
    #[must_use]
    pub fn is_rewarded(&self) -> bool {
        self.rewards().iter().all(|fen| *fen >= 100)
    }

    /// What the lender holds in the end.
    #[must_use]
    pub fn stock(&self) -> Fen {
        self.paid_in() - self.lost_fen - if self.is_rewarded() { self.surplus() } else { 0 }
    }
}
