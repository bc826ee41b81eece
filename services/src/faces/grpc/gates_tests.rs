//! Who waits for whom, told by permits that are held, not by time.

use super::connections::Connections;
use super::gates::Gates;
use super::incoming::Requests;
use super::limits::{COSTLY_WAITING, COSTLY_WORKERS};
use super::questions::Questions;
use proto::v1;
use proto::v1::query_server::Query;
use replay::engine::{Engine, Options};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

fn gates() -> Gates {
    Gates::new(Connections::new(1, Duration::ZERO), Requests::new(Duration::ZERO, Duration::ZERO))
}

/// A request whose caller waits no time.
fn now<T>(question: T) -> Request<T> {
    let mut request = Request::new(question);
    request.set_timeout(Duration::from_millis(1));
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_one_thing_is_answered_while_all_reports_are_held() {
    let data = tempfile::tempdir().expect("a directory");
    let options = Options::file(data.path());
    let engine = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {})).await.expect("no panic");
    let engine = engine.expect("an empty ledger");
    let gates = Arc::new(gates());
    let questions = Questions::new(engine.clone(), Arc::clone(&gates), None);
    let until = Instant::now() + Duration::from_secs(600);
    let mut held = Vec::new();
    for _ in 0..COSTLY_WORKERS {
        held.push(gates.costly(until).await.expect("a turn"));
    }
    let refused = questions.get_totals(now(v1::GetTotalsRequest::default())).await.expect_err("all are held");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "COSTLY_BUSY"));
    assert!(refused.get_details_retry_info().is_some() && !refused.message().is_empty());
    let status =
        questions.get_status(Request::new(v1::GetStatusRequest::default())).await.expect("an answer").into_inner();
    assert_eq!((status.questions_turned_away, status.answers_under_way), (1, 1));
    let balances = questions.list_balances(Request::new(v1::ListBalancesRequest::default())).await;
    assert!(balances.is_ok(), "no report is waited for");
    let largest = gates.largest(until).await.expect("a turn");
    for refused in [
        questions.compare(now(v1::CompareRequest::default())).await.map(drop),
        questions.get_outcome(now(v1::GetOutcomeRequest::default())).await.map(drop),
    ] {
        let refused = refused.expect_err("another is under way");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "COSTLY_BUSY"));
    }
    assert_eq!(gates.load().turned_away, 3);
    drop(largest);
    held.pop();
    let totals = questions.get_totals(Request::new(v1::GetTotalsRequest::default())).await.expect("its turn");
    drop(totals);
    drop((questions, held));
    tokio::task::spawn_blocking(move || engine.stop()).await.expect("no panic").expect("stops");
}

#[tokio::test]
async fn who_would_wait_behind_too_many_is_told_at_once() {
    let gates = Arc::new(gates());
    let until = Instant::now() + Duration::from_secs(600);
    let mut held = Vec::new();
    for _ in 0..COSTLY_WORKERS {
        held.push(gates.costly(until).await.expect("a turn"));
    }
    let mut waiting: Vec<_> = (0..COSTLY_WAITING).map(|_| Box::pin(gates.costly(until))).collect();
    for one in &mut waiting {
        assert!(futures_util::poll!(one).is_pending());
    }
    let refused = gates.costly(until).await.expect_err("the queue is full");
    assert_eq!(reason(&refused), "COSTLY_BUSY");
    drop(waiting);
    held.clear();
    assert!(gates.costly(until).await.is_ok(), "those who went away wait no more");
    assert_eq!(gates.load().turned_away, 1);
}
