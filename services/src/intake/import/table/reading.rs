//! Goes through a file row by row and gathers what is wrong in it. Knows no events of its own.

use super::cells::Cells;
use super::columns::Col;
use super::correction::in_its_edition;
use super::layout::{HeaderFault, Layout};
use super::office::Office;
use super::record::{Fault, MAX_CELLS, MAX_RECORD_BYTES, Records};
use super::row::{Problem, Row, Unread, Wrong};
use super::unnumbered::Unnumbered;
use crate::intake::import::{ImportError, MAX_PROBLEMS, MAX_ROWS, Out, Report, Spoken};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A file being read.
pub(crate) struct Reading {
    path: PathBuf,
    records: Records<BufReader<File>>,
    cells: Cells,
    /// What has become of it so far.
    pub(crate) report: Report,
}

impl Reading {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(|source| ImportError::Io { path: path.to_owned(), source })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let report = Report {
            file: name,
            kind: None,
            rows: 0,
            events: 0,
            sets: Vec::new(),
            problems: Vec::new(),
            problem_count: 0,
            rejected: false,
            offices: Vec::new(),
            not_compared: Vec::new(),
        };
        let records = Records::new(BufReader::with_capacity(1 << 16, file));
        Ok(Self { path: path.to_owned(), records, cells: Cells::default(), report })
    }

    /// The same, whose numbers are those of an office where no cell says whose they are.
    pub(crate) fn of(mut self, office: Office) -> Self {
        self.cells.office = office;
        self
    }

    /// The same file from its beginning.
    pub(crate) fn again(&self) -> Result<Self, ImportError> {
        Ok(Self::open(&self.path)?.of(self.office().clone()))
    }

    /// The office named for its rows.
    pub(crate) fn office(&self) -> &Office {
        &self.cells.office
    }

    /// Reads the header row; nothing if it announces no file we know, which is then a problem in the report.
    pub(crate) fn header(&mut self) -> Result<Option<Layout>, ImportError> {
        match self.advance()? {
            None => {
                self.problem_at(
                    1,
                    None,
                    Wrong::row("empty_file", "文件没有内容 the file has no rows", "重新导出 export it again"),
                );
                Ok(None)
            }
            Some(Err(fault)) => {
                self.problem(None, wrong_record(fault, &self.records));
                Ok(None)
            }
            Some(Ok(())) => match Layout::read(self.records.cells()) {
                Ok(layout) => {
                    self.report.kind = Some(layout.kind);
                    self.report.not_compared = not_compared(&layout);
                    Ok(Some(layout))
                }
                Err(fault) => {
                    self.header_problem(fault);
                    Ok(None)
                }
            },
        }
    }

    /// Gives every sound row to `read`; a row it finds wrong is reported and left out.
    pub(crate) fn each_row<E: From<Wrong>>(
        &mut self,
        layout: &Layout,
        out: &mut Out<'_>,
        read: fn(&Row<'_>, &Out<'_>) -> Result<Spoken, E>,
    ) -> Result<(), ImportError>
    where
        Unread: From<E>,
    {
        let mut unnumbered = self.unnumbered(layout, out, read)?;
        while self.next_row(layout)? {
            out.at(self.line());
            let read =
                self.read(layout, |row| Ok::<_, Unread>((in_its_edition(row, read(row, out)?)?, Unnumbered::is(row))));
            match read {
                Ok((spoken, is_unnumbered)) => match unnumbered.twin(self.line(), &spoken, is_unnumbered) {
                    Some(wrong) => self.problem(Some(layout), wrong),
                    None => out.say_all(spoken)?,
                },
                Err(Unread::Wrong(wrong)) => self.problem(Some(layout), wrong),
                Err(Unread::Unasked(why)) => return Err(ImportError::Unasked(why)),
            }
        }
        Ok(())
    }

    /// Looks through a file for rows without a number before anything of it is said. What cannot be read twice, such as a pipe,
    /// is looked at as it comes: then the first of two such rows is said.
    fn unnumbered<E>(
        &self,
        layout: &Layout,
        out: &Out<'_>,
        read: fn(&Row<'_>, &Out<'_>) -> Result<Spoken, E>,
    ) -> Result<Unnumbered, ImportError> {
        let mut met = Unnumbered::default();
        if !Unnumbered::may_be(layout.kind) || !std::fs::metadata(&self.path).is_ok_and(|about| about.is_file()) {
            return Ok(met);
        }
        let mut file = self.again()?;
        let Some(layout) = file.header()? else { return Ok(met) };
        while file.next_row(&layout)? {
            let row = file.glance(&layout);
            if Unnumbered::is(&row)
                && let Ok(spoken) = read(&row, out)
                && let Ok(spoken) = in_its_edition(&row, spoken)
            {
                met.note(file.line(), &spoken);
            }
        }
        Ok(met)
    }

    /// The line of the row reading is at.
    pub(crate) fn line(&self) -> u64 {
        self.records.line()
    }

    /// Goes to the next row that has the header's width, reporting those that do not. False at the end.
    pub(crate) fn next_row(&mut self, layout: &Layout) -> Result<bool, ImportError> {
        loop {
            match self.advance()? {
                None => return Ok(false),
                Some(Err(fault)) => {
                    self.report.rows += 1;
                    self.problem(None, wrong_record(fault, &self.records));
                }
                Some(Ok(())) => {
                    self.report.rows += 1;
                    if self.report.rows > MAX_ROWS {
                        let what = format!("行数过多 more than {MAX_ROWS} rows");
                        self.problem(None, Wrong::row("too_many_rows", what, "拆成几个文件 split the file"));
                        return Ok(false);
                    }
                    let width = self.records.cells().len();
                    if width == layout.width {
                        self.cells.take(layout, self.records.cells());
                        return Ok(true);
                    }
                    let what = format!("本行栏数与表头不符 {width} cells where the header has {}", layout.width);
                    self.problem(
                        None,
                        Wrong::row(
                            "wrong_width",
                            what,
                            "含逗号的格加引号；缺少的格补上 quote cells that hold commas; add what is missing",
                        ),
                    );
                }
            }
        }
    }

    /// The cells of the next row that has the header's width, as they stand in the file; what is wrong is not asked.
    pub(crate) fn next_cells(&mut self, layout: &Layout) -> Result<Option<&[String]>, ImportError> {
        while let Some(record) = self.advance()? {
            if record.is_ok() && self.records.cells().len() == layout.width {
                return Ok(Some(self.records.cells()));
            }
        }
        Ok(None)
    }

    /// Reads the row reading stands at. What it says and nobody reads is wrong too.
    pub(crate) fn read<T, E: From<Wrong>>(
        &self,
        layout: &Layout,
        read: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.cells.read(self.records.line(), layout, read)
    }

    /// The row reading stands at, to tell where it belongs when it could not be read.
    pub(crate) fn glance<'a>(&'a self, layout: &'a Layout) -> Row<'a> {
        self.cells.glance(self.records.line(), layout)
    }

    /// Reports what is wrong with the row reading stands at.
    pub(crate) fn problem(&mut self, layout: Option<&Layout>, wrong: Wrong) {
        self.problem_at(self.records.line(), layout, wrong);
    }

    /// Reports what is wrong on some line.
    pub(crate) fn problem_at(&mut self, line: u64, layout: Option<&Layout>, wrong: Wrong) {
        self.report.problem_count += 1;
        if self.report.problems.len() == MAX_PROBLEMS {
            return;
        }
        let column = wrong.col.map(|col| {
            let number = layout.and_then(|l| l.place(col)).map_or(0, |i| i + 1);
            (number, col.zh().to_owned())
        });
        let Wrong { code, what, remedy, .. } = wrong;
        self.report.problems.push(Problem { file: self.report.file.clone(), line, column, code, what, remedy });
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn advance(&mut self) -> Result<Option<Result<(), Fault>>, ImportError> {
        self.records.advance().map_err(|source| ImportError::Io { path: self.path.clone(), source })
    }

    fn header_problem(&mut self, fault: HeaderFault) {
        let (column, code, what, remedy) = match fault {
            HeaderFault::Unknown(number, words) => (
                Some((number, words.unwrap_or_default())),
                "unknown_column",
                "no file has such a column 没有这样的栏目".to_owned(),
                "改正栏名或删去此栏；文件没有表头的，补上表头 rename the column or leave it out; if the file has no header row, give it one",
            ),
            HeaderFault::Unseen(number, fault) => {
                (Some((number, String::new())), fault.code(), fault.what(), fault.remedy())
            }
            HeaderFault::NotOfKind(number, col) => (
                Some((number, col.zh().to_owned())),
                "unknown_column",
                "此类文件没有这一栏 this kind of file has no such column".to_owned(),
                "改正栏名或删去此栏 rename the column or leave it out",
            ),
            HeaderFault::Twice(number, col) => (
                Some((number, col.zh().to_owned())),
                "column_twice",
                "同一栏出现两次 the column stands twice".to_owned(),
                "保留一栏 keep one",
            ),
            HeaderFault::NoKind(kind, lacking) => {
                let names: Vec<String> = lacking.iter().map(|c| format!("{}/{}", c.zh(), c.en())).collect();
                let what = format!(
                    "认不出是哪一类文件 no known kind of file; for {}/{} it lacks {}",
                    kind.zh(),
                    kind.en(),
                    names.join(", ")
                );
                (None, "unknown_kind", what, "补上所缺的栏 add the columns")
            }
        };
        self.report.problem_count += 1;
        let (file, line) = (self.report.file.clone(), self.records.line());
        self.report.problems.push(Problem { file, line, column, code, what, remedy });
    }
}

