//! `mingzhang accrue`: interest of a lender's loans posted through a day. The job itself is in `accrue`.

use crate::accrue::{AccrualReport, Job, Sum, run};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::yuan;
use crate::cli::typed::{KindArg, day_typed, kind_name, number_typed, org, principal_typed, wire_id};
use crate::cli::{print_json, runtime};
use clap::Args;
use ledger::event::Interest;
use ledger::money::Day;
use proto::v1;
use replay::record::log::Clock;
use replay::terminal::progress;
use replay::terminal::text_table::{Align, Table};
use serde_json::{Value, json};

/// Who accrues when nobody else is named.
pub(crate) const PRINCIPAL: &str = "计息作业";

/// Accrue interest of a lender's loans through a day 计息
///
/// Asks the ledger what is due loan by loan, first corrections of days already posted that name the fact learnt late,
/// then the days since, and submits both as events. The ledger computes each figure itself and refuses another; a loan
/// that changed meanwhile is computed again. A second run posts nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang accrue --through 2024-12-20 --lender CDB --dry-run\n  \
    mingzhang accrue --through 2024-12-20 --lender CDB --kind origin --as 省资助中心/计息\n\n\
    Exit codes: 0 all due interest is on record, 1 a figure was refused or a loan left out, 2 usage, \
    3 server unreachable, 4 no such lender")]
pub struct AccrueArgs {
    /// Last day of the period, for example the settlement day 2024-12-20
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    through: Day,
    /// The lender: its number, as files name it, or its id
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
    lender: String,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// In whose name; that of the job if neither this nor --me is given
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed)]
    principal: Option<String>,
    /// Show what is due and submit nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

impl AccrueArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        is_over(self.through)?;
        let (lender, kind) = (org(&self.lender), kind_name(self.kind));
        let job = Job {
            lender,
            kind: kind.clone(),
            through: self.through,
            principal: self.target.in_name(self.principal.as_ref(), PRINCIPAL),
            dry_run: self.dry_run,
        };
        let bar = progress::bar("计息 accruing {bar:40} {human_pos}/{human_len} 笔 loans {eta}", true);
        let report = runtime()?.block_on(async {
            let (mut query, recorder) = (self.target.query().await?, self.target.recorder().await?);
            let request = v1::GetPositionRequest { lender: wire_id(lender), kind, ..Default::default() };
            let position = query.get_position(request).await;
            let position = position.map_err(|status| Failure::from(status).no_lender(&self.lender))?;
            bar.set_length(position.into_inner().loans);
            Ok::<_, Failure>(run(query, recorder, &job, &mut |loans| bar.inc(loans)).await?)
        })?;
        bar.finish_and_clear();
        if self.target.json {
            print_json(&report_json(&report, &job))?;
        } else {
            show(&report, &job);
        }
        if report.is_whole() { Ok(()) } else { Err(Failure::Refused) }
    }
}

/// The ledger would refuse each loan's figure; a slip in the year is better said once, and before anything is asked.
fn is_over(through: Day) -> Result<(), Failure> {
    let today = Day::in_beijing(Clock::system().now_ms());
    if through < today {
        return Ok(());
    }
    let why = format!(
        "--through {through}: 该日尚未结束 that day is not over; interest is accrued through {} at the latest",
        today.plus(-1)
    );
    Err(Failure::Usage(why))
}

fn show(report: &AccrualReport, job: &Job) {
    let what = if job.dry_run { "应计 due (dry run, nothing submitted)" } else { "已计 posted" };
    outln!("  {} 止 through {}: {} 笔贷款 loans, {what}", kind_zh(&job.kind), job.through, report.loans);
    let right = Align::Right;
    let columns = [("", Align::Left), ("笔数 loans", right), ("贴息 subsidy", right), ("免息 waiver", right)];
    let mut table = Table::new(&[&columns[..], &[("借款人 borrower", right), ("罚息 penalty", right)]].concat());
    for (name, sum) in [("调整 adjusted", report.adjusted), ("新计 accrued", report.accrued)] {
        table.row(cells(name, &sum));
    }
    out!("{table}");
    outln!(
        "  轮次 rounds {}, 重算 stale and retried {}, 重复 said before {}",
        report.rounds,
        report.stale,
        report.duplicates
    );
    for (reason, (loans, example)) in &report.skipped {
        outln!("  未计 left out: {} × {loans}, {}, e.g. {example}", reason, why(reason));
    }
    for turned in &report.turned {
        let figures = turned.figures.map_or_else(String::new, |(ours, theirs)| {
            format!(": 提交 submitted {} 元, 账上 ledger {} 元", yuan(ours), yuan(theirs))
        });
        outln!("  拒绝 refused {} {} {}{figures}; {}", turned.number, turned.loan, turned.code, turned.remedy);
    }
    let rest = report.turned_count - report.turned.len() as u64;
    if rest > 0 {
        outln!("  … {rest} more, see `mingzhang refusals`");
    }
}

fn cells(name: &str, sum: &Sum) -> Vec<String> {
    let Interest { subsidy, waiver, borrower, penalty } = sum.figure;
    let money = [subsidy, waiver, borrower, penalty].map(yuan);
    [name.to_owned(), sum.loans.to_string()].into_iter().chain(money).collect()
}

fn why(reason: &str) -> &'static str {
    match reason {
        "contract" => "合同未报 no contract on record; import it",
        "terms" => "签约日无有效条款 no terms in force at signing; adopt them",
        "rate" => "签约日前无公布利率 no rate published before signing; import it",
        "no_cause" => "无可说明的原因记录 nothing on record explains the correction; see `mingzhang loan show`",
        _ => "仍在变化 it changed in every round; run again",
    }
}

fn kind_zh(kind: &str) -> &'static str {
    match kind {
        "origin" => "生源地 origin",
        "campus" => "校园地 campus",
        _ => "全部贷款 all loans",
    }
}

fn report_json(report: &AccrualReport, job: &Job) -> Value {
    let sum = |sum: &Sum| {
        json!({ "loans": sum.loans, "subsidy_fen": sum.figure.subsidy, "waiver_fen": sum.figure.waiver,
            "borrower_fen": sum.figure.borrower, "penalty_fen": sum.figure.penalty })
    };
    let skipped = report
        .skipped
        .iter()
        .map(|(reason, (loans, example))| json!({ "reason": reason, "loans": loans, "example": example.to_string() }));
    let turned = report.turned.iter().map(|turned| {
        let (submitted, ledger) = turned.figures.unzip();
        json!({ "number": turned.number, "loan": turned.loan.to_string(), "code": turned.code,
            "submitted_fen": submitted, "ledger_fen": ledger })
    });
    json!({ "through": job.through.to_string(), "kind": job.kind, "dry_run": job.dry_run, "loans": report.loans,
        "rounds": report.rounds, "adjusted": sum(&report.adjusted), "accrued": sum(&report.accrued),
        "stale": report.stale, "duplicates": report.duplicates, "skipped": skipped.collect::<Vec<_>>(),
        "refused": turned.collect::<Vec<_>>(), "refused_count": report.turned_count })
}
