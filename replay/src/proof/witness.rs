//! A witness: remembers the last checkpoint of another ledger that it saw, cosigns one that continues it (C2SP
//! cosignature/v1), and keeps both notes as evidence of one that does not. How checkpoints come here is not its business.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::empty_root;
use ledger::tree::proof::is_consistent;

use crate::files::replace;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::signed_note::{Note, NoteError, Signer, Verifier};
use crate::proof::trust::{Announcement, Trust};

/// File of the announcements it was shown.
const ANNOUNCED: &str = "announced";

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
    ledger: Vec<Verifier>,
    signer: Signer,
    dir: PathBuf,
    /// The announcements of keys that it was shown, which say where a key ended.
    announced: Vec<Announcement>,
    seen: Option<(Note, Checkpoint)>,
}

impl Witness {
    /// Opens the witness that keeps what it saw in `dir`, making the directory if needed. It trusts these keys of the ledger, and those
    /// announced under them.
    ///
    /// # Errors
    /// The directory cannot be used, or holds something else.
    pub fn open(ledger: Vec<Verifier>, signer: Signer, dir: &Path) -> Result<Self, WitnessError> {
        fs::create_dir_all(dir).map_err(|source| io("making", dir, source))?;
        let mut witness = Self { ledger, signer, dir: dir.to_owned(), announced: Vec::new(), seen: None };
        let path = witness.dir.join(ANNOUNCED);
        if let Some(note) = witness.kept(&path)? {
            let source = CheckpointError::Malformed("it lists no announcements");
            let listed = listed(note.unverified_text());
            witness.announced = listed.ok_or(WitnessError::State { path, source })?;
        }
        let path = witness.path();
        if let Some(note) = witness.kept(&path)? {
            let checkpoint = witness.trust(&[]).checkpoint(&note);
            let checkpoint = checkpoint.map_err(|source| WitnessError::State { path, source })?;
            witness.seen = Some((note, checkpoint));
        }
        Ok(witness)
    }

