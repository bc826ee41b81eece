//! `mingzhang batch`: a bank batch and how its payments are doing.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::office::OfficeArg;
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, stage, yuan};
use crate::cli::typed::{number_typed, wire_id};
use crate::intake::import::ids;
use clap::Args;
use ledger::hash::hex;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// A bank batch and how its payments stand
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang batch 610502CZ/PC-2021-001\n  mingzhang batch 0190a6f2-0000-7000-8000-000000000000\n\n{QUESTION_CODES}"))]
pub struct BatchArgs {
    /// Number of the batch 批次号, with the unit of its application before it, as UNIT/NUMBER or beside --office; or its id
    #[arg(value_name = "NUMBER|ID", value_parser = number_typed)]
    batch: String,
    #[command(flatten)]
    office: OfficeArg,
    /// Payments shown at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const COUNTS: &[Column<(&str, v1::CountFen)>] = &[
    left("", |(name, _)| (*name).to_owned()),
    right("笔数", |(_, count)| count.count.to_string()),
    right("元 yuan", |(_, count)| yuan(count.fen)),
];

const PAYOUTS: &[Column<v1::Payout>] = &[
    left("支付 payout", |payout| id(&payout.payout)),
    right("元 yuan", |payout| yuan(payout.fen)),
    left("状态", |payout| stage(payout.stage())),
];

impl BatchArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (batch, at) = (wire_id(self.id()?), self.point.at());
        let request = v1::GetBatchRequest { batch, at, ..v1::GetBatchRequest::default() };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.get_batch(page).await)?;
        answer.show(print)
    }

    fn id(&self) -> Result<Uuid, Failure> {
        if let Ok(id) = Uuid::try_parse(&self.batch) {
            return Ok(id);
        }
        let (unit, number) = self.office.giver(&self.batch, "the unit of its application")?;
        Ok(ids::batch(unit, number))
    }
}

fn print(batch: &v1::GetBatchResponse) {
    outln!("  批次 {}  {} → {}  发送 {}", id(&batch.batch), batch.unit_name, batch.bank_name, day(batch.sent));
    outln!("  sealed {}", hex(&batch.hash));
    let counts = [
        ("合计", batch.total),
        ("待回", batch.pending),
        ("到卡", batch.credited),
        ("退回", batch.returned),
        ("未知", batch.unknown),
    ];
    outln!("{}", list(COUNTS, &counts.map(|(name, count)| (name, count.unwrap_or_default()))));
    out!("{}", list(PAYOUTS, &batch.payouts));
}
