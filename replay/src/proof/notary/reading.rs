//! The tree while a record is being opened, and whether the record still fits what was signed over it. What is signed from
//! then on is in `signing`.

use std::path::{Path, PathBuf};

use ledger::state::key_rows::AnnouncedKey;
use ledger::state::table::Table;
use ledger::tree::merkle::leaf_hash;

use super::believed::{believed, cut, fits_before};
use super::error::SigningError;
use super::signing::{Begin, Notary, Signing};
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::signed_note::{Role, Verifier};
use crate::proof::tally::Tally;
use crate::proof::tiles::{TileError, Tiles};
use crate::proof::trust::vouched;
use crate::record::log::{Frame, Log, Reader, Tip};

/// The tree while a record is being opened.
#[derive(Debug)]
pub(crate) struct Reading {
    /// A follower keeps the tree and does not sign it.
    signing: Option<Signing>,
    data: PathBuf,
    tiles: Tiles,
}

impl Reading {
    /// The tree as its tiles know it, if the ledger under `data` signs or follows. A follower signs nothing, whatever key
    /// it was given.
    pub(crate) fn open(data: &Path, signing: Option<&Signing>, follows: bool) -> Result<Option<Self>, SigningError> {
        let signing = signing.filter(|_| !follows).cloned();
        if signing.is_none() && !follows {
            return Ok(None);
        }
        let wrong = signing.iter().map(|signing| signing.signer.verifier()).find(|key| key.role() != Role::Author);
        if let Some(verifier) = wrong {
            return Err(SigningError::WrongRole(verifier.name().to_owned()));
        }
        let tiles = Tiles::open(&Tiles::dir(data))?;
        Ok(Some(Self { signing, data: data.to_owned(), tiles }))
    }

    /// Takes the entries of a frame that the tree does not have yet.
    pub(crate) fn take(&mut self, frame: &Frame) -> Result<(), TileError> {
        for (entry, index) in frame.entries().zip(frame.header().first_index..) {
            if index == self.tiles.size() {
                self.tiles.push(leaf_hash(entry))?;
            }
        }
        Ok(())
    }

    /// Holds the tree against the record and against what was signed before, then signs from now on.
    pub(crate) fn start(
        mut self,
        log: &Log,
        tally: Tally,
        announced: &Table<AnnouncedKey>,
    ) -> Result<Notary, SigningError> {
        self.fit(log.tip())?;
        let signing = self.signing.ok_or(SigningError::NoKey)?;
        let kept = Checkpoints::of(&self.data);
        let latest = believed(&kept, signing.signer.verifier(), announced, &self.tiles)?;
        if let Some(signed) = &latest {
            fits_before(signed, &self.tiles)?;
            may_follow(signed, signing.signer.verifier(), announced)?;
            fits_outcomes(signed, &tally)?;
        }
        Notary::start(Begin { signing, kept, latest, tiles: self.tiles, tally, alarm: log.alarm.clone() })
    }

    /// Holds the tree against the record and against the writer's checkpoints that were compared before; signs nothing.
    pub(crate) fn follow(mut self, tip: &Tip) -> Result<(Tiles, Option<Signed>), SigningError> {
        self.fit(tip)?;
        let latest = Checkpoints::of(&self.data).latest()?;
        if let Some(signed) = &latest {
            fits_before(signed, &self.tiles)?;
        }
        Ok((self.tiles, latest))
    }

    /// Makes the tree that of the record.
    fn fit(&mut self, tip: &Tip) -> Result<(), SigningError> {
        let size = tip.next_index();
        let fits = self.tiles.size() == size && self.tiles.root(size).is_ok_and(|root| root == tip.frontier.root());
        if !fits {
            // Tiles are a cache: of an earlier record, or left wrong by a power failure.
            tracing::warn!("the tiles do not fit the record and are made again");
            self.tiles.clear()?;
            let mut reader = Reader::open(&self.data.join("record"), tip.ledger)?;
            while let Some(frame) = reader.next_frame()? {
                self.take(&frame)?;
            }
        }
        Ok(())
    }
}

/// Refuses a record that ends before what was signed over it, for a ledger that has no key and so keeps no tree.
pub(crate) fn not_cut(data: &Path, tip: &Tip) -> Result<(), SigningError> {
    let entries = tip.next_index();
    match Checkpoints::of(data).latest()?.as_ref().map(Signed::unverified).transpose()? {
        Some((Checkpoint { size, .. }, _)) if size > entries => Err(cut(size, entries)),
        _ => Ok(()),
    }
}

/// Nor does it sign other outcomes of entries whose outcomes were signed.
fn fits_outcomes(signed: &Signed, tally: &Tally) -> Result<(), SigningError> {
    let (_, Outcomes { size, chain, books, .. }) = signed.unverified()?;
    if size == tally.chain().entries() && (chain, &books) != (tally.chain().head(), tally.books()) {
        let why = "its outcomes are others; the pages may be wrong, `replay rebuild` makes them anew".to_owned();
        return Err(SigningError::Differs { size, why });
    }
    Ok(())
}

/// Whoever trusts the key that signed last must be able to trust the next one: it is announced below that checkpoint, under
/// the signature of that key.
fn may_follow(signed: &Signed, key: &Verifier, announced: &Table<AnnouncedKey>) -> Result<(), SigningError> {
    if Checkpoint::verified(&signed.tree, key).is_ok() {
        return Ok(());
    }
    let (Checkpoint { origin, size, .. }, _) = signed.unverified()?;
    if key.name() != origin {
        return Err(SigningError::OtherName { key: key.to_string(), origin });
    }
    let vouches = |row: &AnnouncedKey| {
        let by_last = |by: &Verifier| Checkpoint::verified(&signed.tree, by).is_ok();
        row.last < size && vouched(&origin, row).is_some_and(|(next, by)| next == *key && by_last(&by))
    };
    if announced.iter().any(|(_, row)| vouches(row)) {
        return Ok(());
    }
    Err(SigningError::NotAnnounced { key: key.to_string(), size })
}
