//! `mingzhang explain`: why an entry was posted or refused, in Chinese with English beside it.

use super::client::Target;
use super::show::{day, id, missing, moment, typed, yuan};
use super::{Failure, print_json, runtime};
use crate::table::{Align, Table};
use clap::Args;
use proto::v1;
use proto::v1::explain_request::Entry;
use serde_json::{Value, json};
use std::str::FromStr;
use uuid::Uuid;

/// An entry as people name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Named {
    Index(u64),
    Event(Uuid),
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let index = || text.parse().ok().map(Self::Index);
        // Thirty-two digits are an id written without dashes, not an index.
        let named = if text.len() < 32 { index() } else { Uuid::try_parse(text).ok().map(Self::Event) };
        named.ok_or_else(|| "give the index of an entry, such as 42, or the id of an event".to_owned())
    }
}

/// Why an entry was posted or refused: who said what, the facts it rests on, what moved
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang explain 42\n  mingzhang explain 0190a6f2-0000-7000-8000-000000000000 --json\n\n\
    The index stands in every answer: see `mingzhang refusals`, `mingzhang findings`, `mingzhang entries`.\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing"
)]
pub struct ExplainArgs {
    /// Index of the entry, or id of its event
    #[arg(value_name = "INDEX|EVENT")]
    entry: Named,
    #[command(flatten)]
    target: Target,
}

pub(super) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let entry = match args.entry {
        Named::Index(index) => Entry::Index(index),
        Named::Event(event) => Entry::Event(typed(event)),
    };
    let request = v1::ExplainRequest { not_before: 0, entry: Some(entry) };
    let answer = runtime()?
        .block_on(async { Ok::<_, Failure>(args.target.ask().await?.explain(request).await?.into_inner()) })?;
    let entry = answer.entry.clone().ok_or_else(|| missing("entry"))?;
    if args.target.json {
        return print_json(&as_json(&answer, &entry));
    }
    show_head(&entry);
    show_said(&answer.said);
    show_outcome(&answer);
    show_facts(&answer.facts);
    show_movements(&answer.movements);
    show_findings(&answer.findings);
    outln!("  依据中学籍、集合、贷款各段按前 {} 条记录所知 facts as of entry {}", answer.as_of, answer.as_of);
    Ok(())
}

fn show_head(entry: &v1::RecordedEntry) {
    let (zh, en) = if entry.report { ("报告", "report") } else { ("决定", "decision") };
    outln!("  第 {} 号记录 entry {}：{} {}（{zh} {en}）", entry.index, entry.index, entry.kind_zh, entry.kind);
    outln!("  何人 who        {}", entry.principal);
    outln!("  记录于 recorded {}", moment(entry.recorded_ms));
    outln!("  生效日 counts   {}", day(entry.effective));
    outln!("  事项号 event    {}", id(&entry.event));
}

fn show_said(said: &[v1::SaidField]) {
    outln!("\n所述 What was said");
    let left = Align::Left;
    let mut table = Table::new(&[("项目 field", left), ("", left), ("内容 value", left), ("id", left)]);
    for field in said {
        let indent = "  ".repeat(field.depth as usize);
        let reference = id(&field.id);
        // Where nothing has a better name than its id, the id stands once.
        let reference = if field.id.is_empty() || field.value == reference { String::new() } else { reference };
        table.row([format!("{indent}{}", field.name_zh), field.name.clone(), field.value.clone(), reference]);
    }
    out!("{table}");
}

fn show_outcome(answer: &v1::ExplainResponse) {
    outln!("\n结果 Outcome");
    match answer.outcome() {
        v1::Outcome::Posted => outln!("  已入账 posted"),
        v1::Outcome::Duplicate => {
            outln!("  重复：与第 {} 号记录相同，以其结果为准 duplicate of entry {}", answer.first, answer.first);
        }
        _ => outln!("  未通过 refused"),
    }
    if let Some(refusal) = &answer.refusal {
        outln!("  原因 {}：{}", refusal.code, refusal.sentence_zh);
        outln!("       {}", refusal.sentence_en);
        let again = if refusal.permanent { "不可重试 permanent" } else { "可重试 may be retried" };
        outln!("  处理 {}（{again}）", refusal.remedy);
        if !refusal.subject.is_empty() {
            outln!("  对象 {}", id(&refusal.subject));
        }
    }
    if let Some(figures) = &answer.compared {
        let write = |figure: i64| write(&figures.unit, figure);
        outln!("  比较 {} {}", figures.what_zh, figures.what_en);
        match figures.said {
            Some(said) => {
                outln!("       所述 said {}", write(said));
                outln!("       账上 ours {}", write(figures.ours));
            }
            None => outln!("       差额 short by {}", write(figures.ours)),
        }
    }
}

fn write(unit: &str, figure: i64) -> String {
    match unit {
        "fen" => format!("{} 元", yuan(figure)),
        "day" => u32::try_from(figure).map_or_else(|_| figure.to_string(), day),
        _ => figure.to_string(),
    }
}

