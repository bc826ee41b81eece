//! What the record must come to at certain sizes: signed checkpoints from a directory, and what the caller expects.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use ledger::account::Book;
use ledger::merkle::Hash;
use replay::checkpoint::{Checkpoint, Outcomes};
use replay::note::{Note, Verifier};
use replay::tally::Turnover;

use crate::jobs::source::unhex;

/// How the files of checkpoints end: the tree, and what was made of its entries. Others are not ours to judge.
const KINDS: [&str; 2] = ["checkpoint", "outcomes"];

/// What is posted in each book.
pub type Books = [Turnover; Book::ALL.len()];

/// What must hold when the record has `at` entries.
#[derive(Clone, Debug)]
pub struct Point {
    /// Number of entries.
    pub at: u64,
    /// Who says so: a file, or an option.
    pub source: String,
    /// The root over them.
    pub root: Option<Hash>,
    /// The chain over their outcomes, and what was posted in each book.
    pub outcomes: Option<(Hash, Books)>,
    /// The digest of the state.
    pub digest: Option<Hash>,
}

impl Point {
    /// Of whom nothing is expected yet.
    pub fn new(at: u64, source: String) -> Self {
        Self { at, source, root: None, outcomes: None, digest: None }
    }
}

/// All checkpoints in `dir`, by size. With keys, each must be signed by one of them.
pub fn load(dir: &Path, keys: &[Verifier]) -> anyhow::Result<Vec<Point>> {
    let mut points = Vec::new();
    for item in std::fs::read_dir(dir).with_context(|| format!("reading directory {}", dir.display()))? {
        let path = item?.path();
        if path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known)) {
            // A running ledger lets older ones go.
            match std::fs::read(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                bytes => {
                    let point = read(bytes, &path, keys);
                    points.push(point.with_context(|| format!("checkpoint {}", path.display()))?);
                }
            }
        }
    }
    points.sort_by(|one, other| (one.at, &one.source).cmp(&(other.at, &other.source)));
    Ok(points)
}

fn read(bytes: std::io::Result<Vec<u8>>, path: &Path, keys: &[Verifier]) -> anyhow::Result<Point> {
    point(&Note::parse(&bytes?)?, &path.display().to_string(), keys)
}

/// What a note says, of the tree or of outcomes.
pub fn point(note: &Note, source: &str, keys: &[Verifier]) -> anyhow::Result<Point> {
    if Outcomes::parse(note.unverified_text()).is_ok() {
        let outcomes = of(note, keys, Outcomes::verified, Outcomes::parse)?;
        let said = Some((outcomes.chain, outcomes.books));
        return Ok(Point { outcomes: said, ..Point::new(outcomes.size, source.to_owned()) });
    }
    let checkpoint = of(note, keys, Checkpoint::verified, Checkpoint::parse)?;
    Ok(Point { root: Some(checkpoint.root), ..Point::new(checkpoint.size, source.to_owned()) })
}

/// Without a key the text is taken as it is, which the report says; with keys one of them must have signed it.
fn of<T, E: std::error::Error + Send + Sync + 'static>(
    note: &Note,
    keys: &[Verifier],
    verified: impl Fn(&Note, &Verifier) -> Result<T, E>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<T> {
    let Some((last, others)) = keys.split_last() else { return Ok(parse(note.unverified_text())?) };
    for key in others {
        if let Ok(signed) = verified(note, key) {
            return Ok(signed);
        }
    }
    Ok(verified(note, last)?)
}

/// `DIGEST@INDEX`, as typed.
pub fn expectation(text: &str) -> Result<Point, String> {
    let wrong = || "type DIGEST@INDEX: 64 hexadecimal digits, @, and a number of entries".to_owned();
    let (digest, at) = text.split_once('@').ok_or_else(wrong)?;
    let digest = unhex(digest).and_then(|bytes| Hash::try_from(bytes).ok()).ok_or_else(wrong)?;
    let at = at.parse().map_err(|_| wrong())?;
    Ok(Point { digest: Some(digest), ..Point::new(at, format!("--expect {text}")) })
}
