//! How a hypothetical is shown: tables with Chinese and English heads, and JSON. Marked as hypothetical first and last.

use std::fmt::Write;

use ledger::money::{Fen, FenSum, yuan};
use replay::answers::loans::position::{InterestSums, PayerSums};
use replay::audit::explain::kind_zh;
use replay::audit::what_if::{
    Cause, ChangedEntry, DiffersIn, FigureRow, Figures, Group, Lending, PersonDiff, PersonFigures, WhatIf,
};
use replay::terminal::text_table::{Align, Table};
use serde_json::{Value, json};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

/// Everything, for people; of long lists `limit` rows.
pub fn text(told: &WhatIf, policies: &[String], without: &[String], limit: usize) -> String {
    let mut text = String::from("  假设推演，未入账 HYPOTHETICAL: nothing of this is on record\n");
    let assumed = policies.iter().map(|file| format!("政策 policy {file}"));
    for line in assumed.chain(without.iter().map(|entry| format!("不计 without {entry}"))) {
        put(&mut text, format_args!("  假设 assumed   {line}\n"));
    }
    put(&mut text, format_args!("  记录 entries   {}，不计 left out {}\n", told.entries, told.withheld.len()));
    if told.is_same() {
        text.push_str("\n  没有任何不同 nothing would be otherwise\n");
        return text;
    }
    entries(&mut text, told);
    for group in Group::ALL {
        rows(&mut text, told, group, limit);
    }
    persons(&mut text, &told.persons, limit);
    if !told.lending.is_same() {
        lending(&mut text, &told.lending);
    }
    rest(&mut text, told);
    text.push_str("\n  以上均为假设推演 all of this is hypothetical\n");
    text
}

/// Writing to memory cannot fail.
fn put(text: &mut String, more: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(more);
}

fn section(text: &mut String, head: &str, table: &Table) {
    if !table.is_empty() {
        put(text, format_args!("\n{head}\n{table}"));
    }
}

fn entries(text: &mut String, told: &WhatIf) {
    let (count, own) = (told.outcomes.count, told.outcomes.own());
    put(
        text,
        format_args!(
            "\n结果不同的记录 Entries that come out otherwise: {count}，政策所致 by the policy itself {own}，\
             连带 consequences {}\n",
            count - own
        ),
    );
    let heads = [("原因 cause", LEFT), ("种类 kind", LEFT), ("实际 as it is", LEFT), ("假设 as it would be", LEFT)];
    let mut table = Table::new(&[&heads[..], &[("条数 entries", RIGHT)]].concat());
    for (key, count) in &told.outcomes.counts {
        let kind = format!("{} {}", kind_zh(key.kind), key.kind);
        let after = format!("{}{} {}", key.after.zh(), sort_zh(key.sort), key.after.name());
        let before = format!("{} {}", key.before.zh(), key.before.name());
        table.row([cause(key.cause).to_owned(), kind, before, after, count.to_string()]);
    }
    section(text, "按结果 By outcome", &table);
    let mut table = Table::new(&[&[("记录 entry", RIGHT)], &heads[..]].concat());
    for row in told.outcomes.first.iter().flatten() {
        let ChangedEntry { index, kind, before, after, sort, cause: why } = row;
        let after = format!("{}{} {}", after.zh(), sort_zh(*sort), after.name());
        let kind = format!("{} {kind}", kind_zh(kind));
        let before = format!("{} {}", before.zh(), before.name());
        table.row([index.to_string(), cause(*why).to_owned(), kind, before, after]);
    }
    section(text, "最先的几条 The first of them", &table);
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Policy => "政策 policy",
        Cause::Consequence => "连带 consequence",
    }
}

fn sort_zh(sort: DiffersIn) -> &'static str {
    match sort {
        DiffersIn::Verdict => "",
        DiffersIn::Postings => "（过账不同）",
        DiffersIn::Findings => "（情况不同）",
    }
}

