//! What may be told of a few borrowers over twenty years, drawn by chance and shuffled: facts come late and early.

use super::terms::{benchmarks, campus, fixings, origin};
use crate::desk::numbered;
use crate::history::{Chance, thing};
use ledger::event::conventions::WaiverFor;
use ledger::event::{
    Allocation, ClaimFor, ClaimedBefore, CompensationReceived, DayBasis, Event, FundStated, Kind, LenderYear, Level,
    LoanAmended, LoanDeferred, LoanDrawReturned, LoanDrawn, LoanKind, LoanOverdue, LoanRateAgreed, LoanRefunded,
    LoanRepaid, LoanSigned, LoanStateRepaid, LoanWrittenOff, LossRecovered, OrgRegistered, OrgRole, Payer,
    PersonRegistered, RateIndex, RatePublished, Status, StatusChanged, StudyLevel, Subordination, WaiverAdopted,
};
use ledger::money::{Day, Fen};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Borrowers of the small world.
const PERSONS: usize = 3;

/// A set of facts in the order of their telling, and the loans they are about.
pub struct Telling {
    /// What is told.
    pub told: Vec<Event>,
    /// The loans, in the order of their numbers.
    pub loans: Vec<Uuid>,
}

/// What is known before anything else: a lender and a university.
#[must_use]
pub fn world() -> Vec<(Day, Kind)> {
    let day = Day::from_yyyymmdd(2014_01_01).unwrap_or_default();
    let org = |number, role, level| {
        Kind::OrgRegistered(OrgRegistered {
            org: thing("org", number),
            number: format!("61{number:08}"),
            name: format!("单位{number}"),
            level,
            role,
            parent: None,
            division: 610_100,
            subordination: Subordination::Local,
        })
    };
    let orgs = [org(1, OrgRole::Bank, Level::Centre), org(2, OrgRole::School, Level::School)];
    orgs.into_iter().map(|kind| (day, kind)).collect()
}

/// The borrowers. Nothing can be told of their standing before they are registered, but of their loans it can.
#[must_use]
pub fn borrowers() -> Vec<(Day, Kind)> {
    let day = Day::from_yyyymmdd(2014_01_01).unwrap_or_default();
    let person = |number| PersonRegistered { person: thing("person", number), origin: 610_100 };
    (1..=PERSONS).map(|number| (day, Kind::PersonRegistered(person(number)))).collect()
}

/// Facts by this seed, of a loan often several of one day.
#[must_use]
pub fn telling(seed: u64) -> Telling {
    let mut maker =
        Maker { chance: Chance::new(seed), said: Vec::new(), taken: BTreeSet::new(), keyed: BTreeSet::new() };
    maker.rules();
    let mut loans = Vec::new();
    for person in 1..=PERSONS {
        let begun = maker.day(2011 + maker_year(person), 8, 90);
        maker.statuses(thing("person", person), begun);
        for _ in 0..=maker.chance.below(2) {
            let loan = thing("loan", loans.len() + 1);
            maker.loan(loan, thing("person", person), begun);
            loans.push(loan);
        }
    }
    maker.funds();
    let mut told: Vec<Event> = maker.said.into_iter().enumerate().map(|(at, said)| labelled_event(at, said)).collect();
    shuffle(&mut maker.chance, &mut told);
    if maker.chance.in_hundred(60) {
        // Mostly the rules are known before the loans are.
        let chance = &mut maker.chance;
        told.sort_by_cached_key(|event| !(is_rule(&event.kind) && chance.in_hundred(90)));
    }
    Telling { told, loans }
}

/// Borrowers begin some years apart.
fn maker_year(person: usize) -> u16 {
    u16::try_from(person * 3).unwrap_or_default()
}

fn labelled_event(at: usize, (effective, kind): (Day, Kind)) -> Event {
    Event::said(effective, numbered(kind, format_args!("流水{at}")))
}

fn is_rule(kind: &Kind) -> bool {
    matches!(kind, Kind::LoanTermsAdopted(_) | Kind::RatePublished(_) | Kind::LoanSigned(_))
}

/// Any order of the same facts.
pub fn shuffle<T>(chance: &mut Chance, of: &mut [T]) {
    for at in (1..of.len()).rev() {
        of.swap(at, chance.below(at + 1));
    }
}

struct Maker {
    chance: Chance,
    said: Vec<(Day, Kind)>,
    /// Days that have a fact already, by what the fact is about.
    taken: BTreeSet<(Uuid, Day)>,
    /// Which kinds that may be told once are told of a loan.
    keyed: BTreeSet<(Uuid, u8)>,
}

fn number(chance: &mut Chance, end: usize) -> i32 {
    i32::try_from(chance.below(end)).unwrap_or_default()
}

