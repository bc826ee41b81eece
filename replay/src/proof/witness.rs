//! A witness: remembers the last checkpoint that it saw of each of a ledger's two logs, over entries and over their outcomes, cosigns
//! those that continue them (C2SP cosignature/v1), and keeps the notes as evidence of what does not. How they come here is not its
//! business.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::empty_root;
use ledger::tree::proof::is_consistent;

use crate::files::replace;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::checkpoint_files::Signed;
use crate::proof::evidence::{self, Evidence};
use crate::proof::signed_note::{Note, NoteError, Signer, Verifier};
use crate::proof::trees::TwoPaths;
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
        "THE LEDGER CONTRADICTS ITSELF: it signed {seen} {log} before, and now {offered} {log} that do not continue \
         them: {why}. Both signed notes are kept in {}. Nothing was cosigned. What they prove to anybody who has the ledger's key, says\n  {command}",
        evidence.display()
    )]
    Forked {
        /// Which of its logs: entries or outcomes.
        log: &'static str,
        /// How many the checkpoint seen before is over.
        seen: u64,
        /// And the one offered.
        offered: u64,
        /// In which way.
        why: &'static str,
        /// Where both notes are, and what was shown to join them.
        evidence: PathBuf,
        /// The command that says what they prove.
        command: String,
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
    /// Of each log what was cosigned last.
    seen: [Option<(Note, Checkpoint)>; 2],
}

/// The logs of a ledger: how their contradictions are told, and the file of the last checkpoint.
const LOGS: [(&str, &str); 2] = [("entries", "checkpoint"), ("outcomes", "outcomes")];

