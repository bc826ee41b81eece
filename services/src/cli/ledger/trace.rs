//! `mingzhang trace`: from a payment, claim or loan back to budget documents, or from a document line forward.

use super::follow::{payout_json, stage};
use crate::cli::client::Target;
use crate::cli::lending::funded;
use crate::cli::shown::point::{Footing, PointArgs, patiently};
use crate::cli::shown::show::{id, missing, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use crate::intake::import::ids;
use bytes::Bytes;
use clap::Args;
use proto::v1;
use proto::v1::query_client::QueryClient;
use proto::v1::trace_request::Start;
use proto::v1::trace_response::Trace;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use tonic::transport::Channel;
use uuid::Uuid;

/// From a payment, a claim or a loan back to budget documents, or from a document line forward to where its money stands
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang trace 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang trace CDB/A-2021-000001\n  mingzhang trace SB-2024Q3-CDB\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct TraceArgs {
    /// Id of a payment, document line, payment to a lender, claim or loan; or a loan as LENDER/NUMBER; or the number of
    /// a claim or of a payment to a lender
    #[arg(value_name = "ID|NUMBER")]
    what: String,
    /// Payments or loan-days shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

/// Where a trace may start from what was typed. An id is that of one thing, never of two.
fn starts(text: &str) -> Vec<Start> {
    if let Ok(id) = Uuid::try_parse(text) {
        let of: [fn(Bytes) -> Start; 5] = [Start::Payout, Start::Line, Start::Remittance, Start::Claim, Start::Loan];
        return of.into_iter().map(|start| start(typed(id))).collect();
    }
    match text.split_once('/') {
        Some((lender, number)) => vec![Start::Loan(typed(ids::loan(lender, number)))],
        None => vec![Start::Claim(typed(ids::claim(text))), Start::Remittance(typed(ids::remittance(text)))],
    }
}

async fn ask(query: &mut QueryClient<Channel>, args: &TraceArgs) -> Result<v1::TraceResponse, Failure> {
    for start in starts(&args.what) {
        let request =
            v1::TraceRequest { page_size: args.limit, start: Some(start), at: args.point.at(), ..Default::default() };
        match patiently(request.at, async || query.trace(request.clone()).await).await {
            Err(status) if status.code() == tonic::Code::NotFound => {}
            answer => return Ok(answer?),
        }
    }
    let what = &args.what;
    Err(Failure::NotFound(format!("no payment, document line, payment to a lender, claim or loan is known as {what}")))
}

pub(crate) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let answer = runtime()?.block_on(async { ask(&mut args.target.ask().await?, args).await })?;
    let (footing, json) = (args.point.footing(answer.as_of, answer.basis), args.target.json);
    match answer.trace.ok_or_else(|| missing("trace"))? {
        Trace::Back(back) => show_back(&back, &footing, json),
        Trace::Forward(forward) => show_forward(&forward, &footing, json),
        Trace::Remittance(trace) => funded::show_remittance(&trace, &footing, json),
        Trace::Claim(trace) => funded::show_claim_trace(&trace, &footing, json),
        Trace::Loan(trace) => funded::show_loan(&trace, &footing, json),
    }
}

fn show_back(back: &v1::Back, footing: &Footing, json: bool) -> Result<(), Failure> {
    let payout = back.payout.as_ref().ok_or_else(|| missing("payment"))?;
    if json {
        let gaps: Vec<Value> = back.gaps.iter().map(gap_json).collect();
        return print_json(&footing.json(json!({ "payout": payout_json(payout),
            "strands": strands_json(&back.strands), "gaps": gaps, "total_fen": back.total_fen })));
    }
    outln!("  支付 {}  {} 元  {}", id(&payout.payout), yuan(payout.fen), stage(payout.stage()));
    show_strands(&back.strands);
    show_gaps(&back.gaps);
    outln!("  合计 {} 元", yuan(back.total_fen));
    footing.foot(false);
    Ok(())
}

fn show_forward(forward: &v1::Forward, footing: &Footing, json: bool) -> Result<(), Failure> {
    let line = forward.line.as_ref().ok_or_else(|| missing("line"))?;
    let totals = forward.totals.unwrap_or_default();
    let sums = [
        ("received_fen", "下达", totals.received_fen),
        ("available_fen", "可用", totals.available_fen),
        ("applied_fen", "已申请", totals.applied_fen),
        ("cleared_fen", "已清算未发送", totals.cleared_fen),
        ("transit_fen", "在途", totals.transit_fen),
        ("credited_fen", "到卡", totals.credited_fen),
        ("remitted_fen", "已付贷款机构", totals.remitted_fen),
        ("other_spent_fen", "应缴财政", totals.other_spent_fen),
        ("gaps_fen", "去向不明", totals.gaps_fen),
        ("returned_fen", "其中曾退回", totals.returned_fen),
    ];
    if json {
        let flow = |flow: &v1::Flow| {
            json!({ "payout": id(&flow.payout), "line": id(&flow.line), "fen": flow.fen,
                "stage": stage(flow.stage()), "day": flow.day, "reason": flow.reason })
        };
        let flows: Vec<Value> = forward.flows.iter().map(flow).collect();
        let below: Vec<Value> = forward.descendants.iter().map(line_json).collect();
        let gaps: Vec<Value> = forward.gaps.iter().map(gap_json).collect();
        let mut object = json!({ "line": line_json(line), "descendants": below, "flows": flows,
            "gaps": gaps, "totals": { "payouts": totals.payouts, "remittances": totals.remittances },
            "remittances": forward.remittances.iter().map(funded::flow_json).collect::<Vec<_>>() });
        for (key, _, fen) in sums {
            object["totals"][key] = json!(fen);
        }
        return print_json(&footing.json(object));
    }
    outln!("  指标 {} {} {}", line.document, line.unit_name, line.programme);
    for below in &forward.descendants {
        outln!("    └ {} {} {} 元", below.document, below.unit_name, yuan(below.received_fen));
    }
    let mut table = Table::new(&[("去向 where", Align::Left), ("元 yuan", Align::Right)]);
    for (_, name, fen) in sums {
        table.row([name.to_owned(), yuan(fen)]);
    }
    outln!("{table}");
    let mut table = Table::new(&[("支付 payout", Align::Left), ("元 yuan", Align::Right), ("状态", Align::Left)]);
    for flow in &forward.flows {
        table.row([id(&flow.payout), yuan(flow.fen), stage(flow.stage())]);
    }
    if !table.is_empty() {
        out!("{table}");
    }
    funded::show_flows(&forward.remittances);
    show_gaps(&forward.gaps);
    footing.foot(!forward.next_page_token.is_empty());
    Ok(())
}

fn show_gaps(gaps: &[v1::Gap]) {
    for gap in gaps {
        outln!("  ! {} {} 元 {}（{} 天）", gap.sentence_zh, yuan(gap.fen), id(&gap.subject), gap.days);
    }
}

fn gap_json(gap: &v1::Gap) -> Value {
    json!({ "kind": gap.kind, "subject": id(&gap.subject), "fen": gap.fen, "days": gap.days })
}

/// Strands, each from the line drawn on up to the one issued.
pub(crate) fn show_strands(strands: &[v1::Strand]) {
    for strand in strands {
        outln!("  ├ {} 元", yuan(strand.fen));
        for (depth, line) in strand.lines.iter().enumerate() {
            let indent = "  ".repeat(depth);
            outln!("  │ {indent}└ {} {} {} {}", line.document, line.unit_name, line.programme, id(&line.line));
        }
    }
}

/// Strands for machines.
pub(crate) fn strands_json(strands: &[v1::Strand]) -> Value {
    let lines = |strand: &v1::Strand| strand.lines.iter().map(line_json).collect::<Vec<_>>();
    strands.iter().map(|strand| json!({ "fen": strand.fen, "lines": lines(strand) })).collect()
}

/// A document line for machines.
pub(crate) fn line_json(line: &v1::Line) -> Value {
    json!({ "line": id(&line.line), "document": line.document, "unit": line.unit_name, "programme": line.programme,
        "fiscal_year": line.fiscal_year, "received_fen": line.received_fen, "available_fen": line.available_fen,
        "applied_fen": line.applied_fen, "spent_fen": line.spent_fen, "passed_down_fen": line.passed_down_fen,
        "to_finance_fen": line.to_finance_fen })
}
