//! Two states folded in step from one reading of the record: one as it is, one under the hypothesis. Here is what each entry
//! becomes on either side; sums over the two states are made afterwards.

use ledger::handle::Handle;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ledger::entry::Entry;
use ledger::event::{Event, Kind};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::lending_rows::AdoptedTerms;
use ledger::state::rows::Programme;
use ledger::state::stage::AdoptedPolicy;

use uuid::Uuid;

use super::error::WhatIfError;
use super::figures::Lines;
use super::hypothesis::{Hypothesis, HypothesisError, Subject, Without, subject};
use super::outcomes::{Cause, ChangedEntry, DiffersIn, OutcomeChanges, Verdict, differ, rule_broken};
use crate::engine::catch_up::each_entry;
use crate::engine::folded::{folded, withheld};
use crate::engine::{EngineError, Options};

/// What was seen on the way.
#[derive(Default)]
pub(super) struct Folded {
    pub withheld: Vec<u64>,
    pub outcomes: OutcomeChanges,
    pub lines: Lines,
}

/// Folds both states over the whole record.
pub(super) fn fold_both(
    options: &Options,
    hypothesis: &Hypothesis,
    limit: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<(State, State, Folded), WhatIfError> {
    hypothesis.check()?;
    let mut pair = Pair::new(hypothesis, limit);
    let mut misfit = None;
    each_entry(options, progress, &mut |entry| match pair.take(&entry) {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(WhatIfError::Engine(error)) => Err(error),
        Err(WhatIfError::Hypothesis(error)) => {
            misfit = Some(error);
            Ok(ControlFlow::Break(()))
        }
    })?;
    match misfit {
        Some(error) => Err(error.into()),
        None => Ok(pair.end()?),
    }
}

/// Where both states keep the versions that differ, so that judging can be asked with the one or the other.
#[derive(Clone, Copy)]
enum Place {
    Programme { as_is: Handle<Programme>, changed: Handle<Programme> },
    Terms(usize),
}

pub(super) struct Pair<'a> {
    hypothesis: &'a Hypothesis,
    limit: usize,
    as_is: State,
    changed: State,
    places: Vec<Place>,
    replaced: BTreeSet<Subject>,
    /// The entries of the record whose versions others stand in for.
    stood_in: BTreeSet<Uuid>,
    /// Subjects the record adopts, for the message that it never adopts another.
    adopts: BTreeSet<Subject>,
    met: BTreeSet<Without>,
    folded: Folded,
}

impl<'a> Pair<'a> {
    pub(super) fn new(hypothesis: &'a Hypothesis, limit: usize) -> Self {
        let (as_is, changed) = (State::default(), State::default());
        let (replaced, stood_in, adopts, met) = Default::default();
        let folded = Folded::default();
        Self { hypothesis, limit, as_is, changed, places: Vec::new(), replaced, stood_in, adopts, met, folded }
    }

    /// Folds the next entry on both sides.
    pub(super) fn take(&mut self, entry: &Entry<'_>) -> Result<(), WhatIfError> {
        if self.is_left_out(entry) {
            let _ = folded(&mut self.as_is, entry)?;
            self.folded.withheld.push(entry.index);
            return Ok(withheld(&mut self.changed, entry)?);
        }
        if let Some(subject) = subject(&entry.event.kind) {
            if self.hypothesis.versions.contains_key(&subject) {
                return self.replace(entry, subject);
            }
            self.adopts.insert(subject);
        }
        // What stands in for a version that was taken back stays: it is what is asked about.
        if self.takes_back_replaced(entry) {
            let _ = folded(&mut self.as_is, entry)?;
            return Ok(withheld(&mut self.changed, entry)?);
        }
        let own = self.by_policy_alone(entry)?;
        let before = folded(&mut self.as_is, entry)?;
        let after = folded(&mut self.changed, entry)?;
        self.note(entry, own.as_ref(), &before, &after);
        Ok(())
    }

    /// Whether an entry takes a version back of which the file holds others.
    fn takes_back_replaced(&self, entry: &Entry<'_>) -> bool {
        let Kind::EntryWithdrawn(event) = &entry.event.kind else { return false };
        self.stood_in.contains(&event.entry)
    }

    /// Both states at the end of the record.
    pub(super) fn end(self) -> Result<(State, State, Folded), HypothesisError> {
        if let Some(subject) = self.hypothesis.versions.keys().find(|subject| !self.replaced.contains(subject)) {
            let adopts = self.adopts.iter().chain(&self.replaced).map(ToString::to_string).collect();
            return Err(HypothesisError::NeverAdopted { subject: subject.to_string(), adopts });
        }
        if let Some(entry) = self.hypothesis.without.difference(&self.met).next() {
            return Err(HypothesisError::NoEntry { entry: *entry, entries: self.as_is.entries });
        }
        Ok((self.as_is, self.changed, self.folded))
    }

    fn is_left_out(&mut self, entry: &Entry<'_>) -> bool {
        let names = [Without::Index(entry.index), Without::Event(entry.event.id)];
        let named = names.into_iter().filter(|name| self.hypothesis.without.contains(name));
        let found: Vec<Without> = named.collect();
        self.met.extend(&found);
        !found.is_empty()
    }

