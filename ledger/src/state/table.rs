//! Rows in the order of their creation, held in pages, found by id. A row's position is its handle, for ever.
//! It does not know what the rows mean, nor where pages are kept.

use crate::handle::{Handle, Link};
use crate::steps::step;
use hashbrown::HashTable;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Rows a page: large enough for few writes, small enough that touching one row rewrites little.
pub const PAGE_ROWS: usize = 1024;

/// Shards of the id index: each grows by itself, so that growth never stalls the fold for long.
const SHARDS: usize = 256;

/// Marks of a page: changed since it was last kept, and since it was last compared. Both are set by one store.
const UNKEPT: u8 = 1;
const UNCOMPARED: u8 = 2;
const CHANGED: u8 = UNKEPT | UNCOMPARED;

/// Something kept in a table.
pub trait Row: Serialize + DeserializeOwned {
    /// The id to find it by, if it has one.
    fn id(&self) -> Option<Uuid>;

    /// Whether it is found by its id in the place of the earlier row of the same id. Asked as rows are added, and again
    /// as pages are restored, so it must not depend on what happens to the row later.
    fn succeeds(&self, earlier: &Self) -> bool {
        let _ = earlier;
        false
    }
}

/// A table of one kind of row.
#[derive(Clone)]
pub struct Table<T> {
    pages: Vec<Vec<T>>,
    marks: Vec<u8>,
    shards: Vec<HashTable<Handle<T>>>,
    len: usize,
}

impl<T: Row> Default for Table<T> {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| HashTable::new()).collect();
        Self { pages: Vec::new(), marks: Vec::new(), shards, len: 0 }
    }
}

impl<T: Row> Table<T> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The handle the next row will get. Four billion rows of a kind are beyond any one ledger's memory.
    #[must_use]
    pub fn next(&self) -> Handle<T> {
        Handle::new(u32::try_from(self.len).unwrap_or(u32::MAX))
    }

    /// The handle of a number that came from outside, if there is such a row.
    #[must_use]
    pub fn handle(&self, number: u32) -> Option<Handle<T>> {
        (Handle::new(number) < self.next()).then_some(Handle::new(number))
    }

    /// The row of a handle this table gave out.
    #[must_use]
    pub fn get(&self, handle: Handle<T>) -> &T {
        let at = handle.at();
        &self.pages[at / PAGE_ROWS][at % PAGE_ROWS]
    }

    /// The row, to be changed.
    pub fn get_mut(&mut self, handle: Handle<T>) -> &mut T {
        let at = handle.at();
        self.marks[at / PAGE_ROWS] = CHANGED;
        &mut self.pages[at / PAGE_ROWS][at % PAGE_ROWS]
    }

    /// The handle of an id.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<Handle<T>> {
        let hash = hash(id);
        self.shards[shard(hash)].find(hash, |&handle| self.get(handle).id() == Some(id)).copied()
    }

    /// The row of an id.
    #[must_use]
    pub fn by_id(&self, id: Uuid) -> Option<(Handle<T>, &T)> {
        self.find(id).map(|handle| (handle, self.get(handle)))
    }

    /// Adds a row; its id finds it from now on, if new here or if it succeeds the row found so far.
    pub(crate) fn push(&mut self, row: T) -> Handle<T> {
        let handle = self.next();
        assert!(Link::from(handle).is_some(), "a table is full");
        let id = row.id();
        if self.len.is_multiple_of(PAGE_ROWS) {
            self.pages.push(Vec::with_capacity(PAGE_ROWS));
            self.marks.push(CHANGED);
        }
        let page = self.len / PAGE_ROWS;
        self.pages[page].push(row);
        self.marks[page] = CHANGED;
        self.len += 1;
        if let Some(id) = id {
            self.index(id, handle);
        }
        handle
    }

    /// Has an id find a row from now on, as adding it does.
    pub(super) fn index(&mut self, id: Uuid, handle: Handle<T>) {
        let hash_of = hash(id);
        let pages = &self.pages;
        let row = |handle: Handle<T>| &pages[handle.at() / PAGE_ROWS][handle.at() % PAGE_ROWS];
        let shard = &mut self.shards[shard(hash_of)];
        match shard.find_mut(hash_of, |&h| row(h).id() == Some(id)) {
            None => {
                let hash_of_row = |&h: &Handle<T>| row(h).id().map_or(0, hash);
                if shard.len() == shard.capacity() {
                    grow(shard, hash_of_row);
                }
                shard.insert_unique(hash_of, handle, hash_of_row);
            }
            Some(found) if row(handle).succeeds(row(*found)) => *found = handle,
            Some(_) => {}
        }
    }

    /// The first row for which `before` no longer holds, or where the next row will be. Rows for which it does come first.
    #[must_use]
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> Handle<T> {
        let (mut low, mut high) = (0, self.next().number());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.get(Handle::new(middle))) { low = middle + 1 } else { high = middle }
        }
        Handle::new(low)
    }

    /// The rows from one on, in the order of their creation.
    pub fn from(&self, first: Handle<T>) -> impl Iterator<Item = (Handle<T>, &T)> {
        first.run(self.next().number().saturating_sub(first.number())).map(|at| (at, self.get(at)))
    }

    /// A chain of rows, latest first: each row names the one before it, and the first of all names none.
    pub fn chain<'a>(
        &'a self,
        latest: impl Into<Link<T>>,
        before: impl Fn(&T) -> Link<T> + 'a,
    ) -> impl Iterator<Item = (Handle<T>, &'a T)> + 'a {
        let mut next = latest.into();
        std::iter::from_fn(move || {
            let at = next.handle()?;
            step();
            let row = self.get(at);
            next = before(row);
            Some((at, row))
        })
    }

    /// All rows, the latest first.
    pub fn latest(&self) -> impl Iterator<Item = (Handle<T>, &T)> {
        (0..self.next().number()).rev().map(Handle::new).map(|at| (at, self.get(at)))
    }

    /// All rows in the order of their creation.
    pub fn iter(&self) -> impl Iterator<Item = (Handle<T>, &T)> {
        (0u32..).map(Handle::new).zip(self.pages.iter().flatten())
    }
}

