//! What today's ledger says of the entry of a receipt, by its word alone, and whether that goes with what the receipt proves. That it
//! continues what it signed then is proved in `held`.

use super::held::Contradiction;
use super::proved;
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::shown::pages::{ALL, pages};
use ledger::account::Class;
use ledger::tree::outcome_leaf::LeafVerdict;
use proto::v1;
use serde_json::{Value, json};
use uuid::Uuid;

/// What today's ledger says of an entry.
pub(super) struct Today {
    /// Entries of the checkpoint that continues the receipt's.
    pub(super) size: u64,
    stands: Stands,
    /// Why not, or what took it back.
    why: Option<String>,
}

/// How an entry stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Posted,
    /// What it says of money was booked to suspense when it came.
    Suspense,
    /// It is on record with a finding, and does not count.
    Beside,
    TakenBack,
    Duplicate,
    Refused,
}

impl Stands {
    fn word(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Suspense => "suspense",
            Self::Beside => "beside",
            Self::TakenBack => "taken_back",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Posted => "已入账，计入 it counts",
            Self::Suspense => {
                "已入暂记，其后如何处理见疑点 it went to suspense; what was decided since stands with its finding"
            }
            Self::Beside => "未计入，仅在案 on record beside, it does not count",
            Self::TakenBack => "已撤销，不再计入 taken back, it counts no more",
            Self::Duplicate => "重复，未再入账 it repeats another entry and posted nothing",
            Self::Refused => "未入账 it was refused and does not count",
        }
    }

    fn of(said: &v1::ExplainResponse) -> Self {
        if said.facts.iter().any(|fact| fact.name == "withdrawn") {
            return Self::TakenBack;
        }
        let suspense = |account: &Option<v1::Account>| {
            account.as_ref().is_some_and(|account| account.class == Class::Suspense.name())
        };
        let kinds = said.findings.iter().map(|finding| finding.kind.as_str());
        match said.outcome() {
            v1::Outcome::Refused | v1::Outcome::Rejected => Self::Refused,
            v1::Outcome::Duplicate => Self::Duplicate,
            _ if said.movements.is_empty() && proved::is_beside(kinds) => Self::Beside,
            _ if said.movements.iter().any(|moved| suspense(&moved.debit) || suspense(&moved.credit)) => Self::Suspense,
            _ => Self::Posted,
        }
    }
}

/// Asks what it makes of an entry now; it must have made of it then what the receipt proves.
pub(super) async fn ask(
    target: &Target,
    (index, verdict): (u64, &LeafVerdict),
    size: u64,
) -> Result<Today, Contradiction> {
    let entry = v1::explain_request::Entry::Index(index);
    let request = v1::ExplainRequest { entry: Some(entry), ..v1::ExplainRequest::default() };
    let call = async |query: &mut Query, request| query.explain(request).await;
    let said = pages(&mut target.query().await?, request, ALL, call).await.map_err(Failure::from)?;
    if let Some(told) = other_verdict(verdict, &said) {
        return Err(Contradiction::told(format!(
            "THE LEDGER CONTRADICTS ITSELF: the receipt proves that it made of entry {index}: {}; the ledger at {} now says that it was: {told}. \
             Keep the receipt, it is the evidence",
            proved::word(verdict),
            target.server
        )));
    }
    let taken = said.facts.iter().find(|fact| fact.name == "withdrawn").map(|fact| fact.zh.clone());
    let refused = said.refusal.as_ref().map(|refusal| refusal.sentence_zh.clone());
    let first =
        (said.outcome() == v1::Outcome::Duplicate).then(|| format!("第 {} 号记录已报 entry {0} said it", said.first));
    let beside = said.findings.first().map(|finding| finding.sentence_zh.clone());
    let stands = Stands::of(&said);
    let beside = beside.filter(|_| matches!(stands, Stands::Beside | Stands::Suspense));
    Ok(Today { size, stands, why: taken.or(refused).or(first).or(beside) })
}

