//! Bytes of the answers of one connection that were handed to HTTP/2 and have not left, and who waits for them to leave.

use super::limits::UNSENT_BYTES;
use parking_lot::Mutex;
use std::task::{Context, Poll, Waker};

/// Bytes of answers that were handed over and have not left, of one connection.
#[derive(Default)]
pub(super) struct OutFlow(Mutex<Unsent>);

#[derive(Default)]
struct Unsent {
    bytes: usize,
    closed: bool,
    waiting: Vec<Waker>,
}

impl OutFlow {
    /// Takes so many bytes more, or has the caller woken when some have left.
    pub(super) fn take(&self, bytes: usize, context: &Context<'_>) -> Poll<()> {
        let mut unsent = self.0.lock();
        if !unsent.closed && unsent.bytes > 0 && unsent.bytes + bytes > UNSENT_BYTES {
            if !unsent.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                unsent.waiting.push(context.waker().clone());
            }
            return Poll::Pending;
        }
        unsent.bytes += bytes;
        Poll::Ready(())
    }

    /// So many bytes have left. What frames and headers take counts too: it makes the limit a little softer.
    pub(super) fn left(&self, bytes: usize) {
        let mut unsent = self.0.lock();
        unsent.bytes = unsent.bytes.saturating_sub(bytes);
        unsent.waiting.drain(..).for_each(Waker::wake);
    }

    /// Nothing leaves any more, and nothing waits.
    pub(super) fn close(&self) {
        let mut unsent = self.0.lock();
        unsent.closed = true;
        unsent.waiting.drain(..).for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::PIECE_BYTES;
    use super::*;

    #[test]
    fn no_more_is_handed_over_than_may_wait() {
        let (flow, context) = (OutFlow::default(), Context::from_waker(Waker::noop()));
        let pieces = || std::iter::from_fn(|| flow.take(PIECE_BYTES, &context).is_ready().then_some(())).count();
        assert_eq!(pieces(), UNSENT_BYTES / PIECE_BYTES);
        flow.left(PIECE_BYTES);
        assert_eq!(pieces(), 1);
        flow.left(usize::MAX);
        assert!(flow.take(UNSENT_BYTES * 2, &context).is_ready(), "whatever its size, one goes alone");
        assert!(flow.take(1, &context).is_pending());
        flow.close();
        assert!(flow.take(1, &context).is_ready(), "the transport ends it");
    }
}
