//! `mingzhang totals`: what was done, by programme, division, stage of schooling and year.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES, missing};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::{ALL, ask_pages};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::yuan;
use clap::Args;
use proto::v1;

/// Totals by programme, division, stage of schooling and calendar year
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang totals --year 2021 --division 610300\n  \
    mingzhang totals --recorded-until \"2021-10-31 18:00\" --effective-on 2021-09-30\n\n{QUESTION_CODES}"))]
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

const TOTALS: &[Column<v1::Total>] = &[
    left("项目", |total| total.programme.clone()),
    left("区划", |total| unless_all(total.division)),
    left("年度", |total| unless_all(total.year)),
    right("人次", |total| total.person_times.to_string()),
    right("资助 yuan", |total| yuan(total.aided_fen)),
    right("到卡", |total| yuan(total.credited_fen)),
    right("在途", |total| yuan(total.transit_fen)),
    right("退回", |total| yuan(total.returned_fen)),
    right("暂记", |total| yuan(total.suspense_fen)),
    right("追回 recovered", |total| yuan(total.recovered_fen)),
    right("净额 net", |total| yuan(total.net_fen)),
];

fn unless_all(number: u32) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

impl TotalsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let of = if self.home { v1::DivisionOf::Home } else { v1::DivisionOf::School };
        let request = v1::GetTotalsRequest {
            programme: self.programme.clone(),
            division: self.division,
            stage: self.stage.clone(),
            year: self.year,
            division_of: of.into(),
            at: self.point.at(),
            ..v1::GetTotalsRequest::default()
        };
        let answer = ask_pages(&self.target, request, ALL, async |query, page| query.get_totals(page).await)?;
        let sum = answer.said.sum.clone().ok_or_else(|| missing("sum"))?;
        let sum = v1::Total { programme: "合计".to_owned(), ..sum };
        answer.show(|answer| out!("{}", list(TOTALS, answer.rows.iter().chain([&sum]))))
    }
}
