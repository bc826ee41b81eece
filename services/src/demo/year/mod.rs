//! A province's year of student aid, made up and written as the files its offices would deliver. Imports nothing.
//!
//! Outcomes are planned first, then the files are written in the order in which they are to be imported. Published
//! are the two sums of the whole year; places are real, schools, people, document numbers and the mix of programmes
//! are made up. An award of 2020/21 is paid whole in spring 2021, one of 2021/22 by half in autumn 2021. Loans stand
//! outside those sums and come after them.

mod budget;
mod csv;
mod delivery;
mod loans;
mod orgs;
mod outcomes;
mod payments;
mod people;
mod programmes;
mod results;
mod rosters;
mod scale;
mod terms;

#[cfg(test)]
mod tests;

pub use delivery::Progress;
pub use loans::{CLAIMS, Claim, Fund, LENDERS, LoanPlan, Outcome, RISK_YEARS};
pub use outcomes::{AIDED_FEN, PERSON_TIMES};
pub use scale::{BadScale, Scale};

use crate::intake::import::Said;
use ledger::event::Event;
use ledger::money::Day;
use outcomes::Year;
use std::path::{Path, PathBuf};
use terms::Term;

/// A file of the year could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {source}")]
pub struct DemoError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// A file to import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedFile {
    /// Where it stands.
    pub path: PathBuf,
    /// In whose name it is imported.
    pub principal: String,
    /// Its rows, the header left out.
    pub rows: u64,
    /// It was imported before; now it says nothing new.
    pub again: bool,
}

/// Something to do, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A file is imported.
    File(PlannedFile),
    /// The job accrues interest of all lenders through a day.
    Accrue(Day),
    /// Something is said that no office delivers as a file.
    Say(Vec<Said>),
}

impl Step {
    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&PlannedFile> {
        if let Self::File(file) = self { Some(file) } else { None }
    }
}

/// What the year comes to at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Expected {
    /// Person x programme x calendar year, credited for good or in transit.
    pub person_times: u64,
    /// Credited net of returns and suspense, plus in transit.
    pub aided_fen: i64,
    /// Of that, credited for good.
    pub credited_fen: i64,
    /// Of that, in transit.
    pub in_transit_fen: i64,
    /// What stands in suspense.
    pub suspense_fen: i64,
    /// Decisions that are turned away, each on purpose; the duplicates of the second import left out.
    pub refused: u64,
}

/// The files of the year, in the order of import, and what they come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Files, and what is done between them.
    pub steps: Vec<Step>,
    /// What the year's aid comes to.
    pub expected: Expected,
    /// What its loans come to.
    pub loans: LoanPlan,
}

impl Plan {
    /// The files.
    pub fn files(&self) -> impl Iterator<Item = &PlannedFile> {
        self.steps.iter().filter_map(Step::file)
    }
}

/// Plans a year at a scale and writes its files into `dir`, which must exist. The same scale gives the same bytes. The
/// terms of loans are those that `adopted` events adopt.
pub fn write_year(dir: &Path, scale: Scale, adopted: &[Event], progress: &mut Progress<'_>) -> Result<Plan, DemoError> {
    let year = Year::plan(scale);
    let mut budget = budget::Budget::of(&year);
    let mut files = delivery::Delivery::new(dir, progress);
    let schools: Vec<_> = year.schools.iter().map(|s| s.org.clone()).collect();
    files.write("机构", "陕西省财政厅/预算", |path| orgs::write(path, &year.places, &schools))?;
    write_students(&year, 2020, &mut files)?;
    rosters::write(&year, Term::Spring, &mut files)?;
    budget.write(&year, budget::Round::Advance, &mut files)?;
    let mut answers = results::Answers::default();
    write_payments(&year, &budget, Term::Spring, &mut answers, &mut files)?;
    answers.write_found_out(&year, &mut files)?;
    budget.write(&year, budget::Round::Formal, &mut files)?;
    answers.write_cards(&year, &mut files)?;
    answers.write_reissues(&year, &budget, &mut files)?;
    answers.write_too_much(&year, &mut files)?;
    files.write("机构更名-2021", "陕西省民政厅", |path| orgs::write_renames(path, &year.places, &schools))?;
    write_students(&year, 2021, &mut files)?;
    rosters::write(&year, Term::Autumn, &mut files)?;
    payments::write_overdrawn(&year, &budget, &mut files)?;
    write_payments(&year, &budget, Term::Autumn, &mut answers, &mut files)?;
    answers.write_clearing(&year, &mut files)?;
    budget.write_recall(&year, &mut files)?;
    let loans = loans::write(&year, scale, adopted, &mut files)?;
    files.again("花名册");
    let mut expected = expected(&year, &answers);
    expected.refused += loans.refused;
    Ok(Plan { steps: files.steps(), expected, loans })
}

fn write_students(year: &Year, academic_year: u16, files: &mut delivery::Delivery<'_>) -> Result<(), DemoError> {
    for (group, place) in year.places.groups.iter().enumerate() {
        let name = format!("学籍-{}-{academic_year}", place.name);
        files.write(&name, &format!("{}/学籍", place.education), |path| {
            people::write(path, year, group, academic_year)
        })?;
    }
    Ok(())
}

fn write_payments(
    year: &Year,
    budget: &budget::Budget,
    term: Term,
    answers: &mut results::Answers,
    files: &mut delivery::Delivery<'_>,
) -> Result<(), DemoError> {
    let mut applications = Vec::new();
    for (group, place) in year.places.groups.iter().enumerate() {
        let name = format!("支付申请-{}-{}", place.name, term.zh());
        files.write(&name, &format!("{}/制单", place.finance), |path| {
            payments::write_group(path, year, budget, group, term, &mut applications)
        })?;
    }
    payments::write_carried_out(year, term.zh(), &applications, files)?;
    for (group, place) in year.places.groups.iter().enumerate() {
        let bank = orgs::BANKS[group % orgs::BANKS.len()].1;
        let name = format!("银行回单-{}-{}", place.name, term.zh());
        files.write(&name, bank, |path| answers.write_group(path, year, group, term))?;
    }
    Ok(())
}

fn expected(year: &Year, answers: &results::Answers) -> Expected {
    // One roster approved by its preparer, one application beyond its lines.
    let mut expected = Expected { refused: 2, suspense_fen: answers.suspense_fen(), ..Expected::default() };
    for school in &year.schools {
        for student in year.students(school) {
            let (credited, transit) = year.outcome(school, &student);
            expected.person_times += 1;
            expected.credited_fen += credited;
            expected.in_transit_fen += transit;
        }
    }
    expected.aided_fen = expected.credited_fen + expected.in_transit_fen;
    expected
}
