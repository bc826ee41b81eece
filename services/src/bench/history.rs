//! The events of the benchmark: rosters of schools, each from status and card to the credit. No chance: the same
//! numbers give the same events.

use bytes::Bytes;
use ledger::event::policy::{Band, Policy};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, BatchSent, CardBound, CardRelation, Draw, Event, Kind, Level,
    LineIssued, OrgRegistered, OrgRole, PayoutCredited, PersonRegistered, RosterLineAdded, RosterPrepared, SetDecided,
    SetSealed, Source, Status, StatusChanged, Subordination, VoucherCleared, VoucherIssued,
};
use ledger::money::{Day, Fen};
use ledger::set::link;
use std::ops::Range;
use uuid::Uuid;

/// Persons of a roster at most, as a large school has.
const ROSTER_PERSONS: u64 = 500;
/// Events of a roster for each person: status, card, roster line, application line, credit.
const EVENTS_PER_PERSON: u64 = 5;
/// Events of a roster beside those: sealed, reviewed, approved; sealed, approved, voucher issued and cleared, sent.
const EVENTS_PER_ROSTER: u64 = 8;
/// What everybody receives.
const EACH_FEN: Fen = 150_000;

const PROGRAMME: &str = "BENCH";
const BANK: u64 = u64::MAX;

/// Which persons, rosters and clients there are.
#[derive(Clone, Debug)]
pub struct History {
    events: u64,
    clients: u64,
    persons: u64,
    roster_persons: u64,
    rosters_per_client: u64,
}

impl History {
    /// A history of `events` events said by `clients`, among at least `entities` persons.
    #[must_use]
    pub fn plan(events: u64, clients: u64, entities: u64) -> Self {
        let each = events.div_ceil(clients);
        // Small shares have small rosters, so that the mix stays the same.
        let roster_persons = (each.saturating_sub(EVENTS_PER_ROSTER) / EVENTS_PER_PERSON).clamp(1, ROSTER_PERSONS);
        let rosters_per_client = each.div_ceil(roster_persons * EVENTS_PER_PERSON + EVENTS_PER_ROSTER);
        let persons = entities.max(rosters_per_client * clients * roster_persons);
        Self { events, clients, persons, roster_persons, rosters_per_client }
    }

    /// Persons that exist before timing.
    #[must_use]
    pub fn persons(&self) -> u64 {
        self.persons
    }

    /// Events of the preload.
    #[must_use]
    pub fn preload_events(&self) -> u64 {
        self.persons + 4 * self.rosters() + 2
    }

    /// What exists before timing: a policy, a bank, persons; for each roster its school, its line, and the beginnings
    /// of roster and application, which another principal prepared.
    pub fn preload(&self) -> impl Iterator<Item = Event> {
        let first = [Kind::PolicyAdopted(Box::new(policy())), org(BANK, OrgRole::Bank)];
        let sets = (0..self.rosters()).flat_map(prepared);
        let persons = (0..self.persons)
            .map(|number| Kind::PersonRegistered(PersonRegistered { person: id("person", number), origin: 610_100 }));
        let kinds = first.into_iter().chain(sets).chain(persons);
        kinds.map(|kind| Event::said(day(), kind))
    }

    /// The events of a client in order, encoded.
    #[must_use]
    pub fn of_client(&self, client: u64) -> Vec<Bytes> {
        // The first clients take what division leaves over.
        let count = self.events / self.clients + u64::from(client < self.events % self.clients);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let rosters = client * self.rosters_per_client..(client + 1) * self.rosters_per_client;
        let mut out = Vec::with_capacity(count);
        for roster in rosters {
            if out.len() < count {
                self.roster(roster, &mut out);
            }
        }
        out.truncate(count);
        out
    }

    fn rosters(&self) -> u64 {
        self.rosters_per_client * self.clients
    }

    /// Rosters lie spread over all persons, each a stretch of persons registered one after the other.
    fn members(&self, roster: u64) -> Range<u64> {
        let first = roster * (self.persons / self.rosters());
        first..first + self.roster_persons
    }

