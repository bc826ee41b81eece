//! A history of loans, claims and funds whose organisations are registered first, or anywhere, or last. What is said is drawn
//! by chance alone, never by what the ledger made of it, but for figures that are its own and must be the same.

use super::claims::right_line;
use super::teller::Teller;
use super::told::{borrowers, shuffle, telling};
use crate::history::{Chance, thing};
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, CompensationReceived, Event, FundStated, Kind, LenderYear, Level,
    LoanKind, OrgRegistered, OrgRenamed, OrgRole, OverclaimReturned, Payer, SetDecided, SetSealed, Subordination,
};
use ledger::money::Day;
use ledger::outcome::Outcome;
use uuid::Uuid;

/// Two lenders, three universities, a centre, and a unit above all of them.
const LENDERS: [usize; 2] = [1, 2];
const SCHOOLS: [usize; 3] = [3, 4, 5];
const CENTRE: usize = 6;
const ABOVE: usize = 7;

/// When the organisations are registered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Before anything else is told.
    First,
    /// Each at any time, in any order; whom chance leaves out, at the end.
    Anywhere,
    /// After everything that is reported.
    Last,
}

fn org(number: usize) -> Kind {
    let role = if LENDERS.contains(&number) { OrgRole::Bank } else { OrgRole::School };
    let subordination = if number == SCHOOLS[0] { Subordination::Central } else { Subordination::Local };
    Kind::OrgRegistered(OrgRegistered {
        org: thing("org", number),
        number: format!("61{number:08}"),
        name: format!("单位{number}"),
        level: Level::Province,
        role,
        parent: (number != ABOVE).then(|| thing("org", ABOVE)),
        division: if number == SCHOOLS[1] { 110_000 } else { 610_100 },
        subordination,
    })
}

/// A history in the telling, and what chance draws for it.
struct Maker {
    teller: Teller,
    chance: Chance,
    /// Draws only when organisations are registered, so that everything else is the same.
    when: Chance,
    to_register: Vec<usize>,
    /// Those submitted.
    claims: Vec<Uuid>,
}

/// The history of this seed.
///
/// # Panics
/// If a report, or a decision of an organisation that is registered, is refused.
#[must_use]
pub fn named_first(seed: u64, registered: Registered) -> Teller {
    let mut to_register: Vec<usize> = (1..=ABOVE).collect();
    let mut when = Chance::new(seed + 77_000);
    if registered != Registered::First {
        shuffle(&mut when, &mut to_register);
    }
    let (teller, chance, claims) = (Teller::default(), Chance::new(seed), Vec::new());
    let mut maker = Maker { teller, chance, when, to_register, claims };
    if registered == Registered::First {
        maker.register_all();
    }
    for (on, kind) in borrowers() {
        maker.posted(on, kind);
    }
    let telling = telling(seed);
    let mut asked = Vec::new();
    let facts = telling.told.len();
    for (at, event) in telling.told.into_iter().enumerate() {
        if registered == Registered::Anywhere && maker.when.in_hundred(8) {
            maker.register();
        }
        maker.fact(event);
        if maker.chance.in_hundred(15) {
            maker.report(at);
        }
        if maker.chance.in_hundred(15) || at + 1 == facts {
            let loan = telling.loans[maker.chance.below(telling.loans.len())];
            let year = 2012 + u32::try_from(maker.chance.below(18)).unwrap_or_default();
            let _ = maker.teller.bring(loan, day(year * 10_000 + 1_231));
        }
        if maker.chance.in_hundred(25) {
            let loan = telling.loans[maker.chance.below(telling.loans.len())];
            asked.push((at, loan));
        }
    }
    maker.register_all();
    // A claim is a decision, so it waits until its lender and the centre it is made to are registered.
    for (at, loan) in asked {
        maker.claim(at, loan);
    }
    maker.decide();
    maker.teller
}

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_default()
}

impl Maker {
    fn posted(&mut self, on: Day, kind: Kind) {
        let outcome = self.teller.say(on, kind.clone());
        assert!(matches!(outcome, Outcome::Posted { .. }), "{kind:?} gave {outcome:?}");
    }

    fn register(&mut self) {
        if let Some(number) = self.to_register.pop() {
            self.posted(day(2014_01_01), org(number));
        }
    }

