//! Pages of answers: how long they are, and the tokens that say where the next one begins. A token only fits the
//! question it was given for. It keeps no page alive: later entries may show on later pages.

use super::QueryError;
use sha2::{Digest, Sha256};

/// Rows of a page if the caller does not say.
pub const DEFAULT_ROWS: u32 = 100;

/// Rows of a page at most: an answer stays below a megabyte.
pub const MAX_ROWS: u32 = 1_000;

/// Bytes of a token before it is written as hex.
const TOKEN_BYTES: usize = 32;

/// Where a page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// Key of the last row given; the next page begins after it.
    pub key: u64,
    /// What a page hands to the next beside the key, for example a running balance.
    pub carry: i64,
}

/// One question's way of paging.
pub struct Pager {
    /// Rows this page may have.
    pub rows: usize,
    /// Where it begins; none for the first page.
    pub after: Option<Cursor>,
    /// How many entries there were when the token was given; none for the first page.
    pub then: Option<u64>,
    scope: [u8; 8],
}

impl Pager {
    /// Paging of the question `scope` (its name and filters), as the caller asks for it.
    ///
    /// # Errors
    /// The token is no token, of another question, or of another ledger.
    pub fn open(scope: &str, page_size: u32, page_token: &str, entries: u64) -> Result<Self, QueryError> {
        Self::open_up_to(MAX_ROWS, scope, page_size, page_token, entries)
    }

    /// The same for a question whose rows are so small that a page may hold more of them.
    ///
    /// # Errors
    /// As of [`Pager::open`].
    pub fn open_up_to(
        most: u32,
        scope: &str,
        page_size: u32,
        page_token: &str,
        entries: u64,
    ) -> Result<Self, QueryError> {
        let rows = if page_size == 0 { DEFAULT_ROWS } else { page_size.min(most) };
        let digest = Sha256::digest(scope.as_bytes());
        let mut short = [0; 8];
        short.copy_from_slice(&digest[..8]);
        let mut pager = Self { rows: rows as usize, after: None, then: None, scope: short };
        if !page_token.is_empty() {
            let bad = || QueryError::field("page_token", "use the next_page_token of the same question, unchanged");
            let (cursor, then) = pager.read(page_token, entries).ok_or_else(bad)?;
            (pager.after, pager.then) = (Some(cursor), Some(then));
        }
        Ok(pager)
    }

    /// The key to begin after, if this is not the first page.
    #[must_use]
    pub fn after_key(&self) -> Option<u64> {
        self.after.map(|cursor| cursor.key)
    }

    /// The token of the page after `last`, at this number of entries.
    #[must_use]
    pub fn token(&self, last: Cursor, entries: u64) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.extend_from_slice(&last.key.to_be_bytes());
        bytes.extend_from_slice(&last.carry.to_be_bytes());
        bytes.extend_from_slice(&entries.to_be_bytes());
        let check = self.check(&bytes);
        bytes.extend_from_slice(&check);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Cuts rows, taken one beyond the page, and gives the token of the next page if there is one.
    #[must_use]
    pub fn cut<T>(&self, rows: &mut Vec<T>, entries: u64, cursor: impl Fn(&T) -> Cursor) -> String {
        if rows.len() <= self.rows {
            return String::new();
        }
        rows.truncate(self.rows);
        rows.last().map_or_else(String::new, |last| self.token(cursor(last), entries))
    }

    fn read(&self, token: &str, entries: u64) -> Option<(Cursor, u64)> {
        if token.len() != TOKEN_BYTES * 2 || !token.is_ascii() {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(token.get(at * 2..at * 2 + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..TOKEN_BYTES).map(byte).collect::<Option<_>>()?;
        let (body, check) = bytes.split_at_checked(24)?;
        let word = |at: usize| Some(u64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?));
        let (key, carry, then) = (word(0)?, word(8)?.cast_signed(), word(16)?);
        (self.check(body) == check && then <= entries).then_some((Cursor { key, carry }, then))
    }

    fn check(&self, body: &[u8]) -> [u8; 8] {
        let digest = Sha256::new().chain_update(self.scope).chain_update(body).finalize();
        let mut check = [0; 8];
        check.copy_from_slice(&digest[..8]);
        check
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(scope: &str, token: &str, entries: u64) -> Result<Option<Cursor>, QueryError> {
        Pager::open(scope, 10, token, entries).map(|pager| pager.after)
    }

    #[test]
    fn a_token_comes_back_and_fits_its_question_only() -> Result<(), QueryError> {
        let cursor = Cursor { key: 7, carry: -3 };
        let token = Pager::open("one", 10, "", 5)?.token(cursor, 5);
        assert_eq!(after("one", &token, 6)?, Some(cursor));
        assert!(after("two", &token, 6).is_err(), "another question");
        assert!(after("one", &token, 4).is_err(), "a ledger with fewer entries");
        let mut forged = token.clone();
        forged.replace_range(0..2, "ff");
        assert!(after("one", &forged, 6).is_err(), "a changed token");
        for bad in ["x", &token[1..], &format!("{token}00"), &"元".repeat(21)] {
            assert!(after("one", bad, 6).is_err(), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn a_page_is_cut_and_the_last_one_has_no_token() -> Result<(), QueryError> {
        let pager = Pager::open("one", 2, "", 5)?;
        let mut rows = vec![1, 2, 3];
        let token = pager.cut(&mut rows, 5, |row| Cursor { key: *row, carry: 0 });
        assert_eq!((rows.len(), after("one", &token, 5)?.map(|c| c.key)), (2, Some(2)));
        assert_eq!(pager.cut(&mut rows, 5, |row| Cursor { key: *row, carry: 0 }), "");
        assert_eq!(Pager::open("one", u32::MAX, "", 0)?.rows, MAX_ROWS as usize);
        Ok(())
    }
}
