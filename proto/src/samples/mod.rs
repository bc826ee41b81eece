//! One event of every kind, always the same, for tests of whatever carries events. They make no sensible history.

mod loans;
mod rights;

use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, AwardCancelled, BatchSent, CardBound, CardRelation, CardReplaced,
    Clearing, Draw, DrawsCorrected, Event, FindingClosed, FindingExplained, IdentityKeyAnnounced, Kind, Level,
    LineAdjusted, LineIssued, LinePassedDown, LineRecalled, OrgRegistered, OrgRenamed, OrgRole, PassedPart,
    PayoutCredited, PayoutReturned, PayoutUnknown, PersonMerged, PersonRegistered, RecoveryOrdered, RecoveryReceived,
    RecoveryWaived, RefundPaid, RosterLineAdded, RosterPrepared, RulesAdopted, SetCancelled, SetDecided, SetSealed,
    Source, Status, StatusChanged, Subordination, Surrendered, SuspenseCleared, VoucherCleared, VoucherIssued,
    VoucherReturned,
};
use ledger::money::Day;
use uuid::Uuid;

/// When tests record what they say, unless they are about the days of recording: 2100-01-01, as their days run far ahead.
pub const LATE_MS: i64 = 4_102_444_800_000;

/// One event per kind, in the order of their numbers.
#[must_use]
pub fn samples() -> Vec<Event> {
    let money = [policies(), orgs(), budget(), people(), rosters(), applications(), payouts()];
    let kinds = money.into_iter().chain(loans::kinds()).chain([later()]).flatten();
    kinds.map(|kind| Event::said(day(20_210_901), kind)).collect()
}

/// Kinds that came after all others: a new sample is the last one here, whatever its domain.
fn later() -> Vec<Kind> {
    let (fingerprint, document) = ([10; 32], "示密〔2025〕1号".into());
    let announced = Kind::IdentityKeyAnnounced(IdentityKeyAnnounced { fingerprint, document });
    let (person, into, document) = (thing(PERSON), thing(PERSON + 2), "示教〔2025〕2号".into());
    let merged = Kind::PersonMerged(PersonMerged { person, into, document });
    let adjusted = LineAdjusted { line: thing(LINE), document: "示财教〔2021〕9号".into(), fen: -1 };
    let adjusted = Kind::LineAdjusted(adjusted);
    let entry = merged_id(&merged);
    let (kind, subject) = ("unknown_subject".to_owned(), thing(PERSON + 2));
    let explained = FindingExplained {
        entry,
        kind: kind.clone(),
        subject,
        reason: "原报人员编号有误".into(),
        document: "示教〔2025〕3号".into(),
        evidence: Some([11; 32]),
    };
    let (reason, document) = ("已补登记".into(), "示教〔2025〕4号".into());
    let closed = FindingClosed { entry, kind, subject, reason, document };
    let (explained, closed) = (Kind::FindingExplained(explained), Kind::FindingClosed(closed));
    let (unit, serial, document) = (thing(UNIT), "SJ-1".into(), "示财预〔2025〕5号".into());
    let surrendered = Kind::Surrendered(Surrendered { unit, fen: 1_000, serial, document });
    let debts = debts();
    let money = vec![adjusted, explained, closed, surrendered];
    [vec![announced, merged], debts, money, loans::later(), vec![ended(), returned(), corrected()], rights::kinds()]
        .concat()
}

fn returned() -> Kind {
    Kind::VoucherReturned(VoucherReturned { voucher: thing(VOUCHER), fen: 1_000, serial: "TH-1".into() })
}

fn corrected() -> Kind {
    let (application, document) = (thing(APPLICATION), "示财预〔2025〕9号".into());
    let (from, to, fen) = (thing(LINE), thing(CHILD), 1_000);
    Kind::DrawsCorrected(DrawsCorrected { application, from, to, fen, document })
}

fn ended() -> Kind {
    let (reason, document) = ("转学".into(), "示教〔2025〕8号".into());
    Kind::AwardCancelled(AwardCancelled { award: thing(AWARD), from_instalment: 2, reason, document })
}

