//! The Query service: waits until the ledger is as far as the question wants, finds the point it asks about, then hands it
//! to `query`.

use super::status::too_early;
use crate::query::asked::{Asked, Way};
use crate::query::compare::Sides;
use crate::query::explain::Before;
use crate::query::{
    QueryError, accounts, awards, compare, debts, explain, givers, lines, loans, payments, record, totals, trace,
    withdrawals,
};
use proto::v1;
use replay::engine::Engine;
use replay::engine::past::PastError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// How long a question waits for an index or a past state at most.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Answers questions over gRPC.
pub struct Questions {
    engine: Engine,
    /// One comparison or explanation at a time: the one holds two states, and the first while it waits for the second; the other a
    /// state and a copy of it.
    turns: Arc<Semaphore>,
}

impl Questions {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, turns: Arc::new(Semaphore::new(1)) }
    }

    async fn wait(&self, not_before: u64, until: Instant) -> Result<(), Status> {
        let left = until.saturating_duration_since(Instant::now());
        if not_before == 0 || self.engine.wait_for(not_before, left).await {
            return Ok(());
        }
        Err(too_early(not_before, self.engine.read().entries))
    }

    /// Waits until it is a question's turn that takes much memory.
    async fn turn(&self, until: Instant) -> Result<OwnedSemaphorePermit, Status> {
        let turn = tokio::time::timeout_at(until.into(), Arc::clone(&self.turns).acquire_owned()).await;
        let busy = "other comparisons and explanations are under way; ask again in a moment";
        let turn = turn.map_err(|_| Status::unavailable(busy))?;
        turn.map_err(|_| Status::internal("nobody gives comparisons their turn any more"))
    }

    /// What a comparison is asked of, when it is its turn.
    async fn both(&self, request: &v1::CompareRequest, until: Instant) -> Result<Sides, Status> {
        let [from, to] = compare::points(request)?;
        let turn = self.turn(until).await?;
        let from = self.asked(from.as_ref(), Way::Past, until).await?;
        Ok(Sides { from, to: self.asked(to.as_ref(), Way::Past, until).await?, turn })
    }

    /// What an explanation is asked of, when it is its turn.
    async fn before(&self, request: &v1::ExplainRequest, until: Instant) -> Result<Before, Status> {
        let turn = self.turn(until).await?;
        Ok(Before { asked: ready(explain::before(&self.engine, request)?, until).await?, turn })
    }

    /// What a question at a point is asked of, ready to be answered.
    async fn asked(&self, at: Option<&v1::Point>, way: Way, until: Instant) -> Result<Asked, Status> {
        let Some(at) = at.filter(|at| **at != v1::Point::default()) else { return Ok(Asked::now(self.engine.clone())) };
        // A moment is looked up in the record's files.
        let (engine, at) = (self.engine.clone(), *at);
        let asked = tokio::task::spawn_blocking(move || Asked::about(engine, &at, way)).await;
        let asked = asked.map_err(|_| Status::internal("the point was not found; see the server's log"))??;
        ready(asked, until).await
    }
}

/// Has the past state of a question folded, if it needs one.
async fn ready(asked: Asked, until: Instant) -> Result<Asked, Status> {
    let ready = tokio::time::timeout_at(until.into(), asked.clone().prepared()).await;
    // The fold goes on without whoever stops waiting, and he is told how far it has come.
    Ok(ready.unwrap_or_else(|_| asked.state().map(|_| asked.clone()))?)
}

/// Until when a question may wait: a little less than its caller allows, so that the answer still reaches him.
fn deadline(headers: &MetadataMap) -> Instant {
    let allowed = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
    Instant::now() + allowed.map_or(MAX_WAIT, |allowed| allowed.min(MAX_WAIT)).mul_f32(0.9)
}