    fn roster(&self, roster: u64, out: &mut Vec<Bytes>) {
        let mut say = Sayer { out, hash: [0; 32] };
        let (set, application, school) = (id("roster", roster), id("application", roster), id("org", roster));
        let members = || self.members(roster);
        for number in members() {
            let person = id("person", number);
            say.say(Kind::StatusChanged(StatusChanged { person, status: Status::Enrolled, school }));
            say.say(Kind::CardBound(CardBound { person, card: id("card", number), relation: CardRelation::Own }));
        }
        for (number, person) in (1..).zip(members()) {
            say.line(roster_line(set, number, person));
        }
        let (count, fen) = self.sum();
        let hash = say.seal();
        say.say(Kind::RosterSealed(SetSealed { set, count, fen, hash }));
        say.say(Kind::RosterReviewed(SetDecided { set, hash }));
        say.say(Kind::RosterApproved(SetDecided { set, hash }));
        let draw = |fen| Draw { line: id("budget", roster), fen };
        for (number, person) in (1..).zip(members()) {
            say.line(application_line(application, number, person, draw(EACH_FEN)));
        }
        let hash = say.seal();
        let sealed = SetSealed { set: application, count, fen, hash };
        say.say(Kind::ApplicationSealed(sealed));
        say.say(Kind::ApplicationApproved(SetDecided { set: application, hash }));
        let voucher = id("voucher", roster);
        let (number, draws) = (format!("P{roster:08}"), vec![draw(fen)]);
        say.say(Kind::VoucherIssued(VoucherIssued { voucher, number, application, draws }));
        say.say(Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() }));
        let (batch, bank) = (id("batch", roster), id("org", BANK));
        say.say(Kind::BatchSent(BatchSent { batch, application, bank, count, fen, hash }));
        for person in members() {
            let (payout, serial) = (id("payout", person), format!("{person:012}"));
            say.say(Kind::PayoutCredited(PayoutCredited { payout, fen: EACH_FEN, serial }));
        }
    }

    fn sum(&self) -> (u32, Fen) {
        let count = u32::try_from(self.roster_persons).unwrap_or(u32::MAX);
        (count, Fen::from(count) * EACH_FEN)
    }
}

/// Encodes events and keeps the chain over the lines of the set at hand.
struct Sayer<'a> {
    out: &'a mut Vec<Bytes>,
    hash: [u8; 32],
}

impl Sayer<'_> {
    fn say(&mut self, kind: Kind) {
        self.out.push(Bytes::from(proto::event::encode(&Event::said(day(), kind))));
    }

    fn line(&mut self, kind: Kind) {
        self.say(kind);
        if let Some(bytes) = self.out.last() {
            self.hash = link(&self.hash, bytes);
        }
    }

    fn seal(&mut self) -> [u8; 32] {
        std::mem::take(&mut self.hash)
    }
}

fn roster_line(roster: Uuid, number: u32, person: u64) -> Kind {
    let (award, person) = (id("award", person), id("person", person));
    Kind::RosterLineAdded(RosterLineAdded { roster, number, award, person, band: 1, fen: EACH_FEN })
}

fn application_line(application: Uuid, number: u32, person: u64, draw: Draw) -> Kind {
    Kind::ApplicationLineAdded(ApplicationLineAdded {
        application,
        number,
        payout: id("payout", person),
        award: id("award", person),
        instalment: 1,
        card: id("card", person),
        reissue_of: None,
        draws: vec![draw],
    })
}

fn prepared(roster: u64) -> [Kind; 4] {
    let (school, application) = (id("org", roster), id("application", roster));
    let line = LineIssued {
        line: id("budget", roster),
        document: format!("示财教〔2021〕{roster}号"),
        parent_document: String::new(),
        unit: school,
        fiscal_year: 2021,
        programme: PROGRAMME.to_owned(),
        source: Source::Central,
        item: "2050204".to_owned(),
        project: "610000".to_owned(),
        direct: true,
        advance: false,
        fen: EACH_FEN * ROSTER_PERSONS as Fen,
    };
    let set = RosterPrepared {
        roster: id("roster", roster),
        school,
        programme: PROGRAMME.to_owned(),
        academic_year: 2021,
        due: vec![day()],
        replaces: None,
    };
    [
        org(roster, OrgRole::School),
        Kind::LineIssued(line),
        Kind::RosterPrepared(set),
        Kind::ApplicationPrepared(ApplicationPrepared { application, unit: school, fiscal_year: 2021, replaces: None }),
    ]
}

fn org(number: u64, role: OrgRole) -> Kind {
    Kind::OrgRegistered(OrgRegistered {
        org: id("org", number),
        number: format!("{number}"),
        name: format!("示例单位{number}"),
        level: Level::School,
        role,
        parent: None,
        division: 610_100,
        subordination: Subordination::Local,
    })
}

fn policy() -> Policy {
    Policy {
        programme: PROGRAMME.to_owned(),
        version: 1,
        name: "基准测试资助".to_owned(),
        document: "基准测试".to_owned(),
        stage: "senior_high".to_owned(),
        bands: vec![Band { number: 1, name: "一档".to_owned(), min_fen: EACH_FEN, max_fen: EACH_FEN }],
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    }
}

fn day() -> Day {
    Day::new(2021, 9, 1).unwrap_or_default()
}

/// The id of the `number`-th thing of a kind, spread like the keyed hashes that real ids are.
pub fn id(what: &str, number: u64) -> Uuid {
    let kind = what.bytes().fold(0_u64, |hash, byte| mixed(hash ^ u64::from(byte)));
    Uuid::from_u64_pair(mixed(kind ^ number), mixed(kind.rotate_left(17) ^ number.rotate_left(32)))
}

/// Well-mixed bits of a number (the splitmix64 finaliser).
pub fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
