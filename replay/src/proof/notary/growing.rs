//! The leaves that a tree could not take yet, while its tiles cannot be written.

use std::collections::VecDeque;

use ledger::hash::Hash;

use crate::limits::LEAVES_BEHIND;
use crate::proof::tiles::{TileError, Tiles};
use crate::record::leaves::Leaves;

/// Leaves that wait for the tiles of one tree.
#[derive(Debug, Default)]
pub(super) struct Behind(VecDeque<Hash>);

impl Behind {
    /// Takes the leaves of a frame behind the first `known` ones into the tree. What cannot be written now is written before the next
    /// signature. False if the tree lags too far behind: nothing is signed over it, and it is made again at the next start.
    pub(super) fn take(&mut self, tiles: &mut Tiles, known: u64, leaves: &Leaves) -> Result<bool, TileError> {
        let reached = tiles.size() + self.0.len() as u64;
        if reached != known || self.0.len() >= LEAVES_BEHIND {
            return Ok(false);
        }
        if !self.0.is_empty() {
            self.0.extend(&leaves.hashes);
            return Ok(true);
        }
        let before = tiles.size();
        tiles.extend(leaves).inspect_err(|_| {
            let taken = usize::try_from(tiles.size() - before).unwrap_or(usize::MAX);
            self.0.extend(leaves.hashes.iter().skip(taken));
        })?;
        Ok(true)
    }

    /// Writes what could not be written before.
    pub(super) fn catch_up(&mut self, tiles: &mut Tiles) -> Result<(), TileError> {
        tiles.write_again()?;
        while let Some(leaf) = self.0.front() {
            let before = tiles.size();
            let pushed = tiles.push(*leaf);
            if tiles.size() > before {
                self.0.pop_front();
            }
            pushed?;
        }
        Ok(())
    }
}
