//! Who borrows in the demo, and how it ends for each: students spread evenly over the universities, and a few graduates.

use super::super::outcomes::{Stay, Year};
use super::super::programmes::Programme;
use super::super::scale::{Scale, mixed};
use super::day;
use ledger::event::LoanKind;
use ledger::money::Day;

/// Contracts of students in the whole province, by kind. A choice of the demo.
const CONTRACTS: [u64; 2] = [200_000, 40_000];
/// Contracts of graduates of 2018, by kind.
const ALUMNI: [u64; 2] = [4_000, 1_000];
/// Least of either at any scale, so that everything that can happen does.
const LEAST: (u64, u64) = (60, 6);

/// What becomes of a borrower.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Studies on.
    Studies,
    /// Begins in 2021; of some a draw comes back.
    Comes,
    /// Graduated in June 2021.
    Graduated,
    /// Graduated in June 2021, which was told in November.
    LateNotice,
    /// Graduated in June 2021 and settled everything in October.
    Settles,
    /// On leave since October 2021.
    Leave,
    /// On leave for illness since October 2021.
    IllnessLeave,
    /// Graduated in 2018.
    Alumnus(End),
}

/// How a graduate of 2018 pays what falls due in September 2021.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// In time.
    Pays,
    /// Two months late.
    PaysLate,
    /// Not at all so far.
    StaysOverdue,
    /// Died; the loan is written off.
    WrittenOff,
    /// The state repays for who works at the grassroots.
    StateRepaid,
    /// In time; later falls ill, and an aid centre repays a part.
    Relieved,
}

/// A borrower.
#[derive(Clone, Copy, Debug)]
pub struct Borrower {
    /// Position among the demo's people.
    pub position: u64,
    /// Position of the university among the schools.
    pub school: usize,
    /// Kind of all his loans.
    pub kind: LoanKind,
    /// What becomes of him.
    pub fate: Fate,
    /// Academic years he borrows for, first and last.
    pub years: (u16, u16),
    /// The year in which his study ends, as the contract foresees it.
    pub graduates: u16,
}

impl Borrower {
    /// The day of his graduation, if he graduated.
    #[must_use]
    pub fn graduated(&self) -> Option<Day> {
        match self.fate {
            Fate::Graduated | Fate::LateNotice | Fate::Settles => {
                Some(day(2021, 6, 21).plus(i32::try_from(self.position % 8).unwrap_or(0)))
            }
            Fate::Alumnus(_) => Some(day(2018, 6, 28)),
            _ => None,
        }
    }

    /// The first day whose interest he pays himself.
    #[must_use]
    pub fn pays_from(&self) -> Option<Day> {
        let graduated = match self.fate {
            Fate::Leave => return Some(day(2021, 11, 1)),
            _ => self.graduated()?,
        };
        Some(match self.kind {
            LoanKind::Origin => day(graduated.year(), 9, 1),
            LoanKind::Campus => day(graduated.year(), 7, 1),
        })
    }

    /// Whether a draw of 2021 comes back: nothing, a part, the whole.
    #[must_use]
    pub fn returns(&self) -> Return {
        match (self.fate, self.position % 24) {
            (Fate::Comes, 0) => Return::Whole,
            (Fate::Comes, 1 | 2) => Return::Part,
            _ => Return::Nothing,
        }
    }
}

/// How much of a draw comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Return {
    Nothing,
    Part,
    Whole,
}

/// Walks over the universities' students and lets so many borrow that the contracts come to their number everywhere.
pub fn choose(year: &Year, scale: Scale) -> Vec<Borrower> {
    let of_university = |at: &usize| year.schools[*at].programme == Programme::University;
    let schools: Vec<usize> = (0..year.schools.len()).filter(of_university).collect();
    let students: u64 = schools.iter().map(|at| year.schools[*at].count).sum();
    let targets = CONTRACTS.map(|contracts| scale.of(contracts).max(LEAST.0));
    let mut made = [0; 2];
    let mut ordinals = [[0_u64; 3]; 2];
    let mut borrowers = Vec::new();
    let mut met = 0;
    for school in &schools {
        for student in year.students(&year.schools[*school]) {
            met += 1;
            let behind = |kind: &LoanKind| made[*kind as usize] * students < targets[*kind as usize] * met;
            // The smaller book first: at small scales the larger one would take everybody.
            let Some(kind) = [LoanKind::Campus, LoanKind::Origin].into_iter().find(behind) else { continue };
            let ordinal = &mut ordinals[kind as usize][student.stay as usize];
            let borrower = student_borrower(student.position, student.stay, (*school, kind), *ordinal);
            *ordinal += 1;
            made[kind as usize] += u64::from(borrower.years.1 - borrower.years.0 + 1);
            borrowers.push(borrower);
        }
    }
    add_alumni(year, scale, &schools, &mut borrowers);
    borrowers
}

