//! Malformed events are turned away with the field named; well-formed ones come back unchanged.

use bytes::Bytes;
use ledger::event::{Clearing, Event, Kind, LenderYear, LoanKind, Purpose};
use prost::Message;
use prost::encoding::{WireType, encode_key};
use proto::event::{Malformed, admit, decode, encode};
use proto::limits::{MAX_EVENT_BYTES, MAX_PARTS, MAX_TEXT_BYTES};
use proto::samples::{samples, thing};
use proto::v1::{self, event::Kind as Wire};

fn sample(name: &str) -> Event {
    samples().into_iter().find(|event| event.kind.name() == name).expect("a kind of this name")
}

fn wire(name: &str) -> v1::Event {
    v1::Event::decode(&encode(&sample(name))[..]).expect("a good event")
}

/// The fields named when `bytes` are read.
fn fields(bytes: &[u8]) -> Vec<String> {
    let Malformed { violations } = admit(bytes).expect_err("must be turned away");
    assert!(!violations.is_empty());
    assert!(violations.iter().all(|violation| !violation.description.is_empty()));
    violations.into_iter().map(|violation| violation.field).collect()
}

/// The fields named when the sample of this kind is changed so.
macro_rules! spoilt {
    ($name:literal, $kind:ident, $message:ident => $change:expr) => {{
        let mut event = wire($name);
        let Some(Wire::$kind($message)) = &mut event.kind else { panic!("another kind") };
        $change;
        fields(&event.encode_to_vec())
    }};
}

#[test]
fn every_kind_comes_back_unchanged() {
    for event in samples() {
        assert_eq!(decode(&encode(&event)), Ok(event));
    }
}

#[test]
fn what_may_be_left_out_comes_back_left_out() {
    let mut recoverable = sample("suspense_cleared");
    let Kind::SuspenseCleared(cleared) = &mut recoverable.kind else { panic!("another kind") };
    cleared.how = Clearing::Recoverable(None);
    let mut first = sample("application_line_added");
    let Kind::ApplicationLineAdded(line) = &mut first.kind else { panic!("another kind") };
    line.reissue_of = None;
    let mut root = sample("org_registered");
    let Kind::OrgRegistered(org) = &mut root.kind else { panic!("another kind") };
    org.parent = None;
    org.number.clear();
    for event in [recoverable, first, root] {
        assert_eq!(decode(&encode(&event)), Ok(event));
    }
}

#[test]
fn the_largest_passing_down_fits() {
    let mut event = sample("line_passed_down");
    let Kind::LinePassedDown(down) = &mut event.kind else { panic!("another kind") };
    down.parts = vec![down.parts[0].clone(); MAX_PARTS];
    let bytes = encode(&event);
    assert!(bytes.len() <= MAX_EVENT_BYTES);
    assert_eq!(decode(&bytes), Ok(event));
}

#[test]
fn an_unknown_field_is_named_by_where_it_stands() {
    let mut outer = encode(&sample("card_bound"));
    outer.extend([0x28, 1]); // Field 5 of Event, which does not exist.
    assert_eq!(fields(&outer), ["5"]);

    let mut event = wire("rules_adopted");
    event.kind = None;
    let mut newer = event.encode_to_vec();
    // A number that no kind has: one of tomorrow, with nothing in it.
    let tomorrow = 900;
    encode_key(tomorrow, WireType::LengthDelimited, &mut newer);
    newer.push(0);
    assert_eq!(fields(&newer), [tomorrow.to_string().as_str(), "kind"]);

    let mut inner = event.encode_to_vec();
    inner.extend([0x8a, 0x01, 4, 0x08, 1, 0x10, 1]); // Version 1, and field 2 of RulesAdopted.
    assert_eq!(fields(&inner), ["rules_adopted.2"]);
}

