//! Terms adopted, rates published, waivers noticed: what holds for many loans at once. Their effect on interest already
//! posted comes as a correction for each loan, as one entry cannot post for all.

use super::change::LoanChange;
use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::loan_terms::{LoanTerms, MonthDay, Part};
use crate::event::{RatePublished, WaiverAdopted};
use crate::handle::Handle;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::lending_rows::{AdoptedTerms, Fixing, LoanRules, Waiver};
use uuid::Uuid;

/// A whole in millionths.
const WHOLE: u64 = 1_000_000;

pub(crate) fn judge_loan_terms_adopted(case: &Case<'_>, terms: &LoanTerms) -> Judged<LoanChange> {
    let known = case.state.loan_rules().map_or(&[][..], |rules| &rules.terms[terms.kind as usize]);
    if known.iter().any(|adopted| adopted.terms.version == terms.version) {
        return Err(Refusal::with(Code::PolicyNotNewer, Uuid::nil(), i64::from(terms.version)));
    }
    if !is_sound(terms) {
        return Err(Refusal::plain(Code::BadShape));
    }
    Ok(Change::of(LoanChange::Terms(Box::new(terms.clone()))))
}

fn is_sound(terms: &LoanTerms) -> bool {
    let whole = |parts: &[Part]| parts.iter().map(|part| u64::from(part.ppm)).sum::<u64>() == WHOLE;
    let day = |day: MonthDay| (1..=12).contains(&day.month) && (1..=31).contains(&day.day);
    let shares = terms.subsidy.iter().chain(&terms.waiver).chain(&terms.risk);
    day(terms.reset)
        && day(terms.settlement)
        && day(terms.risk_year)
        && shares.into_iter().all(|shares| whole(&shares.parts))
        && (terms.shortfall.is_empty() || whole(&terms.shortfall))
        && terms.default_bands.iter().all(|band| u64::from(band.part_ppm) <= WHOLE)
        && terms.default_bands.windows(2).all(|pair| pair[0].up_to_ppm < pair[1].up_to_ppm)
}

pub(crate) fn judge_rate_published(_: &Case<'_>, event: &RatePublished) -> Judged<LoanChange> {
    Ok(Change::of(LoanChange::Rate(event.clone())))
}

pub(crate) fn judge_waiver_adopted(_: &Case<'_>, event: &WaiverAdopted) -> Judged<LoanChange> {
    Ok(Change::of(LoanChange::Waiver(event.clone())))
}

/// The rules, to be changed by the entry of this index.
fn rules(state: &mut State, index: u64) -> &mut LoanRules {
    if state.loan_rules.is_empty() {
        state.loan_rules.push(LoanRules::default());
    }
    let rules = state.loan_rules.get_mut(Handle::new(0));
    rules.last = index;
    rules
}

pub(super) fn adopt(state: &mut State, entry: &Entry<'_>, terms: LoanTerms) {
    let (index, from) = (entry.index, entry.event.effective);
    let kind = terms.kind as usize;
    rules(state, index).terms[kind].push(AdoptedTerms { from, index, terms });
}

pub(super) fn publish(state: &mut State, entry: &Entry<'_>, event: &RatePublished) {
    let (index, on) = (entry.index, entry.event.effective);
    let fixings = &mut rules(state, index).rates[event.index as usize];
    let at = fixings.partition_point(|fixing| fixing.on <= on);
    fixings.insert(at, Fixing { on, index, rate_ppm: event.rate_ppm });
}

pub(super) fn waive(state: &mut State, entry: &Entry<'_>, event: WaiverAdopted) {
    let index = entry.index;
    let WaiverAdopted { year, graduated_through, document } = event;
    rules(state, index).waivers.push(Waiver { year, graduated_through, document, index });
}
