//! A witness: remembers the last checkpoint of another ledger that it saw, cosigns one that continues it (C2SP
//! cosignature/v1), and keeps both notes as evidence of one that does not. How checkpoints come here is not its business.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ledger::hash::Hash;
use ledger::tree::merkle::empty_root;
use ledger::tree::proof::is_consistent;

use crate::files::replace;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::signed_note::{Note, NoteError, Signer, Verifier};

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// It is no checkpoint, or not signed by the ledger's key.
    #[error("what was offered is not signed by the ledger: {0}")]
    Unsigned(#[from] CheckpointError),
    /// It is signed by the ledger and contradicts what the ledger signed before.
    #[error(
        "THE LEDGER CONTRADICTS ITSELF: it signed {seen} entries before, and now {offered} entries that do not continue \
         them: {why}. Both signed notes are kept in {}. Nothing was cosigned",
        evidence.display()
    )]
    Forked {
        /// Entries of the checkpoint seen before.
        seen: u64,
        /// Entries of the one offered.
        offered: u64,
        /// In which way.
        why: &'static str,
        /// Where both notes are.
        evidence: PathBuf,
    },
    /// The directory of the witness cannot be used.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What the witness kept is not what it wrote.
    #[error("{} is not what this witness kept: {source}; look into it before going on", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
}

/// A witness of one ledger.
#[derive(Debug)]
pub struct Witness {
    ledger: Verifier,
    signer: Signer,
    dir: PathBuf,
    seen: Option<(Note, Checkpoint)>,
}

impl Witness {
    /// Opens the witness that keeps what it saw in `dir`, making the directory if needed.
    ///
    /// # Errors
    /// The directory cannot be used, or holds something else.
    pub fn open(ledger: Verifier, signer: Signer, dir: &Path) -> Result<Self, WitnessError> {
        fs::create_dir_all(dir).map_err(|source| io("making", dir, source))?;
        let mut witness = Self { ledger, signer, dir: dir.to_owned(), seen: None };
        let path = witness.path();
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(witness),
            Err(source) => return Err(io("reading", &path, source)),
            Ok(bytes) => bytes,
        };
        let read = Note::parse(&bytes).and_then(|note| {
            // Its own signature too: whoever else wrote here does not decide what was seen.
            note.verified_by(witness.signer.verifier())?;
            Ok(note)
        });
        let kept = read.map_err(CheckpointError::from).and_then(|note| {
            let checkpoint = Checkpoint::verified(&note, &witness.ledger)?;
            Ok((note, checkpoint))
        });
        witness.seen = Some(kept.map_err(|source| WitnessError::State { path, source })?);
        Ok(witness)
    }

    /// Where the last cosigned checkpoint is kept.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.join("checkpoint")
    }

    /// The last checkpoint that was cosigned.
    #[must_use]
    pub fn seen(&self) -> Option<&Checkpoint> {
        self.seen.as_ref().map(|(_, checkpoint)| checkpoint)
    }

    /// The checkpoint in a note, if the ledger signed it. Tells for which sizes a proof is needed.
    ///
    /// # Errors
    /// The ledger did not sign it.
    pub fn read(&self, offered: &Note) -> Result<Checkpoint, WitnessError> {
        Ok(Checkpoint::verified(offered, &self.ledger)?)
    }

    /// Cosigns a checkpoint that continues the last one seen, by this proof, at this time in seconds since 1970. The
    /// cosigned note is kept before it is handed out.
    ///
    /// # Errors
    /// The ledger did not sign it, or it does not continue what was seen; then both notes are kept as evidence.
    pub fn cosign(&mut self, offered: &Note, proof: &[Hash], time: u64) -> Result<Note, WitnessError> {
        let checkpoint = self.read(offered)?;
        if let Some(why) = self.contradiction(&checkpoint, proof) {
            return Err(self.forked(offered, &checkpoint, why)?);
        }
        let mut note = offered.clone();
        note.add(self.signer.cosign(offered.unverified_text(), time));
        let path = self.path();
        replace(&path, note.to_string().as_bytes()).map_err(|source| io("writing", &path, source))?;
        self.seen = Some((note.clone(), checkpoint));
        Ok(note)
    }

    fn contradiction(&self, offered: &Checkpoint, proof: &[Hash]) -> Option<&'static str> {
        let Some((_, seen)) = &self.seen else {
            // The first one is taken on trust, except that there is only one empty tree.
            return (offered.size == 0 && offered.root != empty_root()).then_some("the empty tree has another root");
        };
        if offered.size < seen.size {
            return Some("the ledger went back");
        }
        if offered.size == seen.size && offered.root != seen.root {
            return Some("the same number of entries has another root");
        }
        let holds = is_consistent((seen.size, &seen.root), (offered.size, &offered.root), proof);
        (!holds).then_some("the proof of consistency does not hold")
    }

    /// Both notes side by side: whoever has the ledger's public key can see from them alone that it signed both.
    fn forked(&self, offered: &Note, checkpoint: &Checkpoint, why: &'static str) -> Result<WitnessError, WitnessError> {
        let (seen, before) = match &self.seen {
            Some((note, checkpoint)) => (checkpoint.size, note.to_string()),
            None => (0, String::new()),
        };
        let evidence = self.dir.join(format!("evidence-{seen}-{}", checkpoint.size));
        fs::create_dir_all(&evidence).map_err(|source| io("making", &evidence, source))?;
        for (name, text) in [("seen", before), ("offered", offered.to_string())] {
            let path = evidence.join(name);
            replace(&path, text.as_bytes()).map_err(|source| io("writing", &path, source))?;
        }
        Ok(WitnessError::Forked { seen, offered: checkpoint.size, why, evidence })
    }
}

