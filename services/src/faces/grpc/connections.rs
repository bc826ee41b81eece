//! Connections in all: fewer than the process has descriptors for, so that files can always be opened, and none that says nothing
//! keeps a place from one that does. Who is let go first: who never spoke, then who called longest ago. What is called on a
//! connection is not looked at here.

use super::limits::{CONNECTIONS, CONNECTIONS_LEAST, FILES_RESERVED, SEATS_PER_CONNECTION};
use super::unsent::OutFlow;
use futures_util::stream::{Stream, unfold};
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use rustix::process::{Resource, getrlimit};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, IoSlice, Result as IoResult};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
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
}

/// One of them, as its calls know it.
pub(super) struct Connection {
    /// What of its answers is on its way.
    pub(super) flow: OutFlow,
    /// Bytes of its requests that were received and are not answered.
    pub(super) received: AtomicUsize,
    /// Answers that may be under way on it.
    pub(super) seats: Arc<Semaphore>,
    number: u64,
    spoken: AtomicBool,
    closing: AtomicBool,
    reading: AtomicWaker,
    calls: AtomicUsize,
    /// When the last call on it ended, by the clock of all connections.
    called: AtomicU64,
    all: Arc<Connections>,
}

/// A call under way on a connection, which stays for it.
pub(super) struct Calling(Arc<Connection>);

impl Connections {
    /// At most so many, of which each must have spoken in time.
    pub(super) fn new(most: usize, silence: Duration) -> Arc<Self> {
        let (places, open) = (Arc::new(Semaphore::new(most)), Mutex::default());
        Arc::new(Self { most, silence, places, open, clock: AtomicU64::new(0), turned_away: AtomicU64::new(0) })
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

    /// What is accepted from a socket, for as long as anybody wants it.
    pub(super) fn accepted(self: Arc<Self>, listener: TcpListener) -> impl Stream<Item = IoResult<Io>> {
        unfold((self, listener), async |(all, listener)| {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        if let Some(io) = all.admit(stream).await {
                            return Some((Ok(io), (all, listener)));
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
    async fn admit(self: &Arc<Self>, stream: TcpStream) -> Option<Io> {
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) if self.let_one_go() => Arc::clone(&self.places).acquire_owned().await.ok()?,
            Err(_) => {
                self.turned_away.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        };
        // Small answers are not held back; where that cannot be said to the socket they are slower.
        let _ = stream.set_nodelay(true);
        let connection = Arc::new(Connection {
            flow: OutFlow::default(),
            received: AtomicUsize::new(0),
            seats: Arc::new(Semaphore::new(SEATS_PER_CONNECTION)),
            number: self.tick(),
            spoken: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            reading: AtomicWaker::new(),
            calls: AtomicUsize::new(0),
            called: AtomicU64::new(0),
            all: Arc::clone(self),
        });
        self.open.lock().insert(connection.number, Arc::clone(&connection));
        let silence = Box::pin(tokio::time::sleep(self.silence));
        Some(Io { stream, connection, heard: 0, silence, _place: place })
    }

    /// Closes the connection that is needed least, if there is one without a call.
    fn let_one_go(&self) -> bool {
        let open = self.open.lock();
        let idle = open.values().filter(|one| one.calls.load(Ordering::SeqCst) == 0 && !one.is_closing());
        let least =
            idle.min_by_key(|one| (one.spoken.load(Ordering::Relaxed), one.called.load(Ordering::Relaxed), one.number));
        let Some(least) = least else { return false };
        least.closing.store(true, Ordering::SeqCst);
        least.reading.wake();
        true
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
    /// Notes a call until what is given back is dropped.
    pub(super) fn call(self: &Arc<Self>) -> Calling {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Calling(Arc::clone(self))
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.0.called.store(self.0.all.tick(), Ordering::Relaxed);
        self.0.calls.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The socket of a connection.
pub(super) struct Io {
    stream: TcpStream,
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

impl AsyncRead for Io {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        self.connection.reading.register(context.waker());
        if self.connection.is_closing() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        if self.heard < PREFACE_BYTES && self.silence.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "nothing was said")));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.heard = self.heard.saturating_add(buffer.filled().len() - before);
        if self.heard >= PREFACE_BYTES {
            self.connection.spoken.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.connection.flow.left(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<IoResult<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, bytes))?;
        self.connection.flow.left(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn pair(all: &Arc<Connections>, listener: &TcpListener) -> (Option<Io>, TcpStream) {
        let caller = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connects");
        let (stream, _) = listener.accept().await.expect("accepts");
        (all.admit(stream).await, caller)
    }

    /// Reads what was said, as the server does.
    fn served(io: Io) -> tokio::task::JoinHandle<ErrorKind> {
        tokio::spawn(async move {
            let mut io = io;
            let mut buffer = [0; 64];
            loop {
                match io.read(&mut buffer).await {
                    Err(error) => return error.kind(),
                    Ok(0) => return ErrorKind::UnexpectedEof,
                    Ok(_) => {}
                }
            }
        })
    }

    #[tokio::test]
    async fn who_says_nothing_makes_room_and_who_calls_stays() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let all = Connections::new(2, Duration::from_secs(600));
        let (silent, _silent) = pair(&all, &listener).await;
        let silent = served(silent.expect("a place"));
        let (speaking, mut caller) = pair(&all, &listener).await;
        let speaking = speaking.expect("a place");
        let (connection, calling) = (Arc::clone(&speaking.connection), speaking.connection.call());
        let _served = served(speaking);
        caller.write_all(&[0; PREFACE_BYTES]).await.expect("written");
        let (third, _third) = pair(&all, &listener).await;
        assert_eq!(silent.await.expect("no panic"), ErrorKind::ConnectionAborted, "the silent one was let go");
        let third = third.expect("its place");
        let other = third.connection.call();
        let (fourth, _fourth) = pair(&all, &listener).await;
        assert!(fourth.is_none() && all.turned_away() == 1 && all.count() == 2, "both have calls under way");
        drop(calling);
        let (fifth, _fifth) = pair(&all, &listener).await;
        assert!(fifth.is_some() && connection.is_closing(), "nobody calls on it any more");
        drop(other);
    }

    #[tokio::test]
    async fn who_says_nothing_in_time_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let all = Connections::new(2, Duration::ZERO);
        let (io, _caller) = pair(&all, &listener).await;
        assert_eq!(served(io.expect("a place")).await.expect("no panic"), ErrorKind::TimedOut);
        assert_eq!(all.count(), 0);
    }
}
