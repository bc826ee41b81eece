//! Facts of a loan that name an organisation: a contract amended, days claimed before this ledger. Reports, never refused. What they
//! come to is in `amended` and `claimed`.

use super::amended::bears;
use super::change::LoanChange;
use super::claimed::Lines;
use super::contract::find_from;
use super::counting::is_before_contract;
use super::fact_list::{FACTS_MAX, FactEdit};
use super::facts::moved;
use crate::change::{Case, Change, Judged, NewFinding};
use crate::event::{ClaimedBefore, LoanAmended};
use crate::finding::FindingKind;
use crate::state::lending_rows::{Fact, What};
use uuid::Uuid;

pub(crate) fn judge_loan_amended(case: &Case<'_>, event: &LoanAmended) -> Judged<LoanChange> {
    let mut change = Change::nothing();
    let school: Option<_> = event.school.map(|school| change.org(case.state, school).handle);
    let LoanAmended { loan, repay_from, matures, .. } = *event;
    Ok(judge(case, change, loan, What::Amended { repay_from, matures, school: school.into() }))
}

/// The days through one are closed: their interest is posted, and what was confirmed for them is held against it like a line's.
pub(crate) fn judge_claimed_before(case: &Case<'_>, event: &ClaimedBefore) -> Judged<LoanChange> {
    let mut change = Change::nothing();
    let lender = change.org(case.state, event.lender).handle;
    let ClaimedBefore { kind, loan, what, through, fen, .. } = *event;
    Ok(judge(case, change, loan, What::ClaimedBefore { what, lender, kind, through, fen, bore: None }))
}

/// A fact that may name an organisation.
fn judge(case: &Case<'_>, change: Change<LoanChange>, id: Uuid, what: What) -> Change<LoanChange> {
    let (state, on, index) = (case.state, case.on(), case.entry.index);
    let found = find_from(state, id, change.next_account(state));
    if found.row.facts.len() >= FACTS_MAX {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, id));
    }
    let (mut fact, mut through) = (Fact { on, index, what }, found.row.through);
    if let What::ClaimedBefore { what, lender, kind, through: closed, fen, .. } = what
        && !is_before_contract(&found.row, on)
    {
        through = through.max(closed);
        let bare = FactEdit::insert(case, &found.row.facts, fact);
        let lines = Lines::with_facts(state, &found.row, bare.view(&found.row.facts));
        let bore = if fen == 0 { bears(state, &found.row, &lines, through, what) } else { None };
        fact.what = What::ClaimedBefore { what, lender, kind, through: closed, fen, bore };
    }
    let edit = FactEdit::insert(case, &found.row.facts, fact);
    let mut moved = moved(state, on, &found, edit, through);
    let Change { mut findings, unknown, mentions, .. } = change;
    findings.append(&mut moved.findings);
    Change { findings, unknown, mentions, ..moved }
}
