//! Tells the ledger and the model the same things, and does what the job does: brings a loan's interest to a day.

use super::book::Book;
use super::slips::slipped;
use crate::desk::{numbered, say};
use crate::history::Chance;
use ledger::event::{EntryWithdrawn, Event, Interest, InterestAccrued, InterestAdjusted, Kind, Reason};
use ledger::loan::accrual::due;
use ledger::money::Day;
use ledger::outcome::{Code, Now, Outcome};
use ledger::state::State;
use ledger::state::lending_rows::Loan;
use uuid::Uuid;

/// One history in the telling.
#[derive(Default)]
pub struct Teller {
    /// What the ledger makes of it.
    pub state: State,
    /// What the model was told.
    pub book: Book,
    /// Everything said: who, and what.
    pub said: Vec<(String, Event)>,
    /// Refusals met on the way, by code.
    pub refused: Vec<Code>,
    cause: Uuid,
    made: usize,
}

impl Teller {
    /// Says something to both, as the bank. The model hears what the ledger took.
    pub fn tell(&mut self, event: &Event) -> Outcome {
        self.tell_as("行", event)
    }

    fn tell_as(&mut self, who: &str, event: &Event) -> Outcome {
        let general = matches!(
            event.kind,
            Kind::LoanTermsAdopted(_)
                | Kind::RatePublished(_)
                | Kind::WaiverAdopted(_)
                | Kind::StatusChanged(_)
                | Kind::PersonMerged(_)
                | Kind::EntryWithdrawn(_)
        );
        if general {
            self.cause = event.id;
        }
        self.said.push((who.to_owned(), event.clone()));
        let index = self.state.seen.next().number();
        let outcome = match say(&mut self.state, who, event) {
            Ok(outcome) => outcome,
            Err(halt) => panic!("{halt}"),
        };
        if matches!(outcome, Outcome::Posted { .. }) && self.state.seen.find(event.id) == self.state.seen.handle(index)
        {
            self.book.tell(event);
        }
        outcome
    }

    /// Says something new.
    pub fn say(&mut self, effective: Day, kind: Kind) -> Outcome {
        self.say_as("行", effective, kind)
    }

    /// Says something new, as somebody: where the source's number is taken, under another one.
    pub fn say_as(&mut self, who: &str, effective: Day, kind: Kind) -> Outcome {
        self.made += 1;
        let mut event = Event::said(effective, kind);
        if self.state.seen.find(event.id).is_some() {
            event = Event::said(effective, numbered(event.kind, format_args!("第{}号", self.made)));
        }
        self.tell_as(who, &event)
    }

    /// The last event that may have changed interest already posted.
    #[must_use]
    pub fn cause(&self) -> Uuid {
        self.cause
    }

    /// Takes something back, as a mistake, and tells it again as the next edition. False if nothing of it counts any more.
    ///
    /// # Panics
    /// If it cannot be taken back, whatever was told since, or told again.
    pub fn correct(&mut self, event: &Event) -> bool {
        self.take_back(event) && {
            self.tell_next(event, event);
            true
        }
    }

    /// Tells something with a slip of the pen; what was told, to be taken back. A slip that would make it another of these facts is
    /// left out, as then that one would be told otherwise.
    pub fn slip(&mut self, chance: &mut Chance, event: &Event, facts: &[Event]) -> Option<Event> {
        let (effective, kind) = slipped(chance, event);
        let slip = Event::said(effective, kind);
        if slip.id != event.id && facts.iter().any(|fact| fact.id == slip.id) {
            return None;
        }
        let _ = self.tell(&slip);
        Some(slip)
    }

    /// Tells something as the next edition of what was taken back.
    ///
    /// # Panics
    /// If it is not taken.
    pub fn tell_next(&mut self, before: &Event, event: &Event) {
        let next = Event::said_as(before.edition + 1, event.effective, event.kind.clone());
        let outcome = self.tell(&next);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{next:?} gave {outcome:?}");
    }

