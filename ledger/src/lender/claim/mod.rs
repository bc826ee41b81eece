//! Lenders' claims 贴息、免息申报: submitted, sealed, approved by another person, settled from what is there already.
//! How a line is held against our figure is in [`line`], and how each is taken back in [`withdrawn`]; payments to lenders are in `remittance`.

pub(crate) mod change;
pub(crate) mod line;
mod ours;
pub(crate) mod returned;
pub(crate) mod settle;
pub(crate) mod withdrawn;

use crate::account::{AccountNo, Class};
use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::loan_terms::Cycle;
use crate::event::{ClaimSubmitted, SetSealed};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::payers::{part_of, province_of, split_part};
use crate::loan::portfolio::open_portfolio;
use crate::loan::rates::terms_on;
use crate::outcome::{Code, Refusal};
use crate::set::judge_replaced;
use crate::state::State;
use crate::state::claim_rows::{ClaimPart, ClaimPayer, Gone};
use crate::state::lending_rows::Claim;
use crate::state::rows::Org;
use crate::state::stage::{Set, Stage};
use change::ClaimChange;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A claim covers at most this many years, more than any loan runs, so that the work for one line is bounded.
const YEARS_MAX: u16 = 30;

/// Days of the longest quarter and of the longest year.
const QUARTER_DAYS: i32 = 92;
const YEAR_DAYS: i32 = 366;

/// A claim is opened even if its lender or unit is named only.
pub(crate) fn judge_claim_submitted(case: &Case<'_>, event: &ClaimSubmitted) -> Judged<ClaimChange> {
    let state = case.state;
    if state.claims.find(event.claim).is_some() {
        return Err(Refusal::of(Code::Exists, event.claim));
    }
    judge_replaced(event.replaces, |id| Some(&state.claims.by_id(id)?.1.set))?;
    let years = event.through.year().saturating_sub(event.from.year());
    if event.from > event.through || years > YEARS_MAX {
        return Err(Refusal::of(Code::BadShape, event.claim));
    }
    let (lender, unit) = (state.need_org(event.lender)?, state.need_org(event.unit)?);
    let submit = ClaimChange::Submit { event: Box::new(event.clone()), lender, unit };
    let mut change = Change::of(submit).naming(lender).naming(unit);
    if off_cycle(state, event) {
        change.findings.push(NewFinding::about(FindingKind::OffCycle, event.claim));
    }
    Ok(change)
}

/// Whether the period is longer than the cycle of the terms in force on its last day: campus loans are claimed by quarter
/// (财政贴息管理办法 art. 4), origin loans by year.
fn off_cycle(state: &State, event: &ClaimSubmitted) -> bool {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, event.kind, event.through));
    let longest = terms.map(|terms| match terms.cycle {
        Cycle::Quarterly => QUARTER_DAYS,
        Cycle::Yearly => YEAR_DAYS,
    });
    longest.is_some_and(|longest| event.through.number() - event.from.number() >= longest)
}

/// Sealed: the confirmed sum is owed, and it is settled who owes it.
pub(crate) fn judge_claim_sealed(case: &Case<'_>, event: &SetSealed) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let (claim, row) = find(state, event.set)?;
    row.set.judge_seal(event)?;
    let payers = payers(state, row, &placed(state, row)?);
    let mut change = Change::of(ClaimChange::Seal { claim, payers });
    if row.owed() > 0 {
        let (owed, granted) = (account(row, Class::ClaimOwed), account(row, Class::ClaimGranted));
        change.postings.push(state.posting(on, owed, granted, row.owed()));
    }
    Ok(change)
}

/// The parts of a claim with those of universities that were named only when their lines came: who owes for one is known once
/// it is registered.
fn placed(state: &State, claim: &Claim) -> Result<Vec<ClaimPart>, Refusal> {
    let mut parts = claim.parts.clone();
    for (&(school, year), &fen) in &claim.unplaced {
        let school = state.orgs.get(school);
        if !school.known {
            return Err(Refusal::of(Code::UnknownOrg, school.id));
        }
        line::add_part(&mut parts, &part_of(school, year, fen));
    }
    Ok(parts)
}

/// What each payer owes, by the shares in force on 1 September of each academic year; in the order of levels and provinces, so that
/// the order of the lines decides nothing.
fn payers(state: &State, claim: &Claim, parts: &[ClaimPart]) -> Vec<ClaimPayer> {
    let kind = state.portfolios.get(claim.portfolio).kind;
    let mut payers: Vec<ClaimPayer> = Vec::new();
    for part in parts {
        for (payer, fen) in split_part(state, kind, claim.what, part) {
            let province = province_of(payer, part);
            match payers.iter_mut().find(|row| (row.payer, row.province) == (payer, province)) {
                Some(row) => row.owed += fen,
                None => payers.push(ClaimPayer { payer, province, owed: fen, ordered: 0, paid: 0 }),
            }
        }
    }
    payers.retain(|row| row.owed > 0);
    payers.sort_by_key(|row| (row.payer, row.province));
    payers
}

fn find(state: &State, id: Uuid) -> Result<(Handle<Claim>, &Claim), Refusal> {
    state.claims.by_id(id).ok_or(Refusal::of(Code::UnknownClaim, id))
}

/// An account of a claim.
pub(crate) fn account(claim: &Claim, class: Class) -> AccountNo {
    State::account_at(claim.accounts, class)
}

/// Makes the change; the number of what it is about, in the table that its kind says.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ClaimChange) -> Option<u32> {
    Some(match change {
        ClaimChange::Submit { event, lender, unit } => submit(state, entry, *event, lender, unit).number(),
        ClaimChange::Line(new) => line::apply(state, entry, *new).number(),
        ClaimChange::Seal { claim, payers } => {
            let row = state.claims.get_mut(claim);
            row.set.enter(Stage::Sealed, entry.principal, entry.event.effective);
            (row.payers, row.last) = (payers, entry.index);
            claim.number()
        }
        ClaimChange::Approve(settled) => {
            settle::apply(state, entry, &settled);
            settled.claim.number()
        }
        ClaimChange::Return { id, loan } => returned::apply(state, entry, id, loan).number(),
        gone => {
            withdrawn::apply(state, entry, gone);
            return None;
        }
    })
}

fn submit(
    state: &mut State,
    entry: &Entry<'_>,
    event: ClaimSubmitted,
    lender: Handle<Org>,
    unit: Handle<Org>,
) -> Handle<Claim> {
    let portfolio = open_portfolio(state, lender, event.kind, entry.index);
    let accounts = state.open_accounts(state.claims.next());
    state.claims.push(Claim {
        id: event.claim,
        number: event.number,
        portfolio,
        what: event.what,
        from: event.from,
        through: event.through,
        unit,
        supplementary: event.supplementary,
        set: Set::begun(entry.principal),
        confirmed: 0,
        set_off: 0,
        confirmed_count: 0,
        parts: Vec::new(),
        unplaced: BTreeMap::new(),
        payers: Vec::new(),
        returned: Vec::new(),
        from_advance: 0,
        from_stock: 0,
        gone: Gone::default(),
        unapproved: 0,
        accounts,
        last_line: Link::NONE,
        effective: entry.event.effective,
        last: entry.index,
    })
}
