//! `mingzhang import`: files of offices, read here and sent to a server in calls of some hundred events. How they are
//! sent is in `sending`, what became of their rows in `standing` and `tally`, what to do about those that do not count in `remedies`.

mod brief;
mod by_kind;
mod differs;
mod disputes;
mod entries;
mod remedies;
mod sending;
mod standing;
mod subjects;
mod tally;
mod trying;

use super::import_key::KeySource;
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::typed::{number_typed, principal_typed, wire_id};
use crate::cli::{print_json, runtime};
use crate::ids::Numbered;
use crate::intake::import::{AskError, ImportError, Importer, Report, Said, Seal, Sink};
use crate::intake::shipped_rates;
use clap::Args;
use proto::v1;
use replay::files::small::{TEXT_BYTES, text_at_most};
use replay::terminal::progress;
use sending::Sending;
use serde_json::{Value, json};
use standing::ImportEnding;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tally::RowTally;
use tokio::runtime::Handle;
use tonic::{Code, Response, Status};
use uuid::Uuid;

/// Import files of offices (CSV, Chinese or English headers) and policies (TOML); a second import changes nothing
///
/// Names and numbers of people and cards are hashed under the key and do not leave this program. Problems go to
/// stderr with file, line and column. A roster or application with a bad row is left out whole; of other files only
/// the bad rows are. What was refused for a passing reason (the unit was not registered, the money not there) is tried
/// again by importing the file again. Every row that does not count as the file says is named, with the entry that does;
/// after them the first 1,000 that count and carry a finding.
///
/// A number counts as it was told first; a row that says something else under it changes nothing. If the entry on record is
/// wrong, deliver its row as it was with 撤销 in the column 更正/correction and a 更正文号, and the right row with 1 in the column
/// 版次/edition (one more each time after), in the same file if you like.
///
/// A number belongs to who gave it: two offices have a ZF-001 each. Files of bank results, opinions, batches, clearings and rewards spent
/// say whose numbers they name in 单位编号/unit_number (of a roster the school, of a claim the lender; of a reward 受奖单位/centre), or
/// --office says it for all their rows. An opinion that names nobody is about the only thing on record under its number, if it is one.
///
/// The first import of people puts the key's fingerprint on record; under another key no file that names people or cards is sent from then
/// on. Files that name nobody need no key.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang import policies/sh-grant.toml --as 省财政厅/制度\n  \
    mingzhang import 预算下达.csv 花名册.csv --as 省财政厅/制单 --key office.key\n  \
    mingzhang import policies/loans/origin.toml policies/loans/lpr5y.csv --as 省教育厅/制度 --demo-key\n  \
    mingzhang import 银行回单.csv --as 代发银行/报送 --office 610502CZ --key office.key\n  \
    mingzhang import 贷款合同.csv 贷款流水.csv 贴息申报.csv --as 贷款机构/报送 --key office.key\n\n\
    Exit codes: 0 every row counts as the file says, now or before; 4 nothing failed, but look: all is on record, and findings or disputed lines are to be looked at; \
    1 a row does not count; 2 usage, or a key that is not the one on record: nothing was sent; 3 server unreachable")]
pub struct ImportArgs {
    /// Files, in the order in which they are to be imported
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// In whose name
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed, required_unless_present = "me")]
    principal: Option<String>,
    /// File with the key under which people and cards are hashed, made by `mingzhang identity-key`
    #[arg(long, value_name = "FILE", env = "MINGZHANG_KEY_FILE")]
    key: Option<PathBuf>,
    /// Whose numbers the files name where no column says it: the number of the office, school, lender or aid centre that gave them
    #[arg(long, value_name = "NUMBER", value_parser = number_typed)]
    office: Option<String>,
    /// Use the key of the demo, which everybody knows: for a ledger of the demo, or one that knows no people yet
    #[arg(long, conflicts_with = "key")]
    demo_key: bool,
    /// What scripts of earlier programs said to try again; importing a file again does so now
    #[arg(long, value_name = "N", hide = true)]
    attempt: Option<u32>,
    #[command(flatten)]
    target: Target,
}

