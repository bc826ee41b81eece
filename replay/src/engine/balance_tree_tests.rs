//! Roots over all balances of a ledger in use: over which entries they are signed, and by which key.

use bytes::Bytes;
use ledger::account::Book;
use ledger::event::{Event, Kind, PeriodClosed};
use ledger::money::Day;
use ledger::tree::outcome_leaf::Known as _;

use super::balance_tree::Balances;
use super::signing_keys_tests::announce;
use super::signing_tests::{open, options, record, signer};
use super::{Engine, EngineError};
use crate::point::Point;
use crate::proof::balance_files::SignedBalances;
use crate::proof::balance_note::BalanceRoot;
use crate::proof::balance_receipt::BalanceReceipt;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::notary::{Signing, SigningError};
use crate::proof::trust::Trust;
use ledger::tree::balances::AccountStands;

fn sign(engine: &Engine, balances: &Balances) -> Result<SignedBalances, SigningError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(engine.sign_balances(balances))
}

/// What is recorded between reading balances and signing them changes neither.
#[test]
fn balances_are_signed_with_the_entries_after_which_they_stood_so() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 700);
    let balances = engine.balances().unwrap();
    let accounts: Vec<AccountStands> = {
        let state = engine.read();
        let stands = |(number, account): (_, &ledger::account::Account)| {
            let (class, owner) = state.account(number);
            AccountStands::new(class, owner, account.balance)
        };
        state.accounts.iter().map(stands).collect()
    };
    assert!(accounts.iter().any(|stands| stands.balance != 0) && balances.tree.accounts() == accounts.len() as u64);
    record(&engine, 10_000, 300);
    let signed = sign(&engine, &balances).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let earlier = Checkpoint::verified(&signed.entries, signer(1).verifier()).unwrap();
    let now = runtime.block_on(engine.sign_now()).unwrap();
    let now = Checkpoint::verified(&now.tree, signer(1).verifier()).unwrap();
    assert_eq!((earlier.size, now.size), (700, 1_000));
    let path = engine.prove_consistency(700, 1_000).unwrap().entries;
    assert!(ledger::tree::proof::is_consistent((700, &earlier.root), (1_000, &now.root), &path));
    for stands in accounts {
        let proof = balances.tree.prove(stands.key);
        let receipt = BalanceReceipt::new(stands.key, proof, signed.entries.clone(), &signed.balances);
        let proved = receipt.check(signer(1).verifier(), &[]).unwrap();
        assert_eq!((proved.balance, proved.checkpoint.size), (Some(stands.balance), 700));
        assert!(proved.signed_at.is_some());
    }
}

/// The key announced in between may not sign over entries before it, and the one before signs no more.
#[test]
fn balances_read_before_a_key_was_announced_are_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let signing = Signing { next: Some(signer(2)), ..Signing::new(signer(1)) };
    let engine = Engine::open(&options(dir.path(), signing), &mut |_| {}).unwrap();
    record(&engine, 1, 60);
    let early = engine.balances().unwrap();
    announce(&engine, &signer(2));
    assert!(matches!(sign(&engine, &early), Err(SigningError::KeyTurned { asked: 60, from: 61 })));
    let signed = sign(&engine, &engine.balances().unwrap()).unwrap();
    assert_eq!(Checkpoint::verified(&signed.entries, signer(2).verifier()).unwrap().size, 61);
}

/// An organisation and a period of it that is closed, in two entries.
fn close(engine: &Engine) {
    let org = proto::samples::samples().into_iter().find_map(|event| match event.kind {
        Kind::OrgRegistered(org) => Some(org),
        _ => None,
    });
    let org = org.unwrap();
    let closed = PeriodClosed { org: org.org, book: Book::Indicator, through: Day::from_yyyymmdd(20_211_231).unwrap() };
    let kinds = [Kind::OrgRegistered(org), Kind::PeriodClosed(closed)];
    let events = kinds.map(|kind| Event::said(Day::from_yyyymmdd(20_220_105).unwrap(), kind));
    let events = events.map(|event| (Bytes::from(proto::event::encode(&event)), event)).to_vec();
    let receipts = engine.submit("somebody", events).unwrap();
    receipts.blocking_recv().unwrap().unwrap();
    assert!(engine.read().orgs.iter().any(|(_, org)| !org.closings.is_empty()), "a period was closed");
}

/// As they stood after so many entries.
fn as_of(engine: &Engine, entries: u64) -> Balances {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let point = Point { entries: Some(entries), ..Point::default() };
    engine.balances_of(&runtime.block_on(engine.past(point)).unwrap().unwrap()).unwrap()
}

/// Salts are those of the entries until then, whether they were folded just now, before the start, or for a past.
#[test]
fn a_root_is_the_same_after_a_start_and_when_it_is_asked_for_later() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 700);
    let then = engine.balances().unwrap().tree.root();
    engine.stop().unwrap();
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(engine.balances().unwrap().tree.root(), then);
    record(&engine, 10_000, 300);
    let later = as_of(&engine, 700);
    assert!((later.entries, later.tree.root()) == (700, then) && engine.balances().unwrap().tree.root() != then);
    let signed = sign(&engine, &later).unwrap();
    assert_eq!(Checkpoint::verified(&signed.entries, signer(1).verifier()).unwrap().size, 700);
}

