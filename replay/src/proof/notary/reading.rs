//! The trees while a record is being opened, and whether the record still fits what was signed over it. What is signed from
//! then on is in `signing`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::state::key_rows::AnnouncedKey;
use ledger::state::table::Table;

use super::believed::{balances_suffered, believed, cut, fits_before, other_outcomes};
use super::error::SigningError;
use super::signing::{Begin, Notary};
use super::signing_key::Signing;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::cosigned::Cosigned;
use crate::proof::outcomes::OutcomeLog;
use crate::proof::signed_note::{Role, Verifier};
use crate::proof::tally::Tally;
use crate::proof::trees::Trees;
use crate::proof::trust::{Trust, vouched};
use crate::record::log::{Log, Reader, Tip};

/// The trees while a record is being opened.
#[derive(Debug)]
pub(crate) struct Reading {
    /// A follower keeps the trees and does not sign them.
    signing: Option<Signing>,
    data: PathBuf,
    trees: Trees,
}

impl Reading {
    /// The trees as their tiles know them, if the ledger under `data` signs or follows. A follower signs nothing, whatever key
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
        Ok(Some(Self { signing, data: data.to_owned(), trees: Trees::open(data)? }))
    }

    /// The trees, for the thread that reads and the one that folds.
    pub(crate) fn trees(&mut self) -> &mut Trees {
        &mut self.trees
    }

    /// Holds the trees against the record and against what was signed before, then signs from now on. That over outcomes was made to
    /// fit the tally.
    pub(crate) fn start(
        mut self,
        log: &Log,
        outcomes: Arc<OutcomeLog>,
        announced: &Table<AnnouncedKey>,
    ) -> Result<Notary, SigningError> {
        self.fit(log.tip())?;
        let mut signing = self.signing.ok_or(SigningError::NoKey)?;
        let rows: Vec<AnnouncedKey> = announced.iter().map(|(_, row)| row.clone()).collect();
        if let Some(end) = signing.turned(&rows) {
            let (key, entry) = (signing.signer.verifier().to_string(), end.saturating_sub(1));
            return Err(SigningError::KeyEnded { key, entry });
        }
        let own = signing.signer.verifier();
        let trust = Trust::of_ledger(own, &rows);
        let kept = Checkpoints::of(&self.data).watched()?;
        let latest = believed(&kept, &trust, &self.trees)?;
        balances_suffered(&kept, &trust)?;
        if let Some(signed) = &latest {
            fits_before(signed, &self.trees)?;
            may_follow(signed, own, &trust, &rows, self.trees.entries.0.size())?;
            same_books(signed, &outcomes.tally())?;
        }
        // Files of cosignatures are no evidence against the record: what is not ours is only not shown.
        let keys: Vec<Verifier> = trust.all().cloned().collect();
        let ours = |signed: &Signed| {
            trust.checkpoint(&signed.tree)?;
            trust.outcomes(&signed.outcomes)?;
            let why = signed.suffered(&keys).map(|why| CheckpointError::Damaged(why.to_owned()));
            why.map_or(Ok(()), Err)?;
            fits_before(signed, &self.trees)
        };
        let cosigned = Cosigned::open(kept.clone(), signing.witnesses.clone(), &ours);
        Notary::start(Begin {
            signing,
            kept,
            latest,
            trees: self.trees,
            outcomes,
            alarm: log.alarm.clone(),
            clock: log.clock.clone(),
            announced: rows,
            cosigned,
        })
    }

    /// Holds the trees against the record and against the writer's checkpoints that were compared before; signs nothing.
    pub(crate) fn follow(mut self, tip: &Tip) -> Result<(Trees, Checkpoints, Option<Signed>), SigningError> {
        self.fit(tip)?;
        let kept = Checkpoints::of(&self.data).watched()?;
        let latest = kept.latest()?;
        if let Some(signed) = &latest {
            fits_before(signed, &self.trees)?;
        }
        Ok((self.trees, kept, latest))
    }

    /// Makes the tree over entries that of the record.
    fn fit(&mut self, tip: &Tip) -> Result<(), SigningError> {
        let (size, tree) = (tip.next_index(), &mut self.trees.entries);
        let fits = tree.0.size() == size && tree.0.root(size).is_ok_and(|root| root == tip.frontier.root());
        if !fits {
            // Tiles are a cache: of an earlier record, or left wrong by a power failure.
            tracing::warn!("the tiles do not fit the record and are made again");
            tree.0.clear()?;
            let mut reader = Reader::open(&self.data.join("record"), tip.ledger)?;
            while let Some(frame) = reader.next_frame()? {
                tree.take(&frame)?;
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

/// What was posted in each book is not in the trees.
fn same_books(signed: &Signed, tally: &Tally) -> Result<(), SigningError> {
    let (_, Outcomes { size, books, .. }) = signed.unverified()?;
    if size == tally.entries() && &books != tally.books() {
        return Err(other_outcomes(size));
    }
    Ok(())
}

/// Whoever trusts the key that signed last must be able to trust the next one: the record announces it under the signature of that
/// key, or of one announced under it.
fn may_follow(
    signed: &Signed,
    key: &Verifier,
    trust: &Trust,
    announced: &[AnnouncedKey],
    entries: u64,
) -> Result<(), SigningError> {
    let (Checkpoint { origin, size, .. }, _) = signed.unverified()?;
    if key.name() != origin {
        return Err(SigningError::OtherName { key: key.to_string(), origin });
    }
    let last = trust.keys(size).find(|by| signed.is_by(by));
    let follows = |last: &Verifier| last == key || Trust::following(vec![last.clone()], announced).holds(key, entries);
    if last.is_some_and(follows) {
        return Ok(());
    }
    // One that ended announces nothing more that anybody follows: whoever was told to serve with it would be sent in a circle.
    let present = announced.iter().filter_map(|row| vouched(&origin, row)).flat_map(|(next, by)| [by, next]);
    let present = present.filter(|by| signed.is_by(by)).find_map(|by| {
        let trust = Trust::of_ledger(&by, announced);
        trust.all().find(|key| trust.holds(key, entries) && trust.end_of(key).is_none()).cloned()
    });
    let key = key.to_string();
    Err(match present {
        Some(present) => SigningError::OtherAnnounced { key, present: present.to_string() },
        None => SigningError::NotAnnounced { key, size },
    })
}
