//! Legal events whose amounts no plain number holds together: every question about them is answered, before and after a start.

use crate::support::{Server, event, org};
use ledger::event::{Kind, PayoutCredited};
use proto::v1;
use uuid::Uuid;

/// Ten trillion yuan, the most an event may say, as often as no sum of plain amounts takes.
const EACH: i64 = 1_000_000_000_000_000;
const TIMES: u128 = 9_300;

#[tokio::test(flavor = "multi_thread")]
async fn sums_beyond_a_plain_number_end_nothing() {
    let server = Server::start().await;
    let credit = |n: u128| {
        let payout = Uuid::from_u128(1_000_000 + n);
        event(Kind::PayoutCredited(PayoutCredited { payout, fen: EACH, serial: "X".to_owned() }))
    };
    server.record("bank", &[org(1)]).await;
    for from in (0..TIMES).step_by(3_100) {
        let events: Vec<_> = (from..from + 3_100).map(credit).collect();
        server.record("bank", &events).await;
    }
    let mut query = server.ask();
    let totals = query.get_totals(v1::GetTotalsRequest::default()).await.expect("an answer").into_inner();
    let sum = totals.sum.expect("a sum");
    assert_eq!((sum.suspense_fen, sum.credited_fen), (i64::MAX, 0), "held to what the answer can say");
    let balances = v1::ListBalancesRequest { class: "suspense".to_owned(), page_size: 10, ..Default::default() };
    query.list_balances(balances).await.expect("an answer");
    query.list_findings(v1::ListFindingsRequest::default()).await.expect("an answer");
    query.get_status(v1::GetStatusRequest::default()).await.expect("an answer");
    let compare = v1::CompareRequest {
        from: Some(v1::Point { at_index: Some(1), ..Default::default() }),
        to: Some(v1::Point::default()),
        ..Default::default()
    };
    query.compare(compare).await.expect("an answer");
    server.stop().await;
}
