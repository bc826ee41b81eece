//! What the record must come to at certain sizes: signed checkpoints from a directory, and what the caller expects.

use ledger::hash::unhex;
use replay::files::small::{SMALL_BYTES, TEXT_BYTES, read_at_most};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use ledger::account::Book;
use ledger::hash::Hash;
use replay::proof::balance_files::SignedBalances;
use replay::proof::balance_note::BalanceRoot;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::checkpoint_files::{Checkpoints, KeptError};
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::suffered::suffered;
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
    /// It lies beside the record, where it may have suffered like any file.
    pub kept: bool,
}

impl Expectation {
    /// Of whom nothing is expected yet.
    pub fn new(at: u64, source: String) -> Self {
        Self { at, source, root: None, outcomes: None, balances: None, digest: None, note: None, kept: false }
    }
}

/// Checkpoints of a directory, and what is wrong with those of its files that say nothing.
#[derive(Default)]
pub struct Loaded {
    /// By size.
    pub points: Vec<Expectation>,
    /// Roots over balances, by the entries after which they stood so.
    pub balances: Vec<(u64, SignedBalances)>,
    /// File and reason: damage to such a file says nothing about the record, and is not the same as nothing.
    pub set_aside: Vec<String>,
}

/// All checkpoints in `dir`. Whether their keys are trusted is for `trusted_keys`; what is not as one of these keys signed it is a file that
/// suffered, and says nothing about the record.
pub fn load(dir: &Path, keys: &[Verifier]) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    for item in std::fs::read_dir(dir).with_context(|| format!("reading directory {}", dir.display()))? {
        let path = item?.path();
        if let Some(kind) = KINDS.iter().find(|kind| path.extension().is_some_and(|found| found == **kind)) {
            match read_at_most(&path, SMALL_BYTES) {
                // A running ledger lets older ones go.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                bytes => match read(bytes, &path, kind) {
                    Ok(point) => loaded.points.push(point),
                    Err(error) => loaded.set_aside.push(format!("{}: {error:#}", path.display())),
                },
            }
        }
    }
    let kept = Checkpoints::in_dir(dir);
    let gone = kept.lonely()?.into_iter().map(|(path, why)| format!("{}: {why}", path.display()));
    loaded.set_aside.extend(gone);
    loaded.balances(&kept)?;
    loaded.cosigned(&kept)?;
    loaded.judge(keys);
    loaded.points.sort_by(|one, other| (one.at, &one.source).cmp(&(other.at, &other.source)));
    loaded.set_aside.sort();
    Ok(loaded)
}

impl Loaded {
    /// What was signed over balances is not compared with the record, but it must be as it was signed.
    fn balances(&mut self, kept: &Checkpoints) -> anyhow::Result<()> {
        for size in kept.balance_sizes()? {
            match kept.balances(size) {
                Ok(signed) => self.balances.extend(signed.map(|signed| (size, signed))),
                Err(error @ KeptError::Bad { .. }) => self.set_aside.push(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        let lost = kept.lost_balances()?.into_iter();
        self.set_aside.extend(lost.map(|path| format!("{}: it was damaged and is set aside", path.display())));
        Ok(())
    }

    /// What witnesses signed is compared where they are named; whoever names none hears of files that suffered all the same.
    fn cosigned(&mut self, kept: &Checkpoints) -> anyhow::Result<()> {
        let read = kept.cosigned_sizes()?.into_iter().map(|size| kept.cosigned(size));
        self.set_aside.extend(read.filter_map(|read| match read {
            Err(error @ KeptError::Bad { .. }) => Some(error.to_string()),
            _ => None,
        }));
        Ok(())
    }

    /// Sets aside what is not as one of these keys signed it. Whether something was that is compared with the record.
    pub fn judge(&mut self, keys: &[Verifier]) -> bool {
        let (points, set_aside) = (self.points.len(), &mut self.set_aside);
        self.points.retain(|point| {
            let why = point.note.as_ref().filter(|_| point.kept).and_then(|note| suffered(note, keys));
            set_aside.extend(why.map(|why| format!("{}: {why}", point.source)));
            why.is_none()
        });
        self.balances.retain(|(size, signed)| {
            let why = signed.suffered(keys);
            set_aside.extend(why.map(|why| format!("the root over balances after {size} entries: {why}")));
            why.is_none()
        });
        self.points.len() < points
    }
}

fn read(bytes: std::io::Result<Vec<u8>>, path: &Path, kind: &str) -> anyhow::Result<Expectation> {
    let point = of_note(Note::parse(&bytes?)?, &path.display().to_string())?;
    anyhow::ensure!(
        point.outcomes.is_some() == (kind == KINDS[1]),
        "it is no note of the kind its file is named after"
    );
    let named = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
    let why = || format!("its size, {}, is not the one its file is named after", point.at);
    anyhow::ensure!(named.is_none_or(|size| size == point.at), why());
    Ok(Expectation { kept: true, ..point })
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
