//! How a printout is shown: text with Chinese and English side by side, and JSON for machines.

use std::fmt::{self, Display, Formatter};

use ledger::entry::Proof;
use ledger::money::{Day, yuan};
use serde_json::{Value, json};
use uuid::Uuid;

use super::contents::{
    PrintedFact, PrintedField, PrintedFigures, PrintedFinding, PrintedMovement, PrintedReason, PrintedSide, Printout,
};
use crate::audit::explain::chinese_names::Form;
use crate::terminal::text_table::{Align, Table};

impl Printout {
    /// The same for machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let said = |row: &PrintedField| {
            let of = if row.id.is_nil() { Value::Null } else { json!(row.id) };
            json!({ "depth": row.depth, "name": row.name, "name_zh": row.name_zh, "value": row.value, "id": of })
        };
        let compared = |PrintedFigures { what: [zh, en], said, ours, unit }: &PrintedFigures| json!({ "what_zh": zh, "what_en": en, "unit": unit, "said": said, "ours": ours });
        let finding = |row: &PrintedFinding| {
            json!({ "number": row.number, "kind": row.kind, "fen": row.fen, "open": row.open,
                "subject": id(row.subject) })
        };
        let fact = |fact: &PrintedFact| json!({ "name": fact.name, "zh": fact.zh, "en": fact.en });
        json!({ "as_of": self.as_of, "index": self.index, "recorded_ms": self.recorded_ms,
            "principal": self.principal, "proof": self.proof, "event": self.event, "kind": self.kind, "kind_zh": self.kind_zh,
            "report": self.report, "effective": self.effective, "outcome": self.outcome, "first": self.first,
            "refusal": self.reason.as_ref().map(reason_json), "compared": self.compared.as_ref().map(compared),
            "said": self.said.iter().map(said).collect::<Vec<_>>(),
            "facts": self.facts.iter().map(fact).collect::<Vec<_>>(),
            "movements": self.movements.iter().map(movement_json).collect::<Vec<_>>(),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>() })
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { index, kind, kind_zh, report, effective, .. } = self;
        let (zh, en) = if *report { ("报告", "report") } else { ("决定", "decision") };
        writeln!(f, "  第 {index} 号记录 entry {index}：{kind_zh} {kind}（{zh} {en}）")?;
        let proof = Proof::named(&self.proof).map_or("", Proof::name_zh);
        writeln!(f, "  何人 who        {}（{proof} {}）", self.principal, self.proof)?;
        writeln!(f, "  记录于 recorded {}", moment(self.recorded_ms))?;
        writeln!(f, "  生效日 counts   {}", day(*effective))?;
        writeln!(f, "  事项号 event    {}", self.event)
    }

    fn said(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let left = Align::Left;
        let mut table = Table::new(&[("项目 field", left), ("", left), ("内容 value", left), ("id", left)]);
        for PrintedField { depth, name, name_zh, value, id } in &self.said {
            let indent = "  ".repeat(*depth as usize);
            // Where nothing has a better name than its id, the id is shown once.
            let named = !id.is_nil() && *value != id.to_string();
            let reference = if named { id.to_string() } else { String::new() };
            table.row([format!("{indent}{name_zh}"), name.clone(), value.clone(), reference]);
        }
        write!(f, "\n所述 What was said\n{table}")
    }

    fn outcome(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n结果 Outcome")?;
        match (self.outcome.as_str(), self.first) {
            ("posted", _) => writeln!(f, "  已入账 posted")?,
            ("duplicate", Some(first)) => {
                writeln!(f, "  重复：与第 {first} 号记录相同，以其结果为准 duplicate of entry {first}")?;
            }
            _ => writeln!(f, "  未通过 refused")?,
        }
        if let Some(reason) = &self.reason {
            write!(f, "{reason}")?;
        }
        let Some(PrintedFigures { what: [zh, en], said, ours, unit }) = &self.compared else { return Ok(()) };
        writeln!(f, "  比较 {zh} {en}")?;
        let ours = write_figure(unit, *ours);
        match said {
            Some(said) => writeln!(f, "       所述 said {}\n       账上 ours {ours}", write_figure(unit, *said)),
            None => writeln!(f, "       差额 short by {ours}"),
        }
    }

    fn facts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.facts.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n依据 Facts it rests on")?;
        self.facts.iter().try_for_each(|fact| writeln!(f, "  · {}\n    {}", fact.zh, fact.en))
    }

    fn movements(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.movements.is_empty() {
            return writeln!(f, "\n未动账 No money moved");
        }
        let (left, right) = (Align::Left, Align::Right);
        let columns = [("借／贷", left), ("科目 account", left), ("元 yuan", right), ("之前 before", right)];
        let mut table = Table::new(&[&columns[..], &[("之后 after", right), ("入账日 booked", left)]].concat());
        for moved in &self.movements {
            let (fen, booked) = (yuan(moved.fen.into()), day(moved.booked));
            for (word, side, booked) in [("借 to", &moved.debit, booked), ("贷 from", &moved.credit, String::new())] {
                let [before, after] = side.balance.map(|fen| yuan(fen.into()));
                let label = format!("{} {}", side.class_zh, side.owner_name);
                table.row([word.to_owned(), label, fen.clone(), before, after, booked]);
            }
        }
        write!(f, "\n过账 Postings\n{table}")
    }

    fn opened(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n情况 Findings it opened")?;
        self.findings.iter().try_for_each(|row| {
            let [zh, en] = &row.sentence;
            let fen = if row.fen == 0 { "—".to_owned() } else { format!("{} 元", yuan(row.fen.into())) };
            let stage = if row.open { "未结 open" } else { "已结 closed" };
            writeln!(f, "  {} {zh} {en}（{stage}，{fen}）", row.number)
        })
    }
}

