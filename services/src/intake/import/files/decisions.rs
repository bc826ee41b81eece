//! Reviews, approvals and cancellations 审核意见, and batches sent 代发批次: what is done with a sealed set.

use super::applications;
use crate::ids::{self, Numbered};
use crate::intake::import::table::cell;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Seal, Spoken};
use ledger::event::{BatchSent, Kind, RemittanceApproved, SetCancelled, SetDecided};
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
}

const SET_KINDS: &[(&str, &str, Numbered)] = &[
    ("花名册", "roster", Numbered::Roster),
    ("支付申请", "application", Numbered::Application),
    ("申报", "claim", Numbered::Claim),
    ("拨付", "remittance", Numbered::Remittance),
];

const STAGES: &[(&str, &str, Stage)] =
    &[("审核", "review", Stage::Review), ("批准", "approve", Stage::Approve), ("作废", "cancel", Stage::Cancel)];

/// A row of a file of decisions.
pub(in crate::intake::import) fn decided(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let (principal, day, kind) = read_decided(row, out)?;
    // Who decides is no part of what is decided: after somebody was refused who may not, another says the same.
    Ok(Spoken { principal, ..Spoken::from((day, kind)) })
}

/// A row of a file of batches.
pub(in crate::intake::import) fn batch(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let (day, batch) = read_batch(row, out)?;
    Ok((day, Kind::BatchSent(batch)).into())
}

type Decision = (Option<Arc<str>>, Day, Kind);

fn read_decided(row: &Row<'_>, out: &Out<'_>) -> Result<Decision, Wrong> {
    let number = row.key(Col::SetNumber)?;
    let set_kind = row.word(Col::SetKind, SET_KINDS)?;
    let has_editions = matches!(set_kind, Numbered::Roster | Numbered::Application);
    let edition = if has_editions { row.edition(Col::SetEdition)? } else { 0 };
    let set = set_kind.id(&row.giver_of(Col::Unit, set_kind, number, edition)?, number, edition);
    let kind = decision(row, set_kind, row.word(Col::Stage, STAGES)?, set, out)?;
    let principal = if row.has(Col::Principal) { Some(row.text(Col::Principal)?) } else { None };
    if principal.is_some_and(|name| name.len() > MAX_PRINCIPAL_BYTES) {
        return Err(Wrong::cell(Col::Principal, "too_long", "the name is too long", "at most 64 bytes, 21 characters"));
    }
    Ok((principal.map(Arc::from), row.day(Col::EffectiveDay)?, kind))
}

fn decision(row: &Row<'_>, of: Numbered, stage: Stage, set: Uuid, out: &Out<'_>) -> Result<Kind, Wrong> {
    let decided = || Ok::<_, Wrong>(SetDecided { set, hash: hash(row, set, out)? });
    let none = |what, remedy| Err(Wrong::cell(Col::Stage, "no_such_stage", what, remedy));
    Ok(match (of, stage) {
        (Numbered::Roster, Stage::Cancel) => Kind::RosterCancelled(SetCancelled { set }),
        (Numbered::Application, Stage::Cancel) => Kind::ApplicationCancelled(SetCancelled { set }),
        (Numbered::Roster, Stage::Review) => Kind::RosterReviewed(decided()?),
        (Numbered::Roster, Stage::Approve) => Kind::RosterApproved(decided()?),
        (Numbered::Application, Stage::Approve) => Kind::ApplicationApproved(decided()?),
        (Numbered::Claim, Stage::Approve) => Kind::ClaimApproved(decided()?),
        (Numbered::Remittance, Stage::Approve) => {
            Kind::RemittanceApproved(RemittanceApproved { remittance: set, fen: row.money(Col::Amount)? })
        }
        (Numbered::Application, Stage::Review) => {
            return none("an application is not reviewed", "approve or cancel it");
        }
        (Numbered::Claim | Numbered::Remittance, Stage::Review | Stage::Cancel) => {
            return none("a claim or a payment to a lender is only approved", "approve it");
        }
    })
}

fn read_batch(row: &Row<'_>, out: &Out<'_>) -> Result<(Day, BatchSent), Wrong> {
    let application = applications::named(row)?;
    let sent = BatchSent {
        batch: ids::batch(row.giver(Col::Unit)?, row.key(Col::Batch)?),
        application,
        bank: ids::org(row.key(Col::Bank)?),
        count: row.number(Col::Count, 1, 999_999_999)?,
        fen: row.money(Col::Amount)?,
        hash: hash(row, application, out)?,
    };
    Ok((row.day(Col::EffectiveDay)?, sent))
}

/// The hash the row names, or the one of the set as this importer knows it.
fn hash(row: &Row<'_>, set: Uuid, out: &Out<'_>) -> Result<Hash, Wrong> {
    if row.has(Col::SealedHash) {
        return cell::hash(row.cell(Col::SealedHash)?).ok_or_else(|| {
            Wrong::cell(Col::SealedHash, "bad_hash", "not 64 hexadecimal digits", "copy it from the import of the set")
        });
    }
    let known: Option<Seal> = out.seals.of(set);
    known.map(|seal| seal.hash).ok_or_else(|| {
        Wrong::row(
            "seal_unknown",
            "账上没有这一编号、单位、版次的封存材料 no sealed set of this number, unit and edition is on record",
            "核对材料编号、单位编号和材料版次；材料未到的，先导入材料 compare number, unit and edition, or import the set first",
        )
    })
}
