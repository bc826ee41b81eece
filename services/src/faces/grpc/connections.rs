//! Connections in all: fewer than the process has descriptors for, so that files can always be opened, and none that says nothing
//! keeps a place from one that does. Who is let go first: who never spoke, then who called longest ago; nobody for whom the server is at
//! work. A call that is not sent whole, waits, or whose answer is not read holds no place. What is called is not looked at here.

use super::limits::{
    ANSWER_TIME, CONNECTIONS, CONNECTIONS_LEAST, FILES_RESERVED, ROOM_TIME, SEATS_PER_CONNECTION, UNREAD_EVERY,
    UNREAD_GRACE,
};
use super::socket::Socket;
use super::unsent::OutFlow;
use crate::faces::tls::{Presented, Tls};
use futures_util::stream::{Stream, unfold};
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use rustix::process::{Resource, getrlimit};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, IoSlice, Result as IoResult};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tonic::transport::server::Connected;

/// Bytes with which every caller begins; what comes after them, the keep-alive of HTTP/2 watches over.
const PREFACE_BYTES: usize = 24;

/// A pause after an accept that failed, as for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// The connections of one server.
pub(super) struct Connections {
    most: usize,
    silence: Duration,
    /// As many places as connections; one is given back when its socket is closed.
    places: Arc<Semaphore>,
    open: Mutex<BTreeMap<u64, Arc<Connection>>>,
    clock: AtomicU64,
    turned_away: AtomicU64,
    unread: AtomicU64,
}

/// One of them, as its calls know it.
pub(super) struct Connection {
    /// What of its answers is on its way.
    pub(super) flow: OutFlow,
    /// Bytes of its requests that were received and are not answered.
    pub(super) received: AtomicUsize,
    /// Answers that may be under way on it, and the one that needs no seat of all.
    pub(super) seats: Arc<Semaphore>,
    pub(super) own_seat: Arc<Semaphore>,
    /// What its client showed.
    presented: Arc<OnceLock<Presented>>,
    number: u64,
    spoken: AtomicBool,
    closing: AtomicBool,
    /// Who moves its bytes.
    moving: AtomicWaker,
    /// Calls that the server is at work for.
    work: AtomicUsize,
    /// When the last call on it ended, by the clock of all connections.
    called: AtomicU64,
    /// Until when answers on it may be read.
    unread: Mutex<BTreeMap<u64, Instant>>,
    all: Arc<Connections>,
}

/// A call under way on a connection.
pub(super) struct Calling(Arc<Connection>);

/// The server is at work for a call: its connection stays.
pub(super) struct AtWork(Arc<Connection>);

/// An answer that is to be read in time, or its connection is closed.
pub(super) struct UnreadAnswer {
    connection: Arc<Connection>,
    number: u64,
}

