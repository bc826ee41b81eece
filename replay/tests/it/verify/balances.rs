//! Receipts of balances held against the record itself: whoever has it need not believe the root that was signed.

use ledger::tree::balances::{AccountStands, BalanceTree, SaltSource};
use ledger::tree::outcome_leaf::Known as _;
use replay::proof::balance_note::BalanceRoot;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::signed_note::{Role, Signer};
use serde_json::json;

use super::record::{ORIGIN, Record, Sums, signer};

/// A receipt of the account on which most stands after so many entries, which `change` may make another.
fn receipt(record: &Record, at: u64, signer: &Signer, change: impl Fn(&mut AccountStands)) -> String {
    let Sums { state, root, tally } = record.sums(at);
    let stands = |number| {
        let (class, owner) = state.account(number);
        AccountStands::new(class, owner, state.accounts.get(number).balance)
    };
    let mut accounts: Vec<AccountStands> = state.accounts.iter().map(|(number, _)| stands(number)).collect();
    let most = accounts.iter_mut().max_by_key(|stands| stands.balance).unwrap();
    change(most);
    let account = most.key;
    let tree = BalanceTree::of(SaltSource { salts: tally.salts(), entries: at }, accounts.into_iter());
    let origin = ORIGIN.to_owned();
    let signed = BalanceRoot { origin: origin.clone(), accounts: tree.accounts(), root: tree.root(), entries: at };
    let checkpoint = Checkpoint { origin, size: at, root }.sign(signer);
    BalanceReceipt::new(account, tree.prove(account), checkpoint, &signed.sign(signer)).text()
}

#[test]
fn a_balance_that_the_record_does_not_come_to_is_named() {
    let record = Record::new();
    let entries = record.tip.next_index();
    let file = record.data().join("line.receipt");
    let (path, key) = (file.to_str().unwrap(), signer().verifier().to_string());
    let with = ["--key", &key, "--receipt", path];
    for at in [20, entries] {
        std::fs::write(&file, receipt(&record, at, &signer(), |_| {})).unwrap();
        let (code, report) = record.verify(&with);
        let told = (code, &report["verdict"], &report["roots_compared"], &report["outcomes_compared"]);
        assert_eq!(told, (Some(0), &json!("same"), &json!(1), &json!(1)), "{report}");
        std::fs::write(&file, receipt(&record, at, &signer(), |stands| stands.balance += 1)).unwrap();
        let difference = record.differs(&with);
        assert_eq!((&difference["what"], &difference["checkpoint"]), (&json!("balance root"), &json!(path)));
    }
    // As true, but signed by another.
    let stranger = Signer::from_seed(ORIGIN, Role::Author, &[8; 32]).unwrap();
    std::fs::write(&file, receipt(&record, 20, &stranger, |_| {})).unwrap();
    let output = super::record::replay(&[&["verify", "--data", record.data().to_str().unwrap()], &with[..]].concat());
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("line.receipt"), "{output:?}");
}