    /// A note that it wrote. Its own signature is asked for: whoever else wrote here does not decide what was seen.
    fn kept(&self, path: &Path) -> Result<Option<Note>, WitnessError> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io("reading", path, source)),
            Ok(bytes) => bytes,
        };
        let read =
            Note::parse(&bytes).and_then(|note| note.verified_by(self.signer.verifier()).map(drop).map(|()| note));
        let state = |error: NoteError| WitnessError::State { path: path.to_owned(), source: error.into() };
        Ok(Some(read.map_err(state)?))
    }

    /// Which keys may sign what, by what it was shown before and by these.
    fn trust(&self, offered: &[Announcement]) -> Trust {
        let mut rows: Vec<_> = self.announced.iter().chain(offered).filter_map(Announcement::row).collect();
        // Of one key the first counts; what was seen goes before what is offered at the same place.
        rows.sort_by_key(|row| row.last);
        Trust::following(self.ledger.clone(), &rows)
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

    /// The checkpoint in a note, if the ledger signed it with a key that is trusted over so many entries. Tells for which sizes a proof
    /// is needed. The announcements must stand in its tree.
    ///
    /// # Errors
    /// The ledger did not sign it.
    pub fn read(&self, offered: &Note, announced: &[Announcement]) -> Result<Checkpoint, WitnessError> {
        Ok(self.trust(announced).checkpoint(offered)?)
    }

    /// Cosigns a checkpoint that continues the last one seen, by this proof, at this time in seconds since 1970. The
    /// cosigned note is kept before it is handed out.
    ///
    /// # Errors
    /// The ledger did not sign it, or it does not continue what was seen; then both notes are kept as evidence.
    pub fn cosign(
        &mut self,
        offered: &Note,
        announced: &[Announcement],
        proof: &[Hash],
        time: u64,
    ) -> Result<Note, WitnessError> {
        let checkpoint = self.read(offered, announced)?;
        if let Some(why) = self.contradiction(&checkpoint, proof) {
            return Err(self.forked(offered, &checkpoint, why)?);
        }
        self.learn(announced)?;
        let mut note = offered.clone();
        note.add(self.signer.cosign(offered.unverified_text(), time));
        let path = self.path();
        replace(&path, note.to_string().as_bytes()).map_err(|source| io("writing", &path, source))?;
        self.seen = Some((note.clone(), checkpoint));
        Ok(note)
    }

    /// Keeps the announcements that are new, before what they make trusted.
    fn learn(&mut self, offered: &[Announcement]) -> Result<(), WitnessError> {
        let known = self.announced.len();
        for one in offered {
            if !self.announced.contains(one) {
                self.announced.push(one.clone());
            }
        }
        if self.announced.len() == known {
            return Ok(());
        }
        self.announced.sort_by_key(|one| one.index);
        let lines = self.announced.iter().map(|one| format!("{} {}\n", one.index, STANDARD.encode(&one.entry)));
        let text: String = lines.collect();
        let mut note = Note::unsigned(text);
        note.add(self.signer.cosign(note.unverified_text(), 0));
        let path = self.dir.join(ANNOUNCED);
        replace(&path, note.to_string().as_bytes()).map_err(|source| io("writing", &path, source))
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

/// The announcements of a file.
fn listed(text: &str) -> Option<Vec<Announcement>> {
    let one = |line: &str| {
        let (index, entry) = line.split_once(' ')?;
        Some(Announcement { index: index.parse().ok()?, entry: STANDARD.decode(entry).ok()? })
    };
    text.lines().map(one).collect()
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
    use crate::proof::trust::announcement;
    use ledger::event::{Event, Kind};
    use ledger::money::Day;
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
        Witness::open(vec![key().verifier().clone()], signer, dir).unwrap()
    }

    #[test]
    fn what_continues_is_cosigned_and_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let told = ledger(1_000, 1_000, "");
        let mut last = 0;
        for size in [0, 1, 1, 255, 256, 700, 1_000] {
            // Opened again each time: what was seen is on disk.
            let mut witness = witness(dir.path());
            let note = witness.cosign(&told.note(size), &[], &told.proof(last, size), 1_700_000_000).unwrap();
            let key = witness.signer.verifier();
            assert_eq!(note.verified_by(key).unwrap(), told.note(size).unverified_text());
            assert_eq!(witness.seen().unwrap().size, size);
            last = size;
        }
    }

    /// It need not look at any checkpoint of the change: the announcement leads over it.
    #[test]
    fn a_change_of_keys_is_followed_and_the_old_key_is_cosigned_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let next = Signer::from_seed("here", Role::Author, &[7; 32]).unwrap();
        let said =
            Event::said(Day::new(2026, 1, 5).unwrap(), Kind::KeyAnnounced(announcement(next.verifier(), &key())));
        let content = proto::event::encode(&said);
        let (recorded_ms, salt) = (proto::samples::LATE_MS, [0; proto::entry::SALT_BYTES]);
        let mut entry = Vec::new();
        let raw = proto::entry::Raw { recorded_ms, again: None, salt, principal: "somebody", content: &content };
        proto::entry::encode_into(&mut entry, &raw).unwrap();
        let mut told = ledger(300, 300, "");
        told.tiles.push(leaf_hash(&entry)).unwrap();
        (0..300).for_each(|n| told.tiles.push(leaf_hash(format!("later {n}").as_bytes())).unwrap());
        let by = |size: u64, signer: &Signer| {
            Checkpoint { origin: "here".to_owned(), size, root: told.tiles.root(size).unwrap() }.sign(signer)
        };
        let announced = [Announcement { index: 300, entry }];
        let mut first = witness(dir.path());
        first.cosign(&by(200, &key()), &[], &[], 1).unwrap();
        let proof = told.proof(200, 500);
        assert!(first.cosign(&by(500, &next), &[], &proof, 2).is_err(), "nobody announced it");
        assert!(first.cosign(&by(500, &key()), &announced, &proof, 2).is_err(), "it has ended");
        first.cosign(&by(500, &next), &announced, &proof, 2).unwrap();
        // Opened again with the first key, it knows all that without being told.
        let mut again = witness(dir.path());
        let proof = told.proof(500, 600);
        let late = again.cosign(&by(600, &key()), &[], &proof, 3).unwrap_err();
        assert!(late.to_string().contains("the record announces another"), "{late}");
        again.cosign(&by(600, &next), &[], &proof, 3).unwrap();
    }

    #[test]
    fn a_forked_ledger_is_caught_and_both_notes_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (told, forked) = (ledger(700, 500, "told"), ledger(900, 500, "forked"));
        let mut first = witness(dir.path());
        first.cosign(&told.note(600), &[], &[], 1).unwrap();
        let cases = [
            (forked.note(900), forked.proof(600, 900)),
            (forked.note(600), Vec::new()),
            (forked.note(550), Vec::new()),
            (told.note(550), Vec::new()),
            (told.note(700), Vec::new()),
        ];
        for (note, proof) in cases {
            let offered = Checkpoint::parse(note.unverified_text()).unwrap().size;
            let Err(WitnessError::Forked { seen, evidence, .. }) = first.cosign(&note, &[], &proof, 2) else {
                panic!("a checkpoint over {offered} entries was cosigned");
            };
            assert_eq!(seen, 600);
            let kept = |name: &str| Note::parse(&fs::read(evidence.join(name)).unwrap()).unwrap();
            assert_eq!(kept("seen").verified_by(key().verifier()).unwrap(), told.note(600).unverified_text());
            assert_eq!(kept("offered"), note);
        }
        // What was seen is kept, so the honest ledger may go on.
        assert!(witness(dir.path()).cosign(&told.note(700), &[], &told.proof(600, 700), 3).is_ok());
    }

    #[test]
    fn what_others_signed_or_wrote_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let told = ledger(10, 10, "");
        let stranger = Signer::from_seed("here", Role::Author, &[9; 32]).unwrap();
        let root = told.tiles.root(10).unwrap();
        let forged = Checkpoint { origin: "here".to_owned(), size: 10, root }.sign(&stranger);
        let mut first = witness(dir.path());
        assert!(matches!(first.cosign(&forged, &[], &[], 1), Err(WitnessError::Unsigned(_))));
        fs::write(first.path(), told.note(5).to_string()).unwrap();
        let signer = first.signer.clone();
        let opened = Witness::open(vec![key().verifier().clone()], signer, dir.path());
        assert!(matches!(opened, Err(WitnessError::State { .. })));
    }
}
