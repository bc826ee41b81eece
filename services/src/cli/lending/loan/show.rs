//! `loan show`: the statement of one loan, with whose interest it is, stretch by stretch.

use super::meant::{LOAN_HELP, loan_id};
use crate::cli::client::Target;
use crate::cli::failure::{Failure, missing};
use crate::cli::lending::words::{both, by_payer, percent, zh};
use crate::cli::shown::ask::ask_by;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::{ALL, pages};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{day_typed, number_typed, wire_id};
use clap::Args;
use ledger::hash::hex;
use ledger::money::Day;
use proto::json::id;
use proto::v1;

/// A loan's statement: contract, what happened, every stretch of days with its rate and payer, balances, claims
///
/// Interest is shown exactly, to a hundredth of a fen, stretch by stretch; it is rounded once, for each payer's sum.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan show CDB/A-2021-000001\n  \
    mingzhang loan show 0190a6f2-0000-7000-8000-000000000000 --through 2026-12-20\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such loan")]
pub struct LoanShowArgs {
    #[arg(value_name = "LOAN", help = LOAN_HELP, value_parser = number_typed)]
    loan: String,
    /// Last day of the statement; the day through which interest is posted if left out
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    through: Option<Day>,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

impl LoanShowArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let answer = ask_by(&self.target, at, async |query| {
            let loan = wire_id(loan_id(query, &self.loan).await?);
            let through = self.through.map_or(0, Day::yyyymmdd);
            let request = v1::GetLoanRequest { loan, through, at, ..v1::GetLoanRequest::default() };
            Ok(pages(query, request, ALL, async |query, page| query.get_loan(page).await).await?)
        })?;
        let loan = answer.said.loan.as_ref().ok_or_else(|| missing("loan"))?;
        answer.show(|answer| print(answer, loan))
    }
}

fn print(answer: &v1::GetLoanResponse, loan: &v1::Loan) {
    print_contract(loan);
    for standing in &answer.standings {
        outln!("  学籍 {} {} {}", day(standing.day), both(&standing.status), standing.school_name);
    }
    outln!("\n{}", list(FACTS, &answer.facts));
    if answer.missing.is_empty() {
        print_interest(answer);
    } else {
        outln!("  利息无法计算 interest cannot be computed: the {} is missing", answer.missing);
    }
    outln!("\n{}", list(BALANCES, &answer.balances));
    if !answer.claim_lines.is_empty() {
        out!("{}", list(CLAIMS, &answer.claim_lines));
        let (subsidy, waiver) = (yuan(answer.confirmed_subsidy_fen), yuan(answer.confirmed_waiver_fen));
        outln!("  已确认 confirmed: 贴息 subsidy {subsidy}  免息 waiver {waiver}");
    }
    print_conventions(answer, loan);
}

/// At the foot, what decided where documents leave it open.
fn print_conventions(answer: &v1::GetLoanResponse, loan: &v1::Loan) {
    if !answer.conventions.is_empty() {
        outln!("\n  文件未明确之处，按条款 {} 版的约定 conventions of the terms:", loan.terms_version);
        out!("{}", list(CONVENTIONS, &answer.conventions));
    }
    for notice in &answer.notices {
        let arrears =
            if notice.covers_arrears { "含逾期本金 arrears too" } else { "不含逾期本金 not arrears" };
        let who = format!("{}（至 {} 年）", notice.who_zh, notice.graduated_through);
        outln!("  {} 年免息 waiver {}: {who}，{arrears}", notice.year, notice.document);
    }
}

const CONVENTIONS: &[Column<v1::LoanConvention>] = &[
    left("约定 convention", |row| row.name_zh.clone()),
    left("取值 value", |row| row.value_zh.clone()),
    left("name", |row| format!("{}={}", row.name, row.value)),
    left("存疑 doubtful", |row| row.mark.clone()),
];

fn print_contract(loan: &v1::Loan) {
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

const FACTS: &[Column<v1::LoanFact>] = &[
    left("日期 day", |fact| day(fact.day)),
    left("业务 what", |fact| both(&fact.kind)),
    right("元 yuan", |fact| if fact.fen == 0 { String::new() } else { yuan(fact.fen) }),
    left("说明", detail),
    left("entry", |fact| fact.index.to_string()),
];

fn detail(fact: &v1::LoanFact) -> String {
    if fact.before_contract {
        return "早于签约日，不计入 does not count".to_owned();
    }
    if let Some(parts) = &fact.allocation {
        let parts = [("本金", parts.principal_fen), ("利息", parts.interest_fen), ("罚息", parts.penalty_fen)];
        let words = parts.iter().filter(|(_, fen)| *fen != 0).map(|(name, fen)| format!("{name} {}", yuan(*fen)));
        return words.collect::<Vec<_>>().join(" ");
    }
    match fact.kind.as_str() {
        "loan_rate_agreed" => format!("利差 {:+} bp", fact.spread_bp),
        "loan_deferred" => format!("至 until {}", day(fact.until)),
        "loan_amended" => format!("到期 matures {}", day(fact.until)),
        "claimed_before" => format!("至 through {} {}", day(fact.until), yuan(fact.fen)),
        "loan_repaid" if fact.early => "提前 early".to_owned(),
        _ => String::new(),
    }
}

const STRETCHES: &[Column<v1::LoanStretch>] = &[
    left("起 from", |stretch| day(stretch.from)),
    left("止 through", |stretch| day(stretch.through)),
    right("天数", |stretch| stretch.days.to_string()),
    right("本金 principal", |stretch| yuan(stretch.principal_fen)),
    right("逾期", |stretch| yuan(stretch.overdue_fen)),
    right("年利率 %", |stretch| percent(stretch.rate_ppm)),
    left("承担方 payer", payer),
    right("利息 interest", |stretch| stretch.interest_yuan.clone()),
    right("罚息 penalty", |stretch| stretch.penalty_yuan.clone()),
];

fn payer(stretch: &v1::LoanStretch) -> String {
    match stretch.waiver_year {
        0 => both(&stretch.payer),
        year => format!("{}（{year} 年 {}）", both(&stretch.payer), stretch.waiver_document),
    }
}

fn print_interest(answer: &v1::GetLoanResponse) {
    out!("{}", list(STRETCHES, &answer.stretches));
    let sum = answer.stretches.last().and_then(|stretch| stretch.so_far).unwrap_or_default();
    outln!("  合计至 through {}: {}", day(answer.through), by_payer(&sum));
    outln!("  已计 posted: {}", by_payer(&answer.posted.unwrap_or_default()));
    let correction = answer.correction.unwrap_or_default();
    if correction != v1::InterestByPayer::default() {
        outln!("  ! 待调整 to be corrected by the next run of accrue: {}", by_payer(&correction));
    }
}

const BALANCES: &[Column<v1::ClassSum>] =
    &[left("科目 account", |sum| sum.class_zh.clone()), right("元 yuan", |sum| yuan(sum.fen))];

const CLAIMS: &[Column<v1::ClaimLine>] = &[
    left("申报 claim", |line| line.claim_number.clone()),
    right("行", |line| line.number.to_string()),
    left("内容", |line| zh(&line.what).to_owned()),
    left("起 from", |line| day(line.from)),
    left("止 through", |line| day(line.through)),
    right("申报额 claimed", |line| yuan(line.claimed.unwrap_or_default().fen)),
    right("账上 ours", |line| yuan(line.ours.unwrap_or_default().fen)),
    left("结论 verdict", |line| line.verdict_zh.clone()),
];