#[test]
fn other_bytes_for_the_same_event_are_turned_away() {
    let mut event = wire("rules_adopted");
    event.kind = None;
    let head = event.encode_to_vec();
    let with = |tail: &[u8]| fields(&[&head, tail].concat());
    assert!(decode(&[&head[..], &[0x8a, 0x01, 2, 0x08, 1]].concat()).is_ok());
    let path = "rules_adopted.version";
    assert_eq!(with(&[0x8a, 0x01, 3, 0x08, 0x81, 0x00]), [path], "number written too long");
    assert_eq!(with(&[0x8a, 0x01, 2, 0x08, 0]), [path], "default written out");
    assert_eq!(with(&[0x8a, 0x01, 4, 0x08, 1, 0x08, 1]), [path], "written twice");
    assert_eq!(with(&[0x8a, 0x01, 0x82, 0x00, 0x08, 1]), ["rules_adopted"], "length written too long");
    let kind_first = [&[0x8a, 0x01, 2, 0x08, 1], &head[..]].concat();
    assert_eq!(fields(&kind_first), ["rules_adopted"], "fields out of order");
}

#[test]
fn a_missing_kind_is_named() {
    let mut event = wire("card_bound");
    event.kind = None;
    assert_eq!(fields(&event.encode_to_vec()), ["kind"]);
    assert_eq!(fields(&[]), ["id", "effective", "kind"]);
    assert_eq!(spoilt!("suspense_cleared", SuspenseCleared, m => m.how = None), ["suspense_cleared.how"]);
}

#[test]
fn truncated_and_oversized_events_are_turned_away() {
    for event in samples() {
        let bytes = encode(&event);
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err(), "{} cut after {cut}", event.kind.name());
        }
    }
    let bytes = encode(&sample("card_bound"));
    assert_eq!(fields(&bytes[..bytes.len() - 1]), ["card_bound"]);
    assert_eq!(fields(&vec![0; MAX_EVENT_BYTES + 1]), ["event"]);
}

#[test]
fn unknown_and_unset_list_values_are_named() {
    assert_eq!(spoilt!("status_changed", StatusChanged, m => m.status = 0), ["status_changed.status"]);
    assert_eq!(spoilt!("status_changed", StatusChanged, m => m.status = 99), ["status_changed.status"]);
    assert_eq!(spoilt!("line_issued", LineIssued, m => m.source = -1), ["line_issued.source"]);
    let fields = spoilt!("policy_adopted", PolicyAdopted, m => m.flagged = vec![1, 9]);
    assert_eq!(fields, ["policy_adopted.flagged[1].rule"]);
    let fields = spoilt!("org_registered", OrgRegistered, m => { m.level = 6; m.role = 0; m.subordination = 3 });
    assert_eq!(fields, ["org_registered.level", "org_registered.role", "org_registered.subordination"]);
}

#[test]
fn ids_hashes_and_days_must_be_whole() {
    let short = || Bytes::from_static(&[1; 15]);
    assert_eq!(spoilt!("card_bound", CardBound, m => m.card = short()), ["card_bound.card"]);
    assert_eq!(spoilt!("card_bound", CardBound, m => m.card = Bytes::new()), ["card_bound.card"]);
    assert_eq!(spoilt!("org_registered", OrgRegistered, m => m.parent = short()), ["org_registered.parent"]);
    assert_eq!(spoilt!("roster_sealed", RosterSealed, m => m.hash = short()), ["roster_sealed.hash"]);
    let fields_of = spoilt!("line_passed_down", LinePassedDown, m => {
        let mut part = m.parts[0].clone();
        (part.to, part.fen) = (short(), -1);
        m.parts.push(part);
    });
    assert_eq!(fields_of, ["line_passed_down.parts[1].to", "line_passed_down.parts[1].fen"]);
    for effective in [0, 20_210_229, 20_211_301, 18_991_231, 30_000_101, u32::MAX] {
        let event = v1::Event { effective, ..wire("card_bound") };
        assert_eq!(fields(&event.encode_to_vec()), ["effective"], "{effective}");
    }
    assert_eq!(spoilt!("roster_prepared", RosterPrepared, m => m.due[1] = 1), ["roster_prepared.due[1].day"]);
}

