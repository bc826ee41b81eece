//! Places at which a test may have the process end at once, as kill -9 would, to see that the next start finds everything.
//! In a release build they are nothing.

/// Ends the process here if the environment variable `MINGZHANG_DIE_AT` names this place. Of `place:n` it is the n-th pass.
#[inline]
pub fn at(place: &str) {
    #[cfg(debug_assertions)]
    armed::pass(place);
    #[cfg(not(debug_assertions))]
    let _ = place;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ARMED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSES: AtomicU64 = AtomicU64::new(0);

    fn armed() -> Option<(String, u64)> {
        let text = std::env::var("MINGZHANG_DIE_AT").ok()?;
        let (place, pass) = text.split_once(':').unwrap_or((&text, "1"));
        Some((place.to_owned(), pass.parse().ok()?))
    }

    pub(super) fn pass(place: &str) {
        let Some((name, pass)) = ARMED.get_or_init(armed) else { return };
        if name == place && PASSES.fetch_add(1, Ordering::Relaxed) + 1 == *pass {
            // Runs no destructor and flushes nothing, which is the point.
            std::process::abort();
        }
    }
}
