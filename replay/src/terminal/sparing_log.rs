//! The log of a program, of which nobody can make more than a disk takes: whatever says a line again and again says a few of them in a
//! while and then how many were left out. What is said where is for whoever says it.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::printed::say;
use super::shown_text::ShownLog;

/// Lines of one kind in a while: enough to see what goes on. A kind is a place in the program.
const LINES: u64 = 20;

/// The while.
const WHILE: Duration = Duration::from_secs(60);

/// Bytes of a line; what was sent by others may be in it.
const LINE_BYTES: usize = 4 * 1024;

/// Begins the log of this program on standard error: what is of this level, or what `RUST_LOG` says. Panics are spared as well: a question
/// that panics is answered, and can be asked again and again.
pub fn begin(level: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| level.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(|| ShownLog(std::io::stderr()))
        .event_format(Sparing::default())
        .init();
    let (usual, spared) = (std::panic::take_hook(), Spared::default());
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(left_out) = spared.may_say("panic", Instant::now()) {
            if left_out > 0 {
                say(format_args!("{left_out} panics before the next are left out"));
            }
            usual(panic);
        }
    }));
}

/// Writes lines as usual, few of a kind.
#[derive(Default)]
struct Sparing {
    format: Format,
    spared: Spared,
}

/// Counts what is said, by kind.
#[derive(Default)]
struct Spared(Mutex<HashMap<&'static str, Said>>);

/// What one kind said in this while.
struct Said {
    since: Instant,
    lines: u64,
}

impl Spared {
    /// Whether a line of this kind may be said, and how many were left out in the while before it.
    fn may_say(&self, kind: &'static str, now: Instant) -> Option<u64> {
        let mut said = self.0.lock();
        let of_kind = said.entry(kind).or_insert(Said { since: now, lines: 0 });
        let mut left_out = 0;
        if now.duration_since(of_kind.since) >= WHILE {
            left_out = of_kind.lines.saturating_sub(LINES);
            *of_kind = Said { since: now, lines: 0 };
        }
        of_kind.lines += 1;
        (of_kind.lines <= LINES).then_some(left_out)
    }
}

impl<S, N> FormatEvent<S, N> for Sparing
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        // Of a line that is not said nothing is written. The name of an event is its place in the program.
        let Some(left_out) = self.spared.may_say(event.metadata().name(), Instant::now()) else { return Ok(()) };
        if left_out > 0 {
            writeln!(to, "{left_out} more lines like the next were left out")?;
        }
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        to.write_str(&cut(line))
    }
}

/// A line that ends where it becomes too long.
fn cut(mut line: String) -> String {
    if line.len() > LINE_BYTES {
        let left_out = line.len() - LINE_BYTES;
        line.truncate(line.floor_char_boundary(LINE_BYTES));
        line.push_str(&format!("... and {left_out} bytes more\n"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn whatever_is_said_without_end_is_said_some_times_and_short() {
        let written = Written::default();
        let to = written.clone();
        let log = tracing_subscriber::fmt().with_writer(move || to.clone()).event_format(Sparing::default()).finish();
        tracing::subscriber::with_default(log, || {
            for n in 0..10 * LINES {
                tracing::warn!(n, text = "明".repeat(LINE_BYTES), "sent by somebody");
            }
            tracing::warn!("something else");
        });
        let text = String::from_utf8(written.0.lock().clone()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len() as u64, LINES + 1);
        assert!(lines[0].ends_with("bytes more") && lines[0].len() < LINE_BYTES + 40, "{}", lines[0].len());
        assert!(lines[lines.len() - 1].ends_with("something else"), "another kind is heard");
    }

    #[test]
    fn how_many_were_left_out_is_said_with_the_next() {
        let (log, begin) = (Spared::default(), Instant::now());
        let said: Vec<_> = (0..100).map(|_| log.may_say("a", begin)).collect();
        assert_eq!(said.iter().flatten().count() as u64, LINES);
        assert_eq!(log.may_say("b", begin), Some(0));
        assert_eq!(log.may_say("a", begin + WHILE), Some(100 - LINES));
        assert_eq!(log.may_say("a", begin + WHILE), Some(0));
    }
}