impl ImportArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        if self.attempt.is_some() {
            replay::terminal::printed::say(format_args!(
                "mingzhang: --attempt has no effect; importing a file again says again what was refused"
            ));
        }
        let key = KeySource { file: self.key.as_deref(), demo: self.demo_key };
        let identity = key.identity(&self.files)?;
        let name = self.target.in_name(self.principal.as_ref(), "");
        let runtime = runtime()?;
        let (recorder, query) = runtime.block_on(async {
            let (mut recorder, mut query) = (self.target.recorder().await?, self.target.query().await?);
            key.vouch(&identity, &self.files, &name, (&mut query, &mut recorder)).await?;
            Ok::<_, Failure>((recorder, query))
        })?;
        let handle = runtime.handle().clone();
        let givers = givers(handle.clone(), query.clone());
        let seals = seals(handle.clone(), query.clone());
        let importer = Importer::new(identity).with_seals(Box::new(seals)).with_givers(Arc::new(givers));
        let entries = entries::entries(handle.clone(), (recorder.clone(), query.clone()), Arc::from(&name[..]));
        let mut importer = importer.with_entries(Box::new(entries)).of_office(self.office.clone());
        let bar = progress::bar("{spinner} {msg} {human_pos} 条 events", true);
        let mut sending = Sending::new(handle, recorder, query.clone());
        let (mut worst, mut shown) = (ImportEnding::Counts, Vec::new());
        for path in &self.files {
            bar.set_message(path.display().to_string());
            let mut sink = |said| {
                bar.inc(1);
                sending.say(said)
            };
            let report = if path.extension().is_some_and(|extension| extension == "toml") {
                policy_file(path, &name, &mut sink)
            } else {
                importer.import_file(path, &name, &mut sink).map_err(ended)
            };
            let sent = sending.send();
            let report = report?;
            sent?;
            sending.name_what_for(&query)?;
            let tally = sending.take_tally();
            worst = worst.max(if report.problem_count > 0 { ImportEnding::Fails } else { tally.ending() });
            bar.suspend(|| show(&report, &tally, self.target.json));
            shown.push(file_json(&report, &tally));
        }
        bar.finish_and_clear();
        if self.target.json {
            print_json(&json!({ "files": shown }))?;
        }
        match worst {
            ImportEnding::Counts => Ok(()),
            ImportEnding::Look => Err(Failure::Look),
            ImportEnding::Fails => Err(Failure::Refused),
        }
    }
}

/// How an import ends that could not go on: as its sending did, where that was the reason.
fn ended(error: ImportError) -> Failure {
    let words = error.to_string();
    match error {
        ImportError::Sink(cause) | ImportError::Unasked(cause) => {
            cause.downcast().map_or_else(|_| Failure::Failed(words), |failure| *failure)
        }
        _ => Failure::Failed(words),
    }
}

/// Adopts what one policy file holds, each version from its own day. The file is taken whole or not at all.
fn policy_file(path: &Path, principal: &str, sink: &mut Sink<'_>) -> Result<Report, Failure> {
    let cannot = |error: std::io::Error| Failure::Failed(format!("cannot read {}: {error}", path.display()));
    let text = text_at_most(path, TEXT_BYTES).map_err(cannot)?;
    let file = path.display().to_string();
    let events = shipped_rates::toml_events(&file, &text).map_err(|error| Failure::Failed(error.to_string()))?;
    let rows = events.len() as u64;
    let principal: Arc<str> = Arc::from(principal);
    for event in events {
        let said = Said::alone(Arc::clone(&principal), event);
        sink(said).map_err(|error| ended(ImportError::Sink(error)))?;
    }
    let (sets, problems, offices, not_compared) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Ok(Report {
        file,
        kind: None,
        rows,
        events: rows,
        sets,
        problems,
        problem_count: 0,
        rejected: false,
        offices,
        not_compared,
    })
}

/// Looks up the seals of sets that somebody else imported, as approvals name them. An id is that of a roster or application, or
/// of a claim, never of both.
fn seals(handle: Handle, query: Query) -> impl Fn(Uuid) -> Result<Option<Seal>, AskError> + Send {
    move |set| {
        let mut query = query.clone();
        let request = v1::GetSetRequest { set: wire_id(set), page_size: 1, ..v1::GetSetRequest::default() };
        if let Some(answer) = answered(handle.block_on(query.get_set(request)))? {
            return Ok(seal(answer.count, answer.fen, &answer.hash));
        }
        let request = v1::GetClaimRequest { claim: wire_id(set), page_size: 1, ..v1::GetClaimRequest::default() };
        let claim = answered(handle.block_on(query.get_claim(request)))?.and_then(|answer| answer.claim);
        Ok(claim.and_then(|claim| seal(claim.count, claim.claimed_fen, &claim.hash)))
    }
}

