//! Says the events of a founding in their order, and once more those that an earlier run was refused for a reason that may have passed;
//! and what became of them, by kind.

use crate::cli::failure::{Failure, missing};
use crate::cli::shown::list::{Column, left, list, right};
use crate::principal::named;
use bytes::Bytes;
use ledger::event::{Event, KindTag};
use ledger::rights::lacking;
use proto::v1;
use replay::terminal::text_table::Table;
use serde::Serialize;
use tonic::{Request, Response, Status};

/// Events a call: some hundred bytes each.
const CALL_EVENTS: usize = 1_000;

/// What became of what was said of one kind.
#[derive(Serialize)]
pub(super) struct SaidKind {
    #[serde(skip)]
    tag: KindTag,
    kind: &'static str,
    count: u64,
    new: u64,
    on_record: u64,
    refused: Vec<String>,
    /// The entry of the last one that is on record.
    #[serde(skip)]
    last: Option<u64>,
}

impl SaidKind {
    /// Of each kind, in the order in which they come; without an answer where nothing was said.
    pub(super) fn of(answers: impl Iterator<Item = (KindTag, Option<v1::Receipt>)>) -> Vec<Self> {
        let mut kinds: Vec<Self> = Vec::new();
        for (tag, answer) in answers {
            if kinds.last().is_none_or(|last| last.tag != tag) {
                let (count, new, on_record, refused, last) = Default::default();
                kinds.push(Self { tag, kind: tag.name(), count, new, on_record, refused, last });
            }
            if let Some(last) = kinds.last_mut() {
                last.take(answer.as_ref());
            }
        }
        kinds
    }

    fn take(&mut self, answer: Option<&v1::Receipt>) {
        self.count += 1;
        let Some(answer) = answer else { return };
        match (answer.outcome(), &answer.refusal) {
            (v1::Outcome::Posted, _) => (self.new, self.last) = (self.new + 1, Some(answer.index)),
            (v1::Outcome::Duplicate, None) if !answer.differs => {
                (self.on_record, self.last) = (self.on_record + 1, Some(answer.first));
            }
            (_, refusal) => self.refused.push(why(self.tag, answer, refusal.as_ref())),
        }
    }

    pub(super) fn is_on_record(&self) -> bool {
        self.refused.is_empty()
    }

    /// The entry that founds the ledger, if this is it. Whoever has just said it may ask nothing any more without a credential.
    pub(super) fn founding(&self) -> Option<u64> {
        self.last.filter(|_| self.tag == KindTag::RightsFounded)
    }

    pub(super) fn refusals(&self) -> &[String] {
        &self.refused
    }
}

fn why(kind: KindTag, answer: &v1::Receipt, refusal: Option<&v1::Refusal>) -> String {
    let kind = kind.name_zh();
    let Some(refusal) = refusal else {
        let wrong = answer.violations.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.description));
        return format!("{kind}: {}", wrong.collect::<Vec<_>>().join("; "));
    };
    let lacks = lacking(refusal.figure).filter(|_| refusal.code == "not_foundable");
    let (zh, en) = lacks.unwrap_or((&refusal.sentence_zh, &refusal.sentence_en));
    format!("{kind}: {}: {zh} {en}; {}", refusal.code, refusal.remedy)
}

const KINDS: &[Column<SaidKind>] = &[
    left("事项 kind", |row| format!("{} {}", row.tag.name_zh(), row.kind)),
    right("条数 count", |row| row.count.to_string()),
    right("新计入 new", |row| row.new.to_string()),
    right("已在账 on record", |row| row.on_record.to_string()),
    right("未计入 refused", |row| row.refused.len().to_string()),
];

pub(super) fn table(said: &[SaidKind]) -> Table {
    list(KINDS, said)
}

/// Says all of it by calls; what became of each kind.
pub(super) async fn say(
    events: &[Event],
    principal: &str,
    mut record: impl AsyncFnMut(Request<v1::RecordRequest>) -> Result<Response<v1::RecordResponse>, Status>,
) -> Result<Vec<SaidKind>, Failure> {
    let mut call = async |events: &[Event], again: Vec<u64>| -> Result<Vec<v1::Receipt>, Failure> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let encoded: Vec<Bytes> = events.iter().map(|event| proto::event::encode(event).into()).collect();
        let message = v1::RecordRequest { events: encoded, dry_run: false, terse: false, again };
        let receipts = record(named(message, principal)).await?.into_inner().receipts;
        if receipts.len() == events.len() { Ok(receipts) } else { Err(missing("answer for each event")) }
    };
    let mut answers = Vec::with_capacity(events.len());
    for events in events.chunks(CALL_EVENTS) {
        let mut receipts = call(events, Vec::new()).await?;
        let before = receipts.iter().enumerate().filter_map(|(at, receipt)| Some((at, refused_before(receipt)?)));
        let (places, again): (Vec<usize>, Vec<u64>) = before.unzip();
        let meant: Vec<Event> = places.iter().filter_map(|at| events.get(*at).cloned()).collect();
        for (at, receipt) in places.into_iter().zip(call(&meant, again).await?) {
            receipts[at] = receipt;
        }
        answers.extend(events.iter().map(|event| event.kind.tag()).zip(receipts.into_iter().map(Some)));
    }
    Ok(SaidKind::of(answers.into_iter()))
}

/// How the entry is named in a call that refused this before, for a reason that may have passed.
fn refused_before(receipt: &v1::Receipt) -> Option<u64> {
    let passing = receipt.refusal.as_ref().is_some_and(|refusal| !refusal.permanent);
    (receipt.outcome() == v1::Outcome::Duplicate && passing).then_some(receipt.first + 1)
}
