//! Which kind of file a header row announces, and where its columns stand. No rows, no values.

use super::columns::Col;
use super::text::trimmed;

/// The kinds of file offices deliver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// 机构: organisations registered.
    Orgs,
    /// 机构更名: organisations renamed.
    Renames,
    /// 指标文件: document lines issued, passed down, recalled.
    Budget,
    /// 学籍: persons, their status, their cards.
    Students,
    /// 换卡: cards replaced.
    Cards,
    /// 花名册: rosters.
    Rosters,
    /// 支付申请: payment applications.
    Applications,
    /// 审核意见: reviews, approvals, cancellations of sets.
    Decisions,
    /// 支付凭证: vouchers issued and cleared.
    Vouchers,
    /// 代发批次: batches sent.
    Batches,
    /// 银行回单: what the bank says of payments.
    Results,
    /// 暂记清理: suspense cleared.
    Suspense,
}

use FileKind as K;

impl FileKind {
    /// All kinds, the more particular header first.
    pub const ALL: [Self; 12] = [
        K::Renames,
        K::Orgs,
        K::Budget,
        K::Suspense,
        K::Results,
        K::Decisions,
        K::Vouchers,
        K::Batches,
        K::Rosters,
        K::Applications,
        K::Cards,
        K::Students,
    ];

    /// Its name for people.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            K::Orgs => "机构",
            K::Renames => "机构更名",
            K::Budget => "指标文件",
            K::Students => "学籍",
            K::Cards => "换卡",
            K::Rosters => "花名册",
            K::Applications => "支付申请",
            K::Decisions => "审核意见",
            K::Vouchers => "支付凭证",
            K::Batches => "代发批次",
            K::Results => "银行回单",
            K::Suspense => "暂记清理",
        }
    }

    /// Its name for machines.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            K::Orgs => "organisations",
            K::Renames => "renames",
            K::Budget => "budget",
            K::Students => "students",
            K::Cards => "cards",
            K::Rosters => "rosters",
            K::Applications => "applications",
            K::Decisions => "decisions",
            K::Vouchers => "vouchers",
            K::Batches => "batches",
            K::Results => "results",
            K::Suspense => "suspense",
        }
    }

    /// The columns without which a file is not of this kind.
    #[must_use]
    pub fn required(self) -> &'static [Col] {
        use Col as C;
        match self {
            K::Orgs => &[C::OrgNumber, C::OrgName, C::Level, C::Role, C::Parent, C::Division, C::EffectiveDay],
            K::Renames => &[C::OrgNumber, C::NewName, C::NewDivision, C::EffectiveDay],
            K::Budget => &[C::Action, C::Document, C::Amount, C::EffectiveDay],
            K::Students => &[C::IdNumber, C::School, C::Status, C::EffectiveDay],
            K::Cards => &[C::IdNumber, C::OldCard, C::NewCard, C::EffectiveDay],
            K::Rosters => &[
                C::Roster,
                C::School,
                C::Programme,
                C::AcademicYear,
                C::DueDays,
                C::PreparedDay,
                C::SetLine,
                C::IdNumber,
                C::Band,
                C::Amount,
            ],
            K::Applications => &[
                C::Application,
                C::Unit,
                C::FiscalYear,
                C::PreparedDay,
                C::SetLine,
                C::Programme,
                C::AcademicYear,
                C::School,
                C::IdNumber,
                C::Instalment,
                C::Card,
                C::Draw1,
                C::Amount1,
            ],
            K::Decisions => &[C::SetKind, C::SetNumber, C::Stage, C::EffectiveDay],
            K::Vouchers => &[C::Voucher, C::Application, C::Unit, C::IssuedDay, C::DrawOn, C::Amount],
            K::Batches => &[C::Batch, C::Application, C::Bank, C::Count, C::Amount, C::EffectiveDay],
            K::Results => &[C::Application, C::SetLine, C::BankResult, C::Serial, C::EffectiveDay],
            K::Suspense => &[C::Application, C::SetLine, C::Serial, C::Amount, C::CreditDay, C::How, C::EffectiveDay],
        }
    }

    /// The columns it may have besides; names and remarks are read over and dropped.
    #[must_use]
    pub fn optional(self) -> &'static [Col] {
        use Col as C;
        match self {
            K::Orgs => &[C::Subordination, C::Remark],
            K::Renames | K::Cards => &[C::PersonName, C::Remark],
            K::Budget => &[
                C::ParentDocument,
                C::DocumentLine,
                C::Unit,
                C::FiscalYear,
                C::Programme,
                C::Source,
                C::Item,
                C::Project,
                C::Direct,
                C::FromDocument,
                C::FromLine,
                C::FromUnit,
                C::Remark,
            ],
            K::Students => &[C::PersonName, C::Origin, C::Card, C::Remark],
            K::Rosters => &[C::PersonName, C::Remark],
            K::Applications => &[
                C::PersonName,
                C::ReissueOf,
                C::Draw2,
                C::Amount2,
                C::Draw3,
                C::Amount3,
                C::Draw4,
                C::Amount4,
                C::Draw5,
                C::Amount5,
                C::Remark,
            ],
            K::Decisions => &[C::Principal, C::SealedHash, C::Remark],
            K::Vouchers => &[C::ClearedDay, C::Remark],
            K::Batches => &[C::SealedHash, C::Remark],
            K::Results => &[C::Amount, C::Reason, C::PersonName, C::Card, C::Batch, C::Remark],
            K::Suspense => &[C::DrawOn, C::Unit, C::Remark],
        }
    }
}

