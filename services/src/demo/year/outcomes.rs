//! What the demo's year comes to, planned before a file is written: who, which award, which payment, how it ends.
//!
//! Everything about a student follows from his position, so a year of millions is planned and written by walking
//! over it, without keeping it. Amounts are whole years of the policies in force; one band of the universities'
//! grant is left open and closes the sum exactly.

use super::orgs::{self, Places, Route, SchoolOrg};
use super::programmes::Programme;
use super::scale::{Scale, mixed, portions};
use std::collections::BTreeMap;

/// Person-times of Shaanxi in 2021 as published.
pub const PERSON_TIMES: u64 = 2_311_000;
/// Fen of Shaanxi in 2021 as published.
pub const AIDED_FEN: u64 = 485_000_000_000;
/// Least and most of the open band, in fen a year.
const OPEN_BAND: (i64, i64) = (200_000, 450_000);
/// Pupils of one school that are aided, about; more make further schools.
const SCHOOL_SIZE: u64 = 600;

/// Which academic years a student is aided in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stay {
    /// 2020/21 only, paid in spring.
    Leaves,
    /// 2021/22 only, its first instalment paid in autumn.
    Comes,
    /// Both.
    Stays,
}

/// What goes wrong with a payment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mishap {
    /// Name and account differ (R01): returned, corrected, reissued, credited.
    NameMismatch,
    /// The card was closed (R04): returned, replaced, reissued, credited.
    ClosedCard,
    /// The bank did not know for days, then credited.
    Unknown,
    /// Credited twice.
    Double,
    /// Returned, and credited all the same weeks later.
    Late,
    /// The autumn payment was returned and not yet reissued.
    OpenReturn,
}

impl Mishap {
    /// Each with its rate in millionths of all students; at least one of each happens.
    pub const RATES: [(Self, u64); 6] = [
        (Self::NameMismatch, 1_500),
        (Self::ClosedCard, 900),
        (Self::Unknown, 300),
        (Self::Double, 20),
        (Self::Late, 10),
        (Self::OpenReturn, 50),
    ];
}

/// A school and its aided students, who stand in one row of positions.
#[derive(Clone, Debug)]
pub struct School {
    /// Its organisation.
    pub org: SchoolOrg,
    /// Which programme aids its students.
    pub programme: Programme,
    /// Who delivers its files.
    pub group: usize,
    /// The position of its first student.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Students of the open band before it.
    open_before: u64,
}

/// An aided student.
#[derive(Clone, Copy, Debug)]
pub struct Student {
    /// His position among all.
    pub position: u64,
    /// His academic years.
    pub stay: Stay,
    /// Band of his awards.
    pub band: u32,
    /// Fen of his award for an academic year.
    pub year_fen: i64,
    /// What goes wrong for him.
    pub mishap: Option<Mishap>,
}

impl Student {
    /// What is paid in spring: the award of 2020/21, due on one day.
    #[must_use]
    pub fn spring_fen(&self) -> Option<i64> {
        (self.stay != Stay::Comes).then_some(self.year_fen)
    }

    /// What is paid in autumn: the first of two instalments of 2021/22.
    #[must_use]
    pub fn autumn_fen(&self) -> Option<i64> {
        (self.stay != Stay::Leaves).then(|| ledger::money::share(self.year_fen, 0, 2))
    }
}

/// The year as planned.
#[derive(Debug)]
pub struct Year {
    /// Where.
    pub places: Places,
    /// Schools in the order of units and positions.
    pub schools: Vec<School>,
    /// Who meets a mishap.
    pub mishaps: BTreeMap<u64, Mishap>,
    /// How the open band is paid.
    open: Open,
}

#[derive(Clone, Copy, Default, Debug)]
struct Open {
    count: u64,
    fen: i64,
    /// So many of them get a yuan more.
    one_more: u64,
    /// And the last one gets this besides.
    rest_fen: i64,
}

impl Year {
    /// Plans the year at a scale.
    #[must_use]
    pub fn plan(scale: Scale) -> Self {
        let places = Places::new();
        let schools = schools(&places, scale.of(PERSON_TIMES));
        let open = Open { count: schools.last().map_or(0, |s| s.open_before), ..Open::default() };
        let mut year = Self { places, schools, mishaps: BTreeMap::new(), open };
        year.count_open();
        year.spread_mishaps(scale.of(PERSON_TIMES));
        year.close_the_sum(i64::try_from(scale.of(AIDED_FEN)).unwrap_or(i64::MAX));
        year
    }

