//! One file of receipts of balances, right ones and every other spelling of them: both checkers read it and come to one verdict.
//! `MINGZHANG_FREEZE=1` writes it where it is missing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::account::Class;
use ledger::hash::Hash;
use ledger::tree::balances::{AccountKey, AccountStands, BalanceTree, SaltSource, SealOpening};
use ledger::tree::merkle::leaf_hash;
use replay::proof::balance_note::BalanceRoot;
use replay::proof::balance_receipt::BalanceReceipt;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::log_proof::LogProof;
use replay::proof::signed_note::{Note, Role, Signer};
use std::path::{Path, PathBuf};
use uuid::Uuid;

use crate::receipt_vectors::{Of, verdicts};

const ORIGIN: &str = "example.gov.cn/ledger";
const ENTRIES: u64 = 4_000;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/formats/balances.txt")
}

fn signer(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[seed; 32]).expect("a key")
}

/// Owners 2, 4, ... 12 of two classes; the fourth has nothing, the last is below.
fn tree() -> BalanceTree {
    let classes = [Class::Available, Class::Spent].into_iter();
    let source = SaltSource { salts: 0x5a17, entries: ENTRIES };
    BalanceTree::of(
        source,
        classes.flat_map(|class| {
            let balance = |owner: u128| [0, 165_000, 7, 1 << 70, 0, 3, -12_345][owner as usize];
            (1..=6).map(move |owner| AccountStands::new(class, Uuid::from_u128(owner * 2), balance(owner)))
        }),
    )
}

fn key(class: Class, owner: u128) -> AccountKey {
    AccountStands::new(class, Uuid::from_u128(owner), 0).key
}

fn entries(size: u64, by: u8) -> Note {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: leaf_hash(b"what was said") }.sign(&signer(by))
}

fn balances(accounts: u64, root: Hash, entries: u64) -> BalanceRoot {
    BalanceRoot { origin: ORIGIN.to_owned(), accounts, root, entries }
}

fn root() -> BalanceRoot {
    balances(tree().accounts(), tree().root(), ENTRIES)
}

fn of(account: AccountKey) -> BalanceReceipt {
    BalanceReceipt::new(account, tree().prove(account), entries(ENTRIES, 1), &root().sign(&signer(1)))
}

/// What holds: accounts that are there, and those that are not, at either end and between.
fn right() -> Vec<(&'static str, String, bool)> {
    let account = |class, owner| of(key(class, owner)).text();
    let mut timed = of(key(Class::Available, 2));
    for note in [&mut timed.checkpoint, &mut timed.proofs[0].checkpoint] {
        let cosigned = signer(1).sign_at(note.unverified_text(), 1_790_000_000);
        note.add(cosigned);
    }
    let mut other = of(key(Class::Available, 2));
    let text = other.proofs[0].checkpoint.unverified_text().to_owned();
    other.proofs[0].checkpoint.add(signer(2).sign_at(&text, 1_790_000_000));
    let later = (200, Uuid::from_u128(2));
    vec![
        ("money on it", account(Class::Available, 2), true),
        ("nothing on it", account(Class::Available, 8), true),
        ("more than a number of 64 bits", account(Class::Spent, 6), true),
        ("below zero, the last account", account(Class::Spent, 12), true),
        ("none, between two owners", account(Class::Available, 5), true),
        ("none, between two classes", account(Class::Available, 13), true),
        ("none, before the first", account(Class::Issued, 2), true),
        ("none, after the last", account(Class::Spent, 13), true),
        ("none, of a class that came later", of(later).text(), true),
        ("signed with the time too", timed.text(), true),
        ("signed with the time by another key", other.text(), true),
    ]
}

