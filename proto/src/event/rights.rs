//! Principals, credentials, grants and the table of roles between wire and domain. Whether somebody may is not asked here.

use super::check::{Check, choice};
use super::form::{
    DOCUMENT, Day, Each, Fen, Form, Hash, Id, NAME, NUMBER, OPTIONAL_DOCUMENT, OneOf, OptionalId, Parts, Plain, WORDS,
    Within, wire,
};
use crate::limits::{MAX_ROLE_DAYS, MAX_ROLE_NAMES, MAX_ROLES, MAX_SIGNERS, MAX_WORDS};
use crate::text::{Class, is_principal};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, Endorsed, FingerprintDigest, Holders, Objected,
    PersonDetail, PrincipalEnded, PrincipalRegistered, Rights, RightsFounded, RoleEnded, RoleGranted, RoleRow,
    SigningRule, Strength,
};

choice!(CredentialWay = CredentialWay { KeyPair Token Secret });
choice!(FingerprintDigest = FingerprintDigest { Sha256 });
choice!(Duty = Duty { Work Supervise Audit Inspect Settle Answer Operate Emergency });
choice!(Holders = Holders { Persons Systems Both });
choice!(PersonDetail = PersonDetail { None Totals Units OnePerson Persons });

/// The name of a principal who is registered.
struct Principal;

impl Form<String, String> for Principal {
    fn read(&self, check: &mut Check, field: &'static str, wire: String) -> String {
        let name = NUMBER.read(check, field, wire);
        let plain = Class::Number.canonical(&name).is_ok_and(|spelt| spelt == name);
        if check.admits() && plain && !is_principal(&name) {
            let hint = "is no principal; write UNIT/ACCOUNT, for example 610303CZ/p2";
            check.fail(field, format!("{name:?} {hint}"));
        }
        name
    }

    fn write(&self, domain: &String) -> String {
        domain.clone()
    }
}

wire!(PrincipalRegistered { holder: Principal, human: OptionalId, unit: Id, document: OPTIONAL_DOCUMENT });

wire!(PrincipalEnded { holder: Principal, document: OPTIONAL_DOCUMENT });

wire!(CredentialBound {
    holder: Principal,
    way: OneOf,
    digest: OneOf,
    fingerprint: Hash,
    last_day as until: Day,
    document: OPTIONAL_DOCUMENT,
});

wire!(CredentialEnded { fingerprint: Hash, reason: WORDS });

wire!(RoleGranted {
    grant: NUMBER,
    holder: Principal,
    role_code as role: NUMBER,
    unit: OptionalId,
    duty: OneOf,
    first_day as from: Day,
    last_day as until: Day,
    document: OPTIONAL_DOCUMENT,
});

wire!(RoleEnded { grant: NUMBER, document: OPTIONAL_DOCUMENT });

wire!(RightsAdopted = Box<Rights> { version: Plain, document: OPTIONAL_DOCUMENT, roles: Parts(1..=MAX_ROLES), signing: Parts(0..=MAX_ROLE_NAMES) });

choice!(Strength = Strength { Any Secret Token TwoFactors });

wire!(SigningRule {
    kind: NUMBER,
    from_fen: Fen,
    persons as count: Within(0..=MAX_SIGNERS),
    units: Within(0..=MAX_SIGNERS),
    other_unit: Plain,
    apart_reviewers: Plain,
    strength: OneOf,
    days_good as days: Within(1..=MAX_ROLE_DAYS),
});

wire!(Endorsed { holder: Principal, subject: Id, hash: Hash, number: Within(1..=MAX_WORDS) });

wire!(Objected { holder: Principal, subject: Id, hash: Hash, number: Within(1..=MAX_WORDS), reason: WORDS });

wire!(
    Role = RoleRow {
        code: NUMBER,
        name: NAME,
        says: Each(0..=MAX_ROLE_NAMES, "kind", NUMBER),
        signs: Each(0..=MAX_ROLE_NAMES, "kind", NUMBER),
        asks: Each(0..=MAX_ROLE_NAMES, "group", NUMBER),
        detail: OneOf,
        holders: OneOf,
        longest_days: Within(1..=MAX_ROLE_DAYS),
        excludes: Each(0..=MAX_ROLES, "role", NUMBER),
    }
);

wire!(RightsFounded { document: DOCUMENT });
