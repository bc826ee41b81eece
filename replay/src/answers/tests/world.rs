//! A small history for tests of answers: a province, a county, a school, two students. Folded from events, so that
//! what the tests see is what the ledger would remember.

use crate::pages::postings::Postings;
use ledger::entry::{Entry, Proof};
use ledger::event::policy::{Band, Policy};
use ledger::event::*;
use ledger::handle::Handle;
use ledger::money::{Day, Fen};
use ledger::outcome::{Outcome, Posting};
use ledger::state::State;
use ledger::state::rows::Application;
use uuid::Uuid;

pub(crate) const COUNTY: u128 = 2;
pub(crate) const LINE: u128 = 10;
pub(crate) const APPLICATION: u128 = 40;
pub(crate) const PAYOUT: u128 = 50;
/// One instalment.
pub(crate) const EACH: Fen = 100_000;

const PROVINCE: u128 = 1;
const SCHOOL: u128 = 3;
const BANK: u128 = 4;
const PERSON: u128 = 20;
const CARD: u128 = 25;
const AWARD: u128 = 30;
const ROSTER: u128 = 39;
const CENTRAL_FEN: Fen = 80_000;

pub(crate) fn thing(number: u128) -> Uuid {
    Uuid::from_u128(0x7700_0000_0000_0000_0000_0000_0000_0000 + number)
}

pub(crate) fn day(yyyymmdd: u32) -> Day {
    Day::from_yyyymmdd(yyyymmdd).expect("a day")
}

/// The state, and every posting made on the way.
pub(crate) struct World {
    pub state: State,
    pub postings: Vec<(u64, Day, Vec<Posting>)>,
    /// The same, noted right after each entry.
    pub entries: Postings,
}

impl World {
    /// Money at the county and an approved roster of two awards in two instalments.
    pub(crate) fn begun() -> Self {
        let mut world = Self { state: State::default(), postings: Vec::new(), entries: Postings::default() };
        world.place(PROVINCE, "省财政厅", Level::Province, OrgRole::Finance, None, 610_000);
        world.place(COUNTY, "甲县财政局", Level::County, OrgRole::Finance, Some(PROVINCE), 610_322);
        world.place(SCHOOL, "甲县中学", Level::School, OrgRole::School, Some(COUNTY), 610_322);
        world.place(BANK, "代发银行", Level::County, OrgRole::Bank, None, 610_322);
        world.say(20_210_101, Kind::PolicyAdopted(Box::new(policy())));
        world.issue(LINE, PROVINCE, Source::Central, 8 * EACH);
        world.issue(LINE + 1, PROVINCE, Source::Province, 2 * EACH);
        let part = |from, to, fen| PassedPart { from: thing(from), to: thing(to), unit: thing(COUNTY), fen };
        let parts = vec![part(LINE, LINE + 2, 6 * EACH), part(LINE + 1, LINE + 3, 2 * EACH)];
        world.say(20_210_301, Kind::LinePassedDown(LinePassedDown { document: "县财〔2021〕1号".into(), parts }));
        for at in 0..2 {
            let (person, school) = (thing(PERSON + at), thing(SCHOOL));
            let origin = 619_901 + u32::try_from(at).expect("small");
            world.say(20_210_101, Kind::PersonRegistered(PersonRegistered { person, origin }));
            let status = Status::Enrolled;
            world.say(20_210_101, Kind::StatusChanged(StatusChanged { person, status, school }));
            world.say(
                20_210_101,
                Kind::CardBound(CardBound { person, card: thing(CARD + at), relation: CardRelation::Own }),
            );
        }
        world.roster();
        world
    }

    /// Two payments credited and one in transit, each drawn on two lines.
    pub(crate) fn paid() -> Self {
        let mut world = Self::begun();
        let application = thing(APPLICATION);
        world.apply(application, &[(PAYOUT, 0, 1), (PAYOUT + 1, 1, 1), (PAYOUT + 2, 0, 2)], 20_211_125);
        world.approve(application, 20_211_125);
        world.clear(application, 20_211_125);
        world.send(application, 20_211_125);
        world.credited(thing(PAYOUT), EACH, 20_211_126);
        world.credited(thing(PAYOUT + 1), EACH, 20_211_126);
        world
    }

