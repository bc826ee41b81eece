//! What witnesses send of a ledger's checkpoints. Which signatures count and where they are kept is in `cosigned`.

use std::sync::Arc;

use super::error::SigningError;
use super::signing::Notary;
use crate::proof::balance_files::SignedBalances;
use crate::proof::checkpoint_files::{KeptError, Signed};
use crate::proof::cosignature_error::CosignatureError;

impl Notary {
    /// Takes the signatures of known witnesses under a checkpoint of this ledger: kept before they are shown. Whose they are, and the
    /// entries it is over.
    pub(crate) fn cosigned_by(&self, offered: &Signed) -> Result<(u64, Vec<String>), SigningError> {
        let not_here = || CosignatureError::NotSignedHere;
        let (said, _) = offered.unverified().map_err(|_| not_here())?;
        // What this ledger keeps it has signed. Nothing of what was sent is taken but signatures that fit.
        let latest = self.latest()?;
        let own = if latest.says_as(offered) {
            latest
        } else {
            match self.kept.read(said.size) {
                Ok(Some(signed)) if signed.says_as(offered) => Arc::new(signed),
                Ok(_) | Err(KeptError::Bad { .. }) => return Err(not_here().into()),
                Err(error) => return Err(error.into()),
            }
        };
        let mut cosigned = self.cosigned.lock();
        let (names, shown) = cosigned.take(said.size, &own, offered)?;
        self.show(&shown);
        Ok((said.size, names))
    }

    /// A root over balances with what witnesses signed under its checkpoint.
    pub(crate) fn beside_balances(&self, balances: SignedBalances) -> SignedBalances {
        self.cosigned.lock().beside_balances(balances)
    }

    /// The last checkpoint that at least so many of the known witnesses cosigned.
    pub(crate) fn last_cosigned(&self, least: usize) -> Result<Arc<Signed>, SigningError> {
        self.cosigned.lock().last_by(least).ok_or_else(|| CosignatureError::NotCosigned { least }.into())
    }
}