fn student_borrower(position: u64, stay: Stay, (school, kind): (usize, LoanKind), ordinal: u64) -> Borrower {
    let bits = mixed(position ^ 0x6c6f_616e);
    let several = u16::try_from(bits % 4).unwrap_or(0);
    let (fate, last, graduates) = match stay {
        Stay::Leaves => match ordinal % 50 {
            0 => (Fate::LateNotice, 2020, 2021),
            1 => (Fate::Leave, 2020, 2022),
            2 => (Fate::IllnessLeave, 2020, 2022),
            3 | 13 | 23 => (Fate::Settles, 2020, 2021),
            n if n % 2 == 1 => (Fate::Graduated, 2020, 2021),
            _ => (Fate::Studies, 2020, 2022),
        },
        Stay::Stays => (Fate::Studies, 2021, 2022 + u16::from(bits & 64 == 0)),
        Stay::Comes => (Fate::Comes, 2021, 2025),
    };
    let earliest = if stay == Stay::Comes { 2021 } else { graduates - 4 };
    let first = (last - several).max(earliest);
    Borrower { position, school, kind, fate, years: (first, last), graduates }
}

/// Graduates of 2018 stand behind all students of the year, so that nobody is taken for one of them.
fn add_alumni(year: &Year, scale: Scale, schools: &[usize], borrowers: &mut Vec<Borrower>) {
    let mut position = year.schools.last().map_or(0, |school| school.first + school.count);
    for kind in LoanKind::ALL {
        for ordinal in 0..scale.of(ALUMNI[kind as usize]).max(LEAST.1) {
            let end = match ordinal % 50 {
                1 => End::WrittenOff,
                2 => End::StateRepaid,
                4 if ordinal == 4 && kind == LoanKind::Origin => End::Relieved,
                n if n % 10 == 3 => End::PaysLate,
                n if n % 10 == 5 => End::StaysOverdue,
                _ => End::Pays,
            };
            let school = schools[usize::try_from(ordinal).unwrap_or(0) % schools.len().max(1)];
            let (fate, years, graduates) = (Fate::Alumnus(end), (2017, 2017), 2018);
            borrowers.push(Borrower { position, school, kind, fate, years, graduates });
            position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn contracts_come_to_their_number_and_every_fate_to_somebody() {
        for (scale, [origin, campus]) in [("0.0001", [60, 60]), ("0.01", [2_000, 400])] {
            let scale: Scale = scale.parse().expect("a scale");
            let borrowers = choose(&Year::plan(scale), scale);
            let positions: HashSet<u64> = borrowers.iter().map(|borrower| borrower.position).collect();
            assert_eq!(positions.len(), borrowers.len(), "nobody borrows of both lenders");
            for (kind, wanted) in [(LoanKind::Origin, origin), (LoanKind::Campus, campus)] {
                let of_kind = || borrowers.iter().filter(|borrower| borrower.kind == kind);
                let students = of_kind().filter(|borrower| !matches!(borrower.fate, Fate::Alumnus(_)));
                let contracts: u16 = students.map(|borrower| borrower.years.1 - borrower.years.0 + 1).sum();
                assert!((wanted - 4..wanted + 4).contains(&contracts), "{kind:?} {contracts}");
                for fate in [Fate::Graduated, Fate::LateNotice, Fate::Settles, Fate::Leave, Fate::IllnessLeave] {
                    assert!(of_kind().any(|borrower| borrower.fate == fate), "{kind:?} {fate:?}");
                }
                for end in [End::Pays, End::PaysLate, End::StaysOverdue, End::WrittenOff, End::StateRepaid] {
                    assert!(of_kind().any(|borrower| borrower.fate == Fate::Alumnus(end)), "{kind:?} {end:?}");
                }
            }
        }
    }
}
