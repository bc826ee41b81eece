//! Keys of a ledger that signs: when the next one may, and that one which has ended signs nothing more.

use bytes::Bytes;
use ledger::event::Event;

use super::signing_tests::{open, options, record, signer};
use super::{Engine, EngineError};
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::notary::{Signing, SigningError};
use crate::proof::signed_note::{Role, Signer};

/// Announces a key under the first one and answers the index of the entry.
pub(super) fn announce(engine: &Engine, key: &Signer) -> u64 {
    let kind = ledger::event::Kind::KeyAnnounced(crate::proof::trust::announcement(key.verifier(), &signer(1)));
    let effective = ledger::money::Day::from_yyyymmdd(20_260_101).unwrap();
    let event = Event::said(effective, kind);
    let receipts = engine.submit("somebody", vec![(Bytes::from(proto::event::encode(&event)), event)]).unwrap();
    receipts.blocking_recv().unwrap().unwrap()[0].index
}

#[test]
fn another_key_signs_only_once_it_was_announced_under_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let with = |seed| Engine::open(&options(dir.path(), Signing::new(signer(seed))), &mut |_| {});
    let refused = |seed| matches!(with(seed).err(), Some(EngineError::Signing(SigningError::NotAnnounced { .. })));
    let engine = with(1).unwrap();
    record(&engine, 1, 60);
    engine.stop().unwrap();
    drop(engine);
    assert!(refused(2));
    let engine = with(1).unwrap();
    assert_eq!(announce(&engine, &signer(2)), 60);
    engine.stop().unwrap();
    drop(engine);
    // Named is the key to serve with, whoever signed last: the first has ended.
    let second = signer(2).verifier().to_string();
    let sent_on = || match with(3).err() {
        Some(EngineError::Signing(SigningError::OtherAnnounced { present, .. })) => present == second,
        _ => false,
    };
    assert!(sent_on());
    let engine = with(2).unwrap();
    let signed = engine.checkpoint().unwrap();
    // Whoever trusts the old key can trust the new one, by what the record announces.
    let trust = trusting(&engine, 1);
    assert_eq!(trust.checkpoint(&signed.tree).unwrap().size, 61);
    record(&engine, 2_000, 40);
    engine.stop().unwrap();
    let latest = engine.checkpoint().unwrap();
    assert!(Checkpoint::verified(&latest.tree, signer(1).verifier()).is_err());
    assert_eq!(trust.checkpoint(&latest.tree).unwrap().size, 101);
    drop(engine);
    // The old one has ended.
    assert!(ended(with(1).err()));
    assert!(sent_on());
}

fn ended(error: Option<EngineError>) -> bool {
    matches!(error, Some(EngineError::Signing(SigningError::KeyEnded { entry: 60, .. })))
}

fn trusting(engine: &Engine, seed: u8) -> crate::proof::trust::Trust {
    let rows = engine.read();
    crate::proof::trust::Trust::following(vec![signer(seed).verifier().clone()], rows.keys.iter().map(|(_, row)| row))
}

#[test]
fn a_running_ledger_signs_nothing_more_with_a_key_that_ended_and_goes_on_with_the_next() {
    for next in [None, Some(signer(2))] {
        let dir = tempfile::tempdir().unwrap();
        let signing = Signing { next: next.clone(), ..Signing::new(signer(1)) };
        let engine = Engine::open(&options(dir.path(), signing.clone()), &mut |_| {}).unwrap();
        record(&engine, 1, 60);
        announce(&engine, &signer(2));
        record(&engine, 1_000, 5);
        let signed = tokio::runtime::Runtime::new().unwrap().block_on(engine.sign_now());
        match next {
            None => {
                assert!(matches!(signed, Err(SigningError::KeyEnded { entry: 60, .. })), "{signed:?}");
                assert!(engine.standing().doubt.unwrap().contains("after entry 60"));
            }
            Some(_) => {
                let signed = signed.unwrap();
                assert!(signed.is_by(signer(2).verifier()));
                assert_eq!(trusting(&engine, 1).checkpoint(&signed.tree).unwrap().size, 66);
            }
        }
        let kept = Checkpoints::of(dir.path());
        engine.stop().unwrap();
        drop(engine);
        for size in kept.sizes().unwrap() {
            let old = kept.read(size).unwrap().unwrap().is_by(signer(1).verifier());
            assert!(!old || size <= 61, "the key that ended signed over {size} entries");
        }
        // The same words begin again with the next key, once it is announced.
        let again = Engine::open(&options(dir.path(), signing), &mut |_| {});
        assert_eq!(ended(again.err()), next.is_none());
    }
}

#[test]
fn what_a_key_signs_that_had_ended_is_set_aside_and_binds_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 60);
    announce(&engine, &signer(2));
    engine.stop().unwrap();
    drop(engine);
    let with = |seed| Engine::open(&options(dir.path(), Signing::new(signer(seed))), &mut |_| {});
    drop(with(2).unwrap());
    let kept = Checkpoints::of(dir.path());
    let (_, outcomes) = kept.latest().unwrap().unwrap().unverified().unwrap();
    let tree = Checkpoint { origin: "here".to_owned(), size: 70, root: [1; 32] }.sign(&signer(1));
    let forged = Signed { tree, outcomes: Outcomes { size: 70, ..outcomes }.sign(&signer(1)) };
    kept.keep(70, &forged).unwrap();
    drop(with(2).unwrap());
    assert!(!kept.sizes().unwrap().contains(&70));
}

#[test]
fn a_key_of_another_name_replaces_nothing_that_was_signed() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    announce(&engine, &signer(2));
    engine.stop().unwrap();
    drop(engine);
    let kept = Checkpoints::of(dir.path());
    let before = kept.latest().unwrap();
    let elsewhere = Signer::from_seed("elsewhere", Role::Author, &[2; 32]).unwrap();
    let opened = Engine::open(&options(dir.path(), Signing::new(elsewhere)), &mut |_| {});
    assert!(matches!(opened.err(), Some(EngineError::Signing(SigningError::OtherName { .. }))));
    assert_eq!(kept.latest().unwrap(), before);
}
