//! One row of a file as typed values. No events.

use super::cell;
use super::columns::{Col, Holds};
use super::layout::Layout;
use super::marks::ReadMarks;
use super::office::Office;
pub(crate) use super::wrong::Unread;
pub use super::wrong::{Problem, Wrong};
use crate::ids::Numbered;
use crate::intake::identity::{normal_card_number, normal_id_number};
use ledger::money::{Day, Fen, parse_yuan};
use proto::text;
use proto::text::{Class, TextFault};
use replay::record::log::Clock;
use uuid::Uuid;

/// A thing of an office by its kind, number and edition.
pub(crate) type Named<'a> = (Numbered, &'a str, u8);

/// One row, its cells reached by column.
pub struct Row<'a> {
    /// The line of the file, from 1.
    pub line: u64,
    /// Its cells, in their one spelling.
    pub cells: &'a [String],
    /// Why a cell has none.
    pub faults: &'a [Option<TextFault>],
    /// Where columns stand.
    pub layout: &'a Layout,
    /// Whose numbers it names where no cell says it.
    pub(super) office: &'a Office,
    /// What was read of it.
    pub marks: ReadMarks,
}

impl<'a> Row<'a> {
    /// The cell as it stands, empty if the file has no such column; who goes by this has not read it.
    #[must_use]
    pub fn as_it_stands(&self, col: Col) -> &'a str {
        self.layout.place(col).and_then(|i| self.cells.get(i)).map_or("", String::as_str)
    }

    /// Whether the cell says anything.
    #[must_use]
    pub fn has(&self, col: Col) -> bool {
        !self.as_it_stands(col).is_empty()
    }

    /// The cell in its one spelling, empty if the file has no such column.
    pub fn cell(&self, col: Col) -> Result<&'a str, Wrong> {
        self.marks.mark(col);
        match self.layout.place(col).and_then(|i| self.faults.get(i).copied().flatten()) {
            Some(fault) => Err(unspelt(col, fault)),
            None => Ok(self.as_it_stands(col)),
        }
    }

    /// A text of 1 to 60 characters that no spreadsheet would run.
    pub fn text(&self, col: Col) -> Result<&'a str, Wrong> {
        let cell = self.cell(col)?;
        if cell.is_empty() {
            return Err(Wrong::cell(col, "missing", "此栏为空 the cell is empty", "补填 fill it in"));
        }
        if cell.chars().count() > 60 {
            return Err(Wrong::cell(col, "too_long", "超过 60 字 more than 60 characters", "缩短 shorten it"));
        }
        if text::is_formula(cell) {
            return Err(Wrong::cell(
                col,
                "formula",
                "表格软件会把它当作公式 a spreadsheet would run this as a formula",
                "改为普通文字 write plain text",
            ));
        }
        Ok(cell)
    }

    /// A text, or nothing.
    pub fn text_or_empty(&self, col: Col) -> Result<&'a str, Wrong> {
        if self.has(col) { self.text(col) } else { Ok("") }
    }

    /// A source's number: text without blanks.
    pub fn key(&self, col: Col) -> Result<&'a str, Wrong> {
        let cell = self.text(col)?;
        if cell.contains(['#', '|']) {
            return Err(Wrong::cell(
                col,
                "bad_number",
                "编号含有 # 或 | a number with # or | in it",
                "照原编号写 write the number as issued",
            ));
        }
        Ok(cell)
    }

    /// The number of who gave a number of this row: as the cell says, or the office named for all of the file.
    pub fn giver(&self, col: Col) -> Result<&'a str, Wrong> {
        if self.has(col) { self.key(col) } else { self.office.go_by().ok_or_else(|| whose_number(col)) }
    }

    /// The same for what is on record already: where neither says it, the only one who has begun it there.
    pub(crate) fn giver_of(&self, col: Col, (what, number, edition): Named<'_>) -> Result<String, Unread> {
        if self.has(col) || self.office.is_named() {
            return Ok(self.giver(col)?.to_owned());
        }
        let mut found = self.givers((what, number, edition))?;
        match found.len() {
            0 => Err(set_unknown(&found).into()),
            1 => {
                self.office.went_by(&found[0]);
                Ok(found.remove(0))
            }
            _ => Err(number_of_several(col, &found).into()),
        }
    }

    /// Everybody who has begun something on record under a number.
    pub(crate) fn givers(&self, (what, number, edition): Named<'_>) -> Result<Vec<String>, Unread> {
        self.office.find(what, number, edition).map_err(Unread::Unasked)
    }

    /// A whole number between two bounds.
    pub fn number(&self, col: Col, least: u32, most: u32) -> Result<u32, Wrong> {
        let cell = self.text(col)?;
        let plain = cell.len() <= 9 && cell.bytes().all(|b| b.is_ascii_digit());
        let number = if plain { cell.parse::<u32>().ok() } else { None };
        number.filter(|n| (least..=most).contains(n)).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_count",
                format!("不是规定范围内的整数 not a whole number from {least} to {most}"),
                "更正数字 correct the number",
            )
        })
    }

    /// An amount above zero, in fen.
    pub fn money(&self, col: Col) -> Result<Fen, Wrong> {
        // A minus sign is money's own, so the check for formulas must not see it first.
        let cell = self.cell(col)?;
        if cell.is_empty() {
            return Err(Wrong::cell(col, "missing", "此栏为空 the cell is empty", "补填 fill it in"));
        }
        let fen = parse_yuan(cell).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_money",
                "不是以元为单位的金额 not an amount in yuan",
                "以元为单位，写成 1234.56，不用千分符 write yuan as 1234.56, without separators",
            )
        })?;
        if fen <= 0 {
            return Err(Wrong::cell(
                col,
                "not_positive",
                "金额必须大于零 an amount must be above zero",
                "更正金额 correct the amount",
            ));
        }
        Ok(fen)
    }

    /// An amount of zero or above, in fen; an empty cell is zero.
    pub fn money_or_zero(&self, col: Col) -> Result<Fen, Wrong> {
        match self.cell(col)? {
            "" => Ok(0),
            cell if parse_yuan(cell) == Some(0) => Ok(0),
            _ => self.money(col),
        }
    }

    /// A yearly rate in per cent, as millionths.
    pub fn percent(&self, col: Col) -> Result<u32, Wrong> {
        cell::percent(self.text(col)?).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_rate",
                "不是以百分数写的年利率 not a yearly rate in per cent",
                "3.60% 写成 3.60，最多四位小数 write 3.60 for 3.60 %, at most four decimals",
            )
        })
    }

    /// Which saying of something it is, after the one before was taken back or given up: the first, 0, where the row does not say.
    pub fn edition(&self, col: Col) -> Result<u8, Wrong> {
        if !self.has(col) {
            return Ok(0);
        }
        Ok(u8::try_from(self.number(col, 0, u8::MAX.into())?).unwrap_or(u8::MAX))
    }

    /// By which words the row names what it is about: numbers, days and choices as they stand, nothing that is hashed or a name.
    pub fn shown(&self) -> String {
        let aside = [Col::Corrects, Col::WithdrawnFor, Col::CorrectedBy];
        let plain =
            |col: &Col| matches!(col.holds(), Holds::Plain | Holds::Text(Class::Number)) && !aside.contains(col);
        let said = self.layout.cols.iter().filter(|col| plain(col) && self.has(**col));
        said.map(|col| format!("{} {}", col.zh(), self.as_it_stands(*col))).collect::<Vec<_>>().join("，")
    }

    /// An id as the ledger prints it.
    pub fn uuid(&self, col: Col) -> Result<Uuid, Wrong> {
        Uuid::try_parse(self.text(col)?).map_err(|_| {
            Wrong::cell(
                col,
                "bad_id",
                "不是事件编号 not an id",
                "从查询结果中抄写，共 36 个字符 copy it from the answer or the record, all 36 characters",
            )
        })
    }

    /// A day.
    pub fn day(&self, col: Col) -> Result<Day, Wrong> {
        let cell = self.text(col)?;
        let wrong = || {
            Wrong::cell(
                col,
                "bad_day",
                "不是日历上的日期 not a day of the calendar",
                "写成 2021-09-01 write it as 2021-09-01",
            )
        };
        let day = cell::day(cell).ok_or_else(wrong)?;
        // What is taken back is on the day it was told of, however wrong that is.
        if col == Col::EffectiveDay && !self.has(Col::Corrects) && !is_plausible(day) {
            return Err(Wrong::cell(
                col,
                "far_day",
                "年份不合情理：早于 1978 年，或在 25 年之后 a year before 1978 or more than 25 years ahead",
                "更正日期 correct the day",
            ));
        }
        Ok(day)
    }

    /// The day on which something was told that is to be taken back.
    pub fn day_told(&self, col: Col) -> Result<Day, Wrong> {
        cell::day(self.text(col)?).map_or_else(|| self.day(col), Ok)
    }

    /// A document number in its one spelling.
    pub fn document(&self, col: Col) -> Result<String, Wrong> {
        text::document(self.text(col)?).ok_or_else(|| {
            Wrong::cell(col, "bad_document", "不是文号 not a document number", "write it like 财教〔2021〕310号")
        })
    }

    /// A division code: six digits.
    pub fn division(&self, col: Col) -> Result<u32, Wrong> {
        self.number(col, 100_000, 999_999)
    }

    /// An identity number in its one spelling. The number itself never goes into a message.
    pub fn id_number(&self, col: Col) -> Result<String, Wrong> {
        normal_id_number(self.text(col)?).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_id_number",
                "不是身份证号，或校验位不符 not an identity number, or its check digit is wrong",
                "与身份证核对，共 18 位 compare it with the identity card; all 18 characters",
            )
        })
    }

    /// A card number in its one spelling. The number itself never goes into a message.
    pub fn card(&self, col: Col) -> Result<String, Wrong> {
        normal_card_number(self.text(col)?).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_card",
                "不是卡号，或校验位不符 not a card number, or its check digit is wrong",
                "与卡片核对 compare it with the card",
            )
        })
    }

    /// One of a closed list of words.
    pub fn word<T: Copy>(&self, col: Col, words: &[(&str, &str, T)]) -> Result<T, Wrong> {
        let cell = self.text(col)?;
        words.iter().find(|(zh, en, _)| *zh == cell || en.eq_ignore_ascii_case(cell)).map(|(_, _, t)| *t).ok_or_else(
            || {
                let known: Vec<String> = words.iter().map(|(zh, en, _)| format!("{zh}/{en}")).collect();
                Wrong::cell(
                    col,
                    "unknown_word",
                    format!("不在所列词中 not one of {}", known.join(", ")),
                    "从这些词中选用 use one of these words",
                )
            },
        )
    }

    /// A reference `NUMBER#LINE`.
    pub fn reference(&self, col: Col) -> Result<(&'a str, u32), Wrong> {
        cell::reference(self.text(col)?).ok_or_else(|| {
            Wrong::cell(
                col,
                "bad_reference",
                "不是 编号#行号 not NUMBER#LINE",
                "写成 编号#行号 write the number, #, and the line",
            )
        })
    }

    /// A reference to a line of something a source numbers, its number in the one spelling.
    pub fn numbered_line(&self, col: Col) -> Result<(String, u32), Wrong> {
        let (number, line) = self.reference(col)?;
        let number = text::number(number).map_err(|fault| unspelt(col, fault))?;
        Ok((number.into_owned(), line))
    }
}

