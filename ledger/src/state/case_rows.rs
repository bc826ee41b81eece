//! What people said of findings: who explained one and who closed it. Data only; who may is in `desk`.

use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::correction_rows::Correction;
use crate::state::entry_rows::Seen;
use crate::state::rows::Finding;
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was said of one finding. There is a row only where anything was.
#[derive(Clone, Serialize, Deserialize)]
pub struct FindingCase {
    /// The finding.
    pub finding: Handle<Finding>,
    /// Why it is as it is.
    pub explained: Option<CaseNote>,
    /// That it needs no more.
    pub closed: Option<CaseNote>,
    /// By how much there was too much when it was closed, or since, if that was less.
    pub beyond: Fen,
}

/// What one person said of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct CaseNote {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Document number of the decision; empty if there is none.
    pub document: String,
    /// The day.
    pub on: Day,
    /// The entry that says so.
    pub entry: Handle<Seen>,
}

/// How far a finding has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FindingStage {
    /// Nobody has said anything of it, or what it says came up anew since.
    Open,
    /// Somebody explained it; another may close it.
    Explained,
    /// Closed by a person.
    Closed,
    /// What is told now calls for it no more.
    Settled,
}

impl FindingStage {
    /// Its names: a stable one, and the Chinese one.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("open", "未结"),
            Self::Explained => ("explained", "已说明"),
            Self::Closed => ("closed", "已核结"),
            Self::Settled => ("settled", "已消除"),
        }
    }
}

impl Row for FindingCase {
    /// A finding is named by its number here, as no other state is asked.
    fn id(&self) -> Option<Uuid> {
        Some(case_id(self.finding))
    }
}

fn case_id(finding: Handle<Finding>) -> Uuid {
    Uuid::from_u128(u128::from(finding.number()) + 1)
}

impl State {
    /// What people said of a finding.
    #[must_use]
    pub fn case_of(&self, finding: Handle<Finding>) -> Option<&FindingCase> {
        self.case_at(finding).map(|at| self.finding_cases.get(at))
    }

    pub(crate) fn case_at(&self, finding: Handle<Finding>) -> Option<Handle<FindingCase>> {
        self.finding_cases.find(case_id(finding))
    }

    /// How far a finding has come.
    #[must_use]
    pub fn stage_of(&self, finding: Handle<Finding>) -> FindingStage {
        let row = self.findings.get(finding);
        match self.case_of(finding) {
            _ if !row.open => FindingStage::Settled,
            _ if row.closed => FindingStage::Closed,
            Some(FindingCase { explained: Some(_), closed: None, .. }) => FindingStage::Explained,
            _ => FindingStage::Open,
        }
    }

    /// How much money a finding is about: what stands in suspense because of it, what was disposed of in vain, what a correction lacks.
    #[must_use]
    pub fn money_of(&self, finding: Handle<Finding>) -> Fen {
        let row = self.findings.get(finding);
        match row.kind {
            _ if !row.open || row.fen != 0 => row.in_suspense(),
            FindingKind::ClearedInVain => self.off(row.fact).fen.saturating_abs(),
            FindingKind::CorrectedShort => self.corrected_missing(row),
            _ => 0,
        }
    }

    /// How much the correction that a finding is about lacks.
    pub(crate) fn corrected_missing(&self, row: &Finding) -> Fen {
        let told = self.corrected.by_id(row.subject).map(|(_, corrected)| &corrected.told[..]);
        let told = told.unwrap_or_default().iter().find(|told| told.entry == row.fact);
        told.map_or(0, Correction::missing)
    }

    /// A finding by the event id of the fact it is about or of the entry that opened it, by its kind and by what it is about; of
    /// several the first that is still to be settled.
    #[must_use]
    pub fn finding_named(&self, entry: Uuid, kind: FindingKind, subject: Uuid) -> Option<Handle<Finding>> {
        let at = self.seen.find(entry);
        let of_fact = self.doubts_of(subject).iter().copied().filter(|open| Some(self.findings.get(*open).fact) == at);
        let told = at.into_iter().flat_map(|at| self.findings_of(at.into())).map(|(at, _)| at);
        // What was opened of its money by another entry, as by that which took it back.
        let item = at.and_then(|at| self.held_by(at)).and_then(|(_, item)| item.handle());
        // What does not count is not found by its id.
        let beside = self.disputes.by_id(entry).into_iter().flat_map(|(_, dispute)| {
            dispute.versions.iter().map(|version| version.finding).chain(dispute.many.handle())
        });
        let is = |at: &Handle<Finding>| {
            let row = self.findings.get(*at);
            row.kind == kind && row.subject == subject
        };
        let named: Vec<_> = of_fact.chain(told).chain(item).chain(beside).filter(is).collect();
        named.iter().find(|at| self.findings.get(**at).stands()).or(named.first()).copied()
    }
}
