//! No answer is larger than its bound, however much was told of one thing; all its pages together are the whole, and the
//! commands follow them.

use super::cli::asked;
use super::year::Year;
use crate::support::{day, policy};
use bytes::Bytes;
use ledger::event::policy::{Band, Exclusion, Sharing};
use ledger::event::{Event, Kind, LoanRepaid, PayoutCredited, Subordination};
use prost::Message;
use proto::v1;
use proto::v1::trace_request::Start;
use proto::v1::trace_response::Trace;
use serde_json::Value;
use services::wire::MAX_ANSWER_BYTES;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is told of one loan, and of one payment: more than is taken of either.
const TOLD: usize = 2_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_about_much_come_in_pages_that_are_the_whole() {
    let year = Year::run().await;
    let of = |id: &Bytes| Uuid::from_slice(id).expect("an id");
    let (loan, payout) = (year.things.loans[0].clone(), year.things.payouts[0].clone());
    let repaid = |n: usize| {
        let (loan, fen, allocation, early) = (of(&loan), 1, None, false);
        let kind = LoanRepaid { loan, fen, allocation, early, serial: format!("还{n}") };
        Event::said(day(20_240_901 + u32::try_from(n % 28).expect("small")), Kind::LoanRepaid(kind))
    };
    // Credited again and again it is paid as often, each time out of the lines it draws on.
    let request = v1::GetPayoutRequest { payout: payout.clone(), ..Default::default() };
    let fen = year.server.ask().get_payout(request).await.expect("known").into_inner().payout.expect("set").fen;
    let credited = |n: usize| {
        let fen = if n.is_multiple_of(2) { fen } else { 1 };
        let kind = PayoutCredited { payout: of(&payout), fen, serial: format!("入{n}") };
        Event::said(day(20_240_901), Kind::PayoutCredited(kind))
    };
    year.server.record("lender", &(0..TOLD).map(repaid).collect::<Vec<_>>()).await;
    year.server.record("bank", &(0..TOLD).map(credited).collect::<Vec<_>>()).await;
    let facts = a_loan(&year, &loan).await;
    let parts = a_payment(&year, &payout).await;
    let findings = lists(&year).await;
    let explained = an_explanation(&year).await;
    an_award_and_a_fund(&year).await;
    assert!(facts > 1_000 && parts > 20 && findings > 1_000, "{facts}, {parts}, {findings}");
    assert!(explained > 1_000, "{explained}");
    let (address, last) = (year.server.address.to_string(), year.server.engine.read().entries - 1);
    let commands = tokio::task::spawn_blocking(move || {
        let id = |id: &Bytes| Uuid::from_slice(id).expect("an id").to_string();
        let count = |value: &Value| value.as_array().map_or(0, Vec::len);
        let shown = asked(&address, &["loan", "show", &id(&loan)]);
        assert_eq!(count(&shown["facts"]), facts);
        let traced = asked(&address, &["trace", &id(&payout)]);
        assert_eq!(count(&traced["strands"]) + count(&traced["gaps"]), parts);
        assert_eq!(count(&asked(&address, &["findings", "--limit", "100000"])["findings"]), findings);
        assert_eq!(count(&asked(&address, &["explain", &last.to_string()])["said"]), explained);
    });
    commands.await.expect("no panic");
    year.server.stop().await;
}

fn is_bounded(answer: &impl Message) {
    assert!(answer.encoded_len() <= MAX_ANSWER_BYTES, "{} bytes", answer.encoded_len());
}

