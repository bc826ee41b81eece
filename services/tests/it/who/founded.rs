//! A ledger that is founded, and who is known there by what. It is told as in a few days of its first week, by the system's clock.

use crate::support::{Server, org};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, Event, FingerprintDigest, Kind, PrincipalEnded,
    PrincipalRegistered, RightsFounded, RoleGranted,
};
use ledger::hash::{Hash, sha256};
use ledger::money::Day;
use proto::v1;
use replay::engine::{Engine, Options};
use services::faces::who::Access;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The unit everybody is of.
pub const UNIT: u128 = 1;

/// Whoever gives rights and takes credentials away; known by the API key of the same text.
pub const SECURITY: &str = "61CZ/s1";

/// Whoever says what is not about rights.
pub const CLERK: &str = "61CZ/jg";

pub fn today() -> Day {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Day::in_beijing(i64::try_from(now.as_millis()).expect("a time"))
}

pub fn event(kind: Kind) -> Event {
    Event::said(today(), kind)
}

fn document() -> String {
    "示权〔2026〕1号".to_owned()
}

fn registered(name: &str) -> Event {
    let (holder, human) =
        (name.to_owned(), Some(Uuid::from_bytes(std::array::from_fn(|at| sha256([name.as_bytes()])[at]))));
    event(Kind::PrincipalRegistered(PrincipalRegistered {
        holder,
        human,
        unit: Uuid::from_u128(UNIT),
        document: document(),
    }))
}

fn granted(number: usize, name: &str, role: &str) -> Event {
    let (grant, holder, role) = (format!("岗{number}"), name.to_owned(), role.to_owned());
    let (from, until, unit, duty) = (today(), today().plus(300), None, Duty::Work);
    event(Kind::RoleGranted(RoleGranted { grant, holder, role, unit, duty, from, until, document: document() }))
}

/// By this somebody is known, until so many days from now.
pub fn bound(name: &str, way: CredentialWay, fingerprint: Hash, days: i32) -> Event {
    let (holder, until, digest) = (name.to_owned(), today().plus(days), FingerprintDigest::Sha256);
    event(Kind::CredentialBound(CredentialBound { holder, way, digest, fingerprint, until, document: document() }))
}

pub fn unbound(fingerprint: Hash) -> Event {
    event(Kind::CredentialEnded(CredentialEnded { fingerprint, reason: "遗失".to_owned() }))
}

pub fn ended(name: &str) -> Event {
    event(Kind::PrincipalEnded(PrincipalEnded { holder: name.to_owned(), document: document() }))
}

/// Somebody who may sign what the clerk says.
pub fn signer(name: &str) -> [Event; 2] {
    [registered(name), granted(90, name, "one")]
}

/// All that founds a ledger, and that the clerk and others are known by these.
fn founding(known: &[Event]) -> Vec<Event> {
    let people = [(SECURITY, "security_admin"), ("61CZ/s2", "security_admin"), ("61CZ/a", "audit_admin")];
    let people = people.into_iter().chain([("61CZ/y", "system_admin"), (CLERK, "one"), (CLERK, "other")]);
    let mut all = vec![org(UNIT), event(Kind::RightsAdopted(Box::new(tests::history::rights::table(1))))];
    for (number, (name, role)) in people.enumerate() {
        if role != "other" {
            all.push(registered(name));
            all.push(bound(name, CredentialWay::Token, sha256([name.as_bytes()]), 300));
        }
        all.push(granted(number, name, role));
    }
    all.extend(known.iter().cloned());
    all.push(event(Kind::RightsFounded(RightsFounded { document: document() })));
    all
}

/// Makes a founded ledger in a directory.
pub async fn found(data: &Path, known: &[Event]) -> Engine {
    let options = Options::file(data);
    let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
    let engine = opened.await.expect("no panic").expect("an empty ledger opens");
    let server = Server::with(engine.clone(), tempfile::tempdir().expect("a directory"), Access::default()).await;
    let answer = server.record("office", &founding(known)).await;
    assert!(answer.receipts.iter().all(|receipt| receipt.outcome() == v1::Outcome::Posted), "{:?}", answer.receipts);
    assert!(engine.read().is_founded());
    server.close().await;
    engine
}

/// A server of a founded ledger.
pub async fn serve(known: &[Event], access: Access) -> Server {
    let data = tempfile::tempdir().expect("a directory");
    let engine = found(data.path(), known).await;
    Server::with(engine, data, access).await
}