#[test]
fn counts_texts_and_numbers_have_limits() {
    assert_eq!(spoilt!("roster_prepared", RosterPrepared, m => m.due.clear()), ["roster_prepared.due"]);
    let fields_of = spoilt!("roster_prepared", RosterPrepared, m => m.due = vec![20_210_901; 13]);
    assert_eq!(fields_of, ["roster_prepared.due"]);
    let six = spoilt!("application_line_added", ApplicationLineAdded, m => m.draws = vec![m.draws[0].clone(); 6]);
    assert_eq!(six, ["application_line_added.draws"]);
    let many = spoilt!("line_passed_down", LinePassedDown, m => m.parts = vec![m.parts[0].clone(); MAX_PARTS + 1]);
    assert_eq!(many, ["line_passed_down.parts"]);
    let long = "长".repeat(MAX_TEXT_BYTES / 3 + 1);
    assert_eq!(spoilt!("org_renamed", OrgRenamed, m => m.name = long), ["org_renamed.name"]);
    assert_eq!(spoilt!("org_renamed", OrgRenamed, m => m.name = "a\nb".into()), ["org_renamed.name"]);
    assert_eq!(spoilt!("org_renamed", OrgRenamed, m => m.name.clear()), ["org_renamed.name"]);
    assert_eq!(spoilt!("org_renamed", OrgRenamed, m => m.division = 1_000_000), ["org_renamed.division"]);
    assert_eq!(spoilt!("payout_returned", PayoutReturned, m => m.reason = 100), ["payout_returned.reason"]);
    assert_eq!(spoilt!("line_issued", LineIssued, m => m.fen = i64::MAX), ["line_issued.fen"]);
    assert_eq!(spoilt!("line_issued", LineIssued, m => m.fiscal_year = 65_536 + 2021), ["line_issued.fiscal_year"]);
}

#[test]
fn amounts_rates_and_days_of_loans_have_limits() {
    use proto::limits::{MAX_LOAN_FEN, MAX_SPREAD_BP};
    assert_eq!(spoilt!("loan_drawn", LoanDrawn, m => m.fen = MAX_LOAN_FEN + 1), ["loan_drawn.fen"]);
    assert_eq!(spoilt!("loan_drawn", LoanDrawn, m => m.fen = -1), ["loan_drawn.fen"]);
    assert_eq!(spoilt!("rate_published", RatePublished, m => m.rate_ppm = 1_000_001), ["rate_published.rate_ppm"]);
    let spread = spoilt!("loan_rate_agreed", LoanRateAgreed, m => m.spread_bp = -MAX_SPREAD_BP - 1);
    assert_eq!(spread, ["loan_rate_agreed.spread_bp"]);
    let figure = spoilt!("interest_adjusted", InterestAdjusted, m => {
        m.figure.as_mut().expect("a figure").waiver = -MAX_LOAN_FEN - 1;
    });
    assert_eq!(figure, ["interest_adjusted.figure.waiver"]);
    let days = spoilt!("claim_line_added", ClaimLineAdded, m => m.days = 3_661);
    assert_eq!(days, ["claim_line_added.days"]);
    let draws =
        spoilt!("remittance_ordered", RemittanceOrdered, m => m.draws = vec![m.draws[0].clone(); MAX_PARTS + 1]);
    assert_eq!(draws, ["remittance_ordered.draws"]);
    let parts = spoilt!("compensation_accrued", CompensationAccrued, m => m.parts = vec![m.parts[0]; 7]);
    assert_eq!(parts, ["compensation_accrued.parts"]);
}

