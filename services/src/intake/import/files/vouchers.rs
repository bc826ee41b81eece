//! Payment vouchers 支付凭证: rows with one number are one voucher, one row a document line it takes from.

use super::applications;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::correction::Correction;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, RowResult, ids};
use ledger::event::{Draw, Kind, VoucherCleared, VoucherIssued, VoucherReturned};
use ledger::money::Day;
use std::sync::Arc;

/// Document lines of one voucher at most, as an event can hold.
const MAX_DRAWS: usize = 400;

/// Imports a file of vouchers; a voucher with a bad row is left out whole.
pub(in crate::intake::import) fn import(
    file: &mut Reading,
    layout: &Layout,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let mut current: Option<Voucher> = None;
    while file.next_row(layout)? {
        let read = file.read(layout, read);
        let (wrong, (unit, number)) = match read {
            Ok(row) => {
                if current.as_ref().is_some_and(|voucher| !voucher.goes_with(&row)) {
                    say(current.take(), out)?;
                }
                match &mut current {
                    None => current = Some(row),
                    Some(voucher) => match voucher.join(row) {
                        Ok(()) => {}
                        Err(wrong) => {
                            voucher.spoilt = true;
                            file.problem(Some(layout), wrong);
                        }
                    },
                }
                continue;
            }
            Err(wrong) => (wrong, named(&file.glance(layout))),
        };
        file.problem(Some(layout), wrong);
        // The rest of this voucher must not pass for the whole of it.
        match &mut current {
            Some(voucher) if voucher.is(&unit, &number) => voucher.spoilt = true,
            _ => {
                say(current.take(), out)?;
                current = Some(Voucher::spoilt(unit, number));
            }
        }
    }
    say(current, out)
}

/// Which voucher a row belongs to that could not be read: no unit, where nobody can say which.
fn named(row: &Row<'_>) -> (String, String) {
    (row.key(Col::Unit).unwrap_or_default().to_owned(), row.as_it_stands(Col::Voucher).to_owned())
}

struct Voucher {
    line: u64,
    unit: String,
    issued: VoucherIssued,
    on: Day,
    cleared: Option<Day>,
    /// Of all its rows alike.
    correction: Correction,
    /// Of a voucher that is taken back, the first row's own words.
    words: Arc<str>,
    spoilt: bool,
}

impl Voucher {
    /// Whether it has this number of this unit; of units that nobody can tell, any may be it.
    fn is(&self, unit: &str, number: &str) -> bool {
        self.issued.number == number && (self.unit == unit || self.unit.is_empty() || unit.is_empty())
    }

    /// What is right stands beside what is taken back under the same number; a spoilt voucher swallows all its rows.
    fn goes_with(&self, row: &Self) -> bool {
        self.is(&row.unit, &row.issued.number) && (self.spoilt || self.correction == row.correction)
    }

    fn spoilt(unit: String, number: String) -> Self {
        let nil = uuid::Uuid::nil();
        let issued = VoucherIssued { voucher: nil, number, application: nil, draws: Vec::new() };
        let (correction, words) = Default::default();
        Self { line: 0, unit, issued, on: Day::default(), cleared: None, correction, words, spoilt: true }
    }

    fn join(&mut self, row: Self) -> Result<(), Wrong> {
        if self.spoilt {
            return Ok(());
        }
        let same = (self.issued.application, self.on, self.cleared) == (row.issued.application, row.on, row.cleared);
        if !same {
            return Err(Wrong::row(
                "head_differs",
                "本行所写凭证内容与首行不同 the row says something else of its voucher than the first",
                "改为一致 make them equal",
            ));
        }
        for draw in row.issued.draws {
            if self.issued.draws.iter().any(|other| other.line == draw.line) {
                return Err(Wrong::cell(
                    Col::DrawOn,
                    "draw_twice",
                    "同一指标写了两次 the document line is named twice",
                    "合并为一项 add the amounts up",
                ));
            }
            self.issued.draws.push(draw);
        }
        if self.issued.draws.len() > MAX_DRAWS {
            return Err(Wrong::row(
                "too_many_draws",
                "一张凭证的指标超过 400 个 a voucher of more than 400 document lines",
                "拆成几张凭证 split the voucher",
            ));
        }
        Ok(())
    }
}

fn say(voucher: Option<Voucher>, out: &mut Out<'_>) -> Result<(), ImportError> {
    let Some(Voucher { line, issued, on, cleared, correction, words, spoilt: false, .. }) = voucher else {
        return Ok(());
    };
    let voucher = issued.voucher;
    out.at(line);
    let cleared =
        cleared.map(|day| (day, Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() })));
    for told in [(on, Kind::VoucherIssued(issued))].into_iter().chain(cleared) {
        let mut spoken = correction.of_what(told.into());
        spoken.words = Arc::clone(&words);
        out.say_all(spoken)?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Voucher, Wrong> {
    let number = row.key(Col::Voucher)?.to_owned();
    let unit = row.key(Col::Unit)?;
    let line = applications::document_line(row, Col::DrawOn, unit)?;
    let issued = VoucherIssued {
        voucher: ids::voucher(unit, &number),
        number,
        application: applications::named(row)?,
        draws: vec![Draw { line, fen: row.money(Col::Amount)? }],
    };
    let on = row.day(Col::IssuedDay)?;
    let cleared = if row.has(Col::ClearedDay) { Some(row.day(Col::ClearedDay)?) } else { None };
    let correction = Correction::of(row)?;
    let words = if row.has(Col::Corrects) { row.shown().into() } else { Arc::default() };
    Ok(Voucher { line: row.line, unit: unit.to_owned(), issued, on, cleared, correction, words, spoilt: false })
}

/// A row of a file of vouchers cleared in parts.
pub(in crate::intake::import) fn cleared(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (voucher, serial) = numbered(row)?;
    let event = VoucherCleared { voucher, fen: row.money(Col::ClearedAmount)?, serial };
    Ok((row.day(Col::EffectiveDay)?, Kind::VoucherCleared(event)).into())
}

/// A row of a file of what came back of vouchers.
pub(in crate::intake::import) fn returned(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (voucher, serial) = numbered(row)?;
    let event = VoucherReturned { voucher, fen: row.money(Col::ReturnedAmount)?, serial };
    Ok((row.day(Col::EffectiveDay)?, Kind::VoucherReturned(event)).into())
}

fn numbered(row: &Row<'_>) -> Result<(uuid::Uuid, String), Wrong> {
    Ok((ids::voucher(row.key(Col::Unit)?, row.key(Col::Voucher)?), row.key(Col::Serial)?.to_owned()))
}
