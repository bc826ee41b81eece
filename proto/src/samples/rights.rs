//! One event of every kind about rights.

use super::{ROSTER, UNIT, day, thing};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, Endorsed, FingerprintDigest, Holders, Kind, Objected,
    PersonDetail, PrincipalEnded, PrincipalRegistered, Rights, RightsFounded, RoleEnded, RoleGranted, RoleRow,
    SigningRule, Strength,
};

/// The account of which the others tell.
const NAME: &str = "610303CZ/p2";

pub(super) fn kinds() -> Vec<Kind> {
    let (holder, document) = (NAME.to_owned(), "示权〔2025〕1号".to_owned());
    let (fingerprint, until) = ([12; 32], day(20_210_930));
    let human = Some(thing(77));
    let registered =
        PrincipalRegistered { holder: holder.clone(), human, unit: thing(UNIT), document: document.clone() };
    let (way, digest) = (CredentialWay::KeyPair, FingerprintDigest::Sha256);
    let bound = CredentialBound { holder: holder.clone(), way, digest, fingerprint, until, document: document.clone() };
    let granted = RoleGranted {
        grant: "GW-1".into(),
        holder: holder.clone(),
        role: "security_admin".into(),
        unit: None,
        duty: Duty::Work,
        from: day(20_210_901),
        until,
        document: document.clone(),
    };
    vec![
        Kind::PrincipalRegistered(registered),
        Kind::PrincipalEnded(PrincipalEnded { holder, document: document.clone() }),
        Kind::CredentialBound(bound),
        Kind::CredentialEnded(CredentialEnded { fingerprint, reason: "遗失".into() }),
        Kind::RoleGranted(granted),
        Kind::RoleEnded(RoleEnded { grant: "GW-1".into(), document: document.clone() }),
        Kind::RightsAdopted(Box::new(Rights {
            version: 1,
            document: document.clone(),
            roles: roles(),
            signing: signing(),
        })),
        Kind::RightsFounded(RightsFounded { document }),
        Kind::Endorsed(Endorsed { holder: NAME.into(), subject: thing(ROSTER), hash: [13; 32], number: 1 }),
        Kind::Objected(Objected {
            holder: NAME.into(),
            subject: thing(ROSTER),
            hash: [13; 32],
            number: 2,
            reason: "金额有误".into(),
        }),
    ]
}

fn signing() -> Vec<SigningRule> {
    vec![SigningRule {
        kind: "roster_approved".into(),
        from_fen: 100_000_000,
        count: 2,
        units: 2,
        other_unit: true,
        apart_reviewers: true,
        strength: Strength::TwoFactors,
        days: 30,
    }]
}

/// The three administrators, without whom no table is one.
fn roles() -> Vec<RoleRow> {
    let gives = ["principal_registered", "credential_bound", "role_granted", "role_ended"];
    let given = [
        ("security_admin", "安全管理员", &gives[..]),
        ("audit_admin", "审计管理员", &[]),
        ("system_admin", "系统管理员", &[]),
    ];
    given.map(|(code, name, says)| role(code, name, says)).to_vec()
}

fn role(code: &str, name: &str, says: &[&str]) -> RoleRow {
    RoleRow {
        code: code.into(),
        name: name.into(),
        says: says.iter().map(|&kind| kind.to_owned()).collect(),
        signs: vec!["role_granted".into()],
        asks: vec!["rights".into()],
        detail: PersonDetail::None,
        holders: Holders::Persons,
        longest_days: 366,
        excludes: vec!["*".into()],
    }
}
