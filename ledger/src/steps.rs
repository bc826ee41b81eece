//! How many things an entry looks at one after another. Counted under test alone, so that a test can hold that no flood of
//! facts makes an entry slow; outside tests it is nothing. It knows no clock.

#[cfg(test)]
thread_local! {
    static TAKEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// One thing more is looked at: a fact, a row of a chain, a stretch of days, a year.
#[cfg(test)]
pub(crate) fn step() {
    TAKEN.set(TAKEN.get() + 1);
}

/// One thing more is looked at, and nobody counts.
#[cfg(not(test))]
#[inline]
pub(crate) fn step() {}

/// How many since this was last asked.
#[cfg(test)]
pub(crate) fn taken() -> u64 {
    TAKEN.take()
}
