//! The two clocks of the writer, injectable: wall time for the record, monotonic time to notice that the
//! wall clock was set. Formatting and time zones are elsewhere.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::limits::CLOCK_TOLERANCE_MS;
use crate::record::error::LogError;

type Read = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Where recorded times come from.
#[derive(Clone)]
pub struct Clock {
    wall: Read,
    monotonic: Read,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Clock {
    /// The clocks of the system.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(system_ms, move || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    /// Clocks of one's own, both in milliseconds.
    pub fn new(
        wall: impl Fn() -> i64 + Send + Sync + 'static,
        monotonic: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Self {
        Self { wall: Arc::new(wall), monotonic: Arc::new(monotonic) }
    }

    /// Wall time in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.wall)()
    }

    /// The time for the next frame, unless the clock lies too far behind the last one.
    pub(crate) fn not_behind(&self, last_ms: i64) -> Result<i64, LogError> {
        let now = self.now_ms();
        let behind_ms = last_ms.saturating_sub(now);
        if behind_ms >= CLOCK_TOLERANCE_MS {
            return Err(LogError::ClockBehind { behind_ms });
        }
        Ok(now.max(last_ms))
    }

    /// Starts watching the wall clock against the monotonic one.
    pub(crate) fn watch(&self) -> ClockWatch {
        ClockWatch { offset_ms: self.now_ms().saturating_sub((self.monotonic)()), clock: self.clone() }
    }
}

/// A wall clock held against the monotonic one since the writer started.
#[derive(Debug)]
pub(crate) struct ClockWatch {
    offset_ms: i64,
    clock: Clock,
}

impl ClockWatch {
    /// The time for the next frame, unless the clock was set meanwhile.
    pub(crate) fn read(&self, last_ms: i64) -> Result<i64, LogError> {
        let expected = (self.clock.monotonic)().saturating_add(self.offset_ms);
        let off_ms = self.clock.now_ms().saturating_sub(expected);
        if off_ms.abs() >= CLOCK_TOLERANCE_MS {
            return Err(LogError::ClockJumped { off_ms });
        }
        self.clock.not_behind(last_ms)
    }
}

fn system_ms() -> i64 {
    // A clock before 1970 reads as 0 and so as far behind any record.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}
