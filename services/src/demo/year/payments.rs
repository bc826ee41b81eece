//! Applications, approvals, vouchers and batches of the demo's year. What the bank answers stands in `results`.

use super::budget::{self, Budget, Round};
use super::csv::Table;
use super::delivery::Delivery;
use super::orgs::BANKS;
use super::outcomes::{Mishap, School, Student, Year};
use super::rosters::{DECISIONS, deciders};
use super::terms::{Term, each_line};
use super::{DemoError, people};
use ledger::money::{Day, Yuan};
use std::path::Path;

/// Header of files of applications.
const HEAD: &str = "申请编号,单位编号,预算年度,制单日期,序号,项目代码,学年,学校编号,身份证号,姓名,期次,卡号,补发原支付,指标1,金额1,指标2,金额2,指标3,金额3";

/// An application as later files speak of it.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its number.
    pub number: String,
    /// Who pays.
    pub unit: usize,
    /// Who delivers.
    pub group: usize,
    /// The day it was prepared.
    pub day: Day,
    /// How many lines.
    pub count: u32,
    /// Their sum.
    pub fen: i64,
    /// What it takes from each document line.
    draws: Vec<(String, i64)>,
}

impl Application {
    /// The bank that carries it out.
    #[must_use]
    pub fn bank(&self) -> (&'static str, &'static str) {
        BANKS[self.group % BANKS.len()]
    }

    /// The day on which it goes to the bank.
    #[must_use]
    pub fn sent(&self) -> Day {
        self.day.plus(6)
    }
}

/// A payment: which student, under which application and line.
pub struct Payment<'a> {
    /// Application number.
    pub application: &'a str,
    /// Line in it.
    pub line: u32,
    /// The school.
    pub school: &'a School,
    /// Who.
    pub student: Student,
    /// How much.
    pub fen: i64,
    /// The payment it reissues.
    pub reissue_of: Option<(&'a str, u32)>,
}

/// Rows of applications being written, and what they add up to.
pub struct Applications<'a> {
    year: &'a Year,
    budget: &'a Budget,
    table: Table,
    /// So far.
    pub done: Vec<Application>,
}

impl<'a> Applications<'a> {
    /// Begins a file.
    pub fn create(path: &Path, year: &'a Year, budget: &'a Budget) -> Result<Self, DemoError> {
        Ok(Self { year, budget, table: Table::create(path, HEAD)?, done: Vec::new() })
    }

