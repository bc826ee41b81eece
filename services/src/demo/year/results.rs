//! What the banks of the demo's year answer: credited, returned, unknown, twice, too late; and the reissues.

use super::budget::{Budget, Round};
use super::csv::Table;
use super::delivery::Delivery;
use super::outcomes::{Mishap, School, Student, Year};
use super::payments::{self, Application, Applications, Payment};
use super::rosters::deciders;
use super::terms::{Term, each_line};
use super::{DemoError, people};
use ledger::money::{Day, Yuan};
use std::path::Path;

const HEAD: &str = "单位编号,申请编号,序号,结果,金额,退回原因,银行流水号,生效日期";

/// A payment about which more is to be said than the first answer.
pub struct Pending {
    school: usize,
    student: Student,
    application: String,
    line: u32,
    fen: i64,
    answered: Day,
}

impl Pending {
    fn is(&self, mishap: Mishap) -> bool {
        self.student.mishap == Some(mishap)
    }
}

/// The banks' answers while they are written.
#[derive(Default)]
pub struct Answers {
    /// What later files come back to, in order.
    pub pending: Vec<Pending>,
}

impl Answers {
    /// Writes a group's first answers of a term.
    pub fn write_group(&mut self, path: &Path, year: &Year, group: usize, term: Term) -> Result<u64, DemoError> {
        let mut table = Table::create(path, HEAD)?;
        let (mut of, mut application) = (String::new(), String::new());
        each_line(year, group, term, |line| {
            let unit = line.school.org.unit;
            if term == Term::Autumn && year.still_in_transit(unit) {
                return Ok(());
            }
            if of != line.part {
                of = line.part.to_owned();
                application = format!("{}-{of}", term.letters());
            }
            let answered = term.first_day(year, unit).plus(7);
            let student = line.student;
            let mishap = student.mishap.filter(|m| (*m == Mishap::OpenReturn) == (term == Term::Autumn));
            let (result, reason) = match mishap {
                Some(Mishap::NameMismatch | Mishap::Late | Mishap::OpenReturn) => ("退回", "R01"),
                Some(Mishap::ClosedCard) => ("退回", "R04"),
                Some(Mishap::Unknown) => ("未知", ""),
                Some(Mishap::Double) | None => ("成功", ""),
            };
            let number = serial(term, student.position, 1);
            // Of what it does not know the bank names no amount.
            let yuan = if result == "未知" { String::new() } else { Yuan(line.fen).to_string() };
            let n = line.number;
            let unit = &year.places.units[unit].number;
            table.row(format_args!("{unit},{application},{n},{result},{yuan},{reason},{number},{answered}"))?;
            if mishap.is_some_and(|m| m != Mishap::OpenReturn) {
                let (school, application, fen) = (line.school_index, application.clone(), line.fen);
                self.pending.push(Pending { school, student, application, line: n, fen, answered });
            }
            Ok(())
        })?;
        table.finish()
    }

    /// Writes what the bank found out days later.
    pub fn write_found_out(&self, year: &Year, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files
            .write("银行回单-查询结果", "三秦代发银行", |path| self.later(path, year, Mishap::Unknown, 5))
    }

    /// Writes second credits and credits after a return.
    pub fn write_too_much(&self, year: &Year, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files.write("银行回单-重复入账", "秦川代发银行", |path| {
            self.later(path, year, Mishap::Double, 9)
        })?;
        files.write("银行回单-退回后入账", "三秦代发银行", |path| {
            self.later(path, year, Mishap::Late, 41)
        })
    }

    /// Writes the cards that took the place of closed ones.
    pub fn write_cards(&self, year: &Year, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files.write("换卡-2021春", "陕西省学生资助中心", |path| {
            let mut table = Table::create(path, "身份证号,姓名,原卡号,新卡号,生效日期")?;
            for pending in self.pending.iter().filter(|p| p.is(Mishap::ClosedCard)) {
                let position = pending.student.position;
                let id = people::id_number(year.schools[pending.school].programme, position);
                let (name, old, new) =
                    (people::name(position), people::card(position, false), people::card(position, true));
                table.row(format_args!("{id},{name},{old},{new},2021-05-10"))?;
            }
            table.finish()
        })
    }