impl<T> Table<T> {
    /// Pages with a mark, which is taken off.
    fn take(&mut self, mark: u8) -> Vec<u32> {
        let numbers = (0u32..).zip(self.marks.iter_mut());
        let taken = numbers.filter_map(|(number, marks)| {
            let had = *marks & mark != 0;
            *marks &= !mark;
            had.then_some(number)
        });
        taken.collect()
    }
}

/// Spreads an id over 64 bits. Ids are mostly hashes already; the multiplication guards against those that are not.
fn hash(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    let wide = u128::from(high ^ 0x9e37_79b9_7f4a_7c15) * u128::from(low ^ 0xd6e8_feb8_6659_fd93);
    ((wide >> 64) ^ wide) as u64 ^ high.rotate_left(32) ^ low
}

/// Doubles a shard. By itself it would ask for the hash of one row after the other and wait for memory each time; asked for before
/// anything is placed, they wait together.
fn grow<T>(shard: &mut HashTable<Handle<T>>, hash_of: impl Fn(&Handle<T>) -> u64) {
    let hashed: Vec<_> = shard.iter().map(|handle| (hash_of(handle), *handle)).collect();
    let mut larger = HashTable::with_capacity(shard.capacity() + 1);
    for (hash, handle) in hashed {
        larger.insert_unique(hash, handle, &hash_of);
    }
    *shard = larger;
}

fn shard(hash: u64) -> usize {
    // Middle bits: the top ones tell entries apart inside a shard, the low ones place them there.
    (hash >> 40) as usize % SHARDS
}

/// A table as pages of bytes, for whoever keeps them. The same rows give the same bytes.
pub trait Pages {
    /// How many pages there are.
    fn count(&self) -> usize;
    /// Page numbers changed since the last call; asking marks them clean.
    fn take_dirty(&mut self) -> Vec<u32>;
    /// The same for whoever compares two states: page numbers changed since its last call.
    fn take_uncompared(&mut self) -> Vec<u32>;
    /// Marks a page as not yet kept, after a failed write.
    fn mark_dirty(&mut self, page: u32);
    /// The bytes of a page.
    fn encode(&self, page: u32) -> Vec<u8>;
    /// The bytes of one row, if there is one of this number.
    fn encode_row(&self, number: u32) -> Option<Vec<u8>>;
    /// Adds the next page from bytes made by `encode`.
    ///
    /// # Errors
    /// The bytes are not a page of this table.
    fn restore(&mut self, bytes: &[u8]) -> Result<(), BadPage>;
}

/// Bytes that are no page of the table they were given to. The remedy is to rebuild from the record.
#[derive(Debug, PartialEq, Eq)]
pub struct BadPage;

impl<T: Row> Pages for Table<T> {
    fn count(&self) -> usize {
        self.pages.len()
    }

    fn take_dirty(&mut self) -> Vec<u32> {
        self.take(UNKEPT)
    }

    fn take_uncompared(&mut self) -> Vec<u32> {
        self.take(UNCOMPARED)
    }

    fn mark_dirty(&mut self, page: u32) {
        if let Some(marks) = self.marks.get_mut(page as usize) {
            *marks |= UNKEPT;
        }
    }

    fn encode(&self, page: u32) -> Vec<u8> {
        let rows = &self.pages[page as usize];
        // Writing to memory cannot fail; a row type that serde refuses would fail the first test that folds.
        postcard::to_allocvec(rows).unwrap_or_default()
    }

    fn encode_row(&self, number: u32) -> Option<Vec<u8>> {
        let row = self.get(self.handle(number)?);
        Some(postcard::to_allocvec(row).unwrap_or_default())
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), BadPage> {
        if !self.len.is_multiple_of(PAGE_ROWS) {
            return Err(BadPage);
        }
        let rows: Vec<T> = postcard::from_bytes(bytes).map_err(|_| BadPage)?;
        if rows.is_empty() || rows.len() > PAGE_ROWS {
            return Err(BadPage);
        }
        for row in rows {
            self.push(row);
        }
        if let Some(marks) = self.marks.last_mut() {
            *marks &= !UNKEPT;
        }
        Ok(())
    }
}
