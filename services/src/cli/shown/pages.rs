//! Answers that come in pages, asked for page after page until as many rows are there as are wanted. What pages share is shown as
//! the first one has it. Not here: how a page is asked for once, see `ask`.

use super::answer::{Answer, Rests};
use super::ask::{ask_by, patiently};
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::query::window::Parted;
use proto::v1;
use proto::v1::trace_response::Trace;
use tonic::{Response, Status};

/// All there are: an answer then has as many rows as it holds.
pub(crate) const ALL: u32 = u32::MAX;

/// A question whose answer comes in pages.
pub(crate) trait InPages: Clone {
    /// Its answer.
    type Answer: Rests;

    /// The point it is asked about.
    fn at(&self) -> Option<v1::Point>;

    /// Asks for so many rows of the page with this token.
    fn want(&mut self, rows: u32, token: String);

    /// Rows of an answer.
    fn rows(answer: &Self::Answer) -> usize;

    /// The token of the next page, taken out of an answer.
    fn next(answer: &mut Self::Answer) -> Option<&mut String>;

    /// Puts the rows of the next page behind those of the pages before.
    fn join(whole: &mut Self::Answer, page: Self::Answer);
}

macro_rules! in_pages {
    ($($request:ident $answer:ident: $($rows:ident)* $(, $parted:ident)*;)*) => {
        $(impl InPages for v1::$request {
            type Answer = v1::$answer;

            fn at(&self) -> Option<v1::Point> {
                self.at
            }

            fn want(&mut self, rows: u32, token: String) {
                (self.page_size, self.page_token) = (rows, token);
            }

            fn rows(answer: &v1::$answer) -> usize {
                [$(answer.$rows.len(),)* $(answer.$parted.len()),*].iter().sum()
            }

            fn next(answer: &mut v1::$answer) -> Option<&mut String> {
                Some(&mut answer.next_page_token)
            }

            fn join(whole: &mut v1::$answer, page: v1::$answer) {
                $(whole.$rows.extend(page.$rows);)*
                $(Parted::join(&mut whole.$parted, page.$parted);)*
                whole.next_page_token = page.next_page_token;
            }
        })*
    };
}

in_pages! {
    ListBalancesRequest ListBalancesResponse: balances;
    ListEntriesRequest ListEntriesResponse: entries;
    GetBatchRequest GetBatchResponse: payouts;
    ListFindingsRequest ListFindingsResponse: findings;
    ListDebtsRequest ListDebtsResponse: debts;
    ListRefusalsRequest ListRefusalsResponse: refusals;
    ListWithdrawalsRequest ListWithdrawalsResponse: withdrawals;
    GetTotalsRequest GetTotalsResponse: rows;
    GetLoanRequest GetLoanResponse: standings facts stretches claim_lines notices;
    ListLoansRequest ListLoansResponse: loans;
    ListClaimsRequest ListClaimsResponse: claims;
    GetClaimRequest GetClaimResponse: lines;
    ListRemittancesRequest ListRemittancesResponse: remittances;
    GetAwardRequest GetAwardResponse: , instalments;
    GetFundRequest GetFundResponse: years, rewards;
    ListGrantsRequest ListGrantsResponse: grants credentials;
}

impl InPages for v1::ExplainRequest {
    type Answer = v1::ExplainResponse;

    /// The ledger before the entry may have to be folded.
    fn at(&self) -> Option<v1::Point> {
        Some(v1::Point::default())
    }

    fn want(&mut self, rows: u32, token: String) {
        (self.page_size, self.page_token) = (rows, token);
    }

    fn rows(answer: &v1::ExplainResponse) -> usize {
        answer.said.len() + answer.facts.len() + answer.movements.len() + answer.findings.len()
    }

    fn next(answer: &mut v1::ExplainResponse) -> Option<&mut String> {
        Some(&mut answer.next_page_token)
    }

    fn join(whole: &mut v1::ExplainResponse, page: v1::ExplainResponse) {
        whole.said.extend(page.said);
        whole.facts.extend(page.facts);
        whole.movements.extend(page.movements);
        whole.findings.extend(page.findings);
        whole.next_page_token = page.next_page_token;
    }
}

