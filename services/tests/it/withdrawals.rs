//! Entries taken back, as auditors ask for them: which, by which others, who, why; of a service, and of the record alone.

use crate::support::{Server, day};
use ledger::event::{EntryWithdrawn, Event, Kind, RateIndex, RatePublished, Reason};
use proto::v1;
use replay::audit::explain::{Fact, Wanted, explain_record};
use replay::engine::{Engine, Options};
use replay::point::Point;
use serde_json::Value;
use std::process::Command;

fn rate(on: u32) -> Event {
    Event::said(day(on), Kind::RatePublished(RatePublished { index: RateIndex::Lpr5y, rate_ppm: 46_500 }))
}

fn back(on: u32, of: &Event, reason: Reason) -> Event {
    let (entry, document) = (of.id, "陕财教〔2021〕9号".to_owned());
    Event::said(day(on), Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason, document }))
}

/// Two rates, a withdrawal on the wrong day, and both taken back.
fn story() -> [Event; 5] {
    let (first, second) = (rate(20_211_020), rate(20_211_122));
    let wrong = back(20_211_021, &first, Reason::Mistyped);
    let (one, two) = (back(20_211_020, &first, Reason::Mistyped), back(20_211_122, &second, Reason::Ordered));
    [first, second, wrong, one, two]
}

async fn listed(server: &Server, page_size: u32, at: Option<v1::Point>) -> Vec<v1::Withdrawal> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListWithdrawalsRequest { not_before: 0, page_size, page_token, at };
        let answer = server.ask().list_withdrawals(request).await.expect("listed").into_inner();
        all.extend(answer.withdrawals);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawals_are_listed_with_what_they_took_back() {
    let server = Server::start().await;
    let story = story();
    server.record("office", &story[..2]).await;
    let answer = server.record("auditor", &story[2..]).await;
    assert_eq!(answer.receipts[0].refusal.as_ref().map(|refusal| refusal.code.as_str()), Some("wrong_day"));
    let all = listed(&server, 0, None).await;
    let shown: Vec<_> = all.iter().map(|row| (row.index, row.withdrawn, row.day, row.reason())).collect();
    let (mistyped, ordered) = (v1::WithdrawalReason::Mistyped, v1::WithdrawalReason::Ordered);
    assert_eq!(shown, [(3, 0, 20_211_020, mistyped), (4, 1, 20_211_122, ordered)]);
    let row = &all[0];
    assert_eq!((row.principal.as_str(), row.told_by.as_str()), ("auditor", "office"));
    assert_eq!((row.document.as_str(), row.withdrawn_kind.as_str()), ("陕财教〔2021〕9号", "rate_published"));
    assert_eq!(row.withdrawn_event, services::wire::id(story[0].id));
    assert!(row.recorded_ms > 0);
    assert_eq!(listed(&server, 1, None).await, all, "page by page");
    let at_index = v1::Point { at_index: Some(3), ..v1::Point::default() };
    assert_eq!(listed(&server, 0, Some(at_index)).await, all[..1], "before the second was taken back");
    let effective = v1::Point { effective_on: 20_211_101, ..v1::Point::default() };
    assert_eq!(listed(&server, 0, Some(effective)).await, all[..1], "the second is of a later day");
    let address = server.address.to_string();
    let said = tokio::task::spawn_blocking(move || {
        let run = |words: &[&str]| {
            let words = [&["withdrawals", "--server", &address], words].concat();
            let output = Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("it runs");
            assert!(output.status.success());
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        (run(&[]), run(&["--json", "--limit", "1"]))
    });
    let (table, json) = said.await.expect("no panic");
    for words in ["公布利率 rate_published", "笔误 mistyped", "奉命撤销 ordered", "2021-10-20", "陕财教〔2021〕9号"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let row = &json["withdrawals"][0];
    assert_eq!(
        (&row["index"], &row["withdrawn"], &row["reason"]),
        (&3.into(), &0.into(), &"mistyped".into()),
        "{json}"
    );
    server.stop().await;
}

#[test]
fn the_record_alone_says_of_an_entry_that_it_was_taken_back_as_a_service_does() {
    let data = tempfile::tempdir().expect("a directory");
    let options = Options::file(data.path());
    let engine = Engine::open(&options, &mut |_| {}).expect("opens");
    let events = story().map(|event| (bytes::Bytes::from(proto::event::encode(&event)), event));
    let receipts = engine.submit("office", events.to_vec()).expect("taken");
    receipts.blocking_recv().expect("answered").expect("recorded");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let of_withdrawal = |facts: &[Fact]| -> Vec<String> {
        let named = facts.iter().filter(|fact| ["withdrawn", "takes_back"].contains(&fact.name));
        named.map(|fact| fact.zh.clone()).collect()
    };
    let words = ["已由第 3 号记录撤销", "已由第 4 号记录撤销", "", "撤销第 0 号记录", "撤销第 1 号记录"];
    for (index, words) in (0..).zip(words) {
        let past = runtime.block_on(engine.past(Point { entries: Some(index), ..Point::default() }));
        let before = past.expect("folded").expect("none of now").state.clone();
        let (_, live) = replay::audit::explain::explain(&engine, before).expect("readable").expect("there");
        let found = explain_record(&options, Wanted::Index(index), &mut |_| {}).expect("readable");
        let (_, alone) = found.expect("there");
        let facts = of_withdrawal(&alone.facts);
        assert_eq!(facts, of_withdrawal(&live.facts), "entry {index}");
        assert_eq!(facts.len(), usize::from(!words.is_empty()), "entry {index}: {facts:?}");
        assert!(facts.iter().all(|fact| fact.contains(words)), "entry {index}: {facts:?}");
    }
    engine.stop().expect("stops");
}
