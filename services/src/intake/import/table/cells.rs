//! The cells of one row in their one spelling, and which of them were read: whatever a row says is compared or refused, and
//! nothing is read over. What a row means is not known here.

use super::columns::Col;
use super::layout::Layout;
use super::marks::ReadMarks;
use super::office::Office;
use super::row::{Row, Wrong};
use proto::text::TextFault;

/// The cells of one row, taken row after row into the same buffers.
#[derive(Default)]
pub(crate) struct Cells {
    texts: Vec<String>,
    faults: Vec<Option<TextFault>>,
    /// Whose numbers they name where none says it.
    pub(super) office: Office,
}

impl Cells {
    /// Takes the cells of the next row, of which there are as many as columns.
    pub(crate) fn take(&mut self, layout: &Layout, raw: &[String]) {
        self.texts.resize_with(layout.width, String::new);
        self.faults.clear();
        for ((text, col), cell) in self.texts.iter_mut().zip(&layout.cols).zip(raw) {
            text.clear();
            let canonical = col.holds().canonical(cell);
            match &canonical {
                Ok(canonical) => text.push_str(canonical),
                Err(TextFault::Empty) => {}
                // It stays, so that the cell is not taken for an empty one.
                Err(_) => text.push_str(cell),
            }
            self.faults.push(canonical.err().filter(|fault| *fault != TextFault::Empty));
        }
    }

    /// Reads the row, and refuses it if a cell that says something was not read.
    pub(crate) fn read<T, E: From<Wrong>>(
        &self,
        line: u64,
        layout: &Layout,
        read: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let row = self.glance(line, layout);
        let read = read(&row)?;
        match self.unread(layout, &row.marks) {
            Some(col) => {
                let what = format!("{}/{} says what nothing here is compared with 本行用不到此栏", col.zh(), col.en());
                Err(Wrong::cell(col, "not_of_action", what, "清空此格，或更正本行 empty the cell, or correct the row")
                    .into())
            }
            None => Ok(read),
        }
    }

    /// The row, for telling where it belongs when it could not be read.
    pub(crate) fn glance<'a>(&'a self, line: u64, layout: &'a Layout) -> Row<'a> {
        Row {
            line,
            cells: &self.texts,
            faults: &self.faults,
            layout,
            office: &self.office,
            marks: ReadMarks::default(),
        }
    }

    fn unread(&self, layout: &Layout, marks: &ReadMarks) -> Option<Col> {
        let filled = layout.cols.iter().zip(&self.texts).filter(|(_, text)| !text.is_empty());
        filled.map(|(col, _)| *col).find(|col| !marks.has(*col) && !layout.kind.dropped().contains(col))
    }
}
