//! The checkpoints as proof: what root the record must have at which sizes. Who keeps and signs them is not known here.

use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;

use super::options::RepairOptions;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::signed_note::{Note, Verifier};
use crate::record::log::{Frame, Tip};

/// Roots by size, smallest first.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    points: Vec<(u64, Hash)>,
}

impl Proofs {
    /// All under the ledger's directory. What cannot be believed is answered in words: nothing is proved by it.
    pub(super) fn load(options: &RepairOptions) -> Result<Self, String> {
        let kept = Checkpoints::of(&options.data);
        let mut points = Vec::new();
        for size in kept.sizes().map_err(|error| error.to_string())? {
            // Passed over, it would bind nobody any more.
            let signed = kept.read(size).map_err(|error| error.to_string())?.ok_or("the note beside it is missing");
            let checkpoint = signed.map_err(str::to_owned).and_then(|signed| believed(&signed.tree, &options.keys));
            let checkpoint =
                checkpoint.map_err(|why| format!("the checkpoint over {size} entries cannot be believed: {why}"))?;
            points.push((checkpoint.size, checkpoint.root));
        }
        Ok(Self { points })
    }

    pub(super) fn count(&self) -> u64 {
        self.points.len() as u64
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

fn believed(note: &Note, keys: &[Verifier]) -> Result<Checkpoint, String> {
    if keys.is_empty() {
        return Checkpoint::parse(note.unverified_text()).map_err(|error| error.to_string());
    }
    let mut verified = keys.iter().map(|key| Checkpoint::verified(note, key));
    verified.find_map(Result::ok).ok_or_else(|| "none of the keys given has signed it".to_owned())
}
