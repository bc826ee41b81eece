//! `mingzhang diff`: two points in time compared. Which balances, which entities, which entries, and what they did.

use crate::cli::client::Target;
use crate::cli::lending::lending::day_typed;
use crate::cli::shown::point::{moment_typed, patiently};
use crate::cli::shown::show::{day, id, moment, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use ledger::money::Day;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// What differs between two points in time, and which entries made it differ
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang diff --from-index 41 --to-index 99\n  \
    mingzhang diff --from-recorded \"2021-09-30 18:00\" --to-recorded 2021-10-31\n  \
    mingzhang diff --from-effective 2021-09-30 --to-effective 2021-12-31 --json\n\n\
    A point is the ledger after an entry, or what was recorded until a moment, and of that, if asked, only what is effective\n\
    on a day or before. What is left out of the second point is everything known now.\n\n\
    Exit codes: 0 compared, 1 failed, 2 usage, 3 server unreachable, 4 no such entry")]
pub struct DiffArgs {
    /// From: as it was after this entry
    #[arg(long, value_name = "N", conflicts_with = "from_recorded")]
    from_index: Option<u64>,
    /// From: only what was recorded until this moment: a day (its end), "2021-09-30 18:00" in Beijing time, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment_typed)]
    from_recorded: Option<i64>,
    /// From: only what is effective on this day or before
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    from_effective: Option<Day>,
    /// To: as it was after this entry
    #[arg(long, value_name = "N", conflicts_with = "to_recorded")]
    to_index: Option<u64>,
    /// To: only what was recorded until this moment
    #[arg(long, value_name = "TIME", value_parser = moment_typed)]
    to_recorded: Option<i64>,
    /// To: only what is effective on this day or before
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    to_effective: Option<Day>,
    /// Rows of balances and of entities at most; counts are always of all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

impl DiffArgs {
    fn points(&self) -> [v1::Point; 2] {
        let point = |at_index, recorded: Option<i64>, effective: Option<Day>| v1::Point {
            at_index,
            recorded_until_ms: recorded.unwrap_or(0),
            effective_on: effective.map_or(0, Day::yyyymmdd),
            booked_on: 0,
        };
        let from = point(self.from_index, self.from_recorded, self.from_effective);
        [from, point(self.to_index, self.to_recorded, self.to_effective)]
    }
}

pub(crate) fn diff(args: &DiffArgs) -> Result<(), Failure> {
    let [from, to] = args.points();
    if from == to {
        let why = "the two points are the same; give --from-index, --from-recorded or --from-effective";
        return Err(Failure::Usage(why.to_owned()));
    }
    let answer = runtime()?.block_on(asked(args, from, to))?;
    if args.target.json {
        return print_json(&as_json(&answer));
    }
    show_sides(&answer, from, to);
    show_sums(&answer.sums);
    show_balances(&answer);
    show_entities(&answer);
    show_entries(&answer);
    if !answer.next_page_token.is_empty() {
        outln!("\n  more rows follow, see --limit");
    }
    Ok(())
}

/// Asks page after page until there are as many rows as are wanted. The first page stays, as counts are of everything.
async fn asked(args: &DiffArgs, from: v1::Point, to: v1::Point) -> Result<v1::CompareResponse, Failure> {
    let mut query = args.target.ask().await?;
    let mut request =
        v1::CompareRequest { from: Some(from), to: Some(to), page_size: args.limit, ..v1::CompareRequest::default() };
    let mut whole = patiently(request.from, async || query.compare(request.clone()).await).await?;
    let mut shown = whole.balances.len().max(whole.entities.len());
    while !whole.next_page_token.is_empty() && shown < args.limit as usize {
        request.page_token.clone_from(&whole.next_page_token);
        request.page_size = args.limit - u32::try_from(shown).unwrap_or(args.limit);
        let page = patiently(request.from, async || query.compare(request.clone()).await).await?;
        shown += page.balances.len().max(page.entities.len());
        whole.balances.extend(page.balances);
        whole.entities.extend(page.entities);
        whole.next_page_token = page.next_page_token;
    }
    Ok(whole)
}

fn show_sides(answer: &v1::CompareResponse, from: v1::Point, to: v1::Point) {
    let side = |name: &str, point: v1::Point, side: &Option<v1::ComparedSide>| {
        let v1::ComparedSide { entries, withheld, changed } = side.unwrap_or_default();
        outln!("  {name}  {}: 记录 entries {entries}", words(point));
        if withheld > 0 {
            outln!("         {withheld} entries of later days are left out 未计入");
        }
        if changed > 0 {
            outln!(
                "       ! {changed} entries came out differently without them 依赖以后事项: figures lean on later facts"
            );
        }
    };
    side("前 from", from, &answer.from);
    side("后 to  ", to, &answer.to);
}

/// A point in words.
fn words(point: v1::Point) -> String {
    let index = point.at_index.map(|index| format!("第 {index} 条之后 after entry {index}"));
    let until = point.recorded_until_ms;
    let until = (until != 0).then(|| format!("记录至 recorded until {}", moment(until)));
    let on = (point.effective_on != 0).then(|| format!("生效至 effective on {}", day(point.effective_on)));
    let known: Vec<String> = [index, until, on].into_iter().flatten().collect();
    if known.is_empty() { "现在 everything known now".to_owned() } else { known.join("; ") }
}

fn show_sums(sums: &[v1::SumDifference]) {
    let differ: Vec<_> = sums.iter().filter(|sum| sum.from_fen != sum.to_fen).collect();
    outln!("\n各科目合计 Sums by class that differ: {} of {}", differ.len(), sums.len());
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("账簿 book", left), ("科目 class", left), ("前 from 元", right), ("后 to 元", right)];
    let mut table = Table::new(&[&columns[..], &[("差额 difference", right)]].concat());
    for sum in differ {
        let fen = |text: &str| text.parse::<i128>().unwrap_or_default();
        let (from, to) = (fen(&sum.from_fen), fen(&sum.to_fen));
        let [from, to, more] = [from, to, to - from].map(ledger::money::yuan);
        table.row([sum.book.clone(), format!("{} {}", sum.class_zh, sum.class), from, to, more]);
    }
    put(&table);
}

