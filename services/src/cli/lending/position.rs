//! `loan position`, where a lender's loans and its payers stand, and `loan forecast`, what a year will bring.

use super::lending::{both, by_payer, interest_json, payers_json, sums_json};
use crate::cli::client::Target;
use crate::cli::operate::accrue::{KindArg, kind_name, no_lender, org};
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{foot, id, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// Where a lender's loans stand, and what each payer owes and has paid for them
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan position --lender CDB --kind origin\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct PositionArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID")]
    lender: Option<String>,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn position(args: &PositionArgs) -> Result<(), Failure> {
    let name = args.lender.clone().unwrap_or_default();
    let lender = args.lender.as_ref().map(|lender| typed(org(lender))).unwrap_or_default();
    let request = v1::GetPositionRequest { not_before: 0, lender, kind: kind_name(args.kind), at: args.point.at() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let answer = patiently(request.at, async || query.get_position(request.clone()).await).await;
        answer.map_err(|status| no_lender(status, &name))
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        return print_json(&footing.json(position_json(&answer)));
    }
    outln!("  机构 lender {}", if answer.lender_name.is_empty() { "全部 all" } else { &answer.lender_name });
    outln!("  贷款 loans {}，有余额 open {}，无合同 without a contract {}", answer.loans, answer.open, answer.unknown);
    let (drawn, repaid) = (yuan(answer.drawn_fen), yuan(answer.repaid_fen));
    outln!("  放款净额 drawn {drawn}  还本 repaid {repaid}  核销 written off {}", yuan(answer.written_off_fen));
    outln!("  利息 interest: {}", by_payer(&answer.interest.unwrap_or_default()));
    let mut table = Table::new(&[("科目 account", Align::Left), ("", Align::Left), ("元 yuan", Align::Right)]);
    for sum in answer.loan_balances.iter().chain(&answer.portfolio_balances) {
        table.row([sum.class_zh.clone(), sum.class.clone(), yuan(sum.fen)]);
    }
    outln!("{table}");
    let right = Align::Right;
    let claims = [
        ("承担方 payer", Align::Left),
        ("申报应付 claims owed", right),
        ("已下达 ordered", right),
        ("已付 paid", right),
    ];
    let risk = [("补偿金应计 compensation", right), ("已下达 ordered", right), ("已付 paid", right)];
    let mut table = Table::new(&[&claims[..], &risk[..]].concat());
    for payer in &answer.payers {
        let money = [
            payer.claims_owed_fen,
            payer.claims_ordered_fen,
            payer.claims_paid_fen,
            payer.compensation_accrued_fen,
            payer.compensation_ordered_fen,
            payer.compensation_paid_fen,
        ];
        table.row([both(&payer.payer)].into_iter().chain(money.map(yuan)));
    }
    out!("{table}");
    footing.foot(false);
    Ok(())
}

fn position_json(answer: &v1::GetPositionResponse) -> Value {
    let payer = |payer: &v1::PayerPosition| {
        json!({ "payer": payer.payer, "claims_owed_fen": payer.claims_owed_fen,
            "claims_ordered_fen": payer.claims_ordered_fen, "claims_paid_fen": payer.claims_paid_fen,
            "compensation_accrued_fen": payer.compensation_accrued_fen,
            "compensation_ordered_fen": payer.compensation_ordered_fen,
            "compensation_paid_fen": payer.compensation_paid_fen })
    };
    json!({ "as_of": answer.as_of, "portfolio": id(&answer.portfolio), "lender": answer.lender_name,
        "loans": answer.loans, "open": answer.open, "unknown": answer.unknown,
        "loan_balances": sums_json(&answer.loan_balances), "portfolio_balances": sums_json(&answer.portfolio_balances),
        "interest": interest_json(answer.interest.as_ref()), "drawn_fen": answer.drawn_fen,
        "repaid_fen": answer.repaid_fen, "written_off_fen": answer.written_off_fen,
        "payers": answer.payers.iter().map(payer).collect::<Vec<_>>() })
}

/// Subsidy a calendar year will bring, by quarter and payer, by the facts as they are
///
/// Where no graduation is on record study ends as the contract foresees; rates stay as last published.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan forecast --lender CDB --year 2026\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct ForecastArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID")]
    lender: Option<String>,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// The calendar year
    #[arg(long, value_name = "YEAR")]
    year: u32,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn forecast(args: &ForecastArgs) -> Result<(), Failure> {
    let name = args.lender.clone().unwrap_or_default();
    let lender = args.lender.as_ref().map(|lender| typed(org(lender))).unwrap_or_default();
    let request = v1::GetForecastRequest { not_before: 0, lender, kind: kind_name(args.kind), year: args.year };
    let answer = runtime()?.block_on(async {
        let answer = args.target.ask().await?.get_forecast(request).await;
        Ok::<_, Failure>(answer.map_err(|status| no_lender(status, &name))?.into_inner())
    })?;
    if args.target.json {
        let quarter = |row: &v1::ForecastQuarter| json!({ "quarter": row.quarter, "subsidy_fen": row.subsidy_fen });
        let missing = |row: &v1::MissingInterest| json!({ "missing": row.missing, "loans": row.loans, "example": id(&row.example) });
        return print_json(&json!({ "as_of": answer.as_of, "year": args.year, "loans": answer.loans,
            "subsidy_fen": answer.subsidy_fen, "quarters": answer.quarters.iter().map(quarter).collect::<Vec<_>>(),
            "payers": payers_json(&answer.payers), "unshared_fen": answer.unshared_fen,
            "principal_due_fen": answer.principal_due_fen,
            "missing": answer.missing.iter().map(missing).collect::<Vec<_>>() }));
    }
    outln!("  {} 年预计 forecast: {} 笔贷款 loans", args.year, answer.loans);
    let mut table = Table::new(&[("", Align::Left), ("元 yuan", Align::Right)]);
    for row in &answer.quarters {
        table.row([format!("第 {} 季度贴息 subsidy", row.quarter), yuan(row.subsidy_fen)]);
    }
    table.row(["全年贴息 subsidy of the year".to_owned(), yuan(answer.subsidy_fen)]);
    for row in &answer.payers {
        table.row([format!("  其中 {}", both(&row.payer)), yuan(row.fen)]);
    }
    table.row(["应还本金 principal due".to_owned(), yuan(answer.principal_due_fen)]);
    out!("{table}");
    if answer.unshared_fen != 0 {
        outln!("  ! 未约定分担 without shares in force, counted as the province's: {} 元", yuan(answer.unshared_fen));
    }
    for row in &answer.missing {
        outln!("  ! 未计 left out: {} × {}, e.g. {}", row.missing, row.loans, id(&row.example));
    }
    foot(answer.as_of, false);
    Ok(())
}
