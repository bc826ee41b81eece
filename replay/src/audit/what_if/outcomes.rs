//! Entries that come out otherwise: before, after, and whether the hypothesis itself decides so or an earlier difference.

use ledger::account::AccountNo;
use ledger::handle::Handle;
use std::collections::BTreeMap;

use ledger::finding::FindingKind;
use ledger::money::{Day, Fen};
use ledger::outcome::{Code, Outcome};
use ledger::state::State;

/// What came of an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Posted.
    Posted,
    /// A repetition.
    Duplicate,
    /// Refused for this reason.
    Refused(Code),
}

impl Verdict {
    /// What an outcome is.
    #[must_use]
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Posted { .. } => Self::Posted,
            Outcome::Duplicate { .. } => Self::Duplicate,
            Outcome::Refused(refusal) => Self::Refused(refusal.code),
        }
    }

    /// `posted`, `duplicate`, or the stable name of the refusal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Duplicate => "duplicate",
            Self::Refused(code) => code.name(),
        }
    }

    /// The same as officials read it.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Posted => "已入账",
            Self::Duplicate => "重复",
            Self::Refused(code) => code.sentence().0,
        }
    }
}

/// Why an entry comes out otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// By the other policy alone: with everything before it as it was, it would come out otherwise too.
    Policy,
    /// It leans on something that came out otherwise, or was left out.
    Consequence,
}

impl Cause {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Consequence => "consequence",
        }
    }
}

/// In what it differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DiffersIn {
    /// Posted or refused, or refused for another reason.
    Verdict,
    /// Posted both times, with other postings.
    Postings,
    /// Posted both times, with the same postings and other findings.
    Findings,
}

impl DiffersIn {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Postings => "postings",
            Self::Findings => "findings",
        }
    }
}

/// An entry that comes out otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChangedEntry {
    /// Its index.
    pub index: u64,
    /// Kind of its event, by its stable name.
    pub kind: &'static str,
    /// What came of it.
    pub before: Verdict,
    /// What would have. Of two reasons the one of the policy itself.
    pub after: Verdict,
    /// In what it differs.
    pub sort: DiffersIn,
    /// Why.
    pub cause: Cause,
}

/// How many entries came out otherwise in one and the same way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ChangeKey {
    /// Why.
    pub cause: Cause,
    /// In what they differ.
    pub sort: DiffersIn,
    /// Kind of their events.
    pub kind: &'static str,
    /// What came of them.
    pub before: Verdict,
    /// What would have.
    pub after: Verdict,
}

/// All entries that come out otherwise.
#[derive(Clone, Default, Debug)]
pub struct OutcomeChanges {
    /// How many there are.
    pub count: u64,
    /// How many in which way.
    pub counts: BTreeMap<ChangeKey, u64>,
    /// The first of them, those of the policy itself apart from consequences, so that many of these hide none of those.
    pub first: [Vec<ChangedEntry>; 2],
}

impl OutcomeChanges {
    pub(super) fn note(&mut self, different: ChangedEntry, limit: usize) {
        let ChangedEntry { kind, before, after, sort, cause, .. } = different;
        self.count += 1;
        *self.counts.entry(ChangeKey { cause, sort, kind, before, after }).or_default() += 1;
        let list = &mut self.first[cause as usize];
        if list.len() < limit {
            list.push(different);
        }
    }

    /// How many the policy itself decides otherwise.
    #[must_use]
    pub fn own(&self) -> u64 {
        self.counts.iter().filter(|(key, _)| key.cause == Cause::Policy).map(|(_, count)| count).sum()
    }
}

/// In what two outcomes of one entry differ, each given with the state after it; `None` if in nothing. Accounts and findings are
/// numbered as they were opened, which the two states may have done in another order, so what they mean is compared.
pub(super) fn differ(before: (&State, &Outcome), after: (&State, &Outcome)) -> Option<DiffersIn> {
    if Verdict::of(before.1) != Verdict::of(after.1) {
        return Some(DiffersIn::Verdict);
    }
    let (Outcome::Posted { postings: one, findings: these }, Outcome::Posted { postings: other, findings: those }) =
        (before.1, after.1)
    else {
        return None;
    };
    if one != other && money(before) != money(after) {
        return Some(DiffersIn::Postings);
    }
    let same = these.len() == those.len() && kinds(before.0, these) == kinds(after.0, those);
    if same { None } else { Some(DiffersIn::Findings) }
}

/// Whether findings differ in what a policy decides, rather than in what was there.
pub(super) fn rule_broken(before: (&State, &Outcome), after: (&State, &Outcome)) -> bool {
    let rules = |(state, outcome): (&State, &Outcome)| -> Vec<FindingKind> {
        let Outcome::Posted { findings, .. } = outcome else { return Vec::new() };
        kinds(state, findings).into_iter().filter(|kind| is_rule(*kind)).collect()
    };
    rules(before) != rules(after)
}

fn is_rule(kind: FindingKind) -> bool {
    use FindingKind::{AllocationDiffers, NoTerms, OffCycle, OverCeiling, OverTerm, Policy, ShortGrace};
    matches!(kind, Policy(_) | NoTerms | OverTerm | ShortGrace | OverCeiling | AllocationDiffers | OffCycle)
}

fn kinds(state: &State, findings: &[u32]) -> Vec<FindingKind> {
    findings.iter().map(|number| state.findings.get(Handle::new(*number)).kind).collect()
}

/// What moved, from and to which classes of accounts.
fn money((state, outcome): (&State, &Outcome)) -> Vec<(&'static str, &'static str, Fen, Day)> {
    let Outcome::Posted { postings, .. } = outcome else { return Vec::new() };
    let class = |account: AccountNo| state.accounts.get(account).class.name();
    let mut money: Vec<_> =
        postings.iter().map(|row| (class(row.debit), class(row.credit), row.fen, row.booked)).collect();
    money.sort_unstable();
    money
}
