//! What a receipt proves of an entry, in words and as JSON: posted with what moved, refused with the reason, or said before. Nothing else
//! is said here, as nothing else was proved.

use ledger::account::Class;
use ledger::finding::FindingKind;
use ledger::money::yuan;
use ledger::outcome::Code;
use ledger::tree::outcome_leaf::{LeafPosting, LeafVerdict};
use serde_json::{Value, json};
use uuid::Uuid;

/// In words, one line each.
pub(super) fn lines(verdict: &LeafVerdict) -> Vec<String> {
    match verdict {
        LeafVerdict::Posted { postings, findings } => {
            let suspense = postings.iter().any(|posting| [posting.debit.0, posting.credit.0].contains(&SUSPENSE));
            let beside = postings.is_empty() && is_beside(findings.iter().map(|(kind, _)| kind.as_str()));
            let word = match (beside, suspense, postings.is_empty()) {
                (true, ..) => "未计入，仅在案 on record beside, it does not count",
                (_, true, _) => "已入暂记 posted, to suspense",
                (.., true) => "已记录，未动资金 posted, no money moved",
                _ => "已入账 posted",
            };
            let first = format!("结果，有证明 proved: {word}");
            let postings = postings.iter().map(posting);
            let findings = findings.iter().map(|(kind, subject)| {
                let zh = FindingKind::named(kind).map_or("", FindingKind::sentence_zh);
                format!("  疑点 finding {kind} {zh}{}", about(subject))
            });
            [first].into_iter().chain(postings).chain(findings).collect()
        }
        LeafVerdict::Refused { code, subject, .. } => {
            let zh = Code::named(code).map_or("", |code| code.sentence().0);
            vec![format!("结果，有证明 proved: 未入账 refused, {code} {zh}{}", about(subject))]
        }
        LeafVerdict::Duplicate { first, now } => {
            let zh = match now.as_str() {
                "counts" => "已计入",
                "withdrawn" => "已撤销",
                "differs" => "未计入，另有不同内容",
                code => Code::named(code).map_or("", |code| code.sentence().0),
            };
            let again = "重复，未再入账 said before, nothing posted";
            vec![format!("结果，有证明 proved: {again}; entry {first} said it, which stood then: {now} {zh}")]
        }
    }
}

/// The verdict in one word, and why if refused.
pub(super) fn word(verdict: &LeafVerdict) -> String {
    match verdict {
        LeafVerdict::Posted { postings, .. } => format!("posted, {} postings", postings.len()),
        LeafVerdict::Refused { code, .. } => format!("refused, {code}"),
        LeafVerdict::Duplicate { .. } => "said before".to_owned(),
    }
}

/// Whether an entry that moved nothing and opened findings of these kinds is on record without counting.
pub(super) fn is_beside<'a>(mut kinds: impl Iterator<Item = &'a str>) -> bool {
    kinds.any(|kind| BESIDE.iter().any(|of| of.name() == kind))
}

/// What an entry opens that was told otherwise than the ledger holds it, or out of turn: nothing else comes of it.
const BESIDE: [FindingKind; 3] =
    [FindingKind::ToldOtherwise, FindingKind::EditionOutOfOrder, FindingKind::ManyVersions];

const SUSPENSE: u8 = Class::Suspense as u8 + 1;

fn posting(posting: &LeafPosting) -> String {
    let LeafPosting { debit, credit, fen, booked } = posting;
    let side = |(class, owner): &(u8, Uuid)| format!("{} {owner}", class_name(*class));
    let yuan = yuan(i128::from(*fen));
    format!("  {yuan} 元 yuan, booked {booked}: to {} from {}", side(debit), side(credit))
}

fn class_name(number: u8) -> String {
    let class = usize::from(number).checked_sub(1).and_then(|at| Class::ALL.get(at));
    class.map_or_else(|| format!("class {number}"), |class| class.name().to_owned())
}

fn about(subject: &Uuid) -> String {
    if subject.is_nil() { String::new() } else { format!(", about {subject}") }
}

/// The same for programs.
pub(super) fn as_json(verdict: &LeafVerdict) -> Value {
    match verdict {
        LeafVerdict::Posted { postings, findings } => {
            let side = |(class, owner): &(u8, Uuid)| json!({ "class": class_name(*class), "owner": owner.to_string() });
            let postings = postings.iter().map(|posting| {
                json!({ "debit": side(&posting.debit), "credit": side(&posting.credit), "fen": posting.fen,
                "booked": posting.booked.to_string() })
            });
            let findings = findings.iter().map(|(kind, about)| json!({ "kind": kind, "subject": about.to_string() }));
            json!({ "verdict": "posted", "postings": postings.collect::<Vec<_>>(),
            "findings": findings.collect::<Vec<_>>() })
        }
        LeafVerdict::Refused { code, subject, figure } => {
            json!({ "verdict": "refused", "code": code, "subject": subject.to_string(), "figure": figure })
        }
        LeafVerdict::Duplicate { first, now } => json!({ "verdict": "duplicate", "first": first, "now": now }),
    }
}
