//! Payment vouchers 支付凭证: rows with one number are one voucher, one row a document line it takes from.

use super::applications;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, ids};
use ledger::event::{Draw, Kind, VoucherCleared, VoucherIssued};
use ledger::money::Day;

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
        let (wrong, bad_number) = match read {
            Ok(row) => {
                let same = matches!(&current, Some(voucher) if voucher.issued.number == row.issued.number);
                if !same {
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
            Err(wrong) => (wrong, file.glance(layout).as_it_stands(Col::Voucher).to_owned()),
        };
        file.problem(Some(layout), wrong);
        // The rest of this voucher must not pass for the whole of it.
        let same = matches!(&current, Some(voucher) if voucher.issued.number == bad_number);
        if !same {
            say(current.take(), out)?;
            current = Some(Voucher::spoilt(bad_number));
        } else if let Some(voucher) = &mut current {
            voucher.spoilt = true;
        }
    }
    say(current, out)
}

struct Voucher {
    line: u64,
    issued: VoucherIssued,
    on: Day,
    cleared: Option<Day>,
    spoilt: bool,
}

impl Voucher {
    fn spoilt(number: String) -> Self {
        let nil = uuid::Uuid::nil();
        let issued = VoucherIssued { voucher: nil, number, application: nil, draws: Vec::new() };
        Self { line: 0, issued, on: Day::default(), cleared: None, spoilt: true }
    }

    fn join(&mut self, row: Self) -> Result<(), Wrong> {
        if self.spoilt {
            return Ok(());
        }
        let same = (self.issued.application, self.on, self.cleared) == (row.issued.application, row.on, row.cleared);
        if !same {
            return Err(Wrong::row(
                "head_differs",
                "the row says something else of its voucher than the first",
                "make them equal",
            ));
        }
        for draw in row.issued.draws {
            if self.issued.draws.iter().any(|other| other.line == draw.line) {
                return Err(Wrong::cell(
                    Col::DrawOn,
                    "draw_twice",
                    "the document line is named twice",
                    "add the amounts up",
                ));
            }
            self.issued.draws.push(draw);
        }
        if self.issued.draws.len() > MAX_DRAWS {
            return Err(Wrong::row("too_many_draws", "a voucher of more than 400 document lines", "split the voucher"));
        }
        Ok(())
    }
}

fn say(voucher: Option<Voucher>, out: &mut Out<'_>) -> Result<(), ImportError> {
    let Some(Voucher { line, issued, on, cleared, spoilt: false }) = voucher else { return Ok(()) };
    let voucher = issued.voucher;
    out.at(line);
    out.say(on, Kind::VoucherIssued(issued))?;
    match cleared {
        Some(day) => out.say(day, Kind::VoucherCleared(VoucherCleared { voucher })),
        None => Ok(()),
    }
}

fn read(row: &Row<'_>) -> Result<Voucher, Wrong> {
    let number = row.key(Col::Voucher)?.to_owned();
    let line = applications::document_line(row, Col::DrawOn, row.key(Col::Unit)?)?;
    let issued = VoucherIssued {
        voucher: ids::voucher(&number),
        number,
        application: ids::application(row.key(Col::Application)?),
        draws: vec![Draw { line, fen: row.money(Col::Amount)? }],
    };
    let on = row.day(Col::IssuedDay)?;
    let cleared = if row.has(Col::ClearedDay) { Some(row.day(Col::ClearedDay)?) } else { None };
    Ok(Voucher { line: row.line, issued, on, cleared, spoilt: false })
}