impl Witness {
    /// Opens the witness that keeps what it saw in `dir`, making the directory if needed. It trusts these keys of the ledger, and those
    /// announced under them.
    ///
    /// # Errors
    /// The directory cannot be used, or holds something else.
    pub fn open(ledger: Vec<Verifier>, signer: Signer, dir: &Path) -> Result<Self, WitnessError> {
        fs::create_dir_all(dir).map_err(|source| io("making", dir, source))?;
        let mut witness = Self { ledger, signer, dir: dir.to_owned(), announced: Vec::new(), seen: [None, None] };
        let path = witness.dir.join(ANNOUNCED);
        if let Some(note) = witness.kept(&path)? {
            let source = CheckpointError::Malformed("it lists no announcements");
            let listed = listed(note.unverified_text());
            witness.announced = listed.ok_or(WitnessError::State { path, source })?;
        }
        let trust = witness.trust(&[]);
        let [entries, outcomes] = witness.paths();
        if let Some(note) = witness.kept(&entries)? {
            let read = trust.checkpoint(&note);
            let read = read.map_err(|source| WitnessError::State { path: entries, source })?;
            witness.seen[0] = Some((note, read));
        }
        // A witness of before kept none; it takes the first on trust.
        if let Some(note) = witness.kept(&outcomes)? {
            let read = trust.outcomes(&note).map(as_checkpoint);
            let read = read.map_err(|source| WitnessError::State { path: outcomes, source })?;
            witness.seen[1] = Some((note, read));
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

    /// Where the last cosigned checkpoints are kept: that over entries, and that over outcomes.
    #[must_use]
    pub fn paths(&self) -> [PathBuf; 2] {
        LOGS.map(|(_, file)| self.dir.join(file))
    }

    /// How many entries, and how many outcomes, the last checkpoints are over that were cosigned.
    #[must_use]
    pub fn seen(&self) -> [u64; 2] {
        self.seen.each_ref().map(|seen| seen.as_ref().map_or(0, |(_, checkpoint)| checkpoint.size))
    }

    /// The checkpoints in two notes, if the ledger signed both with a key that is trusted over so many entries. Tells for which sizes a
    /// proof is needed. The announcements must stand in the tree over entries.
    ///
    /// # Errors
    /// The ledger did not sign them, or they are not of the same entries.
    pub fn read(&self, offered: &Signed, announced: &[Announcement]) -> Result<[Checkpoint; 2], WitnessError> {
        offered.unverified()?;
        let trust = self.trust(announced);
        Ok([trust.checkpoint(&offered.tree)?, as_checkpoint(trust.outcomes(&offered.outcomes)?)])
    }

    /// Cosigns checkpoints that continue the last ones seen, by these proofs, at this time in seconds since 1970. The
    /// cosigned notes are kept before they are handed out.
    ///
    /// # Errors
    /// The ledger did not sign them, or one does not continue what was seen; then the notes are kept as evidence.
    pub fn cosign(
        &mut self,
        offered: &Signed,
        announced: &[Announcement],
        proof: &TwoPaths,
        time: u64,
    ) -> Result<Signed, WitnessError> {
        let [entries, outcomes] = self.read(offered, announced)?;
        for (log, note, checkpoint, path) in
            [(0, &offered.tree, &entries, &proof.entries), (1, &offered.outcomes, &outcomes, &proof.outcomes)]
        {
            if let Some(why) = self.contradiction(log, note, checkpoint, path) {
                return Err(self.forked(log, (offered, announced, proof), checkpoint.size, why)?);
            }
        }
        self.learn(announced)?;
        let mut signed = offered.clone();
        for note in [&mut signed.tree, &mut signed.outcomes] {
            note.add(self.signer.cosign(note.unverified_text(), time));
        }
        // That over outcomes first, as a ledger does: whoever finds a checkpoint finds both.
        let [tree, beside] = self.paths();
        for (path, note) in [(beside, &signed.outcomes), (tree, &signed.tree)] {
            replace(&path, note.to_string().as_bytes()).map_err(|source| io("writing", &path, source))?;
        }
        self.seen = [Some((signed.tree.clone(), entries)), Some((signed.outcomes.clone(), outcomes))];
        Ok(signed)
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

    fn contradiction(&self, log: usize, note: &Note, offered: &Checkpoint, proof: &[Hash]) -> Option<&'static str> {
        let Some((before, seen)) = &self.seen[log] else {
            // The first one is taken on trust, except that there is only one empty tree.
            return (offered.size == 0 && offered.root != empty_root()).then_some("the empty tree has another root");
        };
        if offered.size < seen.size {
            return Some("the ledger went back");
        }
        if offered.size == seen.size && offered.root != seen.root {
            return Some("the same number has another root");
        }
        if offered.size == seen.size && note.unverified_text() != before.unverified_text() {
            return Some("the same outcomes come to other sums");
        }
        let holds = is_consistent((seen.size, &seen.root), (offered.size, &offered.root), proof);
        (!holds).then_some("the proof of consistency does not hold")
    }

    /// The notes side by side, and the hashes that should join them: those that lead to the later root alone prove of which beginning it is.
    fn forked(
        &self,
        log: usize,
        (offered, announced, proof): (&Signed, &[Announcement], &TwoPaths),
        size: u64,
        why: &'static str,
    ) -> Result<WitnessError, WitnessError> {
        let seen = self.seen()[log];
        let evidence = self.dir.join(format!("evidence-{seen}-{size}"));
        let notes = self.seen.each_ref().map(|seen| seen.as_ref().map(|(note, _)| note));
        let both = Evidence { seen: notes, offered: [Some(&offered.tree), Some(&offered.outcomes)], proof };
        both.keep(&evidence).map_err(|(path, source)| io("writing", &path, source))?;
        // What was offered may be signed by a key that it alone announces.
        let command = evidence::command(&evidence, self.trust(announced).all());
        Ok(WitnessError::Forked { log: LOGS[log].0, seen, offered: size, why, evidence, command })
    }
}

/// What a log over outcomes is to whoever reads checkpoints.
fn as_checkpoint(Outcomes { origin, size, root, .. }: Outcomes) -> Checkpoint {
    Checkpoint { origin, size, root }
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
#[path = "witness_tests.rs"]
mod tests;
