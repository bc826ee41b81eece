//! Questions about money on its way: `totals`, `batch` and `trace`.

use super::client::Target;
use super::show::{day, foot, hex, id, missing, typed, word, yuan};
use super::{Failure, print_json, runtime};
use crate::table::{Align, Table};
use clap::Args;
use proto::v1;
use proto::v1::trace_request::Start;
use proto::v1::trace_response::Trace;
use serde_json::{Value, json};
use uuid::Uuid;

const CODES: &str = "Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing";

/// Totals by programme, division, stage of schooling and calendar year
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang totals --year 2021 --division 610300\n\n{CODES}"))]
pub struct TotalsArgs {
    /// Only this programme, for example SH-GRANT
    #[arg(long, value_name = "CODE", default_value = "")]
    programme: String,
    /// Only this division and those below
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    division: u32,
    /// Only this stage of schooling, for example senior_high
    #[arg(long, value_name = "STAGE", default_value = "")]
    stage: String,
    /// Only this calendar year
    #[arg(long, value_name = "YEAR", default_value_t = 0)]
    year: u32,
    /// Divisions are people's homes, not their schools' places
    #[arg(long)]
    home: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) fn totals(args: &TotalsArgs) -> Result<(), Failure> {
    let of = if args.home { v1::DivisionOf::Home } else { v1::DivisionOf::School };
    let request = v1::GetTotalsRequest {
        not_before: 0,
        programme: args.programme.clone(),
        division: args.division,
        stage: args.stage.clone(),
        year: args.year,
        division_of: of.into(),
    };
    let answer = runtime()?
        .block_on(async { Ok::<_, Failure>(args.target.ask().await?.get_totals(request).await?.into_inner()) })?;
    let sum = answer.sum.ok_or_else(|| missing("sum"))?;
    if args.target.json {
        let rows: Vec<Value> = answer.rows.iter().map(total_json).collect();
        return print_json(&json!({ "as_of": answer.as_of, "rows": rows, "sum": total_json(&sum) }));
    }
    let (left, right) = (Align::Left, Align::Right);
    let keys = [("项目", left), ("区划", left), ("年度", left), ("人次", right), ("资助 yuan", right)];
    let more = [("到卡", right), ("在途", right), ("退回", right), ("暂记", right)];
    let mut table = Table::new(&[&keys[..], &more[..]].concat());
    let name = |name: &str, total: &v1::Total| {
        let money = [total.aided_fen, total.credited_fen, total.transit_fen, total.returned_fen, total.suspense_fen];
        let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
        let (division, year) = (number(total.division), number(total.year));
        let words = [name.to_owned(), division, year, total.person_times.to_string()];
        words.into_iter().chain(money.map(yuan)).collect::<Vec<_>>()
    };
    for row in &answer.rows {
        table.row(name(&row.programme, row));
    }
    table.row(name("合计", &sum));
    out!("{table}");
    foot(answer.as_of, false);
    Ok(())
}

fn total_json(total: &v1::Total) -> Value {
    json!({ "programme": total.programme, "division": total.division, "stage": total.stage, "year": total.year,
        "person_times": total.person_times, "aided_fen": total.aided_fen, "credited_fen": total.credited_fen,
        "transit_fen": total.transit_fen, "returned_fen": total.returned_fen, "suspense_fen": total.suspense_fen,
        "awarded_fen": total.awarded_fen, "payouts": total.payouts })
}

