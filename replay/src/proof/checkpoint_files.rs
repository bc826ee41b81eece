//! Signed checkpoints as files outside the record and outside NATS: the last ones, and one for every so many entries
//! of older ones. What they say and who signs is not decided here.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files::known::KnownFiles;
use crate::files::{make_dir, remove_file, rename, replace};
use crate::limits::{CHECKPOINTS_EVERY, CHECKPOINTS_LAST};
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::signed_note::{Note, Verifier};

const TREE: &str = "checkpoint";
const OUTCOMES: &str = "outcomes";
pub(super) const BALANCES: &str = "balances";
pub(super) const COSIGNED: &str = "cosigned";

/// Everything signed that is kept beside the record.
const KINDS: [&str; 4] = [TREE, OUTCOMES, BALANCES, COSIGNED];

/// Why checkpoints cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The file system refused.
    #[error("{doing} checkpoint {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no checkpoint.
    #[error("{}: {source}", path.display())]
    Bad {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
}

/// A checkpoint with the note beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// Over size and root.
    pub tree: Note,
    /// Over the outcomes of the same entries.
    pub outcomes: Note,
}

impl Signed {
    /// Whether a key signed both, and with a time that fits if it told one.
    #[must_use]
    pub fn is_by(&self, key: &Verifier) -> bool {
        let timed = |note: &Note| note.signed_at(key).is_ok();
        let both = Checkpoint::verified(&self.tree, key).is_ok() && Outcomes::verified(&self.outcomes, key).is_ok();
        both && timed(&self.tree) && timed(&self.outcomes)
    }

    /// Both notes, one behind the other with an empty line between.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.tree, self.outcomes)
    }

    /// Whether both notes have the same text as those of another, whoever signed them.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let texts = |signed: &Self| [&signed.tree, &signed.outcomes].map(|note| note.unverified_text().to_owned());
        texts(self) == texts(other)
    }

    /// The ids of the ledger's keys that it claims to be signed by; witnesses have names of their own.
    fn authors(&self) -> Vec<u32> {
        let origin = self.tree.unverified_text().lines().next().unwrap_or_default();
        self.tree.signatures.iter().filter(|line| line.name == origin).map(|line| line.id).collect()
    }

    /// Whether it claims to be signed by a key.
    #[must_use]
    pub fn names(&self, key: &Verifier) -> bool {
        let claims = |note: &Note, key: &Verifier| note.signatures.iter().any(|line| line.id == key.id());
        claims(&self.tree, key) || claims(&self.outcomes, &Outcomes::key_of(key))
    }

    /// What the notes say, signatures unchecked. For finding one's way, never for believing.
    ///
    /// # Errors
    /// They are no checkpoint, or not of the same entries.
    pub fn unverified(&self) -> Result<(Checkpoint, Outcomes), CheckpointError> {
        let tree = Checkpoint::parse(self.tree.unverified_text())?;
        let outcomes = Outcomes::parse(self.outcomes.unverified_text())?;
        if (&tree.origin, tree.size) == (&outcomes.origin, outcomes.size) {
            Ok((tree, outcomes))
        } else {
            Err(CheckpointError::Malformed("the note beside it is of other entries"))
        }
    }
}

/// The checkpoints of a directory.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    dir: PathBuf,
    /// The files whoever keeps them has written or found.
    known: KnownFiles,
}