    fn register_all(&mut self) {
        while !self.to_register.is_empty() {
            self.register();
        }
    }

    fn any(&mut self, of: &[usize]) -> Uuid {
        thing("org", of[self.chance.below(of.len())])
    }

    /// A fact of the loans' history, about other lenders and schools.
    fn fact(&mut self, mut event: Event) {
        match &mut event.kind {
            Kind::LoanSigned(signed) => (signed.lender, signed.school) = (self.any(&LENDERS), self.any(&SCHOOLS)),
            Kind::StatusChanged(changed) => changed.school = self.any(&SCHOOLS),
            _ => {}
        }
        let outcome = self.teller.tell(&event);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?} gave {outcome:?}");
    }

    /// What lenders and others report besides.
    fn report(&mut self, at: usize) {
        let (lender, kind) = (self.any(&LENDERS), LoanKind::ALL[self.chance.below(2)]);
        let (fen, serial) = (1 + 100 * self.chance.below(9_000) as i64, format!("流水{at}"));
        let on = day(2020_01_01).plus(i32::try_from(self.chance.below(1_500)).unwrap_or_default());
        let kind = match self.chance.below(4) {
            0 => {
                let year = LenderYear { lender, kind, year: 2019 };
                Kind::CompensationReceived(CompensationReceived { year, payer: Payer::Central, fen, serial })
            }
            1 => Kind::FundStated(FundStated { lender, kind, fen }),
            2 => {
                let (loan, unit) = (thing("loan", 1 + self.chance.below(4)), thing("org", CENTRE));
                let (what, claim, line) = (ClaimFor::Subsidy, Some(thing("claim", self.chance.below(20))), 1);
                Kind::OverclaimReturned(OverclaimReturned { loan, what, claim, line, unit, fen, serial })
            }
            _ => {
                // It stays in its province: a claim's part keeps the province the university had when its line came.
                let number = 1 + self.chance.below(ABOVE);
                let province = if number == SCHOOLS[1] { 110_000 } else { 610_000 };
                let (org, division) = (thing("org", number), province + u32::try_from(at).unwrap_or_default());
                Kind::OrgRenamed(OrgRenamed { org, name: format!("新名{at}"), division })
            }
        };
        self.posted(on, kind);
    }

    /// A line of its lender's claim for a year, with the ledger's own figure, or now and then another.
    fn claim(&mut self, at: usize, loan: Uuid) {
        let year = 2014 + u32::try_from(self.chance.below(12)).unwrap_or_default();
        let off = i64::from(self.chance.in_hundred(20));
        let Some(row) = self.teller.loan(loan) else { return };
        let fund = self.teller.state.portfolios.get(row.portfolio);
        let lender = self.teller.state.orgs.get(fund.lender).id;
        let (claim, kind) = (thing("claim", at), row.kind);
        let (from, through) = (day(year * 10_000 + 101), day(year * 10_000 + 1_231));
        let (what, unit, number) = (ClaimFor::Subsidy, thing("org", CENTRE), String::new());
        let submitted = ClaimSubmitted {
            claim,
            number,
            lender,
            kind,
            what,
            from,
            through,
            unit,
            supplementary: false,
            replaces: None,
        };
        self.posted(through.plus(1), Kind::ClaimSubmitted(submitted));
        let line = ClaimLineAdded { claim, number: 1, loan, principal: 1, rate_ppm: 1, days: 1, fen: 1 };
        let Some(right) = right_line(&self.teller.state, through, &line) else { return };
        let line = ClaimLineAdded { fen: right.fen + off, ..right };
        self.posted(through.plus(1), Kind::ClaimLineAdded(line));
        self.claims.push(claim);
    }

    /// Every claim sealed by one, approved by another.
    fn decide(&mut self) {
        for claim in std::mem::take(&mut self.claims) {
            let Some((_, row)) = self.teller.state.claims.by_id(claim) else { continue };
            let (count, fen, hash, on) = (row.set.count, row.set.fen, row.set.hash, row.effective);
            self.posted(on, Kind::ClaimSealed(SetSealed { set: claim, count, fen, hash }));
            let approved = Kind::ClaimApproved(SetDecided { set: claim, hash });
            let outcome = self.teller.say_as("吴", on, approved);
            assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?}");
        }
    }
}
