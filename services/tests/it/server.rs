//! The gRPC face against a real ledger in files: admission, answers, reading one's own writes, paging, limits, end.

use crate::lending::thing;
use crate::support::{Server, day, encoded, line, org, policy, wire};
use bytes::Bytes;
use ledger::event::{ApplicationPrepared, Event, Kind, SetCancelled};
use proto::v1;
use std::time::Duration;
use tonic::{Code, Request};
use tonic_types::StatusExt;

const UNIT: u128 = 100;
const LINE: u128 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_a_call_gets_its_own_answer() {
    let server = Server::start().await;
    let mut events = encoded(&[org(UNIT), policy(), line(LINE, UNIT, 500), line(LINE + 1, 999, 500)]);
    events.insert(1, Bytes::from_static(b"\xff\xff no protobuf"));
    events.push(events[0].clone());
    let answer = server.try_record("office", events, false).await.expect("taken").into_inner();
    let outcomes: Vec<v1::Outcome> = answer.receipts.iter().map(v1::Receipt::outcome).collect();
    use v1::Outcome::{Duplicate, Posted, Refused, Rejected};
    assert_eq!(outcomes, [Posted, Rejected, Posted, Posted, Refused, Duplicate]);
    assert_eq!(answer.index, 5, "the malformed one is not on record");
    let [_, rejected, _, issued, refused, duplicate] = &answer.receipts[..] else { panic!("six receipts") };
    assert!(!rejected.violations[0].field.is_empty() && !rejected.violations[0].description.is_empty());
    assert_eq!((issued.index, &issued.id[..]), (2, &line(LINE, UNIT, 500).id.as_bytes()[..]));
    let posting = &issued.postings[0];
    let (debit, credit) = (posting.debit.clone().expect("set"), posting.credit.clone().expect("set"));
    assert_eq!((posting.fen, debit.class.as_str(), debit.owner), (500, "available", wire(LINE)));
    assert_eq!((credit.class.as_str(), credit.owner_name.as_str()), ("issued", "陕西省财政厅"));
    let refusal = refused.refusal.clone().expect("a reason");
    assert_eq!((refusal.code.as_str(), refusal.permanent, refusal.subject), ("unknown_org", false, wire(999)));
    assert!(!refusal.sentence_zh.is_empty() && !refusal.remedy.is_empty());
    assert_eq!(duplicate.first, 0);
    server.stop().await;
}

