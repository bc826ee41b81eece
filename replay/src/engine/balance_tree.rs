//! All balances as one tree, read from the state in use, and its root signed. The fold waits while balances are copied, which is as short as
//! can be; whose they are never changes and is looked up in small pieces afterwards.

use ledger::account::AccountNo;
use ledger::tree::balances::{BalanceLeaf, BalanceTree};
use ledger::tree::outcome_leaf::Known as _;

use super::{Engine, EngineError, Role};
use crate::proof::notary::{SignedBalances, SigningError, StoodAt};

/// Accounts whose owners are looked up before the fold is let in again.
const AT_ONCE: usize = 65_536;

/// How all accounts stand after some entry.
#[derive(Clone, Debug)]
pub struct Balances {
    /// After how many entries.
    pub entries: u64,
    /// A leaf for each account.
    pub tree: BalanceTree,
}

impl Engine {
    /// How all accounts stand. Takes a second for a million or two of them, and some 80 bytes for each. Blocks: not for async tasks.
    ///
    /// # Errors
    /// Nothing may be answered, or the ledger signs nothing, so nobody would be proved anything by it.
    pub fn balances(&self) -> Result<Balances, EngineError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower.into()) };
        writing.notary()?;
        let (entries, standing): (u64, Vec<i128>) = {
            let state = self.read();
            (state.entries, state.accounts.iter().map(|(_, account)| account.balance).collect())
        };
        let owned = |(first, piece): (u32, &[i128])| -> Vec<BalanceLeaf> {
            let state = self.read();
            let leaf = |(number, balance): (u32, &i128)| {
                let (class, owner) = state.account(AccountNo::new(number));
                BalanceLeaf::new(class, owner, *balance)
            };
            (first..).zip(piece).map(leaf).collect()
        };
        // A fold that broke off leaves a state after an entry that nobody will sign.
        if let Some(error) = self.live.failed() {
            return Err(EngineError::Halted(error));
        }
        let pieces = (0..).step_by(AT_ONCE).zip(standing.chunks(AT_ONCE));
        Ok(Balances { entries, tree: BalanceTree::of(pieces.flat_map(owned)) })
    }

    /// Has their root signed, with a checkpoint over the entries after which they stood so.
    ///
    /// # Errors
    /// The ledger has no key, signing has ended, or it is a follower.
    pub async fn sign_balances(&self, Balances { entries, tree }: &Balances) -> Result<SignedBalances, SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        let notary = writing.notary()?;
        let stood = StoodAt { entries: *entries, accounts: tree.accounts(), root: tree.root() };
        notary.sign_balances(stood)?.await.unwrap_or_else(|_| Err(notary.why_ended()))
    }
}
