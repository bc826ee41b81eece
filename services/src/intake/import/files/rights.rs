//! Who may say what: principals registered 人员, posts given 授权, credentials bound 凭据, and what of it ends 权限终止. Identity numbers of
//! officials are hashed here and dropped. All of it counts from its recording on, so no row has a day of its own and a file told on
//! another day is the same.

use crate::intake::import::table::cell;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, ids};
use ledger::event::{
    CredentialBound, CredentialEnded, CredentialWay, Duty, FingerprintDigest, Kind, PrincipalEnded,
    PrincipalRegistered, RoleEnded, RoleGranted,
};
use ledger::hash::Hash;
use ledger::money::Day;
use proto::text;

const DUTIES: &[(&str, &str, Duty)] = &[
    ("履职", "work", Duty::Work),
    ("监管", "supervise", Duty::Supervise),
    ("审计", "audit", Duty::Audit),
    ("核查", "inspect", Duty::Inspect),
    ("结算", "settle", Duty::Settle),
    ("答复", "answer", Duty::Answer),
    ("运维", "operate", Duty::Operate),
    ("应急", "emergency", Duty::Emergency),
];

const WAYS: &[(&str, &str, CredentialWay)] = &[
    ("证书", "key_pair", CredentialWay::KeyPair),
    ("令牌", "token", CredentialWay::Token),
    ("接口密钥", "secret", CredentialWay::Secret),
];

/// What a row may end.
#[derive(Clone, Copy)]
enum Ended {
    Grant,
    Principal,
    Credential,
}

const ENDED: &[(&str, &str, Ended)] = &[
    ("收回岗位", "grant", Ended::Grant),
    ("注销主体", "principal", Ended::Principal),
    ("凭据作废", "credential", Ended::Credential),
];

/// A row of a file of principals; a system has nobody in 本人.
pub(in crate::intake::import) fn registered(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let human = if row.has(Col::Human) { Some(out.identity().official(&row.id_number(Col::Human)?)) } else { None };
    let unit = ids::org(row.key(Col::Unit)?);
    let said = PrincipalRegistered { holder: holder(row)?, human, unit, document: document(row)? };
    Ok((undated(), Kind::PrincipalRegistered(said)).into())
}

/// A row of a file of posts; an empty 单位编号 is the whole ledger.
pub(in crate::intake::import) fn granted(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (from, until) = (row.day(Col::FromDay)?, row.day(Col::ThroughDay)?);
    if until < from {
        let what = "截止日早于起始日 it ends before it begins";
        return Err(Wrong::cell(Col::ThroughDay, "bad_days", what, "更正日期 correct the days"));
    }
    let said = RoleGranted {
        grant: row.key(Col::Grant)?.to_owned(),
        holder: holder(row)?,
        role: row.key(Col::RoleCode)?.to_owned(),
        unit: if row.has(Col::Unit) { Some(ids::org(row.key(Col::Unit)?)) } else { None },
        duty: row.word(Col::Grounds, DUTIES)?,
        from,
        until,
        document: document(row)?,
    };
    Ok((undated(), Kind::RoleGranted(said)).into())
}

/// A row of a file of credentials.
pub(in crate::intake::import) fn bound(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let said = CredentialBound {
        holder: holder(row)?,
        way: row.word(Col::CredentialWay, WAYS)?,
        digest: FingerprintDigest::Sha256,
        fingerprint: fingerprint(row)?,
        until: row.day(Col::ThroughDay)?,
        document: document(row)?,
    };
    Ok((undated(), Kind::CredentialBound(said)).into())
}

/// A row of a file of what ends: of each only the cells that name it.
pub(in crate::intake::import) fn ended(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let kind = match row.word(Col::Ends, ENDED)? {
        Ended::Grant => Kind::RoleEnded(RoleEnded { grant: row.key(Col::Grant)?.to_owned(), document: document(row)? }),
        Ended::Principal => Kind::PrincipalEnded(PrincipalEnded { holder: holder(row)?, document: document(row)? }),
        Ended::Credential => {
            let (fingerprint, reason) = (fingerprint(row)?, row.text(Col::Why)?.to_owned());
            Kind::CredentialEnded(CredentialEnded { fingerprint, reason })
        }
    };
    Ok((undated(), kind).into())
}

/// The day of what counts from its recording on, whichever day it is told.
fn undated() -> Day {
    Day::new(1900, 1, 1).unwrap_or_default()
}

fn holder(row: &Row<'_>) -> Result<String, Wrong> {
    let name = row.key(Col::Holder)?;
    if text::is_principal(name) {
        return Ok(name.to_owned());
    }
    let what = "不是主体：单位编号（大写字母、数字）/工号（小写字母、数字、.-） no principal: UNIT/account";
    Err(Wrong::cell(Col::Holder, "bad_principal", what, "写成 610303CZ/p2 write it like 610303CZ/p2"))
}

fn fingerprint(row: &Row<'_>) -> Result<Hash, Wrong> {
    cell::hash(row.cell(Col::Fingerprint)?).ok_or_else(|| {
        let what = "不是 64 位十六进制指纹 not a fingerprint of 64 hexadecimal digits";
        Wrong::cell(Col::Fingerprint, "bad_fingerprint", what, "照原样抄写 copy it as it was shown")
    })
}

/// A document number; where the row has none, none.
fn document(row: &Row<'_>) -> Result<String, Wrong> {
    if row.has(Col::Document) { row.document(Col::Document) } else { Ok(String::new()) }
}