#[test]
fn terms_name_the_part_of_a_part_that_is_wrong() {
    let path = |name: &str| vec![format!("loan_terms_adopted.{name}")];
    let terms = spoilt!("loan_terms_adopted", LoanTermsAdopted, m => m.reset = None);
    assert_eq!(terms, path("reset"));
    for (month, day, field) in [(2, 29, "day"), (4, 31, "day"), (13, 1, "month"), (0, 1, "month"), (12, 0, "day")] {
        let terms =
            spoilt!("loan_terms_adopted", LoanTermsAdopted, m => m.settlement = Some(v1::MonthDay { month, day }));
        assert_eq!(terms, path(&format!("settlement.{field}")), "{month}-{day}");
    }
    let terms = spoilt!("loan_terms_adopted", LoanTermsAdopted, m => m.risk[0].parts[1].payer = 9);
    assert_eq!(terms, path("risk[0].parts[1].payer"));
    let terms = spoilt!("loan_terms_adopted", LoanTermsAdopted, m => m.subsidy = vec![m.subsidy[0].clone(); 81]);
    assert_eq!(terms, path("subsidy"));
    let terms = spoilt!("loan_terms_adopted", LoanTermsAdopted, m => m.penalty_ppm = 10_000_001);
    assert_eq!(terms, path("penalty_ppm"));
}

#[test]
fn parts_of_loan_events_may_be_left_out_only_where_that_says_something() {
    let mut plain = sample("loan_repaid");
    let Kind::LoanRepaid(repaid) = &mut plain.kind else { panic!("another kind") };
    repaid.allocation = None;
    assert_eq!(decode(&encode(&plain)), Ok(plain));
    assert_eq!(spoilt!("loan_refunded", LoanRefunded, m => m.allocation = None), ["loan_refunded.allocation"]);
    assert_eq!(spoilt!("interest_accrued", InterestAccrued, m => m.figure = None), ["interest_accrued.figure"]);
    assert_eq!(spoilt!("fund_stated", FundStated, m => m.kind = 0), ["fund_stated.kind"]);
    assert_eq!(spoilt!("surplus_rewarded", SurplusRewarded, m => m.year = None), ["surplus_rewarded.year"]);
    let purpose = spoilt!("remittance_ordered", RemittanceOrdered, m => m.purpose = None);
    assert_eq!(purpose, ["remittance_ordered.purpose"]);
    for purpose in [
        Purpose::Claim(thing(5)),
        Purpose::Advance(LenderYear { lender: thing(6), kind: LoanKind::Campus, year: 2024 }),
    ] {
        let mut event = sample("remittance_ordered");
        let Kind::RemittanceOrdered(order) = &mut event.kind else { panic!("another kind") };
        order.purpose = purpose;
        assert_eq!(decode(&encode(&event)), Ok(event));
    }
}

#[test]
fn text_that_is_no_utf8_is_named() {
    let mut bytes = encode(&sample("payout_unknown"));
    let last = bytes.len() - 1;
    bytes[last] = 0xff;
    assert_eq!(fields(&bytes), ["payout_unknown.serial"]);
}

/// A small generator with a fixed seed (SplitMix64), so that a failure comes back.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

#[test]
fn whatever_the_bytes_what_is_admitted_is_written_the_same_and_nothing_panics() {
    let mut random = Random(20_210_901);
    let good: Vec<Vec<u8>> = samples().iter().map(encode).collect();
    let mut admitted = 0;
    for _ in 0..60_000 {
        let mut bytes = good[random.below(good.len())].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = random.next() as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => bytes.insert(at, random.next() as u8),
                _ => drop(bytes.remove(at)),
            }
        }
        if let Ok(event) = decode(&bytes) {
            assert_eq!(encode(&event), bytes);
            admitted += 1;
        }
    }
    assert!(admitted > 1_000, "changed ids and amounts are still events: {admitted}");
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..random.below(80)).map(|_| random.next() as u8).collect();
        assert!(decode(&bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn rules_of_a_later_program_never_get_into_the_record() {
    let version = ledger::fold::KNOWN_RULES + 1;
    let kind = ledger::event::Kind::RulesAdopted(ledger::event::RulesAdopted { version });
    let effective = ledger::money::Day::new(2021, 1, 1).unwrap_or_default();
    let bytes = proto::event::encode(&Event::said(effective, kind));
    let malformed = proto::event::decode(&bytes).expect_err("it would halt every fold");
    assert!(malformed.violations.iter().any(|violation| violation.field.ends_with("version")), "{malformed}");
}
