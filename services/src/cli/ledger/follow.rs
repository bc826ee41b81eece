//! Questions about money on its way: `totals` and `batch`.

use crate::cli::client::Target;
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{day, hex, id, missing, typed, word, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use uuid::Uuid;

const CODES: &str = "Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing";

/// Totals by programme, division, stage of schooling and calendar year
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang totals --year 2021 --division 610300\n  \
    mingzhang totals --recorded-until \"2021-10-31 18:00\" --effective-on 2021-09-30\n\n{CODES}"))]
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
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn totals(args: &TotalsArgs) -> Result<(), Failure> {
    let of = if args.home { v1::DivisionOf::Home } else { v1::DivisionOf::School };
    let request = v1::GetTotalsRequest {
        not_before: 0,
        programme: args.programme.clone(),
        division: args.division,
        stage: args.stage.clone(),
        year: args.year,
        division_of: of.into(),
        at: args.point.at(),
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_totals(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let sum = answer.sum.ok_or_else(|| missing("sum"))?;
    if args.target.json {
        let rows: Vec<Value> = answer.rows.iter().map(total_json).collect();
        return print_json(&footing.json(json!({ "rows": rows, "sum": total_json(&sum) })));
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
    footing.foot(false);
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
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn batch(args: &BatchArgs) -> Result<(), Failure> {
    let request = v1::GetBatchRequest {
        batch: typed(args.batch),
        page_size: args.limit,
        at: args.point.at(),
        ..Default::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_batch(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let counts = [
        ("total", "合计", answer.total),
        ("pending", "待回", answer.pending),
        ("credited", "到卡", answer.credited),
        ("returned", "退回", answer.returned),
        ("unknown", "未知", answer.unknown),
    ];
    if args.target.json {
        let mut object = json!({ "batch": id(&answer.batch), "unit": answer.unit_name,
            "application": id(&answer.application), "bank": answer.bank_name, "sent": answer.sent,
            "hash": hex(&answer.hash), "payouts": answer.payouts.iter().map(payout_json).collect::<Vec<_>>() });
        for (key, _, count) in counts {
            let count = count.unwrap_or_default();
            object[key] = json!({ "count": count.count, "fen": count.fen });
        }
        return print_json(&footing.json(object));
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
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

fn payouts_table(payouts: &[v1::Payout]) -> Table {
    let mut table = Table::new(&[("支付 payout", Align::Left), ("元 yuan", Align::Right), ("状态", Align::Left)]);
    for payout in payouts {
        table.row([id(&payout.payout), yuan(payout.fen), stage(payout.stage())]);
    }
    table
}

/// The name of a stage.
pub(crate) fn stage(stage: v1::PayoutStage) -> String {
    word(stage.as_str_name(), "PAYOUT_STAGE_")
}

/// A payment for machines.
pub(crate) fn payout_json(payout: &v1::Payout) -> Value {
    json!({ "payout": id(&payout.payout), "application": id(&payout.application), "batch": id(&payout.batch),
        "award": id(&payout.award), "instalment": payout.instalment, "person": id(&payout.person),
        "card": id(&payout.card), "fen": payout.fen, "stage": stage(payout.stage()),
        "reissue_of": id(&payout.reissue_of), "reissued_by": id(&payout.reissued_by),
        "suspense_fen": payout.suspense_fen })
}