/// A terse answer has one receipt for events in a row that were posted, over the frames of a call and around what was not, and tells of
/// each what an answer in full tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_terse_answer_tells_of_every_event_what_became_of_it() {
    let (tersely, in_full) = (Server::start().await, Server::start().await);
    let mut events: Vec<Event> = (0..3_000).map(|unit| org(UNIT + unit)).collect();
    events.insert(1_000, line(LINE, 9_999_999, 500));
    events.insert(2_000, org(UNIT + 7));
    let mut events = encoded(&events);
    events.insert(1_500, Bytes::from_static(b"\xff\xff no protobuf"));
    let asked = async |server: &Server, terse: bool| {
        let request = v1::RecordRequest { events: events.clone(), dry_run: false, terse, again: Vec::new() };
        services::intake::ingest::record(&server.engine, "office".into(), request).await.expect("taken")
    };
    let (terse, full) = (asked(&tersely, true).await, asked(&in_full, false).await);
    assert_eq!((terse.index, terse.receipts.len(), full.receipts.len()), (full.index, 7, 3_003));
    let told = |receipt: v1::Receipt| {
        let code = receipt.refusal.map(|refusal| refusal.code);
        (receipt.outcome, receipt.index, receipt.first, receipt.stage, receipt.violations, code)
    };
    let terse: Vec<_> = services::wire::each(terse.receipts).map(told).collect();
    assert_eq!(terse, full.receipts.into_iter().map(told).collect::<Vec<_>>());
    tersely.stop().await;
    in_full.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_judges_and_records_nothing() {
    let server = Server::start().await;
    server.record("office", &[org(UNIT), policy()]).await;
    let judged = server.try_record("office", encoded(&[line(LINE, UNIT, 500), line(LINE, 999, 1)]), true).await;
    let judged = judged.expect("judged").into_inner();
    let outcomes: Vec<v1::Outcome> = judged.receipts.iter().map(v1::Receipt::outcome).collect();
    assert_eq!(outcomes, [v1::Outcome::Posted, v1::Outcome::Refused]);
    assert!(judged.receipts.iter().all(|receipt| receipt.stage() == v1::Stage::DryRun));
    assert_eq!(judged.receipts[0].postings[0].fen, 500);
    assert_eq!(server.engine.read().entries, 2);
    let said = server.record("office", &[line(LINE, UNIT, 500)]).await;
    assert_eq!(said.receipts[0].outcome(), v1::Outcome::Posted);
    // A report told otherwise would be on record and not count; an id that is not of its key is nothing at all.
    let mut other = org(UNIT);
    other.effective = other.effective.plus(1);
    let wrong = Event { id: line(LINE, UNIT, 500).id, ..org(UNIT + 1) };
    let judged = server.try_record("office", encoded(&[other, wrong]), true).await.expect("judged").into_inner();
    let [differs, wrong] = &judged.receipts[..] else { panic!("two receipts") };
    assert_eq!((differs.outcome(), differs.differs, differs.held), (v1::Outcome::Posted, true, 1));
    assert_eq!((wrong.outcome(), wrong.violations[0].code.as_str()), (v1::Outcome::Rejected, "wrong_id"));
    server.stop().await;
}

