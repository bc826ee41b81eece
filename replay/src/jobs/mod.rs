//! The jobs, one file each, and what they share: where the record is, how answers and errors are printed. The library knows
//! none of them.

/// Prints; see `put`.
macro_rules! out {
    ($($text:tt)*) => { $crate::jobs::put(format_args!($($text)*)) };
}

/// Prints a line as `out!` does.
macro_rules! outln {
    ($($text:tt)*) => { $crate::jobs::put(format_args!("{}\n", format_args!($($text)*))) };
}

pub mod backup;
pub mod explain;
pub mod export;
pub mod fold;
pub mod interrupts;
pub mod rebuild;
pub mod repair;
pub mod restore;
pub mod service_client;
pub mod source;
pub mod verify;
pub mod what_if;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Prints. Whoever stops reading, as `head` does, still has the exit code, which is the answer.
pub fn put(text: std::fmt::Arguments<'_>) {
    match std::io::stdout().write_fmt(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("replay: the answer cannot be printed: {error}");
            std::process::exit(1);
        }
        _ => {}
    }
}

/// Says on standard error why a job ends before its end, and answers with the exit code its help names for that.
pub fn failed(code: u8, why: impl std::fmt::Display) -> ExitCode {
    eprintln!("replay: {why}");
    ExitCode::from(code)
}

/// What went wrong, and why: an error that says its cause in its own words is not followed by it once more.
pub fn in_words(error: &anyhow::Error) -> String {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}