    fn roster(&mut self) {
        let (roster, school) = (thing(ROSTER), thing(SCHOOL));
        let due = vec![day(20_210_901), day(20_211_101)];
        let programme = "SH-GRANT".to_owned();
        let event = RosterPrepared { roster, school, programme, academic_year: 2021, due, replaces: None };
        self.say(20_210_901, Kind::RosterPrepared(event));
        for (at, number) in [(0, 1), (1, 2)] {
            let (award, person) = (thing(AWARD + at), thing(PERSON + at));
            let event = RosterLineAdded { roster, number, award, person, band: 1, fen: 2 * EACH };
            self.say(20_210_901, Kind::RosterLineAdded(event));
        }
        let set = self.state.rosters.get(Handle::new(0)).set.clone();
        let sealed = SetSealed { set: roster, count: set.count, fen: set.fen, hash: set.hash };
        self.say(20_210_901, Kind::RosterSealed(sealed));
        let decided = SetDecided { set: roster, hash: set.hash };
        self.say_as("reviewer", 20_210_901, Kind::RosterReviewed(decided.clone()));
        self.say_as("approver", 20_210_901, Kind::RosterApproved(decided));
    }

    /// Prepares and seals an application of payments: (payment, award, instalment from 1).
    pub(crate) fn apply(&mut self, application: Uuid, payouts: &[(u128, u128, u32)], on: u32) {
        self.prepare(application, on);
        for (number, (payout, award, instalment)) in (1..).zip(payouts) {
            self.line(application, number, (*payout, *award, *instalment), None, on);
        }
        self.seal(application, on);
    }

    /// Orders the first instalment of an award again, after it came back.
    pub(crate) fn reissue(&mut self, returned: Uuid, award: u128) {
        let application = thing(APPLICATION + 1);
        self.prepare(application, 20_211_230);
        self.line(application, 1, (PAYOUT + 8, award, 1), Some(returned), 20_211_230);
        self.seal(application, 20_211_230);
    }

    /// Tries to order an instalment in an application of its own, numbered; seals it if the line was taken.
    pub(crate) fn order(&mut self, number: u128, award: u128, instalment: u32, reissue_of: Option<Uuid>) {
        let application = thing(0x3000 + number);
        self.prepare(application, 20_211_212);
        let what = (0x4000 + number, award, instalment);
        let line = Self::line_event(application, 1, what, reissue_of);
        if let (_, Outcome::Posted { .. }) = self.told("preparer", 20_211_212, line) {
            let set = self.application(application).set.clone();
            let event = SetSealed { set: application, count: set.count, fen: set.fen, hash: set.hash };
            let _ = self.told("preparer", 20_211_212, Kind::ApplicationSealed(event));
        }
    }

    fn prepare(&mut self, application: Uuid, on: u32) {
        let event = ApplicationPrepared { application, unit: thing(COUNTY), fiscal_year: 2021, replaces: None };
        self.say(on, Kind::ApplicationPrepared(event));
    }

    fn line(&mut self, application: Uuid, number: u32, what: (u128, u128, u32), reissue_of: Option<Uuid>, on: u32) {
        self.say(on, Self::line_event(application, number, what, reissue_of));
    }

    fn line_event(application: Uuid, number: u32, what: (u128, u128, u32), reissue_of: Option<Uuid>) -> Kind {
        let (payout, award, instalment) = what;
        let draws = vec![
            Draw { line: thing(LINE + 2), fen: CENTRAL_FEN },
            Draw { line: thing(LINE + 3), fen: EACH - CENTRAL_FEN },
        ];
        let (payout, card, award) = (thing(payout), thing(CARD + award), thing(AWARD + award));
        let event = ApplicationLineAdded { application, number, payout, award, instalment, card, reissue_of, draws };
        Kind::ApplicationLineAdded(event)
    }

    fn seal(&mut self, application: Uuid, on: u32) {
        let set = self.application(application).set.clone();
        let event = SetSealed { set: application, count: set.count, fen: set.fen, hash: set.hash };
        self.say(on, Kind::ApplicationSealed(event));
    }

    pub(crate) fn approve(&mut self, application: Uuid, on: u32) {
        let hash = self.application(application).set.hash;
        self.say_as("approver", on, Kind::ApplicationApproved(SetDecided { set: application, hash }));
    }