fn seal(count: u32, fen: i64, hash: &[u8]) -> Option<Seal> {
    hash.try_into().ok().map(|hash| Seal { count, fen, hash })
}

/// What a server said of a thing: that there is none is an answer, and what one may not see is not there; no other failure of a question is.
fn answered<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, AskError> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(status) if matches!(status.code(), Code::NotFound | Code::PermissionDenied) => Ok(None),
        Err(status) => Err(Box::new(Failure::from(status))),
    }
}

/// Looks up who has begun something under a number, for opinions that do not say whose it is.
fn givers(handle: Handle, query: Query) -> impl Fn(Numbered, &str, u8) -> Result<Vec<String>, AskError> + Send + Sync {
    move |what, number, edition| {
        let (number, edition) = (number.to_owned(), edition.into());
        let mut request = v1::ListGiversRequest { number, edition, ..v1::ListGiversRequest::default() };
        let mut givers = Vec::new();
        loop {
            let answer = handle.block_on(query.clone().list_givers(request.clone()));
            let page = answer.map_err(|status| Box::new(Failure::from(status)))?.into_inner();
            let of_kind = page.givers.into_iter().filter(|giver| giver.kind == what.name());
            givers.extend(of_kind.map(|giver| giver.number));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return Ok(givers);
            }
        }
    }
}

fn show(report: &Report, tally: &RowTally, json: bool) {
    for problem in &report.problems {
        replay::terminal::printed::say(format_args!("{problem}"));
    }
    for row in tally.rows() {
        replay::terminal::printed::say(format_args!("{}:{row}", report.file));
    }
    let (file, more) = (&report.file, report.problem_count - report.problems.len() as u64);
    if more > 0 {
        replay::terminal::printed::say(format_args!(
            "{file}: 另有 {more} 个问题未逐一列出 {more} more problems are not named"
        ));
    }
    let more = tally.unnamed();
    if more > 0 {
        replay::terminal::printed::say(format_args!(
            "{file}: 另有 {more} 行已计入而有待查看，未逐一列出 {more} more rows that count are to be looked at and not named"
        ));
    }
    if json {
        return;
    }
    outln!("{}: {} 行 rows, {tally}, {} 问题 problems", report.file, report.rows, report.problem_count);
    if !report.offices.is_empty() {
        let offices = report.offices.join("、");
        outln!("  编号单位 office: {offices}，未写明单位的编号按此单位计 where no column says whose the numbers are");
    }
    if !report.not_compared.is_empty() {
        let columns = report.not_compared.join("、");
        outln!("  未与账核对的栏 columns not compared with the ledger: {columns}");
    }
    for ((code, words), count) in &tally.reasons {
        outln!("  {code} × {count}: {words}");
    }
    if tally.waiting() > 0 {
        let waiting = tally.waiting();
        outln!(
            "  {waiting} 行排在未计入的行之后，单独试算无误，更正以上各行后再导入一次即计入 {waiting} lines come after one that does not count and are right by themselves"
        );
    }
    if report.rejected {
        outln!(
            "  整份未导入，请更正以上各行后再导入一次 nothing of it was imported: correct the rows named above, then import it again"
        );
    }
}

fn file_json(report: &Report, tally: &RowTally) -> Value {
    let mut all = tally.json();
    let of_file = json!({ "file": report.file, "rows": report.rows, "events": report.events,
        "whole_file_left_out": report.rejected, "offices": report.offices, "not_compared": report.not_compared, "problem_count": report.problem_count, "problems": report.problems });
    if let (Some(all), Value::Object(of_file)) = (all.as_object_mut(), of_file) {
        all.extend(of_file);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_there_is_none_is_an_answer_and_no_other_failure_is() {
        assert_eq!(answered(Ok(Response::new(7))).expect("an answer"), Some(7));
        assert_eq!(answered::<u8>(Err(Status::not_found("no such set"))).expect("an answer"), None);
        for (status, code) in
            [(Status::unavailable("away"), 3), (Status::deadline_exceeded("late"), 3), (Status::internal("ill"), 1)]
        {
            let why = ended(ImportError::Unasked(answered::<u8>(Err(status)).expect_err("no answer")));
            assert_eq!(why.code(), code, "{why}");
        }
    }
}
