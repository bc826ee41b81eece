//! All questions that take a point, asked about the same things; answers as text that can be compared. Where postings
//! answer, names are those of today and are left out: the demo renames a county.

use super::year::Things;
use crate::support::Server;
use proto::v1;
use proto::v1::trace_request::Start;
use tonic::{Response, Status};

/// Questions with their answers.
pub type Answers = Vec<(String, String)>;

/// Asks every question there is about some of everything.
pub async fn ask_all(server: &Server, things: &Things, at: Option<v1::Point>) -> Answers {
    let mut all = reports(server, at).await;
    all.extend(of_aid(server, things, at).await);
    all.extend(of_loans(server, things, at).await);
    all.extend(traces(server, things, at).await);
    let request = v1::ListBalancesRequest { page_size: 1_000, at, ..v1::ListBalancesRequest::default() };
    all.extend(balances(server, request).await);
    all
}

/// An answer, or why there is none.
fn text<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> String {
    match answer {
        Ok(answer) => format!("{:?}", answer.into_inner()),
        Err(status) => format!("{:?}", status.code()),
    }
}

async fn reports(server: &Server, at: Option<v1::Point>) -> Answers {
    let mut all = Answers::new();
    let mut ask = server.ask();
    let request = v1::GetStatusRequest { not_before: 0, digest: true, at };
    all.push(("status".to_owned(), text(ask.get_status(request).await)));
    let request = v1::GetTotalsRequest { at, ..v1::GetTotalsRequest::default() };
    all.push(("totals".to_owned(), text(ask.get_totals(request).await)));
    let request = v1::ListReturnsRequest { page_size: 1_000, at, ..v1::ListReturnsRequest::default() };
    all.push(("returns".to_owned(), text(ask.list_returns(request).await)));
    let request = v1::ListLoansRequest { page_size: 1_000, at, ..v1::ListLoansRequest::default() };
    all.push(("loans".to_owned(), text(ask.list_loans(request).await)));
    let request = v1::GetPositionRequest { at, ..v1::GetPositionRequest::default() };
    all.push(("position".to_owned(), text(ask.get_position(request).await)));
    let request = v1::ListClaimsRequest { page_size: 1_000, at, ..v1::ListClaimsRequest::default() };
    all.push(("claims".to_owned(), text(ask.list_claims(request).await)));
    let request = v1::ListRemittancesRequest { page_size: 200, at, ..v1::ListRemittancesRequest::default() };
    all.push(("remittances".to_owned(), text(ask.list_remittances(request).await)));
    // Another ledger recorded the same at another time.
    let request = v1::ListFindingsRequest { page_size: 1_000, at, ..v1::ListFindingsRequest::default() };
    let mut findings = ask.list_findings(request).await.expect("findings");
    findings.get_mut().findings.iter_mut().for_each(|row| row.recorded_ms = 0);
    all.push(("findings".to_owned(), text(Ok(findings))));
    let request = v1::ListRefusalsRequest { page_size: 1_000, at, ..v1::ListRefusalsRequest::default() };
    let mut refusals = ask.list_refusals(request).await.expect("refusals");
    refusals.get_mut().refusals.iter_mut().for_each(|row| row.recorded_ms = 0);
    all.push(("refusals".to_owned(), text(Ok(refusals))));
    let request = v1::ListWithdrawalsRequest { page_size: 1_000, at, ..v1::ListWithdrawalsRequest::default() };
    all.push(("withdrawals".to_owned(), text(ask.list_withdrawals(request).await)));
    all
}

/// Asks one question about each of some things.
macro_rules! each {
    ($all:ident $server:ident $at:ident $things:expr, $call:ident $request:ident $field:ident) => {
        for id in &$things {
            let request = v1::$request { $field: id.clone(), at: $at, ..v1::$request::default() };
            $all.push((format!("{} {id:?}", stringify!($call)), text($server.ask().$call(request).await)));
        }
    };
}

