//! Interest of the benchmark's loans accrued as the job does it: what is due is asked for page by page, every figure
//! becomes an event, and several callers record them.

use super::clients::{self, Load};
use super::lending::lender;
use anyhow::ensure;
use bytes::Bytes;
use ledger::event::{Event, Interest, InterestAccrued, Kind};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Rows a page, the most the server gives.
const PAGE_ROWS: u32 = 5_000;

/// What came of an accrual.
pub struct Accrued {
    /// Until everything due was listed.
    pub listing: Duration,
    /// The recording alone.
    pub load: Load,
    /// Listing, making the events, recording, folding.
    pub whole: Duration,
}

/// Accrues all loans through a day.
pub async fn accrue(address: SocketAddr, through: Day, callers: usize, batch: usize) -> anyhow::Result<Accrued> {
    let began = Instant::now();
    let due = Arc::new(list(address, through).await?);
    let listing = began.elapsed();
    let each = due.len().div_ceil(callers).max(1);
    let events_of = move |caller: usize| {
        let mine = due.chunks(each).nth(caller).unwrap_or_default();
        mine.iter().map(|accrued| encoded(accrued, through)).collect()
    };
    let load = clients::run(address, callers, batch, events_of).await?;
    Ok(Accrued { listing, load, whole: began.elapsed() })
}

async fn list(address: SocketAddr, through: Day) -> anyhow::Result<Vec<InterestAccrued>> {
    let mut due = Vec::new();
    for channel in clients::connect(address, 1).await? {
        let mut client = QueryClient::new(channel).max_decoding_message_size(usize::MAX);
        let mut request = v1::ListDueInterestRequest {
            lender: lender().as_bytes().to_vec().into(),
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
                break;
            }
        }
    }
    Ok(due)
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
    let id = Uuid::new_v5(&accrued.loan, &through.yyyymmdd().to_be_bytes());
    let event = Event { id, effective: through, kind: Kind::InterestAccrued(accrued.clone()) };
    Bytes::from(proto::event::encode(&event))
}
