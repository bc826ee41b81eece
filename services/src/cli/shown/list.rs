//! Tables by their columns: each column has its title and says what a row shows in it. How columns align is
//! `replay::terminal::text_table`'s business.

use super::text::yuan;
use replay::terminal::text_table::{Align, Table};

/// A column of a table whose rows are `T`.
pub(crate) struct Column<T> {
    title: &'static str,
    align: Align,
    cell: fn(&T) -> String,
}

/// A column of words.
pub(crate) const fn left<T>(title: &'static str, cell: fn(&T) -> String) -> Column<T> {
    Column { title, align: Align::Left, cell }
}

/// A column of figures.
pub(crate) const fn right<T>(title: &'static str, cell: fn(&T) -> String) -> Column<T> {
    Column { title, align: Align::Right, cell }
}

/// The rows under these columns.
pub(crate) fn list<'a, T: 'a>(columns: &[Column<T>], rows: impl IntoIterator<Item = &'a T>) -> Table {
    let titles: Vec<_> = columns.iter().map(|column| (column.title, column.align)).collect();
    let mut table = Table::new(&titles);
    for row in rows {
        table.row(columns.iter().map(|column| (column.cell)(row)));
    }
    table
}

/// Sums of money by name.
pub(crate) fn sums<N: Into<String>>(title: &str, sums: impl IntoIterator<Item = (N, i64)>) -> Table {
    let mut table = Table::new(&[(title, Align::Left), ("元 yuan", Align::Right)]);
    for (name, fen) in sums {
        table.row([name.into(), yuan(fen)]);
    }
    table
}