/// An empty table says less than the count above it.
fn put(table: &Table) {
    if !table.is_empty() {
        out!("{table}");
    }
}

fn show_balances(answer: &v1::CompareResponse) {
    outln!("\n余额不同的账户 Accounts whose balances differ: {}", answer.balance_count);
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("科目 class", left), ("归属 owner", left), ("前 from 元", right), ("后 to 元", right)];
    let more = [("差额 difference", right), ("记录 entries", left), ("id", left)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for row in &answer.balances {
        let account = row.account.clone().unwrap_or_default();
        let [from, to, more] = [row.from_fen, row.to_fen, row.difference_fen].map(yuan);
        table.row([account.class_zh, account.owner_name, from, to, more, postings(row), id(&account.owner)]);
    }
    put(&table);
}

/// The entries whose postings made a balance differ.
fn postings(row: &v1::BalanceDifference) -> String {
    let named = row.postings.iter().map(|posting| {
        let gone = if posting.in_to { "" } else { "-" };
        format!("{gone}{}", posting.index)
    });
    let more = row.posting_count.saturating_sub(row.postings.len() as u64);
    let least = if row.counted_in_part { "≥" } else { "" };
    let more = (more > 0).then(|| format!("… {least}{}", row.posting_count));
    named.chain(more).collect::<Vec<_>>().join(" ")
}

fn show_entities(answer: &v1::CompareResponse) {
    let all: u64 = answer.entity_counts.iter().map(|kind| kind.new + kind.gone + kind.changed).sum();
    outln!("\n不同的对象 Entities that differ: {all}");
    let (left, right) = (Align::Left, Align::Right);
    let mut counts =
        Table::new(&[("种类 kind", left), ("新增 new", right), ("没有 gone", right), ("变化 changed", right)]);
    for kind in &answer.entity_counts {
        let numbers = [kind.new, kind.gone, kind.changed].map(|number| number.to_string());
        counts.row([format!("{} {}", kind.kind_zh, kind.kind)].into_iter().chain(numbers));
    }
    put(&counts);
    let columns = [("种类 kind", left), ("", left), ("名称 name", left), ("记录 entries", left), ("id", left)];
    let mut table = Table::new(&columns);
    for row in &answer.entities {
        let kind = if row.number == 0 { row.kind_zh.clone() } else { format!("{} {}", row.kind_zh, row.number) };
        table.row([kind, difference(row).1.to_owned(), row.name.clone(), entries(row), id(&row.id)]);
    }
    if !table.is_empty() {
        outln!("");
    }
    put(&table);
}

