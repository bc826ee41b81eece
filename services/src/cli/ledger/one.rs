//! Questions about one thing: `line`, `award` and `payout`, now or at a point in time.

use super::follow::{payout_json, stage};
use super::trace::line_json;
use crate::cli::client::Target;
use crate::cli::shown::point::{PointArgs, PostedArgs, patiently};
use crate::cli::shown::show::{day, id, missing, typed, word, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use uuid::Uuid;

const CODES: &str = "Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing (then)";

/// Execution of a document line 指标, and of the lines passed down from it
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang line 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang line 0190a6f2-0000-7000-8000-000000000000 --booked-on 2021-09-30\n\n{CODES}"))]
pub struct LineArgs {
    /// The line
    line: Uuid,
    #[command(flatten)]
    point: PostedArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn line(args: &LineArgs) -> Result<(), Failure> {
    let request = v1::GetLineRequest { not_before: 0, line: typed(args.line), at: args.point.at() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_line(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of);
    let line = answer.line.as_ref().ok_or_else(|| missing("line"))?;
    if args.target.json {
        let children: Vec<Value> = answer.children.iter().map(line_json).collect();
        return print_json(&footing.json(json!({ "line": line_json(line), "children": children })));
    }
    outln!("  指标 {} {} {} {}", line.document, line.unit_name, line.programme, id(&line.line));
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("指标 line", left), ("单位 unit", left), ("下达 received", right), ("可用 available", right)];
    let more =
        [("已申请 applied", right), ("已支出 spent", right), ("下拨 passed down", right), ("应缴 to finance", right)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for line in [line].into_iter().chain(&answer.children) {
        let money = [line.received_fen, line.available_fen, line.applied_fen, line.spent_fen];
        let rest = [line.passed_down_fen, line.to_finance_fen];
        let words = [line.document.clone(), line.unit_name.clone()];
        table.row(words.into_iter().chain(money.into_iter().chain(rest).map(yuan)));
    }
    out!("{table}");
    footing.foot(false);
    Ok(())
}

/// An award 资助 with its instalments and the payments made for them
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang award 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang award 0190a6f2-0000-7000-8000-000000000000 --recorded-until \"2021-09-30 18:00\"\n\n{CODES}"))]
pub struct AwardArgs {
    /// The award
    award: Uuid,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn award(args: &AwardArgs) -> Result<(), Failure> {
    let request = v1::GetAwardRequest { not_before: 0, award: typed(args.award), at: args.point.at() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_award(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let set = word(answer.stage().as_str_name(), "SET_STAGE_");
    if args.target.json {
        let parts: Vec<Value> = answer.instalments.iter().map(instalment_json).collect();
        return print_json(&footing.json(json!({ "award": id(&answer.award), "roster": id(&answer.roster),
            "person": id(&answer.person), "school": answer.school_name, "programme": answer.programme,
            "academic_year": answer.academic_year, "band": answer.band, "fen": answer.fen, "stage": set,
            "instalments": parts })));
    }
    let (programme, year) = (&answer.programme, answer.academic_year);
    outln!("  资助 {}  {programme} {year}/{:02}  {} 元", id(&answer.award), (year + 1) % 100, yuan(answer.fen));
    outln!("  学校 school {}  学生 person {}", answer.school_name, id(&answer.person));
    outln!("  花名册 roster {} {set}", id(&answer.roster));
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("期次 no", right), ("应发日 due", left), ("元 yuan", right), ("到卡 credited", right)];
    let mut table = Table::new(&[&columns[..], &[("状态", left), ("支付 payouts", left)]].concat());
    for part in &answer.instalments {
        let payouts: Vec<String> = part.payouts.iter().map(|payout| id(payout)).collect();
        let (number, money) = (part.number.to_string(), [yuan(part.fen), yuan(part.credited_fen)]);
        let [fen, credited] = money;
        table.row([number, day(part.due), fen, credited, part_stage(part), payouts.join(" ")]);
    }
    out!("{table}");
    footing.foot(false);
    Ok(())
}

fn part_stage(part: &v1::Instalment) -> String {
    word(part.stage().as_str_name(), "INSTALMENT_STAGE_")
}

fn instalment_json(part: &v1::Instalment) -> Value {
    let payouts: Vec<String> = part.payouts.iter().map(|payout| id(payout)).collect();
    json!({ "number": part.number, "due": part.due, "fen": part.fen, "credited_fen": part.credited_fen,
        "stage": part_stage(part), "payouts": payouts })
}

/// A payment 支付: where it stands, what it draws on, what the bank said last
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang payout 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang payout 0190a6f2-0000-7000-8000-000000000000 --at-index 120000\n\n{CODES}"))]
pub struct PayoutArgs {
    /// The payment
    payout: Uuid,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn payout(args: &PayoutArgs) -> Result<(), Failure> {
    let request = v1::GetPayoutRequest { not_before: 0, payout: typed(args.payout), at: args.point.at() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_payout(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let payout = answer.payout.as_ref().ok_or_else(|| missing("payment"))?;
    if args.target.json {
        let result = |result: &v1::BankResult| {
            json!({ "index": result.index, "kind": result.kind, "day": result.day, "fen": result.fen,
                "reason": result.reason })
        };
        let draws = payout.draws.iter().map(|draw| json!({ "line": id(&draw.line), "fen": draw.fen }));
        let mut object = payout_json(payout);
        object["draws"] = draws.collect();
        object["results"] = payout.results.iter().map(result).collect();
        return print_json(&footing.json(json!({ "payout": object })));
    }
    outln!("  支付 {}  {} 元  {}", id(&payout.payout), yuan(payout.fen), stage(payout.stage()));
    outln!("  资助 award {} 第 {} 期", id(&payout.award), payout.instalment);
    outln!("  申请 application {}  批次 batch {}", id(&payout.application), id(&payout.batch));
    outln!("  学生 person {}  卡 card {}", id(&payout.person), id(&payout.card));
    for result in &payout.results {
        let reason = if result.reason == 0 { String::new() } else { format!(" R{:02}", result.reason) };
        let (kind, index) = (&result.kind, result.index);
        outln!("  银行 bank {} {kind} {} 元{reason}  第 {index} 条 entry {index}", day(result.day), yuan(result.fen));
    }
    let mut table = Table::new(&[("来源 line", Align::Left), ("元 yuan", Align::Right)]);
    for draw in &payout.draws {
        table.row([id(&draw.line), yuan(draw.fen)]);
    }
    out!("{table}");
    if payout.suspense_fen != 0 {
        outln!("  ! 暂记 in suspense {} 元", yuan(payout.suspense_fen));
    }
    footing.foot(false);
    Ok(())
}