/// The time a caller allows, as the `grpc-timeout` header writes it: digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3_600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// How a question is handed over, by the word in its row: `engine` as it is now; `past` at a point, from a past state;
/// `balances` at a point, from a past state or from the postings of accounts; `postings` from postings alone; `before` an entry;
/// `both` at two points.
macro_rules! handed {
    ($self:ident engine $request:ident $until:ident) => {
        $self.engine.clone()
    };
    ($self:ident past $request:ident $until:ident) => {
        $self.asked($request.at.as_ref(), Way::Past, $until).await?
    };
    ($self:ident balances $request:ident $until:ident) => {
        $self.asked($request.at.as_ref(), Way::Balances, $until).await?
    };
    ($self:ident postings $request:ident $until:ident) => {
        $self.asked($request.at.as_ref(), Way::Postings, $until).await?
    };
    ($self:ident before $request:ident $until:ident) => {
        $self.before(&$request, $until).await?
    };
    ($self:ident both $request:ident $until:ident) => {
        $self.both(&$request, $until).await?
    };
}

/// Every question: its call, its messages, what it is asked of, and who answers.
macro_rules! questions {
    ($($call:ident $request:ident $response:ident $way:ident $answer:path;)*) => {
        #[tonic::async_trait]
        impl v1::query_server::Query for Questions {
            $(
                async fn $call(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                    let until = deadline(request.metadata());
                    self.wait(request.get_ref().not_before, until).await?;
                    let request = Arc::new(request.into_inner());
                    loop {
                        let (asked, request) = (handed!(self $way request until), Arc::clone(&request));
                        // Reports take long, and any question may wait for the fold: not on a thread that moves calls.
                        let answer = tokio::task::spawn_blocking(move || $answer(&asked, &request)).await;
                        match answer.map_err(|_| Status::internal("answering failed; see the server's log"))? {
                            // The newest entry was no longer the newest when it came to answering.
                            Err(QueryError::Past(PastError::Folding { .. })) if Instant::now() < until => {}
                            answer => return Ok(Response::new(answer?)),
                        }
                    }
                }
            )*
        }
    };
}

questions! {
    get_status GetStatusRequest GetStatusResponse past accounts::status;
    list_balances ListBalancesRequest ListBalancesResponse balances accounts::balances;
    get_balance GetBalanceRequest GetBalanceResponse balances accounts::balance;
    list_entries ListEntriesRequest ListEntriesResponse postings accounts::entries;
    get_line GetLineRequest GetLineResponse balances lines::line;
    get_award GetAwardRequest GetAwardResponse past awards::award;
    get_batch GetBatchRequest GetBatchResponse past payments::batch;
    get_payout GetPayoutRequest GetPayoutResponse past payments::payout;
    list_returns ListReturnsRequest ListReturnsResponse past payments::returns;
    list_findings ListFindingsRequest ListFindingsResponse past record::findings;
    list_debts ListDebtsRequest ListDebtsResponse past debts::debts;
    list_refusals ListRefusalsRequest ListRefusalsResponse past record::refusals;
    list_withdrawals ListWithdrawalsRequest ListWithdrawalsResponse past withdrawals::withdrawals;
    get_totals GetTotalsRequest GetTotalsResponse past totals::totals;
    trace TraceRequest TraceResponse past trace::trace;
    get_set GetSetRequest GetSetResponse past awards::set;
    list_givers ListGiversRequest ListGiversResponse engine givers::givers;
    get_loan GetLoanRequest GetLoanResponse past loans::one::loan;
    list_loans ListLoansRequest ListLoansResponse past loans::one::loans;
    quote_loan QuoteLoanRequest QuoteLoanResponse engine loans::one::quote;
    list_due_interest ListDueInterestRequest ListDueInterestResponse engine loans::due::interest_due;
    get_position GetPositionRequest GetPositionResponse past loans::position::position;
    list_claims ListClaimsRequest ListClaimsResponse past loans::claims::claims;
    get_claim GetClaimRequest GetClaimResponse past loans::claims::claim;
    get_fund GetFundRequest GetFundResponse past loans::fund::fund;
    list_due_compensation ListDueCompensationRequest ListDueCompensationResponse engine loans::due::compensation_due;
    get_forecast GetForecastRequest GetForecastResponse engine loans::position::forecast;
    list_remittances ListRemittancesRequest ListRemittancesResponse past loans::remittances::remittances;
    get_recorded GetRecordedRequest GetRecordedResponse engine explain::recorded;
    explain ExplainRequest ExplainResponse before explain::explain;
    compare CompareRequest CompareResponse both compare::compare;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("150m"), Some(Duration::from_millis(150)));
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        for bad in ["", "S", "12", "-1S", "1x", "999999999S", "秒"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
