//! Answers to calls of many events stay within their bound, whatever there is to say of each: what has no room is brief and says so,
//! and can be asked for.

use crate::import_again::with_office;
use crate::support::{Server, encoded, line, orphan};
use bytes::Bytes;
use prost::Message;
use proto::v1;
use services::intake::ingest;
use services::intake::receipts::BRIEF_BYTES;
use services::wire::MAX_ANSWER_BYTES;
use std::fmt::Write;

/// So many receipts of an answer are in full, and all after them brief.
fn in_full(answer: &v1::RecordResponse) -> usize {
    let full = answer.receipts.iter().take_while(|receipt| !receipt.brief).count();
    assert!(answer.receipts[full..].iter().all(|receipt| receipt.brief));
    let most = MAX_ANSWER_BYTES + (answer.receipts.len() - full) * BRIEF_BYTES;
    assert!(answer.encoded_len() <= most, "{} bytes", answer.encoded_len());
    full
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_findings_ten_thousand_times_has_a_bounded_answer() {
    let server = Server::start().await;
    let said = orphan(7);
    server.record("office", std::slice::from_ref(&said)).await;
    let events = encoded(&vec![said; ingest::MAX_EVENTS]);
    let answer = server.try_record("office", events[..1].to_vec(), true).await.expect("judged").into_inner();
    let alone = &answer.receipts[0];
    assert_eq!((alone.outcome(), alone.brief, alone.findings.len()), (v1::Outcome::Duplicate, false, 1));
    let answer = server.try_record("office", events, true).await.expect("judged").into_inner();
    let full = in_full(&answer);
    assert!(full > 300 && full < 2_000, "{full}");
    assert_eq!((answer.receipts.len(), &answer.receipts[full - 1]), (ingest::MAX_EVENTS, alone));
    let brief = v1::Receipt { findings: Vec::new(), brief: true, ..alone.clone() };
    assert!(answer.receipts[full..].iter().all(|receipt| *receipt == brief), "the verdict is that of each");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_brief_receipt_leaves_out_of_an_entry_can_be_asked_for() {
    let server = Server::start().await;
    let events: Vec<_> = (0..2_000).map(|unit| orphan(1_000 + unit)).collect();
    let answer = server.record("office", &events).await;
    let full = in_full(&answer);
    let brief = &answer.receipts[full..];
    assert!(full > 300 && brief.len() > 300, "{full}");
    assert!(brief.iter().all(|receipt| receipt.outcome() == v1::Outcome::Posted && receipt.findings.is_empty()));
    let (from_index, before_index) = (brief[0].index, brief[100].index);
    let request = v1::ListFindingsRequest { from_index, before_index, page_size: 1_000, ..Default::default() };
    let found = server.ask().list_findings(request).await.expect("a page").into_inner().findings;
    let indices: Vec<_> = found.iter().map(|finding| finding.index).collect();
    assert_eq!(indices, (from_index..before_index).collect::<Vec<_>>());
    server.stop().await;
}

/// Refused and malformed ones too, and in terse answers as well.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_malformed_events_are_brief_once_there_is_no_room() {
    let server = Server::start().await;
    let mut events = encoded(&(0..4_000).map(|number| line(number, 999, 1)).collect::<Vec<_>>());
    for place in 0..4_000 {
        events.insert(place * 2, Bytes::from_static(b"\xff\xff no protobuf"));
    }
    for (terse, dry_run) in [(false, true), (false, false), (true, false)] {
        let request = v1::RecordRequest { events: events.clone(), dry_run, terse, ..Default::default() };
        let answer = ingest::record(&server.engine, "office".into(), request).await.expect("taken");
        let (rejected, judged): (Vec<_>, Vec<_>) =
            answer.receipts.iter().partition(|receipt| receipt.outcome() == v1::Outcome::Rejected);
        for (receipts, code) in [(rejected, "malformed"), (judged, "unknown_org")] {
            assert_eq!(receipts.len(), 4_000);
            assert!(!receipts[0].brief && receipts[3_999].brief);
            for receipt in receipts {
                let fault = receipt.violations.first().map(|fault| (&fault.code, fault.description.is_empty()));
                let refusal = receipt.refusal.as_ref().map(|why| (&why.code, why.sentence_zh.is_empty()));
                let (said, bare) = fault.or(refusal).expect("why");
                assert_eq!((said.as_str(), bare), (code, receipt.brief));
            }
        }
        let brief = answer.receipts.iter().filter(|receipt| receipt.brief).count();
        assert!(answer.encoded_len() <= MAX_ANSWER_BYTES + brief * BRIEF_BYTES, "{} bytes", answer.encoded_len());
    }
    server.stop().await;
}

/// Contracts whose lender, student, school and terms nobody has told of: of each there is more to say than an answer has room for.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_told_of_row_by_row_though_its_answers_were_brief() {
    with_office(|office| {
        let head = "贷款机构,合同编号,身份证号,学校,贷款种类,学历层次,学年,计息基准,预计毕业日,首次还本日,到期日,合同校验值,签约日";
        let (mut contracts, hash) = (format!("{head}\n"), "0f".repeat(32));
        for number in 0..900 {
            let front = format!("99000120020101{number:03}");
            let id = format!("{front}{}", services::intake::identity::check_digit(front.as_bytes()) as char);
            let (row, days) = (format!("CDB,{number},{id},S{number}"), "2027-06-30,2032-12-20,2039-12-20");
            writeln!(contracts, "{row},生源地,本专科,2020,360,{days},{hash},2020-09-15").expect("written");
        }
        for (standing, posted) in [("with_findings", 900), ("still_open", 0)] {
            let (code, shown, said) = office.import("contracts.csv", &contracts);
            assert_eq!((code, &shown[standing], &shown["posted"]), (Some(4), &900.into(), &posted.into()), "{said}");
            assert_eq!(shown["rows_named"].as_array().expect("rows").len(), 900);
            let findings = shown["findings"].as_u64().expect("a number");
            assert!(findings >= 900 && findings % 900 == 0 && !said.contains("疑点太多"), "{findings}");
            assert_eq!(said.matches("疑点 finding").count() as u64, findings);
        }
    })
    .await;
}
