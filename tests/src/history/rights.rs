//! Who may say what: a table of roles, those who give rights, some who have them at some unit, and a ledger that is founded on it.

use super::{Chance, PRINCIPALS};
use crate::desk::labelled;
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, Endorsed, Event, FingerprintDigest, Holders, Kind, KindTag,
    Objected, PersonDetail, PrincipalEnded, PrincipalRegistered, Rights, RightsFounded, RoleEnded, RoleGranted,
    RoleRow, SigningRule, Strength,
};
use ledger::hash::sha256;
use ledger::money::Day;
use uuid::Uuid;

/// The day of the tests' clock, on which all of this is told.
fn today() -> Day {
    Day::in_beijing(proto::samples::LATE_MS)
}

fn event(kind: Kind) -> Event {
    Event::said(today(), kind)
}

fn document() -> String {
    "示权〔2099〕1号".to_owned()
}

fn role(code: &str, says: Vec<String>, excludes: &[&str]) -> RoleRow {
    let (code, name) = (code.to_owned(), code.to_owned());
    let asks = ["status", "aid", "loans", "books", "record", "rights", "proofs", "operate"].map(str::to_owned).to_vec();
    let (signs, holders, longest_days) = (Vec::new(), Holders::Both, 366);
    let excludes = excludes.iter().map(|&code| code.to_owned()).collect();
    RoleRow { code, name, says, signs, asks, detail: PersonDetail::Persons, holders, longest_days, excludes }
}

/// The kinds about rights themselves.
fn about_rights(kind: KindTag) -> bool {
    kind as u32 >= KindTag::PrincipalRegistered as u32
}

/// A role whose holders sign what approvals need.
fn signing(code: &str, says: Vec<String>, excludes: &[&str]) -> RoleRow {
    RoleRow { signs: vec![APPROVAL.to_owned(), "line_issued".to_owned()], ..role(code, says, excludes) }
}

/// The kind of which some need two signatures, and large ones three.
const APPROVAL: &str = "roster_approved";

fn rule(kind: &str, from_fen: i64, count: u32) -> SigningRule {
    let (units, days, strength) = (1, 30, Strength::Any);
    let (kind, other_unit, apart_reviewers) = (kind.to_owned(), false, true);
    SigningRule { kind, from_fen, count, units, other_unit, apart_reviewers, strength, days }
}

/// A table of the administrators, and of a half and the other half of all other kinds.
#[must_use]
pub fn table(version: u32) -> Rights {
    let named = |of: &dyn Fn(KindTag) -> bool| {
        KindTag::ALL.iter().filter(|kind| of(**kind)).map(|kind| kind.name().to_owned()).collect()
    };
    let roles = vec![
        role("security_admin", named(&about_rights), &["*"]),
        role("audit_admin", Vec::new(), &["*"]),
        role("system_admin", named(&|kind| kind == KindTag::RulesAdopted), &["*"]),
        signing("one", named(&|kind| !about_rights(kind) && (kind as u32).is_multiple_of(2)), &[]),
        signing("other", named(&|kind| !about_rights(kind) && !(kind as u32).is_multiple_of(2)), &[]),
    ];
    let signing = vec![rule(APPROVAL, 0, 2), rule(APPROVAL, 1_000_000, 3), rule("line_issued", 0, 1)];
    Rights { version, document: document(), roles, signing }
}

/// A principal comes to be.
#[must_use]
pub fn registered(name: &str, human: Option<&str>, unit: Uuid) -> Event {
    let (holder, human) = (name.to_owned(), human.map(labelled));
    event(Kind::PrincipalRegistered(PrincipalRegistered { holder, human, unit, document: document() }))
}

/// He is known by a key.
#[must_use]
pub fn bound(name: &str) -> Event {
    let (way, digest) = (CredentialWay::KeyPair, FingerprintDigest::Sha256);
    let (holder, fingerprint, until) = (name.to_owned(), sha256([name.as_bytes()]), today().plus(300));
    event(Kind::CredentialBound(CredentialBound { holder, way, digest, fingerprint, until, document: document() }))
}

/// He has a role at a unit.
#[must_use]
pub fn granted(number: usize, name: &str, role: &str, unit: Option<Uuid>) -> Event {
    let (grant, holder, role) = (format!("岗{number}"), name.to_owned(), role.to_owned());
    let (from, until, duty, document) = (today(), today().plus(300), Duty::Work, document());
    event(Kind::RoleGranted(RoleGranted { grant, holder, role, unit, duty, from, until, document }))
}

/// From now on nobody says anything without a right.
#[must_use]
pub fn founded() -> Event {
    event(Kind::RightsFounded(RightsFounded { document: document() }))
}

/// The administrators of a ledger of which `unit` is registered, what they give before, and the founding.
#[must_use]
pub fn founding(unit: Uuid, given: Vec<Event>) -> Vec<Event> {
    let people = [("61CZ/s1", "security_admin"), ("61CZ/s2", "security_admin"), ("61CZ/a", "audit_admin")];
    let people = people.into_iter().chain([("61CZ/y", "system_admin")]);
    let each = people.enumerate().flat_map(|(at, (name, role))| {
        [registered(name, Some(name), unit), bound(name), granted(900 + at, name, role, None)]
    });
    let adopted = event(Kind::RightsAdopted(Box::new(table(1))));
    [adopted].into_iter().chain(each).chain(given).chain([founded()]).collect()
}

/// Somebody signs what is to be said, or objects to it.
#[must_use]
pub fn word(name: &str, said: &Event, number: u32, endorses: bool) -> Event {
    let (holder, subject, hash) = (name.to_owned(), said.id, sha256([&proto::event::encode(said)]));
    event(if endorses {
        Kind::Endorsed(Endorsed { holder, subject, hash, number })
    } else {
        Kind::Objected(Objected { holder, subject, hash, number, reason: "有误".to_owned() })
    })
}

/// What ends.
#[must_use]
pub fn ended(name: &str, number: usize) -> Vec<Event> {
    let (grant, document) = (format!("岗{number}"), document());
    let unbound = CredentialEnded { fingerprint: sha256([name.as_bytes()]), reason: "遗失".into() };
    vec![
        event(Kind::RoleEnded(RoleEnded { grant, document: document.clone() })),
        event(Kind::CredentialEnded(unbound)),
        event(Kind::PrincipalEnded(PrincipalEnded { holder: name.to_owned(), document })),
    ]
}

/// Whoever acts in a history gets some rights at some units, of which one lasts as long as it is not ended.
#[must_use]
pub fn some_granted(chance: &mut Chance, units: &[Uuid]) -> Vec<Event> {
    let Some(&unit) = units.first() else { return Vec::new() };
    let known = |name: &&'static str| [registered(name, Some(name), unit), bound(name)];
    let mut all: Vec<Event> = PRINCIPALS.iter().flat_map(known).collect();
    for number in 0..12 {
        let name = PRINCIPALS[chance.below(PRINCIPALS.len())];
        let at = if chance.in_hundred(25) { None } else { chance.pick(units).copied() };
        all.push(granted(number, name, ["one", "other"][chance.below(2)], at));
    }
    all
}