/// The rows of a group that differ most.
fn rows(text: &mut String, told: &WhatIf, group: Group, limit: usize) {
    let (head, key) = match group {
        Group::Programme => ("按项目 By programme", "项目 programme"),
        Group::School => ("按学校所在区划 By division of the school", "区划 division"),
        Group::Home => ("按户籍区划 By division of the home", "区划 division"),
    };
    let mut table = Table::new(&[
        (key, LEFT),
        ("资助 awards", RIGHT),
        ("应发 awarded", RIGHT),
        ("假设 would be", RIGHT),
        ("差额 differs by", RIGHT),
        ("到卡差 credited", RIGHT),
        ("退回差 returned", RIGHT),
        ("暂记差 suspense", RIGHT),
        ("未过行 refused", RIGHT),
        ("其中政策拒绝 by policy", RIGHT),
        ("情况 findings", RIGHT),
    ]);
    let mut all: Vec<&FigureRow> = told.rows.iter().filter(|row| row.group == group).collect();
    // Equal ones stay in the order of their codes.
    all.sort_by_key(|row| std::cmp::Reverse(size(row)));
    for row in all.iter().take(limit) {
        table.row(cells(row));
    }
    let more = if all.len() > limit {
        format!("，共 {} 行，差额最大的 the most affected of {0}", all.len())
    } else {
        String::new()
    };
    section(text, &format!("{head}（元 yuan）{more}"), &table);
}

fn size(row: &FigureRow) -> u128 {
    let FigureRow { before, after, .. } = row;
    let suspense = before.suspense_fen.abs_diff(after.suspense_fen);
    let credited = before.credited_fen.abs_diff(after.credited_fen);
    before.awarded_fen.abs_diff(after.awarded_fen).max(credited).max(suspense)
}

fn cells(row: &FigureRow) -> Vec<String> {
    let FigureRow { key, before, after, turned_away, let_in, .. } = row;
    let both = |of: fn(&Figures) -> u64| format!("{} → {}", of(before), of(after));
    let differs = |of: fn(&Figures) -> FenSum| difference(of(before), of(after));
    let own = match (turned_away.0, let_in.0) {
        (0, 0) => "-".to_owned(),
        (count, 0) => format!("{count} 行 {}", yuan(turned_away.1.into())),
        (count, other) => format!("{count} 行；准入 let in {other} 行 {}", yuan(let_in.1.into())),
    };
    vec![
        if key.is_empty() { "-".to_owned() } else { key.clone() },
        both(|figures| figures.awards),
        yuan(before.awarded_fen.into()),
        yuan(after.awarded_fen.into()),
        differs(|figures| figures.awarded_fen),
        differs(|figures| figures.credited_fen),
        differs(|figures| figures.returned_fen),
        differs(|figures| figures.suspense_fen),
        both(|figures| figures.refused),
        own,
        both(|figures| figures.findings),
    ]
}

fn difference(before: impl Into<i128>, after: impl Into<i128>) -> String {
    wide_difference(before.into(), after.into())
}

fn wide_difference(before: i128, after: i128) -> String {
    let sign = if after > before { "+" } else { "" };
    format!("{sign}{}", yuan(after - before))
}

fn persons(text: &mut String, persons: &[PersonDiff], limit: usize) {
    let mut table = Table::new(&[
        ("人员 person", LEFT),
        ("户籍 home", LEFT),
        ("应发 awarded", RIGHT),
        ("假设 would be", RIGHT),
        ("差额 differs by", RIGHT),
        ("到卡差 credited", RIGHT),
        ("退回差 returned", RIGHT),
        ("自付利息差 interest borne", RIGHT),
    ]);
    for PersonDiff { person, home, before, after } in persons.iter().take(limit) {
        let differs = |of: fn(&PersonFigures) -> FenSum| difference(of(before), of(after));
        table.row([
            person.to_string(),
            format!("{home:06}"),
            yuan(before.awarded_fen.into()),
            yuan(after.awarded_fen.into()),
            differs(|figures| figures.awarded_fen),
            differs(|figures| figures.credited_fen),
            differs(|figures| figures.returned_fen),
            differs(|figures| figures.borne_fen.into()),
        ]);
    }
    let head = format!("受影响人员 Persons affected: {}，差额最大的 the most affected（元 yuan）", persons.len());
    section(text, &head, &table);
}