async fn of_aid(server: &Server, things: &Things, at: Option<v1::Point>) -> Answers {
    let mut all = Answers::new();
    for id in &things.lines {
        let request = v1::GetLineRequest { line: id.clone(), at, ..v1::GetLineRequest::default() };
        let mut answer = server.ask().get_line(request).await;
        if let Ok(answer) = &mut answer {
            // The last posting then, the last change of the line itself now.
            let answer = answer.get_mut();
            for line in answer.line.iter_mut().chain(&mut answer.children) {
                (line.last, line.unit_name) = (0, String::new());
            }
        }
        all.push((format!("line {id:?}"), text(answer)));
    }
    each!(all server at things.awards, get_award GetAwardRequest award);
    each!(all server at things.batches, get_batch GetBatchRequest batch);
    each!(all server at things.payouts, get_payout GetPayoutRequest payout);
    each!(all server at things.sets, get_set GetSetRequest set);
    for (owner, class) in &things.accounts {
        let (owner, class) = (owner.clone(), class.clone());
        let page_size = 1_000;
        let request = v1::ListEntriesRequest { owner, class, page_size, at, ..v1::ListEntriesRequest::default() };
        let mut answer = server.ask().list_entries(request.clone()).await;
        if let Ok(answer) = &mut answer {
            let answer = answer.get_mut();
            answer.account.iter_mut().for_each(|account| account.owner_name.clear());
            for row in &mut answer.entries {
                row.recorded_ms = 0;
                row.counter.iter_mut().for_each(|account| account.owner_name.clear());
            }
        }
        // Whether its owner was registered when nothing had posted to it yet is not kept.
        let none = answer.as_ref().map_or(true, |answer| answer.get_ref().entries.is_empty());
        let shown = if none { "nothing".to_owned() } else { text(answer) };
        all.push((format!("entries {} {:?}", request.class, request.owner), shown));
        let (owner, class) = (request.owner, request.class);
        let request = v1::GetBalanceRequest { owner, class, at, ..v1::GetBalanceRequest::default() };
        let answer = server.ask().get_balance(request.clone()).await;
        let fen = answer.map_or(0, |answer| answer.into_inner().balance.map_or(0, |balance| balance.fen));
        all.push((format!("balance {} {:?}", request.class, request.owner), fen.to_string()));
    }
    all
}

async fn of_loans(server: &Server, things: &Things, at: Option<v1::Point>) -> Answers {
    let mut all = Answers::new();
    each!(all server at things.loans, get_loan GetLoanRequest loan);
    each!(all server at things.claims, get_claim GetClaimRequest claim);
    for (lender, kind) in &things.funds {
        let (lender, kind) = (lender.clone(), kind.clone());
        let request = v1::GetFundRequest { lender, kind, at, ..v1::GetFundRequest::default() };
        all.push((format!("fund {}", request.kind), text(server.ask().get_fund(request).await)));
    }
    all
}

async fn traces(server: &Server, things: &Things, at: Option<v1::Point>) -> Answers {
    let mut all = Answers::new();
    let payouts = things.payouts.iter().map(|id| Start::Payout(id.clone()));
    let lines = things.lines.iter().map(|id| Start::Line(id.clone()));
    let remittances = things.remittances.iter().map(|id| Start::Remittance(id.clone()));
    let claims = things.claims.iter().map(|id| Start::Claim(id.clone()));
    let loans = things.loans.iter().map(|id| Start::Loan(id.clone()));
    for start in payouts.chain(lines).chain(remittances).chain(claims).chain(loans) {
        let request = v1::TraceRequest { page_size: 1_000, start: Some(start), at, ..v1::TraceRequest::default() };
        let question = format!("trace {:?}", request.start);
        all.push((question, text(server.ask().trace(request).await)));
    }
    all
}

/// All balances of accounts that were ever posted to, whatever pages they come in.
pub async fn balances(server: &Server, mut request: v1::ListBalancesRequest) -> Answers {
    let mut all = Answers::new();
    loop {
        let answer = server.ask().list_balances(request.clone()).await.expect("balances").into_inner();
        // Now, accounts without postings are listed too; and which posting was the last is not kept for the past.
        let known = |balance: &&v1::Balance| request.at.is_some() || balance.last != 0;
        for balance in answer.balances.iter().filter(known) {
            let account = balance.account.clone().unwrap_or_default();
            let of = format!("balance of the list {} {:?}", account.class, account.owner);
            all.push((of, balance.fen.to_string()));
        }
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            return all;
        }
    }
}