/// All facts of a loan, by pages of every size.
async fn a_loan(year: &Year, loan: &Bytes) -> usize {
    let mut whole: Option<Vec<u64>> = None;
    for page_size in [0, 700] {
        let mut request = v1::GetLoanRequest { loan: loan.clone(), page_size, ..Default::default() };
        let (mut facts, mut days, mut pages) = (Vec::new(), Vec::new(), 0);
        loop {
            let page = year.server.ask().get_loan(request.clone()).await.expect("a page").into_inner();
            is_bounded(&page);
            facts.extend(page.facts.iter().map(|fact| fact.index));
            days.extend(page.stretches.iter().map(|stretch| stretch.from));
            pages += 1;
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert!(pages > 1 && days.is_sorted_by(|one, next| one < next));
        assert_eq!(facts.iter().collect::<BTreeSet<_>>().len(), facts.len(), "no fact twice");
        assert_eq!(*whole.get_or_insert_with(|| facts.clone()), facts);
    }
    whole.map_or(0, |facts| facts.len())
}

/// All strands and gaps of a payment.
async fn a_payment(year: &Year, payout: &Bytes) -> usize {
    let mut request =
        v1::TraceRequest { start: Some(Start::Payout(payout.clone())), page_size: 10, ..Default::default() };
    let (mut parts, mut pages) = (0, 0);
    loop {
        let answer = year.server.ask().trace(request.clone()).await.expect("a page").into_inner();
        is_bounded(&answer);
        let Some(Trace::Back(back)) = answer.trace else { panic!("back was asked for") };
        (parts, pages) = (parts + back.strands.len() + back.gaps.len(), pages + 1);
        request.page_token = back.next_page_token;
        if request.page_token.is_empty() {
            assert!(pages > 1, "one page of {parts} rows");
            return parts;
        }
    }
}

/// Findings by the largest pages there are.
async fn lists(year: &Year) -> usize {
    let mut request = v1::ListFindingsRequest { page_size: 1_000, ..Default::default() };
    let mut numbers = BTreeSet::new();
    loop {
        let page = year.server.ask().list_findings(request.clone()).await.expect("a page").into_inner();
        is_bounded(&page);
        for finding in &page.findings {
            assert!(numbers.insert(finding.number), "{} twice", finding.number);
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return numbers.len();
        }
    }
}

/// The fields of the longest event there is.
async fn an_explanation(year: &Year) -> usize {
    let band = |number| Band { number, name: "档".repeat(12), min_fen: 100_000, max_fen: 300_000 };
    let exclusion = |_| Exclusion { programme: "SH-GRANT".to_owned() };
    let sharing = |_| Sharing { subordination: Subordination::Central, central_ppm: 800_000 };
    let Kind::PolicyAdopted(mut adopted) = policy().kind else { panic!("it adopts a policy") };
    adopted.version = 99;
    adopted.bands = (1..=400).map(band).collect();
    (adopted.exclusions, adopted.sharing) = ((0..400).map(exclusion).collect(), (0..400).map(sharing).collect());
    year.server.record("office", &[Event::said(day(20_240_901), Kind::PolicyAdopted(adopted))]).await;
    let entry = Some(v1::explain_request::Entry::Index(year.server.engine.read().entries - 1));
    let mut whole: Option<Vec<v1::SaidField>> = None;
    for page_size in [0, 900] {
        let mut request = v1::ExplainRequest { entry: entry.clone(), page_size, ..Default::default() };
        let (mut said, mut facts) = (Vec::new(), 0);
        loop {
            let page = year.server.ask().explain(request.clone()).await.expect("a page").into_inner();
            is_bounded(&page);
            assert!(page.entry.is_some() && page.outcome() != v1::Outcome::Unspecified, "on every page");
            said.extend(page.said);
            facts += page.facts.len() + page.findings.len();
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert!(said.len() > 4_000 && facts > 0, "{} fields, {facts} facts", said.len());
        assert_eq!(*whole.get_or_insert_with(|| said.clone()), said);
    }
    whole.map_or(0, |said| said.len())
}

/// They are small here: by pages of one row each, they are what one page is.
async fn an_award_and_a_fund(year: &Year) {
    let mut request = v1::GetAwardRequest::default();
    let mut whole = v1::GetAwardResponse::default();
    for award in year.things.awards.iter().cloned() {
        request.award = award;
        whole = year.server.ask().get_award(request.clone()).await.expect("known").into_inner();
        if whole.instalments.len() > 1 {
            break;
        }
    }
    let mut instalments = Vec::new();
    request.page_size = 1;
    loop {
        let page = year.server.ask().get_award(request.clone()).await.expect("a page").into_inner();
        assert_eq!(page.instalments.len(), 1);
        instalments.extend(page.instalments);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert!(instalments.len() > 1 && whole.next_page_token.is_empty());
    assert_eq!(instalments, whole.instalments);
    let (lender, kind) = year.things.funds[0].clone();
    let mut request = v1::GetFundRequest { lender, kind, ..Default::default() };
    let whole = year.server.ask().get_fund(request.clone()).await.expect("known").into_inner();
    let (mut years, mut rewards, mut beside) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
    request.page_size = 1;
    loop {
        let page = year.server.ask().get_fund(request.clone()).await.expect("a page").into_inner();
        assert_eq!((page.stock_fen, page.years.len() + page.rewards.len()), (whole.stock_fen, 1));
        years.extend(page.years);
        rewards.extend(page.rewards);
        beside.0.extend(page.loss_borne);
        beside.1.extend(page.balances);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!((years, rewards), (whole.years, whole.rewards));
    assert!(!whole.balances.is_empty());
    assert_eq!(beside, (whole.loss_borne, whole.balances), "each line is on one page");
}