    /// Takes something back, as a mistake. False if nothing of it counts any more.
    ///
    /// # Panics
    /// If it cannot be taken back, whatever was told since.
    pub fn take_back(&mut self, event: &Event) -> bool {
        let counts = self.state.seen.by_id(event.id).is_some_and(|(_, seen)| seen.now() == Now::Counts);
        if counts {
            let withdrawn =
                EntryWithdrawn { entry: event.id, content: 0, reason: Reason::Mistyped, document: "更正".into() };
            self.posted(event.effective, Kind::EntryWithdrawn(withdrawn));
        }
        counts
    }

    /// A loan as the ledger has it.
    #[must_use]
    pub fn loan(&self, id: Uuid) -> Option<Loan> {
        self.state.loans.by_id(id).map(|(_, row)| row.clone()).filter(|row| row.known)
    }

    /// Posts what is due of a loan through a day, as the job does. False if nothing is, or nothing can be known yet.
    pub fn bring(&mut self, id: Uuid, through: Day) -> bool {
        self.bring_doubted(id, through, false)
    }

    /// The same, each figure said wrong by a fen first, of an earlier entry, and too early: all of it turned away.
    ///
    /// # Panics
    /// If the ledger takes a wrong figure or refuses the right one.
    pub fn bring_doubted(&mut self, id: Uuid, through: Day, doubted: bool) -> bool {
        let Some(loan) = self.loan(id) else { return false };
        let Ok(due_now) = due(&self.state, &loan, through) else { return false };
        if due_now.corrects() {
            let cause = self.cause;
            let adjusted = |last, figure| Kind::InterestAdjusted(InterestAdjusted { loan: id, last, cause, figure });
            if doubted {
                self.turned_away(through, loan.last, due_now.correction, &adjusted);
                if through > loan.through && due_now.correction != Interest::default() {
                    let figure = due_now.addition;
                    self.refused_with(through, accrued(id, loan.last, figure), Code::AdjustFirst);
                }
            }
            self.posted(through, adjusted(loan.last, due_now.correction));
        }
        let Some(now) = self.loan(id) else { return false };
        if through > loan.through {
            let accrue = |last, figure| accrued(id, last, figure);
            if doubted {
                self.turned_away(through, now.last, due_now.addition, &accrue);
            }
            self.posted(through, accrue(now.last, due_now.addition));
        }
        if doubted {
            let last = self.loan(id).map_or(0, |loan| loan.last);
            self.refused_with(through, accrued(id, last, Interest::default()), Code::AlreadyAccrued);
        }
        through > loan.through || due_now.corrects()
    }

    fn posted(&mut self, on: Day, kind: Kind) {
        let outcome = self.say(on, kind.clone());
        assert!(matches!(outcome, Outcome::Posted { .. }), "{kind:?} gave {outcome:?}");
    }

    fn refused_with(&mut self, on: Day, kind: Kind, code: Code) {
        let outcome = self.say(on, kind.clone());
        let found = match &outcome {
            Outcome::Refused(refusal) => Some(refusal.code),
            Outcome::Duplicate { now, .. } => now.refused(),
            Outcome::Posted { .. } => None,
        };
        assert_eq!(found, Some(code), "{kind:?} gave {outcome:?}");
        self.refused.push(code);
    }

    /// Off by a fen for each payer in turn, and of an entry that is not the loan's last.
    fn turned_away(&mut self, on: Day, last: u64, figure: Interest, kind: &dyn Fn(u64, Interest) -> Kind) {
        let Interest { subsidy, waiver, borrower, penalty } = figure;
        self.refused_with(on, kind(last, Interest { subsidy: subsidy + 1, ..figure }), Code::SubsidyDiffers);
        self.refused_with(on, kind(last, Interest { waiver: waiver - 1, ..figure }), Code::WaiverDiffers);
        self.refused_with(on, kind(last, Interest { borrower: borrower + 1, ..figure }), Code::InterestDiffers);
        self.refused_with(on, kind(last, Interest { penalty: penalty - 1, ..figure }), Code::PenaltyDiffers);
        self.refused_with(on, kind(last + 1, figure), Code::Stale);
    }
}

fn accrued(loan: Uuid, last: u64, figure: Interest) -> Kind {
    Kind::InterestAccrued(InterestAccrued { loan, last, figure })
}
