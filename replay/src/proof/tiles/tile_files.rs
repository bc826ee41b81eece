//! Where whole tiles are: each in a file of its own, as others read them, or those of a level in one file, as a ledger
//! keeps them for itself. A file for each 256 entries would be thousands a second, whose names wait for the same disk as
//! the record. What a tile holds is not known here.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::files::known::KnownFiles;
use crate::files::{OutFile, make_dir, remove_file, replace};

/// Levels a tree of 2^64 entries has tiles on.
const LEVELS: usize = 8;

/// Whole tiles of one size, by level and number.
#[derive(Debug)]
pub(super) struct TileFiles {
    dir: PathBuf,
    tile_bytes: usize,
    /// Of tiles kept together, the files written to so far.
    together: Option<[Option<OutFile>; LEVELS]>,
    /// The files of tiles kept together.
    known: KnownFiles,
}

impl TileFiles {
    /// A file for each tile, under `dir/tile`.
    pub(super) fn apart(dir: &Path, tile_bytes: usize) -> Result<Self> {
        fs::create_dir_all(dir.join("tile"))?;
        Ok(Self { dir: dir.to_owned(), tile_bytes, together: None, known: KnownFiles::default() })
    }

    /// A file for each level, in `dir`.
    pub(super) fn together(dir: &Path, tile_bytes: usize) -> Result<Self> {
        make_dir(dir)?;
        let files =
            Self { dir: dir.to_owned(), tile_bytes, together: Some(Default::default()), known: KnownFiles::default() };
        (0..LEVELS).for_each(|level| files.known.growing(&files.path(level, 0)));
        Ok(files)
    }

    /// Where it is written down that tiles suffered, so that the next start, which does not read all of them, makes them anew.
    fn mark(&self) -> PathBuf {
        self.dir.join("damaged")
    }

    /// Whether tiles kept together suffered while they were in use.
    pub(super) fn suffered(&self) -> bool {
        self.together.is_some() && self.mark().exists()
    }

    /// Takes note of a tile that suffered; where it lies.
    pub(super) fn suffers(&self, level: usize, number: u64) -> (PathBuf, u64, u64) {
        let (path, bytes) = (self.path(level, number), self.tile_bytes as u64);
        if self.together.is_none() {
            return (path, 0, bytes);
        }
        let from = number * bytes;
        if self.known.spoil(&path)
            && let Err(error) = replace(&self.mark(), format!("{} {from}\n", path.display()).as_bytes())
        {
            tracing::warn!(%error, "it is not marked that tiles are to be made anew; remove their directory before the next start");
        }
        (path, from, from + bytes)
    }

    /// The files of tiles kept together, for whoever asks whether they are still there.
    pub(super) fn known(&self) -> &KnownFiles {
        &self.known
    }

    /// The file of a tile.
    pub(super) fn path(&self, level: usize, number: u64) -> PathBuf {
        match self.together {
            Some(_) => self.dir.join(format!("level-{level}")),
            None => self.dir.join("tile").join(level.to_string()).join(tile_name(number)),
        }
    }

    /// Removes all of them.
    pub(super) fn clear(&mut self) -> Result<()> {
        let Some(files) = &mut self.together else { return fs::remove_dir_all(self.dir.join("tile")) };
        *files = Default::default();
        for level in 0..LEVELS {
            let path = self.path(level, 0);
            self.known.forget(&path);
            remove_file(&path)?;
        }
        // Last: what a power failure leaves of them is removed again.
        remove_file(&self.mark())
    }

    pub(super) fn is_whole(&self, level: usize, number: u64) -> Result<bool> {
        let length = match fs::metadata(self.path(level, number)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            found => found?.len(),
        };
        let bytes = self.tile_bytes as u64;
        Ok(if self.together.is_some() { length / bytes > number } else { length == bytes })
    }

    /// Not synced and not renamed, of which hundreds a second would cost: a tile cut short shows by its length, and one
    /// that a power failure left wrong shows when the root is compared at the next start or a proof is checked.
    pub(super) fn write(&mut self, level: usize, number: u64, bytes: &[u8]) -> Result<()> {
        let path = self.path(level, number);
        let offset = number * self.tile_bytes as u64;
        let Some(files) = &mut self.together else { return put(&path, bytes) };
        let file = match &mut files[level] {
            Some(file) => file,
            none => {
                let opened = none.insert(OutFile::anywhere(&path)?);
                self.known.growing(&path);
                opened
            }
        };
        file.write_at(bytes, offset)?;
        self.known.grown(&path, offset + bytes.len() as u64);
        Ok(())
    }

    /// The bytes of a tile; of one that is not whole, an error of the kind `UnexpectedEof`.
    pub(super) fn read(&self, level: usize, number: u64) -> Result<Vec<u8>> {
        let path = self.path(level, number);
        let bytes = if self.together.is_some() {
            let mut bytes = vec![0; self.tile_bytes];
            File::open(path)?.read_exact_at(&mut bytes, number * self.tile_bytes as u64)?;
            bytes
        } else {
            fs::read(path)?
        };
        if bytes.len() == self.tile_bytes { Ok(bytes) } else { Err(Error::from(ErrorKind::UnexpectedEof)) }
    }
}

/// The number in groups of three digits, all but the last with an x before them: `x001/x234/067`.
#[must_use]
pub(crate) fn tile_name(number: u64) -> String {
    let mut name = format!("{:03}", number % 1_000);
    let mut rest = number / 1_000;
    while rest > 0 {
        name = format!("x{:03}/{name}", rest % 1_000);
        rest /= 1_000;
    }
    name
}

/// Writes a file, with the directories it needs.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    match fs::write(path, bytes) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            fs::write(path, bytes)
        }
        written => written,
    }
}
