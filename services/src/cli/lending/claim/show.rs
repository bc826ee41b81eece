//! `claim show`: one claim, its verdicts, and its lines beside our figures.

use super::head::print_claim;
use crate::cli::client::Target;
use crate::cli::failure::{Failure, missing};
use crate::cli::lending::words::percent;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::office::OfficeArg;
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{number_typed, wire_id};
use crate::intake::import::ids;
use clap::Args;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// A claim: its verdicts, who pays, and its lines beside our figures
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang claim show CDB/SB-2024Q3\n  \
    mingzhang claim show SB-2024Q3 --office CDB --disputed\n  mingzhang claim show CDB/SB-2024Q3 --verdict wrong_rate\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such claim")]
pub struct ClaimShowArgs {
    /// The claim: its lender and the number the lender gave it, or its id
    #[arg(value_name = "LENDER/NUMBER|ID", value_parser = number_typed)]
    claim: String,
    #[command(flatten)]
    office: OfficeArg,
    /// Which edition of the number, 1 for the one that took the place of the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    edition: u8,
    /// Only disputed lines
    #[arg(long, conflicts_with = "confirmed")]
    disputed: bool,
    /// Only confirmed lines
    #[arg(long)]
    confirmed: bool,
    /// Only lines with this verdict, for example after_study_end
    #[arg(long, value_name = "VERDICT", default_value = "")]
    verdict: String,
    /// Lines at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const VERDICTS: &[Column<v1::VerdictSum>] = &[
    left("结论 verdict", |sum| sum.verdict_zh.clone()),
    left("", |sum| sum.verdict.clone()),
    right("行数", |sum| sum.count.to_string()),
    right("申报 claimed", |sum| yuan(sum.claimed_fen)),
    right("账上 ours", |sum| yuan(sum.our_fen)),
];

const LINES: &[Column<v1::ClaimLine>] = &[
    right("行", |line| line.number.to_string()),
    left("合同 loan", |line| if line.loan_number.is_empty() { id(&line.loan) } else { line.loan_number.clone() }),
    left("结论 verdict", |line| line.verdict_zh.clone()),
    right("申报 claimed", |line| yuan(said(line).fen)),
    right("账上 ours", |line| yuan(ours(line).fen)),
    right("天数 days", |line| said(line).days.to_string()),
    right("账上", |line| ours(line).days.to_string()),
    right("利率 % rate", |line| percent(said(line).rate_ppm)),
    right("账上", |line| percent(ours(line).rate_ppm)),
    right("本金 principal", |line| yuan(said(line).principal_fen)),
    right("账上", |line| yuan(ours(line).principal_fen)),
    left("不符 differs", |line| line.differs_zh.join("、")),
    left("账上起止 our days", our_days),
    right("抵扣 set off", |line| yuan_if(line.set_off_fen)),
    right("已退 returned", |line| yuan_if(line.returned_fen)),
    right("多报 overclaimed", |line| yuan_if(line.overclaimed_fen)),
    right("少报 underclaimed", |line| yuan_if(line.underclaimed_fen)),
];

/// First and last of our days.
fn our_days(line: &v1::ClaimLine) -> String {
    if line.our_first == 0 { String::new() } else { format!("{} — {}", day(line.our_first), day(line.our_last)) }
}

fn yuan_if(fen: i64) -> String {
    if fen == 0 { String::new() } else { yuan(fen) }
}

fn said(line: &v1::ClaimLine) -> v1::ClaimFigure {
    line.claimed.unwrap_or_default()
}

fn ours(line: &v1::ClaimLine) -> v1::ClaimFigure {
    line.ours.unwrap_or_default()
}

impl ClaimShowArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let only = match (self.disputed, self.confirmed) {
            (true, _) => v1::ClaimLines::Disputed,
            (_, true) => v1::ClaimLines::Confirmed,
            _ => v1::ClaimLines::All,
        };
        let at = self.point.at();
        let id = match Uuid::try_parse(&self.claim) {
            Ok(id) => id,
            Err(_) => {
                let (lender, number) = self.office.giver(&self.claim, "its lender")?;
                ids::claim(lender, number, self.edition)
            }
        };
        let request = v1::GetClaimRequest {
            claim: wire_id(id),
            only: only.into(),
            verdict: self.verdict.clone(),
            at,
            ..v1::GetClaimRequest::default()
        };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.get_claim(page).await);
        let absent = || format!("no claim has the number or id {}", self.claim);
        let answer = answer.map_err(|failure| failure.absent(absent))?;
        let claim = answer.said.claim.as_ref().ok_or_else(|| missing("claim"))?;
        answer.show(|answer| {
            print_claim(claim);
            outln!("{}", list(VERDICTS, &answer.verdicts));
            out!("{}", list(LINES, &answer.lines));
        })
    }
}
