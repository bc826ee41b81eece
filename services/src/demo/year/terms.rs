//! The two payments of the year and their lines, walked in one fixed order by all who write about them.

use super::DemoError;
use super::budget::Round;
use super::outcomes::{School, Stay, Student, Year};
use ledger::money::Day;

/// Lines of one roster or application at most.
const SET_LINES: u32 = 5_000;

/// A payment of the year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// Spring 2021: the award of 2020/21, due on one day.
    Spring,
    /// Autumn 2021: the first of two instalments of 2021/22.
    Autumn,
}

impl Term {
    /// First calendar year of the academic year.
    #[must_use]
    pub fn academic_year(self) -> u16 {
        match self {
            Self::Spring => 2020,
            Self::Autumn => 2021,
        }
    }

    /// Due days of its rosters, as offices write them.
    #[must_use]
    pub fn due(self) -> &'static str {
        match self {
            Self::Spring => "2021-03-01",
            Self::Autumn => "2021-09-01;2022-03-01",
        }
    }

    /// When its rosters are prepared, reviewed and approved.
    #[must_use]
    pub fn roster_days(self) -> [&'static str; 3] {
        match self {
            Self::Spring => ["2020-10-12", "2020-10-26", "2020-11-06"],
            Self::Autumn => ["2021-09-13", "2021-09-24", "2021-09-29"],
        }
    }

    /// Which documents pay it.
    #[must_use]
    pub fn round(self) -> Round {
        match self {
            Self::Spring => Round::Advance,
            Self::Autumn => Round::Formal,
        }
    }

    /// Name in file names.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Spring => "2021春",
            Self::Autumn => "2021秋",
        }
    }

    /// Begins application numbers.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Spring => "ZF21C",
            Self::Autumn => "ZF21Q",
        }
    }

    /// The day on which a unit prepares its applications.
    #[must_use]
    pub fn first_day(self, year: &Year, unit: usize) -> Day {
        let spread = i32::try_from(unit % 20).unwrap_or(0);
        let (from, spread) = match self {
            Self::Spring => (Day::new(2021, 3, 8), spread),
            Self::Autumn if year.still_in_transit(unit) => (Day::new(2021, 12, 20), spread % 4),
            Self::Autumn => (Day::new(2021, 10, 11), spread),
        };
        from.unwrap_or_default().plus(spread)
    }

    /// What a student gets.
    #[must_use]
    pub fn fen(self, student: &Student) -> Option<i64> {
        match self {
            Self::Spring => student.spring_fen(),
            Self::Autumn => student.autumn_fen(),
        }
    }

    fn has(self, student: &Student) -> bool {
        student.stay != if self == Self::Spring { Stay::Comes } else { Stay::Leaves }
    }
}

/// One line of a roster and of the application that pays it.
pub struct Line<'a> {
    /// Position of the school.
    pub school_index: usize,
    /// The school.
    pub school: &'a School,
    /// School number and part, which roster and application numbers end with.
    pub part: &'a str,
    /// Line number in both.
    pub number: u32,
    /// Who.
    pub student: Student,
    /// What is paid now.
    pub fen: i64,
}

/// Walks over the lines of a group's rosters and applications of a term.
pub fn each_line(
    year: &Year,
    group: usize,
    term: Term,
    mut visit: impl FnMut(Line<'_>) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    for (school_index, school) in year.schools.iter().enumerate().filter(|(_, s)| s.group == group) {
        let mut part = String::new();
        let (mut parts, mut number) = (0, SET_LINES);
        for student in year.students(school).filter(|s| term.has(s)) {
            if number == SET_LINES {
                parts += 1;
                number = 0;
                part = format!("{}-{parts:02}", school.org.number);
            }
            number += 1;
            let fen = term.fen(&student).unwrap_or(0);
            visit(Line { school_index, school, part: &part, number, student, fen })?;
        }
    }
    Ok(())
}
