//! `mingzhang pending`, `sign` and `object`: what lacks signatures, and what a person says of it. What is signed is named by the number of
//! the entry that was refused for want of signatures; nothing else is shown than what that entry says.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::ask::asking;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::text::{day, moment};
use crate::cli::typed::principal_typed;
use crate::cli::{print_json, runtime};
use crate::principal::named;
use bytes::Bytes;
use clap::Args;
use ledger::event::{Endorsed, Event, Kind, Objected};
use ledger::hash::{Hash, hex, sha256};
use ledger::money::Day;
use ledger::outcome::Code;
use proto::text::Class;
use proto::v1;
use replay::record::log::Clock;
use serde_json::json;
use uuid::Uuid;

/// Words of one person about one thing, at most.
const WORDS: u32 = proto::limits::MAX_WORDS;

/// What lacks signatures 待签署: said, refused for want of them or because somebody objects, and not counted since
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang pending\n  mingzhang sign 120 --as 610302CZ/p2\n\n{QUESTION_CODES}"))]
pub struct PendingArgs {
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

const PENDING: &[Column<v1::RefusedEvent>] = &[
    right("号 index", |row| row.index.to_string()),
    left("事项 kind", |row| row.kind.clone()),
    left("何人 who", |row| row.principal.clone()),
    left("记录于 recorded", |row| moment(row.recorded_ms)),
    left("尚缺 lacks", lacks),
];

fn lacks(row: &v1::RefusedEvent) -> String {
    let refusal = row.refusal.clone().unwrap_or_default();
    match Code::named(&refusal.code) {
        Some(Code::UnderObjection) => "有异议 objected to".to_owned(),
        _ => format!("{} 人 more", refusal.figure),
    }
}

impl PendingArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let request = v1::ListRefusalsRequest { pending: true, ..v1::ListRefusalsRequest::default() };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_refusals(page).await)?;
        answer.show(|answer| out!("{}", list(PENDING, &answer.refusals)))
    }
}

/// Sign what lacks signatures 签署: these very bytes, and no others
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  mingzhang sign 120 --as 610302CZ/p2\n\nWhoever said it says it again once it is signed, for example by importing \
    his file once more.\n\nExit codes: 0 on record, 1 refused, 2 usage, 3 server unreachable"
)]
pub struct SignArgs {
    #[command(flatten)]
    of: OfArgs,
}

/// Object to what lacks signatures 提出异议: it does not count until you sign it
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang object 120 --reason 金额有误 --as 610302CZ/p2\n\n\
    Exit codes: 0 on record, 1 refused, 2 usage, 3 server unreachable")]
pub struct ObjectArgs {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    of: OfArgs,
}

#[derive(Args, Debug)]
struct OfArgs {
    /// Number of the entry that was refused, as `mingzhang pending` shows it
    #[arg(value_name = "INDEX")]
    index: u64,
    /// In whose name; nobody signs for another
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed)]
    principal: String,
    #[command(flatten)]
    target: Target,
}

/// What is signed.
struct Signed {
    subject: Uuid,
    hash: Hash,
    /// What it says, in words.
    words: String,
}

impl SignArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.of.say(|signed, holder, number| {
            let Signed { subject, hash, .. } = *signed;
            Kind::Endorsed(Endorsed { holder, subject, hash, number })
        })
    }
}

impl ObjectArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let reason = Class::Free.canonical(&self.reason).map_err(|fault| Failure::Usage(fault.what()))?.into_owned();
        self.of.say(|signed, holder, number| {
            let Signed { subject, hash, .. } = *signed;
            Kind::Objected(Objected { holder, subject, hash, number, reason: reason.clone() })
        })
    }
}

