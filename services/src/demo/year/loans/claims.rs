//! The claims of the demo's lenders: their right lines by their own arithmetic, and errors planted at fixed places.

use super::super::DemoError;
use super::super::csv::Table;
use super::super::orgs::PROVINCE;
use super::super::outcomes::Year;
use super::borrowers::{Borrower, Fate};
use super::contracts::Contract;
use super::interest::{Calculation, Claimed};
use super::life::deeds;
use super::{Loans, day, kind_zh, lender, percent, subordination};
use ledger::event::{LoanKind, Subordination};
use ledger::money::{Day, Fen, Yuan};
use ledger::state::claim_rows::Verdict;
use std::collections::BTreeMap;
use std::path::Path;

const HEAD: &str =
    "申报编号,贷款机构,贷款种类,申报内容,起始日,截止日,付款单位,行号,合同编号,本金,年利率,天数,金额,生效日期";

/// One line in so many is calculated wrongly, where a claim has errors at all; with days nobody noticed, one in 200 is wrong.
const PERIOD: usize = 250;

/// A claim a lender files.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The lender's number.
    pub number: &'static str,
    /// Kind of its loans.
    pub kind: LoanKind,
    /// First and last loan-day: year, month, day of month.
    from: (u16, i8, i8),
    through: (u16, i8, i8),
    /// When it is submitted, approved, ordered, approved again and paid.
    days: [(u16, i8, i8); 5],
    /// Whether errors are planted in it.
    planted: bool,
}

/// The claims of the year, in the order in which they come: campus loans quarterly, origin loans yearly. The first knows
/// nothing yet of the graduations that are told in November.
pub const CLAIMS: [Claim; 3] = [
    Claim {
        number: "TX-DK02-2021Q3",
        kind: LoanKind::Campus,
        from: (2021, 7, 1),
        through: (2021, 9, 30),
        days: [(2021, 10, 15), (2021, 10, 22), (2021, 10, 27), (2021, 10, 28), (2021, 11, 2)],
        planted: false,
    },
    Claim {
        number: "TX-DK01-2021",
        kind: LoanKind::Origin,
        from: (2020, 12, 21),
        through: (2021, 12, 20),
        days: [(2021, 12, 22), (2021, 12, 24), (2021, 12, 27), (2021, 12, 28), (2021, 12, 30)],
        planted: false,
    },
    Claim {
        number: "TX-DK02-2021Q4",
        kind: LoanKind::Campus,
        from: (2021, 10, 1),
        through: (2021, 12, 31),
        days: [(2022, 1, 14), (2022, 1, 24), (2022, 2, 7), (2022, 2, 8), (2022, 2, 10)],
        planted: true,
    },
];

impl Claim {
    /// First loan-day.
    #[must_use]
    pub fn from(&self) -> Day {
        day(self.from.0, self.from.1, self.from.2)
    }

    /// Last loan-day.
    #[must_use]
    pub fn through(&self) -> Day {
        day(self.through.0, self.through.1, self.through.2)
    }

    /// A contract as its lender calculates it on the day of the claim.
    fn calculation(&self, contract: &Contract, borrower: &Borrower) -> Calculation {
        let calculation = Calculation::of(contract, borrower, &deeds(contract, borrower));
        let told = borrower.fate != Fate::LateNotice || self.days()[0] > told_late();
        if told { calculation } else { calculation.before_the_notice() }
    }

    /// Submitted, approved, ordered, approved again, paid.
    #[must_use]
    pub fn days(&self) -> [Day; 5] {
        self.days.map(|(y, m, d)| day(y, m, d))
    }
}

/// What a claim comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Lines, right and wrong.
    pub lines: u32,
    /// What they claim.
    pub claimed_fen: Fen,
    /// What is right of it.
    pub confirmed_fen: Fen,
    /// Errors by the reason they are to be found for.
    pub planted: BTreeMap<Verdict, u32>,
    /// The right money by academic year and kind of university.
    pub parts: BTreeMap<(u16, bool), Fen>,
}

/// The day on which the late graduations are told.
fn told_late() -> Day {
    day(2021, 11, 15)
}

/// What a lender was confirmed for days after graduations told late, by the line of its claim and the contract. The claim holds no
/// planted lines, so its lines are those of its loans.
pub fn overclaimed(loans: &Loans, claim: &Claim) -> Vec<(usize, String, Fen)> {
    let claimed = |(contract, borrower): (&Contract, &Borrower)| {
        let claimed = claim.calculation(contract, borrower).claimed(claim.from(), claim.through())?;
        Some((borrower.fate, contract.number(borrower), claimed.fen))
    };
    let lines = (1..).zip(loans.of(claim.kind).filter_map(claimed));
    lines.filter(|(_, row)| row.0 == Fate::LateNotice).map(|(line, (_, number, fen))| (line, number, fen)).collect()
}

/// A claim file being written.
struct File<'a> {
    claim: &'a Claim,
    table: Table,
    outcome: Outcome,
}

