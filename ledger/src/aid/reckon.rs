//! What becomes of all that a bank told of one payment, in the order of its days: which credit pays it, which return undoes what, and
//! what stands in suspense. Numbers only: what that moves is in `payment_facts`.

use crate::finding::FindingKind;
use crate::money::{Day, Fen};
use crate::state::rows::ResultFact;
use crate::state::stage::{BankWord, Progress};

/// What a payment is for, as far as it decides what counts.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    pub fen: Fen,
    /// Whether its batch went to the bank.
    pub sent: bool,
}

/// What one thing told comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The bank's word that it does not know yet, or a credit that pays.
    Counts,
    /// A credit somebody accepted: it pays, with draws of its own.
    Accepted,
    /// A return of what was in transit, or of the credit at this place among the facts.
    Back(Option<usize>),
    /// A credit in suspense and the return that gave it back cancel out.
    Undone,
    /// On nobody's authority.
    Suspended(FindingKind),
    /// Taken back.
    Gone,
}

/// How a payment stands.
#[derive(Clone)]
pub(crate) struct Reckoned {
    /// One for each fact.
    pub roles: Vec<Role>,
    pub progress: Progress,
    pub reason: u8,
    /// Day of what it stands by.
    pub on: Day,
    /// Credits that pay it and did not come back, by their places.
    pub held: Vec<usize>,
}

/// Reckons the facts of a payment, which are in order; nothing is expected where nobody ordered it.
pub(crate) fn reckon(expected: Option<Expected>, facts: &[ResultFact]) -> Reckoned {
    let progress = Progress::Ordered;
    let mut so_far =
        Reckoned { roles: Vec::with_capacity(facts.len()), progress, reason: 0, on: Day::default(), held: Vec::new() };
    for at in 0..facts.len() {
        let role = so_far.next(expected, facts, at);
        so_far.roles.push(role);
    }
    so_far
}

impl Reckoned {
    fn next(&mut self, expected: Option<Expected>, facts: &[ResultFact], at: usize) -> Role {
        let fact = &facts[at];
        if fact.gone {
            return Role::Gone;
        }
        match fact.what {
            BankWord::Unknown => self.unknown(expected, fact),
            BankWord::Credited => self.credited(expected, fact, at),
            BankWord::Returned => self.returned(expected, facts, at),
        }
    }

    fn unknown(&mut self, expected: Option<Expected>, fact: &ResultFact) -> Role {
        if self.progress != Progress::Ordered || expected.is_none_or(|expected| !expected.sent) {
            return Role::Suspended(FindingKind::UnexpectedUnknown);
        }
        (self.progress, self.on) = (Progress::Unknown, fact.on);
        Role::Counts
    }

    fn credited(&mut self, expected: Option<Expected>, fact: &ResultFact, at: usize) -> Role {
        if fact.accepted.is_some() {
            self.pays(fact, at);
            return Role::Accepted;
        }
        let kind = match (expected, self.progress) {
            (None, _) => FindingKind::UnknownCredit,
            (_, Progress::Credited) => FindingKind::DoubleCredit,
            (_, Progress::Returned) => FindingKind::LateCredit,
            (Some(expected), _) if !expected.sent => FindingKind::EarlyCredit,
            (Some(expected), _) if fact.fen == expected.fen && fact.off == 0 => {
                self.pays(fact, at);
                return Role::Counts;
            }
            _ => FindingKind::AmountDiffers,
        };
        Role::Suspended(kind)
    }

    fn pays(&mut self, fact: &ResultFact, at: usize) {
        self.held.push(at);
        (self.progress, self.on, self.reason) = (Progress::Credited, fact.on, 0);
    }

    /// The bank takes back what it credited without authority, latest first; else the payment comes back.
    fn returned(&mut self, expected: Option<Expected>, facts: &[ResultFact], at: usize) -> Role {
        let fact = &facts[at];
        if fact.off == 0 && fact.fen > 0 {
            let credit = |place: &usize| {
                let (role, fact) = (self.roles[*place], &facts[*place]);
                fact.what == BankWord::Credited && fact.off == 0 && matches!(role, Role::Suspended(_))
            };
            let undone = (0..at).rev().filter(credit).find(|place| facts[*place].fen == fact.fen);
            if let Some(place) = undone {
                self.roles[place] = Role::Undone;
                return Role::Undone;
            }
        }
        let came = expected.filter(|expected| fact.off == 0 && fact.fen == expected.fen);
        let may = came.is_some_and(|expected| match self.progress {
            Progress::Credited => true,
            Progress::Ordered | Progress::Unknown => expected.sent,
            Progress::Returned => false,
        });
        if !may {
            return Role::Suspended(FindingKind::UnexpectedReturn);
        }
        let gave_back = self.held.pop();
        if self.held.is_empty() {
            (self.progress, self.on, self.reason) = (Progress::Returned, fact.on, fact.reason);
        }
        Role::Back(gave_back)
    }
}