    pub(crate) fn clear(&mut self, application: Uuid, on: u32) {
        let parts = self.application(application).parts.clone();
        let draws = parts.iter().map(|part| Draw { line: self.state.lines.get(part.line).id, fen: part.fen }).collect();
        let voucher = thing(0x1000 + u128::from(self.state.entries));
        let issued = VoucherIssued { voucher, number: "凭1".into(), application, draws };
        self.say(on, Kind::VoucherIssued(issued));
        self.say(on, Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() }));
    }

    pub(crate) fn send(&mut self, application: Uuid, on: u32) {
        let set = self.application(application).set.clone();
        let (batch, bank) = (thing(0x2000 + u128::from(self.state.entries)), thing(BANK));
        let event = BatchSent { batch, application, bank, count: set.count, fen: set.fen, hash: set.hash };
        self.say(on, Kind::BatchSent(event));
    }

    pub(crate) fn credited(&mut self, payout: Uuid, fen: Fen, on: u32) -> Uuid {
        let serial = self.next_serial();
        self.say(on, Kind::PayoutCredited(PayoutCredited { payout, fen, serial }))
    }

    pub(crate) fn returned(&mut self, payout: Uuid, reason: u32, on: u32) -> Uuid {
        let serial = self.next_serial();
        self.say(on, Kind::PayoutReturned(PayoutReturned { payout, fen: EACH, reason, serial }))
    }

    /// The bank numbers what it does.
    pub(crate) fn next_serial(&self) -> String {
        format!("流水{}", self.state.entries)
    }

    /// A line of the county that nothing was applied for from.
    pub(crate) fn spare_line(&mut self) -> Uuid {
        self.issue(LINE + 9, COUNTY, Source::County, 5 * EACH);
        thing(LINE + 9)
    }

    pub(crate) fn accept(&mut self, credit: Uuid, line: Uuid, on: u32) {
        self.say(
            on,
            Kind::SuspenseCleared(SuspenseCleared {
                item: credit,
                number: 1,
                fen: EACH,
                how: Clearing::Accepted(vec![Draw { line, fen: EACH }]),
            }),
        );
    }

    fn application(&self, id: Uuid) -> &Application {
        self.state.applications.by_id(id).expect("prepared").1
    }

    fn place(&mut self, org: u128, name: &str, level: Level, role: OrgRole, parent: Option<u128>, division: u32) {
        let (number, subordination) = (format!("U{org}"), Subordination::Local);
        let (org, name, parent) = (thing(org), name.to_owned(), parent.map(thing));
        let event = OrgRegistered { org, number, name, level, role, parent, division, subordination };
        self.say(20_210_101, Kind::OrgRegistered(event));
    }

    fn issue(&mut self, line: u128, unit: u128, source: Source, fen: Fen) {
        let event = LineIssued {
            line: thing(line),
            document: format!("财教〔2021〕{line}号"),
            parent_document: String::new(),
            unit: thing(unit),
            fiscal_year: 2021,
            programme: "SH-GRANT".into(),
            source,
            item: "2050204".into(),
            project: String::new(),
            direct: true,
            advance: false,
            fen,
        };
        self.say(20_210_201, Kind::LineIssued(event));
    }

    pub(crate) fn say(&mut self, on: u32, kind: Kind) -> Uuid {
        self.say_as("preparer", on, kind)
    }

    fn say_as(&mut self, principal: &str, on: u32, kind: Kind) -> Uuid {
        let (id, outcome) = self.told(principal, on, kind);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?}");
        id
    }

    /// Says something that may be refused.
    pub(crate) fn told(&mut self, principal: &str, on: u32, kind: Kind) -> (Uuid, Outcome) {
        let event = Event::said(day(on), kind);
        let id = event.id;
        let content = proto::event::encode(&event);
        let index = self.state.entries;
        let recorded_ms = proto::samples::LATE_MS;
        let entry =
            Entry { index, recorded_ms, principal, proof: Proof::Named, again: None, content: &content, event: &event };
        let outcome = self.state.fold(&entry).expect("in order");
        if let Outcome::Posted { postings, .. } = &outcome {
            self.entries.note(&self.state, index, day(on), postings);
            self.postings.push((index, day(on), postings.clone()));
        }
        (id, outcome)
    }
}

fn policy() -> Policy {
    Policy {
        programme: "SH-GRANT".into(),
        version: 1,
        name: "普通高中国家助学金".into(),
        document: "财教〔2019〕19号".into(),
        stage: "senior_high".into(),
        bands: vec![Band { number: 1, name: "一档".into(), min_fen: 1, max_fen: 10 * EACH }],
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    }
}
