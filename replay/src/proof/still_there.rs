//! Whether what is signed, and the tiles it is proved by, are still in their files while a ledger runs. What is in tiles is not read
//! again here: that is for proofs.

use crate::files::known::KnownFiles;
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::trees::Trees;

/// The files of one ledger that signs or follows.
#[derive(Debug)]
pub(crate) struct StillThere {
    kept: Checkpoints,
    tiles: [KnownFiles; 2],
}

impl StillThere {
    pub(crate) fn of(kept: &Checkpoints, trees: &Trees) -> Self {
        Self { kept: kept.clone(), tiles: [trees.entries.0.known(), trees.outcomes.0.known()] }
    }

    /// What was removed, changed or replaced while in use, or set aside and not put back, and what to do about it.
    pub(crate) fn doubt(&self) -> Option<String> {
        let tiles = self.tiles.iter().find_map(KnownFiles::lost).map(|path| {
            format!(
                "the tiles in {} were removed, replaced or damaged while in use, and not everything can be proved by them; the record is \
                 whole: start again, and they are made anew",
                path.display()
            )
        });
        let kept = self.kept.lost().map(|path| {
            format!(
                "what was signed in {} was removed, changed or replaced while in use: find out by whom, and put it back from a backup; \
                 without it this ledger cannot show what it signed",
                path.display()
            )
        });
        let balances = self.kept.lost_balances().unwrap_or_default().into_iter().next().map(|path| {
            format!(
                "what was signed of all balances in {} was damaged and is set aside: put the file back from a backup; once the key has \
                 changed it can never be signed again",
                path.display()
            )
        });
        kept.or(balances).or(tiles)
    }
}
