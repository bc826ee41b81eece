//! What `mingzhang check-receipt` says of a receipt of a balance: how the account stood after so many entries, or that there was none; and if
//! the ledger is asked, how it stands now.

use super::held::{Contradiction, Shown, continues, print_signatures};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::cli::typed::wire_id;
use ledger::account::Class;
use ledger::money::yuan;
use ledger::tree::balances::AccountKey;
use proto::v1;
use replay::proof::balance_receipt::{BalanceReceipt, ProvedBalance};
use replay::proof::checkpoint::{Checkpoint, CheckpointError};
use replay::proof::receipt::ReceiptError;
use replay::proof::signed_note::Note;
use replay::proof::trust::Trust;
use replay::proof::witnessed::SeenBy;
use serde_json::json;
use std::path::Path;

/// What today's ledger says of the account.
pub(super) struct StandsNow {
    /// Entries of the checkpoint that continues the receipt's.
    size: u64,
    /// Its word on the account, which no proof shows; nothing if there is none.
    fen: Option<i64>,
}

/// What a receipt proves, if a key signed it that is trusted over so many entries.
pub(super) fn confirmed(receipt: &BalanceReceipt, trust: &Trust) -> Result<ProvedBalance, ReceiptError> {
    let checkpoint = trust.checkpoint(&receipt.checkpoint)?;
    let by = trust.keys(checkpoint.size).find(|key| Checkpoint::verified(&receipt.checkpoint, key).is_ok());
    by.map_or(Err(CheckpointError::Malformed("no key is trusted").into()), |key| receipt.check(key, &[]))
}

/// Has the ledger prove that it continues the checkpoint, and say how the account stands.
pub(super) async fn ask(
    target: &Target,
    shown: &Shown,
    (note, proved): (&Note, &ProvedBalance),
    (class, owner): AccountKey,
    file: &Path,
) -> Result<StandsNow, Contradiction> {
    let now = continues(target, shown, [Some((note, &proved.checkpoint)), None], file).await?;
    let class = class_of(class).map_or_else(String::new, |class| class.name().to_owned());
    let request = v1::GetBalanceRequest { owner: wire_id(owner), class, ..v1::GetBalanceRequest::default() };
    let fen = match target.query().await?.get_balance(request).await {
        Ok(answer) => answer.into_inner().balance.map(|balance| balance.fen),
        Err(status) if status.code() == tonic::Code::NotFound => None,
        Err(status) => return Err(status.into()),
    };
    Ok(StandsNow { size: now.size, fen })
}

fn class_of(number: u8) -> Option<Class> {
    usize::from(number).checked_sub(1).and_then(|at| Class::ALL.get(at)).copied()
}

/// The account in words.
pub(super) fn named((class, owner): AccountKey) -> String {
    match class_of(class) {
        Some(class) => format!("{} {} {owner}", class.name_zh(), class.name()),
        None => format!("class {class} {owner}"),
    }
}

pub(super) fn say(
    proved: &ProvedBalance,
    account: AccountKey,
    seen: &[SeenBy],
    today: Option<&StandsNow>,
    as_json: bool,
) -> Result<(), Failure> {
    let ProvedBalance { checkpoint, accounts, balance, signed_at } = proved;
    if as_json {
        let class = class_of(account.0).map_or_else(|| format!("class {}", account.0), |class| class.name().to_owned());
        let witness = |seen: &SeenBy| json!({ "name": seen.name, "seen_ms": seen.at_ms });
        let witnesses: Vec<_> = seen.iter().map(witness).collect();
        // Wider than the numbers of JSON may be.
        let fen = balance.map(|fen| fen.to_string());
        return print_json(&json!({ "holds": true, "origin": checkpoint.origin, "size": checkpoint.size,
        "accounts": accounts, "class": class, "owner": account.1.to_string(), "exists": balance.is_some(),
        "balance_fen": fen, "signed_at": signed_at, "witnesses": witnesses,
        "today": today.map(|today| json!({ "continued_by": today.size, "fen": today.fen })) }));
    }
    outln!("  账户 account: {}", named(account));
    match balance {
        Some(fen) => outln!("  余额，有证明 proved: {} 元 yuan stood on it", yuan(*fen)),
        None => outln!("  无此账户，有证明 proved: there was no such account among all {accounts}"),
    }
    outln!("  截至 after {} entries in {}", checkpoint.size, checkpoint.origin);
    print_signatures(*signed_at, seen);
    match today {
        None => outln!("  其后变动，收据不证明 what stands on it since, a receipt does not show: ask with --server"),
        Some(StandsNow { size, fen }) => {
            outln!("  延续 proved: the ledger of {size} entries today continues the one of the receipt");
            let now = fen.map_or("no such account".to_owned(), |fen| format!("{} 元 yuan", yuan(fen.into())));
            outln!("  账本称 the ledger says, which is no proof: {now}");
        }
    }
    Ok(())
}