    /// Writes the reissues of what came back in spring, carried out and credited.
    pub fn write_reissues(&self, year: &Year, budget: &Budget, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        let day = Day::new(2021, 5, 24).unwrap_or_default();
        let mut all: Vec<Application> = Vec::new();
        let mut credits = Vec::new();
        for group in 0..year.places.groups.len() {
            let returned = |p: &&Pending| p.is(Mishap::NameMismatch) || p.is(Mishap::ClosedCard);
            let of_group = |p: &&Pending| year.schools[p.school].group == group;
            let pending: Vec<&Pending> = self.pending.iter().filter(of_group).filter(returned).collect();
            let place = &year.places.groups[group];
            files.write(
                &format!("支付申请-{}-补发", place.name),
                &format!("{}/制单", place.finance),
                |path| {
                    let mut file = Applications::create(path, year, budget)?;
                    let (mut unit, mut line) = (usize::MAX, 0);
                    for p in &pending {
                        let school: &School = &year.schools[p.school];
                        line = if school.org.unit == unit { line + 1 } else { 1 };
                        unit = school.org.unit;
                        let number = format!("ZF21B-{}-{group:02}", year.places.units[unit].number);
                        let (student, fen) = (p.student, p.fen);
                        let reissue_of = Some((p.application.as_str(), p.line));
                        let payment = Payment { application: &number, line, school, student, fen, reissue_of };
                        file.add(&payment, Term::Spring, Round::Advance, day)?;
                        credits.push((unit, number, line, student.position, fen));
                    }
                    let (rows, applications) = file.finish()?;
                    all.extend(applications);
                    Ok(rows)
                },
            )?;
        }
        payments::write_carried_out(year, "补发", &all, files)?;
        files.write("银行回单-补发", "秦川代发银行", |path| {
            let mut table = Table::create(path, HEAD)?;
            for (unit, number, line, position, fen) in &credits {
                let unit = &year.places.units[*unit].number;
                let (yuan, serial) = (Yuan(*fen), serial(Term::Spring, *position, 3));
                table.row(format_args!("{unit},{number},{line},成功,{yuan},,{serial},{}", day.plus(7)))?;
            }
            table.finish()
        })
    }

    /// Writes how the first double credit ends: the payee owes it back.
    pub fn write_clearing(&self, year: &Year, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        let Some(p) = self.cleared() else { return Ok(()) };
        let school = &year.schools[p.school];
        let (_, finance) = deciders(year, school.org.unit, school.group);
        files.write("暂记清理-2021", &format!("{finance}/国库"), |path| {
            let mut table = Table::create(path, "单位编号,申请编号,序号,银行流水号,金额,入账日期,处理方式,生效日期")?;
            let (credited, serial) = (p.answered.plus(9), serial(Term::Spring, p.student.position, 2));
            let (number, line, yuan) = (&p.application, p.line, Yuan(p.fen));
            let unit = &year.places.units[school.org.unit].number;
            table.row(format_args!("{unit},{number},{line},{serial},{yuan},{credited},追回,2021-11-15"))?;
            table.finish()
        })
    }

    /// What stands in suspense at the end of the year.
    #[must_use]
    pub fn suspense_fen(&self) -> i64 {
        let booked = self.pending.iter().filter(|p| p.is(Mishap::Double) || p.is(Mishap::Late));
        booked.map(|p| p.fen).sum::<i64>() - self.cleared().map_or(0, |p| p.fen)
    }

    fn cleared(&self) -> Option<&Pending> {
        self.pending.iter().find(|p| p.is(Mishap::Double))
    }

    fn later(&self, path: &Path, year: &Year, mishap: Mishap, days: i32) -> Result<u64, DemoError> {
        let mut table = Table::create(path, HEAD)?;
        for p in self.pending.iter().filter(|p| p.is(mishap)) {
            let (number, line, yuan) = (&p.application, p.line, Yuan(p.fen));
            let (serial, day) = (serial(Term::Spring, p.student.position, 2), p.answered.plus(days));
            let unit = &year.places.units[year.schools[p.school].org.unit].number;
            table.row(format_args!("{unit},{number},{line},成功,{yuan},,{serial},{day}"))?;
        }
        table.finish()
    }
}

/// The bank's serial number of an answer.
fn serial(term: Term, position: u64, answer: u32) -> String {
    let letter = if term == Term::Spring { 'C' } else { 'Q' };
    format!("LS21{letter}{position:08}-{answer}")
}