    /// The students of a school, by position.
    pub fn students<'a>(&'a self, school: &'a School) -> impl Iterator<Item = Student> + 'a {
        let mut open = school.open_before;
        let programme = school.programme;
        (school.first..school.first + school.count).map(move |position| {
            let bits = mixed(position);
            let stay = stay(bits);
            let (band, mut year_fen) = programme.award(bits >> 32);
            if is_open(programme, bits) {
                year_fen = self.open_fen(open);
                open += 1;
            }
            Student { position, stay, band, year_fen, mishap: self.mishaps.get(&position).copied() }
        })
    }

    /// Whether the bank's answer for the autumn payments of a unit is still out at the end of the year.
    #[must_use]
    pub fn still_in_transit(&self, unit: usize) -> bool {
        unit % 9 == 4
    }

    /// What a student's payments of the year come to: credited for good, and still in transit.
    #[must_use]
    pub fn outcome(&self, school: &School, student: &Student) -> (i64, i64) {
        let spring = student.spring_fen().filter(|_| student.mishap != Some(Mishap::Late)).unwrap_or(0);
        let autumn = student.autumn_fen().filter(|_| student.mishap != Some(Mishap::OpenReturn)).unwrap_or(0);
        if self.still_in_transit(school.org.unit) { (spring, autumn) } else { (spring + autumn, 0) }
    }

    fn open_fen(&self, number: u64) -> i64 {
        let more = if number < self.open.one_more { 100 } else { 0 };
        let rest = if number + 1 == self.open.count { self.open.rest_fen } else { 0 };
        self.open.fen + more + rest
    }

    /// Numbers the students of the open band across schools.
    fn count_open(&mut self) {
        let mut before = 0;
        for school in &mut self.schools {
            school.open_before = before;
            let positions = school.first..school.first + school.count;
            before += positions.filter(|p| is_open(school.programme, mixed(*p))).count() as u64;
        }
        self.open.count = before;
    }

    /// Spreads each mishap evenly, stepping on to the next student to whom it can happen.
    fn spread_mishaps(&mut self, students: u64) {
        for (mishap, millionths) in Mishap::RATES {
            let count = (students * millionths / 1_000_000).max(1);
            for i in 0..count {
                let start = students * i / count + mixed(i ^ (mishap as u64) << 40) % (students / count).max(1);
                let found = (start..students).chain(0..start).find(|p| self.can_meet(mishap, *p));
                if let Some(position) = found {
                    self.mishaps.insert(position, mishap);
                }
            }
        }
    }

    fn can_meet(&self, mishap: Mishap, position: u64) -> bool {
        let stay = stay(mixed(position));
        let school = self.schools.partition_point(|s| s.first <= position).saturating_sub(1);
        let possible = match mishap {
            Mishap::Late => stay == Stay::Stays,
            Mishap::OpenReturn => stay == Stay::Stays && !self.still_in_transit(self.schools[school].org.unit),
            _ => stay != Stay::Comes,
        };
        possible && !self.mishaps.contains_key(&position)
    }

    /// Sets the open band so that the whole comes to `target_fen`, if the band allows it.
    fn close_the_sum(&mut self, target_fen: i64) {
        let mut fixed = 0;
        for school in &self.schools {
            for student in self.students(school) {
                let (credited, transit) = self.outcome(school, &student);
                fixed += credited + transit;
            }
        }
        // The open band pays nothing yet, so `fixed` is the sum of everybody else.
        let Ok(count) = i64::try_from(self.open.count) else { return };
        if count == 0 {
            return;
        }
        let wanted = target_fen - fixed;
        let whole = wanted / count / 100 * 100;
        let fen = whole.clamp(OPEN_BAND.0, OPEN_BAND.1 - 200);
        let left = if fen == whole { wanted - fen * count } else { 0 };
        self.open.fen = fen;
        self.open.one_more = u64::try_from(left / 100).unwrap_or(0);
        self.open.rest_fen = left % 100;
    }
}

/// The open band: those of the middle band of the universities' grant who leave after 2020/21.
fn is_open(programme: Programme, bits: u64) -> bool {
    programme == Programme::University && stay(bits) == Stay::Leaves && programme.is_middle(bits >> 32)
}

