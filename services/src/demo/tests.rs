//! The demo's files as the importer meets them: all of them understood, nothing left out, everything said once.

use super::*;
use crate::identity::{DEMO_KEY, Identity};
use crate::import::{Importer, Said, SinkError};
use ledger::event::Kind;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

fn imported(scale: &str) -> (Plan, Vec<Said>, u64) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let plan = write_year(dir.path(), scale.parse().expect("a scale"), &mut |_, _| {}).expect("written");
    let mut importer = Importer::new(Identity::new(DEMO_KEY));
    let (mut said, mut repeated) = (Vec::new(), 0);
    let mut known: HashSet<Uuid> = HashSet::new();
    for file in &plan.files {
        let mut sink = |one: Said| -> Result<(), SinkError> {
            if known.insert(one.event.id) {
                assert!(!file.again, "a second import said something new");
                said.push(one);
            } else {
                assert!(file.again, "{} was said twice", one.event.kind.name());
                repeated += 1;
            }
            Ok(())
        };
        let report = importer.import_file(&file.path, &file.principal, &mut sink).expect("read");
        assert_eq!(report.problems, [], "{}", report.file);
        assert_eq!(report.rows, file.rows);
    }
    (plan, said, repeated)
}

#[test]
fn the_same_scale_writes_the_same_bytes() {
    let write = || {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let plan = write_year(dir.path(), "0.0005".parse().expect("a scale"), &mut |_, _| {}).expect("written");
        let read = |file: &PlannedFile| std::fs::read(&file.path).expect("readable");
        plan.files.iter().map(read).collect::<Vec<_>>()
    };
    assert!(write() == write());
}

#[test]
fn every_file_is_understood_and_money_adds_up() {
    let (plan, said, repeated) = imported("0.001");
    assert_eq!((plan.expected.person_times, plan.expected.aided_fen), (2_311, 485_000_000));
    assert!(repeated > 0);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut lines: HashMap<Uuid, i64> = HashMap::new();
    let mut payouts: HashMap<Uuid, Vec<ledger::event::Draw>> = HashMap::new();
    for one in &said {
        *kinds.entry(one.event.kind.name()).or_default() += 1;
        match &one.event.kind {
            Kind::LineIssued(line) => *lines.entry(line.line).or_default() += line.fen,
            Kind::LinePassedDown(passed) => {
                for part in &passed.parts {
                    assert!(lines.contains_key(&part.from), "passed down from an unknown line");
                    *lines.entry(part.from).or_default() -= part.fen;
                    assert_eq!(lines.insert(part.to, part.fen), None, "a line of two parents");
                }
            }
            Kind::ApplicationLineAdded(line) => {
                payouts.insert(line.payout, line.draws.clone());
                for draw in &line.draws {
                    assert!(lines.contains_key(&draw.line), "drawn on an unknown line");
                }
            }
            Kind::VoucherIssued(voucher) => {
                for draw in &voucher.draws {
                    *lines.entry(draw.line).or_default() -= draw.fen;
                }
            }
            Kind::PayoutReturned(back) => {
                for draw in &payouts[&back.payout] {
                    *lines.entry(draw.line).or_default() += draw.fen;
                }
            }
            Kind::PayoutCredited(credit) => {
                assert_eq!(payouts[&credit.payout].iter().map(|d| d.fen).sum::<i64>(), credit.fen);
            }
            Kind::LineRecalled(recall) => *lines.entry(recall.line).or_default() -= recall.fen,
            _ => {}
        }
    }
    assert!(lines.values().all(|rest| *rest >= 0), "more was taken than lines hold");
    for kind in [
        "org_renamed",
        "line_recalled",
        "card_replaced",
        "application_cancelled",
        "payout_returned",
        "payout_unknown",
        "suspense_cleared",
    ] {
        assert!(kinds.contains_key(kind), "{kind} is missing");
    }
    assert_eq!(kinds["person_registered"], 2_311);
}

#[test]
fn the_ledger_takes_the_year_and_turns_away_only_what_it_should() {
    for scale in ["0.0005", "0.003"] {
        fold_year(scale);
    }
}

/// Folds the policies and the whole year, and compares what it comes to with the plan.
fn fold_year(scale: &str) {
    let (plan, said, _) = imported(scale);
    let policies = crate::policies::events().expect("shipped policies");
    let adopted = policies.into_iter().map(|event| Said { principal: "policy".into(), event });
    let mut state = ledger::state::State::default();
    let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
    let mut findings = 0;
    for (index, one) in adopted.chain(said).enumerate() {
        let content = proto::event::encode(&one.event);
        let kind = one.event.kind.name();
        let (index, principal) = (index as u64, &*one.principal);
        let entry = ledger::entry::Entry { index, recorded_ms: 0, principal, content: &content, event: one.event };
        match state.fold(&entry).expect("known rules") {
            ledger::outcome::Outcome::Posted { findings: opened, .. } => findings += opened.len(),
            ledger::outcome::Outcome::Refused(refusal) => {
                eprintln!("{scale} {kind} {refusal:?}");
                *refused.entry(refusal.code.name()).or_default() += 1;
            }
            ledger::outcome::Outcome::Duplicate { .. } => panic!("nothing is said twice here"),
        }
    }
    assert_eq!(refused, BTreeMap::from([("four_eyes", 1), ("overdrawn", 1)]));
    assert_eq!(findings, 2, "one double and one late credit at these scales");
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for (_, account) in state.accounts.iter() {
        *sums.entry(account.class.name()).or_default() += account.balance;
    }
    assert_eq!(sums["transit"], plan.expected.in_transit_fen.into());
    assert_eq!(sums["payee"] + sums["suspense"], plan.expected.credited_fen.into());
    assert_eq!(-sums["suspense"], plan.expected.suspense_fen.into());
    assert_eq!(refused.values().sum::<u64>(), plan.expected.refused);
}
