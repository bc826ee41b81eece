//! Evidence that a ledger contradicts itself: two signed checkpoints of each of its logs side by side, and the hashes that should join them,
//! as files for `scripts/check_fork.py`, which asks nobody. Whether they contradict each other is for whoever keeps them to find.

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;

use crate::files::replace;
use crate::proof::signed_note::{Note, Verifier};
use crate::proof::trees::TwoPaths;

/// Two signed checkpoints over entries and two over outcomes, where there are both.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What was seen before: the note over entries, and that over outcomes.
    pub seen: [Option<&'a Note>; 2],
    /// What does not go with it.
    pub offered: [Option<&'a Note>; 2],
    /// What was shown to join them.
    pub proof: &'a TwoPaths,
}

impl Evidence<'_> {
    /// Writes it into a directory, which is made if needed.
    ///
    /// # Errors
    /// It cannot be written: to where, and what the system said.
    pub fn keep(&self, dir: &Path) -> std::result::Result<(), (PathBuf, std::io::Error)> {
        let at = |path: &Path, done: Result<()>| done.map_err(|error| (path.to_owned(), error));
        at(dir, fs::create_dir_all(dir))?;
        let ([seen, seen_outcomes], [offered, offered_outcomes]) = (self.seen, self.offered);
        let notes = [
            ("seen", seen),
            ("seen.outcomes", seen_outcomes),
            ("offered", offered),
            ("offered.outcomes", offered_outcomes),
        ];
        let notes = notes.into_iter().filter_map(|(name, note)| Some((name, note?.to_string())));
        let lines = |path: &[Hash]| path.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        let proofs = [("proof", lines(&self.proof.entries)), ("proof.outcomes", lines(&self.proof.outcomes))];
        for (name, text) in notes.chain(proofs) {
            let path = dir.join(name);
            at(&path, replace(&path, String::as_bytes(&text)))?;
        }
        Ok(())
    }
}

/// The command that says what the evidence in a directory proves to anybody who has these keys of the ledger.
#[must_use]
pub fn command<'a>(dir: &Path, keys: impl IntoIterator<Item = &'a Verifier>) -> String {
    let mut told: Vec<String> = Vec::new();
    for key in keys {
        let key = format!("'{key}'");
        if !told.contains(&key) {
            told.push(key);
        }
    }
    format!("python3 scripts/check_fork.py '{}' {}", dir.display(), told.join(" "))
}
