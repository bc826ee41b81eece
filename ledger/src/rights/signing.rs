//! Signatures before effect 多人签署. What the table of roles wants signed counts only once so many persons signed these very bytes, each
//! of them another human than who prepared it. Nothing waits but the signatures: an act with too few is refused for a passing reason and
//! said again by whoever said it, so no act takes effect by another's hand.

use super::change::RightsChange;
use super::concern_of_event::concern;
use super::entitled::{reaches, signs};
use super::known::active;
use crate::change::{Case, Change, Judged};
use crate::entry::{Entry, Proof};
use crate::event::{Endorsed, Kind, Objected, SigningRule, Strength};
use crate::handle::Handle;
use crate::hash::{Hash, sha256};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rights_rows::{Grant, Principal, Word, word_id};
use crate::state::rows::Org;
use crate::state::stage::Set;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Something that may need signatures.
struct Act<'a> {
    /// What is signed: a set by its seal, else the event by its bytes.
    subject: Uuid,
    hash: Hash,
    fen: Fen,
    /// Who prepared it.
    prepared: SmallVec<[&'a str; 3]>,
    /// Who reviewed it, or nobody.
    reviewed: &'a str,
    /// Whether it decides what others prepared, so that saying it is signing it.
    decides: bool,
}

pub(crate) fn judge_endorsed(case: &Case<'_>, event: &Endorsed) -> Judged<RightsChange> {
    judge_word(case, &event.holder, (event.subject, &event.hash, event.number), None)
}

pub(crate) fn judge_objected(case: &Case<'_>, event: &Objected) -> Judged<RightsChange> {
    judge_word(case, &event.holder, (event.subject, &event.hash, event.number), Some(event.reason.clone()))
}

/// Nobody signs for another, nor does a system, nor somebody who signs nothing at all.
fn judge_word(
    case: &Case<'_>,
    holder: &str,
    (subject, hash, number): (Uuid, &Hash, u32),
    objection: Option<String>,
) -> Judged<RightsChange> {
    let state = case.state;
    let by = active(state, holder)?;
    let on = Day::in_beijing(case.entry.recorded_ms);
    let row = state.principals.get(by);
    let may_sign = row.human.is_some() && row.grants.iter().any(|at| signs_anything(state, state.grants.get(*at), on));
    if holder != case.entry.principal || !may_sign {
        return Err(Refusal::of(Code::NotEntitled, state.orgs.get(row.unit).id));
    }
    let latest = state.words_about(subject, hash).find(|word| word.by == by).map_or(0, |word| word.number);
    if number <= latest {
        return Err(Refusal::with(Code::Stale, word_id(subject, hash), latest.into()));
    }
    let id = word_id(subject, hash);
    let before = state.words.find(id).into();
    let (endorses, reason) = (objection.is_none(), objection.unwrap_or_default());
    let proof = case.entry.proof;
    Ok(Change::of(RightsChange::Word(Word { id, by, number, endorses, proof, on, reason, before, last: 0 })))
}

fn signs_anything(state: &State, grant: &Grant, on: Day) -> bool {
    grant.holds(on) && state.role_signs_anything(&grant.role)
}

/// Whether an entry that would count has the signatures it needs.
pub(crate) fn judge_signed(state: &State, entry: &Entry<'_>) -> Result<(), Refusal> {
    let kind = entry.event.kind.tag();
    if !state.is_founded() || !state.needs_signing(kind) {
        return Ok(());
    }
    let act = act(state, entry);
    let Some(rule) = rule(state, kind.name(), act.fen) else { return Ok(()) };
    let signers = signers(state, entry, &act, rule)?;
    let units: BTreeSet<Handle<Org>> = signers.values().copied().collect();
    let lacks = |wanted: u32, has: usize| wanted.saturating_sub(u32::try_from(has).unwrap_or(u32::MAX));
    let missing = lacks(rule.count, signers.len()).max(lacks(rule.units, units.len()));
    if missing > 0 { Err(Refusal::with(Code::SignaturesMissing, act.subject, missing.into())) } else { Ok(()) }
}

/// Of the rules of a kind that reach an amount the one from the largest.
fn rule<'a>(state: &'a State, kind: &str, fen: Fen) -> Option<&'a SigningRule> {
    let rules = state.rights()?.signing.iter();
    rules.filter(|rule| rule.kind == kind && rule.from_fen <= fen).max_by_key(|rule| rule.from_fen)
}

