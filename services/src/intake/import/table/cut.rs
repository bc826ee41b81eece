//! Files whose long numbers a spreadsheet has cut: it keeps fifteen digits and writes noughts for the rest. Such numbers look
//! like others, and of identity numbers one in eleven even passes its check character; so the file is refused whole.

use super::columns::{Col, Holds};
use super::layout::Layout;
use super::reading::Reading;
use super::row::Wrong;
use crate::intake::import::ImportError;
use proto::text;
use proto::text::Class;
use proto::text::personal::is_identity_number;
use std::path::Path;

/// Digits a spreadsheet keeps.
const KEPT: usize = 15;

/// Digits of the numbers looked at: where three or more were cut, chance is one in a thousand a number.
const LONG: usize = KEPT + 3;

/// Long numbers of a column from which on they tell something together.
const ENOUGH: u64 = 5;

/// What the numbers of one column look like.
#[derive(Clone, Copy, Default)]
struct Column {
    /// Long ones, of identity numbers all.
    long: u64,
    /// Those that end in noughts.
    cut: u64,
    /// Those of them that are no number of anybody.
    failing: u64,
}

impl Column {
    fn take(&mut self, col: Col, cell: &str) {
        let Ok(number) = text::secret_number(cell) else {
            // What is rounded to a power of ten is a problem of its own row.
            return;
        };
        let digits = number.as_bytes();
        let long = digits.len() >= LONG && digits.iter().all(u8::is_ascii_digit);
        self.long += u64::from(long || is_identity(col));
        if long && digits[KEPT..].iter().all(|digit| *digit == b'0') {
            self.cut += 1;
            self.failing += u64::from(!is_identity_number(digits));
        }
    }

    fn is_cut(&self, col: Col) -> bool {
        let mostly = self.long >= ENOUGH && 2 * self.cut > self.long;
        mostly && (!is_identity(col) || 2 * self.failing > self.cut)
    }
}

/// Whether a column holds identity numbers.
fn is_identity(col: Col) -> bool {
    matches!(col, Col::IdNumber | Col::Human)
}

/// The first column of the file whose numbers were cut, as what is wrong with the file.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn cut_column(path: &Path, layout: &Layout) -> Result<Option<Wrong>, ImportError> {
    let numbers = |col: &Col| matches!(col.holds(), Holds::Secret | Holds::Text(Class::Number));
    let looked_at: Vec<(usize, Col)> =
        layout.cols.iter().copied().enumerate().filter(|(_, col)| numbers(col)).collect();
    let mut columns = vec![Column::default(); looked_at.len()];
    // A pipe can be read once only; of its rows those are refused that fail by themselves.
    if !path.is_file() {
        return Ok(None);
    }
    let mut file = Reading::open(path)?;
    if file.header()?.is_none() {
        return Ok(None);
    }
    while let Some(cells) = file.next_cells(layout)? {
        for ((at, col), column) in looked_at.iter().zip(&mut columns) {
            if cells[*at].len() >= LONG || is_identity(*col) && !cells[*at].is_empty() {
                column.take(*col, &cells[*at]);
            }
        }
    }
    let cut = looked_at.iter().zip(&columns).find(|((_, col), column)| column.is_cut(*col));
    Ok(cut.map(|((_, col), column)| {
        let what = format!("{} of {} long numbers end in noughts 长编号多以 000 结尾", column.cut, column.long);
        let remedy = "表格软件截断了编号：在源文件中把此栏设为文本，重新导出 a spreadsheet cut them: format the column as text 文本 in the source, and export again";
        Wrong::cell(*col, "cut_by_spreadsheet", what, remedy)
    }))
}
