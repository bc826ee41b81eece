//! `mingzhang finding`: what a person says of a finding, by its number in `findings`. What it means is decided by the ledger.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::ask::asking;
use crate::cli::typed::{day_typed, principal_typed};
use crate::cli::{print_json, runtime};
use crate::principal::named;
use bytes::Bytes;
use clap::{Args, Subcommand};
use ledger::event::{Event, FindingClosed, FindingExplained, Kind};
use ledger::hash::{Hash, unhex};
use ledger::money::Day;
use ledger::outcome::Code;
use proto::text::{Class, document};
use proto::v1;
use replay::record::log::Clock;
use serde_json::json;
use uuid::Uuid;

/// Explain a finding 说明, or close it 核结; each is said by another person
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang finding explain 12 --reason 同名异人，已核对 --document 某财〔2021〕9号 --as 某局/经办\n  \
    mingzhang finding close 12 --reason 同意 --as 某局/负责人\n\n\
    Exit codes: 0 on record, 1 refused, 2 usage, 3 server unreachable"
)]
pub struct FindingArgs {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand, Debug)]
enum Step {
    /// Say why it is as it is
    Explain(ExplainedArgs),
    /// Say that it needs no more: by another person than who explained it, once no money stands in suspense because of it
    Close(SaidArgs),
}

#[derive(Args, Debug)]
struct ExplainedArgs {
    #[command(flatten)]
    said: SaidArgs,
    /// SHA-256 of what proves it, as `sha256sum` prints it
    #[arg(long, value_name = "HASH", value_parser = hash_typed)]
    evidence: Option<Hash>,
}

/// A hash as tools print it: 64 hex digits.
fn hash_typed(text: &str) -> Result<Hash, String> {
    let bytes = unhex(text).and_then(|bytes| Hash::try_from(bytes).ok());
    bytes.ok_or_else(|| "a SHA-256 has 64 hex digits 校验值应为 64 位十六进制数".to_owned())
}

#[derive(Args, Debug)]
struct SaidArgs {
    /// Its number, as `mingzhang findings` shows it
    #[arg(value_name = "NO")]
    number: u32,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Document number, if there is one
    #[arg(long, value_name = "NUMBER", default_value = "")]
    document: String,
    /// The day on which it counts; today if none is named
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    on: Option<Day>,
    /// In whose name
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed, required_unless_present = "me")]
    principal: Option<String>,
    #[command(flatten)]
    target: Target,
}

impl FindingArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.step {
            Step::Explain(ExplainedArgs { said, evidence }) => said.run(|named| {
                let (Named { entry, kind, subject, reason, document }, evidence) = (named, *evidence);
                Kind::FindingExplained(FindingExplained { entry, kind, subject, reason, document, evidence })
            }),
            Step::Close(said) => said.run(|Named { entry, kind, subject, reason, document }| {
                Kind::FindingClosed(FindingClosed { entry, kind, subject, reason, document })
            }),
        }
    }
}

/// A finding by what it goes by on record, and what is said of it.
struct Named {
    entry: Uuid,
    kind: String,
    subject: Uuid,
    reason: String,
    document: String,
}

impl SaidArgs {
    fn run(&self, kind: impl Fn(Named) -> Kind) -> Result<(), Failure> {
        let kind = kind(self.named(&self.finding()?)?);
        let on = self.on.unwrap_or_else(|| Day::in_beijing(Clock::system().now_ms()));
        let event = proto::event::encode(&Event::said(on, kind));
        let mut receipt = self.record(&event, Vec::new())?;
        // Typing the command once more is the explicit retry of what was refused for a reason that may have passed.
        let passing = receipt.refusal.as_ref().is_some_and(|refusal| !refusal.permanent);
        if receipt.outcome() == v1::Outcome::Duplicate && passing {
            receipt = self.record(&event, vec![receipt.first + 1])?;
        }
        self.told(&receipt)
    }

    fn finding(&self) -> Result<v1::Finding, Failure> {
        let (from_number, page_size) = (self.number, 1);
        let request = v1::ListFindingsRequest { from_number, page_size, ..v1::ListFindingsRequest::default() };
        let answer = asking(&self.target, async |query| Ok(query.list_findings(request).await?.into_inner()))?;
        let found = answer.findings.into_iter().find(|finding| finding.number == self.number);
        found.ok_or_else(|| Failure::Failed(format!("没有第 {} 号疑点 no finding has this number", self.number)))
    }

    fn named(&self, finding: &v1::Finding) -> Result<Named, Failure> {
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).unwrap_or_default();
        let reason = Class::Free.canonical(&self.reason).map_err(|fault| Failure::Usage(fault.what()))?.into_owned();
        let number = if self.document.is_empty() { Some(String::new()) } else { document(&self.document) };
        let number =
            number.ok_or_else(|| Failure::Usage(format!("{} is no document number 不是文号", self.document)))?;
        let (entry, subject) = (id(&finding.event), id(&finding.subject));
        Ok(Named { entry, kind: finding.kind.clone(), subject, reason, document: number })
    }

    fn record(&self, event: &[u8], again: Vec<u64>) -> Result<v1::Receipt, Failure> {
        let events = vec![Bytes::copy_from_slice(event)];
        let message = v1::RecordRequest { events, dry_run: false, terse: false, again };
        let answer = runtime()?.block_on(async {
            let request = named(message, &self.target.in_name(self.principal.as_ref(), ""));
            Ok::<_, Failure>(self.target.recorder().await?.record(request).await?.into_inner())
        })?;
        Ok(answer.receipts.into_iter().next().unwrap_or_default())
    }

    fn told(&self, receipt: &v1::Receipt) -> Result<(), Failure> {
        if let Some(refusal) = &receipt.refusal {
            let v1::Refusal { sentence_zh, sentence_en, remedy, .. } = refusal;
            let remedy_zh = self.remedy_zh(refusal);
            return Err(Failure::Failed(format!("{sentence_zh} {sentence_en}; {remedy_zh} {remedy}")));
        }
        let index = match receipt.outcome() {
            v1::Outcome::Posted => receipt.index,
            v1::Outcome::Duplicate if !receipt.withdrawn => receipt.first,
            v1::Outcome::Duplicate => {
                let why = "此前说过并已撤销，请另用文号 it was said and taken back; say it under another document";
                return Err(Failure::Failed(why.to_owned()));
            }
            _ => {
                let wrong = receipt.violations.iter().map(|wrong| wrong.description.clone()).collect::<Vec<_>>();
                return Err(Failure::Failed(wrong.join("; ")));
            }
        };
        if self.target.json {
            return print_json(&json!({ "index": index, "finding": self.number }));
        }
        outln!("  疑点 {}: 已记入 entry {index}", self.number);
        Ok(())
    }

    /// What to do, where the code alone would send somebody to files.
    fn remedy_zh(&self, refusal: &v1::Refusal) -> String {
        let number = self.number;
        match Code::named(&refusal.code) {
            Some(Code::ToldOtherwise) => {
                let entry = refusal.figure;
                format!("已以同一文号说过（第 {entry} 号记录）：改用另一文号（--document）再说一次，后说的为准")
            }
            Some(Code::SetNotReady) => {
                format!("还没有人说明，或说明后情况又变：先由他人说明（mingzhang finding explain {number}），再核结")
            }
            Some(Code::FourEyes) => "说明的人不能自己核结：请另一人核结".to_owned(),
            Some(Code::InSuspense) => "还有暂记款：先报暂记清理，再核结".to_owned(),
            Some(code) => code.remedy_zh().to_owned(),
            None => String::new(),
        }
    }
}