/// A bank batch and how its payments stand
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang batch 0190a6f2-0000-7000-8000-000000000000\n\n{CODES}"))]
pub struct BatchArgs {
    /// The batch
    batch: Uuid,
    /// Payments shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

pub(super) fn batch(args: &BatchArgs) -> Result<(), Failure> {
    let request =
        v1::GetBatchRequest { batch: typed(args.batch), page_size: args.limit, ..v1::GetBatchRequest::default() };
    let answer = runtime()?
        .block_on(async { Ok::<_, Failure>(args.target.ask().await?.get_batch(request).await?.into_inner()) })?;
    let counts = [
        ("total", "合计", answer.total),
        ("pending", "待回", answer.pending),
        ("credited", "到卡", answer.credited),
        ("returned", "退回", answer.returned),
        ("unknown", "未知", answer.unknown),
    ];
    if args.target.json {
        let mut object = json!({ "as_of": answer.as_of, "batch": id(&answer.batch), "unit": answer.unit_name,
            "application": id(&answer.application), "bank": answer.bank_name, "sent": answer.sent,
            "hash": hex(&answer.hash), "payouts": answer.payouts.iter().map(payout_json).collect::<Vec<_>>() });
        for (key, _, count) in counts {
            let count = count.unwrap_or_default();
            object[key] = json!({ "count": count.count, "fen": count.fen });
        }
        return print_json(&object);
    }
    outln!("  批次 {}  {} → {}  发送 {}", id(&answer.batch), answer.unit_name, answer.bank_name, day(answer.sent));
    outln!("  sealed {}", hex(&answer.hash));
    let mut table = Table::new(&[("", Align::Left), ("笔数", Align::Right), ("元 yuan", Align::Right)]);
    for (_, name, count) in counts {
        let count = count.unwrap_or_default();
        table.row([name.to_owned(), count.count.to_string(), yuan(count.fen)]);
    }
    outln!("{table}");
    out!("{}", payouts_table(&answer.payouts));
    foot(answer.as_of, !answer.next_page_token.is_empty());
    Ok(())
}

fn payouts_table(payouts: &[v1::Payout]) -> Table {
    let mut table = Table::new(&[("支付 payout", Align::Left), ("元 yuan", Align::Right), ("状态", Align::Left)]);
    for payout in payouts {
        table.row([id(&payout.payout), yuan(payout.fen), stage(payout.stage())]);
    }
    table
}

fn stage(stage: v1::PayoutStage) -> String {
    word(stage.as_str_name(), "PAYOUT_STAGE_")
}

fn payout_json(payout: &v1::Payout) -> Value {
    json!({ "payout": id(&payout.payout), "application": id(&payout.application), "batch": id(&payout.batch),
        "award": id(&payout.award), "instalment": payout.instalment, "person": id(&payout.person),
        "card": id(&payout.card), "fen": payout.fen, "stage": stage(payout.stage()),
        "reissue_of": id(&payout.reissue_of), "reissued_by": id(&payout.reissued_by),
        "suspense_fen": payout.suspense_fen })
}

/// From a payment back to its budget documents, or from a document line forward to where its money stands
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang trace 0190a6f2-0000-7000-8000-000000000000\n\n{CODES}"))]
pub struct TraceArgs {
    /// A payment, traced back, or a document line, traced forward
    id: Uuid,
    /// Payments shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

pub(super) fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let mut ask = async |start| {
            let request = v1::TraceRequest { page_size: args.limit, start: Some(start), ..Default::default() };
            query.trace(request).await
        };
        // An id is that of a payment or of a line, never of both.
        match ask(Start::Payout(typed(args.id))).await {
            Err(status) if status.code() == tonic::Code::NotFound => Ok(ask(Start::Line(typed(args.id))).await?),
            answer => Ok::<_, Failure>(answer?),
        }
    });
    let answer = answer
        .map_err(|failure| match failure {
            Failure::NotFound(_) => {
                Failure::NotFound(format!("no payment and no document line has the id {}", args.id))
            }
            other => other,
        })?
        .into_inner();
    match answer.trace.ok_or_else(|| missing("trace"))? {
        Trace::Back(back) => show_back(&back, answer.as_of, args.target.json),
        Trace::Forward(forward) => show_forward(&forward, answer.as_of, args.target.json),
        // Only asked for by the commands about loans, which show them.
        Trace::Remittance(_) | Trace::Claim(_) | Trace::Loan(_) => Err(missing("trace")),
    }
}

fn show_back(back: &v1::Back, as_of: u64, json: bool) -> Result<(), Failure> {
    let payout = back.payout.as_ref().ok_or_else(|| missing("payment"))?;
    if json {
        let strand = |strand: &v1::Strand| json!({ "fen": strand.fen, "lines": strand.lines.iter().map(line_json).collect::<Vec<_>>() });
        let strands: Vec<Value> = back.strands.iter().map(strand).collect();
        let gaps: Vec<Value> = back.gaps.iter().map(gap_json).collect();
        return print_json(&json!({ "as_of": as_of, "payout": payout_json(payout), "strands": strands,
            "gaps": gaps, "total_fen": back.total_fen }));
    }
    outln!("  支付 {}  {} 元  {}", id(&payout.payout), yuan(payout.fen), stage(payout.stage()));
    for strand in &back.strands {
        outln!("  ├ {} 元", yuan(strand.fen));
        for (depth, line) in strand.lines.iter().enumerate() {
            outln!(
                "  │ {}└ {} {} {} {}",
                "  ".repeat(depth),
                line.document,
                line.unit_name,
                line.programme,
                id(&line.line)
            );
        }
    }
    show_gaps(&back.gaps);
    outln!("  合计 {} 元", yuan(back.total_fen));
    foot(as_of, false);
    Ok(())
}

fn show_forward(forward: &v1::Forward, as_of: u64, json: bool) -> Result<(), Failure> {
    let line = forward.line.as_ref().ok_or_else(|| missing("line"))?;
    let totals = forward.totals.unwrap_or_default();
    let sums = [
        ("received_fen", "下达", totals.received_fen),
        ("available_fen", "可用", totals.available_fen),
        ("applied_fen", "已申请", totals.applied_fen),
        ("cleared_fen", "已清算未发送", totals.cleared_fen),
        ("transit_fen", "在途", totals.transit_fen),
        ("credited_fen", "到卡", totals.credited_fen),
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
        let mut object = json!({ "as_of": as_of, "line": line_json(line), "descendants": below, "flows": flows,
            "gaps": gaps, "totals": { "payouts": totals.payouts } });
        for (key, _, fen) in sums {
            object["totals"][key] = json!(fen);
        }
        return print_json(&object);
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
    out!("{table}");
    show_gaps(&forward.gaps);
    foot(as_of, !forward.next_page_token.is_empty());
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

fn line_json(line: &v1::Line) -> Value {
    json!({ "line": id(&line.line), "document": line.document, "unit": line.unit_name, "programme": line.programme,
        "fiscal_year": line.fiscal_year, "received_fen": line.received_fen, "available_fen": line.available_fen,
        "applied_fen": line.applied_fen, "spent_fen": line.spent_fen, "passed_down_fen": line.passed_down_fen,
        "to_finance_fen": line.to_finance_fen })
}