    /// Adds a payment prepared on a day, drawn on the documents of a round.
    pub fn add(&mut self, payment: &Payment<'_>, term: Term, round: Round, day: Day) -> Result<(), DemoError> {
        let Payment { application, line, school, student, fen, reissue_of } = payment;
        let unit = school.org.unit;
        if self.done.last().is_none_or(|a| a.number != *application) {
            let number = (*application).to_owned();
            let (group, draws) = (school.group, Vec::new());
            self.done.push(Application { number, unit, group, day, count: 0, fen: 0, draws });
        }
        let place = &self.year.places.units[unit];
        let draws: Vec<(String, i64)> = budget::split(place.route, school.programme, *fen)
            .into_iter()
            .map(|(source, part)| (self.budget.line((unit, school.programme.money(), round, source)), part))
            .collect();
        let cells = draw_cells(&draws);
        if let Some(sums) = self.done.last_mut() {
            sums.add(&draws, *fen);
        }
        let replaced = student.mishap == Some(Mishap::ClosedCard) && (term == Term::Autumn || reissue_of.is_some());
        let reissue = reissue_of.map_or_else(String::new, |(number, line)| format!("{number}#{line}"));
        let (number, code, of) = (&place.number, school.programme.code(), term.academic_year());
        let (id, name) = (people::id_number(school.programme, student.position), people::name(student.position));
        let (school, card) = (&school.org.number, people::card(student.position, replaced));
        self.table.row(format_args!(
            "{application},{number},2021,{day},{line},{code},{of},{school},{id},{name},1,{card},{reissue},{cells}"
        ))
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(u64, Vec<Application>), DemoError> {
        Ok((self.table.finish()?, self.done))
    }
}

impl Application {
    fn add(&mut self, draws: &[(String, i64)], fen: i64) {
        self.count += 1;
        self.fen += fen;
        for (line, part) in draws {
            match self.draws.iter_mut().find(|(known, _)| known == line) {
                Some((_, sum)) => *sum += part,
                None => self.draws.push((line.clone(), *part)),
            }
        }
    }
}

/// Writes a group's applications of a term.
pub fn write_group(
    path: &Path,
    year: &Year,
    budget: &Budget,
    group: usize,
    term: Term,
    all: &mut Vec<Application>,
) -> Result<u64, DemoError> {
    let mut file = Applications::create(path, year, budget)?;
    let (mut of, mut number) = (String::new(), String::new());
    each_line(year, group, term, |line| {
        if of != line.part {
            of = line.part.to_owned();
            number = format!("{}-{of}", term.letters());
        }
        let day = term.first_day(year, line.school.org.unit);
        let (line, school, student, fen) = (line.number, line.school, line.student, line.fen);
        let payment = Payment { application: &number, line, school, student, fen, reissue_of: None };
        file.add(&payment, term, term.round(), day)
    })?;
    let (rows, applications) = file.finish()?;
    all.extend(applications);
    Ok(rows)
}

/// Writes approvals, vouchers and batches of applications.
pub fn write_carried_out(
    year: &Year,
    name: &str,
    applications: &[Application],
    files: &mut Delivery<'_>,
) -> Result<(), DemoError> {
    files.write(&format!("审核意见-支付申请-{name}"), "陕西省财政厅/国库", |path| {
        let mut table = Table::create(path, DECISIONS)?;
        for a in applications {
            let (_, finance) = deciders(year, a.unit, a.group);
            let unit = &year.places.units[a.unit].number;
            table.row(format_args!("支付申请,{unit},{},批准,{finance}/批准,{}", a.number, a.day.plus(2)))?;
        }
        table.finish()
    })?;
    files.write(&format!("支付凭证-{name}"), "国库代理银行", |path| {
        write_vouchers(path, year, applications)
    })?;
    files.write(&format!("代发批次-{name}"), "陕西省财政厅/国库", |path| {
        let mut table = Table::create(path, "批次号,单位编号,申请编号,代发银行编号,笔数,金额,生效日期")?;
        for a in applications {
            let (number, (bank, _), yuan, day) = (&a.number, a.bank(), Yuan(a.fen), a.sent());
            let unit = &year.places.units[a.unit].number;
            table.row(format_args!("PC-{number},{unit},{number},{bank},{},{yuan},{day}", a.count))?;
        }
        table.finish()
    })
}

fn write_vouchers(path: &Path, year: &Year, applications: &[Application]) -> Result<u64, DemoError> {
    let mut table = Table::create(path, "凭证号,申请编号,单位编号,签发日期,清算日期,指标,金额")?;
    for a in applications {
        let (number, unit) = (&a.number, &year.places.units[a.unit].number);
        let (issued, cleared) = (a.day.plus(4), a.day.plus(5));
        for (i, (line, fen)) in a.draws.iter().enumerate() {
            // Every fourth unit's treasury issues one voucher a document line, the others one for all.
            let part = if a.unit % 4 == 0 { i + 1 } else { 1 };
            let yuan = Yuan(*fen);
            table.row(format_args!("PZ-{number}-{part},{number},{unit},{issued},{cleared},{line},{yuan}"))?;
        }
    }
    table.finish()
}

/// Writes one application that draws on lines with nothing left, and its being given up. The right one comes after.
pub fn write_overdrawn(year: &Year, budget: &Budget, files: &mut Delivery<'_>) -> Result<(), DemoError> {
    let Some(school) = overdrawing_school(year, budget) else { return Ok(()) };
    let number = format!("ZF21X-{}-01", school.org.number);
    let day = Term::Autumn.first_day(year, school.org.unit);
    let (_, finance) = deciders(year, school.org.unit, school.group);
    files.write("支付申请-超出指标", &format!("{finance}/制单"), |path| {
        let mut file = Applications::create(path, year, budget)?;
        let mut line = 0;
        for student in year.students(school) {
            let Some(fen) = student.autumn_fen() else { continue };
            line += 1;
            let payment = Payment { application: &number, line, school, student, fen, reissue_of: None };
            file.add(&payment, Term::Autumn, Round::Advance, day)?;
        }
        Ok(file.finish()?.0)
    })?;
    files.write("审核意见-超出指标作废", "陕西省财政厅/国库", |path| {
        let mut table = Table::create(path, DECISIONS)?;
        let unit = &year.places.units[school.org.unit].number;
        table.row(format_args!("支付申请,{unit},{number},作废,{finance}/批准,{}", day.plus(1)))?;
        table.finish()
    })
}

/// A school whose advance lines are used up to the last fen, and that has somebody to pay in autumn.
fn overdrawing_school<'a>(year: &'a Year, budget: &Budget) -> Option<&'a School> {
    year.schools.iter().find(|school| {
        let unit = school.org.unit;
        let same_lines = |s: &&School| s.org.unit == unit && s.programme.money() == school.programme.money();
        let late = year
            .schools
            .iter()
            .filter(same_lines)
            .any(|s| year.mishaps.range(s.first..s.first + s.count).any(|(_, m)| *m == Mishap::Late));
        let route = year.places.units[unit].route;
        let all_lines = budget::split(route, school.programme, 100)
            .iter()
            .all(|(source, _)| !budget.line((unit, school.programme.money(), Round::Advance, *source)).is_empty());
        let autumn = year.students(school).filter(|s| s.autumn_fen().is_some()).count();
        !late && all_lines && (1..=4_000).contains(&autumn)
    })
}

fn draw_cells(draws: &[(String, i64)]) -> String {
    let mut cells = String::with_capacity(96);
    for i in 0..3 {
        if i > 0 {
            cells.push(',');
        }
        match draws.get(i) {
            Some((line, fen)) => cells += &format!("{line},{}", Yuan(*fen)),
            None => cells.push(','),
        }
    }
    cells
}
