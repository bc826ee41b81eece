//! All balances as one tree, read from the state in use or from a past one, and its root signed. The fold waits while balances are copied,
//! which is as short as can be; whose they are never changes and is looked up in small pieces afterwards.

use ledger::account::AccountNo;
use ledger::tree::balances::{AccountStands, BalanceTree, SaltSource};
use ledger::tree::outcome_leaf::Known as _;

use super::live::LiveState;
use super::past::Past;
use super::{Engine, EngineError, Role};
use crate::proof::balance_files::SignedBalances;
use crate::proof::notary::{SigningError, StoodAt};

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

impl Balances {
    /// As they stand in the state in use. Takes a second or two for a million of them, and some 70 bytes for each.
    pub(super) fn of_live(live: &LiveState) -> Result<Self, EngineError> {
        let (source, standing): (SaltSource, Vec<i128>) = {
            let state = live.read();
            // Whoever folds waits for this reader, so both are of the same entries.
            let source = SaltSource { salts: live.pages().outcomes().salts(), entries: state.entries };
            (source, state.accounts.iter().map(|(_, account)| account.balance).collect())
        };
        let owned = |(first, piece): (u32, &[i128])| -> Vec<AccountStands> {
            let state = live.read();
            let stands = |(number, balance): (u32, &i128)| {
                let (class, owner) = state.account(AccountNo::new(number));
                AccountStands::new(class, owner, *balance)
            };
            (first..).zip(piece).map(stands).collect()
        };
        // A fold that broke off leaves a state after an entry that nobody will sign.
        if let Some(error) = live.failed() {
            return Err(EngineError::Halted(error));
        }
        let pieces = (0..).step_by(AT_ONCE).zip(standing.chunks(AT_ONCE));
        Ok(Self { entries: source.entries, tree: BalanceTree::of(source, pieces.flat_map(owned)) })
    }

    /// What is to be signed of them.
    pub(super) fn stood(&self, kept: bool) -> StoodAt {
        StoodAt { entries: self.entries, accounts: self.tree.accounts(), root: self.tree.root(), kept }
    }
}

impl Engine {
    /// How all accounts stand now. Blocks: not for async tasks.
    ///
    /// # Errors
    /// Nothing may be answered, or the ledger signs nothing, so nobody would be proved anything by it.
    pub fn balances(&self) -> Result<Balances, EngineError> {
        self.signs()?;
        Balances::of_live(&self.live)
    }

    /// How all accounts stood in a past that leaves nothing out. Blocks: not for async tasks.
    ///
    /// # Errors
    /// As [`Engine::balances`].
    pub fn balances_of(&self, past: &Past) -> Result<Balances, EngineError> {
        self.signs()?;
        let source = SaltSource { salts: past.salts, entries: past.state.entries };
        let accounts = past.state.accounts.iter().map(|(number, account)| {
            let (class, owner) = past.state.account(number);
            AccountStands::new(class, owner, account.balance)
        });
        Ok(Balances { entries: source.entries, tree: BalanceTree::of(source, accounts) })
    }

    /// Has their root signed, with a checkpoint over the entries after which they stood so. What was kept of a closing is shown as it is.
    ///
    /// # Errors
    /// The ledger has no key, signing has ended, or it is a follower; or another key signed over so few entries.
    pub async fn sign_balances(&self, balances: &Balances) -> Result<SignedBalances, SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        let notary = writing.notary()?;
        notary.sign_balances(balances.stood(false))?.await.unwrap_or_else(|_| Err(notary.why_ended()))
    }

    /// The same root with what witnesses signed under the checkpoint over its entries. Blocks: not for async tasks.
    #[must_use]
    pub fn cosigned_balances(&self, signed: SignedBalances) -> SignedBalances {
        match &self.role {
            Role::Writer(writing) => match writing.notary() {
                Ok(notary) => notary.beside_balances(signed),
                Err(_) => signed,
            },
            Role::Follower(_) => signed,
        }
    }

    /// Waits for the root of the last closing.
    #[cfg(test)]
    pub(super) fn closing_signed(&self) -> Option<u64> {
        let Role::Writer(writing) = &self.role else { return None };
        writing.closing_signed()
    }

    fn signs(&self) -> Result<(), SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        writing.notary().map(drop)
    }
}
