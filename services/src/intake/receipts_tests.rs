//! Receipts stay within their bound, and each event has its own in its place.

use super::*;
use proto::event::{Malformed, admit};

fn malformed() -> Malformed {
    admit(b"?").unwrap_err()
}

/// Whatever of a call is malformed, and however answers are put together, each event has its own answer.
#[test]
fn every_event_of_a_terse_call_has_its_answer_in_its_place() {
    for malformed in 0..1_u32 << 7 {
        for refused in 0..1_u32 << 7 {
            let (mut answers, mut rejected, mut wanted) = (Vec::<v1::Receipt>::new(), Vec::new(), Vec::new());
            let mut index = 40;
            for position in 0..7 {
                if malformed >> position & 1 == 1 {
                    rejected.push((position, rejection(self::malformed())));
                    wanted.push((v1::Outcome::Rejected, 0));
                    continue;
                }
                let is_refused = refused >> position & 1 == 1;
                let outcome = if is_refused { v1::Outcome::Refused } else { v1::Outcome::Posted };
                wanted.push((outcome, index));
                match answers.last_mut() {
                    Some(last) if !is_refused && last.outcome() == v1::Outcome::Posted => last.alike += 1,
                    _ => answers.push(v1::Receipt { index, outcome: outcome.into(), ..Default::default() }),
                }
                index += 1;
            }
            let given = wire::each(woven(answers, rejected)).map(|receipt| (receipt.outcome(), receipt.index));
            assert_eq!(given.collect::<Vec<_>>(), wanted, "malformed {malformed:b}, refused {refused:b}");
        }
    }
}

/// A receipt in which every field that a brief one keeps is as long as it gets.
fn largest(code: Code, id: &Bytes, alike: u64) -> v1::Receipt {
    v1::Receipt {
        id: id.clone(),
        index: u64::MAX,
        stage: v1::Stage::Published.into(),
        outcome: v1::Outcome::Rejected.into(),
        first: u64::MAX,
        refusal: Some(v1::Refusal {
            permanent: true,
            ..v1::Refusal::from(&Refusal::with(code, Uuid::max(), i64::MIN))
        }),
        postings: vec![v1::Posting { fen: 1, ..Default::default() }; 1_000],
        findings: vec![v1::Finding { kind: "x".repeat(99), ..Default::default() }; 100],
        withdrawn: true,
        differs: true,
        held: u64::MAX,
        alike,
        ..Default::default()
    }
}

#[test]
fn a_brief_receipt_is_never_longer_than_its_bound() {
    for code in Code::ALL {
        // Those that stand for several events have no id.
        for (id, alike) in [(Bytes::from_static(&[7; 16]), 0), (Bytes::new(), u64::MAX)] {
            let receipt = brief(largest(*code, &id, alike));
            assert!(in_answer(&receipt) <= BRIEF_BYTES, "{code:?}: {}", in_answer(&receipt));
            assert!(receipt.brief && receipt.postings.is_empty() && receipt.findings.is_empty());
            let refusal = receipt.refusal.expect("kept");
            assert!(refusal.sentence_zh.is_empty() && refusal.remedy.is_empty());
            let worded =
                v1::Refusal { permanent: true, ..v1::Refusal::from(&Refusal::with(*code, Uuid::max(), i64::MIN)) };
            assert_eq!(wire::worded(refusal), worded, "nothing is lost but words");
        }
    }
    let rejected = brief(rejection(malformed()));
    assert!(in_answer(&rejected) <= BRIEF_BYTES);
    assert_eq!(rejected.violations[0].code, "malformed");
}

#[test]
fn an_answer_has_its_bound_and_is_brief_only_where_it_must_be() {
    for each in [1, 300, 5_000, ROOM_BYTES - 40, ROOM_BYTES, 2 * ROOM_BYTES] {
        let finding = v1::Finding { sentence_zh: "x".repeat(each), ..Default::default() };
        let (_, mut room) = Room::rejections(Vec::new());
        let receipts: Vec<_> = (0..10_000)
            .map(|index| v1::Receipt { index, ..Default::default() })
            .map(|receipt| room.give(receipt, |receipt| receipt.findings = vec![finding.clone()]))
            .collect();
        let brief = receipts.iter().position(|receipt| receipt.brief).unwrap_or(10_000);
        assert!(receipts[brief..].iter().all(|receipt| receipt.brief), "all after the first");
        let taken: usize = receipts[..brief].iter().map(in_answer).sum();
        assert!(brief == 10_000 || taken + each + 64 > ROOM_BYTES, "{brief} of {each} bytes");
        let answer = v1::RecordResponse { receipts, index: u64::MAX };
        assert!(answer.encoded_len() <= wire::MAX_ANSWER_BYTES + (10_000 - brief) * BRIEF_BYTES);
    }
}

#[test]
fn what_is_malformed_is_told_first_and_leaves_half_of_the_room() {
    let faults = |count: usize| {
        let mut malformed = malformed();
        let one = malformed.violations[0].clone();
        malformed.violations = vec![one; count];
        malformed
    };
    let (few, room) = Room::rejections(vec![(9, faults(FAULTS_NAMED)), (10, faults(1_000))]);
    assert_eq!(few[0].1.violations.len(), FAULTS_NAMED);
    let last = few[1].1.violations.last().expect("one more");
    assert_eq!((few[1].1.violations.len(), &last.description[..8]), (FAULTS_NAMED + 1, "980 more"));
    assert_eq!(room.left, ROOM_BYTES - few.iter().map(|(_, receipt)| in_answer(receipt)).sum::<usize>());
    let (many, room) = Room::rejections((0..10_000).map(|place| (place, faults(1))).collect());
    assert!(!many[0].1.brief && many[9_999].1.brief);
    assert!(room.left >= ROOM_BYTES / 2);
}
