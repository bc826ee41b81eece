//! A journal in the form several tools share: dated transactions, declared accounts, balance assertions.
//! How a line looks in which tool is in `hledger` and `beancount`.
//!
//! Tools assert balances by date, the ledger by place in the record: a late fact is booked on a day of its own, so an
//! assertion in the middle of one file would be broken by what is learnt later. Therefore the transactions of each
//! stretch of entries are in a file of their own, and each checkpoint is a file that includes the stretches up to it
//! and asserts, after the last day, what the accounts touched since the checkpoint before it hold.

use std::path::{Path, PathBuf};

use ledger::account::{Account, AccountNo, Book};
use ledger::entry::Entry;
use ledger::money::Day;
use ledger::outcome::{Outcome, Posting};
use ledger::state::State;
use uuid::Uuid;

use super::error::ExportError;
use super::folding::Export;
use super::names;
use super::new_directory::Out;

/// Accounts are declared before the first day any event can have.
pub(super) const DECLARED: &str = "1900-01-01";

/// One transaction: what an entry posted in one book on one day.
pub(super) struct Head<'a> {
    /// Index of the entry.
    pub index: u64,
    /// The day it is booked on.
    pub booked: Day,
    pub book: Book,
    /// Stable name of the event's kind.
    pub kind: &'static str,
    pub event: Uuid,
    pub effective: Day,
    pub principal: &'a str,
}

/// An account as it is declared.
pub(super) struct Declared<'a> {
    pub name: &'a str,
    pub number: u32,
    pub class: String,
    pub owner: Uuid,
}