/// Proofs of something else.
fn elsewhere() -> Vec<(&'static str, String, bool)> {
    let (good, none) = (of(key(Class::Available, 8)), of(key(Class::Available, 9)));
    let with = |receipt: &BalanceReceipt, proofs: Vec<LogProof>| BalanceReceipt { proofs, ..receipt.clone() }.text();
    let one = |owner| of(key(Class::Available, owner)).proofs.remove(0);
    let opened = |opening| BalanceReceipt { opening, ..good.clone() }.text();
    let salt = good.opening.expect("it is there").salt;
    let [left, right] = <[LogProof; 2]>::try_from(none.proofs.clone()).expect("two sides");
    let moved = |index| LogProof { index, ..good.proofs[0].clone() };
    let mut changed = good.proofs[0].clone();
    *changed.data.last_mut().expect("a byte") ^= 1;
    let mut short = good.proofs[0].clone();
    short.path.remove(0);
    let renamed = |account: AccountKey| BalanceReceipt { account, ..good.clone() }.text();
    vec![
        ("the account of another owner", renamed(key(Class::Available, 6)), false),
        ("the account of another class", renamed(key(Class::Spent, 8)), false),
        ("none, by one side alone", with(&none, vec![left.clone()]), false),
        ("none, by the other side alone", with(&none, vec![right.clone()]), false),
        ("none, by sides in the other order", with(&none, vec![right.clone(), left.clone()]), false),
        ("none, by sides with one between them", with(&none, vec![left.clone(), one(12)]), false),
        ("none, by one side twice", with(&none, vec![left.clone(), left.clone()]), false),
        ("none, where there is one", with(&good, vec![one(6), one(10)]), false),
        ("none, where it is one side", with(&good, none.proofs.clone()), false),
        ("a proof more", with(&none, vec![left.clone(), right, one(12)]), false),
        ("its own proof twice", with(&good, vec![one(8), one(8)]), false),
        ("no proof", with(&good, Vec::new()), false),
        ("another place", with(&good, vec![moved(4)]), false),
        ("a place beyond the tree", with(&good, vec![moved(12)]), false),
        ("another seal", with(&good, vec![changed]), false),
        ("a shorter path", with(&good, vec![short]), false),
        ("another sum on it", opened(Some(SealOpening { salt, balance: 1 })), false),
        ("another salt", opened(Some(SealOpening { salt: [0; 16], balance: 0 })), false),
        ("what opens another account", opened(of(key(Class::Available, 6)).opening), false),
        ("nothing that opens it", opened(None), false),
        ("none, and something opened", BalanceReceipt { opening: good.opening, ..none.clone() }.text(), false),
    ]
}

/// Leaves that are none, under a root of theirs.
fn leaves() -> Vec<(&'static str, String, bool)> {
    let whole = of(key(Class::Available, 8)).proofs[0].data.clone();
    let alone = |data: Vec<u8>| {
        let signed = balances(1, leaf_hash(&data), ENTRIES).sign(&signer(1));
        let proofs = vec![LogProof { data, index: 0, path: Vec::new(), checkpoint: signed }];
        BalanceReceipt { proofs, ..of(key(Class::Available, 8)) }.text()
    };
    vec![
        ("the only account", alone(whole.clone()), true),
        ("a leaf cut off", alone(whole[..48].to_vec()), false),
        ("a byte behind the leaf", alone([&whole[..], b"\0"].concat()), false),
        ("a leaf of no class", alone([&[0][..], &whole[1..]].concat()), false),
        ("an empty leaf", alone(Vec::new()), false),
    ]
}

/// Notes that say something else, or that another signed.
fn notes() -> Vec<(&'static str, String, bool)> {
    let good = of(key(Class::Available, 8));
    let under = |note: Note| {
        let proofs = vec![LogProof { checkpoint: note, ..good.proofs[0].clone() }];
        BalanceReceipt { proofs, ..good.clone() }.text()
    };
    let named = Signer::from_seed(&format!("{ORIGIN}/balances"), Role::Author, &[1; 32]).expect("a key");
    let said = |text: &str| {
        let head = Checkpoint { origin: format!("{ORIGIN}/balances"), size: tree().accounts(), root: tree().root() };
        under(Note::signed(format!("{}{text}", head.text()), &named))
    };
    let (none, mut two) = (of(key(Class::Available, 9)), of(key(Class::Available, 9)));
    two.proofs[1].checkpoint = balances(tree().accounts(), tree().root(), ENTRIES + 1).sign(&signer(1));
    let over = |checkpoint| BalanceReceipt { checkpoint, ..good.clone() }.text();
    let mut timed = good.clone();
    timed.proofs[0].checkpoint.add(signer(1).sign_at("other", 1_790_000_000));
    let mut forged = none.clone();
    forged.proofs[1].checkpoint = root().sign(&signer(2));
    vec![
        ("a line more behind the entries", said("entries 4000\nmore\n"), true),
        ("balances after other entries", under(balances(12, tree().root(), ENTRIES - 1).sign(&signer(1))), false),
        ("balances after entries nobody counted", said(""), false),
        ("entries with a zero before", said("entries 04000\n"), false),
        ("entries by another word", said("entry 4000\n"), false),
        ("another line before the entries", said("more\nentries 4000\n"), false),
        (
            "a number of accounts that is not theirs",
            under(balances(40, tree().root(), ENTRIES).sign(&signer(1))),
            false,
        ),
        ("another root", under(balances(12, [9; 32], ENTRIES).sign(&signer(1))), false),
        ("balances signed by another key", under(root().sign(&signer(2))), false),
        ("one of two signed by another key", forged.text(), false),
        ("two roots", two.text(), false),
        ("balances signed under the name of the ledger", under(Note::signed(root().text(), &signer(1))), false),
        ("balances under the origin of the ledger", under(entries(ENTRIES, 1)), false),
        ("a checkpoint over other entries", over(entries(ENTRIES + 1, 1)), false),
        ("a checkpoint of another key", over(entries(ENTRIES, 2)), false),
        ("balances in place of the checkpoint", over(root().sign(&signer(1))), false),
        ("signed with the time over another text", timed.text(), false),
    ]
}

