//! Questions about accounts and the record: `status`, `balance`, `entries`, `refusals`, `findings`, `totals`.

use crate::cli::client::Target;
use crate::cli::shown::point::{PointArgs, PostedArgs, patiently};
use crate::cli::shown::show::{day, hex, id, moment, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use uuid::Uuid;

const CODES: &str = "Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing";

/// How far the ledger is, and whether its books balance
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang status --digest\n  \
    mingzhang status --digest --at-index 120000\n\n{CODES}"))]
pub struct StatusArgs {
    /// Also compute the digest of the whole state, which takes a while
    #[arg(long)]
    digest: bool,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn status(args: &StatusArgs) -> Result<(), Failure> {
    let request = v1::GetStatusRequest { not_before: 0, digest: args.digest, at: args.point.at() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.get_status(request).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        let book = |book: &v1::BookTotal| {
            json!({ "book": book.book, "accounts": book.accounts,
                "trial_balance_fen": book.trial_balance_fen, "positive_fen": book.positive_fen })
        };
        return print_json(&footing.json(
            json!({ "entries": answer.entries, "posted": answer.posted, "refused": answer.refused,
            "duplicates": answer.duplicates, "books": answer.books.iter().map(book).collect::<Vec<_>>(),
            "state_digest": hex(&answer.state_digest), "latest_day": answer.latest_day,
            "published": answer.published, "stopped": answer.stopped, "doubt": answer.doubt, "follows": answer.follows }),
        ));
    }
    let (entries, posted) = (answer.entries, answer.posted);
    outln!("  entries {entries}: posted {posted}, refused {}, duplicates {}", answer.refused, answer.duplicates);
    outln!("  latest day {}", day(answer.latest_day));
    for (label, text) in [("stopped", &answer.stopped), ("doubt", &answer.doubt), ("follows", &answer.follows)] {
        if !text.is_empty() {
            outln!("  {label} {text}");
        }
    }
    if args.digest {
        outln!("  state digest {}", hex(&answer.state_digest));
    }
    let right = Align::Right;
    let columns = [("账本 book", Align::Left), ("accounts", right), ("试算 trial", right), ("总额 yuan", right)];
    let mut table = Table::new(&columns);
    for book in &answer.books {
        let trial = yuan(book.trial_balance_fen);
        table.row([book.book.clone(), book.accounts.to_string(), trial, yuan(book.positive_fen)]);
    }
    out!("{table}");
    footing.foot(false);
    Ok(())
}

/// Balances of accounts, filtered by owner, class or division
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang balance --class available --division 610300\n  \
    mingzhang balance --owner 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang balance --class available --recorded-until 2021-10-31 --effective-on 2021-09-30\n\n{CODES}"))]
pub struct BalanceArgs {
    /// Organisation, document line, roster or application
    #[arg(long, value_name = "ID")]
    owner: Option<Uuid>,
    /// Class of account, for example available, spent, suspense
    #[arg(long, value_name = "CLASS", default_value = "")]
    class: String,
    /// Division code; one ending in 00 or 0000 takes in those below
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    division: u32,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PostedArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn balance(args: &BalanceArgs) -> Result<(), Failure> {
    let request = v1::ListBalancesRequest {
        owner: args.owner.map(typed).unwrap_or_default(),
        class: args.class.clone(),
        division: args.division,
        page_size: args.limit,
        at: args.point.at(),
        ..v1::ListBalancesRequest::default()
    };
    let answer = runtime()?.block_on(all_balances(args, request))?;
    let footing = args.point.footing(answer.as_of);
    if args.target.json {
        let rows: Vec<Value> = answer.balances.iter().map(balance_json).collect();
        return print_json(&footing.json(json!({ "balances": rows })));
    }
    let columns =
        [("科目 class", Align::Left), ("归属 owner", Align::Left), ("元 yuan", Align::Right), ("id", Align::Left)];
    let mut table = Table::new(&columns);
    for balance in &answer.balances {
        let account = balance.account.clone().unwrap_or_default();
        table.row([account.class_zh, account.owner_name, yuan(balance.fen), id(&account.owner)]);
    }
    out!("{table}");
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

/// At a point in time pages may be short though more follow.
async fn all_balances(
    args: &BalanceArgs,
    mut request: v1::ListBalancesRequest,
) -> Result<v1::ListBalancesResponse, Failure> {
    let mut query = args.target.ask().await?;
    let mut balances = Vec::new();
    loop {
        let mut answer = patiently(request.at, async || query.list_balances(request.clone()).await).await?;
        balances.append(&mut answer.balances);
        let left = (args.limit as usize).saturating_sub(balances.len());
        if left == 0 || answer.next_page_token.is_empty() {
            return Ok(v1::ListBalancesResponse { balances, ..answer });
        }
        (request.page_size, request.page_token) = (u32::try_from(left).unwrap_or(u32::MAX), answer.next_page_token);
    }
}

fn balance_json(balance: &v1::Balance) -> Value {
    json!({ "account": balance.account.as_ref().map(account_json), "fen": balance.fen, "last": balance.last })
}

fn account_json(account: &v1::Account) -> Value {
    json!({ "class": account.class, "book": account.book, "owner": id(&account.owner), "owner_name": account.owner_name })
}

/// Entries that posted to an account, oldest first, with the balance after each
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang entries --owner ID --class available\n\n{CODES}"))]
pub struct EntriesArgs {
    /// Owner of the account
    #[arg(long, value_name = "ID")]
    owner: Uuid,
    /// Class of the account
    #[arg(long, value_name = "CLASS")]
    class: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PostedArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn entries(args: &EntriesArgs) -> Result<(), Failure> {
    let request = v1::ListEntriesRequest {
        owner: typed(args.owner),
        class: args.class.clone(),
        page_size: args.limit,
        at: args.point.at(),
        ..v1::ListEntriesRequest::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.list_entries(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of);
    if args.target.json {
        let row = |entry: &v1::AccountEntry| {
            json!({ "index": entry.index, "event": id(&entry.event), "kind": entry.kind, "principal": entry.principal,
                "recorded_ms": entry.recorded_ms, "booked": entry.booked, "fen": entry.fen,
                "balance_fen": entry.balance_fen, "counter": entry.counter.as_ref().map(account_json) })
        };
        let rows: Vec<Value> = answer.entries.iter().map(row).collect();
        return print_json(&footing.json(json!({ "entries": rows })));
    }
    let right = Align::Right;
    let columns = [("index", right), ("入账日 booked", Align::Left), ("元 yuan", right), ("余额 balance", right)];
    let left = Align::Left;
    let who = [("对方 counter", left), ("事项 kind", left), ("何人 who", left), ("记录于 recorded", left)];
    let mut table = Table::new(&[&columns[..], &who[..]].concat());
    for entry in &answer.entries {
        let counter = entry.counter.clone().unwrap_or_default();
        let counter = format!("{} {}", counter.class_zh, counter.owner_name);
        let (index, booked) = (entry.index.to_string(), day(entry.booked));
        let (kind, who, when) = (entry.kind.clone(), entry.principal.clone(), moment(entry.recorded_ms));
        table.row([index, booked, yuan(entry.fen), yuan(entry.balance_fen), counter, kind, who, when]);
    }
    out!("{table}");
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

/// Events that were turned away, with reason and remedy
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang refusals --code overdrawn\n\n{CODES}"))]
pub struct RefusalsArgs {
    /// Only this reason
    #[arg(long, value_name = "CODE", default_value = "")]
    code: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn refusals(args: &RefusalsArgs) -> Result<(), Failure> {
    let request = v1::ListRefusalsRequest {
        code: args.code.clone(),
        page_size: args.limit,
        at: args.point.at(),
        ..Default::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.list_refusals(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        let row = |row: &v1::RefusedEvent| {
            let refusal = row.refusal.clone().unwrap_or_default();
            json!({ "index": row.index, "event": id(&row.event), "kind": row.kind, "principal": row.principal,
                "recorded_ms": row.recorded_ms, "effective": row.effective, "code": refusal.code,
                "subject": id(&refusal.subject), "figure": refusal.figure, "permanent": refusal.permanent })
        };
        let rows: Vec<Value> = answer.refusals.iter().map(row).collect();
        return print_json(&footing.json(json!({ "refusals": rows })));
    }
    let left = Align::Left;
    let what = [("index", Align::Right), ("事项 kind", left), ("何人 who", left), ("记录于 recorded", left)];
    let why = [("code", left), ("原因", left), ("remedy", left), ("对象", left)];
    let mut table = Table::new(&[what, why].concat());
    for row in &answer.refusals {
        let refusal = row.refusal.clone().unwrap_or_default();
        let (subject, when) = (id(&refusal.subject), moment(row.recorded_ms));
        let what = [row.index.to_string(), row.kind.clone(), row.principal.clone(), when];
        table.row(what.into_iter().chain([refusal.code, refusal.sentence_zh, refusal.remedy, subject]));
    }
    out!("{table}");
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

/// What should not have happened, among it money in suspense 暂记
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang findings --open\n\n{CODES}"))]
pub struct FindingsArgs {
    /// Only those still to be settled
    #[arg(long)]
    open: bool,
    /// Only this kind, for example double_credit
    #[arg(long, value_name = "KIND", default_value = "")]
    kind: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn findings(args: &FindingsArgs) -> Result<(), Failure> {
    let (open_only, kind, page_size) = (args.open, args.kind.clone(), args.limit);
    let request = v1::ListFindingsRequest { open_only, kind, page_size, at: args.point.at(), ..Default::default() };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        Ok::<_, Failure>(patiently(request.at, async || query.list_findings(request.clone()).await).await?)
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        let row = |row: &v1::Finding| {
            json!({ "number": row.number, "kind": row.kind, "subject": id(&row.subject), "fen": row.fen,
                "index": row.index, "day": row.day, "event": id(&row.event), "event_kind": row.event_kind,
                "principal": row.principal, "recorded_ms": row.recorded_ms, "open": row.open })
        };
        let rows: Vec<Value> = answer.findings.iter().map(row).collect();
        return print_json(&footing.json(json!({ "suspense_fen": answer.suspense_fen, "findings": rows })));
    }
    let left = Align::Left;
    let columns = [("no", Align::Right), ("日期", left), ("情况 finding", left), ("元 yuan", Align::Right), ("", left)];
    let said = [("index", Align::Right), ("事项 kind", left), ("何人 who", left), ("记录于 recorded", left)];
    let mut table = Table::new(&[&columns[..], &[("对象 subject", left)], &said[..]].concat());
    for row in &answer.findings {
        let state = if row.open { "未结 open" } else { "已结 closed" };
        let (number, on) = (row.number.to_string(), day(row.day));
        let what = [number, on, row.sentence_zh.clone(), yuan(row.fen), state.to_owned(), id(&row.subject)];
        let (index, when) = (row.index.to_string(), moment(row.recorded_ms));
        table.row(what.into_iter().chain([index, row.event_kind.clone(), row.principal.clone(), when]));
    }
    out!("{table}");
    outln!("  暂记 in suspense: {} 元", yuan(answer.suspense_fen));
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}
