//! The tree over the tiles: whole ones are written, the unfinished right edge is held in memory, and what is asked for is
//! computed from both. How tiles lie in files is in `tile_files`.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, node_hash};
use ledger::tree::proof;
use ledger::tree::proof::Unprovable;
use parking_lot::Mutex;

use super::error::TileError;
use super::tile_files::{self, TileFiles};
use crate::files::known::KnownFiles;
use crate::record::leaves::{HEIGHT, Leaves};

/// Hashes of a whole tile.
const WIDTH: usize = 1 << HEIGHT;
const HASH_BYTES: usize = 32;
const TILE_BYTES: usize = WIDTH * HASH_BYTES;
/// The top tile of a tree of 2^64 entries.
const LEVELS: usize = 8;

/// Tiles that were read last and found whole: a proof asks for few, and for each of them often.
const READ_LAST: usize = 8;

/// A tile that was read, with its level and number.
type ReadTile = ((usize, u64), Arc<[Hash]>);

/// The tiles of one tree: whole ones in files, the unfinished right edge in memory.
#[derive(Debug)]
pub struct Tiles {
    files: TileFiles,
    size: u64,
    /// The unfinished tile of each level, the lowest first.
    edge: [Vec<Hash>; LEVELS],
    /// The lowest level whose full tile could not be written.
    unwritten: Option<usize>,
    /// The last ones, the latest at the end.
    read: Mutex<VecDeque<ReadTile>>,
}

impl Tiles {
    /// Where a ledger under `data` keeps them.
    #[must_use]
    pub fn dir(data: &Path) -> PathBuf {
        data.join("tiles")
    }

    /// The tiles a ledger keeps in `dir`, as far as they are whole. Push every leaf from [`Tiles::size`] on.
    ///
    /// # Errors
    /// The directory cannot be made or read.
    pub fn open(dir: &Path) -> Result<Self, TileError> {
        Self::of(dir, TileFiles::together(dir, TILE_BYTES))
    }

    /// The same as static files under `dir/tile`, for others to read.
    ///
    /// # Errors
    /// The directory cannot be made or read.
    pub(crate) fn as_files(dir: &Path) -> Result<Self, TileError> {
        Self::of(dir, TileFiles::apart(dir, TILE_BYTES))
    }

    fn of(dir: &Path, files: std::io::Result<TileFiles>) -> Result<Self, TileError> {
        let files = files.map_err(|source| TileError::Io { doing: "making", path: dir.to_owned(), source })?;
        let read = Mutex::default();
        let mut tiles = Self { files, size: 0, edge: Default::default(), unwritten: None, read };
        if tiles.files.suffered() {
            tracing::warn!(dir = %dir.display(), "tiles were found damaged while in use and are made again");
            tiles.clear()?;
        }
        let leaves = tiles.count_whole()?;
        tiles.size = leaves * WIDTH as u64;
        tiles.restore_edge(leaves)?;
        Ok(tiles)
    }

