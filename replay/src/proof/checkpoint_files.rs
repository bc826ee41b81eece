//! Signed checkpoints as files outside the record and outside NATS: the last ones, and one for every so many entries
//! of older ones. What they say and who signs is not decided here.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files::known::KnownFiles;
use crate::files::small::{TEXT_BYTES, is_damage, read_at_most};
use crate::files::{make_dir, remove_file, rename, replace};
use crate::limits::{CHECKPOINTS_EVERY, CHECKPOINTS_LAST};
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::signed_note::{Note, Verifier};
use crate::proof::suffered::suffered;

const TREE: &str = "checkpoint";
const OUTCOMES: &str = "outcomes";
pub(super) const BALANCES: &str = "balances";
pub(super) const COSIGNED: &str = "cosigned";

/// What is appended to the name of a file that cannot be believed.
pub(super) const ASIDE: &str = ".damaged";

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

    /// What is wrong with it, if it is not as one of these keys signed it.
    #[must_use]
    pub fn suffered(&self, keys: &[Verifier]) -> Option<&'static str> {
        suffered(&self.tree, keys).or_else(|| suffered(&self.outcomes, keys))
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

    /// Those of whoever keeps them from now on: what others remove or change of them meanwhile is noticed.
    ///
    /// # Errors
    /// As [`Checkpoints::sizes`].
    pub(crate) fn watched(self) -> Result<Self, KeptError> {
        for kind in KINDS {
            self.sizes_of(kind)?.into_iter().for_each(|size| self.known.found(&self.path(size, kind)));
        }
        Ok(self)
    }

    /// A file that somebody removed or changed since it was kept.
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
        let of_kind = |path: &PathBuf| path.extension().is_some_and(|is| is == kind);
        let size = |path: PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
        let mut sizes: Vec<u64> = self.paths()?.into_iter().filter(of_kind).filter_map(size).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// What files of a kind were called that are set aside.
    pub(super) fn aside_of(&self, kind: &str) -> Result<Vec<PathBuf>, KeptError> {
        let ending = format!(".{kind}{ASIDE}");
        // As `aside_name` makes them: of what was in the way of another, too, it is the name it had.
        let called = |path: PathBuf| {
            let size = path.file_name()?.to_str()?.strip_suffix(&ending)?.split('.').next()?;
            Some(path.with_file_name(format!("{size}.{kind}")))
        };
        Ok(self.paths()?.into_iter().filter_map(called).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn paths(&self) -> Result<Vec<PathBuf>, KeptError> {
        let fail = |source| KeptError::Io { doing: "listing", path: self.dir.clone(), source };
        match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            found => found.map_err(fail)?.map(|file| file.map(|file| file.path()).map_err(fail)).collect(),
        }
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

    /// Puts both notes over so many entries under names that are nobody's checkpoint, for whoever looks into it. One alone would be
    /// taken for what is left of a loss.
    ///
    /// # Errors
    /// They cannot be renamed.
    pub(crate) fn set_aside(&self, size: u64, why: &dyn std::fmt::Display) -> Result<(), KeptError> {
        [TREE, OUTCOMES].into_iter().try_for_each(|kind| self.put_aside(size, kind, why))
    }

    pub(super) fn put_aside(&self, size: u64, kind: &str, why: &dyn std::fmt::Display) -> Result<(), KeptError> {
        let path = self.path(size, kind);
        let aside = aside_name(&path, kind);
        self.known.forget(&path);
        match rename(&path, &aside) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(KeptError::Io { doing: "setting aside", path, source });
            }
            Err(_) => {}
            Ok(()) => {
                tracing::error!(%why, aside = %aside.display(), "what was signed and cannot be believed is set aside");
            }
        }
        Ok(())
    }

    /// Which of two notes is gone while the one beside it is there, and why that is no ordinary thing. A ledger writes the note over outcomes
    /// first and removes it last: where it is missing beside its checkpoint it was taken away. Alone it is what a running ledger is just
    /// letting go, unless it is among the last.
    ///
    /// # Errors
    /// As [`Checkpoints::sizes`].
    pub fn lonely(&self) -> Result<Vec<(PathBuf, &'static str)>, KeptError> {
        let (trees, made) = (self.sizes()?, self.outcome_sizes()?);
        let last = |size: u64| trees.len() - trees.partition_point(|later| *later <= size) < CHECKPOINTS_LAST / 2;
        let lost = made.iter().filter(|size| trees.binary_search(size).is_err() && last(**size));
        let lost = lost.map(|size| (*size, TREE, "it is missing, and the note over its outcomes is there"));
        let alone = trees.iter().filter(|size| made.binary_search(size).is_err());
        let alone = alone.map(|size| (*size, OUTCOMES, "it is missing beside its checkpoint"));
        // Asked again: a running ledger may have let the other go since.
        let beside = |size: u64, kind: &str| self.path(size, if kind == TREE { OUTCOMES } else { TREE }).exists();
        let gone = |(size, kind, _): &(u64, &str, &str)| !self.path(*size, kind).exists() && beside(*size, kind);
        Ok(lost.chain(alone).filter(gone).map(|(size, kind, why)| (self.path(size, kind), why)).collect())
    }

    fn note(&self, size: u64, kind: &str) -> Result<Option<Note>, KeptError> {
        let Some(bytes) = self.bytes(size, kind)? else { return Ok(None) };
        let note = Note::parse(&bytes)
            .map_err(|error| KeptError::Bad { path: self.path(size, kind), source: error.into() })?;
        Ok(Some(note))
    }

    /// What a file holds, if it is there. One that is no plain file, has no end or lies where the disk cannot be read has suffered; any
    /// other refusal says nothing of it.
    pub(super) fn bytes(&self, size: u64, kind: &str) -> Result<Option<Vec<u8>>, KeptError> {
        let path = self.path(size, kind);
        match read_at_most(&path, TEXT_BYTES) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if is_damage(&error) => {
                Err(KeptError::Bad { path, source: CheckpointError::Damaged(error.to_string()) })
            }
            Err(source) => Err(KeptError::Io { doing: "reading", path, source }),
        }
    }

    pub(super) fn write(&self, size: u64, kind: &str, text: &str) -> Result<(), KeptError> {
        let path = self.path(size, kind);
        self.known.forget(&path);
        let written = make_dir(&self.dir).and_then(|()| replace(&path, text.as_bytes()));
        if written.is_ok() {
            self.known.written(&path, text.as_bytes());
        }
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

/// Where a file is set aside: in place of the one before it, but beside a directory, whichever of both is one. Nothing that lies in the way
/// may keep a ledger from starting.
fn aside_name(path: &Path, kind: &str) -> PathBuf {
    let named = |before: String| path.with_extension(format!("{before}{kind}{ASIDE}"));
    let is_dir = |path: &Path| fs::symlink_metadata(path).is_ok_and(|of| of.is_dir());
    let usual = named(String::new());
    if !is_dir(path) && !is_dir(&usual) {
        return usual;
    }
    let free = |name: &PathBuf| fs::symlink_metadata(name).is_err();
    let mut names = std::iter::once(usual).chain((2_u64..).map(|again| named(format!("{again}."))));
    names.find(free).expect("names do not end")
}

#[cfg(test)]
#[path = "checkpoint_files_tests.rs"]
mod tests;
