//! As of a day over gRPC: whatever the order in which facts were told, balances, lines and differences are the same, and those of
//! a ledger that was told of nothing later. Asks what the demo's year at its smallest tells of awards and payments.

use crate::diff::{Balances, balances, between, differing, found, whole};
use crate::points::year::{Said, Year, told};
use crate::support::Server;
use bytes::Bytes;
use ledger::money::Day;
use proto::v1;

const DAYS: [u32; 4] = [20_210_630, 20_211_115, 20_211_210, 20_211_231];

/// What was said of awards and payments; entries about loans name others by their place in the record.
fn aid(said: &[Said]) -> Vec<Said> {
    let names = proto::event::KIND_NAMES;
    let loans = names.iter().position(|name| *name == "loan_terms_adopted").expect("a kind");
    said.iter().filter(|said| names[..loans].contains(&said.event.kind.name())).cloned().collect()
}

/// The same in another order: what is reported in the order of a deck that was shuffled, then what is decided.
fn otherwise(said: &[Said]) -> Vec<Said> {
    let (mut reports, decided): (Vec<Said>, Vec<Said>) =
        said.iter().cloned().partition(|said| said.event.kind.is_report());
    reports.sort_by_key(|said| said.event.id.as_u128().reverse_bits());
    [reports, decided].concat()
}

fn on(day: u32) -> Option<v1::Point> {
    Some(v1::Point { effective_on: day, ..v1::Point::default() })
}

/// A document line and those below it at a point, but for the entry that changed each last.
async fn line(server: &Server, line: &Bytes, at: Option<v1::Point>) -> Option<Vec<v1::Line>> {
    let request = v1::GetLineRequest { line: line.clone(), at, ..v1::GetLineRequest::default() };
    let answer = server.ask().get_line(request).await.ok()?.into_inner();
    assert_eq!(answer.basis.is_some(), at.is_some());
    let mut lines: Vec<v1::Line> = answer.line.into_iter().chain(answer.children).collect();
    lines.iter_mut().for_each(|line| line.last = 0);
    lines[1..].sort_by(|one, other| one.line.cmp(&other.line));
    Some(lines)
}

/// What a line says of its money is what stands on its accounts.
fn stands(line: &v1::Line, balances: &Balances) {
    let fen = |class: &str| balances.get(&(class.to_owned(), line.line.to_vec())).copied().unwrap_or(0);
    let said = [line.available_fen, line.applied_fen, line.spent_fen, line.short_fen, line.withheld_fen];
    assert_eq!(said, ["available", "applied", "spent", "short", "withheld"].map(fen));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_of_a_day_no_answer_hangs_on_the_order_of_telling() {
    let year = Year::run().await;
    let said = aid(&year.said);
    let (straight, other) = (told(&said).await, told(&otherwise(&said)).await);
    let (mut before, mut rows) = (Balances::new(), 0);
    for day in DAYS {
        let until = Day::from_yyyymmdd(day).expect("a day");
        let alone: Vec<Said> = said.iter().filter(|said| said.event.effective <= until).cloned().collect();
        let alone = told(&alone).await;
        let found = balances(&other, on(day)).await;
        assert_eq!(found, balances(&straight, on(day)).await, "{day}");
        assert_eq!(found, balances(&alone, None).await, "{day}");
        for id in &year.things.lines {
            let lines = line(&other, id, on(day)).await;
            assert_eq!(lines, line(&alone, id, None).await, "{day}");
            lines.iter().flatten().for_each(|line| stands(line, &found));
            rows += lines.map_or(0, |lines| lines.len());
        }
        alone.stop().await;
        agrees(&other, day, &before, &found).await;
        before = found;
    }
    assert!(rows > 40, "{rows} lines were known");
    let last = other.engine.read().latest.yyyymmdd();
    assert_eq!(balances(&other, on(last)).await, balances(&other, None).await);
    assert_eq!(balances(&other, None).await, balances(&straight, None).await);
    straight.stop().await;
    other.stop().await;
    year.server.stop().await;
}

/// What is said to differ between two days is what does; and balances are given one by one as in a list.
async fn agrees(server: &Server, day: u32, before: &Balances, after: &Balances) {
    let at = DAYS.iter().position(|one| *one == day).expect("a day");
    let from = at.checked_sub(1).map_or(19_990_101, |at| DAYS[at]);
    assert_eq!(found(&whole(server, between(on(from), on(day))).await), differing(before, after), "{from} to {day}");
    for ((class, owner), fen) in after.iter().step_by(7) {
        let (class, owner) = (class.clone(), Bytes::from(owner.clone()));
        let request = v1::GetBalanceRequest { class, owner, at: on(day), ..v1::GetBalanceRequest::default() };
        let answer = server.ask().get_balance(request.clone()).await.expect("a balance").into_inner();
        assert!(answer.basis.is_some() && answer.balance.is_some_and(|balance| balance.fen == *fen), "{day}");
        // Of a day on which its owner was not yet known, nothing stood there.
        let request = v1::GetBalanceRequest { at: on(19_990_101), ..request };
        let answer = server.ask().get_balance(request).await.expect("a balance").into_inner();
        assert!(answer.balance.is_some_and(|balance| balance.fen == 0 && balance.account.is_some()));
    }
}
