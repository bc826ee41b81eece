//! Open findings that follow from the facts of a thing, by its id. Data only; who decides is in `fold::follow`.

use crate::event::KindTag;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::Fen;
use crate::state::State;
use crate::state::clearing_rows::Cleared;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Finding, Org, Person};
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The open findings about one thing that are looked at again whenever something else is told of it. There is a row only where
/// there ever was one, so that no loan or card pays for it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Doubt {
    /// What they are about.
    pub id: Uuid,
    /// The open ones, as they came.
    pub open: Vec<Handle<Finding>>,
}

impl Row for Doubt {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl Finding {
    /// Whether it is still to be settled: what is told calls for it, and nobody closed it.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.open && !self.closed
    }

    /// What is told calls for it again. One that was settled meanwhile is open, whoever had closed it.
    pub(crate) fn come_up(&mut self) {
        if !self.open {
            (self.open, self.closed) = (true, false);
        }
    }

    /// How much money stands in suspense because of it, whichever way it went.
    #[must_use]
    pub fn in_suspense(&self) -> Fen {
        self.fen.saturating_abs()
    }
}

impl State {
    /// The findings an entry opened: findings are numbered in the order of entries.
    pub(crate) fn findings_of(&self, index: u64) -> impl Iterator<Item = (Handle<Finding>, &Finding)> {
        let first = self.findings.partition_point(|finding| finding.index < index);
        self.findings.from(first).take_while(move |(_, finding)| finding.index == index)
    }

    /// The open findings that follow from what is told of a thing.
    pub(crate) fn doubts_of(&self, id: Uuid) -> &[Handle<Finding>] {
        self.doubts.by_id(id).map_or(&[], |(_, row)| &row.open)
    }

    /// From now on this finding follows from what is told of the thing it is about.
    pub(crate) fn doubt(&mut self, id: Uuid, finding: Handle<Finding>) {
        let at = self.doubts.find(id).unwrap_or_else(|| self.doubts.push(Doubt { id, open: Vec::new() }));
        self.doubts.get_mut(at).open.push(finding);
    }

    /// Closes these of a thing's findings.
    pub(crate) fn end_doubts(&mut self, id: Uuid, ended: &[Handle<Finding>]) {
        let Some(at) = self.doubts.find(id).filter(|_| !ended.is_empty()) else { return };
        self.doubts.get_mut(at).open.retain(|finding| !ended.contains(finding));
        for finding in ended {
            self.findings.get_mut(*finding).open = false;
        }
    }

    /// What somebody must look at before all that an entry says counts: open findings that it opened, those that say of what it
    /// names that nobody registered it, and those that say of a decision that it has come to nothing.
    #[must_use]
    pub fn waiting(&self, entry: Handle<Seen>) -> BTreeSet<Handle<Finding>> {
        let index = u64::from(entry);
        // What it found of another entry's fact is that one's.
        let its = self.findings_of(index).filter(|(_, row)| row.fact == entry).map(|(at, _)| at);
        let mut waiting: BTreeSet<_> = its.chain(self.beside(self.seen.get(entry), entry)).collect();
        waiting.retain(|finding| self.findings.get(*finding).stands());
        waiting
    }

    /// Of those about a thing, those that a fact of it calls for by itself.
    fn doubts_about(&self, id: Uuid, fact: Handle<Seen>) -> impl Iterator<Item = Handle<Finding>> {
        self.doubts_of(id).iter().copied().filter(move |at| self.findings.get(*at).fact == fact)
    }

    /// The payment that an entry told a result of, to a student or to a lender, or the voucher.
    fn told_of_by(&self, entry: Handle<Seen>) -> Option<Uuid> {
        let seen = self.seen.get(entry);
        match seen.kind {
            kind if kind.tells_result() => self.payment_told_of(seen.subject),
            KindTag::RemittanceCleared | KindTag::RemittanceReturned => {
                self.remitted.handle(seen.subject).map(|at| self.remitted.get(at).id)
            }
            kind if kind.tells_voucher() => self.vouchers.handle(seen.subject).map(|at| self.vouchers.get(at).id),
            _ => None,
        }
    }

    /// What was decided before its ground is found by whichever of both came last.
    fn decided_before(&self, decision: Uuid, entry: Handle<Seen>) -> impl Iterator<Item = Handle<Finding>> {
        let about = self.decided.by_id(decision).map(|(_, row)| &row.about[..]).unwrap_or_default();
        about.iter().flat_map(move |id| self.doubts_about(*id, entry))
    }