/// Names and remarks; and the day of a sum in suspense, which is known by its number where it has one.
fn not_compared(layout: &Layout) -> Vec<&'static str> {
    let spare = |col: &&Col| {
        layout.kind.dropped().contains(col) || (**col == Col::CreditDay && layout.place(Col::Serial).is_some())
    };
    layout.cols.iter().filter(spare).map(|col| col.zh()).collect()
}

fn wrong_record<R: BufRead>(fault: Fault, records: &Records<R>) -> Wrong {
    let (first, last) = (records.line(), records.last_line());
    let (code, what, remedy) = match fault {
        Fault::Control('\n' | '\r') if last > first => (
            "line_break",
            format!(
                "引号使第 {first} 至 {last} 行连成一行，这些行均未读入 quotes hold lines {first} to {last} together as one row; none of these lines was taken"
            ),
            "在其首行和末行找多余的引号 look for a quote too many on the first and the last of them",
        ),
        Fault::TooLong => (
            "record_too_long",
            format!("一行过长，其余未读 a row of more than {MAX_RECORD_BYTES} bytes; the rest is not read"),
            "找没有闭合的引号 look for a quote that is never closed",
        ),
        Fault::OpenQuote => {
            ("open_quote", "文件结束时引号未闭合 the file ends inside quotes".to_owned(), "补上引号 close the quote")
        }
        Fault::StrayQuote => (
            "stray_quote",
            "未加引号的格内有引号 a quote inside an unquoted cell".to_owned(),
            "给该格加引号，格内引号写两遍 quote the cell and double its quotes",
        ),
        Fault::NotUtf8 => (
            "not_utf8",
            "不是 UTF-8 编码 bytes that are not UTF-8".to_owned(),
            "另存为 CSV UTF-8 格式 save the file as CSV UTF-8",
        ),
        Fault::Control(character) => {
            let what = format!("控制字符 U+{:04X}, a control character", u32::from(character));
            ("control_character", what, "重新导出文件 export the file again")
        }
        Fault::TooManyCells => (
            "too_many_cells",
            format!("栏数过多 more than {MAX_CELLS} cells"),
            "只导出所需的栏 export only the columns needed",
        ),
    };
    Wrong::row(code, what, remedy)
}
