//! Pauses between two attempts: growing ones where something may be away for long, even ones where it is soon there. What
//! is attempted, and when it is given up, is for the caller to say.

use std::time::{Duration, Instant};

use crate::limits::{RETRY_PAUSE_MAX_MS, RETRY_PAUSE_MIN_MS};

/// Pauses that double with each failure, up to a longest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    least: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    /// Between attempts to reach a server.
    pub(crate) fn retry() -> Self {
        let (least, most) = (Duration::from_millis(RETRY_PAUSE_MIN_MS), Duration::from_millis(RETRY_PAUSE_MAX_MS));
        Self { least, most, failures: 0 }
    }

    /// No pauses, where nothing is ever away for long.
    #[cfg(feature = "faults")]
    pub(crate) fn none() -> Self {
        Self { least: Duration::ZERO, most: Duration::ZERO, failures: 0 }
    }

    /// It was reached. Says whether it had been away.
    pub(crate) fn reset(&mut self) -> bool {
        std::mem::take(&mut self.failures) > 0
    }

    /// It was not reached: waits before the next attempt.
    pub(crate) async fn wait(&mut self) {
        let pause = self.next();
        // A timer ends a millisecond late at best.
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    fn next(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.least.saturating_mul(1 << self.failures.min(10)).min(self.most)
    }
}

/// Looks again and again, with a pause between, until there is something; nothing, if the patience ends first.
pub(crate) fn poll<T>(patience: Duration, pause: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if since.elapsed() >= patience {
            return None;
        }
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_begin_again() {
        let mut retry = Backoff::retry();
        let pauses: Vec<u128> = (0..9).map(|_| retry.next().as_millis()).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
        assert!(retry.reset());
        assert!(!retry.reset());
        assert_eq!(retry.next().as_millis(), 10);
    }

    #[test]
    fn looking_ends_with_what_is_found_or_with_the_patience() {
        let mut looks = 0;
        let mut third = || {
            looks += 1;
            (looks == 3).then_some(looks)
        };
        assert_eq!(poll(Duration::MAX, Duration::ZERO, &mut third), Some(3));
        assert_eq!(poll(Duration::ZERO, Duration::ZERO, &mut third), None);
    }
}