/// What was kept of a closing is shown also after its key has ended; another root over the same entries is signed by nobody.
#[test]
fn a_root_is_kept_after_a_closing_and_shown_as_it_was_signed_then() {
    let dir = tempfile::tempdir().unwrap();
    let signing = Signing { next: Some(signer(2)), ..Signing::new(signer(1)) };
    let engine = Engine::open(&options(dir.path(), signing), &mut |_| {}).unwrap();
    record(&engine, 1, 700);
    close(&engine);
    let entries = engine.closing_signed().unwrap();
    let kept = Checkpoints::of(dir.path());
    assert_eq!(kept.balance_sizes().unwrap(), [entries]);
    let before = kept.balances(entries).unwrap().unwrap();
    announce(&engine, &signer(2));
    assert_eq!(sign(&engine, &as_of(&engine, entries)).unwrap(), before);
    let trust = Trust::new(vec![signer(1).verifier().clone()]);
    let said: BalanceRoot = trust.balances(&before.balances).unwrap();
    assert_eq!((said.entries, said.root), (entries, as_of(&engine, entries).tree.root()));
    let other = Balances { entries, ..as_of(&engine, entries - 1) };
    assert!(matches!(sign(&engine, &other), Err(SigningError::OtherBalances { .. })));
    let early = as_of(&engine, entries - 1);
    assert!(matches!(sign(&engine, &early), Err(SigningError::KeyTurned { .. })));
    // A file in which bits changed is nobody's word, whichever of both signatures they are in, and is named until it is put back.
    let path = dir.path().join(format!("checkpoints/{entries:020}.balances"));
    let whole = std::fs::read(&path).unwrap();
    for at in [40, whole.len() / 2, whole.len() - 200, whole.len() - 10] {
        let mut bad = whole.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        let signed = sign(&engine, &as_of(&engine, entries));
        assert!(matches!(signed, Err(SigningError::BalancesLost { .. })), "byte {at}: {signed:?}");
        assert!(engine.standing().removed.is_some_and(|why| why.contains("set aside: put the file back")));
        assert_eq!(std::fs::read(path.with_extension("balances.damaged")).unwrap(), bad);
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(engine.standing().removed, None);
        assert_eq!(sign(&engine, &as_of(&engine, entries)).unwrap(), before);
    }
}

/// A key that still signs makes the receipt anew, and a start names what suffered while nobody looked.
#[test]
fn a_root_that_suffered_is_never_handed_out() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 100);
    close(&engine);
    let entries = engine.closing_signed().unwrap();
    engine.stop().unwrap();
    drop(engine);
    let path = dir.path().join(format!("checkpoints/{entries:020}.balances"));
    let mut bad = std::fs::read(&path).unwrap();
    // In the signature with the time, which a reader who does not ask for it never sees.
    let at = bad.len() - 10;
    bad[at] ^= 1;
    std::fs::write(&path, &bad).unwrap();
    let engine = open(dir.path());
    assert!(!path.exists() && engine.standing().removed.is_some());
    record(&engine, 10_000, 1);
    let signed = sign(&engine, &as_of(&engine, entries)).unwrap();
    assert_eq!(signed.suffered(&[signer(1).verifier().clone()]), None);
}

/// A ledger that ends before it has signed does it when it starts again.
#[test]
fn a_closing_that_was_not_signed_is_signed_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let unsigned = Engine::open(&super::Options::file(dir.path()), &mut |_| {}).unwrap();
    record(&unsigned, 1, 60);
    close(&unsigned);
    unsigned.stop().unwrap();
    drop(unsigned);
    let engine = open(dir.path());
    assert_eq!(engine.closing_signed(), Some(62));
    engine.stop().unwrap();
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(engine.closing_signed(), Some(62), "once is enough");
    assert_eq!(Checkpoints::of(dir.path()).balance_sizes().unwrap(), [62]);
}

#[test]
fn nothing_is_signed_that_nobody_said_or_without_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 60);
    let balances = Balances { entries: 61, ..engine.balances().unwrap() };
    // It waits for the entry that is to come, and is then signed over that.
    let later = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| sign(&engine, &balances));
        record(&engine, 5_000, 1);
        waiting.join().unwrap().unwrap()
    });
    assert_eq!(Checkpoint::verified(&later.entries, signer(1).verifier()).unwrap().size, 61);
    engine.stop().unwrap();
    assert!(matches!(sign(&engine, &balances), Err(SigningError::Ended(_))));
    let unsigned = tempfile::tempdir().unwrap();
    let engine = Engine::open(&super::Options::file(unsigned.path()), &mut |_| {}).unwrap();
    assert!(matches!(engine.balances(), Err(EngineError::Signing(SigningError::NoKey))));
}