/// What is owed back, and what came in or was paid of it.
fn debts() -> Vec<Kind> {
    let (debt, unit, fen, serial) = (thing(PAYOUT + 1), thing(UNIT), 400, "ZH-1".to_owned());
    let received = RecoveryReceived { debt, unit, fen, serial };
    let (reason, document) = ("家庭困难".to_owned(), "示教〔2025〕6号".into());
    let waived = RecoveryWaived { debt, fen: 100, reason, document };
    let (reason, document) = ("退学以后发放".to_owned(), "示教〔2025〕7号".into());
    let ordered = RecoveryOrdered { payout: thing(PAYOUT), fen: 500, reason, document };
    let paid = RefundPaid { debt, unit, fen: 200, serial: "TK-1".into() };
    vec![
        Kind::RecoveryReceived(received),
        Kind::RecoveryWaived(waived),
        Kind::RecoveryOrdered(ordered),
        Kind::RefundPaid(paid),
    ]
}

/// The id under which the sample of a merge is said.
fn merged_id(merged: &Kind) -> Uuid {
    Event::said(day(20_210_901), merged.clone()).id
}

/// A thing the samples name, the same for the same number.
#[must_use]
pub fn thing(number: u128) -> Uuid {
    Uuid::from_u128(0x6d69_6e67_7a68_616e_6700_0000_0000_0000 + number)
}

const UNIT: u128 = 1;
const SCHOOL: u128 = 2;
const BANK: u128 = 3;
const LINE: u128 = 10;
const CHILD: u128 = 11;
const PERSON: u128 = 20;
const CARD: u128 = 21;
const ROSTER: u128 = 30;
const AWARD: u128 = 31;
const APPLICATION: u128 = 40;
const PAYOUT: u128 = 41;
const VOUCHER: u128 = 50;

fn policies() -> Vec<Kind> {
    let band = |number, name: &str, fen| Band { number, name: name.into(), min_fen: fen, max_fen: fen };
    let policy = Policy {
        programme: "SH-GRANT".into(),
        version: 1,
        name: "普通高中国家助学金".into(),
        document: "财科教〔2019〕19号".into(),
        stage: "senior_high".into(),
        bands: vec![band(1, "一档", 250_000), band(2, "二档", 150_000)],
        exclusions: vec![Exclusion { programme: "VS-GRANT".into() }],
        sharing: vec![Sharing { subordination: Subordination::Local, central_ppm: 800_000 }],
        flagged: vec![Rule::Due, Rule::Sharing],
        sharing_tolerance_fen: 1,
    };
    vec![Kind::PolicyAdopted(Box::new(policy)), Kind::RulesAdopted(RulesAdopted { version: 1 })]
}

fn orgs() -> Vec<Kind> {
    vec![
        Kind::OrgRegistered(OrgRegistered {
            org: thing(SCHOOL),
            number: "2161000001".into(),
            name: "示例中学".into(),
            level: Level::School,
            role: OrgRole::School,
            parent: Some(thing(UNIT)),
            division: 619_901,
            subordination: Subordination::Local,
        }),
        Kind::OrgRenamed(OrgRenamed { org: thing(SCHOOL), name: "示例第一中学".into(), division: 619_902 }),
    ]
}

fn budget() -> Vec<Kind> {
    vec![
        Kind::LineIssued(LineIssued {
            line: thing(LINE),
            document: "示财教〔2020〕1号".into(),
            parent_document: "财教〔2020〕2号".into(),
            unit: thing(UNIT),
            fiscal_year: 2021,
            programme: "SH-GRANT".into(),
            source: Source::Central,
            item: "2050204".into(),
            project: "610000".into(),
            direct: true,
            advance: true,
            fen: 100_000_000,
        }),
        Kind::LinePassedDown(LinePassedDown {
            document: "示财教〔2021〕3号".into(),
            parts: vec![PassedPart { from: thing(LINE), to: thing(CHILD), unit: thing(SCHOOL), fen: 60_000_000 }],
        }),
        Kind::LineRecalled(LineRecalled {
            line: thing(CHILD), document: "示财教〔2021〕4号".into(), fen: 1_000_000
        }),
    ]
}

