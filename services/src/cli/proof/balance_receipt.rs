//! `mingzhang receipt --balance`: a small text that proves how an account stands, or that there is none. It is checked by `check_receipt`.

use super::checkpoint::{hashes, note};
use crate::cli::client::Target;
use crate::cli::failure::{Failure, missing};
use crate::cli::typed::wire_id;
use clap::Args;
use ledger::account::Class;
use ledger::tree::balances::{AccountStands, BalanceLeaf, BalanceProof, PlacedLeaf, SealOpening};
use proto::v1;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::signed_note::Verifier;
use uuid::Uuid;

/// Which account, as `mingzhang balance` takes it.
#[derive(Args, Debug)]
pub(super) struct AccountArgs {
    /// Of the balance of an account instead: the ledger hashes all balances for it
    #[arg(long, requires_all = ["owner", "class"], conflicts_with_all = ["entry", "checkpoint", "outcomes"])]
    balance: bool,
    /// Owner of the account
    #[arg(long, value_name = "ID", requires = "balance")]
    owner: Option<Uuid>,
    /// Class of the account, for example available, spent, suspense
    #[arg(long, value_name = "CLASS", requires = "balance", value_parser = class)]
    class: Option<Class>,
    /// As it was after this entry, for example one that closed a period; without this, by now
    #[arg(long, value_name = "N", requires = "balance")]
    at_index: Option<u64>,
}

/// What is asked of an account.
#[derive(Clone, Copy)]
pub(super) struct BalanceAsked {
    pub(super) class: Class,
    pub(super) owner: Uuid,
    at_index: Option<u64>,
}

fn class(name: &str) -> Result<Class, String> {
    let known = || Class::ALL.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
    let class = Class::ALL.iter().copied().find(|class| class.name() == name);
    class.ok_or_else(|| format!("no class of accounts; one of {}", known()))
}

impl BalanceAsked {
    /// As it was after so many entries.
    pub(super) fn after(self, entries: u64) -> Self {
        Self { at_index: entries.checked_sub(1), ..self }
    }
}

impl AccountArgs {
    /// The account asked about, if one is.
    pub(super) fn asked(&self) -> Option<BalanceAsked> {
        let account = self.class.zip(self.owner).filter(|_| self.balance);
        account.map(|(class, owner)| BalanceAsked { class, owner, at_index: self.at_index })
    }
}

/// A receipt of how an account stands. The signature is for whoever has the key; that all else fits shows at once.
pub(super) async fn fetched(
    target: &Target,
    BalanceAsked { class, owner, at_index }: BalanceAsked,
    key: Option<&Verifier>,
) -> Result<(BalanceReceipt, bool), Failure> {
    let class_name = class.name().to_owned();
    let request = v1::GetBalanceProofRequest { not_before: 0, owner: wire_id(owner), class: class_name, at_index };
    let answer = target.audit().await?.get_balance_proof(request).await?.into_inner();
    let balances = note(&answer.balances)?;
    let placed = |proved: v1::ProvedAccount| {
        let leaf = BalanceLeaf::read(&proved.leaf).ok_or_else(|| missing("leaf of an account"))?;
        Ok(PlacedLeaf { leaf, index: proved.index, path: hashes(&proved.hashes)? })
    };
    let places: Vec<PlacedLeaf> = answer.accounts.into_iter().map(placed).collect::<Result<_, Failure>>()?;
    if places.is_empty() {
        return Err(missing("proof of an account"));
    }
    let opening = match &answer.opening[..] {
        [] => None,
        bytes => Some(SealOpening::read(bytes).ok_or_else(|| missing("opening of a leaf"))?),
    };
    let account = AccountStands::new(class, owner, 0).key;
    let proof = BalanceProof { places, opening };
    let receipt = BalanceReceipt::new(account, proof, note(&answer.checkpoint)?, &balances);
    let proved = match key {
        Some(key) => receipt.check(key, &[]),
        None => receipt.fits(),
    };
    let proved = proved.map_err(|error| Failure::Failed(format!("no receipt was written: {error}")))?;
    Ok((receipt, proved.balance.is_some()))
}