/// The humans who signed an act so that it counts, with their units. Whoever may sign it and objects keeps it from counting.
fn signers(
    state: &State,
    entry: &Entry<'_>,
    act: &Act<'_>,
    rule: &SigningRule,
) -> Result<BTreeMap<Uuid, Handle<Org>>, Refusal> {
    let on = Day::in_beijing(entry.recorded_ms);
    let (concerned, kind) = (concern(state, entry.event), entry.event.kind.tag());
    let barred: BTreeSet<Uuid> = barred(state, entry, act, rule);
    let away: Vec<Handle<Org>> = act.prepared.iter().filter_map(|name| Some(state.principal(name)?.1.unit)).collect();
    let counts = |row: &Principal, proof: Proof| {
        let human = row.human.filter(|human| !row.ended && !barred.contains(human))?;
        let elsewhere = !rule.other_unit || !away.contains(&row.unit);
        (elsewhere && strength(proof) >= rule.strength).then_some(human)
    };
    let mut signers = BTreeMap::new();
    if act.decides
        && let Some((_, row)) = state.principal(entry.principal)
        && let Some(human) = counts(row, entry.proof)
    {
        let _ = signers.insert(human, row.unit);
    }
    let mut heard = BTreeSet::new();
    for word in state.words_about(act.subject, &act.hash) {
        let row = state.principals.get(word.by);
        let may = signs(state, &row.name, kind, on, |grant| reaches(state, grant, &concerned));
        if !heard.insert(word.by) || !may {
            continue;
        }
        if !word.endorses {
            return Err(Refusal::of(Code::UnderObjection, act.subject));
        }
        let days = i32::try_from(rule.days).unwrap_or(i32::MAX);
        if on.number() - word.on.number() < days
            && let Some(human) = counts(row, word.proof)
        {
            let _ = signers.insert(human, row.unit);
        }
    }
    Ok(signers)
}

/// Humans whose signature does not count: who prepared it, under whichever account, and who says it where that is no decision.
fn barred(state: &State, entry: &Entry<'_>, act: &Act<'_>, rule: &SigningRule) -> BTreeSet<Uuid> {
    let sayer = Some(entry.principal).filter(|_| !act.decides);
    let reviewed = Some(act.reviewed).filter(|_| rule.apart_reviewers);
    let names = act.prepared.iter().copied().chain(sayer).chain(reviewed);
    names.filter_map(|name| state.principal(name)?.1.human).collect()
}

fn strength(proof: Proof) -> Strength {
    match proof {
        Proof::Named | Proof::Own => Strength::Any,
        Proof::Key => Strength::Secret,
        Proof::Token => Strength::Token,
        Proof::Token2 | Proof::Certificate | Proof::Signed => Strength::TwoFactors,
    }
}

/// What is to be signed of an entry.
fn act<'a>(state: &'a State, entry: &Entry<'_>) -> Act<'a> {
    let set = |found: Option<&'a Set>| found;
    let of_set = match &entry.event.kind {
        Kind::RosterReviewed(said) | Kind::RosterApproved(said) => {
            set(state.rosters.by_id(said.set).map(|(_, row)| &row.set)).map(|set| (said.set, set))
        }
        Kind::ApplicationApproved(said) => {
            set(state.applications.by_id(said.set).map(|(_, row)| &row.set)).map(|set| (said.set, set))
        }
        Kind::ClaimApproved(said) => {
            set(state.claims.by_id(said.set).map(|(_, row)| &row.set)).map(|set| (said.set, set))
        }
        _ => None,
    };
    let decides = entry.event.kind.tag().decides();
    if let Some((subject, set)) = of_set {
        let prepared = [&*set.preparer, &*set.sealer].into_iter().collect();
        return Act { subject, hash: set.hash, fen: set.fen, prepared, reviewed: &set.reviewer, decides };
    }
    let ordered = match &entry.event.kind {
        Kind::RemittanceApproved(said) => state.remittances.by_id(said.remittance).map(|(_, row)| &*row.preparer),
        _ => None,
    };
    let (subject, hash) = (entry.event.id, sha256([entry.content]));
    Act {
        subject,
        hash,
        fen: fen_of(&entry.event.kind),
        prepared: ordered.into_iter().collect(),
        reviewed: "",
        decides,
    }
}

/// The amount of what is said, by which its rule is found; 0 where there is none.
fn fen_of(kind: &Kind) -> Fen {
    match kind {
        Kind::LineIssued(said) => said.fen,
        Kind::LinePassedDown(said) => said.parts.iter().fold(0, |sum: Fen, part| sum.saturating_add(part.fen)),
        Kind::LineRecalled(said) => said.fen,
        Kind::LineAdjusted(said) => said.fen.saturating_abs(),
        Kind::DrawsCorrected(said) => said.fen,
        Kind::RecoveryOrdered(said) => said.fen,
        Kind::RecoveryWaived(said) => said.fen,
        Kind::SuspenseCleared(said) => said.fen,
        Kind::RemittanceApproved(said) => said.fen,
        _ => 0,
    }
}
