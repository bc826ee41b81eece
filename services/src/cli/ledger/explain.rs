//! `mingzhang explain`: why an entry was posted or refused, in Chinese with English beside it.

use crate::cli::client::{Query, Target};
use crate::cli::failure::{Failure, missing};
use crate::cli::print_json;
use crate::cli::shown::ask::asking;
use crate::cli::shown::pages::{ALL, pages};
use crate::cli::shown::text::word;
use crate::cli::typed::wire_id;
use clap::Args;
use ledger::outcome::Code;
use proto::v1;
use proto::v1::explain_request::Entry;
use replay::audit::explain::Wanted;
use replay::audit::explain::printout::{
    PrintedFact, PrintedField, PrintedFigures, PrintedFinding, PrintedMovement, PrintedReason, PrintedSide, Printout,
};
use uuid::Uuid;

/// Why an entry was posted or refused: who said what, the facts it rests on, what moved
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang explain 42\n  mingzhang explain 0190a6f2-0000-7000-8000-000000000000 --json\n\n\
    The index stands in every answer: see `mingzhang refusals`, `mingzhang findings`, `mingzhang entries`. The ledger before the entry \
    is folded, so that facts and balances are those of that moment; only that it was taken back since is said besides.\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing"
)]
pub struct ExplainArgs {
    /// Index of the entry, or id of its event
    #[arg(value_name = "INDEX|EVENT")]
    entry: Wanted,
    #[command(flatten)]
    target: Target,
}

impl ExplainArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let entry = match self.entry {
            Wanted::Index(index) => Entry::Index(index),
            Wanted::Event(event) => Entry::Event(wire_id(event)),
        };
        let request = v1::ExplainRequest { entry: Some(entry), ..v1::ExplainRequest::default() };
        let call = async |query: &mut Query, request| query.explain(request).await;
        let answer = asking(&self.target, async |query| Ok(pages(query, request, ALL, call).await?))?;
        let printout = printout(&answer)?;
        if self.target.json {
            return print_json(&printout.json());
        }
        out!("{printout}");
        Ok(())
    }
}

/// A service's answer as a printout, which is shown as `replay explain` shows it.
fn printout(answer: &v1::ExplainResponse) -> Result<Printout, Failure> {
    let entry = answer.entry.as_ref().ok_or_else(|| missing("entry"))?;
    Ok(Printout {
        as_of: answer.as_of,
        index: entry.index,
        recorded_ms: entry.recorded_ms,
        principal: entry.principal.clone(),
        proof: entry.proof.clone(),
        event: uuid(&entry.event),
        kind: entry.kind.clone(),
        kind_zh: entry.kind_zh.clone(),
        report: entry.report,
        effective: entry.effective,
        said: answer.said.iter().map(field).collect(),
        outcome: word(answer.outcome().as_str_name(), "OUTCOME_"),
        first: (answer.outcome() == v1::Outcome::Duplicate).then_some(answer.first),
        reason: answer.refusal.as_ref().map(reason),
        compared: answer.compared.as_ref().map(figures),
        facts: answer.facts.iter().map(fact).collect(),
        movements: answer.movements.iter().map(movement).collect(),
        findings: answer.findings.iter().map(opened).collect(),
    })
}

fn field(said: &v1::SaidField) -> PrintedField {
    let (name, name_zh, value) = (said.name.clone(), said.name_zh.clone(), said.value.clone());
    PrintedField { depth: said.depth, name, name_zh, value, id: uuid(&said.id) }
}

fn reason(refusal: &v1::Refusal) -> PrintedReason {
    // A code that a newer service knows and this program does not has no words here.
    let remedy_zh = Code::named(&refusal.code).map_or("", Code::remedy_zh);
    PrintedReason {
        code: refusal.code.clone(),
        sentence: [refusal.sentence_zh.clone(), refusal.sentence_en.clone()],
        remedy: [remedy_zh.to_owned(), refusal.remedy.clone()],
        permanent: refusal.permanent,
        subject: uuid(&refusal.subject),
        figure: refusal.figure,
    }
}

fn figures(compared: &v1::ComparedFigures) -> PrintedFigures {
    let (what, unit) = ([compared.what_zh.clone(), compared.what_en.clone()], compared.unit.clone());
    PrintedFigures { what, said: compared.said, ours: compared.ours, unit }
}

fn fact(fact: &v1::Fact) -> PrintedFact {
    PrintedFact { name: fact.name.clone(), zh: fact.zh.clone(), en: fact.en.clone() }
}

fn movement(row: &v1::Movement) -> PrintedMovement {
    let side = |account: Option<&v1::Account>, balance| {
        let account = account.cloned().unwrap_or_default();
        let (class, class_zh, owner_name) = (account.class, account.class_zh, account.owner_name);
        PrintedSide { class, class_zh, owner: uuid(&account.owner), owner_name, balance }
    };
    PrintedMovement {
        debit: side(row.debit.as_ref(), [row.debit_before_fen, row.debit_after_fen]),
        credit: side(row.credit.as_ref(), [row.credit_before_fen, row.credit_after_fen]),
        fen: row.fen,
        booked: row.booked,
    }
}

fn opened(row: &v1::Finding) -> PrintedFinding {
    let sentence = [row.sentence_zh.clone(), row.sentence_en.clone()];
    let (number, kind, subject) = (row.number, row.kind.clone(), uuid(&row.subject));
    PrintedFinding { number, kind, sentence, fen: row.fen, open: row.open, subject }
}

/// An id of an answer; nil for none.
fn uuid(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}
