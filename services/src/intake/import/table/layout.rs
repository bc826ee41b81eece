//! Which kind of file a header row announces, and where its columns stand. No rows, no values.

use super::columns::Col;
use super::kinds::FileKind;
use proto::text;
use proto::text::TextFault;

/// Where the columns of one file stand.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The kind the header announces.
    pub kind: FileKind,
    /// How many cells a row has.
    pub width: usize,
    /// The column of each cell of a row.
    pub(crate) cols: Vec<Col>,
    places: Vec<Option<u8>>,
}

/// Characters of an unknown header that are shown.
const SHOWN_MAX: usize = 20;

/// Why a header row announces no file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderFault {
    /// This header (number from 1) is no column we know. Its words, if the row is a header row at all and they are nobody's number:
    /// where a file has none, they are those of a person.
    Unknown(usize, Option<String>),
    /// This header (number from 1) holds a character nobody sees.
    Unseen(usize, TextFault),
    /// This header is a column, and none this kind of file has.
    NotOfKind(usize, Col),
    /// This header stands twice.
    Twice(usize, Col),
    /// The columns are known, but together make no kind of file; the nearest kind lacks these.
    NoKind(FileKind, Vec<Col>),
}

/// The words of a header, if they may be shown: another of its row is a column, and they hold nothing personal.
fn shown(header: &[String], cell: &str) -> Option<String> {
    let is_column = |cell: &String| text::plain(cell).is_ok_and(|name| Col::named(&name.to_lowercase()).is_some());
    let words = text::name(cell).ok()?;
    header.iter().any(is_column).then(|| words.chars().take(SHOWN_MAX).collect())
}

impl Layout {
    /// Reads a header row.
    pub fn read(header: &[String]) -> Result<Self, HeaderFault> {
        let mut places = vec![None; Col::ALL.len()];
        let mut cols = Vec::with_capacity(header.len());
        for (i, cell) in header.iter().enumerate() {
            let name = text::plain(cell).map_err(|fault| HeaderFault::Unseen(i + 1, fault))?.to_lowercase();
            let Some(col) = Col::named(&name) else { return Err(HeaderFault::Unknown(i + 1, shown(header, cell))) };
            let place = &mut places[col as usize];
            if place.is_some() {
                return Err(HeaderFault::Twice(i + 1, col));
            }
            *place = u8::try_from(i).ok();
            cols.push(col);
        }
        let lacking = |kind: FileKind| -> Vec<Col> {
            kind.required().iter().copied().filter(|c| places[*c as usize].is_none()).collect()
        };
        let Some(kind) = FileKind::ALL.iter().copied().find(|kind| lacking(*kind).is_empty()) else {
            // What it has counts too: a short list of columns is easily lacked by little.
            let distance = |kind: FileKind| 2 * lacking(kind).len().cast_signed() - kind.required().len().cast_signed();
            let nearest = FileKind::ALL.iter().copied().min_by_key(|kind| distance(*kind));
            let nearest = nearest.unwrap_or(FileKind::Students);
            return Err(HeaderFault::NoKind(nearest, lacking(nearest)));
        };
        for col in Col::ALL {
            if let Some(i) = places[*col as usize]
                && !kind.required().contains(col)
                && !kind.optional().contains(col)
                && !kind.dropped().contains(col)
            {
                return Err(HeaderFault::NotOfKind(usize::from(i) + 1, *col));
            }
        }
        Ok(Self { kind, width: header.len(), cols, places })
    }

    /// The position of a column in a row, from 0.
    #[must_use]
    pub fn place(&self, col: Col) -> Option<usize> {
        self.places[col as usize].map(usize::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_is_told_from_its_own_header_in_both_languages() {
        for kind in FileKind::ALL.iter().copied() {
            let zh: Vec<String> = kind.required().iter().map(|c| c.zh().to_owned()).collect();
            let full = kind.required().iter().chain(kind.optional()).chain(kind.dropped());
            let en: Vec<String> = full.map(|c| c.en().to_uppercase()).collect();
            assert_eq!(Layout::read(&zh).map(|l| l.kind), Ok(kind));
            assert_eq!(Layout::read(&en).map(|l| l.kind), Ok(kind));
        }
    }

    #[test]
    fn wrong_headers_are_named() {
        let fault = Layout::read(&header(&["　机构编号 ", "电话"])).expect_err("no such column");
        assert_eq!(fault, HeaderFault::Unknown(2, Some("电话".to_owned())));
        // Of a file without a header row, and of a number of somebody, nothing is shown.
        for row in [["张三", "电话"], ["机构编号", "11010519491231002X"]] {
            let fault = Layout::read(&header(&row)).expect_err("no such column");
            assert!(matches!(fault, HeaderFault::Unknown(_, None)), "{fault:?}");
        }
        let fault = Layout::read(&header(&["日期", "生效日期"])).expect_err("twice");
        assert_eq!(fault, HeaderFault::Twice(2, Col::EffectiveDay));
        let fault = Layout::read(&header(&["机构编号", "新名\u{200b}称"])).expect_err("an unseen character");
        assert_eq!(fault, HeaderFault::Unseen(2, TextFault::Unseen { character: '\u{200b}', at: 3 }));
        let fault =
            Layout::read(&header(&["奖励编号", "用途", "金额", "生效日期", "卡号"])).expect_err("another kind's");
        assert_eq!(fault, HeaderFault::NotOfKind(5, Col::Card));
        let fault = Layout::read(&header(&["机构编号", "新名称", "生效日期"])).expect_err("lacks one");
        assert_eq!(fault, HeaderFault::NoKind(FileKind::Renames, vec![Col::NewDivision]));
        let mut contracts: Vec<String> = FileKind::Contracts.required().iter().map(|c| c.zh().to_owned()).collect();
        contracts.drain(4..7);
        let HeaderFault::NoKind(kind, lacking) = Layout::read(&contracts).expect_err("lacks three") else {
            panic!("no kind")
        };
        assert_eq!((kind, lacking), (FileKind::Contracts, vec![Col::LoanKind, Col::StudyLevel, Col::AcademicYear]));
    }
}