    /// Those about money that a decision disposed of: that it would not stand in suspense, or that there is less of it.
    fn beside_decision(&self, row: &Cleared) -> Vec<Handle<Finding>> {
        let mut found = Vec::new();
        for item in [Some(row.item), row.other.handle()].into_iter().flatten() {
            found.extend(self.told_of_by(item).into_iter().flat_map(|id| self.doubts_about(id, item)));
            let held = self.held_by(item).and_then(|(_, held)| held.handle());
            found.extend(held.filter(|at| self.findings.get(*at).kind == FindingKind::ClearedInVain));
        }
        found
    }

    /// The findings that others opened: of what an entry names that nobody registered it, of what it decided that it moves nothing or is
    /// in vain.
    fn beside(&self, seen: &Seen, entry: Handle<Seen>) -> Vec<Handle<Finding>> {
        let of_person = |person: Handle<Person>| self.persons.get(person).unregistered.handle();
        let of_org =
            |org: Handle<Org>| Some(self.orgs.get(org)).filter(|row| !row.known).and_then(|row| row.early.handle());
        let mut found: Vec<_> = self.decided_before(seen.id, entry).collect();
        found.extend(self.told_of_by(entry).into_iter().flat_map(|id| self.doubts_about(id, entry)));
        match seen.kind {
            KindTag::StatusChanged => {
                let Some(person) = self.persons.handle(seen.subject) else { return found };
                found.extend(of_person(person));
                let standing = self.persons.get(person).statuses.iter().find(|standing| standing.entry == entry);
                found.extend(standing.and_then(|standing| of_org(standing.school)));
            }
            KindTag::CardBound | KindTag::CardReplaced => {
                let uses = self.cards.handle(seen.subject).map(|card| &self.cards.get(card).uses);
                let told = uses.into_iter().flatten().find(|fact| fact.entry == entry);
                found.extend(told.and_then(|fact| of_person(fact.person)));
            }
            KindTag::OrgRenamed | KindTag::OrgRegistered => {
                let org = self.orgs.handle(seen.subject);
                let parent = org.and_then(|org| self.orgs.get(org).parent.handle());
                found.extend([org, parent].into_iter().flatten().filter_map(of_org));
            }
            KindTag::DrawsCorrected => {
                let corrected = self.corrected.handle(seen.subject).map(|at| self.corrected.get(at).id);
                found.extend(corrected.into_iter().flat_map(|id| self.doubts_about(id, entry)));
            }
            KindTag::SuspenseCleared => {
                let row = self.clearings.handle(seen.subject).map(|at| self.clearings.get(at));
                found.extend(row.into_iter().flat_map(|row| self.beside_decision(row)));
            }
            KindTag::RecoveryReceived | KindTag::RecoveryWaived | KindTag::RefundPaid => {
                let debt = self.debts.handle(seen.subject).map(|at| self.debts.get(at).id);
                found.extend(debt.into_iter().flat_map(|id| self.doubts_about(id, entry)));
            }
            kind if kind.tells_result() => {
                let payment = self.payment_told_of(seen.subject);
                // That it pays an instalment once more is found of the award.
                let award = payment.and_then(|id| self.payouts.by_id(id)).map(|(_, row)| self.awards.get(row.award).id);
                found.extend(award.into_iter().flat_map(|id| self.doubts_about(id, entry)));
                let told = payment.and_then(|id| self.results.by_id(id));
                let fact = told.and_then(|(_, row)| row.facts.iter().find(|fact| fact.entry == entry));
                found.extend(fact.and_then(|fact| fact.item.handle()));
            }
            kind if kind.is_about_loan() => {
                let Some(loan) = self.loans.handle(seen.subject) else { return found };
                let row = self.loans.get(loan);
                if !row.known {
                    let unknown = |at: &Handle<Finding>| self.findings.get(*at).kind == FindingKind::UnknownSubject;
                    found.extend(self.doubts_of(row.id).iter().copied().filter(unknown));
                } else if row.signed_by == entry {
                    found.extend(row.person.handle().and_then(of_person));
                    let lender = self.portfolios.get(row.portfolio).lender;
                    found.extend([row.school, lender].into_iter().filter_map(of_org));
                }
            }
            _ => {}
        }
        found
    }
}
