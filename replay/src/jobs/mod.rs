//! The jobs, one file each, and what they share: where the record is, how answers and errors are printed. The library knows
//! none of them.

/// Prints; see `replay::terminal::printed`.
macro_rules! out {
    ($($text:tt)*) => { ::replay::terminal::printed::put("replay", format_args!($($text)*)) };
}

/// Prints a line as `out!` does.
macro_rules! outln {
    ($($text:tt)*) => { ::replay::terminal::printed::put("replay", format_args!("{}\n", format_args!($($text)*))) };
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

use std::process::ExitCode;

/// Says on standard error why a job ends before its end, and answers with the exit code its help names for that.
pub fn failed(code: u8, why: impl std::fmt::Display) -> ExitCode {
    replay::terminal::printed::say(format_args!("replay: {why}"));
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