/// Six of ten leave, two come, two stay.
fn stay(bits: u64) -> Stay {
    match bits % 10 {
        0..=5 => Stay::Leaves,
        6 | 7 => Stay::Comes,
        _ => Stay::Stays,
    }
}

/// All schools with their students, unit by unit.
fn schools(places: &Places, students: u64) -> Vec<School> {
    let shares: Vec<u64> = Programme::ALL.iter().map(|p| p.percent()).collect();
    let totals = portions(students, &shares);
    let by_unit: Vec<Vec<u64>> = Programme::ALL
        .iter()
        .zip(totals)
        .map(|(programme, total)| {
            let weight = |route: Route| matches!(route, Route::Province | Route::Central);
            let of = |unit: &orgs::Unit| {
                if weight(unit.route) == (*programme == Programme::University) { unit.weight } else { 0 }
            };
            portions(total, &places.units.iter().map(of).collect::<Vec<_>>())
        })
        .collect();
    let mut out = Schools { places, schools: Vec::new(), first: 0 };
    for unit in 0..places.units.len() {
        for (programme, counts) in Programme::ALL.into_iter().zip(&by_unit) {
            out.of_unit(unit, programme, counts[unit]);
        }
    }
    out.schools
}

struct Schools<'a> {
    places: &'a Places,
    schools: Vec<School>,
    first: u64,
}

impl Schools<'_> {
    fn of_unit(&mut self, index: usize, programme: Programme, count: u64) {
        if count == 0 {
            return;
        }
        let unit = &self.places.units[index];
        match unit.route {
            Route::Central => self.add(unit.number.clone(), unit.name.clone(), index, unit.group, programme, count),
            Route::Province => {
                let names = orgs::local_universities();
                for (i, part) in portions(count, &vec![1; names.len()]).into_iter().enumerate() {
                    let number = format!("41610001{i:02}");
                    self.add(number, names[i].to_owned(), index, unit.group + i, programme, part);
                }
            }
            Route::City(_) | Route::Direct => {
                let schools = count.div_ceil(SCHOOL_SIZE).min(99);
                let weights = vec![1; usize::try_from(schools).unwrap_or(1)];
                for (i, part) in portions(count, &weights).into_iter().enumerate() {
                    let number = format!("{}{}{:02}", unit.division, programme.letter(), i + 1);
                    let name = format!("{}{}", unit.name, programme.school_name(i + 1));
                    self.add(number, name, index, unit.group, programme, part);
                }
            }
        }
    }

    fn add(&mut self, number: String, name: String, unit: usize, group: usize, programme: Programme, count: u64) {
        if count == 0 {
            return;
        }
        let org = SchoolOrg { number, name, unit };
        self.schools.push(School { org, programme, group, first: self.first, count, open_before: 0 });
        self.first += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(scale: &str) -> (u64, i64, BTreeMap<Mishap, u64>) {
        let year = Year::plan(scale.parse().expect("a scale"));
        let (mut persons, mut fen) = (0, 0);
        for school in &year.schools {
            for student in year.students(school) {
                let (credited, transit) = year.outcome(school, &student);
                assert!(credited + transit > 0, "everybody counted is aided");
                assert!(school.programme.allows(student.band, student.year_fen), "{student:?}");
                persons += 1;
                fen += credited + transit;
            }
        }
        let mut mishaps = BTreeMap::new();
        for mishap in year.mishaps.values() {
            *mishaps.entry(*mishap).or_insert(0) += 1;
        }
        (persons, fen, mishaps)
    }

    #[test]
    fn the_whole_year_meets_the_published_figures_exactly() {
        let (persons, fen, mishaps) = totals("1");
        assert_eq!((persons, fen), (2_311_000, 485_000_000_000));
        assert_eq!(mishaps[&Mishap::NameMismatch], 3_466);
    }

    #[test]
    fn smaller_years_have_their_share_of_people_and_every_mishap() {
        for (scale, expected) in [("0.001", 2_311), ("0.01", 23_110)] {
            let (persons, fen, mishaps) = totals(scale);
            assert_eq!((persons, mishaps.len()), (expected, 6));
            assert_eq!(fen, i64::try_from(expected).unwrap_or(0) * 485_000_000 / 2_311);
        }
    }
}
