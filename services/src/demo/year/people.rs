//! Synthetic people: identity numbers with area codes that do not exist, cards of no bank, names from short lists.

use super::DemoError;
use super::csv::Table;
use super::outcomes::{School, Stay, Student, Year};
use super::programmes::Programme;
use super::scale::mixed;
use crate::intake::identity::{check_digit, luhn};
use ledger::money::Day;
use std::path::Path;

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "欧阳", "呼延", "党"];
const GIVEN: [&str; 16] = [
    "秦岭", "渭清", "小雨", "思远", "佳怡", "子涵", "建国", "玉兰", "晨曦", "凤鸣", "洛川", "安康", "雪梅", "浩然",
    "文静", "一诺",
];
/// Names with a middle dot, where banks' name checks often fail.
const DOTTED: [&str; 4] = ["阿依古丽·买买提", "扎西·多吉", "古丽娜尔·艾山", "买买提江·吐尔逊"];

/// A made-up name; no real person is meant.
#[must_use]
pub fn name(position: u64) -> String {
    let bits = mixed(position ^ 0x6e61_6d65);
    let pick = |list: &[&'static str], shift: u32| list[(bits >> shift) as usize % list.len()];
    if bits.is_multiple_of(97) {
        pick(&DOTTED, 8).to_owned()
    } else {
        format!("{}{}", pick(&SURNAMES, 8), pick(&GIVEN, 24))
    }
}

/// An identity number with an area code 99xxxx, which no place has, and a right check digit.
#[must_use]
pub fn id_number(programme: Programme, position: u64) -> String {
    let (order, day, area) = (position % 1_000, position / 1_000 % 2_000, position / 2_000_000);
    let born = Day::new(programme.born_from(), 1, 1).unwrap_or_default();
    let born = born.plus(i32::try_from(day).unwrap_or(0)).yyyymmdd();
    let area = 990_000 + 1_000 * (programme as u64 + 1) + area;
    let front = format!("{area}{born}{order:03}");
    let check = check_digit(front.as_bytes()) as char;
    front + check.encode_utf8(&mut [0; 4])
}

/// A card number of 19 digits with a right Luhn digit, under a bank number nobody has; `replaced` gives the next card.
#[must_use]
pub fn card(position: u64, replaced: bool) -> String {
    let front = format!("62999{}{position:012}", 8 - u64::from(replaced));
    let sum = luhn(format!("{front}0").as_bytes());
    format!("{front}{}", (10 - sum) % 10)
}

/// Writes the students of a group's schools who come into the record with an academic year.
pub fn write(path: &Path, year: &Year, group: usize, academic_year: u16) -> Result<u64, DemoError> {
    let mut table = Table::create(path, "身份证号,姓名,户籍区划代码,学校编号,学籍状态,生效日期,卡号")?;
    for school in year.schools.iter().filter(|s| s.group == group) {
        for student in year.students(school).filter(|s| (s.stay == Stay::Comes) == (academic_year == 2021)) {
            let position = student.position;
            let (number, name) = (id_number(school.programme, position), name(position));
            let (origin, card) = (origin(year, school, &student, academic_year), card(position, false));
            let of = &school.org.number;
            table.row(format_args!("{number},{name},{origin},{of},在籍,{academic_year}-09-01,{card}"))?;
        }
    }
    table.finish()
}

/// The home: the county of the school, or for universities any county, by the code it has at the time.
fn origin(year: &Year, school: &School, student: &Student, academic_year: u16) -> u32 {
    let unit = match school.programme {
        Programme::University => {
            let counties = year.places.counties();
            &counties[mixed(student.position ^ 7) as usize % counties.len().max(1)]
        }
        _ => &year.places.units[school.org.unit],
    };
    match &unit.renamed {
        Some((code, _)) if academic_year == 2021 => *code,
        _ => unit.division,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::identity::{normal_card_number, normal_id_number};
    use std::collections::HashSet;

    #[test]
    fn numbers_are_wellformed_unlike_real_ones_and_all_different() {
        let mut seen = HashSet::new();
        for position in (0..5_000).chain(1_999_000..2_001_000) {
            for programme in Programme::ALL {
                let number = id_number(programme, position);
                assert_eq!(normal_id_number(&number).as_ref(), Some(&number));
                assert!(number.starts_with("99") && seen.insert(number));
            }
            for replaced in [false, true] {
                let number = card(position, replaced);
                assert_eq!(normal_card_number(&number).as_ref(), Some(&number));
                assert!(number.len() == 19 && seen.insert(number));
            }
        }
        assert!((0..1_000).any(|p| name(p).contains('·')));
    }
}
