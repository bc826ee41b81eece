//! `mingzhang refusals`: events that were turned away.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::moment;
use clap::Args;
use proto::json::id;
use proto::v1;

/// Events that were turned away, with reason and remedy
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang refusals --code overdrawn\n\n{QUESTION_CODES}"))]
pub struct RefusalsArgs {
    /// Only this reason
    #[arg(long, value_name = "CODE", default_value = "")]
    code: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const REFUSALS: &[Column<v1::RefusedEvent>] = &[
    right("index", |row| row.index.to_string()),
    left("事项 kind", |row| row.kind.clone()),
    left("何人 who", |row| row.principal.clone()),
    left("记录于 recorded", |row| moment(row.recorded_ms)),
    left("code", |row| why(row, |refusal| refusal.code.clone())),
    left("原因", |row| why(row, |refusal| refusal.sentence_zh.clone())),
    left("remedy", |row| why(row, |refusal| refusal.remedy.clone())),
    left("对象", |row| why(row, |refusal| id(&refusal.subject))),
];

fn why(row: &v1::RefusedEvent, text: fn(&v1::Refusal) -> String) -> String {
    text(row.refusal.as_ref().unwrap_or(&v1::Refusal::default()))
}

impl RefusalsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (code, at) = (self.code.clone(), self.point.at());
        let request = v1::ListRefusalsRequest { code, at, ..v1::ListRefusalsRequest::default() };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_refusals(page).await)?;
        answer.show(|answer| out!("{}", list(REFUSALS, &answer.refusals)))
    }
}
