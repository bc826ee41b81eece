//! Salt for entries, so that nobody can guess one by its hash. A generator that the system seeds once makes it, as asking the system
//! for some ten thousands of bytes every frame is work that callers would wait for.

use proto::entry::SALT_BYTES;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};

use crate::record::error::LogError;

/// Makes salt.
#[derive(Default)]
pub(super) struct Salts {
    /// There from the first frame on.
    generator: Option<StdRng>,
    bytes: Vec<u8>,
}

impl Salts {
    /// Salt for so many entries.
    ///
    /// # Errors
    /// The system gives no seed.
    pub(super) fn of(&mut self, entries: usize) -> Result<&[[u8; SALT_BYTES]], LogError> {
        let generator = match &mut self.generator {
            Some(generator) => generator,
            none => {
                let seeded = StdRng::try_from_rng(&mut SysRng);
                none.insert(seeded.map_err(|error| LogError::Salt { why: error.to_string() })?)
            }
        };
        self.bytes.resize(entries * SALT_BYTES, 0);
        generator.fill_bytes(&mut self.bytes);
        Ok(self.bytes.as_chunks().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_salt_comes_twice_in_a_ledger_or_two() {
        let (mut one, mut other) = (Salts::default(), Salts::default());
        let mut seen = HashSet::new();
        for entries in [1, 300, 0, 7] {
            for salts in [&mut one, &mut other] {
                let made = salts.of(entries).unwrap();
                assert_eq!(made.len(), entries);
                assert!(made.iter().all(|salt| seen.insert(*salt)));
            }
        }
    }
}
