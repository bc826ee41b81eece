//! `mingzhang receipt --balance`: a small text that proves how an account stands, or that there is none. It is checked by `check_receipt`.

use super::checkpoint::{hashes, note};
use crate::cli::client::Target;
use crate::cli::failure::{Failure, missing};
use crate::cli::typed::wire_id;
use clap::Args;
use ledger::account::Class;
use ledger::tree::balances::BalanceLeaf;
use proto::v1;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::log_proof::LogProof;
use replay::proof::signed_note::Verifier;
use uuid::Uuid;

/// Which account, as `mingzhang balance` takes it.
#[derive(Args, Debug)]
pub(super) struct AccountArgs {
    /// Of the balance of an account instead: everything is counted by now, and the ledger hashes all balances for it
    #[arg(long, requires_all = ["owner", "class"], conflicts_with_all = ["entry", "checkpoint", "outcomes"])]
    balance: bool,
    /// Owner of the account
    #[arg(long, value_name = "ID", requires = "balance")]
    owner: Option<Uuid>,
    /// Class of the account, for example available, spent, suspense
    #[arg(long, value_name = "CLASS", requires = "balance", value_parser = class)]
    class: Option<Class>,
}

fn class(name: &str) -> Result<Class, String> {
    let known = || Class::ALL.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
    let class = Class::ALL.iter().copied().find(|class| class.name() == name);
    class.ok_or_else(|| format!("no class of accounts; one of {}", known()))
}

impl AccountArgs {
    /// The account asked about, if one is.
    pub(super) fn account(&self) -> Option<(Class, Uuid)> {
        self.class.zip(self.owner).filter(|_| self.balance)
    }
}

/// A receipt of how an account stands now. The signature is for whoever has the key; that all else fits shows at once.
pub(super) async fn fetched(
    target: &Target,
    (class, owner): (Class, Uuid),
    key: Option<&Verifier>,
) -> Result<(BalanceReceipt, bool), Failure> {
    let request = v1::GetBalanceProofRequest { not_before: 0, owner: wire_id(owner), class: class.name().to_owned() };
    let answer = target.audit().await?.get_balance_proof(request).await?.into_inner();
    let balances = note(&answer.balances)?;
    let proof = |proved: v1::ProvedAccount| {
        let (index, path) = (proved.index, hashes(&proved.hashes)?);
        Ok(LogProof { data: proved.leaf.to_vec(), index, path, checkpoint: balances.clone() })
    };
    let proofs: Vec<LogProof> = answer.accounts.into_iter().map(proof).collect::<Result<_, Failure>>()?;
    if proofs.is_empty() {
        return Err(missing("proof of an account"));
    }
    let account = BalanceLeaf::new(class, owner, 0).key;
    let receipt = BalanceReceipt { account, checkpoint: note(&answer.checkpoint)?, proofs };
    let proved = match key {
        Some(key) => receipt.check(key, &[]),
        None => receipt.fits(),
    };
    let proved = proved.map_err(|error| Failure::Failed(format!("no receipt was written: {error}")))?;
    Ok((receipt, proved.balance.is_some()))
}