impl From<NoteError> for WitnessError {
    fn from(error: NoteError) -> Self {
        Self::Unsigned(error.into())
    }
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> WitnessError {
    WitnessError::Io { doing, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::Role;
    use crate::proof::tiles::Tiles;
    use ledger::tree::merkle::leaf_hash;

    struct Told {
        tiles: Tiles,
        _dir: tempfile::TempDir,
    }

    /// A ledger of so many entries, the last ones of which begin with `word`.
    fn ledger(size: u64, common: u64, word: &str) -> Told {
        let dir = tempfile::tempdir().unwrap();
        let mut tiles = Tiles::open(dir.path()).unwrap();
        for n in 0..size {
            let word = if n < common { "common" } else { word };
            tiles.push(leaf_hash(format!("{word} {n}").as_bytes())).unwrap();
        }
        Told { tiles, _dir: dir }
    }

    impl Told {
        fn note(&self, size: u64) -> Note {
            let root = self.tiles.root(size).unwrap();
            Checkpoint { origin: "here".to_owned(), size, root }.sign(&key())
        }

        fn proof(&self, from: u64, to: u64) -> Vec<Hash> {
            self.tiles.prove_consistency(from, to).unwrap()
        }
    }

    fn key() -> Signer {
        Signer::from_seed("here", Role::Author, &[1; 32]).unwrap()
    }

    fn witness(dir: &Path) -> Witness {
        let signer = Signer::from_seed("witness", Role::Witness, &[2; 32]).unwrap();
        Witness::open(key().verifier().clone(), signer, dir).unwrap()
    }

    #[test]
    fn what_continues_is_cosigned_and_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let told = ledger(1_000, 1_000, "");
        let mut last = 0;
        for size in [0, 1, 1, 255, 256, 700, 1_000] {
            // Opened again each time: what was seen is on disk.
            let mut witness = witness(dir.path());
            let note = witness.cosign(&told.note(size), &told.proof(last, size), 1_700_000_000).unwrap();
            let key = witness.signer.verifier();
            assert_eq!(note.verified_by(key).unwrap(), told.note(size).unverified_text());
            assert_eq!(witness.seen().unwrap().size, size);
            last = size;
        }
    }

    #[test]
    fn a_forked_ledger_is_caught_and_both_notes_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (told, forked) = (ledger(700, 500, "told"), ledger(900, 500, "forked"));
        let mut first = witness(dir.path());
        first.cosign(&told.note(600), &[], 1).unwrap();
        let cases = [
            (forked.note(900), forked.proof(600, 900)),
            (forked.note(600), Vec::new()),
            (forked.note(550), Vec::new()),
            (told.note(550), Vec::new()),
            (told.note(700), Vec::new()),
        ];
        for (note, proof) in cases {
            let offered = Checkpoint::parse(note.unverified_text()).unwrap().size;
            let Err(WitnessError::Forked { seen, evidence, .. }) = first.cosign(&note, &proof, 2) else {
                panic!("a checkpoint over {offered} entries was cosigned");
            };
            assert_eq!(seen, 600);
            let kept = |name: &str| Note::parse(&fs::read(evidence.join(name)).unwrap()).unwrap();
            assert_eq!(kept("seen").verified_by(key().verifier()).unwrap(), told.note(600).unverified_text());
            assert_eq!(kept("offered"), note);
        }
        // What was seen is kept, so the honest ledger may go on.
        assert!(witness(dir.path()).cosign(&told.note(700), &told.proof(600, 700), 3).is_ok());
    }

    #[test]
    fn what_others_signed_or_wrote_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let told = ledger(10, 10, "");
        let stranger = Signer::from_seed("here", Role::Author, &[9; 32]).unwrap();
        let root = told.tiles.root(10).unwrap();
        let forged = Checkpoint { origin: "here".to_owned(), size: 10, root }.sign(&stranger);
        let mut first = witness(dir.path());
        assert!(matches!(first.cosign(&forged, &[], 1), Err(WitnessError::Unsigned(_))));
        fs::write(first.path(), told.note(5).to_string()).unwrap();
        let signer = first.signer.clone();
        let opened = Witness::open(key().verifier().clone(), signer, dir.path());
        assert!(matches!(opened, Err(WitnessError::State { .. })));
    }
}
