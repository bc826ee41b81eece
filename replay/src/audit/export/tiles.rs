//! The tree as static files (C2SP tlog-tiles): the signed checkpoint, tiles of hashes, bundles of entries. Any web server
//! can hand them out, and any reader of such logs confirms an entry by them. Nothing is folded here.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::tree::merkle::leaf_hash;

use super::error::{ExportError, io};
use super::new_directory::into_new;
use crate::engine::{EngineError, Home, Options};
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::signed_note::Note;
use crate::proof::tiles::{Tiles, tile_name};
use crate::record::leaves::HEIGHT;
use crate::record::log::{Frame, Reader, read_stream};

/// Entries of a whole bundle.
const WIDTH: u64 = 1 << HEIGHT;

/// Name of the signed note.
const CHECKPOINT: &str = "checkpoint";

/// How far the tree is written, and on whose word.
#[derive(Clone, Debug)]
pub enum Until {
    /// To the last checkpoint in the ledger's directory.
    Last,
    /// To this signed checkpoint, for example one that a witness cosigned.
    Note(Box<Note>),
    /// To the end of the record, without a checkpoint.
    End,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTiles {
    /// Entries of the tree.
    pub entries: u64,
    /// Its root.
    pub root: ledger::hash::Hash,
    /// Entries of the record behind it, which nobody has signed yet.
    pub left_out: u64,
    /// Whether there is a checkpoint with the tiles.
    pub signed: bool,
    /// Where they are.
    pub open: PathBuf,
}

/// Writes the tree of a record into a new directory `out`, which appears when it is complete.
///
/// # Errors
/// The record is damaged or shorter than its checkpoint, its root is another, there is no checkpoint, `out` exists, or the
/// file system refuses.
pub fn export_tiles(
    options: &Options,
    until: &Until,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<WrittenTiles, ExportError> {
    let note = note(options, until)?;
    let checkpoint = note.as_ref().map(|note| Checkpoint::parse(note.unverified_text())).transpose()?;
    into_new(out, |dir| {
        let mut tree = Tree::new(dir, checkpoint.as_ref().map(|checkpoint| checkpoint.size))?;
        each_frame(options, &mut |frame| {
            progress(frame.next_index());
            tree.take(frame)
        })?;
        let (entries, left_out) = (tree.tiles.size(), tree.left_out);
        let root = tree.finish()?;
        if let Some(checkpoint) = &checkpoint
            && (checkpoint.size, checkpoint.root) != (entries, root)
        {
            return Err(ExportError::Unsigned { size: checkpoint.size, entries });
        }
        if let Some(note) = &note {
            let path = dir.join(CHECKPOINT);
            fs::write(&path, note.to_string()).map_err(|source| io("writing", &path, source))?;
        }
        Ok(WrittenTiles { entries, root, left_out, signed: note.is_some(), open: out.to_owned() })
    })
}

fn note(options: &Options, until: &Until) -> Result<Option<Note>, ExportError> {
    match until {
        Until::End => Ok(None),
        Until::Note(note) => Ok(Some((**note).clone())),
        Until::Last => match (&options.home, Checkpoints::of(&options.data).latest()?) {
            (Home::File, Some(signed)) => Ok(Some(signed.tree)),
            _ => Err(ExportError::NoCheckpoint),
        },
    }
}

/// Shows every frame that counts, each checked.
fn each_frame(options: &Options, seen: &mut dyn FnMut(&Frame) -> Result<(), ExportError>) -> Result<(), ExportError> {
    let record = options.data.join("record");
    let Some(nats) = options.stream() else {
        let mut reader = Reader::open(&record, options.ledger).map_err(EngineError::from)?;
        while let Some(frame) = reader.next_frame().map_err(EngineError::from)? {
            seen(&frame)?;
        }
        return Ok(());
    };
    let mut failed = None;
    let read = read_stream(&nats, options.ledger, &mut |frame| {
        seen(frame).map_err(|error| {
            failed = Some(error);
            "the tiles cannot be written".into()
        })
    });
    failed.map_or_else(|| Ok(read.map(drop).map_err(EngineError::from)?), Err)
}

/// The tree being written. Memory is that of one bundle and the right edge.
struct Tree {
    dir: PathBuf,
    tiles: Tiles,
    bundle: Vec<u8>,
    size: Option<u64>,
    left_out: u64,
}

impl Tree {
    fn new(dir: &Path, size: Option<u64>) -> Result<Self, ExportError> {
        let tiles = Tiles::as_files(dir)?;
        Ok(Self { dir: dir.to_owned(), tiles, bundle: Vec::new(), size, left_out: 0 })
    }

    fn take(&mut self, frame: &Frame) -> Result<(), ExportError> {
        for entry in frame.entries() {
            if self.size == Some(self.tiles.size()) {
                self.left_out += 1;
                continue;
            }
            self.tiles.push(leaf_hash(entry))?;
            // An entry of the record has at most 65,535 bytes: the limit was chosen for this format.
            let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
            self.bundle.extend_from_slice(&length.to_be_bytes());
            self.bundle.extend_from_slice(entry);
            if self.tiles.size().is_multiple_of(WIDTH) {
                self.write_bundle(&tile_name(self.tiles.size() / WIDTH - 1))?;
            }
        }
        Ok(())
    }

    fn write_bundle(&mut self, name: &str) -> Result<(), ExportError> {
        let path = self.dir.join("tile/entries").join(name);
        let fail = |source| io("writing", &path, source);
        fs::create_dir_all(path.parent().unwrap_or(&self.dir)).map_err(fail)?;
        fs::write(&path, &self.bundle).map_err(fail)?;
        self.bundle.clear();
        Ok(())
    }

    /// Writes the unfinished tiles and the unfinished bundle; answers the root, as the tiles give it.
    fn finish(mut self) -> Result<ledger::hash::Hash, ExportError> {
        self.tiles.write_edge()?;
        let rest = self.tiles.size() % WIDTH;
        if rest > 0 {
            self.write_bundle(&format!("{}.p/{rest}", tile_name(self.tiles.size() / WIDTH)))?;
        }
        Ok(self.tiles.root(self.tiles.size())?)
    }
}
