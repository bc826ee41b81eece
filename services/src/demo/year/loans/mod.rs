//! The loans of the demo's year, planned before a file is written: two lenders, who borrowed, what became of it.
//!
//! Borrowers are students of the demo's universities and graduates of years ago, whom no published total counts; so the
//! sums of the year's aid stay what they are. Everything follows from position and order, as in the rest of the year.

mod borrowers;
mod claims;
mod contracts;
mod deeds;
mod files;
mod fund;
mod interest;
mod life;
mod money;
mod rules;

use super::DemoError;
use super::delivery::Delivery;
use super::orgs::Route;
use super::outcomes::Year;
use ledger::event::{Event, LoanKind, Subordination};
use ledger::money::{Day, Fen};

use borrowers::Borrower;
use contracts::Contract;

pub use claims::{CLAIMS, Claim, Outcome};
pub use fund::{Fund, YEARS as RISK_YEARS};

/// The lenders, each with the kind of loans it makes.
pub const LENDERS: [(LoanKind, &str, &str); 2] =
    [(LoanKind::Origin, "DK01", "国家开发银行陕西省分行"), (LoanKind::Campus, "DK02", "秦川银行股份有限公司")];

/// The aid centres that share the surplus of the origin loans' fund.
pub const PROVINCE_CENTRE: (&str, &str) = ("610000ZZ", "陕西省学生资助管理中心");
/// The county's.
pub const COUNTY_CENTRE: (&str, &str) = ("610102ZZ", "新城区学生资助管理中心");

/// What the loans come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanPlan {
    /// Contracts of each kind.
    pub contracts: [u64; 2],
    /// What they drew, less what came back.
    pub drawn_fen: [Fen; 2],
    /// What each of [`CLAIMS`] comes to.
    pub claims: Vec<Outcome>,
    /// What was confirmed for days after graduations told late, and came back.
    pub returned_fen: Fen,
    /// The fund of each kind.
    pub funds: [Fund; 2],
    /// Decisions that are turned away, on purpose.
    pub refused: u64,
}

/// Plans the loans and writes their files, after those of the year's aid.
pub fn write(
    year: &Year,
    scale: super::Scale,
    adopted: &[Event],
    files: &mut Delivery<'_>,
) -> Result<LoanPlan, DemoError> {
    let loans = Loans::plan(year, scale);
    let rules = rules::Rules::of(adopted);
    let funds = LoanKind::ALL.map(|kind| Fund::of(year, &loans, &rules, kind));
    let outcomes = files::write(year, &loans, &funds, &rules, files)?;
    let contracts = LoanKind::ALL.map(|kind| loans.of(kind).count() as u64);
    let drawn = |(contract, borrower): (&Contract, &Borrower)| contract.fen - contract.returned(borrower);
    let drawn_fen = LoanKind::ALL.map(|kind| loans.of(kind).map(drawn).sum());
    let refused = u64::from(funds[LoanKind::Origin as usize].is_rewarded());
    let returned_fen = claims::overclaimed(&loans, &CLAIMS[0]).iter().map(|(_, _, fen)| fen).sum();
    Ok(LoanPlan { contracts, drawn_fen, claims: outcomes, returned_fen, funds, refused })
}

/// A day of the plan; all of them are in the calendar.
#[must_use]
pub fn day(year: u16, month: i8, day: i8) -> Day {
    i16::try_from(year).ok().and_then(|year| Day::new(year, month, day)).unwrap_or_default()
}

/// Number of a kind's lender.
#[must_use]
pub fn lender(kind: LoanKind) -> &'static str {
    LENDERS[kind as usize].1
}

/// Name of a kind in files.
#[must_use]
pub fn kind_zh(kind: LoanKind) -> &'static str {
    match kind {
        LoanKind::Origin => "生源地",
        LoanKind::Campus => "校园地",
    }
}

/// Millionths as a percentage with two decimals, as offices write rates.
#[must_use]
pub fn percent(ppm: u32) -> String {
    format!("{}.{:02}", ppm / 10_000, ppm % 10_000 / 100)
}

/// The loans as planned.
#[derive(Debug)]
pub struct Loans {
    /// Who borrows.
    pub borrowers: Vec<Borrower>,
    /// What they signed, borrower by borrower and year by year.
    pub contracts: Vec<Contract>,
}

impl Loans {
    /// Plans the loans of a year.
    #[must_use]
    pub fn plan(year: &Year, scale: super::Scale) -> Self {
        let borrowers = borrowers::choose(year, scale);
        let contracts = contracts::of(&borrowers);
        Self { borrowers, contracts }
    }

    /// The contracts of one kind with their borrowers.
    pub fn of(&self, kind: LoanKind) -> impl Iterator<Item = (&Contract, &Borrower)> {
        let pairs = self.contracts.iter().map(|contract| (contract, &self.borrowers[contract.borrower]));
        pairs.filter(move |(_, borrower)| borrower.kind == kind)
    }
}

/// Whose university a borrower's is.
#[must_use]
pub fn subordination(year: &Year, borrower: &Borrower) -> Subordination {
    let unit = year.schools[borrower.school].org.unit;
    match year.places.units[unit].route {
        Route::Central => Subordination::Central,
        _ => Subordination::Local,
    }
}