/// A sum of interest with the name of who bears it.
type BearerSum = (&'static str, fn(&InterestSums) -> i128);

const BEARER_SUMS: [BearerSum; 4] = [
    ("贴息 subsidy", |sums| sums.subsidy),
    ("免息 waiver", |sums| sums.waiver),
    ("借款人 borrower", |sums| sums.borrower),
    ("罚息 penalty", |sums| sums.penalty),
];

fn lending(text: &mut String, lending: &Lending) {
    let heads =
        [("承担方 borne by", LEFT), ("实际 as it is", RIGHT), ("假设 would be", RIGHT), ("差额 differs by", RIGHT)];
    for (head, [before, after]) in [
        ("贷款利息，按条款重算 Interest of loans by the terms", lending.by_terms),
        ("贷款利息，已入账 Interest of loans as posted", lending.posted),
    ] {
        let mut table = Table::new(&heads);
        for (bearer, of) in BEARER_SUMS {
            let (before, after) = (of(&before), of(&after));
            table.row([bearer.to_owned(), yuan(before), yuan(after), wide_difference(before, after)]);
        }
        section(text, &format!("{head}（元 yuan）"), &table);
    }
    let mut table = Table::new(&[("申报 claims", LEFT), ("确认行 lines", RIGHT), heads[1], heads[2], heads[3]]);
    for (what, [before, after]) in &lending.claims {
        let lines = format!("{} → {}", before.0, after.0);
        let fen = [before.1, after.1].map(|fen| yuan(fen.into()));
        let [one, other] = fen;
        table.row([(*what).to_owned(), lines, one, other, difference(before.1, after.1)]);
    }
    section(text, "确认的申报 Claims confirmed（元 yuan）", &table);
    let mut table = Table::new(&[("承担方 payer", LEFT), ("", LEFT), heads[1], heads[2], heads[3]]);
    for row in &lending.payers {
        for (name, of) in PAYER_SUMS {
            let (before, after) = (of(&row.before), of(&row.after));
            if before != after {
                let fen = [before, after].map(|fen| yuan(fen.into()));
                let [one, other] = fen;
                table.row([row.payer.name().to_owned(), name.to_owned(), one, other, difference(before, after)]);
            }
        }
    }
    section(text, "各承担方 Payers（元 yuan）", &table);
}

/// A sum of a payer with its name.
type PayerSum = (&'static str, fn(&PayerSums) -> Fen);

const PAYER_SUMS: [PayerSum; 6] = [
    ("申报应付 claims owed", |sums| sums.claims.owed),
    ("申报已安排 claims ordered", |sums| sums.claims.ordered),
    ("申报已付 claims paid", |sums| sums.claims.paid),
    ("补偿金应缴 compensation accrued", |sums| sums.compensation.owed),
    ("补偿金已安排 compensation ordered", |sums| sums.compensation.ordered),
    ("补偿金已缴 compensation paid", |sums| sums.compensation.paid),
];

/// Findings, balances by class, entities by kind.
fn rest(text: &mut String, told: &WhatIf) {
    let mut table = Table::new(&[("情况 finding", LEFT), ("实际 as it is", RIGHT), ("假设 would be", RIGHT)]);
    for (kind, [before, after]) in &told.findings {
        table.row([(*kind).to_owned(), before.to_string(), after.to_string()]);
    }
    section(text, "情况 Findings", &table);
    let heads = [("科目 class", LEFT), ("实际 as it is", RIGHT), ("假设 would be", RIGHT), ("差额 differs by", RIGHT)];
    let mut table = Table::new(&heads);
    for row in told.differences.sums.iter().filter(|row| row.from != row.to) {
        let class = format!("{} {}", row.class.name_zh(), row.class.name());
        table.row([class, yuan(row.from), yuan(row.to), wide_difference(row.from, row.to)]);
    }
    let head = format!("余额 Balances: {} 个科目户不同 accounts differ（元 yuan）", told.differences.balance_count);
    section(text, &head, &table);
    let mut table =
        Table::new(&[("对象 entity", LEFT), ("新增 new", RIGHT), ("没有 gone", RIGHT), ("不同 changed", RIGHT)]);
    for row in told.entities() {
        let name = format!("{} {}", row.kind.name_zh(), row.kind.name());
        table.row([name, row.new.to_string(), row.gone.to_string(), row.changed.to_string()]);
    }
    section(text, "对象 Entities", &table);
}

/// Everything, for machines: all persons, of other lists the first rows.
pub fn json(told: &WhatIf, policies: &[String], without: &[String]) -> Value {
    let outcomes = &told.outcomes;
    let counts = outcomes.counts.iter().map(|(key, count)| {
        json!({ "cause": key.cause.name(), "sort": key.sort.name(), "kind": key.kind, "before": key.before.name(),
            "after": key.after.name(), "count": count })
    });
    let first = outcomes.first.iter().flatten().map(|row| {
        json!({ "index": row.index, "kind": row.kind, "before": row.before.name(), "after": row.after.name(),
            "sort": row.sort.name(), "cause": row.cause.name() })
    });
    let findings = told.findings.iter().map(|(kind, [before, after])| json!([kind, before, after]));
    let sums = told.differences.sums.iter().filter(|row| row.from != row.to);
    let sums = sums.map(|row| json!({ "class": row.class.name(), "before_fen": row.from, "after_fen": row.to }));
    let entities = told
        .entities()
        .map(|row| json!({ "kind": row.kind.name(), "new": row.new, "gone": row.gone, "changed": row.changed }));
    json!({ "hypothetical": true, "policies": policies, "without": without, "entries": told.entries,
        "left_out": told.withheld, "same": told.is_same(), "otherwise": outcomes.count,
        "by_policy": outcomes.own(), "outcomes": counts.collect::<Vec<_>>(), "first": first.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(), "rows": told.rows.iter().map(row_json).collect::<Vec<_>>(),
        "persons": told.persons.iter().map(person_json).collect::<Vec<_>>(), "lending": lending_json(&told.lending),
        "balances": { "accounts": told.differences.balance_count, "by_class": sums.collect::<Vec<_>>() },
        "entities": entities.collect::<Vec<_>>() })
}

fn row_json(row: &FigureRow) -> Value {
    let figures = |of: &Figures| {
        json!({ "awards": of.awards, "awarded_fen": of.awarded_fen, "refused": of.refused,
            "credited_fen": of.credited_fen, "transit_fen": of.transit_fen, "returned_fen": of.returned_fen,
            "suspense_fen": of.suspense_fen, "findings": of.findings })
    };
    let own = |(count, fen): (u64, Fen)| json!({ "lines": count, "fen": fen });
    json!({ "by": row.group.name(), "key": row.key, "before": figures(&row.before), "after": figures(&row.after),
        "refused_by_policy": own(row.turned_away), "let_in_by_policy": own(row.let_in) })
}

fn person_json(row: &PersonDiff) -> Value {
    let figures = |of: &PersonFigures| {
        json!({ "awarded_fen": of.awarded_fen, "credited_fen": of.credited_fen, "returned_fen": of.returned_fen,
            "interest_borne_fen": of.borne_fen })
    };
    json!({ "person": row.person, "home": row.home, "before": figures(&row.before), "after": figures(&row.after) })
}

fn lending_json(lending: &Lending) -> Value {
    let interest = |[before, after]: [InterestSums; 2]| {
        let of = |sums: InterestSums| {
            json!({ "subsidy_fen": sums.subsidy, "waiver_fen": sums.waiver, "borrower_fen": sums.borrower,
                "penalty_fen": sums.penalty })
        };
        json!({ "before": of(before), "after": of(after) })
    };
    let claims = lending.claims.iter().map(|(what, [before, after])| {
        let of = |(lines, fen): (u64, Fen)| json!({ "lines": lines, "fen": fen });
        json!({ "what": what, "before": of(*before), "after": of(*after) })
    });
    let payers = lending.payers.iter().map(|row| {
        let of = |sums: &PayerSums| {
            let [claims, compensation] = [sums.claims, sums.compensation].map(|of| [of.owed, of.ordered, of.paid]);
            json!({ "claims_fen": claims, "compensation_fen": compensation })
        };
        json!({ "payer": row.payer.name(), "before": of(&row.before), "after": of(&row.after) })
    });
    json!({ "interest_by_terms": interest(lending.by_terms), "interest_posted": interest(lending.posted),
        "not_computed": lending.unknown, "claims": claims.collect::<Vec<_>>(),
        "payers": payers.collect::<Vec<_>>() })
}