impl Maker {
    /// A day of a year, from the first of a month and up to so many days later.
    fn day(&mut self, year: u16, month: u32, within: usize) -> Day {
        let first = Day::from_yyyymmdd(u32::from(year) * 10_000 + month * 100 + 1).unwrap_or_default();
        first.plus(number(&mut self.chance, within))
    }

    /// Says it on that day, or on the next that has no fact about the same thing.
    fn say(&mut self, about: Uuid, mut on: Day, kind: Kind) {
        while !self.taken.insert((about, on)) {
            on = on.plus(1);
        }
        self.said.push((on, kind));
    }

    fn rules(&mut self) {
        self.said.extend(fixings());
        self.said.extend(benchmarks());
        for (from, terms) in origin().into_iter().chain(campus()) {
            self.said.push((from, Kind::LoanTermsAdopted(Box::new(terms))));
        }
        for year in 2026..2034 {
            let on = self.day(year, 12, 25);
            let rate_ppm = u32::try_from(20_000 + 100 * self.chance.below(200)).unwrap_or_default();
            self.say(thing("lpr", 0), on, Kind::RatePublished(RatePublished { index: RateIndex::Lpr5y, rate_ppm }));
        }
        for year in 2022..2028 {
            if self.chance.in_hundred(60) {
                let on = self.day(year, 4, 60);
                let graduated_through = year - u16::from(self.chance.in_hundred(20));
                let document = format!("财教〔{year}〕号");
                let who = WaiverFor::ALL[self.chance.below(3)];
                let covers_arrears = self.chance.in_hundred(50);
                let waiver = WaiverAdopted { year, graduated_through, document, who, covers_arrears };
                self.said.push((on, Kind::WaiverAdopted(waiver)));
            }
        }
    }

    /// What the lender's funds received, and what it stated.
    fn funds(&mut self) {
        for kind in LoanKind::ALL {
            for _ in 0..self.chance.below(6) {
                let (year, payer) = (2014 + u16::try_from(self.chance.below(20)).unwrap_or_default(), Payer::Central);
                let (on, fen) = (self.day(year, 1, 360), self.fen(600_000));
                let year = LenderYear { lender: thing("org", 1), kind, year };
                let received = CompensationReceived { year, payer, fen, serial: "流水".into() };
                self.said.push((on, Kind::CompensationReceived(received)));
            }
            for year in 2024..2036 {
                if self.chance.in_hundred(20) {
                    let (on, fen) = (self.day(year, 12, 31), Fen::from(self.chance.in_hundred(50)) * self.fen(600_000));
                    self.said.push((on, Kind::FundStated(FundStated { lender: thing("org", 1), kind, fen })));
                }
            }
        }
    }

    fn status(&mut self, person: Uuid, on: Day, status: Status) {
        self.say(person, on, Kind::StatusChanged(StatusChanged { person, status, school: thing("org", 2) }));
    }

    /// A student's way: mostly four years and a degree, often with something in between, sometimes with none of it.
    fn statuses(&mut self, person: Uuid, begun: Day) {
        let year = begun.year();
        if self.chance.in_hundred(80) {
            self.status(person, begun, Status::Enrolled);
        }
        for _ in 0..self.chance.below(4) {
            let between = [Status::Leave, Status::IllnessLeave, Status::Enrolled, Status::Leave, Status::Withdrawn];
            let on = begun.plus(number(&mut self.chance, 1_500));
            let at = self.chance.below(between.len());
            self.status(person, on, between[at]);
        }
        if self.chance.in_hundred(85) {
            let month = [6, 6, 6, 1, 8, 12][self.chance.below(6)];
            let on = self.day(year + 4, month, 40);
            self.status(person, on, Status::Graduated);
        }
        if self.chance.in_hundred(35) {
            let on = self.day(year + 4, 9, 700);
            self.status(person, on, Status::FurtherStudy);
            if self.chance.in_hundred(70) {
                let after = number(&mut self.chance, 1_000);
                let ends = [Status::Graduated, Status::Withdrawn, Status::Leave, Status::IllnessLeave];
                let at = self.chance.below(ends.len());
                self.status(person, on.plus(after), ends[at]);
            }
        }
        for _ in 0..self.chance.below(3) {
            let on = self.day(year, 9, 4_000);
            let odd = [Status::Enrolled, Status::Deceased, Status::Graduated, Status::Leave, Status::FurtherStudy];
            let at = self.chance.below(odd.len());
            self.status(person, on, odd[at]);
        }
    }

