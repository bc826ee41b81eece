//! The Query service: waits until the ledger is as far as the question wants, finds the point it asks about, then hands it
//! to `query`.

use super::connections::{AtWork, Connection};
use super::gates::{CostlyTurn, Gates, Seat};
use super::status::too_early;
use crate::faces::question_group::{QuestionGroup, asks};
use crate::faces::tls::Tls;
use crate::faces::who::Caller;
use crate::query::accounts::Watched;
use crate::query::asked::{Asked, Way};
use crate::query::bounded::bounded;
use crate::query::compare::Sides;
use crate::query::explain::Before;
use crate::query::{
    QueryError, accounts, awards, compare, debts, explain, givers, lines, loans, payments, proofs, record, rights,
    totals, trace, withdrawals,
};
use proto::v1;
use replay::engine::Engine;
use replay::engine::past::PastError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// How long a question waits for an index or a past state at most.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Answers questions over gRPC.
pub struct Questions {
    engine: Engine,
    gates: Arc<Gates>,
    tls: Option<Arc<Tls>>,
}

impl Questions {
    pub(super) fn new(engine: Engine, gates: Arc<Gates>, tls: Option<Arc<Tls>>) -> Self {
        Self { engine, gates, tls }
    }

    /// What a comparison is asked of, when it is its turn.
    async fn both(&self, request: &v1::CompareRequest, call: &mut Asking) -> Result<Sides, Status> {
        let [from, to] = compare::points(request)?;
        let turn = self.gates.largest(call.until).await?;
        self.costly(call).await?;
        let from = self.asked(from.as_ref(), Way::Past, call).await?;
        Ok(Sides { from, to: self.asked(to.as_ref(), Way::Past, call).await?, turn })
    }

    /// What an explanation or an outcome is asked of, when it is its turn.
    async fn before(&self, entry: Result<Asked, QueryError>, call: &mut Asking) -> Result<Before, Status> {
        let turn = self.gates.largest(call.until).await?;
        self.costly(call).await?;
        Ok(Before { asked: ready(entry?, call.until).await?, turn })
    }

    /// What the status is asked of.
    async fn watched(&self, at: Option<&v1::Point>, call: &mut Asking) -> Result<Watched, Status> {
        Ok(Watched {
            asked: self.asked(at, Way::Past, call).await?,
            load: self.gates.load(),
            tls: self.tls.as_ref().and_then(|tls| tls.doubt()),
        })
    }

    /// What a question at a point is asked of, ready to be answered. A past that is at hand costs nothing.
    async fn asked(&self, at: Option<&v1::Point>, way: Way, call: &mut Asking) -> Result<Asked, Status> {
        let Some(at) = at.filter(|at| **at != v1::Point::default()) else { return Ok(Asked::now(self.engine.clone())) };
        // A moment is looked up in the record's files.
        let (engine, at) = (self.engine.clone(), *at);
        let asked = tokio::task::spawn_blocking(move || Asked::about(engine, &at, way)).await;
        let asked = asked.map_err(|_| Status::internal("the point was not found; see the server's log"))??;
        if !asked.is_at_hand() {
            self.costly(call).await?;
        }
        ready(asked, call.until).await
    }

    /// Waits for the turn of a call that turns out to be costly.
    async fn costly(&self, call: &mut Asking) -> Result<(), Status> {
        if call.turn.is_none() {
            call.turn = Some(Arc::new(self.gates.costly(call.until).await?));
            call.work = call.seat.at_work();
        }
        Ok(())
    }

    /// Lets a call begin: it has a seat, and its turn if it is costly.
    async fn begin<T>(&self, request: &Request<T>, not_before: u64, is_costly: bool) -> Result<Asking, Status> {
        let until = deadline(request.metadata());
        folded(&self.engine, not_before, until).await?;
        let seat = self.gates.seat(request.extensions().get::<Arc<Connection>>(), until).await?;
        let mut call = Asking { until, seat, turn: None, work: None };
        if is_costly {
            self.costly(&mut call).await?;
        }
        Ok(call)
    }

