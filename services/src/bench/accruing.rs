//! Interest of the benchmark's loans accrued: by the job, as everybody runs it, and as events that several callers record,
//! for what recording and folding take by themselves.

use super::clients::{self, Load};
use super::lending::lender;
use crate::accrue::{self, Job};
use crate::faces::grpc::MAX_REQUEST_BYTES;
use anyhow::{Context, ensure};
use bytes::Bytes;
use ledger::event::{Event, Interest, InterestAccrued, Kind};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Rows a page, the most the server gives.
const PAGE_ROWS: u32 = 5_000;

/// Runs the job through a day; how many loans it accrued and how long it took.
pub async fn job(address: SocketAddr, through: Day) -> anyhow::Result<(u64, Duration)> {
    let began = Instant::now();
    let channel = clients::connect(address, 1).await?.pop().context("no connection")?;
    let recorder = RecorderClient::new(channel.clone()).max_decoding_message_size(MAX_REQUEST_BYTES);
    let (kind, principal) = (String::new(), "bench".to_owned());
    let job = Job { lender: lender(), kind, through, principal, dry_run: false };
    let report = accrue::run(query(channel), recorder, &job, &mut |_| {}).await?;
    ensure!(report.is_whole() && report.stale == 0, "the job left something: {report:?}");
    Ok((report.accrued.loans, began.elapsed()))
}

/// Lists what is due through a day, then has several callers record it: how long the listing took, and the load.
pub async fn apart(
    address: SocketAddr,
    through: Day,
    callers: usize,
    batch: usize,
) -> anyhow::Result<(Duration, Load)> {
    let began = Instant::now();
    let channel = clients::connect(address, 1).await?.pop().context("no connection")?;
    let due = Arc::new(list(query(channel), through).await?);
    let listing = began.elapsed();
    let each = due.len().div_ceil(callers).max(1);
    let events_of = move |caller: usize| {
        let mine = due.chunks(each).nth(caller).unwrap_or_default();
        mine.iter().map(|accrued| encoded(accrued, through)).collect()
    };
    Ok((listing, clients::run(address, callers, batch, events_of).await?))
}

fn query(channel: Line) -> QueryClient<Line> {
    QueryClient::new(channel).max_decoding_message_size(usize::MAX)
}

async fn list(mut client: QueryClient<Line>, through: Day) -> anyhow::Result<Vec<InterestAccrued>> {
    let mut due = Vec::new();
    let mut request = v1::ListDueInterestRequest {
        lender: Bytes::copy_from_slice(lender().as_bytes()),
        through: through.yyyymmdd(),
        page_size: PAGE_ROWS,
        ..Default::default()
    };
    loop {
        let page = client.list_due_interest(request.clone()).await?.into_inner();
        ensure!(page.missing.is_empty(), "interest that cannot be computed: {:?}", page.missing);
        for row in &page.rows {
            due.push(accrual(row)?);
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(due);
        }
    }
}

fn accrual(row: &v1::DueInterest) -> anyhow::Result<InterestAccrued> {
    ensure!(row.correction.is_none(), "nothing was told late, yet a correction is due");
    let figure = row.addition.unwrap_or_default();
    let figure = Interest {
        subsidy: figure.subsidy_fen,
        waiver: figure.waiver_fen,
        borrower: figure.borrower_fen,
        penalty: figure.penalty_fen,
    };
    Ok(InterestAccrued { loan: Uuid::from_slice(&row.loan)?, last: row.last, figure })
}

fn encoded(accrued: &InterestAccrued, through: Day) -> Bytes {
    Bytes::from(proto::event::encode(&Event::said(through, Kind::InterestAccrued(accrued.clone()))))
}
