//! Every question at a point in time, over gRPC: at an index it is what a ledger answers that was told no more; on two axes
//! it is what a sum by hand gives. Asks the demo's year at its smallest. Effective days are in `as_of`.

mod asking;
mod bounded;
mod cli;
mod json_keys;
pub mod year;

use crate::support::{self, Server, org};
use asking::{Answers, ask_all};
use ledger::account::Class;
use ledger::money::Day;
use proto::v1;
use std::sync::atomic::{AtomicBool, Ordering};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use year::{Year, at_index, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_at_an_index_is_answered_as_by_a_ledger_that_was_told_no_more() {
    let year = Year::run().await;
    let all = year.entries();
    for entries in [1, all / 5, all / 2, all - all / 10, all] {
        let then = told(&year.said[..entries as usize]).await;
        let wanted = ask_all(&then, &year.things, None).await;
        let found = ask_all(&year.server, &year.things, at_index(entries - 1)).await;
        assert_eq!(found.len(), wanted.len());
        for ((question, found), (_, wanted)) in found.iter().zip(&wanted) {
            assert_eq!(found, wanted, "{question} after {entries} of {all} entries");
        }
        then.stop().await;
    }
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn balances_on_booked_days_are_sums_over_the_postings_that_count() {
    let year = Year::run().await;
    let (all, days) = (year.entries(), [20_210_301, 20_210_930, 20_211_130, 20_231_231]);
    for (owner, class) in &year.things.accounts {
        let rows = year.rows(owner, class, None).await;
        for entries in [all / 3, all - 1] {
            for day in days {
                let counted = |row: &&v1::AccountEntry| row.index < entries && row.booked <= day;
                let point = v1::Point { booked_on: day, ..at_index(entries - 1).expect("a point") };
                year.holds(owner, class, point, rows.iter().filter(counted).collect()).await;
            }
        }
    }
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_entry_can_be_asked_for_while_more_is_told() {
    let server = Server::start().await;
    server.record("office", &[org(100)]).await;
    let asked = AtomicBool::new(false);
    let telling = async {
        for number in 2.. {
            server.record("office", &[org(100 + number)]).await;
            if asked.load(Ordering::Relaxed) {
                break;
            }
        }
    };
    let asking = async {
        for _ in 0..200 {
            let known = server.engine.read().entries;
            let request = v1::GetStatusRequest { at: at_index(known - 1), ..v1::GetStatusRequest::default() };
            let answer = server.ask().get_status(request).await.expect("it was the newest when it was asked for");
            assert_eq!(answer.into_inner().entries, known);
        }
        asked.store(true, Ordering::Relaxed);
    };
    tokio::join!(telling, asking);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_on_two_axes_hold_together() {
    let year = Year::run().await;
    let (all, mut known) = (year.entries(), 0);
    for line in &year.things.lines {
        for (entries, day) in [(all / 3, 20_210_930), (all, 20_210_430), (all, 20_211_231)] {
            for booked in [false, true] {
                let mut at = at_index(entries - 1).expect("a point");
                if booked {
                    at.booked_on = day;
                } else {
                    at.effective_on = day;
                }
                let request = v1::GetLineRequest { not_before: 0, line: line.clone(), at: Some(at) };
                let Ok(answer) = year.server.ask().get_line(request).await else { continue };
                let answer = answer.into_inner();
                let line = answer.line.expect("a line");
                known += 1;
                assert_eq!(answer.as_of, entries);
                let parts = [line.available_fen, line.applied_fen, line.spent_fen, line.passed_down_fen];
                assert_eq!(line.received_fen, parts.iter().sum::<i64>() + line.to_finance_fen, "{at:?}");
                let below: i64 = answer.children.iter().map(|child| child.received_fen).sum();
                assert_eq!(line.passed_down_fen, below, "{at:?}");
                let of = |class: Class| (line.line.clone(), class.name().to_owned());
                for (class, fen) in [(Class::Available, line.available_fen), (Class::Spent, line.spent_fen)] {
                    let (owner, class) = of(class);
                    assert_eq!(year.balance(&owner, &class, Some(at)).await.fen, fen, "{class} {at:?}");
                }
            }
        }
    }
    assert!(known > 20, "only {known} lines were known at their points");
    year.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_on_a_day_counts_what_is_effective_by_then_and_says_what_it_left_out() {
    let year = Year::run().await;
    for number in [20_210_630, 20_211_130] {
        let day = Day::from_yyyymmdd(number).expect("a day");
        let until: Vec<_> = year.said.iter().filter(|said| said.event.effective <= day).cloned().collect();
        let then = told(&until).await;
        let wanted = then.ask().get_totals(v1::GetTotalsRequest::default()).await.expect("totals").into_inner();
        let at = Some(v1::Point { effective_on: number, ..v1::Point::default() });
        let request = v1::GetTotalsRequest { at, ..v1::GetTotalsRequest::default() };
        let found = year.server.ask().get_totals(request).await.expect("totals").into_inner();
        assert_eq!((&found.rows, &found.sum), (&wanted.rows, &wanted.sum), "{number}");
        let basis = found.basis.expect("an answer on a day says what it rests on");
        assert_eq!((found.as_of, basis.withheld), (year.entries(), year.entries() - until.len() as u64));
        then.stop().await;
    }
    year.server.stop().await;
}

/// The clock that recorded times are of.
fn milliseconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("not so soon")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_known_at_a_moment_is_what_was_recorded_by_then() {
    let server = Server::start().await;
    server.record("office", &[support::org(100), support::policy()]).await;
    let first = year::recorded(&server, 1).await;
    // The next frame must bear a later millisecond.
    while milliseconds() <= first {
        tokio::task::yield_now().await;
    }
    server.record("office", &[support::line(200, 100, 5_000)]).await;
    let second = year::recorded(&server, 2).await;
    for (until, entries) in [(first - 1, 0), (first, 2), (second - 1, 2), (second, 3), (i64::MAX, 3)] {
        let at = Some(v1::Point { recorded_until_ms: until, ..v1::Point::default() });
        let request = v1::GetStatusRequest { at, ..v1::GetStatusRequest::default() };
        let status = server.ask().get_status(request).await.expect("a status").into_inner();
        assert_eq!((status.as_of, status.entries), (entries, entries), "until {until}");
        let line = v1::GetLineRequest { line: support::wire(200), at, ..v1::GetLineRequest::default() };
        assert_eq!(server.ask().get_line(line).await.is_ok(), entries == 3, "until {until}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn points_that_contradict_themselves_are_bad_fields() {
    let server = Server::start().await;
    server.record("office", &[support::org(100)]).await;
    let point = v1::Point::default();
    let bad = [
        ("at.recorded_until_ms", v1::Point { at_index: Some(0), recorded_until_ms: 1, ..point }),
        ("at.recorded_until_ms", v1::Point { recorded_until_ms: -1, ..point }),
        ("at.effective_on", v1::Point { effective_on: 20_211_301, ..point }),
        ("at.booked_on", v1::Point { booked_on: 20_210_901, ..point }),
        ("at.booked_on", v1::Point { booked_on: 20_210_901, effective_on: 20_210_901, ..point }),
    ];
    for (field, at) in bad {
        let request = v1::GetTotalsRequest { at: Some(at), ..v1::GetTotalsRequest::default() };
        is_bad(field, server.ask().get_totals(request).await.expect_err("no answer"));
    }
    let at = Some(v1::Point { booked_on: 20_210_901, effective_on: 20_210_901, ..point });
    let request = v1::ListBalancesRequest { at, ..v1::ListBalancesRequest::default() };
    is_bad("at.booked_on", server.ask().list_balances(request).await.expect_err("no answer"));
    let (owner, class) = (support::wire(100), "available".to_owned());
    let at = Some(v1::Point { effective_on: 20_210_901, ..point });
    let request = v1::ListEntriesRequest { owner, class, at, ..v1::ListEntriesRequest::default() };
    is_bad("at.effective_on", server.ask().list_entries(request).await.expect_err("no answer"));
    let request = v1::GetStatusRequest { at: at_index(1), ..v1::GetStatusRequest::default() };
    let beyond = server.ask().get_status(request).await.expect_err("one entry is on record");
    assert_eq!(beyond.code(), Code::NotFound, "{beyond:?}");
    server.stop().await;
}

fn is_bad(field: &str, status: Status) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().map(|info| info.reason.as_str()), Some("BAD_FIELD"));
    let named = details.bad_request().map(|bad| bad.field_violations[0].field.clone());
    assert_eq!(named.as_deref(), Some(field));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_token_belongs_to_its_point() {
    let year = Year::run().await;
    let ask = async |at: Option<v1::Point>, token: &str| {
        let (page_size, page_token) = (7, token.to_owned());
        let request = v1::ListBalancesRequest { page_size, page_token, at, ..v1::ListBalancesRequest::default() };
        year.server.ask().list_balances(request).await.map(tonic::Response::into_inner)
    };
    let at = at_index(year.entries() / 2);
    let first = ask(at, "").await.expect("a page");
    assert_eq!(first.balances.len(), 7);
    for other in [None, at_index(year.entries() / 3)] {
        is_bad("page_token", ask(other, &first.next_page_token).await.expect_err("a token of another point"));
    }
    let (mut shown, mut token) = (first.balances.len(), first.next_page_token);
    while !token.is_empty() {
        let page = ask(at, &token).await.expect("a page");
        (shown, token) = (shown + page.balances.len(), page.next_page_token);
    }
    let request = v1::ListBalancesRequest { page_size: 1_000, at, ..v1::ListBalancesRequest::default() };
    let whole: Answers = asking::balances(&year.server, request).await;
    assert_eq!(shown, whole.len(), "pages leave nothing out and show nothing twice");
    year.server.stop().await;
}