    /// Answers on a thread of its own: reports take long, and any question may wait for the fold. Whoever goes away meanwhile still
    /// has the thread until it is done.
    async fn answer<A: Send + 'static>(
        &self,
        call: &Asking,
        answer: impl FnOnce() -> Result<A, QueryError> + Send + 'static,
    ) -> Result<Result<A, QueryError>, Status> {
        let worker = if call.turn.is_none() { Some(self.gates.worker(call.until).await?) } else { None };
        let held = (Arc::clone(&call.seat), call.turn.clone(), worker, call.seat.at_work());
        let answered = tokio::task::spawn_blocking(move || {
            let answer = answer();
            drop(held);
            answer
        });
        answered.await.map_err(|_| Status::internal("answering failed; see the server's log"))
    }
}

/// Whether whoever calls may ask a question of one of these groups. Names that are believed ask everything.
pub(super) fn may<T>(engine: &Engine, request: &Request<T>, groups: &[QuestionGroup]) -> Result<(), Status> {
    match request.extensions().get::<Caller>() {
        Some(Caller::Known(speaker)) => Ok(asks(engine, &speaker.principal, groups)?),
        _ => Ok(()),
    }
}

/// A call under way.
struct Asking {
    until: Instant,
    seat: Arc<Seat>,
    /// Its turn, if it is costly.
    turn: Option<Arc<CostlyTurn>>,
    /// Its connection stays while it has its turn.
    work: Option<AtWork>,
}

/// Waits until so many entries are folded.
pub(super) async fn folded(engine: &Engine, not_before: u64, until: Instant) -> Result<(), Status> {
    let left = until.saturating_duration_since(Instant::now());
    if not_before == 0 || engine.wait_for(not_before, left).await {
        return Ok(());
    }
    Err(too_early(not_before, engine.read().entries))
}

/// Has the past state of a question folded, if it needs one.
pub(super) async fn ready(asked: Asked, until: Instant) -> Result<Asked, Status> {
    let ready = tokio::time::timeout_at(until.into(), asked.clone().prepared()).await;
    // The fold goes on without whoever stops waiting, and he is told how far it has come.
    Ok(ready.unwrap_or_else(|_| asked.state().map(|_| asked.clone()))?)
}

