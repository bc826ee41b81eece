//! `mingzhang diff`: two points in time compared. Which balances, which entities, which entries, and what they did.

use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::cli::shown::ask::{asking, patiently};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::point::words;
use crate::cli::shown::text::yuan;
use crate::cli::typed::{day_typed, moment_typed};
use clap::Args;
use ledger::money::Day;
use proto::json::id;
use proto::v1;
use replay::terminal::text_table::Table;

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

    pub(crate) fn run(&self) -> Result<(), Failure> {
        let [from, to] = self.points();
        if from == to {
            let why = "the two points are the same; give --from-index, --from-recorded or --from-effective";
            return Err(Failure::Usage(why.to_owned()));
        }
        let answer = asking(&self.target, async |query| self.all(query, from, to).await)?;
        if self.target.json {
            return print_json(&serde_json::to_value(&answer)?);
        }
        print_sides(&answer, from, to);
        print_sums(&answer.sums);
        print_balances(&answer);
        print_entities(&answer);
        print_entries(&answer);
        if !answer.next_page_token.is_empty() {
            outln!("\n  more rows follow, see --limit");
        }
        Ok(())
    }

    /// Asks page after page until there are as many rows as are wanted. The first page stays, as counts are of everything.
    async fn all(&self, query: &mut Query, from: v1::Point, to: v1::Point) -> Result<v1::CompareResponse, Failure> {
        let page_size = self.limit;
        let mut request = v1::CompareRequest { from: Some(from), to: Some(to), page_size, ..Default::default() };
        let mut whole = patiently(request.from, async || query.compare(request.clone()).await).await?;
        let mut shown = whole.balances.len().max(whole.entities.len());
        while !whole.next_page_token.is_empty() && shown < self.limit as usize {
            request.page_token.clone_from(&whole.next_page_token);
            request.page_size = self.limit - u32::try_from(shown).unwrap_or(self.limit);
            let page = patiently(request.from, async || query.compare(request.clone()).await).await?;
            shown += page.balances.len().max(page.entities.len());
            whole.balances.extend(page.balances);
            whole.entities.extend(page.entities);
            whole.next_page_token = page.next_page_token;
        }
        Ok(whole)
    }
}

const SUMS: &[Column<v1::SumDifference>] = &[
    left("账簿 book", |sum| sum.book.clone()),
    left("科目 class", |sum| format!("{} {}", sum.class_zh, sum.class)),
    right("前 from 元", |sum| ledger::money::yuan(digits(&sum.from_fen))),
    right("后 to 元", |sum| ledger::money::yuan(digits(&sum.to_fen))),
    right("差额 difference", |sum| ledger::money::yuan(digits(&sum.to_fen) - digits(&sum.from_fen))),
];

const BALANCES: &[Column<v1::BalanceDifference>] = &[
    left("科目 class", |row| of_account(row, |account| account.class_zh.clone())),
    left("归属 owner", |row| of_account(row, |account| account.owner_name.clone())),
    right("前 from 元", |row| yuan(row.from_fen)),
    right("后 to 元", |row| yuan(row.to_fen)),
    right("差额 difference", |row| yuan(row.difference_fen)),
    left("记录 entries", postings),
    left("id", |row| of_account(row, |account| id(&account.owner))),
];

const COUNTS: &[Column<v1::EntityCount>] = &[
    left("种类 kind", |kind| format!("{} {}", kind.kind_zh, kind.kind)),
    right("新增 new", |kind| kind.new.to_string()),
    right("没有 gone", |kind| kind.gone.to_string()),
    right("变化 changed", |kind| kind.changed.to_string()),
];

const ENTITIES: &[Column<v1::EntityDifference>] = &[
    left("种类 kind", numbered_kind),
    left("", |row| difference(row).to_owned()),
    left("名称 name", |row| row.name.clone()),
    left("记录 entries", entries),
    left("id", |row| id(&row.id)),
];

fn print_sides(answer: &v1::CompareResponse, from: v1::Point, to: v1::Point) {
    let side = |name: &str, point: v1::Point, side: &Option<v1::ComparedSide>| {
        let v1::ComparedSide { entries, withheld, changed } = side.unwrap_or_default();
        outln!("  {name}  {}: 记录 entries {entries}", point_words(&point));
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
fn point_words(point: &v1::Point) -> String {
    let known = words(point);
    if known.is_empty() { "现在 everything known now".to_owned() } else { known.join("; ") }
}

fn print_sums(sums: &[v1::SumDifference]) {
    let differ: Vec<_> = sums.iter().filter(|sum| sum.from_fen != sum.to_fen).collect();
    outln!("\n各科目合计 Sums by class that differ: {} of {}", differ.len(), sums.len());
    print_table(&list(SUMS, differ));
}

/// A sum as the wire has it.
fn digits(fen: &str) -> i128 {
    fen.parse().unwrap_or_default()
}

/// An empty table says less than the count above it.
fn print_table(table: &Table) {
    if !table.is_empty() {
        out!("{table}");
    }
}

fn print_balances(answer: &v1::CompareResponse) {
    outln!("\n余额不同的账户 Accounts whose balances differ: {}", answer.balance_count);
    print_table(&list(BALANCES, &answer.balances));
}

fn of_account(row: &v1::BalanceDifference, text: fn(&v1::Account) -> String) -> String {
    text(row.account.as_ref().unwrap_or(&v1::Account::default()))
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

fn print_entities(answer: &v1::CompareResponse) {
    let all: u64 = answer.entity_counts.iter().map(|kind| kind.new + kind.gone + kind.changed).sum();
    outln!("\n不同的对象 Entities that differ: {all}");
    print_table(&list(COUNTS, &answer.entity_counts));
    let table = list(ENTITIES, &answer.entities);
    if !table.is_empty() {
        outln!("");
    }
    print_table(&table);
}

fn numbered_kind(row: &v1::EntityDifference) -> String {
    if row.number == 0 { row.kind_zh.clone() } else { format!("{} {}", row.kind_zh, row.number) }
}

fn difference(row: &v1::EntityDifference) -> &'static str {
    match row.difference() {
        v1::Difference::New => "新增 new",
        v1::Difference::Gone => "没有 gone",
        _ => "变化 changed",
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

fn print_entries(answer: &v1::CompareResponse) {
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
