//! Pages of answers: how long they are, and the tokens that say where the next one begins. A token only fits the
//! question it was given for. It keeps no page alive: later entries may show on later pages.

use super::QueryError;
pub use super::window::Cursor;
use super::window::{ROW_BYTES, Window};
use ledger::handle::Handle;
use ledger::hash::hex;
use ledger::state::table::{Row, Table};
use sha2::{Digest, Sha256};

/// Rows of a page if the caller does not say.
pub const DEFAULT_ROWS: u32 = 100;

/// Rows of a page at most. How large an answer may be is said in `bounded`.
pub const MAX_ROWS: u32 = 1_000;

/// Bytes of a token before it is written as hex.
const TOKEN_BYTES: usize = 32;

/// A request whose answer comes in pages. Made by `paged!`.
pub trait Paged: prost::Message + Sized {
    /// What the request is called: no token fits two questions.
    const NAME: &'static str;
    /// Rows of a page at most.
    const MOST: u32;
    /// Rows of a page if the caller does not say.
    const UNSAID: u32;

    /// How many rows the caller wants, and the token of the page.
    fn page(&self) -> (u32, &str);

    /// What all pages of one question share: the request without what says which page is wanted, and how soon.
    fn question(&self) -> Self;
}

/// Makes a request one with pages, of [`MAX_ROWS`] at most if nothing else is said.
macro_rules! paged {
    ($request:ident) => {
        crate::query::page::paged!($request, crate::query::page::MAX_ROWS);
    };
    ($request:ident, $most:expr) => {
        crate::query::page::paged!($request, $most, crate::query::page::DEFAULT_ROWS);
    };
    ($request:ident, $most:expr, $unsaid:expr) => {
        impl crate::query::page::Paged for proto::v1::$request {
            const NAME: &'static str = stringify!($request);
            const MOST: u32 = $most;
            const UNSAID: u32 = $unsaid;

            fn page(&self) -> (u32, &str) {
                (self.page_size, &self.page_token)
            }

            fn question(&self) -> Self {
                Self { page_size: 0, page_token: String::new(), not_before: 0, ..self.clone() }
            }
        }

        impl crate::query::bounded::Question for proto::v1::$request {
            fn rows(&self) -> Option<u32> {
                Some(crate::query::page::wanted(self))
            }

            fn with_rows(&self, rows: u32) -> Option<Self> {
                Some(Self { page_size: rows, ..self.clone() })
            }
        }
    };
}
pub(super) use paged;

/// Rows of a page as a caller wants them.
pub(super) fn wanted<R: Paged>(request: &R) -> u32 {
    let size = request.page().0;
    if size == 0 { R::UNSAID } else { size.min(R::MOST) }
}

/// One question's way of paging.
pub struct Pager {
    /// Rows this page may have.
    pub rows: usize,
    /// Where it begins; none for the first page.
    pub after: Option<Cursor>,
    /// How many entries there were when the token was given; none for the first page.
    pub then: Option<u64>,
    entries: u64,
    scope: [u8; 8],
}

impl Pager {
    /// Paging of a question, as the caller asks for it, of a ledger of so many entries. A token belongs to the whole
    /// request, so that no filter and no point in time can be forgotten.
    ///
    /// # Errors
    /// The token is no token, of another question, or of another ledger.
    pub fn open<R: Paged>(request: &R, entries: u64) -> Result<Self, QueryError> {
        let (_, token) = request.page();
        let rows = wanted(request);
        let question = Sha256::new().chain_update(R::NAME).chain_update([0]);
        let digest = question.chain_update(request.question().encode_to_vec()).finalize();
        let mut scope = [0; 8];
        scope.copy_from_slice(&digest[..8]);
        let mut pager = Self { rows: rows as usize, after: None, then: None, entries, scope };
        if !token.is_empty() {
            let bad = || QueryError::field("page_token", "use the next_page_token of the same question, unchanged");
            let (cursor, then) = pager.read(token, entries).ok_or_else(bad)?;
            (pager.after, pager.then) = (Some(cursor), Some(then));
        }
        Ok(pager)
    }

    /// The rows of this page, of an answer that is nothing but lists one after the other.
    #[must_use]
    pub fn window(&self) -> Window {
        Window::open(self.after, self.rows, ROW_BYTES)
    }

    /// The token of the page after a window.
    ///
    /// # Errors
    /// Rows of the pages before are not what they were.
    pub fn after_window(&self, window: &Window) -> Result<String, QueryError> {
        Ok(window.next()?.map_or_else(String::new, |next| self.token(next)))
    }

    /// The key to begin after, if this is not the first page.
    #[must_use]
    pub fn after_key(&self) -> Option<u64> {
        self.after.map(|cursor| cursor.key)
    }

