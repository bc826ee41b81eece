//! A list of which a page is kept and all is counted. What its rows are is not known here.

/// Rows of a list: a page of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rows {
    /// Rows before the page.
    pub skip: u64,
    /// Rows of the page.
    pub take: usize,
}

/// A list of which a page is kept and all is counted.
pub(super) struct CountedPage<T> {
    rows: Rows,
    pub(super) count: u64,
    pub(super) page: Vec<T>,
}

impl<T> CountedPage<T> {
    pub(super) fn new(rows: Rows) -> Self {
        Self { rows, count: 0, page: Vec::new() }
    }

    /// Counts a row, and makes it if it is of the page: names cost more than counting.
    pub(super) fn add(&mut self, make: impl FnOnce() -> T) {
        if self.count >= self.rows.skip && self.page.len() < self.rows.take {
            self.page.push(make());
        }
        self.count += 1;
    }
}