impl Checkpoints {
    /// Those under `data/checkpoints`.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self::in_dir(data.join("checkpoints"))
    }

    /// Those in a directory of any name.
    #[must_use]
    pub fn in_dir(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), known: KnownFiles::default() }
    }

    /// Those of whoever keeps them from now on: what others remove of them meanwhile is noticed.
    ///
    /// # Errors
    /// As [`Checkpoints::sizes`].
    pub(crate) fn watched(self) -> Result<Self, KeptError> {
        for kind in KINDS {
            self.sizes_of(kind)?.into_iter().for_each(|size| self.known.note(&self.path(size, kind)));
        }
        Ok(self)
    }

    /// A file that somebody removed or replaced since it was kept.
    pub(crate) fn lost(&self) -> Option<PathBuf> {
        self.known.lost()
    }

    /// The sizes of those kept, smallest first.
    ///
    /// # Errors
    /// The directory cannot be read. One that is not there holds none.
    pub fn sizes(&self) -> Result<Vec<u64>, KeptError> {
        self.sizes_of(TREE)
    }

    /// The sizes of notes over outcomes, smallest first, whether or not a checkpoint is beside them.
    ///
    /// # Errors
    /// As [`Checkpoints::sizes`].
    pub(crate) fn outcome_sizes(&self) -> Result<Vec<u64>, KeptError> {
        self.sizes_of(OUTCOMES)
    }

    pub(super) fn sizes_of(&self, kind: &str) -> Result<Vec<u64>, KeptError> {
        let fail = |source| KeptError::Io { doing: "listing", path: self.dir.clone(), source };
        let found = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(fail)?,
        };
        let mut sizes = Vec::new();
        for file in found {
            let path = file.map_err(fail)?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            if path.extension().is_some_and(|is| is == kind) {
                sizes.extend(stem.and_then(|stem| stem.parse::<u64>().ok()));
            }
        }
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// The notes over so many entries, each by itself, as far as they are there and whole. Signatures are not checked here.
    ///
    /// # Errors
    /// The files cannot be read.
    pub(crate) fn halves(&self, size: u64) -> Result<[Option<Note>; 2], KeptError> {
        let half = |kind| match self.note(size, kind) {
            Err(KeptError::Bad { .. }) => Ok(None),
            half => half,
        };
        Ok([half(TREE)?, half(OUTCOMES)?])
    }

    /// The one over so many entries, if it is kept. Its signatures are not checked here.
    ///
    /// # Errors
    /// It cannot be read or is none.
    pub fn read(&self, size: u64) -> Result<Option<Signed>, KeptError> {
        let Some(tree) = self.note(size, TREE)? else { return Ok(None) };
        let Some(outcomes) = self.note(size, OUTCOMES)? else { return Ok(None) };
        let signed = Signed { tree, outcomes };
        match signed.unverified() {
            Ok((checkpoint, _)) if checkpoint.size == size => Ok(Some(signed)),
            Ok(_) => {
                let source = CheckpointError::Malformed("its size is not the one its file is named after");
                Err(KeptError::Bad { path: self.path(size, TREE), source })
            }
            Err(source) => Err(KeptError::Bad { path: self.path(size, TREE), source }),
        }
    }

    /// The largest one kept that can be read. Those that cannot are named and bind nobody: they are no evidence against the record.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn latest(&self) -> Result<Option<Signed>, KeptError> {
        for size in self.sizes()?.into_iter().rev() {
            match self.read_pair(size) {
                Ok(signed) => return Ok(Some(signed)),
                Err(error @ KeptError::Bad { .. }) => {
                    tracing::warn!(%error, "a checkpoint that is none is passed over");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The one over so many entries, which is there.
    ///
    /// # Errors
    /// As [`Checkpoints::read`], or the note beside it is missing.
    pub fn read_pair(&self, size: u64) -> Result<Signed, KeptError> {
        let missing = || KeptError::Bad {
            path: self.path(size, OUTCOMES),
            source: CheckpointError::Malformed("it is missing beside its checkpoint"),
        };
        self.read(size)?.ok_or_else(missing)
    }

    /// Keeps one, durably, and lets older ones of the same key go that are not kept for good. Those of earlier keys stay: whoever has
    /// such a key finds what it signed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, size: u64, signed: &Signed) -> Result<(), KeptError> {
        // The note on the outcomes first: whoever finds a checkpoint finds both.
        self.write(size, OUTCOMES, &signed.outcomes.to_string())?;
        self.write(size, TREE, &signed.tree.to_string())?;
        for old in outlived(&self.sizes()?) {
            // What cannot go now goes later; what was just kept is kept.
            if let Err(error) = self.let_go(old, &signed.authors()) {
                tracing::warn!(%error, "an old checkpoint stays");
            }
        }
        Ok(())
    }

    fn let_go(&self, old: u64, authors: &[u32]) -> Result<(), KeptError> {
        match self.read(old) {
            Ok(Some(signed)) if signed.authors() != authors => return Ok(()),
            Ok(_) => {}
            Err(error @ KeptError::Bad { .. }) => return self.set_aside(old, &error),
            Err(error) => return Err(error),
        }
        self.remove(old, TREE)?;
        self.remove(old, OUTCOMES)
    }

    pub(super) fn remove(&self, size: u64, kind: &str) -> Result<(), KeptError> {
        let path = self.path(size, kind);
        self.known.forget(&path);
        remove_file(&path).map_err(|source| KeptError::Io { doing: "removing", path, source })
    }

    /// Puts both notes over so many entries under names that are nobody's checkpoint, for whoever looks into it.
    ///
    /// # Errors
    /// They cannot be renamed.
    pub(crate) fn set_aside(&self, size: u64, why: &dyn std::fmt::Display) -> Result<(), KeptError> {
        for kind in [TREE, OUTCOMES] {
            let path = self.path(size, kind);
            let aside = path.with_extension(format!("{kind}.damaged"));
            self.known.forget(&path);
            match rename(&path, &aside) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(KeptError::Io { doing: "setting aside", path, source });
                }
                Err(_) => {}
                Ok(()) => {
                    tracing::error!(%why, aside = %aside.display(), "a checkpoint that cannot be believed is set aside");
                }
            }
        }
        Ok(())
    }

    fn note(&self, size: u64, kind: &str) -> Result<Option<Note>, KeptError> {
        let path = self.path(size, kind);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeptError::Io { doing: "reading", path, source }),
            Ok(bytes) => bytes,
        };
        let note = Note::parse(&bytes).map_err(|error| KeptError::Bad { path, source: error.into() })?;
        Ok(Some(note))
    }

    pub(super) fn write(&self, size: u64, kind: &str, text: &str) -> Result<(), KeptError> {
        let path = self.path(size, kind);
        self.known.forget(&path);
        let written = make_dir(&self.dir).and_then(|()| replace(&path, text.as_bytes()));
        self.known.note(&path);
        written.map_err(|source| KeptError::Io { doing: "writing", path, source })
    }

    pub(super) fn path(&self, size: u64, kind: &str) -> PathBuf {
        self.dir.join(format!("{size:020}.{kind}"))
    }
}

