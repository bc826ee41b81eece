//! The demo's year at its smallest, served; what it said, and what can be asked about it.

use crate::support::Server;
use bytes::Bytes;
use ledger::event::Event;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::rows::Org;
use proto::v1;
use replay::engine::{Engine, Options};
use services::demo::run::{DemoOptions, run};
use std::sync::Arc;
use uuid::Uuid;

/// An entry as its caller said it.
#[derive(Clone)]
pub struct Said {
    pub principal: String,
    pub content: Bytes,
    pub event: Event,
}

/// Things to ask about: some of each kind, spread over the year.
#[derive(Default)]
pub struct Things {
    /// Owner and class.
    pub accounts: Vec<(Bytes, String)>,
    pub lines: Vec<Bytes>,
    pub awards: Vec<Bytes>,
    pub batches: Vec<Bytes>,
    pub payouts: Vec<Bytes>,
    pub sets: Vec<Bytes>,
    pub loans: Vec<Bytes>,
    pub claims: Vec<Bytes>,
    pub remittances: Vec<Bytes>,
    /// Lenders with the kinds of their loans.
    pub funds: Vec<(Bytes, String)>,
}

pub struct Year {
    pub server: Server,
    pub said: Vec<Said>,
    pub things: Things,
}

impl Year {
    pub async fn run() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let (scale, place) = ("0.0001".parse().expect("a scale"), Some(data.path().to_owned()));
        let options = DemoOptions { scale, data: place, nats: None, signing: None, quiet: true };
        let ran = tokio::task::spawn_blocking(move || run(&options)).await.expect("no panic").expect("the demo runs");
        let said = said(&ran.engine);
        let things = Things::of(&ran.engine.read());
        Self { server: Server::of(ran.engine, data).await, said, things }
    }

    pub fn entries(&self) -> u64 {
        self.said.len() as u64
    }

    pub async fn balance(&self, owner: &Bytes, class: &str, at: Option<v1::Point>) -> v1::Balance {
        let request = v1::GetBalanceRequest { not_before: 0, owner: owner.clone(), class: class.to_owned(), at };
        let answer = self.server.ask().get_balance(request).await.expect("a balance").into_inner();
        answer.balance.expect("a balance")
    }

    /// All entries of an account at a point, page by page.
    pub async fn rows(&self, owner: &Bytes, class: &str, at: Option<v1::Point>) -> Vec<v1::AccountEntry> {
        let (mut rows, mut page_token) = (Vec::new(), String::new());
        loop {
            let (owner, class) = (owner.clone(), class.to_owned());
            let request = v1::ListEntriesRequest { not_before: 0, owner, class, page_size: 40, page_token, at };
            let answer = self.server.ask().list_entries(request).await.expect("entries").into_inner();
            rows.extend(answer.entries);
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return rows;
            }
        }
    }

    /// Asserts that balance and statement of an account at a point rest on these rows.
    pub async fn holds(&self, owner: &Bytes, class: &str, at: v1::Point, rows: Vec<&v1::AccountEntry>) {
        let sum: i64 = rows.iter().map(|row| row.fen).sum();
        assert_eq!(self.balance(owner, class, Some(at)).await.fen, sum, "{class} {at:?}");
        let found = self.rows(owner, class, Some(at)).await;
        assert_eq!(found.len(), rows.len(), "{class} {at:?}");
        let mut running = 0;
        for (found, row) in found.iter().zip(rows) {
            running += row.fen;
            let wanted = v1::AccountEntry { balance_fen: running, ..row.clone() };
            assert_eq!(found, &wanted, "{class} {at:?}");
        }
    }
}

fn said(engine: &Engine) -> Vec<Said> {
    let entries = engine.read().entries;
    let of = |index| {
        let entry = engine.recorded(index).expect("readable").expect("on record");
        Said { principal: entry.principal, content: entry.content, event: entry.event }
    };
    (0..entries).map(of).collect()
}

/// The point after an entry.
pub fn at_index(index: u64) -> Option<v1::Point> {
    Some(v1::Point { at_index: Some(index), ..v1::Point::default() })
}

/// When an entry was recorded.
pub async fn recorded(server: &Server, index: u64) -> i64 {
    let entry = Some(v1::get_recorded_request::Entry::Index(index));
    let answer = server.ask().get_recorded(v1::GetRecordedRequest { not_before: 0, entry }).await;
    answer.expect("on record").into_inner().entry.expect("an entry").recorded_ms
}

/// A server of a ledger that was told this and no more.
pub async fn told(said: &[Said]) -> Server {
    let data = tempfile::tempdir().expect("a directory");
    let options = Options::file(data.path());
    let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
    let engine = opened.await.expect("no panic").expect("an empty ledger opens");
    for call in said.chunk_by(|one, other| one.principal == other.principal) {
        let events = call.iter().map(|said| (said.content.clone(), said.event.clone())).collect();
        let receipts = engine.submit(Arc::from(call[0].principal.as_str()), events).expect("taken");
        receipts.await.expect("answered").expect("recorded");
    }
    Server::of(engine, data).await
}

impl Things {
    fn of(state: &State) -> Self {
        let mut things = Self {
            lines: some(state.lines.iter().map(|(_, row)| row.id)),
            awards: some(state.awards.iter().map(|(_, row)| row.id)),
            batches: some(state.batches.iter().map(|(_, row)| row.id)),
            payouts: some(state.payouts.iter().map(|(_, row)| row.id)),
            loans: some(state.loans.iter().map(|(_, row)| row.id)),
            claims: some(state.claims.iter().map(|(_, row)| row.id)),
            remittances: some(state.remittances.iter().map(|(_, row)| row.id)),
            ..Self::default()
        };
        things.sets = some(state.rosters.iter().map(|(_, row)| row.id));
        things.sets.extend(some(state.applications.iter().map(|(_, row)| row.id)));
        things.funds = state.portfolios.iter().map(|(_, row)| fund(state, row.lender, row.kind.name())).collect();
        let accounts = state.accounts.iter().filter(|(_, account)| account.last > 0);
        let named = accounts.map(|(number, account)| (state.owner_id(number), account.class));
        things.accounts = few(named.map(|(owner, class)| (wire(owner), class.name().to_owned())).collect());
        things
    }
}

fn fund(state: &State, lender: Handle<Org>, kind: &str) -> (Bytes, String) {
    (wire(state.orgs.get(lender).id), kind.to_owned())
}

fn wire(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

fn some(ids: impl Iterator<Item = Uuid>) -> Vec<Bytes> {
    few(ids.filter(|id| !id.is_nil()).map(wire).collect())
}

/// A dozen or two of many, spread evenly.
fn few<T>(all: Vec<T>) -> Vec<T> {
    let step = all.len().div_ceil(16).max(1);
    all.into_iter().step_by(step).collect()
}