/// How one tool wants its journal. Each function adds to the text.
pub(super) trait Dialect: Send {
    /// What the tool's files end in.
    const ENDING: &'static str;
    /// The file to open first.
    const MAIN: &'static str;
    fn remark(out: &mut String, text: &str);
    fn commodity(out: &mut String);
    fn include(out: &mut String, file: &str);
    fn declare(out: &mut String, account: &Declared<'_>);
    fn head(out: &mut String, head: &Head<'_>);
    fn leg(out: &mut String, account: &str, fen: i128);
    fn assertion(out: &mut String, on: Day, account: &str, fen: i128);
}

/// A journal being written.
pub(super) struct Journal<D> {
    dialect: std::marker::PhantomData<D>,
    dir: PathBuf,
    every: u64,
    /// The stretch under way, if it posted anything yet.
    stretch: Option<Out>,
    stretches: Vec<String>,
    /// First entry of the stretch under way.
    from: u64,
    /// By account number: whether it is declared, and whether it was touched since the last checkpoint.
    marks: Vec<(bool, bool)>,
    touched: Vec<AccountNo>,
    latest: Day,
    postings: u64,
    text: String,
}

impl<D: Dialect> Journal<D> {
    pub fn new(dir: &Path, every: u64) -> Self {
        Self {
            dialect: std::marker::PhantomData,
            dir: dir.to_owned(),
            every,
            stretch: None,
            stretches: Vec::new(),
            from: 0,
            marks: Vec::new(),
            touched: Vec::new(),
            latest: Day::default(),
            postings: 0,
            text: String::new(),
        }
    }

    fn transactions(&mut self, state: &State, entry: &Entry<'_>, postings: &[Posting]) -> Result<(), ExportError> {
        let book = |posting: &Posting| state.accounts.get(posting.debit).class.book();
        let mut sorted: Vec<&Posting> = postings.iter().collect();
        // Stable: within a transaction postings keep the order of the entry.
        sorted.sort_by_key(|posting| (book(posting), posting.booked));
        let (index, principal, event) = (entry.index, entry.principal, &entry.event);
        for group in sorted.chunk_by(|a, b| (book(a), a.booked) == (book(b), b.booked)) {
            let [first, ..] = group else { continue };
            for posting in group {
                self.touch(state, posting.debit);
                self.touch(state, posting.credit);
            }
            let (kind, effective) = (event.kind.name(), event.effective);
            let (book, booked) = (book(first), first.booked);
            D::head(&mut self.text, &Head { index, booked, book, kind, event: event.id, effective, principal });
            for posting in group {
                for (account, fen) in [(posting.debit, posting.fen), (posting.credit, -posting.fen)] {
                    D::leg(&mut self.text, &names::account(state.accounts.get(account)), i128::from(fen));
                }
            }
            self.text.push('\n');
            self.latest = self.latest.max(booked);
        }
        self.postings += postings.len() as u64;
        self.write_stretch()
    }

    /// Notes that an account was posted to, and declares it the first time.
    fn touch(&mut self, state: &State, account: AccountNo) {
        let at = account.number() as usize;
        if self.marks.len() <= at {
            self.marks.resize(at + 1, (false, false));
        }
        let (declared, touched) = &mut self.marks[at];
        if !std::mem::replace(declared, true) {
            let row = state.accounts.get(account);
            let (name, class, owner) = (names::account(row), names::class_zh(row.class), state.owner_id(account));
            D::declare(&mut self.text, &Declared { name: &name, number: account.number(), class, owner });
        }
        if !std::mem::replace(touched, true) {
            self.touched.push(account);
        }
    }

    fn write_stretch(&mut self) -> Result<(), ExportError> {
        if let Some(stretch) = &mut self.stretch {
            return stretch.write(&mut self.text);
        }
        let name = format!("entries-{:012}.{}", self.from, D::ENDING);
        let mut stretch = Out::create(self.dir.join(&name))?;
        stretch.write(&mut self.text)?;
        self.stretches.push(name);
        self.stretch = Some(stretch);
        Ok(())
    }

    fn end_stretch(&mut self, entries: u64) -> Result<(), ExportError> {
        self.from = entries;
        self.stretch.take().map_or(Ok(()), |mut stretch| stretch.flush())
    }

    /// A file that includes every stretch so far and asserts these accounts.
    fn checkpoint(
        &mut self,
        name: &str,
        state: &State,
        accounts: &mut dyn Iterator<Item = AccountNo>,
    ) -> Result<(), ExportError> {
        let mut out = Out::create(self.dir.join(name))?;
        let remark =
            format!("明账 Mingzhang: the record through its first {} entries 前{}条记录", state.entries, state.entries);
        D::remark(&mut self.text, &remark);
        D::commodity(&mut self.text);
        for stretch in &self.stretches {
            D::include(&mut self.text, stretch);
        }
        self.text.push('\n');
        let after = self.latest.plus(1);
        for account in accounts {
            let row: &Account = state.accounts.get(account);
            D::assertion(&mut self.text, after, &names::account(row), row.balance);
            out.write(&mut self.text)?;
        }
        out.write(&mut self.text)?;
        out.flush()
    }
}

impl<D: Dialect> Export for Journal<D> {
    fn entry(&mut self, state: &State, entry: &Entry<'_>, outcome: &Outcome) -> Result<(), ExportError> {
        if let Outcome::Posted { postings, .. } = outcome
            && !postings.is_empty()
        {
            self.transactions(state, entry, postings)?;
        }
        if !state.entries.is_multiple_of(self.every) {
            return Ok(());
        }
        self.end_stretch(state.entries)?;
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        for account in &touched {
            self.marks[account.number() as usize].1 = false;
        }
        let name = format!("at-{:012}.{}", state.entries, D::ENDING);
        self.checkpoint(&name, state, &mut touched.into_iter())
    }

    fn finish(&mut self, state: &State) -> Result<(&'static str, u64, u64), ExportError> {
        self.end_stretch(state.entries)?;
        let marks = std::mem::take(&mut self.marks);
        let mut declared =
            (0u32..).zip(&marks).filter(|(_, (declared, _))| *declared).map(|(number, _)| AccountNo::new(number));
        self.checkpoint(D::MAIN, state, &mut declared)?;
        let accounts = marks.iter().filter(|(declared, _)| *declared).count();
        Ok((D::MAIN, self.postings, accounts as u64))
    }
}