impl InPages for v1::TraceRequest {
    type Answer = v1::TraceResponse;

    fn at(&self) -> Option<v1::Point> {
        self.at
    }

    fn want(&mut self, rows: u32, token: String) {
        (self.page_size, self.page_token) = (rows, token);
    }

    /// Payments or loan-days: what comes before them is shown in any case.
    fn rows(answer: &v1::TraceResponse) -> usize {
        match &answer.trace {
            Some(Trace::Forward(trace)) => trace.flows.len(),
            Some(Trace::Remittance(trace)) => trace.days.len(),
            Some(Trace::Claim(trace)) => trace.days.len(),
            Some(Trace::Back(_) | Trace::Loan(_)) | None => 0,
        }
    }

    fn next(answer: &mut v1::TraceResponse) -> Option<&mut String> {
        Some(match answer.trace.as_mut()? {
            Trace::Back(trace) => &mut trace.next_page_token,
            Trace::Forward(trace) => &mut trace.next_page_token,
            Trace::Remittance(trace) => &mut trace.next_page_token,
            Trace::Claim(trace) => &mut trace.next_page_token,
            Trace::Loan(trace) => &mut trace.next_page_token,
        })
    }

    fn join(whole: &mut v1::TraceResponse, mut page: v1::TraceResponse) {
        if let (Some(next), Some(token)) = (Self::next(&mut page).cloned(), Self::next(whole)) {
            *token = next;
        }
        match (&mut whole.trace, page.trace) {
            (Some(Trace::Back(whole)), Some(Trace::Back(page))) => {
                whole.strands.extend(page.strands);
                whole.gaps.extend(page.gaps);
            }
            (Some(Trace::Forward(whole)), Some(Trace::Forward(page))) => {
                whole.descendants.extend(page.descendants);
                whole.gaps.extend(page.gaps);
                whole.remittances.extend(page.remittances);
                whole.flows.extend(page.flows);
            }
            (Some(Trace::Remittance(whole)), Some(Trace::Remittance(page))) => {
                let strands = page.funded.map(|funded| funded.strands).unwrap_or_default();
                whole.funded.get_or_insert_default().strands.extend(strands);
                whole.days.extend(page.days);
                // What is claimed is said from the first loan-days on.
                (whole.claim, whole.loan_lines, whole.loan_days) = (page.claim, page.loan_lines, page.loan_days);
            }
            (Some(Trace::Claim(whole)), Some(Trace::Claim(page))) => {
                whole.remittances.extend(page.remittances);
                whole.days.extend(page.days);
                (whole.loan_lines, whole.loan_days) = (page.loan_lines, page.loan_days);
            }
            (Some(Trace::Loan(whole)), Some(Trace::Loan(page))) => whole.claims.extend(page.claims),
            _ => {}
        }
    }
}

/// Asks for so many rows, in as many pages as they take.
pub(crate) fn ask_pages<Q: InPages>(
    target: &Target,
    request: Q,
    limit: u32,
    call: impl AsyncFnMut(&mut Query, Q) -> Result<Response<Q::Answer>, Status>,
) -> Result<Answer<Q::Answer>, Failure> {
    ask_by(target, request.at(), async |query| Ok(pages(query, request, limit, call).await?))
}

/// The same with a connection that is there.
pub(crate) async fn pages<Q: InPages>(
    query: &mut Query,
    mut request: Q,
    limit: u32,
    mut call: impl AsyncFnMut(&mut Query, Q) -> Result<Response<Q::Answer>, Status>,
) -> Result<Q::Answer, Status> {
    let at = request.at();
    request.want(limit, String::new());
    let mut whole = patiently(at, async || call(query, request.clone()).await).await?;
    loop {
        let left = limit.saturating_sub(u32::try_from(Q::rows(&whole)).unwrap_or(limit));
        let next = Q::next(&mut whole).map(|token| token.clone()).unwrap_or_default();
        if left == 0 || next.is_empty() {
            return Ok(whole);
        }
        request.want(left, next);
        let page = patiently(at, async || call(query, request.clone()).await).await?;
        Q::join(&mut whole, page);
    }
}
