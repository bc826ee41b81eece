//! One loan told by hand, for cases everybody can compute: drawn in 2023, graduated in 2024, 3.60 % and then 2.90 %.

use super::teller::Teller;
use super::told::{borrowers, world};
use super::{fixings, origin};
use crate::history::thing;
use ledger::event::conventions::{Conventions, MovesOlder, WaiverFor};
use ledger::event::{
    Allocation, DayBasis, Interest, InterestAdjusted, Kind, LoanDrawn, LoanKind, LoanRateAgreed, LoanRepaid,
    LoanSigned, PeriodClosed, Status, StatusChanged, StudyLevel, WaiverAdopted,
};
use ledger::loan::accrual::due;
use ledger::money::{Day, Fen};
use ledger::outcome::{Outcome, Posting};
use uuid::Uuid;

/// A history of one loan in the telling.
pub struct Story {
    /// Who tells it.
    pub teller: Teller,
    /// The loan.
    pub loan: Uuid,
}

/// A day by its number `yyyymmdd`.
///
/// # Panics
/// If the calendar has no such day.
#[must_use]
pub fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_else(|| panic!("no day {number}"))
}

impl Story {
    /// Lender, university, borrowers, rates and terms: no later terms move the contract, so that it moves by agreement.
    #[must_use]
    pub fn begin() -> Self {
        let mut story = Self { teller: Teller::default(), loan: thing("loan", 1) };
        let terms = origin().into_iter().map(|(from, mut terms)| {
            terms.moves_older = MovesOlder::No;
            terms.conventions = Conventions::default();
            (from, Kind::LoanTermsAdopted(Box::new(terms)))
        });
        for (on, kind) in world().into_iter().chain(borrowers()).chain(fixings()).chain(terms) {
            story.say(on, kind);
        }
        story
    }

    /// Says something that must be taken.
    ///
    /// # Panics
    /// If it is refused.
    pub fn say(&mut self, on: Day, kind: Kind) -> Vec<Posting> {
        match self.teller.say(on, kind.clone()) {
            Outcome::Posted { postings, .. } => postings,
            other => panic!("{kind:?} gave {other:?}"),
        }
    }

    /// Signs the contract.
    pub fn sign(&mut self, signed: u32, basis: DayBasis) {
        let contract = LoanSigned {
            loan: self.loan,
            number: "合同1".into(),
            contract: [1; 32],
            lender: thing("org", 1),
            person: thing("person", 1),
            school: thing("org", 2),
            kind: LoanKind::Origin,
            level: StudyLevel::Undergraduate,
            academic_year: 2023,
            basis,
            graduates: day(2024_06_30),
            repay_from: day(2029_12_20),
            matures: day(2039_09_20),
        };
        self.say(day(signed), Kind::LoanSigned(contract));
    }

    /// The example of the domain: 20,000 yuan at 3.60 %, and from 21 December 2024 at 2.90 %.
    #[must_use]
    pub fn example(basis: DayBasis) -> Self {
        let mut story = Self::begin();
        story.sign(2023_09_20, basis);
        story.draw(2023_09_25, 2_000_000);
        story.status(2023_09_01, Status::Enrolled);
        let (loan, spread_bp) = (story.loan, -70);
        story.say(day(2024_12_21), Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp, serial: String::new() }));
        story
    }

    /// Pays a draw out.
    pub fn draw(&mut self, on: u32, fen: Fen) {
        self.say(day(on), Kind::LoanDrawn(LoanDrawn { loan: self.loan, fen, serial: "1".into() }));
    }

    /// Changes the borrower's standing.
    pub fn status(&mut self, on: u32, status: Status) {
        let (person, school) = (thing("person", 1), thing("org", 2));
        self.say(day(on), Kind::StatusChanged(StatusChanged { person, status, school }));
    }

    /// Waives a year for all who graduated in it or before.
    pub fn waive(&mut self, year: u16, on: u32) {
        let document = format!("财教〔{year}〕2号");
        let (who, covers_arrears) = (WaiverFor::Graduates, false);
        let waiver = WaiverAdopted { year, graduated_through: year, document, who, covers_arrears };
        self.say(day(on), Kind::WaiverAdopted(waiver));
    }

    /// The borrower pays.
    pub fn repay(&mut self, on: u32, fen: Fen, allocation: Option<Allocation>) {
        let (loan, early, serial) = (self.loan, false, "2".into());
        self.say(day(on), Kind::LoanRepaid(LoanRepaid { loan, fen, allocation, early, serial }));
    }

    /// The lender closes its book through a day.
    pub fn close(&mut self, through: u32) {
        let (org, book) = (thing("org", 1), ledger::account::Book::Lender);
        self.say(day(through), Kind::PeriodClosed(PeriodClosed { org, book, through: day(through) }));
    }

    /// What is due through a day beyond what is posted, which is posted.
    ///
    /// # Panics
    /// If something posted before would have to be corrected first.
    pub fn accrue(&mut self, through: u32) -> Interest {
        let due = self.due(through);
        assert_eq!(due.correction, Interest::default(), "nothing to correct");
        assert!(self.teller.bring(self.loan, day(through)), "something is due");
        due.addition
    }

    /// Corrects what is posted, naming a late fact, on that fact's day.
    ///
    /// # Panics
    /// If the loan is not known or the correction is refused.
    pub fn adjust(&mut self, on: u32) -> (Interest, Vec<Posting>) {
        let (figure, loan, cause) = (self.due(on).correction, self.loan, self.teller.cause());
        let last = self.teller.loan(loan).map_or(0, |row| row.last);
        (figure, self.say(day(on), Kind::InterestAdjusted(InterestAdjusted { loan, last, cause, figure })))
    }

    /// What is due.
    ///
    /// # Panics
    /// If the loan or its rate is not known.
    #[must_use]
    pub fn due(&self, through: u32) -> ledger::loan::accrual::Due {
        let loan = self.teller.loan(self.loan).unwrap_or_else(|| panic!("the loan is known"));
        due(&self.teller.state, &loan, day(through)).unwrap_or_else(|missing| panic!("{missing:?}"))
    }

    /// What stands on one of the loan's accounts.
    ///
    /// # Panics
    /// If the loan is not known.
    #[must_use]
    pub fn balance(&self, class: ledger::account::Class) -> Fen {
        let loan = self.teller.loan(self.loan).unwrap_or_else(|| panic!("the loan is known"));
        self.teller.state.balance(ledger::state::State::account_at(loan.accounts, class))
    }
}
