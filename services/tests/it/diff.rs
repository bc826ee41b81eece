//! Two points compared over gRPC and on the command line, for the demo's year at its smallest: balances against those asked
//! for one by one, and every difference against the postings that are said to have made it.

use crate::points::year::{Year, at_index, recorded};
use crate::support::{Server, day, line, org, policy};
use ledger::event::Event;
use proto::v1;
use serde_json::Value;
use services::query::page::{Cursor, Pager};
use std::collections::BTreeMap;
use std::process::{Command, Output};
use tonic::Code;

/// Balances by class and owner.
pub type Balances = BTreeMap<(String, Vec<u8>), i64>;

async fn compared(server: &Server, request: v1::CompareRequest) -> v1::CompareResponse {
    server.ask().compare(request).await.expect("compared").into_inner()
}

pub fn between(from: Option<v1::Point>, to: Option<v1::Point>) -> v1::CompareRequest {
    v1::CompareRequest { from, to, page_size: 200, ..v1::CompareRequest::default() }
}

/// All pages in one answer.
pub async fn whole(server: &Server, mut request: v1::CompareRequest) -> v1::CompareResponse {
    let mut whole = compared(server, request.clone()).await;
    while !whole.next_page_token.is_empty() {
        request.page_token.clone_from(&whole.next_page_token);
        let page = compared(server, request.clone()).await;
        assert_eq!((page.balance_count, &page.entity_counts), (whole.balance_count, &whole.entity_counts));
        whole.balances.extend(page.balances);
        whole.entities.extend(page.entities);
        whole.next_page_token = page.next_page_token;
    }
    assert_eq!(whole.balances.len() as u64, whole.balance_count);
    let entities: u64 = whole.entity_counts.iter().map(|kind| kind.new + kind.gone + kind.changed).sum();
    assert_eq!(whole.entities.len() as u64, entities);
    whole
}

