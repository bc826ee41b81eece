//! A hostile client: everything that can be told, legal and not, of all kinds, over gRPC to a real service; then every question there
//! is, made from the schema about what was told and about nothing at all; a start; the same questions; and a verification. Nothing
//! is answered INTERNAL, nothing panics, and the record is sound. `MINGZHANG_HOSTILE=50` does it with so many histories.

mod questions;
mod wire;

use crate::stranger::replay;
use crate::support::Server;
use bytes::Bytes;
use proto::v1;
use questions::{Known, Went, ask_everything};
use replay::engine::{Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tests::history::{Chance, whole};
use tonic::{Code, Status};

/// Events of a history.
const LENGTH: usize = 350;

fn key() -> Signer {
    Signer::from_seed("aid.example/ledger", Role::Author, &[1; 32]).expect("a key")
}

async fn open(data: &Path) -> Engine {
    let options = Options { signing: Some(Signing::new(key())), ..Options::file(data) };
    let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
    opened.await.expect("no panic").expect("it opens")
}

/// What no answer may be, whatever is asked.
fn is_ours(status: &Status) -> bool {
    !matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable)
}

/// Tells it in one call; answers how much of it is on record, and how much was rejected.
async fn told(server: &Server, principal: &str, events: Vec<Bytes>) -> Result<[usize; 2], Status> {
    let request = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
    let answer = server.tell().record(services::principal::named(request, principal)).await?;
    let receipts = answer.into_inner().receipts;
    let rejected = receipts.iter().filter(|receipt| receipt.outcome() == v1::Outcome::Rejected).count();
    Ok([receipts.len() - rejected, rejected])
}

/// Tells a history, call by call, some of it spoilt; answers how much of it is on record.
async fn tell_all(server: &Server, seed: u64, known: &mut Known) -> usize {
    let (mut chance, mut sums) = (Chance::new(seed), [0, 0]);
    let lived = tokio::task::spawn_blocking(move || whole(seed, LENGTH)).await.expect("no panic");
    for said in lived.said.chunks(20) {
        let mut calls: BTreeMap<&str, Vec<Bytes>> = BTreeMap::new();
        for (principal, event) in said {
            let mut content = proto::event::encode(event);
            known.learn(&content);
            if chance.in_hundred(8) {
                let at = chance.below(content.len());
                content[at] ^= 1 << chance.below(8);
            }
            calls.entry(principal).or_default().push(content.into());
        }
        for (principal, events) in calls {
            match told(server, principal, events).await {
                Ok(counts) => sums = [sums[0] + counts[0], sums[1] + counts[1]],
                Err(status) => assert!(is_ours(&status), "{status:?}"),
            }
        }
    }
    assert!(sums[1] > 0, "some of it no ledger takes");
    sums[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_told_every_question_is_answered_and_the_record_is_sound() {
    // The first begins with a year of offices, and reaches every kind about loans.
    let asked = std::env::var("MINGZHANG_HOSTILE").ok().and_then(|text| text.parse().ok());
    for seed in asked.map_or_else(|| vec![0, 3], |seeds: u64| (0..seeds).collect()) {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().to_owned();
        let server = Server::of(open(&data).await, tempfile::tempdir().expect("a directory")).await;
        let mut known = Known::new();
        let recorded = tell_all(&server, seed, &mut known).await;
        assert!(recorded > LENGTH / 2, "{recorded} of {LENGTH}");
        let before = ask_everything(&server, &known, seed).await;
        let Went { asked, answered, calls } = before;
        println!("{answered} of {asked} answered, of {calls} calls at least once");
        assert!(answered > asked / 5 && calls > 25, "{answered} of {asked} answered, of {calls} calls");
        let (entries, digest) = server.engine.digest();
        server.stop().await;
        let server = Server::of(open(&data).await, tempfile::tempdir().expect("a directory")).await;
        assert_eq!(server.engine.digest(), (entries, digest));
        ask_everything(&server, &known, seed + 1).await;
        server.stop().await;
        let (program, key) = (replay(), key().verifier().to_string());
        let verified = Command::new(program).args(["verify", "--json", "--key", &key, "--data"]).arg(&data).output();
        let verified = verified.expect("it runs");
        assert!(verified.status.success(), "{verified:?}");
    }
}