/// Where the columns of one file stand.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The kind the header announces.
    pub kind: FileKind,
    /// How many cells a row has.
    pub width: usize,
    places: Vec<Option<u8>>,
}

/// Why a header row announces no file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderFault {
    /// This header (number from 1) is no column we know, or none this kind of file has.
    Unknown(usize, String),
    /// This header stands twice.
    Twice(usize, String),
    /// The columns are known, but together make no kind of file; the nearest kind lacks these.
    NoKind(FileKind, Vec<Col>),
}

impl Layout {
    /// Reads a header row.
    pub fn read(header: &[String]) -> Result<Self, HeaderFault> {
        let mut places = vec![None; Col::ALL.len()];
        for (i, cell) in header.iter().enumerate() {
            let name = trimmed(cell).to_lowercase();
            let Some(col) = Col::named(&name) else {
                return Err(HeaderFault::Unknown(i + 1, shown(&name)));
            };
            let place = &mut places[col as usize];
            if place.is_some() {
                return Err(HeaderFault::Twice(i + 1, shown(&name)));
            }
            *place = u8::try_from(i).ok();
        }
        let lacking = |kind: FileKind| -> Vec<Col> {
            kind.required().iter().copied().filter(|c| places[*c as usize].is_none()).collect()
        };
        let Some(kind) = K::ALL.into_iter().find(|kind| lacking(*kind).is_empty()) else {
            let nearest = K::ALL.into_iter().min_by_key(|kind| lacking(*kind).len()).unwrap_or(K::Students);
            return Err(HeaderFault::NoKind(nearest, lacking(nearest)));
        };
        for col in Col::ALL {
            if let Some(i) = places[*col as usize]
                && !kind.required().contains(col)
                && !kind.optional().contains(col)
            {
                return Err(HeaderFault::Unknown(usize::from(i) + 1, col.zh().to_owned()));
            }
        }
        Ok(Self { kind, width: header.len(), places })
    }

    /// The position of a column in a row, from 0.
    #[must_use]
    pub fn place(&self, col: Col) -> Option<usize> {
        self.places[col as usize].map(usize::from)
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_is_told_from_its_own_header_in_both_languages() {
        for kind in FileKind::ALL {
            let zh: Vec<String> = kind.required().iter().map(|c| c.zh().to_owned()).collect();
            let full = kind.required().iter().chain(kind.optional());
            let en: Vec<String> = full.map(|c| c.en().to_uppercase()).collect();
            assert_eq!(Layout::read(&zh).map(|l| l.kind), Ok(kind));
            assert_eq!(Layout::read(&en).map(|l| l.kind), Ok(kind));
        }
    }

    #[test]
    fn wrong_headers_are_named() {
        let fault = Layout::read(&header(&["　机构编号 ", "电话"])).expect_err("no such column");
        assert_eq!(fault, HeaderFault::Unknown(2, "电话".into()));
        let fault = Layout::read(&header(&["日期", "生效日期"])).expect_err("twice");
        assert_eq!(fault, HeaderFault::Twice(2, "生效日期".into()));
        let fault = Layout::read(&header(&["机构编号", "新名称", "生效日期"])).expect_err("lacks one");
        assert_eq!(fault, HeaderFault::NoKind(FileKind::Renames, vec![Col::NewDivision]));
    }
}
