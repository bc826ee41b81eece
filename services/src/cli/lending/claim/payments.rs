//! `claim payments`: payments to lenders, for claims, in advance and into compensation funds.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::lending::words::zh;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{KindArg, kind_name, number_typed, wire_org};
use clap::Args;
use proto::json::id;
use proto::v1;

/// Payments to lenders: what for, how much, how far they have come
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang claim payments --lender CDB\n\n\
    Trace one of them with `mingzhang trace ID`.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct ClaimPaymentsArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
    lender: Option<String>,
    /// Only for this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const PAYMENTS: &[Column<v1::Remittance>] = &[
    left("日期 day", |row| day(row.day)),
    left("单位 unit", |row| row.unit_name.clone()),
    left("机构 lender", |row| row.lender_name.clone()),
    left("用途 purpose", purpose),
    right("元 yuan", |row| yuan(row.fen)),
    left("状态", |row| zh(&row.stage).to_owned()),
    left("批准 approver", |row| row.approver.clone()),
    left("拨付 payment", |row| id(&row.remittance)),
];

fn purpose(row: &v1::Remittance) -> String {
    let of = if row.claim_number.is_empty() { row.year.to_string() } else { row.claim_number.clone() };
    format!("{}{} {of}", zh(&row.kind), zh(&row.purpose))
}

impl ClaimPaymentsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::ListRemittancesRequest {
            lender: wire_org(self.lender.as_ref()),
            kind: kind_name(self.kind),
            at,
            ..v1::ListRemittancesRequest::default()
        };
        let answer =
            ask_pages(&self.target, request, self.limit, async |query, page| query.list_remittances(page).await);
        let answer = answer.map_err(|failure| failure.no_lender(self.lender.as_deref().unwrap_or_default()))?;
        answer.show(|answer| out!("{}", list(PAYMENTS, &answer.remittances)))
    }
}