    /// Forgets all tiles: they do not fit the record.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn clear(&mut self) -> Result<(), TileError> {
        let path = self.files.path(0, 0);
        self.files.clear().map_err(|source| TileError::Io { doing: "removing", path, source })?;
        self.size = 0;
        (self.edge, self.unwritten) = Default::default();
        self.read.lock().clear();
        Ok(())
    }

    /// The files they are in, for whoever asks whether these are still there.
    pub(crate) fn known(&self) -> KnownFiles {
        self.files.known().clone()
    }

    /// Leaves so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next leaf; writes the tiles that it finishes. A tile that could not be written is made at the next start.
    ///
    /// # Errors
    /// A tile cannot be written.
    pub fn push(&mut self, leaf: Hash) -> Result<(), TileError> {
        self.push_with(leaf, None)
    }

    /// Adds leaves whose tiles were hashed already, while their frame was built.
    ///
    /// # Errors
    /// A tile cannot be written.
    pub fn extend(&mut self, leaves: &Leaves) -> Result<(), TileError> {
        let mut roots = leaves.tiles.iter();
        for leaf in &leaves.hashes {
            let finishes = self.edge[0].len() + 1 == WIDTH;
            let root = if finishes { roots.next().copied() } else { None };
            self.push_with(*leaf, root)?;
        }
        Ok(())
    }

    fn push_with(&mut self, leaf: Hash, root: Option<Hash>) -> Result<(), TileError> {
        if let Some(level) = self.unwritten {
            self.finish(level, None)?;
        }
        self.size += 1;
        self.edge[0].push(leaf);
        self.finish(0, root)
    }

    /// Writes the tiles that are full, from a level upwards. One that cannot be written stays full and is written with the next leaf.
    fn finish(&mut self, from: usize, mut root: Option<Hash>) -> Result<(), TileError> {
        for level in from..LEVELS {
            if self.edge[level].len() < WIDTH {
                break;
            }
            self.unwritten = Some(level);
            let number = (self.size >> (HEIGHT as usize * (level + 1))) - 1;
            self.write(level, number)?;
            let hash = root.take().unwrap_or_else(|| subroot(&self.edge[level]));
            self.edge[level].clear();
            if let Some(above) = self.edge.get_mut(level + 1) {
                above.push(hash);
            }
        }
        self.unwritten = None;
        Ok(())
    }

    /// Writes what could not be written, if there is any.
    ///
    /// # Errors
    /// It still cannot.
    pub fn write_again(&mut self) -> Result<(), TileError> {
        self.unwritten.map_or(Ok(()), |level| self.finish(level, None))
    }

    /// The root of the complete subtree `index` of `level`; level 0 are the leaves.
    ///
    /// # Errors
    /// The tree does not reach there, or a tile cannot be read.
    pub fn subtree(&self, level: u32, index: u64) -> Result<Hash, TileError> {
        let beyond = TileError::Beyond { level, index };
        let Some(end) = index.checked_add(1).and_then(|next| next.checked_mul(1_u64.checked_shl(level)?)) else {
            return Err(beyond);
        };
        if end > self.size {
            return Err(beyond);
        }
        let (tile_level, within) = ((level / HEIGHT) as usize, level % HEIGHT);
        let first = index << within;
        let (number, at) = (first / WIDTH as u64, (first % WIDTH as u64) as usize);
        let width = 1 << within;
        let tile = match self.in_memory(tile_level, number) {
            Some(tile) => tile,
            None => &*self.read(tile_level, number)?,
        };
        tile.get(at..at + width).map(subroot).ok_or(beyond)
    }

    /// A tile that is not in its file yet.
    fn in_memory(&self, level: usize, number: u64) -> Option<&[Hash]> {
        let edge = &self.edge[level];
        let unfinished = self.size >> (HEIGHT as usize * (level + 1)).min(63);
        // The last one before may wait to be written.
        let waits = number + 1 == unfinished && edge.len() == WIDTH;
        (level + 1 == LEVELS || number == unfinished || waits).then_some(edge)
    }

    /// The root over the first `size` leaves.
    ///
    /// # Errors
    /// As [`Tiles::subtree`].
    pub fn root(&self, size: u64) -> Result<Hash, TileError> {
        proof::root(size, &mut |level, index| self.subtree(level, index))
    }

    /// Proof that entry `index` is in the tree over `size` entries.
    ///
    /// # Errors
    /// There is no such entry or tree, or a tile cannot be read.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, Unprovable<TileError>> {
        self.reaches(size)?;
        proof::prove_inclusion(index, size, &mut |level, index| self.subtree(level, index))
    }

    /// Proof that the tree over `to` entries continues the one over `from`.
    ///
    /// # Errors
    /// There are no such trees, or a tile cannot be read.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, Unprovable<TileError>> {
        self.reaches(to)?;
        proof::prove_consistency(from, to, &mut |level, index| self.subtree(level, index))
    }

    /// Writes the unfinished tiles of static files too, as `<N>.p/<W>`, so that they alone serve the tree as it is now.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn write_edge(&self) -> Result<(), TileError> {
        for (level, hashes) in self.edge.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty()) {
            let number = self.size >> (HEIGHT as usize * (level + 1)).min(63);
            let mut name = self.files.path(level, number).into_os_string();
            name.push(format!(".p/{}", hashes.len()));
            let path = PathBuf::from(name);
            let written = tile_files::put(&path, &hashes.concat());
            written.map_err(|source| TileError::Io { doing: "writing", path, source })?;
        }
        Ok(())
    }

    fn reaches(&self, size: u64) -> Result<(), Unprovable<TileError>> {
        if size > self.size {
            return Err(Unprovable::OutOfRange { asked: size, size: self.size });
        }
        Ok(())
    }

    /// How many tiles of leaves are there in a row from the first on, by halving: later ones are written later.
    fn count_whole(&self) -> Result<u64, TileError> {
        let (mut there, mut missing) = (0, 1);
        while self.is_whole(0, missing - 1)? {
            there = missing;
            missing *= 2;
        }
        while there + 1 < missing {
            let middle = there + (missing - there) / 2;
            if self.is_whole(0, middle - 1)? {
                there = middle;
            } else {
                missing = middle;
            }
        }
        Ok(there)
    }

    fn is_whole(&self, level: usize, number: u64) -> Result<bool, TileError> {
        let whole = self.files.is_whole(level, number);
        whole.map_err(|source| TileError::Io { doing: "reading", path: self.files.path(level, number), source })
    }

    /// The hashes above the whole tiles of leaves; upper tiles that are missing are made from those below.
    fn restore_edge(&mut self, leaves: u64) -> Result<(), TileError> {
        let mut below = leaves;
        for level in 1..LEVELS {
            let whole = below >> HEIGHT;
            for number in 0..whole {
                if !self.is_whole(level, number)? {
                    let from = number << HEIGHT;
                    self.edge[level] = self.roots_of(level - 1, from, from + WIDTH as u64)?;
                    self.write(level, number)?;
                }
            }
            self.edge[level] = self.roots_of(level - 1, whole << HEIGHT, below)?;
            below = whole;
        }
        Ok(())
    }

    fn roots_of(&self, level: usize, from: u64, to: u64) -> Result<Vec<Hash>, TileError> {
        (from..to).map(|number| Ok(subroot(&self.read_any(level, number)?))).collect()
    }

    fn write(&mut self, level: usize, number: u64) -> Result<(), TileError> {
        let written = self.files.write(level, number, &self.edge[level].concat());
        written.map_err(|source| TileError::Io { doing: "writing", path: self.files.path(level, number), source })
    }

    /// A tile whose root is the one in the tile above it, and so on up to what is in memory, which was held against the record: what a disk
    /// made of it is neither signed nor proved by.
    fn read(&self, level: usize, number: u64) -> Result<Arc<[Hash]>, TileError> {
        let key = (level, number);
        if let Some((_, tile)) = self.read.lock().iter().find(|(read, _)| *read == key) {
            return Ok(Arc::clone(tile));
        }
        let tile: Arc<[Hash]> = self.read_any(level, number)?.into();
        let at = (number % WIDTH as u64) as usize;
        let wanted = match self.in_memory(level + 1, number >> HEIGHT) {
            Some(above) => above.get(at).copied(),
            None => self.read(level + 1, number >> HEIGHT)?.get(at).copied(),
        };
        if wanted != Some(subroot(&tile)) {
            return Err(self.suffers(level, number));
        }
        let mut read = self.read.lock();
        if read.len() == READ_LAST {
            read.pop_front();
        }
        read.push_back((key, Arc::clone(&tile)));
        Ok(tile)
    }

    /// The same as it is in its file, whatever became of it.
    fn read_any(&self, level: usize, number: u64) -> Result<Vec<Hash>, TileError> {
        match self.files.read(level, number) {
            Ok(bytes) => Ok(bytes.as_chunks::<HASH_BYTES>().0.to_vec()),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) => {
                Err(self.suffers(level, number))
            }
            Err(source) => Err(TileError::Io { doing: "reading", path: self.files.path(level, number), source }),
        }
    }

    fn suffers(&self, level: usize, number: u64) -> TileError {
        let (path, from, to) = self.files.suffers(level, number);
        TileError::Damaged { path, from, to }
    }
}

/// The root over hashes of one level, of which there are a power of two.
fn subroot(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    level.first().copied().unwrap_or_else(|| Frontier::new().root())
}