/// Every balance at a point, but those of nothing.
pub async fn balances(server: &Server, at: Option<v1::Point>) -> Balances {
    let (mut all, mut page_token) = (Balances::new(), String::new());
    loop {
        let request =
            v1::ListBalancesRequest { page_size: 1_000, page_token, at, ..v1::ListBalancesRequest::default() };
        let answer = server.ask().list_balances(request).await.expect("balances").into_inner();
        for row in answer.balances.iter().filter(|row| row.fen != 0) {
            let account = row.account.clone().expect("an account");
            all.insert((account.class, account.owner.to_vec()), row.fen);
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

/// What differs between two sets of balances.
pub fn differing(from: &Balances, to: &Balances) -> BTreeMap<(String, Vec<u8>), (i64, i64)> {
    let fen = |side: &Balances, key: &(String, Vec<u8>)| side.get(key).copied().unwrap_or(0);
    let both = from.keys().chain(to.keys()).map(|key| (key.clone(), (fen(from, key), fen(to, key))));
    both.filter(|(_, (from, to))| from != to).collect()
}

pub fn found(answer: &v1::CompareResponse) -> BTreeMap<(String, Vec<u8>), (i64, i64)> {
    let row = |row: &v1::BalanceDifference| {
        let account = row.account.clone().expect("an account");
        ((account.class, account.owner.to_vec()), (row.from_fen, row.to_fen))
    };
    answer.balances.iter().map(row).collect()
}

/// Postings that all are named add up to the difference.
fn add_up(answer: &v1::CompareResponse) -> usize {
    let named = answer.balances.iter().filter(|row| row.postings.len() as u64 == row.posting_count);
    let mut rows = 0;
    for row in named {
        let moved = |posting: &v1::CountedPosting| if posting.in_to { posting.fen } else { -posting.fen };
        let sum: i64 = row.postings.iter().map(moved).sum();
        assert_eq!(sum, row.difference_fen, "{row:?}");
        rows += 1;
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_between_two_entries_is_named_with_what_made_it_differ() {
    let year = Year::run().await;
    let all = year.entries();
    for (from, to) in [(0, all / 4), (all - 40, all - 1), (all / 2 + 200, all / 2)] {
        let (from_at, to_at) = (at_index(from), at_index(to));
        let answer = whole(&year.server, between(from_at, to_at)).await;
        let (before, after) = (balances(&year.server, from_at).await, balances(&year.server, to_at).await);
        assert_eq!(found(&answer), differing(&before, &after), "entries {from} to {to}");
        let named = add_up(&answer);
        assert!(named > 0 || answer.balances.is_empty(), "no difference is explained whole");
        let sides = [&answer.only_from, &answer.only_to].map(|some| some.as_ref().map_or(0, |some| some.count));
        assert_eq!(sides, [from.saturating_sub(to), to.saturating_sub(from)]);
        assert_eq!(answer.as_of, to + 1);
        let between = from.min(to) + 1..=from.max(to);
        for row in answer.entities.iter().filter(|row| !row.id.is_empty()) {
            assert!(!row.not_looked_for && row.named_by.iter().all(|index| between.contains(index)), "{row:?}");
        }
        for row in answer.entities.iter().filter(|row| row.named_by.is_empty()) {
            let last = [row.last_from, row.last_to];
            assert!(last.iter().flatten().any(|last| between.contains(last)), "{row:?} differs for no reason");
        }
    }
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_days_differ_by_what_counts_between_them() {
    let server = Server::start().await;
    let later = |on: u32, event: Event| Event { effective: day(on), ..event };
    // Said in another order than it counts in, so that things have other numbers as of each day.
    let told = [
        org(100),
        later(20_211_201, line(201, 100, 7_000)),
        later(20_211_001, line(202, 100, 500)),
        policy(),
        later(20_211_115, line(203, 100, 30)),
        later(20_210_920, line(204, 100, 9)),
    ];
    server.record("office", &told).await;
    let on = |day: u32| Some(v1::Point { effective_on: day, ..v1::Point::default() });
    for (from, to) in [(20_210_910, 20_211_101), (20_211_001, 20_211_231), (20_211_231, 20_210_930)] {
        let answer = whole(&server, between(on(from), on(to))).await;
        let (before, after) = (balances(&server, on(from)).await, balances(&server, on(to)).await);
        assert_eq!(found(&answer), differing(&before, &after), "{from} to {to}");
        assert_eq!(add_up(&answer), answer.balances.len(), "few postings are all named");
        let lines = answer.entities.iter().filter(|row| row.kind == "line");
        let counted = answer.balances.iter().filter(|row| row.account.as_ref().is_some_and(|a| a.class == "available"));
        assert_eq!(lines.count(), counted.count(), "each line that came or went has its money");
        let sides = [answer.from.expect("a side"), answer.to.expect("a side")];
        assert!(sides.iter().all(|side| (side.entries, side.changed) == (6, 0)), "{sides:?}");
        let alone = [answer.only_from, answer.only_to].map(|some| some.map_or(0, |some| some.count));
        assert_eq!(alone.iter().sum::<u64>(), sides[0].withheld.abs_diff(sides[1].withheld));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn further_pages_stay_where_the_first_one_was() {
    let year = Year::run().await;
    let all = year.entries();
    let request = v1::CompareRequest { page_size: 10, ..between(at_index(all / 2), None) };
    let first = compared(&year.server, request.clone()).await;
    assert_eq!(first.as_of, all);
    year.server.record("office", &[org(77_001)]).await;
    let next = v1::CompareRequest { page_token: first.next_page_token.clone(), ..request.clone() };
    let second = compared(&year.server, next.clone()).await;
    assert_eq!((second.as_of, second.balance_count), (all, first.balance_count));
    assert!(second.balances.first() != first.balances.first());
    let anew = compared(&year.server, request).await;
    assert_eq!(anew.as_of, all + 1);
    let other = v1::CompareRequest { from: at_index(1), ..next };
    assert_eq!(year.server.ask().compare(other).await.err().map(|status| status.code()), Some(Code::InvalidArgument));
    // A moment that is still to come takes in more from page to page as well.
    let tomorrow = v1::Point { recorded_until_ms: i64::MAX, ..v1::Point::default() };
    let request = v1::CompareRequest { page_size: 10, ..between(at_index(all / 2), Some(tomorrow)) };
    let first = compared(&year.server, request.clone()).await;
    year.server.record("office", &[org(77_002)]).await;
    let next = v1::CompareRequest { page_token: first.next_page_token.clone(), ..request };
    assert_eq!((first.as_of, compared(&year.server, next).await.as_of), (all + 1, all + 1));
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_beyond_all_rows_is_empty_even_if_nobody_gave_its_token() {
    let server = Server::start().await;
    server.record("office", &[org(100), policy(), line(201, 100, 7_000)]).await;
    let mut request = between(at_index(0), None);
    let pager = Pager::open(&request, 3).expect("no token");
    request.page_token = pager.token(Cursor { key: u64::MAX, carry: 1 });
    let answer = compared(&server, request).await;
    assert!(answer.balance_count > 0 && answer.balances.is_empty() && answer.next_page_token.is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_comparisons_at_once_are_answered_in_turn() {
    let server = Server::start().await;
    let told: Vec<Event> = (1..=12).map(|number| org(100 + number)).collect();
    server.record("office", &told).await;
    let ask = |number: u64| {
        let mut asking = server.ask();
        tokio::spawn(async move { asking.compare(between(at_index(number), at_index(number + 5))).await })
    };
    for asked in (0..6).map(ask).collect::<Vec<_>>() {
        let answer = asked.await.expect("no panic").expect("compared").into_inner();
        assert_eq!(answer.only_to.map(|entries| entries.count), Some(5));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn now_does_not_differ_from_itself_however_it_is_said() {
    let year = Year::run().await;
    let last = at_index(year.entries() - 1);
    for (from, to) in [(None, None), (last, None), (None, last), (last, last)] {
        let answer = compared(&year.server, between(from, to)).await;
        assert_eq!((answer.balance_count, answer.entity_counts.len()), (0, 0));
        assert!(answer.sums.iter().all(|sum| sum.from_fen == sum.to_fen) && !answer.sums.is_empty());
    }
    let beyond = year.server.ask().compare(between(at_index(year.entries()), None)).await;
    assert_eq!(beyond.err().map(|status| status.code()), Some(Code::NotFound));
    let booked = Some(v1::Point { booked_on: 20_210_930, ..v1::Point::default() });
    let booked = year.server.ask().compare(between(booked, None)).await;
    assert_eq!(booked.err().map(|status| status.code()), Some(Code::InvalidArgument));
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_it_in_tables_and_in_json() {
    let year = Year::run().await;
    let (middle, last) = ((year.entries() / 2).to_string(), (year.entries() - 1).to_string());
    let answer = compared(&year.server, between(at_index(year.entries() / 2), None)).await;
    let moment = recorded(&year.server, year.entries() / 2).await;
    assert!(moment > 0);
    let address = year.server.address.to_string();
    let done = tokio::task::spawn_blocking(move || {
        let text = stdout(&run(&address, &["diff", "--from-index", &middle, "--limit", "300"]));
        for head in ["余额不同的账户", "Entities that differ", "差额 difference", "只计入后者", "everything known now"]
        {
            assert!(text.contains(head), "{head}:\n{text}");
        }
        let words = ["diff", "--from-index", &middle, "--to-index", &last, "--limit", "300", "--json"];
        let json: Value = serde_json::from_str(&stdout(&run(&address, &words))).expect("JSON");
        assert_eq!(json["balance_count"], answer.balance_count);
        let rows = json["balances"].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(rows, answer.balance_count.min(300), "pages are put together");
        let words = ["diff", "--from-effective", "2021-09-30", "--to-effective", "2021-12-31"];
        let text = stdout(&run(&address, &words));
        assert!(text.contains("生效至 effective on 2021-09-30") && text.contains("left out 未计入"), "{text}");
        let words = ["diff", "--from-recorded", "2000-01-01", "--to-recorded", "2100-01-01 08:00", "--json"];
        let json: Value = serde_json::from_str(&stdout(&run(&address, &words))).expect("JSON");
        assert_eq!(json["from"]["entries"], 0, "nothing was recorded then");
        for (words, code) in [
            (&["diff"][..], 2),
            (&["diff", "--from-index", "1", "--to-index", "1"], 2),
            (&["diff", "--from-index", "1", "--from-recorded", "2021-01-01"], 2),
            (&["diff", "--from-index", "99999999"], 4),
        ] {
            assert_eq!(run(&address, words).status.code(), Some(code), "{words:?}");
        }
        let help = stdout(&run(&address, &["diff", "--help"]));
        assert!(help.contains("Example") && help.contains("Exit codes") && help.contains("--json"), "{help}");
    });
    done.await.expect("no panic");
    year.server.stop().await;
}

fn run(address: &str, words: &[&str]) -> Output {
    let words = [words, &["--server", address]].concat();
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("runs")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
