//! The rosters of the demo's year and what was decided on them, once by the wrong person.

use super::DemoError;
use super::csv::Table;
use super::delivery::Delivery;
use super::outcomes::Year;
use super::people;
use super::terms::{Term, each_line};
use ledger::money::Yuan;

/// Header of files of decisions.
pub const DECISIONS: &str = "材料类型,单位编号,材料编号,环节,经办人,生效日期";

struct Roster {
    school: String,
    number: String,
    unit: usize,
    group: usize,
}

/// Writes all rosters of a term's academic year, then the decisions on them.
pub fn write(year: &Year, term: Term, files: &mut Delivery<'_>) -> Result<(), DemoError> {
    let mut rosters = Vec::new();
    for (group, place) in year.places.groups.iter().enumerate() {
        let name = format!("花名册-{}-{}学年", place.name, term.academic_year());
        files.write(&name, &preparer(&place.education), |path| write_group(path, year, group, term, &mut rosters))?;
    }
    files.write(
        &format!("审核意见-花名册-{}学年", term.academic_year()),
        "陕西省学生资助中心",
        |path| {
            let mut table = Table::create(path, DECISIONS)?;
            let [_, reviewed, approved] = term.roster_days();
            for (i, Roster { school, number, unit, group }) in rosters.iter().enumerate() {
                let (education, finance) = deciders(year, *unit, *group);
                table.row(format_args!("花名册,{school},{number},审核,{education}/审核,{reviewed}"))?;
                if i == 0 && term == Term::Spring {
                    let own = preparer(&year.places.groups[*group].education);
                    // The preparer approves his own roster; the ledger turns it away. Of another day, as the right approval would
                    // otherwise say the same and have to name this one.
                    table.row(format_args!("花名册,{school},{number},批准,{own},{reviewed}"))?;
                }
                table.row(format_args!("花名册,{school},{number},批准,{finance}/批准,{approved}"))?;
            }
            table.finish()
        },
    )
}

/// Who reviews and who approves for a unit: its education side and its finance side.
pub fn deciders(year: &Year, unit: usize, group: usize) -> (String, String) {
    let (unit, group) = (&year.places.units[unit], &year.places.groups[group]);
    if unit.education.ends_with("JY") && unit.division != 610_000 {
        (format!("{}教育局", unit.name), format!("{}财政局", unit.name))
    } else {
        (group.education.clone(), group.finance.clone())
    }
}

fn preparer(education: &str) -> String {
    format!("{education}/制表")
}

fn write_group(
    path: &std::path::Path,
    year: &Year,
    group: usize,
    term: Term,
    rosters: &mut Vec<Roster>,
) -> Result<u64, DemoError> {
    let head = "花名册编号,学校编号,项目代码,学年,发放日,制表日期,序号,身份证号,姓名,档次,金额";
    let mut table = Table::create(path, head)?;
    let (of, due, [prepared, ..]) = (term.academic_year(), term.due(), term.roster_days());
    each_line(year, group, term, |line| {
        let number = format!("HM{of}-{}", line.part);
        let (school, code) = (&line.school.org.number, line.school.programme.code());
        let position = line.student.position;
        let (id, name) = (people::id_number(line.school.programme, position), people::name(position));
        let (n, band, yuan) = (line.number, line.student.band, Yuan(line.student.year_fen));
        table.row(format_args!("{number},{school},{code},{of},{due},{prepared},{n},{id},{name},{band},{yuan}"))?;
        if line.number == 1 {
            let school = school.clone();
            rosters.push(Roster { school, number, unit: line.school.org.unit, group });
        }
        Ok(())
    })?;
    table.finish()
}
