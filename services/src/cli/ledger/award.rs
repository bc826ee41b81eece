//! `mingzhang award`: an award 资助 and its instalments.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::{ALL, ask_pages};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, word, yuan};
use crate::cli::typed::wire_id;
use clap::Args;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// An award 资助 with its instalments and the payments made for them
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang award 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang award 0190a6f2-0000-7000-8000-000000000000 --recorded-until \"2021-09-30 18:00\"\n\n{QUESTION_CODES} (then)"))]
pub struct AwardArgs {
    /// The award
    award: Uuid,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const INSTALMENTS: &[Column<v1::Instalment>] = &[
    right("期次 no", |part| part.number.to_string()),
    left("应发日 due", |part| day(part.due)),
    right("元 yuan", |part| yuan(part.fen)),
    right("到卡 credited", |part| yuan(part.credited_fen)),
    left("状态", |part| word(part.stage().as_str_name(), "INSTALMENT_STAGE_")),
    left("支付 payouts", |part| part.payouts.iter().map(|payout| id(payout)).collect::<Vec<_>>().join(" ")),
];

impl AwardArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::GetAwardRequest { award: wire_id(self.award), at, ..v1::GetAwardRequest::default() };
        let answer = ask_pages(&self.target, request, ALL, async |query, request| query.get_award(request).await)?;
        answer.show(|award| {
            let (programme, year) = (&award.programme, award.academic_year);
            outln!("  资助 {}  {programme} {year}/{:02}  {} 元", id(&award.award), (year + 1) % 100, yuan(award.fen));
            outln!("  学校 school {}  学生 person {}", award.school_name, id(&award.person));
            outln!("  花名册 roster {} {}", id(&award.roster), word(award.stage().as_str_name(), "SET_STAGE_"));
            if award.ended_from > 0 {
                let (on, document) = (day(award.ended_on), &award.ended_document);
                outln!("  自第 {} 期停发 ended  {on} {document} {}", award.ended_from, award.ended_reason);
            }
            out!("{}", list(INSTALMENTS, &award.instalments));
        })
    }
}
