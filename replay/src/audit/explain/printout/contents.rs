//! What a printout says, with the names it needs, made from an explanation. How it is shown is in `text_and_json`.

use ledger::account::AccountNo;
use ledger::handle::Handle;
use ledger::outcome::Refusal;
use ledger::state::State;
use ledger::state::rows::Finding;
use uuid::Uuid;

use crate::answers::labels;
use crate::audit::explain::{ComparedFigures, EntryOutcome, Explanation, Fact, Moved, SaidField};

/// Everything there is to show about one entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Printout {
    /// Entries that were known when it was judged.
    pub as_of: u64,
    /// Its index.
    pub index: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
    /// Who said it.
    pub principal: String,
    /// How he showed that it is he, by the stable name of a [`ledger::entry::Proof`].
    pub proof: String,
    /// Id of the event.
    pub event: Uuid,
    /// Kind of the event, by its stable name.
    pub kind: String,
    /// The same in Chinese.
    pub kind_zh: String,
    /// Whether it reports what happened rather than asks for something.
    pub report: bool,
    /// The day on which it counts, as yyyymmdd.
    pub effective: u32,
    /// What was said, field by field.
    pub said: Vec<PrintedField>,
    /// `posted`, `duplicate` or `refused`.
    pub outcome: String,
    /// Of a duplicate, the latest entry known that said it and was judged.
    pub first: Option<u64>,
    /// Why it, or what it repeats, was refused.
    pub reason: Option<PrintedReason>,
    /// The two figures a refusal compared.
    pub compared: Option<PrintedFigures>,
    /// The facts it rests on.
    pub facts: Vec<PrintedFact>,
    /// What it posted.
    pub movements: Vec<PrintedMovement>,
    /// Findings it opened.
    pub findings: Vec<PrintedFinding>,
}

/// One field of what was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedField {
    /// 0 for fields of the event, 1 for those of a part of it.
    pub depth: u32,
    /// Name of the field on the wire.
    pub name: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// What it says.
    pub value: String,
    /// The thing it refers to, if it is an id; otherwise nil.
    pub id: Uuid,
}

/// Why something was refused, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedReason {
    /// Stable name of the refusal.
    pub code: String,
    /// The sentence, in Chinese and English.
    pub sentence: [String; 2],
    /// What to do, in Chinese and English.
    pub remedy: [String; 2],
    /// Whether the same statement can never succeed.
    pub permanent: bool,
    /// What it is about, or nil.
    pub subject: Uuid,
    /// A figure, or zero.
    pub figure: i64,
}

/// Two figures that were compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedFigures {
    /// What is compared, in Chinese and English.
    pub what: [String; 2],
    /// What the event said, if that is one figure.
    pub said: Option<i64>,
    /// What is on record here.
    pub ours: i64,
    /// `fen`, `day` (yyyymmdd), or `number`.
    pub unit: String,
}

/// One fact, in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedFact {
    /// What it is about.
    pub name: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A side of a posting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedSide {
    /// Stable name of the class.
    pub class: String,
    /// The same in Chinese.
    pub class_zh: String,
    /// Id of the owner.
    pub owner: Uuid,
    /// What people call the owner.
    pub owner_name: String,
    /// On the account in fen, before and after.
    pub balance: [i64; 2],
}

/// A posting as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedMovement {
    /// The account that received.
    pub debit: PrintedSide,
    /// The account that gave.
    pub credit: PrintedSide,
    /// How much, in fen.
    pub fen: i64,
    /// The day it was booked on, as yyyymmdd.
    pub booked: u32,
}

/// A finding as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedFinding {
    /// Its number.
    pub number: u32,
    /// Stable name of its kind.
    pub kind: String,
    /// What it says, in Chinese and English.
    pub sentence: [String; 2],
    /// Money in suspense.
    pub fen: i64,
    /// Whether nobody has dealt with it.
    pub open: bool,
    /// What it is about.
    pub subject: Uuid,
}

impl Printout {
    /// The printout of an explanation; `state` knows the names.
    #[must_use]
    pub fn new(state: &State, explanation: &Explanation) -> Self {
        let (outcome, first, refusal) = match &explanation.outcome {
            EntryOutcome::Posted => ("posted", None, None),
            EntryOutcome::Duplicate { first, now } => ("duplicate", Some(*first), now.refused().map(Refusal::plain)),
            EntryOutcome::Refused(refusal) => ("refused", None, Some(*refusal)),
        };
        Self {
            as_of: explanation.index,
            index: explanation.index,
            recorded_ms: explanation.recorded_ms,
            principal: explanation.principal.clone(),
            proof: explanation.proof.name().to_owned(),
            event: explanation.event,
            kind: explanation.kind.to_owned(),
            kind_zh: explanation.kind_zh.to_owned(),
            report: explanation.report,
            effective: explanation.effective.yyyymmdd(),
            said: explanation.said.iter().map(field).collect(),
            outcome: outcome.to_owned(),
            first,
            reason: refusal.as_ref().map(reason),
            compared: explanation.compared.as_ref().map(figures),
            facts: explanation.facts.iter().map(fact).collect(),
            movements: explanation.moved.iter().map(|moved| movement(state, moved)).collect(),
            findings: explanation.findings.iter().map(|number| opened(state, *number)).collect(),
        }
    }
}

fn field(said: &SaidField) -> PrintedField {
    let SaidField { depth, name, zh, value, id } = said;
    PrintedField { depth: *depth, name: (*name).to_owned(), name_zh: (*zh).to_owned(), value: value.clone(), id: *id }
}

fn reason(refusal: &Refusal) -> PrintedReason {
    let Refusal { code, subject, figure } = *refusal;
    let (zh, en) = code.sentence();
    let (sentence, remedy) = ([zh, en].map(str::to_owned), [code.remedy_zh(), code.remedy()].map(str::to_owned));
    PrintedReason { code: code.name().to_owned(), sentence, remedy, permanent: code.is_permanent(), subject, figure }
}

fn figures(compared: &ComparedFigures) -> PrintedFigures {
    let ComparedFigures { what: (zh, en), said, ours, unit } = *compared;
    PrintedFigures { what: [zh, en].map(str::to_owned), said, ours, unit: unit.to_owned() }
}

fn fact(fact: &Fact) -> PrintedFact {
    PrintedFact { name: fact.name.to_owned(), zh: fact.zh.clone(), en: fact.en.clone() }
}

fn movement(state: &State, moved: &Moved) -> PrintedMovement {
    let Moved { debit, credit, fen, booked, debit_balance, credit_balance } = *moved;
    let side = |account: AccountNo, balance| {
        let label = labels::account_label(state, account);
        let (class, class_zh) = (label.class.name().to_owned(), label.class.name_zh().to_owned());
        PrintedSide { class, class_zh, owner: label.owner, owner_name: label.owner_name, balance }
    };
    let (debit, credit) = (side(debit, debit_balance), side(credit, credit_balance));
    PrintedMovement { debit, credit, fen, booked: booked.yyyymmdd() }
}

fn opened(state: &State, number: Handle<Finding>) -> PrintedFinding {
    let row = state.findings.get(number);
    let sentence = [row.kind.sentence_zh(), row.kind.sentence_en()].map(str::to_owned);
    PrintedFinding {
        number: number.number(),
        kind: row.kind.name().to_owned(),
        sentence,
        fen: row.fen,
        open: row.open,
        subject: row.subject,
    }
}