impl File<'_> {
    /// Adds a line; `wrong` says for which reason it is to be disputed.
    fn add(&mut self, number: &str, line: Claimed, wrong: Option<Verdict>) -> Result<(), DemoError> {
        let Claim { number: claim, kind, .. } = self.claim;
        self.outcome.lines += 1;
        self.outcome.claimed_fen += line.fen;
        if let Some(reason) = wrong {
            *self.outcome.planted.entry(reason).or_insert(0) += 1;
        }
        let (lender, kind) = (lender(*kind), kind_zh(*kind));
        let (from, through, [submitted, ..]) = (self.claim.from(), self.claim.through(), self.claim.days());
        let (n, principal, rate, fen) =
            (self.outcome.lines, Yuan(line.principal), percent(line.rate_ppm), Yuan(line.fen));
        let days = line.days;
        self.table.row(format_args!(
            "{claim},{lender},{kind},贴息,{from},{through},{PROVINCE},{n},{number},{principal},{rate},{days},{fen},{submitted}"
        ))
    }

    /// Adds a right line and counts whose money it is.
    fn confirm(
        &mut self,
        number: &str,
        line: Claimed,
        of: Subordination,
        parts: [(u16, Fen); 2],
    ) -> Result<(), DemoError> {
        self.outcome.confirmed_fen += line.fen;
        for (year, fen) in parts {
            *self.outcome.parts.entry((year, of == Subordination::Central)).or_insert(0) += fen;
        }
        self.add(number, line, None)
    }
}

/// Writes a claim and says what it comes to.
pub fn write(path: &Path, year: &Year, loans: &Loans, claim: &Claim) -> Result<(u64, Outcome), DemoError> {
    let mut file = File { claim, table: Table::create(path, HEAD)?, outcome: Outcome::default() };
    let mut errors = Errors::of(loans, claim);
    for (contract, borrower) in loans.of(claim.kind) {
        let calculation = claim.calculation(contract, borrower);
        let number = contract.number(borrower);
        let right = calculation.claimed(claim.from(), claim.through());
        if let Some((line, reason)) = errors.instead(&calculation, borrower, right) {
            file.add(&number, line, Some(reason))?;
            continue;
        }
        let Some(right) = right else { continue };
        let parts = by_academic_year(&calculation, claim, right.fen);
        file.confirm(&number, right, subordination(year, borrower), parts)?;
        if let Some(reason) = errors.beside.take() {
            let number = if reason == Verdict::UnknownLoan { format!("{number}X") } else { number };
            file.add(&number, right, Some(reason))?;
        }
    }
    Ok((file.table.finish()?, file.outcome))
}

/// The right sum of a line by academic year, which begins on 1 September; claims here touch two at most.
fn by_academic_year(calculation: &Calculation, claim: &Claim, fen: Fen) -> [(u16, Fen); 2] {
    let august = day(2021, 8, 31);
    let before = if claim.from() <= august { calculation.claimed(claim.from(), august) } else { None };
    let before = before.map_or(0, |part| part.fen);
    [(2020, before), (2021, fen - before)]
}

/// Where errors stand, counted while lines are written.
struct Errors {
    planted: bool,
    period: usize,
    right: usize,
    leave: usize,
    graduated: usize,
    /// The error of the line to stand after the next right one.
    beside: Option<Verdict>,
}

impl Errors {
    fn of(loans: &Loans, claim: &Claim) -> Self {
        let lines = if claim.planted { loans.of(claim.kind).count() } else { 0 };
        // A small claim has errors more densely, so that each of them occurs.
        let period = (lines / 24).clamp(2, PERIOD);
        Self { planted: claim.planted, period, right: 0, leave: 0, graduated: 0, beside: None }
    }

    /// A line that stands in the place of the right one.
    fn instead(
        &mut self,
        lender: &Calculation,
        borrower: &Borrower,
        right: Option<Claimed>,
    ) -> Option<(Claimed, Verdict)> {
        if !self.planted {
            return None;
        }
        let whole = |principal: Fen| {
            let (days, rate_ppm) = (92, lender.rate_ppm());
            Claimed { principal, rate_ppm, days, fen: lender.simply(principal, rate_ppm, days) }
        };
        match (borrower.fate, right) {
            // The lender did not notice the leave, or the graduation.
            (Fate::Leave, Some(right)) => {
                self.leave += 1;
                (self.leave % 32 == 1).then(|| (whole(right.principal), Verdict::AfterStudyEnd))
            }
            (Fate::Graduated, None) => {
                self.graduated += 1;
                let principal = lender.principal(day(2021, 12, 31));
                (self.graduated % (2 * PERIOD) == 1).then(|| (whole(principal), Verdict::WaivedDays))
            }
            // A wrong figure that happens to be the right sum is no error anybody could find.
            (_, Some(right)) => self.miscalculated(lender, right).filter(|(line, _)| line.fen != right.fen),
            _ => None,
        }
    }

    fn miscalculated(&mut self, lender: &Calculation, right: Claimed) -> Option<(Claimed, Verdict)> {
        self.right += 1;
        if !self.right.is_multiple_of(self.period) {
            return None;
        }
        let Claimed { principal, rate_ppm, days, .. } = right;
        let wrong = |principal: Fen, rate_ppm: u32, days: u32| Claimed {
            principal,
            rate_ppm,
            days,
            fen: lender.simply(principal, rate_ppm, days),
        };
        match self.right / self.period % 6 {
            1 => Some((wrong(principal + 100_000, rate_ppm, days), Verdict::WrongPrincipal)),
            2 => Some((wrong(principal, rate_ppm + 3_000, days), Verdict::WrongRate)),
            3 => Some((wrong(principal, rate_ppm, days + 1), Verdict::WrongDays)),
            4 => Some((Claimed { fen: right.fen + 1, ..right }, Verdict::WrongAmount)),
            // The same line once more, or one of a contract that does not exist, after the right one.
            5 => {
                self.beside = Some(Verdict::ClaimedTwice);
                None
            }
            _ => {
                self.beside = Some(Verdict::UnknownLoan);
                None
            }
        }
    }
}