impl OfArgs {
    /// Says a word about it: the first, or the next after those that he said before.
    fn say(&self, kind: impl Fn(&Signed, String, u32) -> Kind) -> Result<(), Failure> {
        let signed = self.signed()?;
        let on = Day::in_beijing(Clock::system().now_ms());
        let (mut number, mut again) = (1, Vec::new());
        loop {
            let event = Event::said(on, kind(&signed, self.principal.clone(), number));
            let receipt = self.record(&event, again.clone())?;
            let refusal = receipt.refusal.clone().unwrap_or_default();
            let code = Code::named(&refusal.code);
            match receipt.outcome() {
                v1::Outcome::Posted => return self.told(&signed, receipt.index),
                // He said something before; the last word counts.
                v1::Outcome::Refused if code == Some(Code::Stale) => {
                    number = u32::try_from(refusal.figure).unwrap_or(WORDS).saturating_add(1);
                    again = Vec::new();
                }
                v1::Outcome::Refused if code == Some(Code::ToldOtherwise) => {
                    (number, again) = (number + 1, Vec::new());
                }
                v1::Outcome::Duplicate if refusal.code.is_empty() => {
                    (number, again) = (number + 1, Vec::new());
                }
                // Typing the command once more is the explicit retry of what was refused for a reason that may have passed.
                v1::Outcome::Duplicate if !refusal.permanent && again.is_empty() => again = vec![receipt.first + 1],
                _ => return Err(refused(&receipt)),
            }
            if number > WORDS {
                let why = format!("已就此事说过 {WORDS} 次 you have said {WORDS} words about it, as many as one may");
                return Err(Failure::Failed(why));
            }
        }
    }

    /// What the refused entry says, as it is to be signed.
    fn signed(&self) -> Result<Signed, Failure> {
        let entry = v1::get_recorded_request::Entry::Index(self.index);
        let request = v1::GetRecordedRequest { entry: Some(entry), ..v1::GetRecordedRequest::default() };
        let answer = asking(&self.target, async |query| Ok(query.get_recorded(request).await?.into_inner()))?;
        let entry = answer.entry.unwrap_or_default();
        let unreadable = |error: proto::event::Malformed| {
            Failure::Failed(format!("第 {} 号记录 entry {0} cannot be read by this program: {error}", self.index))
        };
        let event = proto::event::decode(&entry.content).map_err(unreadable)?;
        let (subject, hash) = match &event.kind {
            Kind::RosterReviewed(said) | Kind::RosterApproved(said) => (said.set, said.hash),
            Kind::ApplicationApproved(said) | Kind::ClaimApproved(said) => (said.set, said.hash),
            _ => (event.id, sha256([&entry.content])),
        };
        let words = format!(
            "{} {}，{} 由 {} 报，生效日 {}",
            event.kind.name_zh(),
            event.kind.name(),
            moment(entry.recorded_ms),
            entry.principal,
            day(event.effective.yyyymmdd())
        );
        Ok(Signed { subject, hash, words })
    }

    fn record(&self, event: &Event, again: Vec<u64>) -> Result<v1::Receipt, Failure> {
        let events = vec![Bytes::from(proto::event::encode(event))];
        let message = v1::RecordRequest { events, dry_run: false, terse: false, again };
        let answer = runtime()?.block_on(async {
            let request = named(message, &self.principal);
            Ok::<_, Failure>(self.target.recorder().await?.record(request).await?.into_inner())
        })?;
        Ok(answer.receipts.into_iter().next().unwrap_or_default())
    }

    fn told(&self, signed: &Signed, index: u64) -> Result<(), Failure> {
        let Signed { subject, hash, words } = signed;
        if self.target.json {
            return print_json(&json!({ "index": index, "of": self.index, "subject": subject,
                "hash": hex(hash) }));
        }
        outln!("  第 {} 号记录 entry {0}：{words}", self.index);
        outln!("  校验值 hash {}", hex(hash));
        outln!("  已记入 on record as entry {index}");
        Ok(())
    }
}

fn refused(receipt: &v1::Receipt) -> Failure {
    let Some(v1::Refusal { sentence_zh, sentence_en, remedy, code, .. }) = &receipt.refusal else {
        let wrong = receipt.violations.iter().map(|wrong| wrong.description.clone()).collect::<Vec<_>>();
        return Failure::Failed(wrong.join("; "));
    };
    let remedy_zh = Code::named(code).map_or("", Code::remedy_zh);
    Failure::Failed(format!("{sentence_zh} {sentence_en}; {remedy_zh} {remedy}"))
}