    /// The first key of this page, for rows whose keys count up from 0.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.after_key().map_or(0, |key| key.saturating_add(1))
    }

    /// The same for handles. A key no table has gives an empty page.
    #[must_use]
    pub fn first_handle<T>(&self) -> Handle<T> {
        Handle::new(u32::try_from(self.first()).unwrap_or(u32::MAX))
    }

    /// The handle a walk goes on from, for questions whose tokens say that instead of the last row given.
    #[must_use]
    pub fn going_on(&self) -> u32 {
        self.after_key().map_or(0, |key| u32::try_from(key).unwrap_or(u32::MAX))
    }

    /// The token of the page after `last`.
    #[must_use]
    pub fn token(&self, last: Cursor) -> String {
        self.token_of(last, self.entries)
    }

    /// The same for an answer that knows better how many entries it was given at.
    #[must_use]
    pub fn token_of(&self, last: Cursor, entries: u64) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.extend_from_slice(&last.key.to_be_bytes());
        bytes.extend_from_slice(&last.carry.to_be_bytes());
        bytes.extend_from_slice(&entries.to_be_bytes());
        let check = self.check(&bytes);
        bytes.extend_from_slice(&check);
        hex(&bytes)
    }

    /// As many of the rows as the page has, and the token of the next page if there is a row more.
    #[must_use]
    pub fn cut<T>(&self, rows: impl IntoIterator<Item = T>, key: impl Fn(&T) -> u64) -> (Vec<T>, String) {
        let mut rows: Vec<T> = rows.into_iter().take(self.rows + 1).collect();
        if rows.len() <= self.rows {
            return (rows, String::new());
        }
        rows.truncate(self.rows);
        let token = rows.last().map(|last| self.token(Cursor { key: key(last), carry: 0 }));
        (rows, token.unwrap_or_default())
    }

    /// The page of a table's rows that are wanted, by handle.
    #[must_use]
    pub fn handles<T: Row>(&self, table: &Table<T>, wanted: impl Fn(&T) -> bool) -> (Vec<Handle<T>>, String) {
        self.handles_from(table, 0, wanted)
    }

    /// The same, none before this number.
    #[must_use]
    pub fn handles_from<T: Row>(
        &self,
        table: &Table<T>,
        first: u32,
        wanted: impl Fn(&T) -> bool,
    ) -> (Vec<Handle<T>>, String) {
        let rows = table.from(self.first_handle().max(Handle::new(first))).filter(|(_, row)| wanted(row));
        self.cut(rows.map(|(handle, _)| handle), |handle| (*handle).into())
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
    use proto::v1;

    fn asked(kind: &str, size: u32, token: &str) -> v1::ListFindingsRequest {
        let (kind, page_token) = (kind.to_owned(), token.to_owned());
        v1::ListFindingsRequest { kind, page_size: size, page_token, ..v1::ListFindingsRequest::default() }
    }

    fn after(kind: &str, token: &str, entries: u64) -> Result<Option<Cursor>, QueryError> {
        Pager::open(&asked(kind, 10, token), entries).map(|pager| pager.after)
    }

    #[test]
    fn a_token_comes_back_and_fits_its_question_only() -> Result<(), QueryError> {
        let cursor = Cursor { key: 7, carry: -3 };
        let token = Pager::open(&asked("one", 10, ""), 5)?.token(cursor);
        assert_eq!(after("one", &token, 6)?, Some(cursor));
        assert!(after("two", &token, 6).is_err(), "another filter");
        assert!(after("one", &token, 4).is_err(), "a ledger with fewer entries");
        let at = Some(v1::Point { at_index: Some(3), ..v1::Point::default() });
        let past = v1::ListFindingsRequest { at, ..asked("one", 10, &token) };
        assert!(Pager::open(&past, 6).is_err(), "another point in time");
        let page_token = token.clone();
        let other =
            v1::ListRefusalsRequest { code: "one".to_owned(), page_token, ..v1::ListRefusalsRequest::default() };
        assert!(Pager::open(&other, 6).is_err(), "another question");
        let later = v1::ListFindingsRequest { not_before: 6, ..asked("one", 3, &token) };
        assert!(Pager::open(&later, 6)?.after.is_some(), "size and patience may change from page to page");
        let mut forged = token.clone();
        forged.replace_range(0..2, "ff");
        assert!(after("one", &forged, 6).is_err(), "a changed token");
        for bad in ["x", &token[1..], &format!("{token}00"), &"元".repeat(21)] {
            assert!(after("one", bad, 6).is_err(), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn pages_of_any_size_are_the_whole_and_the_last_one_has_no_token() -> Result<(), QueryError> {
        for size in [1, 2, 7, 100] {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let pager = Pager::open(&asked("one", size, &token), 5)?;
                let (page, next) = pager.cut((pager.first()..20).filter(|key| key % 3 != 1), |key| *key);
                assert!(page.len() <= size as usize && (next.is_empty() || page.len() == size as usize));
                seen.extend(page);
                token = next;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, (0..20).filter(|key| key % 3 != 1).collect::<Vec<u64>>(), "{size} a page");
        }
        assert_eq!(Pager::open(&asked("one", u32::MAX, ""), 0)?.rows, MAX_ROWS as usize);
        Ok(())
    }
}
