//! Who is answered when: seats for answers under way, workers that answer, and a queue of their own for costly questions, so that
//! no question about one thing waits for a report. What is turned away is counted.

use super::connections::{AtWork, Connection, Connections};
use super::incoming::Requests;
use super::limits::{COSTLY_WAITING, COSTLY_WORKERS, SEATS, WORKERS};
use super::status::busy;
use crate::query::accounts::ServerLoad;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;
use tonic::Status;

/// What is shared by all questions.
pub(super) struct Gates {
    connections: Arc<Connections>,
    seats: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    costly: Arc<Semaphore>,
    /// One comparison, explanation or proof of a balance at a time: the first holds two states, and the one while it waits for the other;
    /// the second a state and a copy of it; the third all balances.
    largest: Arc<Semaphore>,
    /// Costly questions waiting for their turn.
    waiting: AtomicUsize,
    turned_away: AtomicU64,
    /// Answers under way.
    seated: Arc<AtomicUsize>,
    requests: Arc<Requests>,
}

/// The seat of an answer, from the question until its last byte has left.
pub(super) struct Seat {
    connection: Option<Arc<Connection>>,
    seated: Arc<AtomicUsize>,
    _of_all: OwnedSemaphorePermit,
    _of_connection: Option<OwnedSemaphorePermit>,
}

impl Seat {
    /// Has its connection stay while it is answered.
    pub(super) fn at_work(&self) -> Option<AtWork> {
        self.connection.as_ref().map(Connection::at_work)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seated.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A turn of a costly question.
pub(super) type CostlyTurn = OwnedSemaphorePermit;

impl Gates {
    pub(super) fn new(connections: Arc<Connections>, requests: Arc<Requests>) -> Self {
        let of = |permits| Arc::new(Semaphore::new(permits));
        let (seats, workers, costly, largest) = (of(SEATS), of(WORKERS), of(COSTLY_WORKERS), of(1));
        let (waiting, turned_away) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self { connections, seats, workers, costly, largest, waiting, turned_away, seated: Arc::default(), requests }
    }

    /// A seat for an answer; on its connection first, so that who has many questions under way waits for himself.
    pub(super) async fn seat(&self, connection: Option<&Arc<Connection>>, until: Instant) -> Result<Arc<Seat>, Status> {
        let full = "as many answers are under way as may be, or this connection has not read those before; ask again in a moment";
        let of_connection = match connection {
            Some(connection) => Some(self.in_turn(&connection.seats, until, ("ANSWERS_BUSY", full)).await?),
            None => None,
        };
        let own = connection.and_then(|connection| Arc::clone(&connection.own_seat).try_acquire_owned().ok());
        let of_all = match own {
            Some(own) => own,
            None => self.in_turn(&self.seats, until, ("ANSWERS_BUSY", full)).await?,
        };
        self.seated.fetch_add(1, Ordering::SeqCst);
        let (connection, seated) = (connection.cloned(), Arc::clone(&self.seated));
        Ok(Arc::new(Seat { connection, seated, _of_all: of_all, _of_connection: of_connection }))
    }

    /// A thread to answer on.
    pub(super) async fn worker(&self, until: Instant) -> Result<OwnedSemaphorePermit, Status> {
        let full = "other questions are being answered; ask again in a moment";
        self.in_turn(&self.workers, until, ("ANSWERS_BUSY", full)).await
    }

    /// The turn of a costly question.
    pub(super) async fn costly(&self, until: Instant) -> Result<CostlyTurn, Status> {
        let full = "other reports and questions about the past are under way; ask again in a moment";
        let waits = Waits::of(&self.waiting);
        if waits.before >= COSTLY_WAITING {
            return Err(self.refuse(("COSTLY_BUSY", full)));
        }
        self.in_turn(&self.costly, until, ("COSTLY_BUSY", full)).await
    }

    /// The turn of a comparison, an explanation or a proof of a balance, which comes before that of a costly question.
    pub(super) async fn largest(&self, until: Instant) -> Result<OwnedSemaphorePermit, Status> {
        let full = "other comparisons, explanations and proofs of balances are under way; ask again in a moment";
        self.in_turn(&self.largest, until, ("COSTLY_BUSY", full)).await
    }

    /// How much is going on.
    pub(super) fn load(&self) -> ServerLoad {
        ServerLoad {
            connections: self.connections.count() as u64,
            most_connections: self.connections.most() as u64,
            connections_turned_away: self.connections.turned_away(),
            answers: self.seated.load(Ordering::SeqCst) as u64,
            turned_away: self.turned_away.load(Ordering::Relaxed),
            requests_given_up: self.requests.given_up(),
            answers_given_up: self.connections.unread(),
        }
    }

    async fn in_turn(
        &self,
        permits: &Arc<Semaphore>,
        until: Instant,
        why: (&'static str, &'static str),
    ) -> Result<OwnedSemaphorePermit, Status> {
        match timeout_at(until.into(), Arc::clone(permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(self.refuse(why)),
        }
    }

    fn refuse(&self, (reason, why): (&'static str, &'static str)) -> Status {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
        busy(reason, why)
    }
}

/// One that waits, counted for as long as it does.
struct Waits<'a> {
    all: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waits<'a> {
    fn of(all: &'a AtomicUsize) -> Self {
        let before = all.fetch_add(1, Ordering::SeqCst);
        Self { all, before }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::SeqCst);
    }
}
