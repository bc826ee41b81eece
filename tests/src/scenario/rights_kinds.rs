//! From the words of a scenario line to an event about rights. Keys and identity numbers are words; a role is written
//! `code:kinds:holders:days:excludes`, kinds and excluded roles with `+` between them.

use super::fields::{Fields, chosen, day};
use crate::desk::labelled;
use anyhow::{Result, bail};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, FingerprintDigest, Holders, Kind, PersonDetail,
    PrincipalEnded, PrincipalRegistered, Rights, RightsFounded, Role, RoleEnded, RoleGranted,
};
use sha2::{Digest, Sha256};

const HOLDERS: &[(&str, Holders)] =
    &[("persons", Holders::Persons), ("systems", Holders::Systems), ("both", Holders::Both)];

pub(super) fn kind(name: &str, f: &mut Fields<'_>) -> Result<Option<Kind>> {
    let document = "示权1号".to_owned();
    Ok(Some(match name {
        "principal_registered" => Kind::PrincipalRegistered(PrincipalRegistered {
            holder: f.need("principal")?.to_owned(),
            human: f.take("human").map(labelled),
            unit: f.id("unit")?,
            document,
        }),
        "principal_ended" => Kind::PrincipalEnded(PrincipalEnded { holder: f.need("principal")?.to_owned(), document }),
        "credential_bound" => Kind::CredentialBound(CredentialBound {
            holder: f.need("principal")?.to_owned(),
            way: CredentialWay::KeyPair,
            digest: FingerprintDigest::Sha256,
            fingerprint: Sha256::digest(f.need("key")?).into(),
            until: day(f.need("until")?)?,
            document,
        }),
        "credential_ended" => Kind::CredentialEnded(CredentialEnded {
            fingerprint: Sha256::digest(f.need("key")?).into(),
            reason: f.text("reason", "遗失"),
        }),
        "role_granted" => Kind::RoleGranted(RoleGranted {
            grant: f.need("grant")?.to_owned(),
            holder: f.need("principal")?.to_owned(),
            role: f.need("role")?.to_owned(),
            unit: f.optional_id("unit"),
            duty: Duty::Work,
            from: day(f.need("from")?)?,
            until: day(f.need("until")?)?,
            document,
        }),
        "role_ended" => Kind::RoleEnded(RoleEnded { grant: f.need("grant")?.to_owned(), document }),
        "rights_adopted" => {
            let (version, roles) = (f.number("version")?, f.list("roles", role)?);
            Kind::RightsAdopted(Box::new(Rights { version, document, roles }))
        }
        "rights_founded" => Kind::RightsFounded(RightsFounded { document: f.text("document", "示权1号") }),
        _ => return Ok(None),
    }))
}

fn role(text: &str) -> Result<Role> {
    let [code, says, holders, days, excludes] = text.split(':').collect::<Vec<_>>()[..] else {
        bail!("`{text}` is not code:kinds:holders:days:excludes");
    };
    let names = |text: &str| text.split('+').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Ok(Role {
        code: code.to_owned(),
        name: code.to_owned(),
        says: names(says),
        signs: Vec::new(),
        asks: Vec::new(),
        detail: PersonDetail::Persons,
        holders: chosen(holders, HOLDERS)?,
        longest_days: days.parse()?,
        excludes: names(excludes),
    })
}
