//! A page over several lists of one answer, one after the other, bounded by bytes as much as by rows. Rows have no lasting place
//! there, as late facts come in between; so a token carries a digest of all rows before its page, and a page is given only while
//! they are what they were. Not here: pages of tables, whose rows stay where they are (`page`).

use super::QueryError;
use prost::Message;
use sha2::{Digest, Sha256};

/// Bytes of rows on a page: what an answer may have, less what it says beside them.
pub const ROW_BYTES: usize = 160 * 1024;

/// The same where rows of another kind follow on the same page.
pub const FIRST_BYTES: usize = 96 * 1024;

/// A row that has a list of its own, which may be longer than a page.
pub trait Parted: Message + Clone + Sized {
    /// What is in that list.
    type Item: Clone;

    /// That list.
    fn list(&mut self) -> &mut Vec<Self::Item>;

    /// Whether another row is a part of the same.
    fn is_same(&self, other: &Self) -> bool;

    /// Rows of which each has so many items of its list at most.
    fn parts(mut self, most: usize) -> Vec<Self> {
        let list = std::mem::take(self.list());
        let part = |items: &[Self::Item]| {
            let mut part = self.clone();
            part.list().extend_from_slice(items);
            part
        };
        if list.is_empty() { vec![part(&[])] } else { list.chunks(most).map(part).collect() }
    }

    /// Puts rows behind those before: where the first goes on with the last one, they become one.
    fn join(whole: &mut Vec<Self>, rows: Vec<Self>) {
        for mut row in rows {
            match whole.last_mut().filter(|last| last.is_same(&row)) {
                Some(last) => last.list().append(row.list()),
                None => whole.push(row),
            }
        }
    }
}

/// Items of a list on a page that go with one row at most, each of some tens of bytes.
pub const PART_ITEMS: usize = 512;

/// Where a page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// Key of the last row given; the next page begins after it.
    pub key: u64,
    /// What a page hands to the next beside the key, for example the day it is asked of.
    pub carry: i64,
}

/// The rows of one page, being picked from list after list.
pub struct Window {
    after: Option<Cursor>,
    rows: usize,
    bytes: usize,
    /// Rows passed, shown or not.
    passed: u64,
    shown: usize,
    full: bool,
    digest: Sha256,
}

impl Window {
    /// A page of at most so many rows and about so many bytes, but of one row at least.
    #[must_use]
    pub fn open(after: Option<Cursor>, rows: usize, bytes: usize) -> Self {
        Self { after, rows, bytes, passed: 0, shown: 0, full: false, digest: Sha256::new() }
    }

    /// The rows of the next list that are on this page.
    ///
    /// # Errors
    /// Rows of the pages before are not what they were.
    pub fn show<T: Message>(&mut self, rows: impl IntoIterator<Item = T>) -> Result<Vec<T>, QueryError> {
        let mut page = Vec::new();
        for row in rows.into_iter().take_while(|_| !self.full) {
            let bytes = row.encoded_len();
            let skipped = self.passed < self.skip();
            if !skipped {
                self.check()?;
                if self.shown > 0 && (self.shown >= self.rows || bytes > self.bytes) {
                    self.full = true;
                    break;
                }
            }
            self.digest.update(row.encode_length_delimited_to_vec());
            self.passed += 1;
            if !skipped {
                self.shown += 1;
                self.bytes = self.bytes.saturating_sub(bytes);
                page.push(row);
            }
        }
        Ok(page)
    }

    /// The same of rows that have lists of their own.
    ///
    /// # Errors
    /// As [`Window::show`].
    pub fn show_parts<T: Parted>(&mut self, rows: impl IntoIterator<Item = T>) -> Result<Vec<T>, QueryError> {
        let mut page = Vec::new();
        T::join(&mut page, self.show(rows.into_iter().flat_map(|row| row.parts(PART_ITEMS)))?);
        Ok(page)
    }

