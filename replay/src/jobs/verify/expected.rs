//! What the record must come to at certain sizes: signed checkpoints from a directory, and what the caller expects.

use ledger::hash::unhex;
use replay::files::small::{SMALL_BYTES, TEXT_BYTES, read_at_most};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use ledger::account::Book;
use ledger::hash::Hash;
use replay::proof::balance_note::BalanceRoot;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::checkpoint_files::Checkpoints;
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::tally::Turnover;

/// How the files of checkpoints end: the tree, and what was made of its entries. Others are not ours to judge.
const KINDS: [&str; 2] = ["checkpoint", "outcomes"];

/// What is posted in each book.
pub type Books = [Turnover; Book::ALL.len()];

/// What must hold when the record has `at` entries.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Number of entries.
    pub at: u64,
    /// Who says so: a file, or an option.
    pub source: String,
    /// The root over them.
    pub root: Option<Hash>,
    /// The root over their outcomes, and what was posted in each book.
    pub outcomes: Option<(Hash, Books)>,
    /// How many accounts there are, and the root over their balances.
    pub balances: Option<(u64, Hash)>,
    /// The digest of the state.
    pub digest: Option<Hash>,
    /// The note that says so, if it is signed.
    pub note: Option<Note>,
}

impl Expectation {
    /// Of whom nothing is expected yet.
    pub fn new(at: u64, source: String) -> Self {
        Self { at, source, root: None, outcomes: None, balances: None, digest: None, note: None }
    }
}

/// Checkpoints of a directory, and what is wrong with those of its files that say nothing.
#[derive(Default)]
pub struct Loaded {
    /// By size.
    pub points: Vec<Expectation>,
    /// File and reason: damage to such a file says nothing about the record, and is not the same as nothing.
    pub set_aside: Vec<String>,
}

/// All checkpoints in `dir`. Whether their keys are trusted is for `trusted_keys`; what bears the name of one of these and no signature of it
/// that fits is a file that suffered, and says nothing about the record.
pub fn load(dir: &Path, keys: &[Verifier]) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    for item in std::fs::read_dir(dir).with_context(|| format!("reading directory {}", dir.display()))? {
        let path = item?.path();
        if path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known)) {
            match read_at_most(&path, SMALL_BYTES) {
                // A running ledger lets older ones go.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                bytes => match read(bytes, &path).and_then(|point| whole(point, &path, keys)) {
                    Ok(point) => loaded.points.push(point),
                    Err(error) => loaded.set_aside.push(format!("{}: {error:#}", path.display())),
                },
            }
        }
    }
    unpaired(dir, &mut loaded.set_aside)?;
    loaded.points.sort_by(|one, other| (one.at, &one.source).cmp(&(other.at, &other.source)));
    loaded.set_aside.sort();
    Ok(loaded)
}

fn whole(point: Expectation, path: &Path, keys: &[Verifier]) -> anyhow::Result<Expectation> {
    let named = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
    anyhow::ensure!(
        named.is_none_or(|size| size == point.at),
        "its size, {}, is not the one its file is named after",
        point.at
    );
    let Some(note) = &point.note else { return Ok(point) };
    for key in keys {
        let own = if point.outcomes.is_some() { Outcomes::key_of(key) } else { key.clone() };
        let claims = note.signatures.iter().any(|line| line.name == own.name() && line.id == own.id());
        let fits = note.verified_by(&own).is_ok() && note.signed_at(key).is_ok();
        anyhow::ensure!(!claims || fits, "the signature of the ledger's key does not fit it");
    }
    Ok(point)
}

/// As many of the last checkpoints a running ledger does not let go, whatever it lets go meanwhile.
const STAY: usize = 8;

/// The checkpoints that have no note over outcomes beside them. A ledger writes that one first and removes it last, so what is missing
/// while the checkpoint is still there was taken away. Notes over outcomes that have no checkpoint, if they are among the last.
fn unpaired(dir: &Path, set_aside: &mut Vec<String>) -> anyhow::Result<()> {
    let kept = Checkpoints::in_dir(dir);
    let sizes = kept.sizes()?;
    for &size in &sizes {
        let [tree, outcomes] = KINDS.map(|kind| dir.join(format!("{size:020}.{kind}")));
        if !outcomes.exists() && tree.exists() {
            set_aside.push(format!("{}: it is missing beside its checkpoint", outcomes.display()));
        }
    }
    for item in std::fs::read_dir(dir)? {
        let outcomes = item?.path();
        let tree = outcomes.with_extension(KINDS[0]);
        let size = outcomes.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        let last = size.is_some_and(|size| sizes.iter().rev().take_while(|later| **later > size).count() < STAY);
        if last && outcomes.extension().is_some_and(|kind| kind == KINDS[1]) && !tree.exists() {
            set_aside.push(format!("{}: it is missing, and the note over its outcomes is there", tree.display()));
        }
    }
    Ok(())
}

fn read(bytes: std::io::Result<Vec<u8>>, path: &Path) -> anyhow::Result<Expectation> {
    of_note(Note::parse(&bytes?)?, &path.display().to_string())
}

/// What a note says, of the tree or of outcomes.
pub fn of_note(note: Note, source: &str) -> anyhow::Result<Expectation> {
    let text = note.unverified_text();
    let point = match Outcomes::parse(text) {
        Ok(said) => {
            Expectation { outcomes: Some((said.root, said.books)), ..Expectation::new(said.size, source.to_owned()) }
        }
        Err(_) => {
            let said = Checkpoint::parse(text)?;
            Expectation { root: Some(said.root), ..Expectation::new(said.size, source.to_owned()) }
        }
    };
    Ok(Expectation { note: Some(note), ..point })
}

/// What a receipt of a balance says: the root over the entries, and that over the balances after them.
pub fn of_receipt(path: &Path) -> anyhow::Result<[Expectation; 2]> {
    let source = path.display().to_string();
    let read = || {
        let receipt = BalanceReceipt::parse(&read_at_most(path, TEXT_BYTES)?)?;
        let at = receipt.fits()?.checkpoint.size;
        let [proof, ..] = &receipt.proofs[..] else { anyhow::bail!("it holds no proof") };
        let (note, of) = (proof.checkpoint.clone(), Expectation::new(at, source.clone()));
        let said = BalanceRoot::parse(note.unverified_text())?;
        let balances = Expectation { balances: Some((said.accounts, said.root)), note: Some(note), ..of };
        anyhow::Ok([of_note(receipt.checkpoint, &source)?, balances])
    };
    read().with_context(|| format!("the receipt {source}"))
}

/// `DIGEST@INDEX`, as typed.
pub fn expectation(text: &str) -> Result<Expectation, String> {
    let wrong = || "type DIGEST@INDEX: 64 hexadecimal digits, @, and a number of entries".to_owned();
    let (digest, at) = text.split_once('@').ok_or_else(wrong)?;
    let digest = unhex(digest).and_then(|bytes| Hash::try_from(bytes).ok()).ok_or_else(wrong)?;
    let at = at.parse().map_err(|_| wrong())?;
    Ok(Expectation { digest: Some(digest), ..Expectation::new(at, format!("--expect {text}")) })
}
