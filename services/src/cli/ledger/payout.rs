//! `mingzhang payout`: a payment 支付, what it draws on, and what the bank said.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES, missing};
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, stage, yuan};
use crate::cli::typed::wire_id;
use clap::Args;
use proto::json::id;
use proto::v1;
use serde::Serialize;
use uuid::Uuid;

/// A payment 支付: where it stands, what it draws on, what the bank said last
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang payout 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang payout 0190a6f2-0000-7000-8000-000000000000 --at-index 120000\n\n{QUESTION_CODES} (then)"))]
pub struct PayoutArgs {
    /// The payment
    payout: Uuid,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

/// The answer for machines.
#[derive(Serialize)]
struct Shown<'a> {
    payout: Whole<'a>,
}

/// A payment with what lists of payments leave out.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    payout: &'a v1::Payout,
    draws: &'a [v1::Draw],
    results: &'a [v1::BankResult],
}

const DRAWS: &[Column<v1::Draw>] = &[left("来源 line", |draw| id(&draw.line)), right("元 yuan", |draw| yuan(draw.fen))];

impl PayoutArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::GetPayoutRequest { not_before: 0, payout: wire_id(self.payout), at };
        let answer = ask(&self.target, at, async |query| query.get_payout(request.clone()).await)?;
        let payout = answer.said.payout.as_ref().ok_or_else(|| missing("payment"))?;
        let whole = Whole { payout, draws: &payout.draws, results: &payout.results };
        answer.show_as(&Shown { payout: whole }, |_| print(payout))
    }
}

fn print(payout: &v1::Payout) {
    outln!("  支付 {}  {} 元  {}", id(&payout.payout), yuan(payout.fen), stage(payout.stage()));
    outln!("  资助 award {} 第 {} 期", id(&payout.award), payout.instalment);
    outln!("  申请 application {}  批次 batch {}", id(&payout.application), id(&payout.batch));
    outln!("  学生 person {}  卡 card {}", id(&payout.person), id(&payout.card));
    for result in &payout.results {
        let reason = if result.reason == 0 { String::new() } else { format!(" R{:02}", result.reason) };
        let (kind, index) = (&result.kind, result.index);
        outln!("  银行 bank {} {kind} {} 元{reason}  第 {index} 条 entry {index}", day(result.day), yuan(result.fen));
    }
    out!("{}", list(DRAWS, &payout.draws));
    let [paid, recovered, net] = [payout.paid_fen, payout.recovered_fen, payout.net_fen].map(yuan);
    outln!("  到卡 paid {paid} 元  追回 recovered {recovered} 元  净额 net {net} 元");
    if payout.suspense_fen != 0 {
        outln!("  ! 暂记 in suspense {} 元", yuan(payout.suspense_fen));
    }
}