fn show_facts(facts: &[v1::Fact]) {
    if facts.is_empty() {
        return;
    }
    outln!("\n依据 Facts it rests on");
    for fact in facts {
        outln!("  · {}", fact.zh);
        outln!("    {}", fact.en);
    }
}

fn show_movements(movements: &[v1::Movement]) {
    if movements.is_empty() {
        outln!("\n未动账 No money moved");
        return;
    }
    outln!("\n过账 Postings");
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("借／贷", left), ("科目 account", left), ("元 yuan", right), ("之前 before", right)];
    let mut table = Table::new(&[&columns[..], &[("之后 after", right), ("入账日 booked", left)]].concat());
    for moved in movements {
        let (fen, booked) = (yuan(moved.fen), day(moved.booked));
        let (before, after) = (yuan(moved.debit_before_fen), yuan(moved.debit_after_fen));
        table.row(["借 to".to_owned(), label(moved.debit.as_ref()), fen.clone(), before, after, booked]);
        let (before, after) = (yuan(moved.credit_before_fen), yuan(moved.credit_after_fen));
        table.row(["贷 from".to_owned(), label(moved.credit.as_ref()), fen, before, after]);
    }
    out!("{table}");
}

fn label(account: Option<&v1::Account>) -> String {
    account.map_or_else(String::new, |account| format!("{} {}", account.class_zh, account.owner_name))
}

fn show_findings(findings: &[v1::Finding]) {
    if findings.is_empty() {
        return;
    }
    outln!("\n情况 Findings it opened");
    for row in findings {
        let state = if row.open { "未结 open" } else { "已结 closed" };
        outln!("  {} {} {}（{state}，{} 元）", row.number, row.sentence_zh, row.sentence_en, yuan(row.fen));
    }
}

fn as_json(answer: &v1::ExplainResponse, entry: &v1::RecordedEntry) -> Value {
    let said = |row: &v1::SaidField| {
        let of = if row.id.is_empty() { Value::Null } else { json!(id(&row.id)) };
        json!({ "depth": row.depth, "name": row.name, "name_zh": row.name_zh, "value": row.value, "id": of })
    };
    let account = |account: Option<&v1::Account>| {
        account.map(|a| json!({ "class": a.class, "owner": id(&a.owner), "owner_name": a.owner_name }))
    };
    let movement = |row: &v1::Movement| {
        json!({ "debit": account(row.debit.as_ref()), "credit": account(row.credit.as_ref()), "fen": row.fen,
            "booked": row.booked, "debit_before_fen": row.debit_before_fen, "debit_after_fen": row.debit_after_fen,
            "credit_before_fen": row.credit_before_fen, "credit_after_fen": row.credit_after_fen })
    };
    let refusal = answer.refusal.as_ref().map(|refusal| {
        json!({ "code": refusal.code, "sentence_zh": refusal.sentence_zh, "sentence_en": refusal.sentence_en,
            "remedy": refusal.remedy, "permanent": refusal.permanent, "subject": id(&refusal.subject),
            "figure": refusal.figure })
    });
    let compared = answer.compared.as_ref().map(|figures| {
        json!({ "what_zh": figures.what_zh, "what_en": figures.what_en, "unit": figures.unit,
            "said": figures.said, "ours": figures.ours })
    });
    let outcome = super::show::word(answer.outcome().as_str_name(), "OUTCOME_");
    let first = (answer.outcome() == v1::Outcome::Duplicate).then_some(answer.first);
    let fact = |fact: &v1::Fact| json!({ "name": fact.name, "zh": fact.zh, "en": fact.en });
    let finding = |row: &v1::Finding| json!({ "number": row.number, "kind": row.kind, "fen": row.fen, "open": row.open, "subject": id(&row.subject) });
    json!({ "as_of": answer.as_of, "index": entry.index, "recorded_ms": entry.recorded_ms,
        "principal": entry.principal, "event": id(&entry.event), "kind": entry.kind, "kind_zh": entry.kind_zh,
        "report": entry.report, "effective": entry.effective, "outcome": outcome, "first": first,
        "refusal": refusal, "compared": compared, "said": answer.said.iter().map(said).collect::<Vec<_>>(),
        "facts": answer.facts.iter().map(fact).collect::<Vec<_>>(),
        "movements": answer.movements.iter().map(movement).collect::<Vec<_>>(),
        "findings": answer.findings.iter().map(finding).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_by_index_or_event() {
        assert_eq!("42".parse(), Ok(Named::Index(42)));
        let id = Uuid::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(Named::Event(id)));
        assert_eq!(id.simple().to_string().parse(), Ok(Named::Event(id)));
        for bad in ["", "x", "-1", "4.2", "0190a6f2-0000"] {
            assert!(bad.parse::<Named>().is_err(), "{bad}");
        }
    }
}
