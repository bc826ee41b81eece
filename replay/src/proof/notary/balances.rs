//! Balances on their way to be signed: a state may be read before the signing thread has the last entries it counts, so orders wait
//! for these. Also which of the keys may sign them, and whether they were signed before. The signing itself is in `signing`.

use ledger::hash::Hash;
use ledger::state::key_rows::AnnouncedKey;
use tokio::sync::oneshot;

use super::error::SigningError;
use crate::proof::balance_files::SignedBalances;
use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::{Checkpoints, KeptError};
use crate::proof::signed_note::{Signer, Verifier};
use crate::proof::trust::{Trust, begins};
use crate::record::log::Clock;

/// What is to be signed of balances.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoodAt {
    /// After how many entries they stood so.
    pub(crate) entries: u64,
    /// How many accounts there are.
    pub(crate) accounts: u64,
    /// Root over them.
    pub(crate) root: Hash,
    /// To be kept for good.
    pub(crate) kept: bool,
}

/// Who waits for a signature.
pub(super) struct BalanceOrder {
    pub(super) stood: StoodAt,
    pub(super) done: oneshot::Sender<Result<SignedBalances, SigningError>>,
}

/// All who wait.
pub(super) struct BalanceOrders {
    waiting: Vec<BalanceOrder>,
    /// Over fewer entries the key that signs now may not sign: the record announces it there.
    from: u64,
    /// Who may have signed earlier ones.
    trust: Trust,
}

impl BalanceOrders {
    /// With the key that signs now.
    pub(super) fn new(own: &Verifier, announced: &[AnnouncedKey]) -> Self {
        let (from, trust) = (begins(own, announced), Trust::of_ledger(own, announced));
        Self { waiting: Vec::new(), from, trust }
    }

    /// The record announces keys, of which the last is new, and this one signs from now on.
    pub(super) fn turned(&mut self, own: &Verifier, announced: &[AnnouncedKey]) {
        let waiting = std::mem::take(&mut self.waiting);
        *self = Self { waiting, ..Self::new(own, announced) };
    }

    pub(super) fn add(&mut self, order: BalanceOrder) {
        self.waiting.push(order);
    }

    /// Those that wait for no more than so many entries.
    pub(super) fn due(&mut self, entries: u64) -> Vec<BalanceOrder> {
        self.waiting.extract_if(.., |order| order.stood.entries <= entries).collect()
    }

    /// What was signed of these balances before, if a key that is trusted there did. Another root over them is never signed beside it. What
    /// suffered in its file is shown to nobody, who would have to take it for a forgery, and is set aside.
    pub(super) fn before(&self, stood: &StoodAt, files: &Checkpoints) -> Result<Option<SignedBalances>, SigningError> {
        let keys: Vec<Verifier> = self.trust.all().cloned().collect();
        let kept = match files.whole_balances(stood.entries, &keys) {
            Err(error @ KeptError::Bad { .. }) => {
                files.set_balances_aside(stood.entries, &error)?;
                None
            }
            // What cannot be read now is no evidence of anything.
            read => read.unwrap_or_default(),
        };
        let Some(signed) = kept.filter(|signed| self.trust.checkpoint(&signed.entries).is_ok()) else {
            return Ok(None);
        };
        match self.trust.balances(&signed.balances) {
            Ok(said) if (said.accounts, said.root) == (stood.accounts, stood.root) => Ok(Some(signed)),
            Ok(_) => Err(SigningError::OtherBalances { entries: stood.entries }),
            Err(_) => Ok(None),
        }
    }

    /// Whether these stood after some of the entries there are, over which the key that signs now may sign.
    pub(super) fn may_sign(&self, stood: &StoodAt, size: u64, files: &Checkpoints) -> Result<(), SigningError> {
        match stood.entries {
            asked if asked > size => Err(SigningError::OutOfRange { asked, size }),
            asked if asked < self.from => {
                let lost = files.has_lost_balances(asked);
                let turned = SigningError::KeyTurned { asked, from: self.from };
                Err(if lost { SigningError::BalancesLost { asked } } else { turned })
            }
            _ => Ok(()),
        }
    }
}

impl StoodAt {
    /// Both notes, with the time.
    pub(super) fn signed(&self, entries_root: Hash, signer: &Signer, clock: &Clock) -> SignedBalances {
        let origin = signer.verifier().name().to_owned();
        let Self { entries, accounts, root, .. } = *self;
        let balances = BalanceRoot { origin: origin.clone(), accounts, root, entries };
        let mut signed = SignedBalances {
            entries: Checkpoint { origin, size: entries, root: entries_root }.sign(signer),
            balances: balances.sign(signer),
        };
        let now = u64::try_from(clock.now_ms() / 1_000).unwrap_or(0);
        for note in [&mut signed.entries, &mut signed.balances] {
            note.add(signer.sign_at(note.unverified_text(), now));
        }
        signed
    }
}
