//! `mingzhang status`: how far the ledger is, and whether its books balance.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, moment, yuan};
use clap::Args;
use ledger::hash::hex;
use proto::v1;

/// How far the ledger is, and whether its books balance
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang status --digest\n  \
    mingzhang status --digest --at-index 120000\n\n{QUESTION_CODES}"))]
pub struct StatusArgs {
    /// Also compute the digest of the whole state, which takes a while
    #[arg(long)]
    digest: bool,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const BOOKS: &[Column<v1::BookTotal>] = &[
    left("账本 book", |book| book.book.clone()),
    right("accounts", |book| book.accounts.to_string()),
    right("试算 trial", |book| yuan(book.trial_balance_fen)),
    right("总额 yuan", |book| yuan(book.positive_fen)),
];

impl StatusArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::GetStatusRequest { not_before: 0, digest: self.digest, at };
        let answer = ask(&self.target, at, async |query| query.get_status(request).await)?;
        answer.show(|status| self.print(status))
    }

    fn print(&self, status: &v1::GetStatusResponse) {
        let (entries, posted) = (status.entries, status.posted);
        outln!("  entries {entries}: posted {posted}, refused {}, duplicates {}", status.refused, status.duplicates);
        outln!("  latest day {}", day(status.latest_day));
        for (label, text) in [("stopped", &status.stopped), ("doubt", &status.doubt), ("follows", &status.follows)] {
            if !text.is_empty() {
                outln!("  {label} {text}");
            }
        }
        if status.held_up_since_ms != 0 {
            outln!("  recording is held up since {}", moment(status.held_up_since_ms));
        }
        let (connections, questions) = (status.connections_turned_away, status.questions_turned_away);
        if connections + questions > 0 {
            outln!("  turned away since the start 启动以来未受理: {connections} connections, {questions} questions");
        }
        let (requests, answers) = (status.requests_given_up, status.answers_given_up);
        if requests + answers > 0 {
            outln!(
                "  given up since the start 启动以来放弃: {requests} requests never sent whole, {answers} answers never read"
            );
        }
        if !status.identity_key.is_empty() {
            outln!("  身份密钥 identity key {}", hex(&status.identity_key));
        }
        let (index, version) = (status.founded_by, status.rights_version);
        if status.founded {
            outln!("  权限已启用 rights founded by entry {index}, table of roles 权限表 {version}");
        } else {
            outln!("  权限未启用，人人可报 not founded: everybody may say everything");
        }
        if self.digest {
            outln!("  state digest {}", hex(&status.state_digest));
        }
        out!("{}", list(BOOKS, &status.books));
    }
}
