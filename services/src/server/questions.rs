//! The Query service: waits until the ledger is as far as the question wants, then hands it to `query`.

use super::status::too_early;
use crate::query::{accounts, awards, explain, lines, loans, payments, record, totals, trace};
use proto::v1;
use replay::drive::Engine;
use std::time::Duration;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// How long a question waits for an index at most.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Answers questions over gRPC.
pub struct Questions {
    engine: Engine,
}

impl Questions {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    async fn wait(&self, not_before: u64, headers: &MetadataMap) -> Result<(), Status> {
        if not_before == 0 {
            return Ok(());
        }
        let allowed = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
        let wait = allowed.map_or(MAX_WAIT, |allowed| allowed.min(MAX_WAIT));
        // A little early, so that the answer still reaches the caller.
        if self.engine.wait_for(not_before, wait.mul_f32(0.9)).await {
            return Ok(());
        }
        Err(too_early(not_before, self.engine.read().entries))
    }
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

/// Every question: its call, its messages, and who answers.
macro_rules! questions {
    ($($call:ident $request:ident $response:ident $answer:path;)*) => {
        #[tonic::async_trait]
        impl v1::query_server::Query for Questions {
            $(
                async fn $call(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                    self.wait(request.get_ref().not_before, request.metadata()).await?;
                    let (engine, request) = (self.engine.clone(), request.into_inner());
                    // Reports take long, and any question may wait for the fold: not on a thread that moves calls.
                    let answer = tokio::task::spawn_blocking(move || $answer(&engine, &request)).await;
                    let answer = answer.map_err(|_| Status::internal("answering failed; see the server's log"))?;
                    Ok(Response::new(answer?))
                }
            )*
        }
    };
}

questions! {
    get_status GetStatusRequest GetStatusResponse accounts::status;
    list_balances ListBalancesRequest ListBalancesResponse accounts::balances;
    get_balance GetBalanceRequest GetBalanceResponse accounts::balance;
    list_entries ListEntriesRequest ListEntriesResponse accounts::entries;
    get_line GetLineRequest GetLineResponse lines::line;
    get_award GetAwardRequest GetAwardResponse awards::award;
    get_batch GetBatchRequest GetBatchResponse payments::batch;
    get_payout GetPayoutRequest GetPayoutResponse payments::payout;
    list_returns ListReturnsRequest ListReturnsResponse payments::returns;
    list_findings ListFindingsRequest ListFindingsResponse record::findings;
    list_refusals ListRefusalsRequest ListRefusalsResponse record::refusals;
    get_totals GetTotalsRequest GetTotalsResponse totals::totals;
    trace TraceRequest TraceResponse trace::trace;
    get_set GetSetRequest GetSetResponse awards::set;
    get_loan GetLoanRequest GetLoanResponse loans::one::loan;
    list_loans ListLoansRequest ListLoansResponse loans::one::loans;
    quote_loan QuoteLoanRequest QuoteLoanResponse loans::one::quote;
    list_due_interest ListDueInterestRequest ListDueInterestResponse loans::due::interest_due;
    get_position GetPositionRequest GetPositionResponse loans::position::position;
    list_claims ListClaimsRequest ListClaimsResponse loans::claims::claims;
    get_claim GetClaimRequest GetClaimResponse loans::claims::claim;
    get_fund GetFundRequest GetFundResponse loans::fund::fund;
    list_due_compensation ListDueCompensationRequest ListDueCompensationResponse loans::due::compensation_due;
    get_forecast GetForecastRequest GetForecastResponse loans::position::forecast;
    list_remittances ListRemittancesRequest ListRemittancesResponse loans::remittances::remittances;
    get_recorded GetRecordedRequest GetRecordedResponse explain::recorded;
    explain ExplainRequest ExplainResponse explain::explain;
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
