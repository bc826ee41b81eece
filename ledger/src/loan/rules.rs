//! Terms adopted, rates published, waivers noticed: what holds for many loans at once. Their effect on interest already
//! posted comes as a correction for each loan, as one entry cannot post for all.

use super::change::LoanChange;
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::entry::Entry;
use crate::event::conventions::MAY_RESUME;
use crate::event::loan_terms::{LoanTerms, MonthDay, Part};
use crate::event::{RatePublished, WaiverAdopted};
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::lending_rows::{AdoptedTerms, Fixing, LoanRules, Waiver};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A year's rate in millionths by which two fixings that follow each other may differ. The largest step so far is 1.08 % (27
/// November 2008); a slip of one digit is mostly more.
const JUMP_PPM: u32 = 15_000;

/// Days after a settlement on which its interest is collected at the latest: a walk remembers three settlements.
const COLLECTED_DAYS_MAX: u32 = 31;

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
        && terms.conventions.resumes.iter().all(|status| MAY_RESUME.contains(status))
        && terms.conventions.collected_days <= COLLECTED_DAYS_MAX
}

/// A rate far from its neighbours is booked as published, and somebody should look at it: see [`jumps`].
pub(crate) fn judge_rate_published(_: &Case<'_>, event: &RatePublished) -> Judged<LoanChange> {
    let mut change = Change::of(LoanChange::Rate(event.clone()));
    change.touched.push(Touched::Rates);
    Ok(change)
}

/// The entries of rates that are far from the one before, with their days.
pub(crate) fn jumps(state: &State) -> BTreeSet<(u64, Day)> {
    let far = |one: &Fixing, other: &Fixing| one.rate_ppm.abs_diff(other.rate_ppm) > JUMP_PPM;
    let mut jumps = BTreeSet::new();
    for fixings in state.loan_rules().into_iter().flat_map(|rules| &rules.rates) {
        let mut beside: Option<&Fixing> = None;
        for pair in fixings.windows(2) {
            // After a slip the next one is held against the one before it.
            let before = beside.take().filter(|before| !far(before, &pair[1])).unwrap_or(&pair[0]);
            if far(before, &pair[1]) {
                jumps.insert((pair[1].index, pair[1].on));
                beside = Some(before);
            }
        }
    }
    jumps
}

/// Terms, a rate or a waiver no longer hold, from the day on which they did; what loans posted by them is adjusted like after
/// any late rule.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<LoanChange> {
    let index = taken.index();
    let Some(rules) = case.state.loan_rules() else { return Ok(Change::nothing()) };
    let terms = rules.terms.iter().flatten().filter(|adopted| adopted.index == index).map(|adopted| adopted.from);
    let rates = rules.rates.iter().flatten().filter(|fixing| fixing.index == index).map(|fixing| fixing.on);
    let waivers = rules.waivers.iter().filter(|waiver| waiver.index == index).map(|waiver| waiver.from);
    if let Some(day) = terms.chain(rates).chain(waivers).next() {
        taken.on(case, day)?;
    }
    let mut change = Change::of(LoanChange::RuleGone { told_by: index });
    change.touched.push(Touched::Rates);
    Ok(change)
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
    let from = entry.event.effective;
    let WaiverAdopted { year, graduated_through, document, who, covers_arrears } = event;
    let waivers = &mut rules(state, index).waivers;
    // Of two notices of one year the later day counts, of one day the later number, whatever the order in which they were told.
    let at = waivers.partition_point(|waiver| (waiver.from, &waiver.document) <= (from, &document));
    waivers.insert(at, Waiver { year, graduated_through, document, who, covers_arrears, from, index });
}

/// Takes out what an entry told.
pub(super) fn forget(state: &mut State, index: u64, told_by: u64) {
    let rules = rules(state, index);
    rules.terms.iter_mut().for_each(|terms| terms.retain(|adopted| adopted.index != told_by));
    rules.rates.iter_mut().for_each(|fixings| fixings.retain(|fixing| fixing.index != told_by));
    rules.waivers.retain(|waiver| waiver.index != told_by);
}