/// Until when a question may wait: a little less than its caller allows, so that the answer still reaches him.
pub(super) fn deadline(headers: &MetadataMap) -> Instant {
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
/// `balances` at a point, from a past state or from the postings of accounts; `postings` from postings alone; `before` an entry, also
/// for its `outcome`; `both` at two points; `watched` at a point, with what else goes on.
macro_rules! handed {
    ($self:ident engine $request:ident $call:ident) => {{
        let _: &mut Asking = &mut $call;
        $self.engine.clone()
    }};
    ($self:ident past $request:ident $call:ident) => {
        $self.asked($request.at.as_ref(), Way::Past, &mut $call).await?
    };
    ($self:ident balances $request:ident $call:ident) => {
        $self.asked($request.at.as_ref(), Way::Balances, &mut $call).await?
    };
    ($self:ident postings $request:ident $call:ident) => {
        $self.asked($request.at.as_ref(), Way::Postings, &mut $call).await?
    };
    ($self:ident before $request:ident $call:ident) => {
        $self.before(explain::before(&$self.engine, &$request), &mut $call).await?
    };
    ($self:ident outcome $request:ident $call:ident) => {
        $self.before(explain::before_index(&$self.engine, $request.index), &mut $call).await?
    };
    ($self:ident watched $request:ident $call:ident) => {
        $self.watched($request.at.as_ref(), &mut $call).await?
    };
    ($self:ident both $request:ident $call:ident) => {
        $self.both(&$request, &mut $call).await?
    };
}

/// Whether a question is costly whatever it is asked of: a report over everything. At a point it is where a past must be folded.
macro_rules! is_costly {
    (point $request:ident) => {
        false
    };
    (report $request:ident) => {
        true
    };
    (digest $request:ident) => {
        $request.get_ref().digest
    };
    (line $request:ident) => {
        matches!($request.get_ref().start, Some(v1::trace_request::Start::Line(_)))
    };
}

/// Every question: its call, its messages, what it is asked of, whether it is costly, which roles ask it, and who answers.
macro_rules! questions {
    ($($name:ident $request:ident $response:ident $way:ident $cost:ident [$($group:ident)+] $answer:path;)*) => {
        #[tonic::async_trait]
        impl v1::query_server::Query for Questions {
            $(
                async fn $name(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                    let (not_before, is_costly) = (request.get_ref().not_before, is_costly!($cost request));
                    may(&self.engine, &request, &[$(QuestionGroup::$group),+])?;
                    let mut call = self.begin(&request, not_before, is_costly).await?;
                    let request = Arc::new(request.into_inner());
                    loop {
                        let (asked, request) = (handed!(self $way request call), Arc::clone(&request));
                        let answer = move || bounded(&*request, |request| $answer(&asked, request));
                        match self.answer(&call, answer).await? {
                            // The newest entry was no longer the newest when it came to answering.
                            Err(QueryError::Past(PastError::Folding { .. })) if Instant::now() < call.until => {}
                            answer => {
                                let mut response = Response::new(answer?);
                                response.extensions_mut().insert(call.seat);
                                return Ok(response);
                            }
                        }
                    }
                }
            )*
        }
    };
}

questions! {
    get_status GetStatusRequest GetStatusResponse watched digest [Status] accounts::status;
    list_balances ListBalancesRequest ListBalancesResponse balances point [Books] accounts::balances;
    get_balance GetBalanceRequest GetBalanceResponse balances point [Books] accounts::balance;
    list_entries ListEntriesRequest ListEntriesResponse postings point [Books] accounts::entries;
    get_line GetLineRequest GetLineResponse balances point [Books Aid] lines::line;
    get_award GetAwardRequest GetAwardResponse past point [Aid] awards::award;
    get_batch GetBatchRequest GetBatchResponse past point [Aid] payments::batch;
    get_payout GetPayoutRequest GetPayoutResponse past point [Aid] payments::payout;
    list_returns ListReturnsRequest ListReturnsResponse past point [Aid] payments::returns;
    list_findings ListFindingsRequest ListFindingsResponse past point [Record Aid Loans] record::findings;
    list_debts ListDebtsRequest ListDebtsResponse past point [Aid] debts::debts;
    list_refusals ListRefusalsRequest ListRefusalsResponse past point [Record] record::refusals;
    list_withdrawals ListWithdrawalsRequest ListWithdrawalsResponse past point [Record] withdrawals::withdrawals;
    get_totals GetTotalsRequest GetTotalsResponse past report [Books] totals::totals;
    trace TraceRequest TraceResponse past line [Aid Loans Books] trace::trace;
    get_set GetSetRequest GetSetResponse past point [Aid] awards::set;
    list_givers ListGiversRequest ListGiversResponse engine point [Record Aid Loans] givers::givers;
    get_loan GetLoanRequest GetLoanResponse past point [Loans] loans::one::loan;
    list_loans ListLoansRequest ListLoansResponse past point [Loans] loans::one::loans;
    quote_loan QuoteLoanRequest QuoteLoanResponse engine point [Loans] loans::one::quote;
    list_due_interest ListDueInterestRequest ListDueInterestResponse engine point [Loans] loans::due::interest_due;
    get_position GetPositionRequest GetPositionResponse past report [Loans] loans::position::position;
    list_claims ListClaimsRequest ListClaimsResponse past point [Loans] loans::claims::claims;
    get_claim GetClaimRequest GetClaimResponse past point [Loans] loans::claims::claim;
    get_fund GetFundRequest GetFundResponse past point [Loans] loans::fund::fund;
    list_due_compensation ListDueCompensationRequest ListDueCompensationResponse engine point [Loans] loans::due::compensation_due;
    get_forecast GetForecastRequest GetForecastResponse engine report [Loans] loans::position::forecast;
    list_remittances ListRemittancesRequest ListRemittancesResponse past point [Loans] loans::remittances::remittances;
    get_recorded GetRecordedRequest GetRecordedResponse engine point [Record] explain::recorded;
    explain ExplainRequest ExplainResponse before point [Record] explain::explain;
    get_outcome GetOutcomeRequest GetOutcomeResponse outcome point [Record Proofs] proofs::outcome;
    compare CompareRequest CompareResponse both point [Books] compare::compare;
    list_grants ListGrantsRequest ListGrantsResponse past point [Rights] rights::grants;
    check_right CheckRightRequest CheckRightResponse past point [Rights] rights::check;
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
