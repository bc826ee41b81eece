//! Tables for people: columns that align, also where Chinese characters take two places.

use super::shown_text::one_line;
use unicode_width::UnicodeWidthStr;

/// How a column is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A table being filled, row by row.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    #[must_use]
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell.into()).into_owned()).collect());
    }

    /// Whether no row was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain([self.columns[column].0.width()]).max().unwrap_or(0)
    }

    fn line(&self, f: &mut std::fmt::Formatter<'_>, widths: &[usize], cells: &[String]) -> std::fmt::Result {
        let mut line = String::new();
        for (column, (_, align)) in self.columns.iter().enumerate() {
            let cell = cells.get(column).map_or("", String::as_str);
            let gap = " ".repeat(widths[column].saturating_sub(cell.width()));
            line.push_str("  ");
            match align {
                Align::Left => line.extend([cell, &gap]),
                Align::Right => line.extend([gap.as_str(), cell]),
            }
        }
        writeln!(f, "{}", line.trim_end())
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        self.line(f, &widths, &names)?;
        let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        self.line(f, &widths, &rules)?;
        self.rows.iter().try_for_each(|row| self.line(f, &widths, row))
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn a_cell_that_steers_the_terminal_is_shown_and_aligns() {
        let mut table = Table::new(&[("名称", Align::Left), ("fen", Align::Right)]);
        table.row(["a\u{202e}b", "1"]);
        table.row(["two\nlines", "2"]);
        assert_eq!(
            table.to_string(),
            "  名称            fen\n  ──────────────  ───\n  a\\u202eb          1\n  two\\u000alines    2\n"
        );
    }

    #[test]
    fn chinese_and_latin_cells_end_in_the_same_place() {
        let mut table = Table::new(&[("名称", Align::Left), ("fen", Align::Right)]);
        table.row(["西安市", "1"]);
        table.row(["Xi'an", "1,000"]);
        assert_eq!(table.to_string(), "  名称      fen\n  ──────  ─────\n  西安市      1\n  Xi'an   1,000\n");
    }
}
