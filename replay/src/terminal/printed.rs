//! Printing an answer on standard output, for both programs. What is not seen in it is shown, see `shown_text`.
//! How an answer looks is for whoever prints it.

use super::shown_text::lines;
use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Prints. Whoever stops reading, as `head` does, still has the exit code, which is the answer; so the work goes on. What
/// cannot be printed for another reason, such as a full disk, ends `program` with exit code 1.
pub fn put(program: &str, text: Arguments<'_>) {
    match std::io::stdout().write_all(lines(&text.to_string()).as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(format_args!("{program}: the answer cannot be printed: {error}"));
            std::process::exit(1);
        }
        _ => {}
    }
}

/// Says a line on standard error. If nobody listens there any more, nobody can be told, and the work goes on.
pub fn say(text: Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{}", lines(&text.to_string()));
}