impl Display for Printout {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.said(f)?;
        self.outcome(f)?;
        self.facts(f)?;
        self.movements(f)?;
        self.opened(f)?;
        let index = self.index;
        writeln!(f, "\n  以上均为第 {index} 号记录入账时的情况 all of this is as it was when entry {index} came")
    }
}

impl Display for PrintedReason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { code, sentence: [zh, en], remedy: [remedy_zh, remedy_en], permanent, subject, .. } = self;
        let (again_zh, again_en) =
            if *permanent { ("不可重试", "permanent") } else { ("可重试", "may be retried") };
        writeln!(f, "  原因 {code}：{zh}\n       {en}")?;
        writeln!(f, "  处理 {remedy_zh}（{again_zh}）\n       {remedy_en} ({again_en})")?;
        if subject.is_nil() { Ok(()) } else { writeln!(f, "  对象 {subject}") }
    }
}

/// A recorded time as Beijing has it, to the second; a dash for none.
#[must_use]
pub fn moment(ms: i64) -> String {
    const DAY_SECONDS: i64 = 86_400;
    // Beijing time is eight hours ahead, all year.
    const BEIJING_SECONDS: i64 = 8 * 3_600;
    if ms == 0 {
        return "-".to_owned();
    }
    let seconds = ms.div_euclid(1_000) + BEIJING_SECONDS;
    let (days, rest) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
    // Days are counted from 1970 like the clock; one beyond the calendar is shown as its last.
    let day = Day::default().plus(i32::try_from(days).unwrap_or(i32::MAX));
    format!("{day} {:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}

fn day(number: u32) -> String {
    Day::from_yyyymmdd(number).map_or_else(|| "-".to_owned(), |day| day.to_string())
}

fn write_figure(unit: &str, figure: i64) -> String {
    match unit {
        "fen" => Form::Fen.write(figure),
        "day" => Form::Day.write(figure),
        _ => Form::Plain.write(figure),
    }
}

fn id(id: Uuid) -> String {
    if id.is_nil() { "-".to_owned() } else { id.to_string() }
}

fn reason_json(reason: &PrintedReason) -> Value {
    let PrintedReason { code, sentence: [zh, en], remedy: [remedy_zh, remedy], permanent, subject, figure } = reason;
    json!({ "code": code, "sentence_zh": zh, "sentence_en": en, "remedy": remedy, "remedy_zh": remedy_zh,
        "permanent": permanent, "subject": id(*subject), "figure": figure })
}

fn movement_json(row: &PrintedMovement) -> Value {
    let side =
        |side: &PrintedSide| json!({ "class": side.class, "owner": id(side.owner), "owner_name": side.owner_name });
    let ([debit_before, debit_after], [credit_before, credit_after]) = (row.debit.balance, row.credit.balance);
    json!({ "debit": side(&row.debit), "credit": side(&row.credit), "fen": row.fen, "booked": row.booked,
        "debit_before_fen": debit_before, "debit_after_fen": debit_after,
        "credit_before_fen": credit_before, "credit_after_fen": credit_after })
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_recorded_time_is_beijings() {
        assert_eq!(moment(0), "-");
        assert_eq!(moment(1_634_659_199_999), "2021-10-19 23:59:59");
        assert_eq!(moment(1_634_659_200_000), "2021-10-20 00:00:00");
    }
}
