//! What decided about a loan's interest where documents leave it open: the conventions of its contract's terms and of the notices that
//! waive years of it, each with how sure it is.

use super::statement::StatementRow;
use super::status_name;
use ledger::event::Status;
use ledger::event::conventions::{Conventions, MovesOlder};
use ledger::event::loan_terms::LoanTerms;
use ledger::loan::rates::terms_on;
use ledger::loan::stretch::Payment;
use ledger::state::State;
use ledger::state::lending_rows::{Loan, Waiver};
use std::collections::BTreeSet;

/// A convention that decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Its name in the file of terms.
    pub name: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// What was chosen.
    pub value: String,
    /// The same in Chinese.
    pub value_zh: String,
    /// How sure that is; empty where as sure as the document.
    pub mark: String,
}

/// The conventions of a loan's terms, in the order of the file of terms; none without a contract or terms of its day.
#[must_use]
pub fn of_terms(state: &State, loan: &Loan) -> Vec<Decided> {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, loan.signed)).filter(|_| loan.known);
    let Some(terms) = terms else { return Vec::new() };
    let Conventions { away_from, after_death, resumes, early_settles, collected_days, payers_by } = &terms.conventions;
    let list = |of: fn(Status) -> &'static str| resumes.iter().map(|status| of(*status)).collect::<Vec<_>>();
    let none = |list: Vec<&str>, sign: &str, none: &str| if list.is_empty() { none.into() } else { list.join(sign) };
    let days = (collected_days.to_string(), format!("{collected_days} 天"));
    let resumes = (none(list(status_name), ",", "none"), none(list(status_zh), "、", "无"));
    let word = |(name, zh): (&str, &str)| (name.to_owned(), zh.to_owned());
    let mut rows = vec![
        row(terms, "away_from", "休学、退学、死亡后改由他人付息", word(away_from.words())),
        row(terms, "after_death", "死亡之后的付息人", word(after_death.words())),
        row(terms, "resumes", "毕业、退学后恢复贴息的情形", resumes),
        row(terms, "early_settles", "提前还款结清利息的本金", word(early_settles.words())),
        row(terms, "collected_days", "结息后扣收天数", days),
        row(terms, "payers_by", "分担比例依据的学年", word(payers_by.words())),
    ];
    if let Some(mover) = last_mover(state, loan) {
        rows.push(row(mover, "moves_older", "后来条款适用于旧合同", word(mover.moves_older.words())));
    }
    rows
}

/// The latest terms that moved the contract's spread, or may have.
fn last_mover<'a>(state: &'a State, loan: &Loan) -> Option<&'a LoanTerms> {
    let rules = state.loan_rules()?;
    let own = terms_on(rules, loan.kind, loan.signed)?;
    let later = rules.terms[loan.kind as usize].iter().filter(|adopted| adopted.from > loan.signed);
    let moves = later.filter(|other| other.terms.moves_older != MovesOlder::No && other.terms.index == own.index);
    moves.max_by_key(|adopted| (adopted.from, adopted.index)).map(|adopted| &adopted.terms)
}

fn row(terms: &LoanTerms, name: &'static str, zh: &'static str, (value, value_zh): (String, String)) -> Decided {
    Decided { name, zh, value, value_zh, mark: terms.mark(name).unwrap_or_default().to_owned() }
}

fn status_zh(status: Status) -> &'static str {
    match status {
        Status::Enrolled => "在籍",
        Status::FurtherStudy => "升学",
        Status::IllnessLeave => "因病休学",
        _ => "",
    }
}

/// The notices that waive days of a statement, each year's once.
#[must_use]
pub fn notices<'a>(state: &'a State, rows: &[StatementRow]) -> Vec<&'a Waiver> {
    let years: BTreeSet<u16> = rows
        .iter()
        .filter_map(|row| match row.stretch.payment {
            Payment::Waiver(year) => Some(year),
            _ => None,
        })
        .collect();
    let notice = |year| state.loan_rules()?.waivers.iter().rev().find(|waiver| waiver.year == year);
    years.into_iter().filter_map(notice).collect()
}
