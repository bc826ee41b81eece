//! The checkpoints as proof: what root the record must have at which sizes. Who keeps and signs them is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ledger::hash::Hash;
use ledger::state::key_rows::AnnouncedKey;
use ledger::tree::merkle::leaf_hash;

use super::examined::ExaminedCopy;
use super::held::Held;
use super::options::RepairOptions;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::checkpoint_files::{Checkpoints, KeptError};
use crate::proof::signed_note::Note;
use crate::proof::trust::{Trust, announced_in};
use crate::record::error::LogError;
use crate::record::log::{Frame, Tip};

/// Roots by size, smallest first.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    points: Vec<(u64, Hash)>,
    /// So many entries there were, by a note over outcomes whose checkpoint suffered.
    least: u64,
    /// Entries under the last one whose word counts for what only a further copy has.
    vouched: u64,
    passed_over: Vec<String>,
}

impl Proofs {
    /// All under the ledger's directory and beside the further copy. One that cannot be believed is passed over by name, if others can
    /// be: it says nothing about the record. Where none can, nothing is proved, which is answered in words. What the copies announce
    /// says which key may sign what.
    pub(super) fn load(options: &RepairOptions, announced: &[AnnouncedKey]) -> Result<Self, String> {
        let trust = Trust::following(options.keys.clone(), announced);
        let mut proofs = Self::default();
        let mut points = BTreeMap::new();
        for dir in [Some(&options.data), options.from.as_ref()].into_iter().flatten() {
            let kept = Checkpoints::of(dir);
            for size in sizes_of(&kept).map_err(|error| error.to_string())? {
                let read = kept.read_pair(size).map_err(|error| error.to_string());
                let root = match read.and_then(|signed| Ok((believed(&signed.tree, &trust)?, signed.outcomes))) {
                    Ok((checkpoint, outcomes)) => {
                        proofs.beside(&outcomes, &trust, size, dir);
                        checkpoint.root
                    }
                    Err(why) => {
                        let place = dir.display();
                        proofs.passed_over.push(format!(
                            "the checkpoint over {size} entries in {place} cannot be believed whole: {why}"
                        ));
                        // Else who cuts a record would only have to spoil one file beside it.
                        let halves = kept.halves(size).map_err(|error| error.to_string())?;
                        let Some(root) = proofs.half(halves, &trust, size) else { continue };
                        root
                    }
                };
                // Who can make up a copy can make up a note beside it: without keys only what is kept here counts.
                if !options.keys.is_empty() || dir == &options.data {
                    proofs.vouched = proofs.vouched.max(size);
                }
                if *points.entry(size).or_insert(root) != root {
                    return Err(format!(
                        "two checkpoints over {size} entries have different roots; --key says which was signed"
                    ));
                }
            }
        }
        proofs.points = points.into_iter().collect();
        if proofs.least().is_some() || proofs.passed_over.is_empty() {
            return Ok(proofs);
        }
        Err(proofs.passed_over.swap_remove(0))
    }

    /// What one of two notes says, where the other suffered: the root of the record, or at least how many entries there were.
    fn half(&mut self, [tree, made]: [Option<Note>; 2], trust: &Trust, size: u64) -> Option<Hash> {
        if made.is_some_and(|note| trust.outcomes(&note).is_ok_and(|outcomes| outcomes.size == size)) {
            self.least = self.least.max(size);
        }
        let tree = believed(&tree?, trust).ok()?;
        (tree.size == size).then_some(tree.root)
    }

    /// How many entries the record has at least, by what was signed.
    pub(super) fn least(&self) -> Option<u64> {
        self.last().max(Some(self.least).filter(|least| *least > 0))
    }

    /// The record is proved by the checkpoint over its entries alone; that the note beside it says nothing is named all the same.
    fn beside(&mut self, outcomes: &Note, trust: &Trust, size: u64, dir: &Path) {
        if trust.all().next().is_some()
            && let Err(error) = trust.outcomes(outcomes)
        {
            let place = dir.display();
            self.passed_over.push(format!("the note over {size} outcomes in {place} cannot be believed: {error}"));
        }
    }

    /// Those that cannot be believed, and why.
    pub(super) fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    pub(super) fn count(&self) -> u64 {
        self.points.len() as u64
    }

    /// How many entries are vouched for, whoever has them.
    pub(super) fn vouched(&self) -> u64 {
        self.vouched
    }

    /// Entries under the last one.
    pub(super) fn last(&self) -> Option<u64> {
        self.points.last().map(|(size, _)| *size)
    }

    /// Holds the entries of a frame, coming after `tip`, against the checkpoints they complete.
    pub(super) fn pass(&self, tip: &Tip, frame: &Frame) -> Result<(), u64> {
        let (from, to) = (tip.next_index(), frame.next_index());
        let mut due = self.points.iter().filter(|(size, _)| (from + 1..=to).contains(size)).peekable();
        if due.peek().is_none() || tip.is_void(frame) {
            return Ok(());
        }
        let mut tree = tip.frontier.clone();
        for entry in frame.entries() {
            tree.push(leaf_hash(entry));
            if let Some((size, root)) = due.next_if(|(size, _)| *size == tree.size())
                && *root != tree.root()
            {
                return Err(*size);
            }
        }
        Ok(())
    }
}

/// The sizes of checkpoints and of notes that lost theirs.
fn sizes_of(kept: &Checkpoints) -> Result<BTreeSet<u64>, KeptError> {
    Ok(kept.sizes()?.into_iter().chain(kept.outcome_sizes()?).collect())
}

fn believed(note: &Note, trust: &Trust) -> Result<Checkpoint, String> {
    if trust.all().next().is_none() {
        return Checkpoint::parse(note.unverified_text()).map_err(|error| error.to_string());
    }
    trust.checkpoint(note).map_err(|error| match error {
        CheckpointError::Outside { .. } => error.to_string(),
        _ => "none of the keys given has signed it, nor one announced under them".to_owned(),
    })
}

/// The keys that the copies announce, in the order of the record. Those of the ledger's own copies come first: where a further one
/// has the same announcement in another place, that is passed over.
pub(super) fn announced(copies: &mut [ExaminedCopy], ledger: [u8; 16]) -> Result<Vec<AnnouncedKey>, LogError> {
    let mut rows: Vec<AnnouncedKey> = Vec::new();
    for copy in copies {
        for number in 1..=copy.kind.last() {
            let Held::Frame(frame) = copy.kind.at(number)? else { continue };
            if frame.header().ledger != ledger {
                continue;
            }
            let found = frame.entries().zip(frame.header().first_index..);
            for row in found.filter_map(|(entry, index)| announced_in(entry, index)) {
                if rows.iter().all(|known| known.signature != row.signature) {
                    rows.push(row);
                }
            }
        }
    }
    rows.sort_by_key(|row| row.last);
    Ok(rows)
}
