//! Both trees as static files (C2SP tlog-tiles): the signed checkpoint, tiles of hashes, bundles of entries; under `outcomes` the same
//! of what was made of the entries, which takes a fold. Any web server can hand them out, any reader of such logs confirms an entry by
//! them, and a stranger computes both roots from the bundles.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::hash::Hash;
use ledger::state::State;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::outcome_leaf::write;

use super::error::{ExportError, io};
use super::new_directory::into_new;
use crate::engine::catch_up::Decoded;
use crate::engine::{EngineError, Home, Options};
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::signed_note::Note;
use crate::proof::tiles::{Tiles, tile_name};
use crate::record::leaves::HEIGHT;
use crate::record::log::{Frame, Reader, read_stream};

/// Entries of a whole bundle.
const WIDTH: u64 = 1 << HEIGHT;

/// Name of the signed note.
const CHECKPOINT: &str = "checkpoint";

/// Name of the directory of the tree over outcomes.
const OUTCOMES: &str = "outcomes";

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
    /// Entries of each tree.
    pub entries: u64,
    /// The root over them.
    pub root: Hash,
    /// The root over their outcomes.
    pub outcomes: Hash,
    /// Entries of the record behind it, which nobody has signed yet.
    pub left_out: u64,
    /// Whether there is a checkpoint with the tiles.
    pub signed: bool,
    /// Where they are.
    pub open: PathBuf,
}

/// Writes the trees of a record into a new directory `out`, which appears when it is complete.
///
/// # Errors
/// The record is damaged or shorter than its checkpoint, a root is another, there is no checkpoint, `out` exists, or the
/// file system refuses.
pub fn export_tiles(
    options: &Options,
    until: &Until,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<WrittenTiles, ExportError> {
    let notes = Notes::of(options, until)?;
    into_new(out, |dir| {
        let mut trees = Folded::new(dir, notes.size()?)?;
        each_frame(options, &mut |frame| {
            progress(frame.next_index());
            trees.take(frame)
        })?;
        let (entries, left_out) = (trees.said.tiles.size(), trees.left_out);
        let (root, outcomes) = (trees.said.finish()?, trees.made.finish()?);
        notes.write(dir, entries, (root, outcomes))?;
        let signed = notes.tree.is_some();
        Ok(WrittenTiles { entries, root, outcomes, left_out, signed, open: out.to_owned() })
    })
}

/// What was signed over what is written.
#[derive(Default)]
struct Notes {
    tree: Option<Note>,
    /// None if somebody brought a checkpoint that this ledger does not keep.
    outcomes: Option<Note>,
}

impl Notes {
    fn of(options: &Options, until: &Until) -> Result<Self, ExportError> {
        let kept = Checkpoints::of(&options.data);
        Ok(match until {
            Until::End => Self::default(),
            Until::Note(note) => {
                let size = Checkpoint::parse(note.unverified_text())?.size;
                let outcomes = match options.home {
                    Home::File => kept.read(size)?.map(|signed| signed.outcomes),
                    _ => None,
                };
                Self { tree: Some((**note).clone()), outcomes }
            }
            Until::Last => match (&options.home, kept.latest()?) {
                (Home::File, Some(Signed { tree, outcomes })) => Self { tree: Some(tree), outcomes: Some(outcomes) },
                _ => return Err(ExportError::NoCheckpoint),
            },
        })
    }

    fn size(&self) -> Result<Option<u64>, ExportError> {
        let parse = |note: &Note| Checkpoint::parse(note.unverified_text());
        Ok(self.tree.as_ref().map(parse).transpose()?.map(|checkpoint| checkpoint.size))
    }

    /// Writes each beside what it was signed over, if that is what was found.
    fn write(&self, dir: &Path, entries: u64, (root, outcomes): (Hash, Hash)) -> Result<(), ExportError> {
        if let Some(note) = &self.tree {
            let signed = Checkpoint::parse(note.unverified_text())?;
            put(dir, note, (signed.size, signed.root) == (entries, root), (signed.size, entries))?;
        }
        if let Some(note) = &self.outcomes {
            let signed = Outcomes::parse(note.unverified_text())?;
            let fits = (signed.size, signed.root) == (entries, outcomes);
            put(&dir.join(OUTCOMES), note, fits, (signed.size, entries))?;
        }
        Ok(())
    }
}

fn put(dir: &Path, note: &Note, fits: bool, (size, entries): (u64, u64)) -> Result<(), ExportError> {
    if !fits {
        return Err(ExportError::Unsigned { size, entries });
    }
    let path = dir.join(CHECKPOINT);
    fs::write(&path, note.to_string()).map_err(|source| io("writing", &path, source))
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

/// Both trees being written, and the state the outcomes come from.
struct Folded {
    said: Tree,
    made: Tree,
    state: State,
    size: Option<u64>,
    left_out: u64,
}

impl Folded {
    fn new(dir: &Path, size: Option<u64>) -> Result<Self, ExportError> {
        let (said, made) = (Tree::new(dir)?, Tree::new(&dir.join(OUTCOMES))?);
        Ok(Self { said, made, state: State::default(), size, left_out: 0 })
    }

    fn take(&mut self, frame: &Frame) -> Result<(), ExportError> {
        let wanted = self.size.unwrap_or(u64::MAX).saturating_sub(frame.header().first_index);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        self.left_out += frame.leaves().len().saturating_sub(wanted) as u64;
        frame.entries().take(wanted).try_for_each(|entry| self.said.push(entry))?;
        if wanted == 0 {
            return Ok(());
        }
        let (made, mut bytes, mut left) = (&mut self.made, Vec::new(), wanted);
        Decoded::new(frame.clone(), 0)?.fold_each(&mut self.state, &mut |state, _, mark, outcome| {
            if left > 0 {
                left -= 1;
                bytes.clear();
                write(&mut bytes, mark, outcome, state);
                made.push(&bytes)?;
            }
            Ok::<_, ExportError>(())
        })
    }
}

/// A tree being written. Memory is that of one bundle and the right edge.
struct Tree {
    dir: PathBuf,
    tiles: Tiles,
    bundle: Vec<u8>,
}

impl Tree {
    fn new(dir: &Path) -> Result<Self, ExportError> {
        Ok(Self { dir: dir.to_owned(), tiles: Tiles::as_files(dir)?, bundle: Vec::new() })
    }

    fn push(&mut self, leaf: &[u8]) -> Result<(), ExportError> {
        // The limit of entries was chosen for this format, and outcomes stay far below it.
        let length = u16::try_from(leaf.len()).map_err(|_| ExportError::TooLong { index: self.tiles.size() })?;
        self.tiles.push(leaf_hash(leaf))?;
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(leaf);
        if self.tiles.size().is_multiple_of(WIDTH) {
            self.write_bundle(&tile_name(self.tiles.size() / WIDTH - 1))?;
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
    fn finish(mut self) -> Result<Hash, ExportError> {
        self.tiles.write_edge()?;
        let rest = self.tiles.size() % WIDTH;
        if rest > 0 {
            self.write_bundle(&format!("{}.p/{rest}", tile_name(self.tiles.size() / WIDTH)))?;
        }
        Ok(self.tiles.root(self.tiles.size())?)
    }
}
