//! `claim payments`: payments to lenders, for claims, in advance and into compensation funds.

use super::funded::remittance_json;
use super::lending::zh;
use crate::cli::client::Target;
use crate::cli::operate::accrue::{KindArg, kind_name, no_lender, org};
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{day, id, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// Payments to lenders: what for, how much, how far they have come
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang claim payments --lender CDB\n\n\
    Trace one of them with `mingzhang trace ID`.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct PaymentsArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID")]
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

pub(crate) fn payments(args: &PaymentsArgs) -> Result<(), Failure> {
    let name = args.lender.clone().unwrap_or_default();
    let request = v1::ListRemittancesRequest {
        lender: args.lender.as_ref().map(|lender| typed(org(lender))).unwrap_or_default(),
        kind: kind_name(args.kind),
        page_size: args.limit,
        at: args.point.at(),
        ..v1::ListRemittancesRequest::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let answer = patiently(request.at, async || query.list_remittances(request.clone()).await).await;
        answer.map_err(|status| no_lender(status, &name))
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        let rows: Vec<Value> = answer.remittances.iter().map(remittance_json).collect();
        return print_json(&footing.json(json!({ "payments": rows })));
    }
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("日期 day", left), ("单位 unit", left), ("机构 lender", left), ("用途 purpose", left)];
    let more = [("元 yuan", right), ("状态", left), ("批准 approver", left), ("拨付 payment", left)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for row in &answer.remittances {
        let of = if row.claim_number.is_empty() { row.year.to_string() } else { row.claim_number.clone() };
        let purpose = format!("{}{} {of}", zh(&row.kind), zh(&row.purpose));
        let (unit, lender) = (row.unit_name.clone(), row.lender_name.clone());
        let (stage, approver) = (zh(&row.stage).to_owned(), row.approver.clone());
        table.row([day(row.day), unit, lender, purpose, yuan(row.fen), stage, approver, id(&row.remittance)]);
    }
    out!("{table}");
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}