/// Which of these sizes, in ascending order, need not be kept: all but the last ones and the largest of each stretch.
pub(crate) fn outlived(sizes: &[u64]) -> Vec<u64> {
    let old = &sizes[..sizes.len().saturating_sub(CHECKPOINTS_LAST)];
    let stretch = |size: u64| size / CHECKPOINTS_EVERY;
    let pairs = old.iter().zip(old.iter().skip(1));
    pairs.filter(|(size, next)| stretch(**size) == stretch(**next)).map(|(size, _)| *size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::{Role, Signer};
    use crate::proof::tally::Turnover;

    fn key() -> Signer {
        Signer::from_seed("here", Role::Author, &[1; 32]).unwrap()
    }

    fn signed(size: u64) -> Signed {
        let signer = key();
        let (origin, books) = ("here".to_owned(), [Turnover::default(); 4]);
        let tree = Checkpoint { origin: origin.clone(), size, root: [2; 32] }.sign(&signer);
        Signed { tree, outcomes: Outcomes { origin, size, root: [3; 32], books }.sign(&signer) }
    }

    #[test]
    fn the_last_ones_and_one_of_each_stretch_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Checkpoints::of(dir.path());
        assert_eq!(kept.latest().unwrap(), None);
        for size in (0..60).map(|n| n * CHECKPOINTS_EVERY / 8) {
            kept.keep(size, &signed(size)).unwrap();
            assert_eq!(kept.latest().unwrap(), Some(signed(size)));
        }
        let eighths: Vec<u64> = kept.sizes().unwrap().iter().map(|size| size * 8 / CHECKPOINTS_EVERY).collect();
        let wanted: Vec<u64> = [7, 15, 23, 31, 39].into_iter().chain(43..60).collect();
        assert_eq!(eighths, wanted);
    }

    #[test]
    fn a_file_that_was_changed_or_renamed_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Checkpoints::of(dir.path());
        kept.keep(5, &signed(5)).unwrap();
        let path = |size: u64, kind: &str| dir.path().join(format!("checkpoints/{size:020}.{kind}"));
        for kind in [TREE, OUTCOMES] {
            fs::copy(path(5, kind), path(7, kind)).unwrap();
        }
        assert!(matches!(kept.read_pair(7), Err(KeptError::Bad { .. })));
        assert_eq!(kept.latest().unwrap(), Some(signed(5)), "another is whole");
        fs::write(path(7, TREE), "no note").unwrap();
        assert!(matches!(kept.read(7), Err(KeptError::Bad { .. })));
        assert_eq!(kept.read(6).unwrap(), None);
        fs::remove_file(path(7, TREE)).unwrap();
        fs::remove_file(path(5, OUTCOMES)).unwrap();
        assert!(matches!(kept.read_pair(5), Err(KeptError::Bad { .. })));
        assert_eq!(kept.latest().unwrap(), None);
    }

    #[test]
    fn a_damaged_one_that_is_let_go_keeps_nothing_from_being_kept() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Checkpoints::of(dir.path());
        for size in 0..3 {
            kept.keep(size, &signed(size)).unwrap();
        }
        let path = dir.path().join(format!("checkpoints/{:020}.{TREE}", 1));
        fs::write(&path, "no note").unwrap();
        for size in 3..40 {
            kept.keep(size, &signed(size)).unwrap();
        }
        assert!(!kept.sizes().unwrap().contains(&1));
        assert!(path.with_extension("checkpoint.damaged").exists(), "it is kept for whoever looks into it");
    }
}
