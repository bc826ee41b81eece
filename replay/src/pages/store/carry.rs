//! What a new generation takes over from the one in use, byte for byte, when only a part of it is made from the record.

use super::sealed::checked;
use super::stored::{CHECKPOINT, PAGE, Store};
use crate::pages::error::PagesError;

/// Values written at a time: enough that a write is worth it.
const AT_A_TIME: usize = 4_096;

impl Store {
    /// Takes over the pages of the state and the checkpoint as another store has them.
    pub(crate) fn carry_state(&self, from: &Self) -> Result<(), PagesError> {
        *self.sums.lock() = from.sums.lock().clone();
        self.carry(from, &|key| key.first() == Some(&PAGE) || key == CHECKPOINT)
    }

    /// Takes over everything but the pages of the state and the checkpoint.
    pub(crate) fn carry_postings(&self, from: &Self) -> Result<(), PagesError> {
        self.carry(from, &|key| key.first() != Some(&PAGE) && key != CHECKPOINT)
    }

    /// Whether both hold the same pages of the state, by the checksum of each.
    pub(crate) fn same_pages(&self, other: &Self) -> bool {
        let ours = self.sums.lock().clone();
        ours == *other.sums.lock()
    }

    fn carry(&self, from: &Self, wanted: &dyn Fn(&[u8]) -> bool) -> Result<(), PagesError> {
        let (mut writes, mut waiting) = (sled::Batch::default(), 0);
        for found in from.db.iter() {
            let (key, bytes) = found.map_err(|error| from.bad(&error))?;
            if !wanted(&key) {
                continue;
            }
            if checked(&bytes).is_none() {
                let why = "a value does not fit its checksum; rebuild all projections, not only one".to_owned();
                return Err(PagesError::Damaged { path: from.path.clone(), why });
            }
            writes.insert(key, bytes);
            waiting += 1;
            if waiting == AT_A_TIME {
                self.db.apply_batch(std::mem::take(&mut writes)).map_err(|error| self.bad(&error))?;
                waiting = 0;
            }
        }
        self.db.apply_batch(writes).map_err(|error| self.bad(&error))?;
        self.db.flush().map_err(|error| self.bad(&error))?;
        Ok(())
    }
}