/// What the ledger says that it made of an entry, if that is not what was proved.
fn other_verdict(proved: &LeafVerdict, said: &v1::ExplainResponse) -> Option<String> {
    let code = said.refusal.as_ref().map_or("", |refusal| refusal.code.as_str());
    let told = match said.outcome() {
        v1::Outcome::Posted => format!("posted, {} postings", said.movements.len()),
        v1::Outcome::Duplicate => "said before".to_owned(),
        v1::Outcome::Refused => format!("refused, {code}"),
        v1::Outcome::Rejected | v1::Outcome::Unspecified => "neither posted nor refused".to_owned(),
    };
    let same = match (proved, said.outcome()) {
        (LeafVerdict::Posted { postings, .. }, v1::Outcome::Posted) => {
            let class = |number: u8| usize::from(number).checked_sub(1).and_then(|at| Class::ALL.get(at));
            // Of a class that this program does not know, the ledger may say what it likes.
            let side = |(number, owner): &(u8, Uuid), account: &Option<v1::Account>| {
                account.as_ref().is_some_and(|account| {
                    // Nil has no bytes on the wire.
                    Uuid::from_slice(&account.owner).unwrap_or_default() == *owner
                        && class(*number).is_none_or(|class| class.name() == account.class)
                })
            };
            postings.len() == said.movements.len()
                && postings.iter().zip(&said.movements).all(|(posting, moved)| {
                    posting.fen == moved.fen
                        && side(&posting.debit, &moved.debit)
                        && side(&posting.credit, &moved.credit)
                })
        }
        (LeafVerdict::Refused { code: proved, .. }, v1::Outcome::Refused) => proved == code,
        (LeafVerdict::Duplicate { .. }, v1::Outcome::Duplicate) => true,
        _ => false,
    };
    (!same).then_some(told)
}

impl Today {
    pub(super) fn as_json(&self) -> Value {
        json!({ "continued_by": self.size, "outcome": self.stands.word(), "counts": self.stands == Stands::Posted, "why": self.why })
    }

    pub(super) fn print(&self) {
        let Self { size, stands, why } = self;
        outln!("  延续 proved: the ledger of {size} entries today continues the one of the receipt, its outcomes too");
        let why = why.as_ref().map_or(String::new(), |why| format!("；{why}"));
        outln!("  账本称 the ledger says, which is no proof: {} {}{why}", stands.word(), stands.sentence());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::money::Day;
    use ledger::tree::outcome_leaf::LeafPosting;

    fn posted(fen: i64) -> LeafVerdict {
        let side = |class: Class| (class as u8 + 1, Uuid::from_u128(6));
        let (debit, credit) = (side(Class::Spent), side(Class::Applied));
        let postings = vec![LeafPosting { debit, credit, fen, booked: Day::default() }];
        LeafVerdict::Posted { postings, findings: Vec::new() }
    }

    fn moved(class: Class, fen: i64) -> v1::ExplainResponse {
        let account = |class: Class| v1::Account {
            class: class.name().to_owned(),
            owner: crate::wire::id(Uuid::from_u128(6)),
            ..v1::Account::default()
        };
        let (debit, credit) = (Some(account(class)), Some(account(Class::Applied)));
        let movements = vec![v1::Movement { debit, credit, fen, ..v1::Movement::default() }];
        v1::ExplainResponse { movements, ..outcome(v1::Outcome::Posted, "") }
    }

    fn outcome(outcome: v1::Outcome, code: &str) -> v1::ExplainResponse {
        let refusal = (!code.is_empty()).then(|| v1::Refusal { code: code.to_owned(), ..v1::Refusal::default() });
        v1::ExplainResponse { outcome: outcome.into(), refusal, ..v1::ExplainResponse::default() }
    }

    #[test]
    fn a_ledger_that_tells_another_verdict_than_was_proved_is_found_out() {
        let refused = LeafVerdict::Refused { code: "overdrawn".to_owned(), subject: Uuid::nil(), figure: 5 };
        let again = LeafVerdict::Duplicate { first: 1, now: "counts".to_owned() };
        for (proved, said, same) in [
            (posted(5), moved(Class::Spent, 5), true),
            (posted(5), moved(Class::Spent, 6), false),
            (posted(5), moved(Class::Suspense, 5), false),
            (posted(5), outcome(v1::Outcome::Posted, ""), false),
            (posted(5), outcome(v1::Outcome::Refused, "overdrawn"), false),
            (refused.clone(), outcome(v1::Outcome::Refused, "overdrawn"), true),
            (refused.clone(), outcome(v1::Outcome::Refused, "unknown_line"), false),
            (refused, outcome(v1::Outcome::Posted, ""), false),
            (again.clone(), outcome(v1::Outcome::Duplicate, ""), true),
            (again, outcome(v1::Outcome::Posted, ""), false),
        ] {
            assert_eq!(other_verdict(&proved, &said).is_none(), same, "{proved:?} {said:?}");
        }
    }
}
