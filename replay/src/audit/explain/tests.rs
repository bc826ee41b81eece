//! Every kind of event is explained, with what was posted in the order in which it was.

use super::aid_facts::facts_of;
use super::by_index::findings_at;
use super::explanation::{of, outcome_of};
use super::printout::Printout;
use super::{EntryOutcome, Moved, from_record};
use crate::engine::Recorded;
use ledger::account::AccountNo;
use ledger::entry::{Entry, Proof};
use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::handle::Handle;
use ledger::outcome::{Outcome, Posting};
use ledger::state::State;
use proto::samples::samples;
use std::collections::BTreeMap;

fn recorded(index: u64, principal: &str, content: &[u8]) -> Recorded {
    let event = proto::event::decode(content).expect("an event");
    let (principal, content) = (principal.to_owned(), bytes::Bytes::copy_from_slice(content));
    Recorded {
        index,
        recorded_ms: proto::samples::LATE_MS,
        principal,
        proof: Proof::Named,
        again: None,
        content,
        event,
    }
}

fn fold(state: &mut State, recorded: &Recorded) -> Outcome {
    let Recorded { index, recorded_ms, principal, proof, again, content, event } = recorded;
    let entry =
        Entry { index: *index, recorded_ms: *recorded_ms, principal, proof: *proof, again: *again, content, event };
    state.fold(&entry).expect("the fold goes on")
}

/// The histories kept with the tests: one of awards and payments, one of loans; together they post every kind.
fn histories() -> Vec<Vec<Recorded>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/histories");
    let files = std::fs::read_dir(folder).expect("the frozen histories").flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.path()).expect("a history"));
    texts.map(|text| entries_in(&text)).collect()
}

fn entries_in(text: &str) -> Vec<Recorded> {
    let entries = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (principal, _, content) = (words.next()?, words.next()?, words.next()?);
        let byte = |at: usize| u8::from_str_radix(&content[at..at + 2], 16).expect("hex");
        Some((principal, (0..content.len()).step_by(2).map(byte).collect::<Vec<u8>>()))
    });
    (0..).zip(entries).map(|(index, (principal, content))| recorded(index, principal, &content)).collect()
}

#[test]
fn every_kind_is_explained_in_an_empty_ledger_and_in_its_own_history() {
    let mut state = State::default();
    for (index, event) in (0..).zip(samples()) {
        let recorded = recorded(index, "somebody", &proto::event::encode(&event));
        let _ = fold(&mut state, &recorded);
        let facts = facts_of(&state, &recorded);
        let explanation = of(&state, &recorded, &[], facts);
        assert!(!explanation.said.is_empty() && !explanation.kind_zh.is_empty(), "{}", explanation.kind);
    }
    for history in histories() {
        let mut state = State::default();
        for recorded in &history {
            let before = facts_of(&state, recorded);
            assert!(before.iter().all(|fact| !fact.zh.is_empty() && !fact.en.is_empty()));
            let _ = fold(&mut state, recorded);
            assert_eq!(of(&state, recorded, &[], before).index, recorded.index);
        }
    }
}

#[test]
fn what_moved_is_in_the_order_of_its_postings_from_balance_to_balance() {
    let mut moved = 0;
    for history in histories() {
        let (mut state, mut again) = (State::default(), State::default());
        for recorded in &history {
            let there = again.accounts.next();
            let before = |at: AccountNo| if at < there { again.accounts.get(at).balance } else { 0 };
            let explanation = from_record::last(&mut state, recorded).expect("the fold goes on");
            let mut stood: BTreeMap<AccountNo, i128> = BTreeMap::new();
            for row in &explanation.moved {
                for (account, fen, [from, to]) in
                    [(row.debit, row.fen, row.debit_balance), (row.credit, -row.fen, row.credit_balance)]
                {
                    let stood = stood.entry(account).or_insert_with(|| before(account));
                    assert_eq!((*stood, to - from), (from.into(), fen), "entry {}", recorded.index);
                    *stood += i128::from(fen);
                }
            }
            let postings = match fold(&mut again, recorded) {
                Outcome::Posted { postings, .. } => postings,
                _ => Vec::new(),
            };
            let of = |row: &Moved| Posting { debit: row.debit, credit: row.credit, fen: row.fen, booked: row.booked };
            assert_eq!(explanation.moved.iter().map(of).collect::<Vec<_>>(), postings, "entry {}", recorded.index);
            moved += postings.len();
        }
    }
    assert!(moved > 1_000, "{moved}");
}

#[test]
fn outcomes_are_remembered_with_their_figures() {
    for history in histories() {
        let mut state = State::default();
        let mut told = |recorded: &Recorded| {
            let outcome = fold(&mut state, recorded);
            (outcome, outcome_of(&state, recorded))
        };
        let outcomes: Vec<_> = history.iter().map(&mut told).collect();
        for (recorded, (outcome, at_once)) in history.iter().zip(outcomes) {
            let (remembered, index) = (outcome_of(&state, recorded), recorded.index);
            let findings: Vec<u32> = findings_at(&state, index).map(Handle::number).collect();
            match outcome {
                Outcome::Posted { findings: opened, .. } => {
                    assert_eq!((remembered, findings), (EntryOutcome::Posted, opened));
                }
                Outcome::Refused(refusal) => assert_eq!(remembered, EntryOutcome::Refused(refusal), "entry {index}"),
                // Later it goes by how what it repeats stands then: taken back, cancelled, said once more.
                Outcome::Duplicate { first, now } => assert_eq!(at_once, EntryOutcome::Duplicate { first, now }),
            }
        }
    }
}

