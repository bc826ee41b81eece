//! `mingzhang entries`: what posted to an account, entry by entry.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PostedArgs;
use crate::cli::shown::text::{day, moment, yuan};
use crate::cli::typed::wire_id;
use clap::Args;
use proto::v1;
use uuid::Uuid;

/// Entries that posted to an account, oldest first, with the balance after each
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang entries --owner ID --class available\n\n{QUESTION_CODES}"))]
pub struct EntriesArgs {
    /// Owner of the account
    #[arg(long, value_name = "ID")]
    owner: Uuid,
    /// Class of the account
    #[arg(long, value_name = "CLASS")]
    class: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PostedArgs,
    #[command(flatten)]
    target: Target,
}

const ENTRIES: &[Column<v1::AccountEntry>] = &[
    right("index", |entry| entry.index.to_string()),
    left("入账日 booked", |entry| day(entry.booked)),
    left("生效日 effective", |entry| day(entry.effective)),
    right("元 yuan", |entry| yuan(entry.fen)),
    right("余额 balance", |entry| yuan(entry.balance_fen)),
    left("对方 counter", counter),
    left("事项 kind", |entry| entry.kind.clone()),
    left("何人 who", |entry| entry.principal.clone()),
    left("记录于 recorded", |entry| moment(entry.recorded_ms)),
];

fn counter(entry: &v1::AccountEntry) -> String {
    let counter = entry.counter.clone().unwrap_or_default();
    format!("{} {}", counter.class_zh, counter.owner_name)
}

impl EntriesArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::ListEntriesRequest {
            owner: wire_id(self.owner),
            class: self.class.clone(),
            at,
            ..v1::ListEntriesRequest::default()
        };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_entries(page).await)?;
        answer.show(|answer| out!("{}", list(ENTRIES, &answer.entries)))
    }
}
