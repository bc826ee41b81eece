//! `mingzhang loan`: the statement of one loan, what it owes, lists, a lender's position and what the next year brings.

use super::lending::{LOAN_HELP, both, by_payer, day_typed, interest_json, loan_id, percent, sums_json, zh};
use super::position::{ForecastArgs, PositionArgs, forecast, position};
use super::quote::{ListArgs, QuoteArgs, list, quote};
use crate::cli::client::Target;
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{day, hex, id, missing, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::{Args, Subcommand};
use ledger::money::Day;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// Loans: whose interest it is, day by day 贷款
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan show CDB/A-2021-000001\n  \
    mingzhang loan quote CDB/A-2021-000001 --on 2026-12-20 --pay 500\n  \
    mingzhang loan position --lender CDB\n  mingzhang loan forecast --lender CDB --year 2026\n\n\
    All of them take --json.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct LoanArgs {
    #[command(subcommand)]
    command: LoanCommand,
}

#[derive(Subcommand, Debug)]
enum LoanCommand {
    Show(ShowArgs),
    List(ListArgs),
    Quote(QuoteArgs),
    Position(PositionArgs),
    Forecast(ForecastArgs),
}

pub(crate) fn loan(args: &LoanArgs) -> Result<(), Failure> {
    match &args.command {
        LoanCommand::Show(args) => show(args),
        LoanCommand::List(args) => list(args),
        LoanCommand::Quote(args) => quote(args),
        LoanCommand::Position(args) => position(args),
        LoanCommand::Forecast(args) => forecast(args),
    }
}

/// A loan's statement: contract, what happened, every stretch of days with its rate and payer, balances, claims
///
/// Interest is shown exactly, to a hundredth of a fen, stretch by stretch; it is rounded once, for each payer's sum.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan show CDB/A-2021-000001\n  \
    mingzhang loan show 0190a6f2-0000-7000-8000-000000000000 --through 2026-12-20\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such loan")]
pub struct ShowArgs {
    #[arg(value_name = "LOAN", help = LOAN_HELP)]
    loan: String,
    /// Last day of the statement; the day through which interest is posted if left out
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    through: Option<Day>,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

fn show(args: &ShowArgs) -> Result<(), Failure> {
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let loan = typed(loan_id(&mut query, &args.loan).await?);
        let (through, at) = (args.through.map_or(0, Day::yyyymmdd), args.point.at());
        let request = v1::GetLoanRequest { not_before: 0, loan, through, at };
        Ok::<_, Failure>(patiently(at, async || query.get_loan(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let loan = answer.loan.as_ref().ok_or_else(|| missing("loan"))?;
    if args.target.json {
        return print_json(&footing.json(statement_json(&answer, loan)));
    }
    show_contract(loan);
    for standing in &answer.standings {
        outln!("  学籍 {} {} {}", day(standing.day), both(&standing.status), standing.school_name);
    }
    outln!("\n{}", facts_table(&answer.facts));
    if answer.missing.is_empty() {
        show_interest(&answer);
    } else {
        outln!("  利息无法计算 interest cannot be computed: the {} is missing", answer.missing);
    }
    let mut table = Table::new(&[("科目 account", Align::Left), ("元 yuan", Align::Right)]);
    for balance in &answer.balances {
        table.row([balance.class_zh.clone(), yuan(balance.fen)]);
    }
    outln!("\n{table}");
    if !answer.claim_lines.is_empty() {
        out!("{}", claims_table(&answer.claim_lines));
        let (subsidy, waiver) = (yuan(answer.confirmed_subsidy_fen), yuan(answer.confirmed_waiver_fen));
        outln!("  已确认 confirmed: 贴息 subsidy {subsidy}  免息 waiver {waiver}");
    }
    footing.foot(false);
    Ok(())
}

fn show_contract(loan: &v1::Loan) {
    outln!("  贷款 {}  {}", loan.number, id(&loan.loan));
    if !loan.known {
        outln!("  ! 合同未报 no contract on record; what is known of it stands below");
        return;
    }
    let year = loan.academic_year;
    outln!("  {} {}  学年 {year}/{:02}", both(&loan.kind), zh(&loan.level), (year + 1) % 100);
    outln!("  机构 lender {}  学校 school {}（{}）", loan.lender_name, loan.school_name, zh(&loan.subordination));
    outln!(
        "  签约 signed {}  预计毕业 graduates {}  首次还本 repays from {}  到期 matures {}",
        day(loan.signed),
        day(loan.graduates),
        day(loan.repay_from),
        day(loan.matures)
    );
    let terms = format!("条款 terms {} 版 {}", loan.terms_version, loan.terms_document);
    outln!("  计息基准 basis {} 天  {}  {terms}", loan.basis, zh(&loan.index_name));
    outln!("  本金 principal {} 元  已计至 posted through {}", yuan(loan.principal_fen), day(loan.through));
    outln!("  合同校验值 contract {}", hex(&loan.contract));
}

fn facts_table(facts: &[v1::LoanFact]) -> Table {
    let left = Align::Left;
    let mut table = Table::new(&[
        ("日期 day", left),
        ("业务 what", left),
        ("元 yuan", Align::Right),
        ("说明", left),
        ("entry", left),
    ]);
    for fact in facts {
        let amount = if fact.fen == 0 { String::new() } else { yuan(fact.fen) };
        table.row([day(fact.day), both(&fact.kind), amount, detail(fact), fact.index.to_string()]);
    }
    table
}

fn detail(fact: &v1::LoanFact) -> String {
    if let Some(parts) = &fact.allocation {
        let parts = [("本金", parts.principal_fen), ("利息", parts.interest_fen), ("罚息", parts.penalty_fen)];
        let words = parts.iter().filter(|(_, fen)| *fen != 0).map(|(name, fen)| format!("{name} {}", yuan(*fen)));
        return words.collect::<Vec<_>>().join(" ");
    }
    match fact.kind.as_str() {
        "loan_rate_agreed" => format!("利差 {:+} bp", fact.spread_bp),
        "loan_deferred" => format!("至 until {}", day(fact.until)),
        "loan_repaid" if fact.early => "提前 early".to_owned(),
        _ => String::new(),
    }
}

fn show_interest(answer: &v1::GetLoanResponse) {
    let (left, right) = (Align::Left, Align::Right);
    let days = [("起 from", left), ("止 through", left), ("天数", right), ("本金 principal", right), ("逾期", right)];
    let rest = [("年利率 %", right), ("承担方 payer", left), ("利息 interest", right), ("罚息 penalty", right)];
    let mut table = Table::new(&[&days[..], &rest[..]].concat());
    for stretch in &answer.stretches {
        let payer = match stretch.waiver_year {
            0 => both(&stretch.payer),
            year => format!("{}（{year} 年 {}）", both(&stretch.payer), stretch.waiver_document),
        };
        let (from, through) = (day(stretch.from), day(stretch.through));
        let (principal, overdue) = (yuan(stretch.principal_fen), yuan(stretch.overdue_fen));
        let rate = percent(stretch.rate_ppm);
        let (interest, penalty) = (stretch.interest_yuan.clone(), stretch.penalty_yuan.clone());
        table.row([from, through, stretch.days.to_string(), principal, overdue, rate, payer, interest, penalty]);
    }
    out!("{table}");
    let sum = answer.stretches.last().and_then(|stretch| stretch.so_far).unwrap_or_default();
    outln!("  合计至 through {}: {}", day(answer.through), by_payer(&sum));
    outln!("  已计 posted: {}", by_payer(&answer.posted.unwrap_or_default()));
    let correction = answer.correction.unwrap_or_default();
    if correction != v1::InterestByPayer::default() {
        outln!("  ! 待调整 to be corrected by the next run of accrue: {}", by_payer(&correction));
    }
}

fn claims_table(lines: &[v1::ClaimLine]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("申报 claim", left), ("行", right), ("内容", left), ("起 from", left), ("止 through", left)];
    let more = [("申报额 claimed", right), ("账上 ours", right), ("结论 verdict", left)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for line in lines {
        let [claimed, ours] = [line.claimed, line.ours].map(|figure| yuan(figure.unwrap_or_default().fen));
        let (number, what) = (line.number.to_string(), zh(&line.what).to_owned());
        let (from, through) = (day(line.from), day(line.through));
        table.row([line.claim_number.clone(), number, what, from, through, claimed, ours, line.verdict_zh.clone()]);
    }
    table
}

/// A loan for machines.
pub(crate) fn loan_json(loan: &v1::Loan) -> Value {
    json!({ "loan": id(&loan.loan), "known": loan.known, "number": loan.number, "kind": loan.kind,
        "level": loan.level, "basis": loan.basis, "academic_year": loan.academic_year,
        "signed": loan.signed, "graduates": loan.graduates, "repay_from": loan.repay_from, "matures": loan.matures,
        "contract": hex(&loan.contract), "lender": loan.lender_name, "school": loan.school_name,
        "subordination": loan.subordination, "person": id(&loan.person), "terms_version": loan.terms_version,
        "terms_document": loan.terms_document, "index": loan.index_name, "through": loan.through, "last": loan.last,
        "principal_fen": loan.principal_fen })
}

fn statement_json(answer: &v1::GetLoanResponse, loan: &v1::Loan) -> Value {
    let standing = |row: &v1::LoanStanding| json!({ "day": row.day, "status": row.status, "school": row.school_name });
    json!({ "as_of": answer.as_of, "loan": loan_json(loan), "balances": sums_json(&answer.balances),
        "posted": interest_json(answer.posted.as_ref()), "correction": interest_json(answer.correction.as_ref()),
        "through": answer.through, "facts": answer.facts.iter().map(fact_json).collect::<Vec<_>>(),
        "stretches": answer.stretches.iter().map(stretch_json).collect::<Vec<_>>(),
        "claim_lines": answer.claim_lines.iter().map(super::claim::line_json).collect::<Vec<_>>(),
        "standings": answer.standings.iter().map(standing).collect::<Vec<_>>(),
        "confirmed_subsidy_fen": answer.confirmed_subsidy_fen, "confirmed_waiver_fen": answer.confirmed_waiver_fen,
        "recovered_fen": answer.recovered_fen, "missing": answer.missing })
}

fn fact_json(fact: &v1::LoanFact) -> Value {
    let parts = fact.allocation.map(|parts| {
        json!({ "penalty_fen": parts.penalty_fen, "interest_fen": parts.interest_fen,
            "principal_fen": parts.principal_fen })
    });
    json!({ "day": fact.day, "index": fact.index, "event": id(&fact.event), "kind": fact.kind, "fen": fact.fen,
        "allocation": parts, "spread_bp": fact.spread_bp, "until": fact.until, "early": fact.early })
}

fn stretch_json(stretch: &v1::LoanStretch) -> Value {
    json!({ "from": stretch.from, "through": stretch.through, "days": stretch.days,
        "principal_fen": stretch.principal_fen, "overdue_fen": stretch.overdue_fen, "rate_ppm": stretch.rate_ppm,
        "payer": stretch.payer, "waiver_year": stretch.waiver_year, "waiver_document": stretch.waiver_document,
        "interest_yuan": stretch.interest_yuan, "penalty_yuan": stretch.penalty_yuan,
        "so_far": interest_json(stretch.so_far.as_ref()) })
}
