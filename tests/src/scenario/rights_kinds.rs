//! From the words of a scenario line to an event about rights. Keys and identity numbers are words; a role is written
//! `code:kinds:holders:days:excludes:signed`, kinds and roles with `+` between them.

use super::fields::{Fields, amount, chosen, day};
use super::sets::{Chains, shown};
use crate::desk::labelled;
use anyhow::{Result, bail};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, Endorsed, FingerprintDigest, Holders, Kind, Objected,
    PersonDetail, PrincipalEnded, PrincipalRegistered, Rights, RightsFounded, RoleEnded, RoleGranted, RoleRow,
    SigningRule, Strength,
};
use ledger::hash::Hash;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const STRENGTHS: &[(&str, Strength)] =
    &[("any", Strength::Any), ("secret", Strength::Secret), ("token", Strength::Token), ("two", Strength::TwoFactors)];

const HOLDERS: &[(&str, Holders)] =
    &[("persons", Holders::Persons), ("systems", Holders::Systems), ("both", Holders::Both)];

pub(super) fn kind(name: &str, f: &mut Fields<'_>, chains: &Chains) -> Result<Option<Kind>> {
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
            let (version, roles, signing) = (f.number("version")?, f.list("roles", role)?, f.list("signing", rule)?);
            Kind::RightsAdopted(Box::new(Rights { version, document, roles, signing }))
        }
        "rights_founded" => Kind::RightsFounded(RightsFounded { document: f.text("document", "示权1号") }),
        "endorsed" => {
            let (subject, hash, holder, number) = word(f, chains)?;
            Kind::Endorsed(Endorsed { holder, subject, hash, number })
        }
        "objected" => {
            let ((subject, hash, holder, number), reason) = (word(f, chains)?, f.text("reason", "有误"));
            Kind::Objected(Objected { holder, subject, hash, number, reason })
        }
        _ => return Ok(None),
    }))
}

/// What is signed: a set with the hash of its lines, by whom, which word of his.
fn word(f: &mut Fields<'_>, chains: &Chains) -> Result<(Uuid, Hash, String, u32)> {
    let set = f.id("set")?;
    let (_, _, hash) = chains.get(&set).copied().unwrap_or_default();
    Ok((set, shown(f, hash)?, f.need("holder")?.to_owned(), f.number_or("number", 1)?))
}

/// `kind:from:persons:units:flags:strength:days`, flags with `+` between them.
fn rule(text: &str) -> Result<SigningRule> {
    let [kind, from, count, units, flags, strength, days] = text.split(':').collect::<Vec<_>>()[..] else {
        bail!("`{text}` is not kind:from:persons:units:flags:strength:days");
    };
    let flag = |name: &str| flags.split('+').any(|flag| flag == name);
    Ok(SigningRule {
        kind: kind.to_owned(),
        from_fen: amount(from)?,
        count: count.parse()?,
        units: units.parse()?,
        other_unit: flag("other_unit"),
        apart_reviewers: flag("apart"),
        strength: chosen(strength, STRENGTHS)?,
        days: days.parse()?,
    })
}

fn role(text: &str) -> Result<RoleRow> {
    let [code, says, holders, days, excludes, signs] = text.split(':').chain([""]).take(6).collect::<Vec<_>>()[..]
    else {
        bail!("`{text}` is not code:kinds:holders:days:excludes:signed");
    };
    let names = |text: &str| text.split('+').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Ok(RoleRow {
        code: code.to_owned(),
        name: code.to_owned(),
        says: names(says),
        signs: names(signs),
        asks: Vec::new(),
        detail: PersonDetail::Persons,
        holders: chosen(holders, HOLDERS)?,
        longest_days: days.parse()?,
        excludes: names(excludes),
    })
}