/// Other spellings.
fn spellings() -> Vec<(&'static str, String, bool)> {
    let good = of(key(Class::Available, 10)).text();
    let owner = Uuid::from_u128(10).to_string();
    let opening = STANDARD.encode(of(key(Class::Available, 10)).opening.expect("it is there").bytes());
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    vec![
        ("another header", with("balance@v1", "balance@v2"), false),
        ("a header with more", with("balance@v1", "balance@v1 "), false),
        ("a class with a zero before", with("account 10", "account 010"), false),
        ("a class with a plus", with("account 10", "account +10"), false),
        ("a class by name", with("account 10", "account available"), false),
        ("class 0", with("account 10", "account 0"), false),
        ("a class beyond a byte", with("account 10", "account 266"), false),
        ("a class in full-width digits", with("account 10", "account １０"), false),
        ("two blanks", with("account 10", "account  10"), false),
        ("an owner in capitals", with(&owner, &owner.to_uppercase()), false),
        ("an owner without dashes", with(&owner, &owner.replace('-', "")), false),
        ("an owner in braces", with(&owner, &format!("{{{owner}}}")), false),
        ("a line behind the account", with(&owner, &format!("{owner}\nmore")), false),
        ("a line behind what opens it", with(&opening, &format!("{opening}\nmore")), false),
        ("an opening of one byte more", with(&opening, &STANDARD.encode([7; 33])), false),
        ("an opening of one byte less", with(&opening, &STANDARD.encode([7; 31])), false),
        ("an opening without padding", with(&opening, opening.trim_end_matches('=')), false),
        ("an opening of nothing", with(&format!("opened {opening}"), "opened "), false),
        ("opened by another word", with("opened ", "opens "), false),
        (
            "opened before the account is named",
            with(&format!("account 10 {owner}\nopened {opening}"), &format!("opened {opening}\naccount 10 {owner}")),
            false,
        ),
        ("a blank line before the account", with("@v1\n", "@v1\n\n"), false),
        ("two blank lines before the proof", with("\n\nc2sp", "\n\n\nc2sp"), false),
        ("no blank line before the proof", with("\n\nc2sp", "\nc2sp"), false),
        ("no final newline", good.trim_end().to_owned(), false),
        ("a line behind its end", format!("{good}more\n"), false),
        ("lines that end as on Windows", good.replace('\n', "\r\n"), false),
        ("only the header", "mingzhang-balance@v1\n".to_owned(), false),
    ]
}

fn written() -> String {
    let row = |(name, text, holds): (&str, String, bool)| {
        format!("{}\t{name}\t{}\n", if holds { "holds" } else { "void" }, STANDARD.encode(text))
    };
    let head = "# Receipts of balances, one a line: holds or void, what it is, the receipt in base64. The first line is the key.\n";
    let all = [right(), elsewhere(), leaves(), notes(), spellings()].concat();
    format!("{head}{}\n{}", signer(1).verifier(), all.into_iter().map(row).collect::<String>())
}

#[test]
fn both_checkers_come_to_the_verdict_of_the_file_on_balances() {
    let wanted = written();
    if std::env::var_os("MINGZHANG_FREEZE").is_some() && !file().exists() {
        std::fs::write(file(), &wanted).expect("written");
    }
    let text = std::fs::read_to_string(file()).expect("the vectors");
    assert_eq!(text, wanted, "receipts of balances are read as they ever were");
    let met = verdicts(&text, Of::Balances);
    assert!(met[0] > 40 && met[1] > 10, "{met:?}");
}
