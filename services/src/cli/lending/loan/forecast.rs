//! `loan forecast`: what a calendar year will bring.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::lending::words::both;
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::sums;
use crate::cli::shown::text::yuan;
use crate::cli::typed::{KindArg, kind_name, number_typed, wire_org};
use clap::Args;
use proto::json::id;
use proto::v1;
use serde::Serialize;

/// Subsidy a calendar year will bring, by quarter and payer, by the facts as they are
///
/// Where no graduation is on record study ends as the contract foresees; rates stay as last published.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan forecast --lender CDB --year 2026\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct LoanForecastArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
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

/// The answer for machines, with the year that was asked about.
#[derive(Serialize)]
struct Shown<'a> {
    year: u32,
    #[serde(flatten)]
    forecast: &'a v1::GetForecastResponse,
}

impl LoanForecastArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (lender, kind) = (wire_org(self.lender.as_ref()), kind_name(self.kind));
        let request = v1::GetForecastRequest { not_before: 0, lender, kind, year: self.year };
        let answer = ask(&self.target, None, async |query| query.get_forecast(request.clone()).await);
        let answer = answer.map_err(|failure| failure.no_lender(self.lender.as_deref().unwrap_or_default()))?;
        answer.show_as(&Shown { year: self.year, forecast: &answer.said }, |forecast| self.print(forecast))
    }

    fn print(&self, forecast: &v1::GetForecastResponse) {
        outln!("  {} 年预计 forecast: {} 笔贷款 loans", self.year, forecast.loans);
        let quarters =
            forecast.quarters.iter().map(|row| (format!("第 {} 季度贴息 subsidy", row.quarter), row.subsidy_fen));
        let payers = forecast.payers.iter().map(|row| (format!("  其中 {}", both(&row.payer)), row.fen));
        let rows = quarters
            .chain([("全年贴息 subsidy of the year".to_owned(), forecast.subsidy_fen)])
            .chain(payers)
            .chain([("应还本金 principal due".to_owned(), forecast.principal_due_fen)]);
        out!("{}", sums("", rows));
        if forecast.unshared_fen != 0 {
            let unshared = yuan(forecast.unshared_fen);
            outln!("  ! 未约定分担 without shares in force, counted as the province's: {unshared} 元");
        }
        for row in &forecast.missing {
            outln!("  ! 未计 left out: {} × {}, e.g. {}", row.missing, row.loans, id(&row.example));
        }
    }
}
