//! Reviews, approvals and cancellations 审核意见, and batches sent 代发批次: what is done with a sealed set.

use super::{applications, claims};
use crate::ids::{self, Numbered};
use crate::intake::import::table::cell;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Named, Row, Unread, Wrong, set_unknown};
use crate::intake::import::{AskingResult, Out, Spoken};
use ledger::event::{BatchSent, Kind, KindTag, RemittanceApproved, SetCancelled, SetDecided};
use ledger::hash::Hash;
use ledger::money::Day;
use proto::limits::MAX_PRINCIPAL_BYTES;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Review,
    Approve,
    Cancel,
    Unseal,
    CancelLine,
}

const SET_KINDS: &[(&str, &str, Numbered)] = &[
    ("花名册", "roster", Numbered::Roster),
    ("支付申请", "application", Numbered::Application),
    ("申报", "claim", Numbered::Claim),
    ("拨付", "remittance", Numbered::Remittance),
];

const STAGES: &[(&str, &str, Stage)] = &[
    ("审核", "review", Stage::Review),
    ("批准", "approve", Stage::Approve),
    ("作废", "cancel", Stage::Cancel),
    ("撤销封存", "unseal", Stage::Unseal),
    ("撤销行", "cancel_line", Stage::CancelLine),
];

/// A row of a file of decisions.
pub(in crate::intake::import) fn decided(row: &Row<'_>, out: &Out<'_>) -> AskingResult {
    let (principal, day, kind) = read_decided(row, out)?;
    // Who decides is no part of what is decided: after somebody was refused who may not, another says the same.
    let mut spoken = Spoken { principal, ..Spoken::from((day, kind)) };
    if let Some(undone) = undone(row)? {
        (spoken.undone, spoken.words) = (vec![undone], row.shown().into());
    }
    Ok(spoken)
}

/// What a step takes back, where that is all it does.
fn undone(row: &Row<'_>) -> Result<Option<KindTag>, Wrong> {
    Ok(match (row.word(Col::SetKind, SET_KINDS)?, row.word(Col::Stage, STAGES)?) {
        (Numbered::Claim, Stage::Cancel) => Some(KindTag::ClaimSubmitted),
        (Numbered::Claim, Stage::Unseal) => Some(KindTag::ClaimSealed),
        (Numbered::Claim, Stage::CancelLine) => Some(KindTag::ClaimLineAdded),
        _ => None,
    })
}

/// A row of a file of batches.
pub(in crate::intake::import) fn batch(row: &Row<'_>, out: &Out<'_>) -> AskingResult {
    let (day, batch) = read_batch(row, out)?;
    Ok((day, Kind::BatchSent(batch)).into())
}

type Decision = (Option<Arc<str>>, Day, Kind);

fn read_decided(row: &Row<'_>, out: &Out<'_>) -> Result<Decision, Unread> {
    let number = row.key(Col::SetNumber)?;
    let set_kind = row.word(Col::SetKind, SET_KINDS)?;
    let has_editions = set_kind != Numbered::Remittance;
    let edition = if has_editions { row.edition(Col::SetEdition)? } else { 0 };
    let named = (set_kind, number, edition);
    let set = set_kind.id(&row.giver_of(Col::Unit, named)?, number, edition);
    let kind = decision(row, named, row.word(Col::Stage, STAGES)?, set, out)?;
    let principal = if row.has(Col::Principal) { Some(row.text(Col::Principal)?) } else { None };
    if principal.is_some_and(|name| name.len() > MAX_PRINCIPAL_BYTES) {
        return Err(Wrong::cell(
            Col::Principal,
            "too_long",
            "姓名过长 the name is too long",
            "最多 64 字节，约 21 个汉字 at most 64 bytes, 21 characters",
        )
        .into());
    }
    Ok((principal.map(Arc::from), row.day(Col::EffectiveDay)?, kind))
}

fn decision(row: &Row<'_>, named: Named<'_>, stage: Stage, set: Uuid, out: &Out<'_>) -> Result<Kind, Unread> {
    let decided = || Ok::<_, Unread>(SetDecided { set, hash: hash(row, named, set, out)? });
    let none = |what, remedy| Err(Wrong::cell(Col::Stage, "no_such_stage", what, remedy).into());
    Ok(match (named.0, stage) {
        (Numbered::Roster, Stage::Cancel) => Kind::RosterCancelled(SetCancelled { set }),
        (Numbered::Application, Stage::Cancel) => Kind::ApplicationCancelled(SetCancelled { set }),
        (Numbered::Roster, Stage::Review) => Kind::RosterReviewed(decided()?),
        (Numbered::Roster, Stage::Approve) => Kind::RosterApproved(decided()?),
        (Numbered::Application, Stage::Approve) => Kind::ApplicationApproved(decided()?),
        (Numbered::Claim, Stage::Approve) => Kind::ClaimApproved(decided()?),
        (Numbered::Claim, Stage::Cancel) => claims::given_up(row, set)?,
        (Numbered::Claim, Stage::Unseal) => claims::unsealed(row, set)?,
        (Numbered::Claim, Stage::CancelLine) => claims::line_gone(row, set)?,
        (Numbered::Remittance, Stage::Approve) => {
            Kind::RemittanceApproved(RemittanceApproved { remittance: set, fen: row.money(Col::Amount)? })
        }
        (Numbered::Application, Stage::Review) => {
            return none("支付申请没有审核环节 an application is not reviewed", "批准或作废 approve or cancel it");
        }
        (Numbered::Claim, Stage::Review) => {
            return none("申报没有审核环节 a claim is not reviewed", "批准或作废 approve or cancel it");
        }
        (Numbered::Remittance, Stage::Review | Stage::Cancel) => {
            return none("拨付只有批准环节 a payment to a lender is only approved", "只可批准 approve it");
        }
        (_, Stage::Unseal | Stage::CancelLine) => {
            return none("只有申报有此环节 only a claim has this step", "作废材料 cancel the set");
        }
    })
}

fn read_batch(row: &Row<'_>, out: &Out<'_>) -> Result<(Day, BatchSent), Unread> {
    let application = applications::named(row)?;
    let named = (Numbered::Application, row.key(Col::Application)?, row.edition(Col::SetEdition)?);
    let sent = BatchSent {
        batch: ids::batch(row.giver(Col::Unit)?, row.key(Col::Batch)?),
        application,
        bank: ids::org(row.key(Col::Bank)?),
        count: row.number(Col::Count, 1, 999_999_999)?,
        fen: row.money(Col::Amount)?,
        hash: hash(row, named, application, out)?,
    };
    Ok((row.day(Col::EffectiveDay)?, sent))
}

/// The hash the row names, or the one of the set as this importer or the ledger knows it.
fn hash(row: &Row<'_>, named: Named<'_>, set: Uuid, out: &Out<'_>) -> Result<Hash, Unread> {
    if row.has(Col::SealedHash) {
        let bad = || {
            Wrong::cell(
                Col::SealedHash,
                "bad_hash",
                "不是 64 位十六进制校验值 not 64 hexadecimal digits",
                "从导入材料的结果中抄写 copy it from the import of the set",
            )
        };
        return Ok(cell::hash(row.cell(Col::SealedHash)?).ok_or_else(bad)?);
    }
    match out.seals.of(set).map_err(Unread::Unasked)? {
        Some(seal) => Ok(seal.hash),
        None => Err(set_unknown(&row.givers(named)?).into()),
    }
}