#[test]
fn the_record_alone_tells_what_was_found_of_a_claims_line_and_speaks_chinese() {
    let mut verdicts = 0;
    for history in histories() {
        let mut state = State::default();
        for recorded in &history {
            let explanation = from_record::last(&mut state, recorded).expect("the fold goes on");
            let posted = explanation.outcome == EntryOutcome::Posted && explanation.kind == "claim_line_added";
            let told = explanation.facts.iter().filter(|fact| fact.name == "verdict").count();
            let known = explanation.facts.iter().any(|fact| fact.name == "claim");
            assert_eq!(told, usize::from(posted && known), "entry {}", recorded.index);
            verdicts += told;
            for fact in &explanation.facts {
                let foreign = ["benchmark5y", "lpr5y", "terms", "central", "province", "1970-"];
                assert!(!foreign.iter().any(|word| fact.zh.contains(word)), "entry {}: {}", recorded.index, fact.zh);
            }
            let printout = Printout::new(&state, &explanation);
            let (text, json) = (printout.to_string(), printout.json());
            assert!(text.contains("入账时的情况"), "{text}");
            assert_eq!(json["index"], recorded.index);
            assert_eq!(json["refusal"].is_null(), !text.contains("\n  处理 "), "{text}");
        }
    }
    assert!(verdicts > 5, "claims have lines: {verdicts}");
}

#[test]
fn what_does_not_count_is_explained_by_its_finding_and_rests_on_nothing() {
    let (mut state, mut told) = (State::default(), Vec::new());
    let registered = samples().into_iter().find(|event| matches!(event.kind, Kind::PersonRegistered(_))).expect("one");
    // One counts, sixteen are told beside it, and one finding stands for all further ones.
    for (index, day) in (0..20).zip(0..) {
        let event = Event::said(registered.effective.plus(day), registered.kind.clone());
        let recorded = recorded(index, "somebody", &proto::event::encode(&event));
        let outcome = fold(&mut state, &recorded);
        let Outcome::Posted { findings, .. } = outcome else { panic!("{outcome:?}") };
        told.push((recorded, findings));
    }
    for (recorded, wanted) in &told {
        let explanation = of(&state, recorded, &[], facts_of(&state, recorded));
        let found: Vec<u32> = explanation.findings.iter().map(|finding| finding.number()).collect();
        assert_eq!(&found, wanted, "entry {}", recorded.index);
        assert!(recorded.index == 0 || explanation.facts.is_empty(), "entry {}", recorded.index);
    }
    let numbers: Vec<u32> = told.iter().flat_map(|(_, findings)| findings).copied().collect();
    assert_eq!(numbers, [(0..17).collect::<Vec<u32>>(), vec![16, 16]].concat());
    // The same again opens nothing, and is answered by the entry that told it first.
    let again = recorded(20, "somebody", &told[3].0.content);
    let outcome = fold(&mut state, &again);
    assert_eq!(outcome, Outcome::Duplicate { first: 3, now: ledger::outcome::Now::Differs });
    assert_eq!(outcome_of(&state, &again), EntryOutcome::Duplicate { first: 3, now: ledger::outcome::Now::Differs });
}

#[test]
fn an_edition_taken_back_before_its_turn_is_withdrawn_however_it_is_told_again() {
    let mut state = State::default();
    let registered = samples().into_iter().find(|event| matches!(event.kind, Kind::PersonRegistered(_))).expect("one");
    let early = Event::said_as(1, registered.effective, registered.kind.clone());
    let (content, reason, document) = (0, Reason::Mistyped, "更1".to_owned());
    let back = Kind::EntryWithdrawn(EntryWithdrawn { entry: early.id, content, reason, document });
    let other = Event::said_as(1, early.effective.plus(1), early.kind.clone());
    let now = ledger::outcome::Now::Withdrawn;
    for (index, event) in [early.clone(), Event::said(early.effective, back), early, other].into_iter().enumerate() {
        let recorded = recorded(index as u64, "somebody", &proto::event::encode(&event));
        let outcome = fold(&mut state, &recorded);
        let explained = outcome_of(&state, &recorded);
        if index < 2 {
            assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?}");
        } else {
            assert_eq!(outcome, Outcome::Duplicate { first: 0, now });
            assert_eq!(explained, EntryOutcome::Duplicate { first: 0, now });
        }
    }
    assert!(state.findings.iter().all(|(_, finding)| !finding.open));
}

/// A person's other ids are named where his standing is, as long as they are his.
#[test]
fn a_merged_persons_other_ids_are_named() {
    let said = |event: &Event| proto::event::encode(event);
    let merged = samples().into_iter().find(|event| event.kind.name() == "person_merged").expect("a sample");
    let Kind::PersonMerged(merge) = &merged.kind else { panic!("a merge") };
    let mut state = State::default();
    let merging = recorded(0, "somebody", &said(&merged));
    let _ = fold(&mut state, &merging);
    let named = |state: &State| {
        let facts = facts_of(state, &merging);
        facts.iter().filter(|fact| fact.name == "merged").map(|fact| fact.zh.clone()).collect::<Vec<_>>()
    };
    let zh = |id| format!("合并人员：与 {id} 为同一人（第 0 条）");
    assert_eq!(named(&state), [zh(merge.into), zh(merge.person)]);
    let (content, document) = (0, "更1".to_owned());
    let withdrawn = EntryWithdrawn { entry: merged.id, content, reason: Reason::Mistyped, document };
    let back = Event::said(merged.effective, Kind::EntryWithdrawn(withdrawn));
    let _ = fold(&mut state, &recorded(1, "somebody", &said(&back)));
    assert!(named(&state).is_empty());
}
