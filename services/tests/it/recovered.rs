//! A payment paid back: what was paid, what was recovered and what is left, wherever it is shown; and that of what was taken back
//! again nothing is left to see.

use crate::explain::{FEN, PAYOUT, Story, UNIT};
use crate::lending::thing;
use crate::support::{Server, wire};
use ledger::event::*;
use proto::v1;
use uuid::Uuid;

const PART: i64 = FEN / 4;

/// Paid, recovered and net: of the payment, and of all.
async fn figures(server: &Server) -> [[i64; 3]; 2] {
    let request = v1::GetPayoutRequest { payout: wire(PAYOUT), ..Default::default() };
    let payout = server.ask().get_payout(request).await.expect("known").into_inner().payout.expect("set");
    let totals = server.ask().get_totals(v1::GetTotalsRequest::default()).await.expect("totals").into_inner();
    let sum = totals.sum.expect("set");
    assert_eq!(totals.rows.iter().map(|row| row.recovered_fen).sum::<i64>(), sum.recovered_fen);
    [[payout.paid_fen, payout.recovered_fen, payout.net_fen], [sum.aided_fen, sum.recovered_fen, sum.net_fen]]
}

async fn debts(server: &Server) -> Vec<v1::Debt> {
    server.ask().list_debts(v1::ListDebtsRequest::default()).await.expect("debts").into_inner().debts
}

async fn receivable(server: &Server, zero: bool) -> usize {
    let class = "receivable".to_owned();
    let request = v1::ListBalancesRequest { class, zero, ..v1::ListBalancesRequest::default() };
    server.ask().list_balances(request).await.expect("balances").into_inner().balances.len()
}

async fn take_back(story: &mut Story, entry: Uuid, on: u32) {
    let (content, reason, document) = (0, Reason::NeverHappened, "撤1".to_owned());
    let withdrawn = EntryWithdrawn { entry, content, reason, document };
    let receipt = story.say("office", on, Kind::EntryWithdrawn(withdrawn)).await;
    assert_eq!(receipt.outcome(), v1::Outcome::Posted, "{:?}", receipt.refusal);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recovered_of_a_payment_is_no_aid_and_taken_back_leaves_no_trace() {
    let mut story = Story::begin().await;
    story.award().await;
    story.apply().await;
    story.credited().await;
    assert_eq!(figures(&story.server).await, [[FEN, 0, FEN]; 2]);
    let (payout, reason, document) = (thing(PAYOUT), "离校".to_owned(), "追1".to_owned());
    let ordered = RecoveryOrdered { payout, fen: 2 * PART, reason, document };
    let ordered = story.say("office", 20_211_101, Kind::RecoveryOrdered(ordered)).await;
    let debt = Uuid::from_slice(&ordered.id).expect("an id");
    assert_eq!(figures(&story.server).await, [[FEN, 0, FEN]; 2], "nothing came in yet");
    let (unit, serial) = (thing(UNIT), "回1".to_owned());
    let received = RecoveryReceived { debt, unit, fen: PART, serial };
    let received = story.say("treasury", 20_220_105, Kind::RecoveryReceived(received)).await;
    assert_eq!(figures(&story.server).await, [[FEN, PART, FEN - PART]; 2]);
    assert_eq!((debts(&story.server).await.len(), receivable(&story.server, false).await), (1, 1));
    take_back(&mut story, Uuid::from_slice(&received.id).expect("an id"), 20_220_105).await;
    take_back(&mut story, debt, 20_211_101).await;
    assert_eq!(figures(&story.server).await, [[FEN, 0, FEN]; 2]);
    assert!(debts(&story.server).await.is_empty());
    assert_eq!((receivable(&story.server, false).await, receivable(&story.server, true).await), (0, 1));
    story.server.stop().await;
}
