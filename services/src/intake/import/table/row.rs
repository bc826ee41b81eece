//! One row of a file as typed values, and what to tell an office about a cell that is wrong. No events.

use super::cell;
use super::columns::{Col, Holds};
use super::layout::Layout;
use super::marks::ReadMarks;
use super::office::Office;
use crate::ids::Numbered;
use crate::intake::identity::{normal_card_number, normal_id_number};
use ledger::money::{Day, Fen, parse_yuan};
use proto::text;
use proto::text::{Class, TextFault};
use uuid::Uuid;

/// Something wrong in a file: where, what, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u64,
    /// The column's number from 1 and its name, if one cell is to blame; an unknown column has no name.
    pub column: Option<(usize, String)>,
    /// Stable code for machines.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if let Some((number, name)) = &self.column {
            // A column that the file lacks has no place in it.
            if *number > 0 {
                write!(f, ":{number}")?;
            }
            if !name.is_empty() {
                write!(f, " ({name})")?;
            }
        }
        write!(f, ": {}; {} [{}]", self.what, self.remedy, self.code)
    }
}

/// What is wrong with a row, before its file is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The column to blame.
    pub col: Option<Col>,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl Wrong {
    /// About one cell.
    pub fn cell(col: Col, code: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { col: Some(col), code, what: what.into(), remedy }
    }

    /// About the row as a whole.
    pub fn row(code: &'static str, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { col: None, code, what: what.into(), remedy }
    }
}

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
            return Err(Wrong::cell(col, "missing", "the cell is empty", "fill it in"));
        }
        if cell.chars().count() > 60 {
            return Err(Wrong::cell(col, "too_long", "more than 60 characters", "shorten it"));
        }
        if text::is_formula(cell) {
            return Err(Wrong::cell(col, "formula", "a spreadsheet would run this as a formula", "write plain text"));
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
            return Err(Wrong::cell(col, "bad_number", "a number with # or | in it", "write the number as issued"));
        }
        Ok(cell)
    }

    /// The number of who gave a number of this row: as the cell says, or the office named for all of the file.
    pub fn giver(&self, col: Col) -> Result<&'a str, Wrong> {
        if self.has(col) { self.key(col) } else { self.office.go_by().ok_or_else(|| whose_number(col)) }
    }

    /// The same for what is on record already: where neither says it, the only one who has begun it there.
    pub fn giver_of(&self, col: Col, what: Numbered, number: &str, edition: u8) -> Result<String, Wrong> {
        if self.has(col) || self.office.is_named() {
            return self.giver(col).map(str::to_owned);
        }
        let mut found = self.office.find(what, number, edition).map_err(|why| not_looked_up(col, &why))?;
        match found.len() {
            0 => Err(whose_number(col)),
            1 => Ok(found.remove(0)),
            _ => Err(number_of_several(col, &found)),
        }
    }

    /// A whole number between two bounds.
    pub fn number(&self, col: Col, least: u32, most: u32) -> Result<u32, Wrong> {
        let cell = self.text(col)?;
        let plain = cell.len() <= 9 && cell.bytes().all(|b| b.is_ascii_digit());
        let number = if plain { cell.parse::<u32>().ok() } else { None };
        number.filter(|n| (least..=most).contains(n)).ok_or_else(|| {
            Wrong::cell(col, "bad_count", format!("not a whole number from {least} to {most}"), "correct the number")
        })
    }

    /// An amount above zero, in fen.
    pub fn money(&self, col: Col) -> Result<Fen, Wrong> {
        // A minus sign is money's own, so the check for formulas must not see it first.
        let cell = self.cell(col)?;
        if cell.is_empty() {
            return Err(Wrong::cell(col, "missing", "the cell is empty", "fill it in"));
        }
        let fen = parse_yuan(cell).ok_or_else(|| {
            Wrong::cell(col, "bad_money", "not an amount in yuan", "write yuan as 1234.56, without separators")
        })?;
        if fen <= 0 {
            return Err(Wrong::cell(col, "not_positive", "an amount must be above zero", "correct the amount"));
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
                "not a yearly rate in per cent",
                "write 3.60 for 3.60 %, at most four decimals",
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
            Wrong::cell(col, "bad_id", "not an id", "copy it from the answer or the record, all 36 characters")
        })
    }

    /// A day.
    pub fn day(&self, col: Col) -> Result<Day, Wrong> {
        let cell = self.text(col)?;
        let wrong = || Wrong::cell(col, "bad_day", "not a day of the calendar", "write it as 2021-09-01");
        cell::day(cell).ok_or_else(wrong)
    }

    /// A document number in its one spelling.
    pub fn document(&self, col: Col) -> Result<String, Wrong> {
        text::document(self.text(col)?)
            .ok_or_else(|| Wrong::cell(col, "bad_document", "not a document number", "write it like 财教〔2021〕310号"))
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
                "not an identity number, or its check digit is wrong",
                "compare it with the identity card; all 18 characters",
            )
        })
    }

    /// A card number in its one spelling. The number itself never goes into a message.
    pub fn card(&self, col: Col) -> Result<String, Wrong> {
        normal_card_number(self.text(col)?).ok_or_else(|| {
            Wrong::cell(col, "bad_card", "not a card number, or its check digit is wrong", "compare it with the card")
        })
    }

    /// One of a closed list of words.
    pub fn word<T: Copy>(&self, col: Col, words: &[(&str, &str, T)]) -> Result<T, Wrong> {
        let cell = self.text(col)?;
        words.iter().find(|(zh, en, _)| *zh == cell || en.eq_ignore_ascii_case(cell)).map(|(_, _, t)| *t).ok_or_else(
            || {
                let known: Vec<String> = words.iter().map(|(zh, en, _)| format!("{zh}/{en}")).collect();
                Wrong::cell(col, "unknown_word", format!("not one of {}", known.join(", ")), "use one of these words")
            },
        )
    }

    /// A reference `NUMBER#LINE`.
    pub fn reference(&self, col: Col) -> Result<(&'a str, u32), Wrong> {
        cell::reference(self.text(col)?)
            .ok_or_else(|| Wrong::cell(col, "bad_reference", "not NUMBER#LINE", "write the number, #, and the line"))
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
    Wrong::cell(col, "whose_number", what, "fill in the column, or name the office: mingzhang import --office NUMBER")
}

/// The ledger could not be asked whose it is.
fn not_looked_up(col: Col, why: &str) -> Wrong {
    let what = format!("whose number it is could not be asked 无法查明是哪个单位的编号: {why}");
    Wrong::cell(col, "whose_number", what, "import again when the ledger answers, or fill in the column")
}

/// Several offices have begun something under the number.
fn number_of_several(col: Col, givers: &[String]) -> Wrong {
    let what = format!("several offices have this number 多个单位有此编号: {}", givers.join("、"));
    Wrong::cell(col, "whose_number", what, "fill in the column, or name the office: mingzhang import --office NUMBER")
}

fn unspelt(col: Col, fault: TextFault) -> Wrong {
    Wrong::cell(col, fault.code(), fault.what(), fault.remedy())
}