/// Nothing says whose numbers are named: neither the column nor whoever imports the file.
pub(crate) fn whose_number(col: Col) -> Wrong {
    let what = format!("nothing says whose number it is 未写明是哪个单位的编号: {}/{}", col.zh(), col.en());
    Wrong::cell(
        col,
        "whose_number",
        what,
        "填写此栏，或导入时写明单位 fill in the column, or name the office: mingzhang import --office NUMBER",
    )
}

/// Whether anything an office tells can be of a day: aid and loans are younger than 1978, and no term runs longer than some twenty
/// years.
fn is_plausible(day: Day) -> bool {
    (1978..=Day::in_beijing(Clock::system().now_ms()).year().saturating_add(25)).contains(&day.year())
}

/// No sealed set is on record under the number, edition and office of a row; these offices have one under its number.
pub(crate) fn set_unknown(givers: &[String]) -> Wrong {
    let what = "账上没有这一编号、单位、版次的封存材料 no sealed set of this number, unit and edition is on record";
    if givers.is_empty() {
        let remedy = "核对材料编号和材料版次；材料未到的，先导入材料，再导入本文件 compare number and edition, or import the set first";
        return Wrong::row("set_unknown", what, remedy);
    }
    let what = format!("{what}；账上有此编号的单位 who has this number: {}", givers.join("、"));
    let remedy = "本行所指为这些单位之一的材料的，改填该单位编号；材料尚未封存的，先把材料再导入一次 name one of these offices, or \
        import the set again if it is not sealed";
    Wrong::row("set_unknown", what, remedy)
}

/// Several offices have begun something under the number.
fn number_of_several(col: Col, givers: &[String]) -> Wrong {
    let what = format!("several offices have this number 多个单位有此编号: {}", givers.join("、"));
    Wrong::cell(
        col,
        "whose_number",
        what,
        "填写此栏，或导入时写明单位 fill in the column, or name the office: mingzhang import --office NUMBER",
    )
}

fn unspelt(col: Col, fault: TextFault) -> Wrong {
    Wrong::cell(col, fault.code(), fault.what(), fault.remedy())
}
