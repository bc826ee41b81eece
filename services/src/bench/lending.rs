//! The loans of the benchmark: who borrowed what, when and where. No chance: the same number gives the same loan.

use super::history::{id, mixed};
use ledger::event::{
    DayBasis, Event, Kind, Level, LoanDrawn, LoanKind, LoanSigned, OrgRegistered, OrgRole, PersonRegistered, Status,
    StatusChanged, StudyLevel, Subordination,
};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// Universities; every fourth is a central one.
const SCHOOLS: u64 = 40;
/// Of ten loans, how many are campus loans: enough for a claim of a tenth of all loans.
const CAMPUS_OF_TEN: u64 = 4;

/// The day through which interest stands posted when the quarter is accrued.
pub fn day_before_quarter() -> Day {
    day(2024, 12, 31)
}

/// The first and last day of the quarter.
pub fn quarter() -> (Day, Day) {
    (day_before_quarter().plus(1), day(2025, 3, 31))
}

/// The day through which a second accrual goes, a quarter later.
pub fn day_of_next_quarter() -> Day {
    day(2025, 6, 30)
}

/// The lender of all loans.
pub fn lender() -> Uuid {
    id("lender", 0)
}

/// The aid centre that is asked to pay.
pub fn centre() -> Uuid {
    id("centre", 0)
}

/// The id of a loan.
pub fn loan_id(number: u64) -> Uuid {
    id("loan", number)
}

/// What was agreed with a borrower.
pub struct Agreed {
    number: u64,
    /// Origin or campus.
    pub kind: LoanKind,
    year: i16,
    began: i16,
    bits: u64,
}

impl Agreed {
    /// The contract of a loan: signed in one of five years, in one of the four years of a course.
    pub fn of(number: u64) -> Self {
        let bits = mixed(number);
        let kind = if bits % 10 < CAMPUS_OF_TEN { LoanKind::Campus } else { LoanKind::Origin };
        let small = |bits: u64, of: u64| i16::try_from(bits % of).unwrap_or(0);
        let year = 2020 + small(bits >> 8, 5);
        Self { number, kind, year, began: year - small(bits >> 16, 4), bits: bits >> 24 }
    }

    /// Whether the course had ended before the quarter.
    pub fn has_graduated(&self) -> bool {
        self.graduates() <= day_before_quarter()
    }

    fn graduates(&self) -> Day {
        day(self.began + 4, 6, 30)
    }

    /// A day of autumn, the same for everything that is done for the contract then.
    fn autumn(&self, month: i8) -> Day {
        day(self.year, month, 1 + i8::try_from(self.bits % 20).unwrap_or(0))
    }

    /// The draws: in autumn, and for every second loan a smaller one in spring.
    fn draws(&self) -> Vec<(Day, Fen)> {
        let (more, spring) = (self.bits >> 8, self.bits >> 20 & 1 == 1);
        let first = 300_000 + 10_000 * Fen::try_from(more % 20).unwrap_or(0);
        let mut draws = vec![(self.autumn(11), first)];
        if spring {
            draws.push((day(self.year + 1, 3, 1), 100_000 + first / 4));
        }
        draws
    }

    /// What was said about borrower and loan before the quarter, in order.
    pub fn events(&self) -> Vec<Event> {
        let (person, school) = (id("borrower", self.number), id("university", (self.bits >> 32) % SCHOOLS));
        let status = |status| Kind::StatusChanged(StatusChanged { person, status, school });
        let mut said = vec![
            (day(self.began, 9, 1), Kind::PersonRegistered(PersonRegistered { person, origin: 610_100 })),
            (day(self.began, 9, 1), status(Status::Enrolled)),
            (self.autumn(9), Kind::LoanSigned(self.signed(person, school))),
        ];
        for (at, (on, fen)) in (0..).zip(self.draws()) {
            let serial = format!("{:012}-{at}", self.number);
            said.push((on, Kind::LoanDrawn(LoanDrawn { loan: loan_id(self.number), fen, serial })));
        }
        if self.has_graduated() {
            said.push((self.graduates(), status(Status::Graduated)));
        }
        said.into_iter().map(|(on, kind)| Event::said(on, kind)).collect()
    }

    fn signed(&self, person: Uuid, school: Uuid) -> LoanSigned {
        LoanSigned {
            loan: loan_id(self.number),
            number: format!("6101{:012}", self.number),
            contract: [7; 32],
            lender: lender(),
            person,
            school,
            kind: self.kind,
            level: StudyLevel::Undergraduate,
            academic_year: self.year.unsigned_abs(),
            basis: if self.bits & 1 == 0 { DayBasis::D360 } else { DayBasis::D365 },
            graduates: self.graduates(),
            repay_from: day(self.began + 9, 12, 20),
            matures: day(self.began + 18, 9, 20),
        }
    }
}

/// The lender, the aid centre and the universities.
pub fn orgs() -> impl Iterator<Item = Event> {
    let first = [
        org(lender(), "示例银行", OrgRole::Bank, 610_000, Subordination::Local),
        org(centre(), "示例省学生资助管理中心", OrgRole::AidCentre, 610_000, Subordination::Local),
    ];
    let schools = (0..SCHOOLS).map(|number| {
        let (subordination, division) = match number % 4 {
            0 => (Subordination::Central, 610_100),
            1 => (Subordination::Local, 420_100),
            _ => (Subordination::Local, 610_100),
        };
        org(id("university", number), &format!("示例大学{number}"), OrgRole::School, division, subordination)
    });
    let kinds = first.into_iter().chain(schools);
    kinds.map(|kind| Event::said(day(2015, 1, 1), kind))
}

fn org(org: Uuid, name: &str, role: OrgRole, division: u32, subordination: Subordination) -> Kind {
    let level = if role == OrgRole::School { Level::School } else { Level::Province };
    let (number, name) = (String::from(name), String::from(name));
    Kind::OrgRegistered(OrgRegistered { org, number, name, level, role, parent: None, division, subordination })
}

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).unwrap_or_default()
}
