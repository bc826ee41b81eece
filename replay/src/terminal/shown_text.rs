//! Text of others on a terminal: a name out of a record or a file may hold characters that steer it, that turn the direction of
//! writing, or that nobody sees. They are shown by their numbers. One function for all that is printed, in tables, lines, JSON
//! and logs.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Result, Write};

/// Whether a character steers a terminal, turns the direction of writing, or is not seen. A line's end too, where a text is one line.
fn steers(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn escaped(text: &str, keep: fn(char) -> bool) -> Cow<'_, str> {
    let hidden = |c: char| steers(c) && !keep(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) { by_number(&mut shown, c) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// As JSON writes it, so that what is printed as JSON stays JSON.
fn by_number(shown: &mut String, c: char) {
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        // Writing to memory cannot fail.
        let _ = write!(shown, "\\u{unit:04x}");
    }
}

/// A text of one line, as in a cell of a table.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// A text whose lines are the program's own.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

/// A writer of lines for the log, whose texts are shown like all others.
pub struct ShownLog<W>(pub W);

impl<W: Write> Write for ShownLog<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // A line of the log comes in one piece.
        self.0.write_all(lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown_by_its_number_and_all_else_is_kept() {
        let plain = "张三 Zhāng «½» 元\u{301}";
        assert!(matches!(one_line(plain), Cow::Borrowed(_)));
        assert_eq!(one_line("a\u{1b}[2Jb\r\n\u{202e}c\u{200b}"), "a\\u001b[2Jb\\u000d\\u000a\\u202ec\\u200b");
        assert_eq!(lines("a\nb\u{9b}"), "a\nb\\u009b");
        assert_eq!(lines("{\n\"a\": \"\u{7f}\u{2066}\u{e0041}\"}"), "{\n\"a\": \"\\u007f\\u2066\\udb40\\udc41\"}");
        let all = ('\0'..='\u{9f}').chain('\u{200b}'..='\u{206f}').filter(|c| c.is_control() || *c > '\u{9f}');
        for c in all.filter(|c| !('\u{2010}'..='\u{2027}').contains(c) && !('\u{202f}'..='\u{205f}').contains(c)) {
            assert!(one_line(&c.to_string()).is_ascii() && one_line(&c.to_string()).len() > 1, "{c:?}");
        }
    }

    #[test]
    fn a_line_of_the_log_is_shown() {
        let mut log = ShownLog(Vec::new());
        log.write_all("why=\u{1b}]0;x\u{7}\n".as_bytes()).unwrap();
        assert_eq!(log.0, b"why=\\u001b]0;x\\u0007\n");
    }
}
