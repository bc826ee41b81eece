//! Balances on their way to be signed: a state may be read before the signing thread has the last entries it counts, so orders wait
//! for these. The signing itself is in `signing`.

use ledger::hash::Hash;
use ledger::state::key_rows::AnnouncedKey;
use tokio::sync::oneshot;

use super::error::SigningError;
use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::signed_note::{Note, Signer};

/// What is to be signed of balances.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoodAt {
    /// After how many entries they stood so.
    pub(crate) entries: u64,
    /// How many accounts there are.
    pub(crate) accounts: u64,
    /// Root over them.
    pub(crate) root: Hash,
}

/// A root over all balances, and the checkpoint over the entries after which they stood so.
#[derive(Clone, Debug)]
pub struct SignedBalances {
    /// Over the entries.
    pub entries: Note,
    /// Over the balances.
    pub balances: Note,
}

/// Who waits for a signature.
pub(super) struct BalanceOrder {
    pub(super) stood: StoodAt,
    pub(super) done: oneshot::Sender<Result<SignedBalances, SigningError>>,
}

/// All who wait.
#[derive(Default)]
pub(super) struct BalanceOrders {
    waiting: Vec<BalanceOrder>,
    /// Over fewer entries the key that signs now may not sign: an announcement since the start may have made it that key.
    from: u64,
}

impl BalanceOrders {
    pub(super) fn add(&mut self, order: BalanceOrder) {
        self.waiting.push(order);
    }

    /// The record announces keys, of which the last is new.
    pub(super) fn turned(&mut self, announced: &[AnnouncedKey]) {
        let last = announced.iter().map(|row| row.last.saturating_add(1)).max();
        self.from = self.from.max(last.unwrap_or(0));
    }

    /// Those that wait for no more than so many entries.
    pub(super) fn due(&mut self, entries: u64) -> Vec<BalanceOrder> {
        self.waiting.extract_if(.., |order| order.stood.entries <= entries).collect()
    }

    /// Whether these stood after some of the entries there are, over which the key that signs now may sign.
    pub(super) fn may_sign(&self, stood: &StoodAt, size: u64) -> Result<(), SigningError> {
        match stood.entries {
            asked if asked > size => Err(SigningError::OutOfRange { asked, size }),
            asked if asked < self.from => Err(SigningError::KeyTurned),
            _ => Ok(()),
        }
    }
}

impl StoodAt {
    /// Both notes, without the time.
    pub(super) fn signed(&self, entries_root: Hash, signer: &Signer) -> SignedBalances {
        let origin = signer.verifier().name().to_owned();
        let Self { entries, accounts, root } = *self;
        let balances = BalanceRoot { origin: origin.clone(), accounts, root, entries };
        SignedBalances {
            entries: Checkpoint { origin, size: entries, root: entries_root }.sign(signer),
            balances: balances.sign(signer),
        }
    }
}
