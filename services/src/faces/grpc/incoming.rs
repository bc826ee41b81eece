//! Requests while they come: their bytes are counted in all, and one whose rest does not come is given up, after a time, or sooner
//! where others need its room. What a request says is not looked at here.

use super::connections::Connection;
use super::limits::{RECEIVED_BYTES, RECEIVED_PER_CONNECTION};
use super::status::busy;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Body as HttpBody, Frame};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tonic::body::Body;

/// The requests of all services together.
pub(super) struct Requests {
    /// How long the rest of one is waited for, and how long in any case.
    time: Duration,
    grace: Duration,
    bytes: AtomicUsize,
    /// Those whose rest is waited for, by when they came.
    unfinished: Mutex<BTreeMap<u64, Arc<ReceivedBytes>>>,
    clock: AtomicU64,
    given_up: AtomicU64,
}

/// Bytes of one request, which count until its answer has gone, as that may be as large.
pub(super) struct ReceivedBytes {
    all: Arc<Requests>,
    connection: Option<Arc<Connection>>,
    bytes: AtomicUsize,
    number: u64,
    began: Instant,
    given_up: AtomicBool,
    waiting: AtomicWaker,
}

impl Requests {
    /// None yet. The rest of one may take so long, and so long even if others need its room.
    pub(super) fn new(time: Duration, grace: Duration) -> Arc<Self> {
        let (bytes, unfinished, clock) = (AtomicUsize::new(0), Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { time, grace, bytes, unfinished, clock, given_up: AtomicU64::new(0) })
    }

    /// One more.
    pub(super) fn begin(self: &Arc<Self>, connection: Option<Arc<Connection>>) -> Arc<ReceivedBytes> {
        Arc::new(ReceivedBytes {
            all: Arc::clone(self),
            connection,
            bytes: AtomicUsize::new(0),
            number: self.clock.fetch_add(1, Ordering::Relaxed),
            began: Instant::now(),
            given_up: AtomicBool::new(false),
            waiting: AtomicWaker::new(),
        })
    }

    /// How many were given up since the start.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Makes room by giving up the one whose rest is waited for longest, if it had time to come.
    fn make_room(&self) -> bool {
        let mut unfinished = self.unfinished.lock();
        let oldest = unfinished.first_entry().filter(|oldest| oldest.get().began.elapsed() >= self.grace);
        let Some(oldest) = oldest.map(|oldest| oldest.remove()) else { return false };
        drop(unfinished);
        oldest.give_back();
        oldest.given_up.store(true, Ordering::SeqCst);
        oldest.waiting.wake();
        true
    }
}

impl ReceivedBytes {
    fn take(&self, bytes: usize) -> Result<(), Status> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut all = self.all.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let of_connection = self.connection.as_ref().map_or(0, |of| of.received.fetch_add(bytes, Ordering::Relaxed));
        if of_connection + bytes <= RECEIVED_PER_CONNECTION {
            while all > RECEIVED_BYTES && self.all.make_room() {
                all = self.all.bytes.load(Ordering::Relaxed);
            }
            if all <= RECEIVED_BYTES {
                return Ok(());
            }
        }
        Err(busy("REQUESTS_BUSY", "as much is being sent as is taken at a time; send this call again in a moment"))
    }

    /// Its bytes count no more.
    fn give_back(&self) {
        let bytes = self.bytes.swap(0, Ordering::Relaxed);
        self.all.bytes.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(connection) = &self.connection {
            connection.received.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

impl Drop for ReceivedBytes {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// The body of a request, counted.
pub(super) struct Incoming {
    body: Body,
    received: Arc<ReceivedBytes>,
    /// Until when the rest may come; set when it is first waited for.
    time: Option<Pin<Box<Sleep>>>,
}

impl Incoming {
    pub(super) fn new(body: Body, received: Arc<ReceivedBytes>) -> Self {
        Self { body, received, time: None }
    }

    /// Whether the rest is waited for no longer.
    fn is_given_up(&mut self, context: &mut Context<'_>) -> bool {
        let received = &self.received;
        received.waiting.register(context.waker());
        let time = self.time.get_or_insert_with(|| {
            received.all.unfinished.lock().insert(received.number, Arc::clone(received));
            Box::pin(sleep(received.all.time))
        });
        time.as_mut().poll(context).is_ready() || received.given_up.load(Ordering::SeqCst)
    }
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            if !self.is_given_up(context) {
                return Poll::Pending;
            }
            self.received.all.given_up.fetch_add(1, Ordering::Relaxed);
            let why = "the rest of this request did not come in time; send it again";
            return Poll::Ready(Some(Err(busy("REQUEST_UNFINISHED", why))));
        };
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.received.take(data.len())?;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.time.is_some() {
            self.received.all.unfinished.lock().remove(&self.received.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tonic_types::StatusExt;

    const HOUR: Duration = Duration::from_secs(3_600);

    /// A body that is never sent.
    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            Poll::Pending
        }
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
    }

    /// Why it was given up.
    async fn end(mut incoming: Incoming) -> String {
        let frame = poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await;
        frame.expect("an end").map(drop).map_err(|status| reason(&status)).expect_err("given up")
    }

    #[tokio::test]
    async fn what_is_never_sent_is_given_up_in_time() {
        let all = Requests::new(Duration::ZERO, HOUR);
        assert_eq!(end(Incoming::new(Body::new(Never), all.begin(None))).await, "REQUEST_UNFINISHED");
        assert_eq!((all.given_up(), all.unfinished.lock().len()), (1, 0));
    }

    #[tokio::test]
    async fn who_holds_all_room_and_sends_no_more_makes_room_for_who_does() {
        for (grace, wanted) in [(HOUR, Err("REQUESTS_BUSY".to_owned())), (Duration::ZERO, Ok(()))] {
            let all = Requests::new(HOUR, grace);
            let mut held = Vec::new();
            for _ in 0..4 {
                let received = all.begin(None);
                let mut incoming = Incoming::new(Body::new(Never), Arc::clone(&received));
                let waits = Pin::new(&mut incoming).poll_frame(&mut Context::from_waker(std::task::Waker::noop()));
                assert!(waits.is_pending());
                received.take(RECEIVED_BYTES / 4).expect("there is room");
                held.push(incoming);
            }
            let next = all.begin(None);
            let taken = next.take(RECEIVED_BYTES / 4).map_err(|status| reason(&status));
            let (makes_room, oldest) = (taken.is_ok(), held.remove(0));
            assert_eq!((taken, all.unfinished.lock().len()), (wanted, if makes_room { 3 } else { 4 }));
            if makes_room {
                assert_eq!(end(oldest).await, "REQUEST_UNFINISHED");
            } else {
                drop(oldest);
            }
            drop((held, next));
            assert_eq!(all.bytes.load(Ordering::Relaxed), 0);
        }
    }
}
