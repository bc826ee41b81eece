//! The record folded again from decoded entries, and what it comes to compared wherever something was signed or is
//! expected: root over outcomes, postings per book, root over balances, digest.

use ledger::account::{Account, AccountNo, Book};
use ledger::hash::{Hash, hex};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::balances::{AccountStands, BalanceLeaf, SaltSource};
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::outcome_leaf::{EntryMark, Known as _};
use replay::engine::EngineError;
use replay::engine::catch_up::Decoded;
use replay::proof::tally::{Tally, Tallying};
use uuid::Uuid;

use super::evidence::{FirstDifference, FramePlace};
use super::expected::{Books, Expectation};

/// Folds and compares.
pub struct Refold<'a> {
    /// As far as it has come.
    pub state: State,
    marks: Marks<'a>,
}

/// What is compared on the way.
struct Marks<'a> {
    tallying: Tallying,
    points: &'a [Expectation],
    compared: u64,
    /// Up to here a signed root or a digest fits.
    signed: u64,
    difference: Option<Box<FirstDifference>>,
}

impl<'a> Refold<'a> {
    /// Goes on from `state`, whose outcomes come to `tally`: fresh ones, or those of pages.
    pub fn new(state: State, tallying: Tallying, points: &'a [Expectation]) -> Self {
        let passed = points.partition_point(|point| point.at < state.entries);
        let marks = Marks { tallying, points: &points[passed..], compared: 0, signed: state.entries, difference: None };
        Self { state, marks }
    }

    /// Compares what is expected exactly here, before anything is folded.
    pub fn begin(&mut self) -> Result<(), Box<FirstDifference>> {
        self.marks.compare(&mut self.state);
        self.marks.difference.take().map_or(Ok(()), Err)
    }

    /// Folds the entries of a frame.
    pub fn take(&mut self, decoded: Decoded, place: &FramePlace) -> Result<(), Box<FirstDifference>> {
        let marks = &mut self.marks;
        let folded = decoded.fold(&mut self.state, &mut |state, mark, outcome| marks.note(state, mark, outcome));
        marks.tallying.forget_fresh();
        if let Some(mut difference) = marks.difference.take() {
            difference.place = Some(place.clone());
            return Err(difference);
        }
        folded.map_err(|error| Box::new(unreadable(self.state.entries, &error, place)))
    }

    /// Each book must balance, whatever was signed.
    pub fn end(&self) -> Result<(), Box<FirstDifference>> {
        let off = Book::ALL.iter().find(|book| self.state.trial_balance(**book) != 0);
        let Some(book) = off else { return Ok(()) };
        Err(Box::new(FirstDifference {
            index: self.marks.signed,
            what: "trial balance",
            place: None,
            expected: format!("book {} balances", book.name()),
            found: format!("{} fen too much", self.state.trial_balance(*book)),
            checkpoint: None,
        }))
    }

    /// How many signed values or digests fitted.
    pub fn compared(&self) -> u64 {
        self.marks.compared
    }

    /// What all outcomes come to.
    pub fn tally(&self) -> &Tally {
        self.marks.tallying.tally()
    }
}

impl Marks<'_> {
    fn note(&mut self, state: &mut State, mark: &EntryMark, outcome: &Outcome) {
        self.tallying.note(state, mark, outcome);
        self.compare(state);
    }

    fn compare(&mut self, state: &mut State) {
        while let Some((point, rest)) = self.points.split_first() {
            if point.at > state.entries || self.difference.is_some() {
                return;
            }
            self.points = rest;
            if let Some(expected) = &point.outcomes {
                let tally = self.tallying.tally();
                self.difference = differs(point, self.signed, expected, &(tally.tree().root(), *tally.books()));
            }
            if let Some((accounts, root)) = point.balances {
                let say = |(accounts, root): (u64, Hash)| format!("{} over {accounts} accounts", hex(&root));
                let (expected, found) =
                    (say((accounts, root)), say(balance_root(state, self.tallying.tally().salts())));
                let differs = expected != found;
                self.difference = differs.then(|| told(point, self.signed, "balance root", expected, found));
            }
            if let Some(expected) = &point.digest {
                let found = state.digest();
                let differs = *expected != found;
                self.difference = differs.then(|| told(point, self.signed, "state digest", hex(expected), hex(&found)));
            }
            let compared = point.outcomes.is_some() || point.balances.is_some() || point.digest.is_some();
            if self.difference.is_none() && compared {
                (self.signed, self.compared) = (point.at, self.compared + 1);
            }
        }
    }
}

/// How many accounts there are, and the root over their balances, leaf by leaf: a ledger that answers hashes them by subtrees.
fn balance_root(state: &State, salts: u128) -> (u64, Hash) {
    let source = SaltSource { salts, entries: state.entries };
    let leaf = |(number, account): (AccountNo, &Account)| {
        let (class, owner) = state.account(number);
        let stands = AccountStands::new(class, owner, account.balance);
        BalanceLeaf { key: stands.key, seal: source.opening(&stands).seal() }
    };
    let mut leaves: Vec<BalanceLeaf> = state.accounts.iter().map(leaf).collect();
    leaves.sort_unstable_by_key(|leaf| leaf.key);
    let mut tree = Frontier::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(&leaf.bytes())));
    (tree.size(), tree.root())
}

fn differs(
    point: &Expectation,
    signed: u64,
    expected: &([u8; 32], Books),
    found: &([u8; 32], Books),
) -> Option<Box<FirstDifference>> {
    if expected.0 != found.0 {
        return Some(told(point, signed, "outcome root", hex(&expected.0), hex(&found.0)));
    }
    let off = Book::ALL.iter().zip(expected.1.iter().zip(&found.1)).find(|(_, (expected, found))| expected != found);
    let (book, (expected, found)) = off?;
    let say = |sums: &replay::proof::tally::Turnover| {
        format!("book {} debits {} credits {}", book.name(), sums.debits, sums.credits)
    };
    Some(told(point, signed, "postings", say(expected), say(found)))
}

fn told(point: &Expectation, index: u64, what: &'static str, expected: String, found: String) -> Box<FirstDifference> {
    let expected = format!("{expected} after {} entries", point.at);
    Box::new(FirstDifference { index, what, place: None, expected, found, checkpoint: Some(point.source.clone()) })
}

/// An entry that cannot be decoded or folded.
pub fn unreadable(next: u64, error: &EngineError, place: &FramePlace) -> FirstDifference {
    let (index, found) = match error {
        EngineError::Unreadable { index, why } => (*index, why.clone()),
        other => (next, other.to_string()),
    };
    let expected = "an entry this program can read".to_owned();
    FirstDifference { index, what: "entry", place: Some(place.clone()), expected, found, checkpoint: None }
}

/// An entry that no ledger would have admitted: its id is not that of what it says.
pub fn wrong_id((index, found, keyed): (u64, Uuid, Uuid), place: &FramePlace) -> FirstDifference {
    let (expected, found) = (format!("the id of its key, {keyed}"), found.to_string());
    FirstDifference { index, what: "event id", place: Some(place.clone()), expected, found, checkpoint: None }
}