    fn loan(&mut self, loan: Uuid, person: Uuid, begun: Day) {
        let year = begun.year() + u16::try_from(self.chance.below(6)).unwrap_or_default();
        let signed = self.day(year, 8, 100);
        let later =
            |years: u32, day: u32| Day::from_yyyymmdd((u32::from(year) + years) * 10_000 + day).unwrap_or_default();
        let matures =
            later(u32::try_from(6 + self.chance.below(10)).unwrap_or_default(), [920, 1220, 831][self.chance.below(3)]);
        let campus = self.chance.in_hundred(40);
        let d365 = self.chance.in_hundred(50);
        let contract = LoanSigned {
            loan,
            number: format!("合同{loan}"),
            contract: [7; 32],
            lender: thing("org", 1),
            person,
            school: thing("org", 2),
            kind: if campus { LoanKind::Campus } else { LoanKind::Origin },
            level: StudyLevel::Undergraduate,
            academic_year: year,
            basis: if d365 { DayBasis::D365 } else { DayBasis::D360 },
            graduates: later(4, 630),
            repay_from: later(9, 1220),
            matures,
        };
        self.said.push((signed, Kind::LoanSigned(contract)));
        let serial = || "流水".to_owned();
        for _ in 0..=self.chance.below(2) {
            let fen = self.fen(2_000_000);
            let on = signed.plus(number(&mut self.chance, 100) - 10);
            self.said.push((on, Kind::LoanDrawn(LoanDrawn { loan, fen, serial: serial() })));
            if self.chance.in_hundred(20) {
                let fen = self.chance.pick(&[fen, fen / 3 + 1]).copied().unwrap_or(fen);
                let on = on.plus(number(&mut self.chance, 120));
                self.said.push((on, Kind::LoanDrawReturned(LoanDrawReturned { loan, fen, serial: serial() })));
            }
        }
        let mut on = signed;
        for _ in 0..self.chance.below(14) {
            let same_day = self.chance.in_hundred(25);
            on = if same_day { on } else { signed.plus(number(&mut self.chance, 4_700) - 10) };
            let kind = self.happening(loan, on);
            self.said.push((on, kind));
        }
    }

    fn fen(&mut self, below: usize) -> Fen {
        Fen::try_from(self.chance.below(below) + 1).unwrap_or(1)
    }

    fn allocation(&mut self, below: usize) -> Allocation {
        let [penalty, interest, principal] =
            [below / 40, below / 10, below].map(|below| if self.chance.in_hundred(60) { self.fen(below) } else { 0 });
        let all = Allocation { penalty, interest, principal };
        if all.total() == 0 { Allocation { interest: 1, ..all } } else { all }
    }

    fn happening(&mut self, loan: Uuid, on: Day) -> Kind {
        let serial = "流水".to_owned();
        match self.chance.below(22) {
            // Of one key there is one.
            20 if self.keyed.insert((loan, 0)) => {
                let (matures, document) = (on.plus(number(&mut self.chance, 3_000)), "变更".to_owned());
                let school = self.chance.in_hundred(30).then(|| thing("org", 2));
                Kind::LoanAmended(LoanAmended { loan, repay_from: on, matures, school, document })
            }
            21 if self.keyed.insert((loan, 1)) => {
                let kind = if self.chance.in_hundred(50) { LoanKind::Campus } else { LoanKind::Origin };
                let what = if self.chance.in_hundred(80) { ClaimFor::Subsidy } else { ClaimFor::Waiver };
                let fen = if self.chance.in_hundred(50) { 0 } else { self.fen(60_000) };
                let through = on.plus(-1 - number(&mut self.chance, 300));
                Kind::ClaimedBefore(ClaimedBefore { lender: thing("org", 1), kind, loan, what, through, fen })
            }
            0..=7 => {
                let allocation = if self.chance.in_hundred(40) { Some(self.allocation(300_000)) } else { None };
                let fen = allocation.map_or_else(|| self.fen(400_000), |parts| parts.total());
                let early = self.chance.in_hundred(35);
                Kind::LoanRepaid(LoanRepaid { loan, fen, allocation, early, serial })
            }
            8..=11 => Kind::LoanOverdue(LoanOverdue { loan, fen: self.fen(300_000), serial }),
            12 | 13 => {
                let until = on.plus(30 + number(&mut self.chance, 500));
                Kind::LoanDeferred(LoanDeferred { loan, until, serial })
            }
            14 | 15 => {
                let spread_bp = [-70, -60, -100, 20, -5_000][self.chance.below(5)];
                Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp, serial })
            }
            16 if self.chance.in_hundred(50) => {
                Kind::LoanRefunded(LoanRefunded { loan, allocation: self.allocation(20_000), serial })
            }
            16 => Kind::LossRecovered(LossRecovered { loan, fen: self.fen(300_000), serial }),
            17 => Kind::LoanWrittenOff(LoanWrittenOff { loan, fen: self.fen(1_500_000), serial }),
            18 => {
                let programme = "MIL-COMP".to_owned();
                Kind::LoanStateRepaid(LoanStateRepaid { loan, programme, fen: self.fen(1_000_000), serial })
            }
            _ => Kind::LoanDrawn(LoanDrawn { loan, fen: self.fen(800_000), serial }),
        }
    }
}