fn difference(row: &v1::EntityDifference) -> (&'static str, &'static str) {
    match row.difference() {
        v1::Difference::New => ("new", "新增 new"),
        v1::Difference::Gone => ("gone", "没有 gone"),
        _ => ("changed", "变化 changed"),
    }
}

/// The entries that name an entity, or failing those the last that changed it.
fn entries(row: &v1::EntityDifference) -> String {
    let last = if row.difference() == v1::Difference::Gone { row.last_from } else { row.last_to };
    let named = row.named_by.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    match last.filter(|last| row.named_by.is_empty() || !row.named_by.contains(last)) {
        Some(last) if named.is_empty() => last.to_string(),
        Some(last) => format!("{named} … {last}"),
        None => named,
    }
}

fn show_entries(answer: &v1::CompareResponse) {
    outln!("\n记录 Entries");
    let some = |name: &str, some: &Option<v1::SomeEntries>| {
        let some = some.clone().unwrap_or_default();
        let first = some.first.iter().map(|entry| entry.index.to_string()).collect::<Vec<_>>().join(" ");
        let more = if (some.first.len() as u64) < some.count { " …" } else { "" };
        outln!("  {name}: {}{}{first}{more}", some.count, if some.count == 0 { "" } else { ": " });
    };
    some("只计入前者 count in from alone   ", &answer.only_from);
    some("只计入后者 count in to alone     ", &answer.only_to);
    some("结果不同 came out differently    ", &answer.judged);
}

fn as_json(answer: &v1::CompareResponse) -> Value {
    let side = |side: &Option<v1::ComparedSide>| {
        let v1::ComparedSide { entries, withheld, changed } = side.unwrap_or_default();
        json!({ "entries": entries, "withheld": withheld, "changed": changed })
    };
    let sum = |sum: &v1::SumDifference| json!({ "book": sum.book, "class": sum.class, "from_fen": sum.from_fen, "to_fen": sum.to_fen });
    let count = |kind: &v1::EntityCount| json!({ "kind": kind.kind, "new": kind.new, "gone": kind.gone, "changed": kind.changed });
    let balances: Vec<Value> = answer.balances.iter().map(balance_json).collect();
    let entities: Vec<Value> = answer.entities.iter().map(entity_json).collect();
    json!({ "from": side(&answer.from), "to": side(&answer.to),
        "sums": answer.sums.iter().map(sum).collect::<Vec<_>>(),
        "balance_count": answer.balance_count, "balances": balances,
        "entity_counts": answer.entity_counts.iter().map(count).collect::<Vec<_>>(), "entities": entities,
        "only_from": entries_json(&answer.only_from), "only_to": entries_json(&answer.only_to),
        "judged": entries_json(&answer.judged), "more": !answer.next_page_token.is_empty() })
}

fn balance_json(row: &v1::BalanceDifference) -> Value {
    let posting = |posting: &v1::CountedPosting| {
        json!({ "index": posting.index, "event": id(&posting.event), "booked": posting.booked,
            "effective": posting.effective, "fen": posting.fen, "in_to": posting.in_to })
    };
    let account = row.account.clone().unwrap_or_default();
    json!({ "class": account.class, "owner": id(&account.owner), "owner_name": account.owner_name,
        "from_fen": row.from_fen, "to_fen": row.to_fen, "difference_fen": row.difference_fen,
        "postings": row.postings.iter().map(posting).collect::<Vec<_>>(), "posting_count": row.posting_count,
        "counted_in_part": row.counted_in_part })
}

fn entity_json(row: &v1::EntityDifference) -> Value {
    json!({ "kind": row.kind, "difference": difference(row).0, "id": id(&row.id), "number": row.number,
        "name": row.name, "last_from": row.last_from, "last_to": row.last_to, "named_by": row.named_by,
        "looked_for": !row.not_looked_for })
}

fn entries_json(some: &Option<v1::SomeEntries>) -> Value {
    let outcome = |outcome: v1::Outcome| match outcome {
        v1::Outcome::Posted => "posted",
        v1::Outcome::Duplicate => "duplicate",
        v1::Outcome::Refused => "refused",
        _ => "left_out",
    };
    let entry = |entry: &v1::ComparedEntry| {
        json!({ "index": entry.index, "event": id(&entry.event), "from": outcome(entry.from()),
            "to": outcome(entry.to()), "from_code": entry.from_code, "to_code": entry.to_code })
    };
    let some = some.clone().unwrap_or_default();
    json!({ "count": some.count, "first": some.first.iter().map(entry).collect::<Vec<_>>() })
}