impl Connections {
    /// At most so many, of which each must have spoken in time.
    pub(super) fn new(most: usize, silence: Duration) -> Arc<Self> {
        let (places, open) = (Arc::new(Semaphore::new(most)), Mutex::default());
        let (clock, turned_away, unread) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self { most, silence, places, open, clock, turned_away, unread })
    }

    /// How many there may be.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.open.lock().len()
    }

    /// How many were closed at once since the start, as all others were in use.
    pub(super) fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// How many were closed since the start as answers on them were not read.
    pub(super) fn unread(&self) -> u64 {
        self.unread.load(Ordering::Relaxed)
    }

    /// Closes those on which an answer is not read, for as long as the server runs.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(UNREAD_EVERY).await;
            self.close_unread(Instant::now());
        }
    }

    fn close_unread(&self, now: Instant) {
        let late = |one: &Connection| one.unread.lock().values().any(|until| *until < now);
        for one in self.open.lock().values().filter(|one| !one.is_closing() && late(one)) {
            self.unread.fetch_add(1, Ordering::Relaxed);
            one.close();
        }
    }

    /// What is accepted from a socket, for as long as anybody wants it.
    pub(super) fn accepted(
        self: Arc<Self>,
        listener: TcpListener,
        tls: Option<Arc<Tls>>,
    ) -> impl Stream<Item = IoResult<Io>> {
        unfold((self, listener, tls), async |(all, listener, tls)| {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        if let Some(io) = all.admit(stream, tls.as_ref()).await {
                            return Some((Ok(io), (all, listener, tls)));
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_AGAIN).await;
                    }
                }
            }
        })
    }

    /// Finds a place for a connection; none if all are in use.
    async fn admit(self: &Arc<Self>, stream: TcpStream, tls: Option<&Arc<Tls>>) -> Option<Io> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.make_room().await.or_else(|| {
                self.turned_away.fetch_add(1, Ordering::Relaxed);
                None
            })?,
        };
        let presented = Arc::default();
        let socket = Socket::new(stream, tls, Arc::clone(&presented));
        let connection = Arc::new(Connection {
            flow: OutFlow::default(),
            received: AtomicUsize::new(0),
            seats: Arc::new(Semaphore::new(SEATS_PER_CONNECTION)),
            own_seat: Arc::new(Semaphore::new(1)),
            presented,
            number: self.tick(),
            spoken: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            moving: AtomicWaker::new(),
            work: AtomicUsize::new(0),
            called: AtomicU64::new(0),
            unread: Mutex::default(),
            all: Arc::clone(self),
        });
        self.open.lock().insert(connection.number, Arc::clone(&connection));
        let silence = Box::pin(tokio::time::sleep(self.silence));
        Some(Io { socket, connection, heard: 0, silence, _place: place })
    }

    /// The place of the connection that is needed least. Others that come wait meanwhile, so not for long.
    async fn make_room(&self) -> Option<OwnedSemaphorePermit> {
        if !self.let_one_go() {
            return None;
        }
        tokio::time::timeout(ROOM_TIME, Arc::clone(&self.places).acquire_owned()).await.ok()?.ok()
    }

    /// Closes the connection that is needed least, if there is one for which nothing is done.
    fn let_one_go(&self) -> bool {
        let open = self.open.lock();
        let idle = open.values().filter(|one| one.work.load(Ordering::SeqCst) == 0 && !one.is_closing());
        let least =
            idle.min_by_key(|one| (one.spoken.load(Ordering::Relaxed), one.called.load(Ordering::Relaxed), one.number));
        least.inspect(|least| least.close()).is_some()
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// How many connections this process may have: what its descriptors leave beside those in use now and a reserve for files.
pub(super) fn affordable() -> usize {
    let limit = getrlimit(Resource::Nofile).current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let in_use = std::fs::read_dir("/dev/fd").map_or(FILES_RESERVED, Iterator::count);
    let left = limit.saturating_sub(in_use + FILES_RESERVED);
    if left < CONNECTIONS_LEAST {
        tracing::warn!("of {limit} descriptors {in_use} are in use: too few for files and connections; allow more");
    }
    left.clamp(CONNECTIONS_LEAST, CONNECTIONS)
}

impl Connection {
    /// Notes when a call ends: when what is given back is dropped.
    pub(super) fn call(self: &Arc<Self>) -> Calling {
        Calling(Arc::clone(self))
    }

    /// Has the connection stay until what is given back is dropped.
    pub(super) fn at_work(self: &Arc<Self>) -> AtWork {
        self.work.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(self))
    }

    /// What its client showed that it holds.
    pub(super) fn presented(&self) -> Option<&Presented> {
        self.presented.get()
    }

    /// Has its socket closed.
    fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.moving.wake();
    }

    /// Whether bytes may come or go, or else why not. Who cannot write does not come to read, so both ask.
    fn may_move(&self, context: &Context<'_>) -> IoResult<()> {
        self.moving.register(context.waker());
        if self.is_closing() { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.0.called.store(self.0.all.tick(), Ordering::Relaxed);
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.work.fetch_sub(1, Ordering::SeqCst);
    }
}

impl UnreadAnswer {
    /// An answer that begins.
    pub(super) fn of(connection: &Arc<Connection>) -> Self {
        let unread = Self { connection: Arc::clone(connection), number: connection.all.tick() };
        unread.waits(true);
        unread
    }

    /// Whether there is something to be read.
    pub(super) fn waits(&self, told: bool) {
        let mut unread = self.connection.unread.lock();
        if told {
            unread.insert(self.number, Instant::now() + ANSWER_TIME + UNREAD_GRACE);
        } else {
            unread.remove(&self.number);
        }
    }
}

impl Drop for UnreadAnswer {
    fn drop(&mut self) {
        self.waits(false);
    }
}

/// The bytes of a connection.
pub(super) struct Io {
    socket: Socket,
    connection: Arc<Connection>,
    heard: usize,
    silence: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connected for Io {
    type ConnectInfo = Arc<Connection>;

    fn connect_info(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        self.connection.all.open.lock().remove(&self.connection.number);
        self.connection.flow.close();
    }
}

impl Io {
    /// Whether bytes may come or go. Whoever says nothing may be written to first, and does not take it before he has shaken hands.
    fn may_move(&mut self, context: &mut Context<'_>) -> IoResult<()> {
        self.connection.may_move(context)?;
        if self.heard < PREFACE_BYTES && self.silence.as_mut().poll(context).is_ready() {
            return Err(Error::new(ErrorKind::TimedOut, "nothing was said"));
        }
        Ok(())
    }
}

impl AsyncRead for Io {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        self.may_move(context)?;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        self.heard = self.heard.saturating_add(buffer.filled().len() - before);
        if self.heard >= PREFACE_BYTES {
            self.connection.spoken.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        self.may_move(context)?;
        let written = ready!(Pin::new(&mut self.socket).poll_write(context, bytes))?;
        self.connection.flow.left(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<IoResult<usize>> {
        self.may_move(context)?;
        let written = ready!(Pin::new(&mut self.socket).poll_write_vectored(context, bytes))?;
        self.connection.flow.left(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
