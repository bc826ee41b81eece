//! `mingzhang trace`: from a payment, claim or loan back to budget documents, or from a document line forward. What lenders
//! were paid is in `lender`.

mod lender;
mod strands;

use crate::cli::client::{Query, Target};
use crate::cli::failure::{Failure, missing};
use crate::cli::shown::ask::ask_by;
use crate::cli::shown::list::{Column, left, list, right, sums};
use crate::cli::shown::office::OfficeArg;
use crate::cli::shown::pages::pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{stage, yuan};
use crate::cli::typed::{line_of, number_typed, wire_id};
use crate::intake::import::ids;
use bytes::Bytes;
use clap::Args;
use proto::json::id;
use proto::v1;
use proto::v1::trace_request::Start;
use proto::v1::trace_response::Trace;
use uuid::Uuid;

/// From a payment, a claim or a loan back to budget documents, or from a document line forward to where its money stands
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang trace 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang trace CDB/A-2021-000001\n  mingzhang trace CDB/SB-2024Q3\n  mingzhang trace BF-2024-001 --office 610000CZ\n  mingzhang trace 610581CZ/财预〔2021〕101号#1\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct TraceArgs {
    /// Id of a payment, document line, payment to a lender, claim or loan; or a loan or claim as LENDER/NUMBER; or a payment to a
    /// lender as UNIT/NUMBER, by the unit that ordered it; or a document line as UNIT/DOCUMENT#NUMBER 单位编号/文号#指标行号
    #[arg(value_name = "ID|OFFICE/NUMBER", value_parser = number_typed)]
    what: String,
    #[command(flatten)]
    office: OfficeArg,
    /// Payments or loan-days shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

impl TraceArgs {
    /// Where a trace may start from what was typed. An id is that of one thing, never of two; of a loan and a claim that have one
    /// number of one lender it is the loan.
    fn starts(&self) -> Result<Vec<Start>, Failure> {
        if let Ok(id) = Uuid::try_parse(&self.what) {
            let of: [fn(Bytes) -> Start; 5] =
                [Start::Payout, Start::Line, Start::Remittance, Start::Claim, Start::Loan];
            return Ok(of.into_iter().map(|start| start(wire_id(id))).collect());
        }
        let (giver, number) = self.office.giver(&self.what, "the lender, or the unit that ordered it")?;
        let line = line_of(giver, number).map(|line| Start::Line(wire_id(line)));
        Ok(line
            .into_iter()
            .chain([
                Start::Loan(wire_id(ids::loan(giver, number))),
                Start::Claim(wire_id(ids::claim(giver, number, 0))),
                Start::Remittance(wire_id(ids::remittance(giver, number))),
            ])
            .collect())
    }

    pub(crate) fn run(&self) -> Result<(), Failure> {
        let starts = self.starts()?;
        let answer = ask_by(&self.target, self.point.at(), async |query| self.found(&starts, query).await)?;
        match answer.said.trace.as_ref().ok_or_else(|| missing("trace"))? {
            Trace::Back(back) => {
                let payout = back.payout.as_ref().ok_or_else(|| missing("payment"))?;
                answer.show_as(back, |_| print_back(back, payout))
            }
            Trace::Forward(forward) => {
                let line = forward.line.as_ref().ok_or_else(|| missing("line"))?;
                answer.show_as(forward, |_| print_forward(forward, line))
            }
            Trace::Remittance(trace) => {
                let funded = trace.funded.as_ref().ok_or_else(|| missing("payment to a lender"))?;
                answer.show_as(trace, |_| lender::print_remittance(trace, funded))
            }
            Trace::Claim(trace) => {
                let claim = trace.claim.as_ref().ok_or_else(|| missing("claim"))?;
                answer.show_as(trace, |_| lender::print_claim_trace(trace, claim))
            }
            Trace::Loan(trace) => {
                let loan = trace.loan.as_ref().ok_or_else(|| missing("loan"))?;
                answer.show_as(trace, |_| lender::print_loan(trace, loan))
            }
        }
    }

    async fn found(&self, starts: &[Start], query: &mut Query) -> Result<v1::TraceResponse, Failure> {
        for start in starts.iter().cloned() {
            let request = v1::TraceRequest { start: Some(start), at: self.point.at(), ..v1::TraceRequest::default() };
            match pages(query, request, self.limit, async |query, page| query.trace(page).await).await {
                Err(status) if status.code() == tonic::Code::NotFound => {}
                answer => return Ok(answer?),
            }
        }
        let what = &self.what;
        Err(Failure::NotFound(format!(
            "no payment, document line, payment to a lender, claim or loan is known as {what}"
        )))
    }
}

fn print_back(back: &v1::Back, payout: &v1::Payout) {
    outln!("  支付 {}  {} 元  {}", id(&payout.payout), yuan(payout.fen), stage(payout.stage()));
    strands::print(&back.strands);
    print_gaps(&back.gaps);
    outln!("  合计 {} 元", yuan(back.total_fen));
}

const FLOWS: &[Column<v1::Flow>] = &[
    left("支付 payout", |flow| id(&flow.payout)),
    right("元 yuan", |flow| yuan(flow.fen)),
    left("状态", |flow| stage(flow.stage())),
];

fn print_forward(forward: &v1::Forward, line: &v1::Line) {
    outln!("  指标 {} {} {}", line.document, line.unit_name, line.programme);
    for below in &forward.descendants {
        outln!("    └ {} {} {} 元", below.document, below.unit_name, yuan(below.received_fen));
    }
    let totals = forward.totals.unwrap_or_default();
    let where_it_is = [
        ("下达", totals.received_fen),
        ("可用", totals.available_fen),
        ("已申请", totals.applied_fen),
        ("已清算未发送", totals.cleared_fen),
        ("在途", totals.transit_fen),
        ("到卡", totals.credited_fen),
        ("已付贷款机构", totals.remitted_fen),
        ("应缴财政", totals.other_spent_fen),
        ("去向不明", totals.gaps_fen),
        ("其中曾退回", totals.returned_fen),
    ];
    outln!("{}", sums("去向 where", where_it_is));
    let table = list(FLOWS, &forward.flows);
    if !table.is_empty() {
        out!("{table}");
    }
    lender::print_flows(&forward.remittances);
    print_gaps(&forward.gaps);
}

fn print_gaps(gaps: &[v1::Gap]) {
    for gap in gaps {
        outln!("  ! {} {} 元 {}（{} 天）", gap.sentence_zh, yuan(gap.fen), id(&gap.subject), gap.days);
    }
}