    /// Where the record adopts a version first, the file's versions are adopted, all of them; later ones are passed over.
    fn replace(&mut self, entry: &Entry<'_>, subject: Subject) -> Result<(), WhatIfError> {
        let before = folded(&mut self.as_is, entry)?;
        self.stood_in.insert(entry.event.id);
        let versions = self.hypothesis.versions.get(&subject).map_or(&[][..], Vec::as_slice);
        let (Outcome::Posted { .. }, false, Some((first, rest))) =
            (&before, self.replaced.contains(&subject), versions.split_first())
        else {
            return Ok(withheld(&mut self.changed, entry)?);
        };
        let event = Event { effective: first.effective, kind: first.kind.clone(), ..*entry.event };
        let after = folded(&mut self.changed, &Entry { event: &event, ..*entry })?;
        if let Outcome::Refused(refusal) = after {
            let (subject, why) = (subject.to_string(), refusal.code.sentence().1);
            return Err(HypothesisError::Unsound { subject, why }.into());
        }
        for version in rest {
            adopt(&mut self.changed, entry.index, version);
        }
        self.places.extend(self.place(&subject));
        self.replaced.insert(subject);
        Ok(())
    }

    fn place(&self, subject: &Subject) -> Option<Place> {
        match subject {
            Subject::Programme(code) => {
                let (as_is, changed) = (self.as_is.programme(code)?, self.changed.programme(code)?);
                Some(Place::Programme { as_is, changed })
            }
            Subject::Terms(kind) => Some(Place::Terms(*kind)),
        }
    }

    /// What the entry would become with everything before it as it was and only the policy another. It tells what the policy
    /// decides by itself from what follows from other differences.
    fn by_policy_alone(&mut self, entry: &Entry<'_>) -> Result<Option<Outcome>, EngineError> {
        if self.places.is_empty() {
            return Ok(None);
        }
        self.swap_versions();
        let outcome = self.as_is.dry_run(entry);
        self.swap_versions();
        outcome.map(Some).map_err(|halt| EngineError::unreadable(entry.index, &halt))
    }

    fn swap_versions(&mut self) {
        let (one, other) = (&mut self.as_is, &mut self.changed);
        for place in &self.places {
            match *place {
                Place::Programme { as_is, changed } => {
                    let (one, other) = (one.programmes.get_mut(as_is), other.programmes.get_mut(changed));
                    std::mem::swap(&mut one.versions, &mut other.versions);
                }
                Place::Terms(kind) => {
                    let (one, other) =
                        (one.loan_rules.get_mut(Handle::new(0)), other.loan_rules.get_mut(Handle::new(0)));
                    std::mem::swap(&mut one.terms[kind], &mut other.terms[kind]);
                }
            }
        }
    }

    fn note(&mut self, entry: &Entry<'_>, own: Option<&Outcome>, before: &Outcome, after: &Outcome) {
        let (one, other) = ((&self.as_is, before), (&self.changed, after));
        let sort = differ(one, other);
        let by_rule = !self.places.is_empty() && sort == Some(DiffersIn::Findings) && rule_broken(one, other);
        let cause =
            if by_rule || own.is_some_and(|own| decides(own, before)) { Cause::Policy } else { Cause::Consequence };
        let (was, mut is) = (Verdict::of(before), Verdict::of(after));
        if let (Some(Outcome::Refused(refusal)), Verdict::Refused(_), Cause::Policy) = (own, is, cause) {
            is = Verdict::Refused(refusal.code);
        }
        if let Kind::RosterLineAdded(line) = &entry.event.kind {
            let own = sort.is_some() && cause == Cause::Policy;
            self.folded.lines.note(&self.as_is, &self.changed, line, [was, is], own);
        }
        if let Some(sort) = sort {
            let (index, kind) = (entry.index, entry.event.kind.name());
            let different = ChangedEntry { index, kind, before: was, after: is, sort, cause };
            self.folded.outcomes.note(different, self.limit);
        }
    }
}

/// Whether the policy alone makes another outcome. A dry run gives no findings; see `rule_broken`.
fn decides(own: &Outcome, before: &Outcome) -> bool {
    match (own, before) {
        (Outcome::Posted { postings: one, .. }, Outcome::Posted { postings: other, .. }) => one != other,
        _ => Verdict::of(own) != Verdict::of(before),
    }
}

/// Adopts a further version at the entry that adopted the first, as one entry cannot adopt two.
fn adopt(state: &mut State, index: u64, version: &Event) {
    let from = version.effective;
    match &version.kind {
        Kind::PolicyAdopted(policy) => {
            if let Some(handle) = state.programme(&policy.programme) {
                let policy = (**policy).clone();
                state.programmes.get_mut(handle).versions.push(AdoptedPolicy { from, index, policy });
            }
        }
        Kind::LoanTermsAdopted(terms) => {
            let terms = (**terms).clone();
            state.loan_rules.get_mut(Handle::new(0)).terms[terms.kind as usize].push(AdoptedTerms {
                from,
                index,
                terms,
            });
        }
        _ => {}
    }
}