fn people() -> Vec<Kind> {
    let person = thing(PERSON);
    vec![
        Kind::PersonRegistered(PersonRegistered { person, origin: 619_903 }),
        Kind::StatusChanged(StatusChanged { person, status: Status::Enrolled, school: thing(SCHOOL) }),
        Kind::CardBound(CardBound { person, card: thing(CARD), relation: CardRelation::Own }),
        Kind::CardReplaced(CardReplaced { person, old: thing(CARD), new: thing(CARD + 1) }),
    ]
}

fn rosters() -> Vec<Kind> {
    let decided = SetDecided { set: thing(ROSTER), hash: [7; 32] };
    vec![
        Kind::RosterPrepared(RosterPrepared {
            roster: thing(ROSTER),
            school: thing(SCHOOL),
            programme: "SH-GRANT".into(),
            academic_year: 2021,
            due: vec![day(20_211_015), day(20_220_415)],
            replaces: None,
        }),
        Kind::RosterLineAdded(RosterLineAdded {
            roster: thing(ROSTER),
            number: 1,
            award: thing(AWARD),
            person: thing(PERSON),
            band: 1,
            fen: 250_000,
        }),
        Kind::RosterSealed(SetSealed { set: thing(ROSTER), count: 1, fen: 250_000, hash: [7; 32] }),
        Kind::RosterReviewed(decided.clone()),
        Kind::RosterApproved(decided),
        Kind::RosterCancelled(SetCancelled { set: thing(ROSTER) }),
    ]
}

fn applications() -> Vec<Kind> {
    let application = thing(APPLICATION);
    vec![
        Kind::ApplicationPrepared(ApplicationPrepared {
            application,
            unit: thing(SCHOOL),
            fiscal_year: 2021,
            replaces: None,
        }),
        Kind::ApplicationLineAdded(ApplicationLineAdded {
            application,
            number: 1,
            payout: thing(PAYOUT),
            award: thing(AWARD),
            instalment: 1,
            card: thing(CARD),
            reissue_of: Some(thing(PAYOUT + 1)),
            draws: draws(),
        }),
        Kind::ApplicationSealed(SetSealed { set: application, count: 1, fen: 125_000, hash: [9; 32] }),
        Kind::ApplicationApproved(SetDecided { set: application, hash: [9; 32] }),
        Kind::ApplicationCancelled(SetCancelled { set: application }),
    ]
}

fn payouts() -> Vec<Kind> {
    let (payout, voucher, application) = (thing(PAYOUT), thing(VOUCHER), thing(APPLICATION));
    let serial = || "20211020000001".to_owned();
    vec![
        Kind::VoucherIssued(VoucherIssued { voucher, number: "示库〔2021〕5".into(), application, draws: draws() }),
        Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: "QS-0001".into() }),
        Kind::BatchSent(BatchSent {
            batch: thing(60),
            application,
            bank: thing(BANK),
            count: 1,
            fen: 125_000,
            hash: [9; 32],
        }),
        Kind::PayoutCredited(PayoutCredited { payout, fen: 125_000, serial: serial() }),
        Kind::PayoutReturned(PayoutReturned { payout, fen: 125_000, reason: 3, serial: serial() }),
        Kind::PayoutUnknown(PayoutUnknown { payout, serial: serial() }),
        Kind::SuspenseCleared(SuspenseCleared {
            item: Uuid::from_u128(26),
            number: 1,
            fen: 100,
            how: Clearing::Accepted(vec![Draw { line: thing(CHILD), fen: 100 }]),
        }),
    ]
}

fn draws() -> Vec<Draw> {
    vec![Draw { line: thing(CHILD), fen: 100_000 }, Draw { line: thing(CHILD + 1), fen: 25_000 }]
}

/// A day of the samples; they only use days the calendar has.
fn day(yyyymmdd: u32) -> Day {
    Day::from_yyyymmdd(yyyymmdd).unwrap_or_default()
}
