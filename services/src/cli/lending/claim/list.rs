//! `claim list`: lenders' claims in the order in which they came.

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

/// Claims in the order in which they came, with what is confirmed and disputed
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang claim list --lender CDB --kind campus\n\n\
    Show one of them with `mingzhang claim show ID`.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct ClaimListArgs {
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

const CLAIMS: &[Column<v1::Claim>] = &[
    left("申报 claim", |claim| claim.number.clone()),
    left("内容", |claim| format!("{}{}", zh(&claim.kind), zh(&claim.what))),
    left("机构 lender", |claim| claim.lender_name.clone()),
    left("起 from", |claim| day(claim.from)),
    left("止 through", |claim| day(claim.through)),
    right("行数", |claim| claim.count.to_string()),
    right("申报 claimed", |claim| yuan(claim.claimed_fen)),
    right("确认 confirmed", |claim| yuan(claim.confirmed_fen)),
    right("争议行 disputed", |claim| claim.disputed_count.to_string()),
    left("", |claim| zh(&claim.stage).to_owned()),
    left("编号 id", |claim| id(&claim.claim)),
];

impl ClaimListArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::ListClaimsRequest {
            lender: wire_org(self.lender.as_ref()),
            kind: kind_name(self.kind),
            at,
            ..v1::ListClaimsRequest::default()
        };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_claims(page).await);
        let answer = answer.map_err(|failure| failure.no_lender(self.lender.as_deref().unwrap_or_default()))?;
        answer.show(|answer| out!("{}", list(CLAIMS, &answer.claims)))
    }
}