/// Whoever asks, and however short the answer: in full, tersely, by a dry run.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_cancelled_set_was_told_counts_no_more() {
    let server = Server::start().await;
    let (application, unit) = (thing(700), thing(UNIT));
    let prepared = ApplicationPrepared { application, unit, fiscal_year: 2021, replaces: None };
    let prepared = Event::said(day(20_211_016), Kind::ApplicationPrepared(prepared));
    server.record("office", &[org(UNIT), prepared.clone()]).await;
    let asked = async |terse: bool, dry_run: bool| {
        let events = encoded(std::slice::from_ref(&prepared));
        let request = v1::RecordRequest { events, dry_run, terse, again: Vec::new() };
        let answer = services::intake::ingest::record(&server.engine, "office".into(), request).await.expect("taken");
        (answer.receipts[0].outcome(), answer.receipts[0].first, answer.receipts[0].withdrawn)
    };
    let ways = [(false, false), (true, false), (false, true)];
    for (terse, dry_run) in ways {
        assert_eq!(asked(terse, dry_run).await, (v1::Outcome::Duplicate, 1, false));
    }
    let cancelled = Kind::ApplicationCancelled(SetCancelled { set: application });
    server.record("office", &[Event::said(day(20_211_016), cancelled)]).await;
    for (terse, dry_run) in ways {
        assert_eq!(asked(terse, dry_run).await, (v1::Outcome::Duplicate, 1, true));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_principal_is_turned_away() {
    let server = Server::start().await;
    let refused = "PRINCIPAL_REFUSED";
    let long = "x".repeat(65);
    for (bad, why) in [
        ("", "PRINCIPAL_MISSING"),
        ("%20", "PRINCIPAL_MISSING"),
        (&long, refused),
        ("%00", refused),
        ("office%E2%80%8B", refused),
        ("991000200901019101", refused),
    ] {
        let status = server.try_record(bad, encoded(&[org(UNIT)]), false).await.expect_err("nobody said it");
        assert_eq!(status.code(), Code::Unauthenticated, "{bad}");
        let reason = status.get_details_error_info().expect("a reason");
        assert_eq!(reason.reason, why, "{bad}");
    }
    let mut request = Request::new(v1::RecordRequest::default());
    for name in ["office", "other"] {
        request.metadata_mut().append(services::principal::PRINCIPAL_HEADER, name.parse().expect("a name"));
    }
    let status = server.tell().record(request).await.expect_err("one of two said it");
    assert_eq!(status.get_details_error_info().expect("a reason").reason, refused);
    assert_eq!(server.engine.read().entries, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_are_not_in_their_one_spelling_are_turned_away_with_the_character_named() {
    let server = Server::start().await;
    let mut event = org(UNIT);
    let ledger::event::Kind::OrgRegistered(registered) = &mut event.kind else { panic!("an organisation") };
    registered.name = "某\u{202e}校".to_owned();
    let said = server.record("office", &[event]).await;
    assert_eq!(said.receipts[0].outcome(), v1::Outcome::Rejected);
    let violation = &said.receipts[0].violations[0];
    assert_eq!(violation.field, "org_registered.name");
    assert!(violation.description.starts_with("character 2 is U+202E"), "{}", violation.description);
    assert_eq!(server.engine.read().entries, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_beyond_the_limits_record_nothing() {
    let server = Server::start().await;
    let many = vec![Bytes::from_static(b"x"); services::intake::ingest::MAX_EVENTS + 1];
    let status = server.try_record("office", many, false).await.expect_err("too many");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().expect("a field").field_violations[0].field, "events");
    let large = vec![Bytes::from(vec![0; 60_000]); 60];
    let status = server.try_record("office", large, false).await.expect_err("too large for a call");
    assert_eq!(status.code(), Code::InvalidArgument);
    let huge = vec![Bytes::from(vec![0; 60_000]); 80];
    let status = server.try_record("office", huge, false).await.expect_err("too large for the transport");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert_eq!(server.engine.read().entries, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_waits_for_the_writes_it_names() {
    let server = Server::start().await;
    let mut asking = server.ask();
    let waiting = tokio::spawn(async move {
        let request = v1::GetStatusRequest { not_before: 2, digest: true, at: None };
        asking.get_status(request).await.expect("answered").into_inner()
    });
    let answer = server.record("office", &[org(UNIT), policy()]).await;
    assert_eq!(answer.index, 2);
    let status = waiting.await.expect("no panic");
    assert!(status.as_of >= 2);
    assert_eq!((status.posted, status.state_digest.len()), (2, 32));
    assert!(status.books.iter().all(|book| book.trial_balance_fen == 0));
    let mut early = Request::new(v1::GetStatusRequest { not_before: 1_000, digest: false, at: None });
    early.set_timeout(Duration::from_millis(300));
    let status = server.ask().get_status(early).await.expect_err("nobody writes a thousand");
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let server = Server::start().await;
    let lines = (0..25).map(|n| line(LINE + n, UNIT, 100 + n as i64));
    let events: Vec<_> = [org(UNIT), policy()].into_iter().chain(lines).collect();
    server.record("office", &events).await;
    let mut owners = Vec::new();
    let mut token = String::new();
    loop {
        let class = "available".to_owned();
        let request = v1::ListBalancesRequest {
            class,
            division: 610_000,
            page_size: 10,
            page_token: token,
            ..Default::default()
        };
        let page = server.ask().list_balances(request).await.expect("a page").into_inner();
        assert!(page.balances.len() <= 10);
        owners.extend(page.balances.iter().map(|row| row.account.clone().expect("set").owner));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(owners, (0..25).map(|n| wire(LINE + n)).collect::<Vec<_>>());
    let class = "available".to_owned();
    let first = v1::ListBalancesRequest { class, page_size: 1, ..Default::default() };
    let token = server.ask().list_balances(first).await.expect("a page").into_inner().next_page_token;
    let other = v1::ListBalancesRequest { class: "applied".to_owned(), page_token: token, ..Default::default() };
    let status = server.ask().list_balances(other).await.expect_err("a token of another question");
    assert_eq!(status.get_details_bad_request().expect("a field").field_violations[0].field, "page_token");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn things_are_found_by_id_and_unknown_ones_are_not() {
    let server = Server::start().await;
    let events = [org(UNIT), policy(), line(LINE, UNIT, 500), line(LINE, UNIT, 7), line(LINE + 1, 9, 1)];
    server.record("office", &events).await;
    let request = v1::GetLineRequest { not_before: 5, line: wire(LINE), at: None };
    let line = server.ask().get_line(request).await.expect("known").into_inner().line.expect("set");
    assert_eq!((line.received_fen, line.available_fen, line.unit), (500, 500, wire(UNIT)));
    let start = Some(v1::trace_request::Start::Line(wire(LINE)));
    let trace = server.ask().trace(v1::TraceRequest { start, ..Default::default() }).await.expect("known").into_inner();
    let Some(v1::trace_response::Trace::Forward(forward)) = trace.trace else { panic!("forward was asked for") };
    assert_eq!(forward.totals.expect("first page").available_fen, 500);
    let request = v1::GetBalanceRequest { owner: wire(UNIT), class: "issued".to_owned(), ..Default::default() };
    let balance = server.ask().get_balance(request).await.expect("known").into_inner().balance.expect("set");
    assert_eq!(balance.fen, -500);
    let refusals = server.ask().list_refusals(v1::ListRefusalsRequest::default()).await.expect("a page").into_inner();
    let codes: Vec<_> = refusals.refusals.iter().map(|row| row.refusal.clone().expect("set").code).collect();
    assert_eq!(codes, ["told_otherwise", "unknown_org"]);
    let unknown = server.ask().get_payout(v1::GetPayoutRequest { payout: wire(77), ..Default::default() }).await;
    assert_eq!(unknown.expect_err("no such payment").code(), Code::NotFound);
    let short =
        server.ask().get_award(v1::GetAwardRequest { award: Bytes::from_static(b"short"), ..Default::default() }).await;
    assert_eq!(short.expect_err("no id").code(), Code::InvalidArgument);
    let nothing = server.ask().trace(v1::TraceRequest::default()).await;
    assert_eq!(nothing.expect_err("nothing to start from").code(), Code::InvalidArgument);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_what_serves_and_an_open_address_needs_more() {
    let server = Server::start().await;
    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel());
    for service in ["mingzhang.v1.Recorder", "mingzhang.v1.Query"] {
        let request = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
        assert_eq!(health.check(request).await.expect("known").into_inner().status, 1, "{service}");
    }
    let open = tokio::net::TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let refused = services::faces::grpc::run(open, server.engine.clone(), Default::default(), async {}).await;
    assert!(matches!(refused, Err(services::faces::grpc::ServeError::Plain(_))));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_an_account_are_paged_with_the_balance_after_each() {
    let server = Server::start().await;
    let lines = (0..7).map(|n| line(LINE + n, UNIT, 100));
    let events: Vec<_> = [org(UNIT), policy()].into_iter().chain(lines).collect();
    let not_before = server.record("office", &events).await.index;
    let (mut rows, mut token) = (Vec::new(), String::new());
    loop {
        let (owner, class, page_size) = (wire(UNIT), "issued".to_owned(), 3);
        let request = v1::ListEntriesRequest { not_before, owner, class, page_size, page_token: token, at: None };
        let page = server.ask().list_entries(request).await.expect("a page").into_inner();
        assert!(page.entries.len() <= 3);
        rows.extend(page.entries);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let indexes: Vec<_> = rows.iter().map(|row| row.index).collect();
    assert_eq!(indexes, (2..9).collect::<Vec<_>>());
    assert!(rows.iter().zip(1..).all(|(row, n)| (row.fen, row.balance_fen) == (-100, -100 * n)));
    assert_eq!(rows[0].counter.clone().expect("set").owner, wire(LINE));
    server.stop().await;
}
