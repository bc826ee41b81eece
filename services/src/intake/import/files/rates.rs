//! Rates published 利率公布 and interest waived 免息通知. The shipped tables of `policies/loans` are read by this too.

use super::rosters;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement};
use ledger::event::conventions::WaiverFor;
use ledger::event::{Kind, RateIndex, RatePublished, WaiverAdopted};
use proto::text;

const INDEXES: &[(&str, &str, RateIndex)] =
    &[("五年期以上LPR", "LPR5Y", RateIndex::Lpr5y), ("五年以上贷款基准利率", "BENCHMARK5Y", RateIndex::Benchmark5y)];

const WAIVED: &[(&str, &str, WaiverFor)] = &[
    ("毕业生", "graduates", WaiverFor::Graduates),
    ("毕业之后", "after_graduation", WaiverFor::AfterGraduation),
    ("毕业及退学", "leavers", WaiverFor::Leavers),
];

const YES: &[(&str, &str, bool)] = &[("是", "yes", true), ("否", "no", false)];

/// A row of a file of rates.
pub(in crate::intake::import) fn published(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_rate(row).map(Spoken::from)
}

/// A row of a file of waivers.
pub(in crate::intake::import) fn waived(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_waiver(row).map(Spoken::from)
}

/// What a row of a file of rates says.
pub(crate) fn read_rate(row: &Row<'_>) -> Result<Statement, Wrong> {
    let index = row.word(Col::RateIndex, INDEXES)?;
    let day = row.day(Col::EffectiveDay)?;
    let rate_ppm = row.percent(Col::Rate)?;
    Ok((day, Kind::RatePublished(RatePublished { index, rate_ppm })))
}

/// What a row of a file of waivers says.
pub(crate) fn read_waiver(row: &Row<'_>) -> Result<Statement, Wrong> {
    let year = rosters::year(row, Col::WaiverYear)?;
    let graduated_through = rosters::year(row, Col::GraduatedThrough)?;
    // A notice of several ministries may be known by its name alone.
    let cell = row.text(Col::Document)?;
    let document = text::document(cell).unwrap_or_else(|| cell.to_owned());
    let day = row.day(Col::EffectiveDay)?;
    let who = if row.has(Col::WaiverFor) { row.word(Col::WaiverFor, WAIVED)? } else { WaiverFor::Graduates };
    let covers_arrears = row.has(Col::CoversArrears) && row.word(Col::CoversArrears, YES)?;
    let waiver = WaiverAdopted { year, graduated_through, document, who, covers_arrears };
    Ok((day, Kind::WaiverAdopted(waiver)))
}
