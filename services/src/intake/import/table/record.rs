//! Splits a stream into CSV records with bounded memory, whatever the file holds. Knows quotes and lines, no columns.

use std::io::{self, BufRead, Read};

/// The longest record taken; an open quote in a large file must not pull the file into memory.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;
/// The most cells taken in a record.
pub const MAX_CELLS: usize = 64;

/// What is wrong with a record as such.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Longer than [`MAX_RECORD_BYTES`]; what follows cannot be told from it, so reading ends.
    TooLong,
    /// The file ends inside quotes; reading ends.
    OpenQuote,
    /// A quote stands where none may.
    StrayQuote,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A NUL or another control character.
    Control(char),
    /// More than [`MAX_CELLS`] cells.
    TooManyCells,
}

impl Fault {
    /// Whether nothing after it can be read.
    #[must_use]
    pub fn ends_reading(self) -> bool {
        matches!(self, Self::TooLong | Self::OpenQuote)
    }
}

/// Reads records one by one into the same buffers.
pub struct Records<R> {
    input: R,
    raw: Vec<u8>,
    cells: Vec<String>,
    used: usize,
    next_line: u64,
    line: u64,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    /// Records of `input`.
    pub fn new(input: R) -> Self {
        Self { input, raw: Vec::new(), cells: Vec::new(), used: 0, next_line: 1, line: 0, ended: false }
    }

    /// The next record that is not blank. `Ok(None)` at the end; a faulty record says what is wrong with it.
    pub fn advance(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        loop {
            if self.ended {
                return Ok(None);
            }
            self.line = self.next_line;
            match self.fill()? {
                Fill::End => return Ok(None),
                Fill::Faulty(fault) => {
                    self.ended = fault.ends_reading();
                    return Ok(Some(Err(fault)));
                }
                Fill::Whole => {}
            }
            // Rows of commas alone are what spreadsheets leave where cells were emptied.
            if self.raw.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b',') {
                continue;
            }
            return Ok(Some(self.split()));
        }
    }

    /// The line of the file on which the record begins, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The line on which it ends: a later one if quotes hold several together.
    #[must_use]
    pub fn last_line(&self) -> u64 {
        self.next_line.saturating_sub(1).max(self.line)
    }

    /// The cells of the record.
    #[must_use]
    pub fn cells(&self) -> &[String] {
        &self.cells[..self.used]
    }

    /// Takes physical lines until no quote is open.
    fn fill(&mut self) -> io::Result<Fill> {
        self.raw.clear();
        let mut quotes = 0_usize;
        loop {
            let start = self.raw.len();
            let room = (MAX_RECORD_BYTES + 1 - start) as u64;
            let read = (&mut self.input).take(room).read_until(b'\n', &mut self.raw)?;
            if self.raw.len() > MAX_RECORD_BYTES {
                return Ok(Fill::Faulty(Fault::TooLong));
            }
            if read == 0 {
                return Ok(match (start, quotes % 2) {
                    (0, _) => Fill::End,
                    (_, 1) => Fill::Faulty(Fault::OpenQuote),
                    _ => Fill::Whole,
                });
            }
            self.next_line += 1;
            quotes += self.raw[start..].iter().filter(|b| **b == b'"').count();
            if quotes.is_multiple_of(2) {
                return Ok(Fill::Whole);
            }
        }
    }

    /// Cuts the record into cells.
    fn split(&mut self) -> Result<(), Fault> {
        self.used = 0;
        let text = std::str::from_utf8(&self.raw).map_err(|_| Fault::NotUtf8)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let text = if self.line == 1 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
        if let Some(control) = text.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(Fault::Control(control));
        }
        let mut rest = text;
        loop {
            if self.used == MAX_CELLS {
                return Err(Fault::TooManyCells);
            }
            if self.cells.len() == self.used {
                self.cells.push(String::new());
            }
            let cell = &mut self.cells[self.used];
            cell.clear();
            let more = take_cell(&mut rest, cell)?;
            self.used += 1;
            if !more {
                return Ok(());
            }
        }
    }
}

enum Fill {
    End,
    Whole,
    Faulty(Fault),
}

/// Moves one cell from `rest` to `cell`; true if a comma followed.
fn take_cell(rest: &mut &str, cell: &mut String) -> Result<bool, Fault> {
    let Some(mut quoted) = rest.strip_prefix('"') else {
        let (text, more) = match rest.split_once(',') {
            Some((text, after)) => (text, Some(after)),
            None => (*rest, None),
        };
        if text.contains('"') {
            return Err(Fault::StrayQuote);
        }
        cell.push_str(text);
        *rest = more.unwrap_or("");
        return Ok(more.is_some());
    };
    loop {
        let (text, after) = quoted.split_once('"').ok_or(Fault::StrayQuote)?;
        cell.push_str(text);
        if let Some(again) = after.strip_prefix('"') {
            cell.push('"');
            quoted = again;
        } else if let Some(next) = after.strip_prefix(',') {
            *rest = next;
            return Ok(true);
        } else if after.is_empty() {
            *rest = "";
            return Ok(false);
        } else {
            return Err(Fault::StrayQuote);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<(u64, Result<Vec<String>, Fault>)> {
        let mut records = Records::new(input);
        let mut out = Vec::new();
        while let Some(found) = records.advance().expect("memory cannot fail") {
            out.push((records.line(), found.map(|()| records.cells().to_vec())));
        }
        out
    }

    fn cells(texts: &[&str]) -> Result<Vec<String>, Fault> {
        Ok(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn plain_quoted_and_blank_lines() {
        let found = all("\u{FEFF}a,b\r\n\r\n\"x, \"\"y\"\"\",\n,\n , \r\nz,".as_bytes());
        assert_eq!(found, [(1, cells(&["a", "b"])), (3, cells(&["x, \"y\"", ""])), (6, cells(&["z", ""]))]);
    }

    #[test]
    fn hostile_records_are_faults_and_later_ones_are_read() {
        let found = all(b"a\0b\n\xff\xfe\na\"b\"\nfine\n\"x\ny\"\n\"open\n...");
        let faults: Vec<_> = found.iter().map(|(line, r)| (*line, r.as_ref().err().copied())).collect();
        assert_eq!(
            faults,
            [
                (1, Some(Fault::Control('\0'))),
                (2, Some(Fault::NotUtf8)),
                (3, Some(Fault::StrayQuote)),
                (4, None),
                (5, Some(Fault::Control('\n'))),
                (7, Some(Fault::OpenQuote)),
            ]
        );
    }

    #[test]
    fn a_huge_cell_ends_reading_within_the_limit() {
        let mut input = vec![b'x'; MAX_RECORD_BYTES * 3];
        input.extend_from_slice(b"\nnext\n");
        assert_eq!(all(&input), [(1, Err(Fault::TooLong))]);
        let wide = b"x,".repeat(MAX_CELLS);
        assert_eq!(all(&wide), [(1, Err(Fault::TooManyCells))]);
    }
}