    /// Where the next page begins; none if this one is the last.
    ///
    /// # Errors
    /// Rows of the pages before are not what they were.
    pub fn next(&self) -> Result<Option<Cursor>, QueryError> {
        self.check()?;
        Ok(self.full.then(|| Cursor { key: self.passed, carry: self.mark() }))
    }

    fn skip(&self) -> u64 {
        self.after.map_or(0, |after| after.key)
    }

    /// Holds the rows before this page against what the token says of them, where the page begins.
    fn check(&self) -> Result<(), QueryError> {
        let same = |after: Cursor| self.passed == after.key && self.mark() == after.carry;
        if self.shown > 0 || self.after.is_none_or(same) { Ok(()) } else { Err(QueryError::Changed) }
    }

    fn mark(&self) -> i64 {
        let digest = self.digest.clone().finalize();
        digest.iter().take(8).fold(0, |mark, byte| mark << 8 | i64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::v1;

    fn row(fen: i64) -> v1::CountFen {
        v1::CountFen { count: 1, fen }
    }

    /// All pages of two lists, each of so many rows and bytes at most.
    fn pages(lists: &[Vec<i64>; 2], rows: usize, bytes: usize) -> Result<[Vec<i64>; 2], QueryError> {
        let (mut all, mut after) = ([Vec::new(), Vec::new()], None);
        loop {
            let mut window = Window::open(after, rows, bytes);
            for (list, all) in lists.iter().zip(&mut all) {
                all.extend(window.show(list.iter().copied().map(row))?.iter().map(|row| row.fen));
            }
            after = window.next()?;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    #[test]
    fn pages_of_any_size_are_the_whole_without_a_repeat() -> Result<(), QueryError> {
        for lists in [[(1..=7).collect(), (8..=9).collect()], [vec![], vec![1, 1, 1]], [vec![5, 5], vec![]]] {
            for (rows, bytes) in [(1, 1_000), (2, 1_000), (3, 1_000), (100, 1), (100, 9), (100, 1_000)] {
                assert_eq!(pages(&lists, rows, bytes)?, lists, "{rows} rows, {bytes} bytes a page");
            }
        }
        Ok(())
    }

    #[test]
    fn a_page_after_rows_that_changed_is_not_given() -> Result<(), QueryError> {
        let mut window = Window::open(None, 2, 1_000);
        window.show([1, 2, 3].map(row))?;
        let after = window.next()?;
        let next = |rows: &[i64]| {
            let mut window = Window::open(after, 2, 1_000);
            let shown = window.show(rows.iter().copied().map(row))?;
            window.next().map(|_| shown)
        };
        assert_eq!(next(&[1, 2, 3])?, [row(3)]);
        assert_eq!(next(&[1, 2, 4, 5])?, [row(4), row(5)], "what follows may change");
        for changed in [&[1, 9, 2, 3][..], &[2, 1, 3], &[1], &[]] {
            assert!(matches!(next(changed), Err(QueryError::Changed)), "{changed:?}");
        }
        Ok(())
    }

    #[test]
    fn a_row_with_a_longer_list_than_a_page_goes_on_on_the_next() -> Result<(), QueryError> {
        let reward = |n: u8, used: usize| {
            let used = (0..used).map(|n| v1::RewardUsed { purpose: format!("用途{n}"), fen: 1 }).collect();
            v1::Reward { reward: vec![n].into(), fen: i64::from(n), used, ..v1::Reward::default() }
        };
        let whole = [reward(1, 0), reward(2, 20 * PART_ITEMS + 1), reward(3, 1)];
        let (mut all, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let mut window = Window::open(after, 100, 40_000);
            let page = window.show_parts(whole.clone())?;
            assert!(page.iter().map(Message::encoded_len).sum::<usize>() <= 40_000);
            Parted::join(&mut all, page);
            (after, pages) = (window.next()?, pages + 1);
            if after.is_none() {
                break;
            }
        }
        assert!(pages > 2 && all == whole, "{pages} pages");
        Ok(())
    }
}
