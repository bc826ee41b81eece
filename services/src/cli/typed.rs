//! What people type: days, moments, money, kinds of loan, organisations. Absent on purpose: what is asked with it.

use crate::intake::import::ids;
use crate::intake::import::table::cell;
use crate::principal;
use bytes::Bytes;
use clap::ValueEnum;
use ledger::event::LoanKind;
use ledger::money::{Day, Fen, parse_yuan};
use proto::text;
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;

/// Beijing time is eight hours ahead, all year.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// Kinds of loan as they are typed.
#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum KindArg {
    /// Student-origin credit loans 生源地
    Origin,
    /// Campus loans 校园地
    Campus,
}

impl From<KindArg> for LoanKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Origin => Self::Origin,
            KindArg::Campus => Self::Campus,
        }
    }
}

/// The name the server knows a kind by; none is both.
pub(crate) fn kind_name(kind: Option<KindArg>) -> String {
    kind.map_or("", |kind| LoanKind::from(kind).name()).to_owned()
}

/// An id as the wire has it.
pub(crate) fn wire_id(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

/// An organisation, by its id or by the source's number.
pub(crate) fn org(text: &str) -> Uuid {
    Uuid::try_parse(text).unwrap_or_else(|_| ids::org(text))
}

/// The same as the wire has it; nothing if none was named.
pub(crate) fn wire_org(text: Option<&String>) -> Bytes {
    text.map(|text| wire_id(org(text))).unwrap_or_default()
}

/// A document line as people name it: the unit it stands under, the document's number and its own, `文号#行号`.
pub(crate) fn line_of(unit: &str, typed: &str) -> Option<Uuid> {
    let (document, number) = typed.rsplit_once('#')?;
    let number = number.parse().ok().filter(|number| *number > 0)?;
    Some(ids::line(&text::document(document)?, number, unit))
}

/// In whose name, in its one spelling.
pub(crate) fn principal_typed(typed: &str) -> Result<String, String> {
    principal::principal(typed)
        .map(|name| name.to_string())
        .map_err(|fault| format!("the name of a principal: {fault}"))
}

/// A source's number, or an id, in its one spelling.
pub(crate) fn number_typed(typed: &str) -> Result<String, String> {
    text::number(typed).map(Into::into).map_err(|fault| fault.to_string())
}

/// A day of the calendar.
pub(crate) fn day_typed(typed: &str) -> Result<Day, String> {
    cell::day(typed).ok_or_else(|| "write a day of the calendar as 2024-12-20".to_owned())
}

/// Yuan, in fen.
pub(crate) fn yuan_typed(typed: &str) -> Result<Fen, String> {
    parse_yuan(typed).filter(|fen| *fen >= 0).ok_or_else(|| "write yuan as 1234.56, without separators".to_owned())
}

/// A moment as people write it, in milliseconds since 1970.
pub(crate) fn moment_typed(text: &str) -> Result<i64, String> {
    let bad = || format!("{text}: write 2021-09-30, \"2021-09-30 18:00\" (Beijing time) or 2021-09-30T18:00:00+08:00");
    let (date, rest) = text.trim().split_at_checked(10).ok_or_else(bad)?;
    let midnight = i64::from(date.parse::<Day>().map_err(|_| bad())?.number()) * DAY_MS;
    let ms = match rest.split_at_checked(1) {
        None => midnight + DAY_MS - 1 - BEIJING_MS,
        Some((" " | "T" | "t", clock)) => midnight + of_clock(clock).ok_or_else(bad)?,
        Some(_) => return Err(bad()),
    };
    // The wire has 0 for none, and nothing was recorded before 1970.
    if ms > 0 { Ok(ms) } else { Err(bad()) }
}

/// Milliseconds from midnight UTC of a time with an optional zone, Beijing's if left out.
fn of_clock(text: &str) -> Option<i64> {
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => (&text[..at], zone(&text[at..])?),
        None => (text, BEIJING_MS),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<i64> = clock.split(':').map(two).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let digits = fraction.bytes().all(|digit| digit.is_ascii_digit()) && !fraction.is_empty();
    let ms: i64 = format!("{fraction:0<3}").get(..3).filter(|_| digits)?.parse().ok()?;
    let known = hour < 24 && minute < 60 && second < 60;
    known.then_some(((hour * 60 + minute) * 60 + second) * 1_000 + ms - zone)
}

fn zone(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = text.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let ahead = (two(hours)? * 60 + two(minutes)?) * 60_000;
    match sign {
        "+" => Some(ahead),
        "-" => Some(-ahead),
        _ => None,
    }
}

/// A number of two digits.
fn two(text: &str) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::moment_typed;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let six = 1_632_996_000_000;
        for text in ["2021-09-30 18:00", "2021-09-30T18:00:00+08:00", "2021-09-30T10:00:00Z", "2021-09-30 18:00:00.000"]
        {
            assert_eq!(moment_typed(text), Ok(six), "{text}");
        }
        assert_eq!(moment_typed("2021-09-30T10:00:00.25z"), Ok(six + 250));
        assert_eq!(moment_typed("2021-09-30T05:30:00-04:30"), Ok(six));
        assert_eq!(moment_typed("2021-09-30"), moment_typed("2021-09-30 23:59:59.999"), "a day is its end");
        for bad in ["", "30.9.2021", "2021-09-31", "2021-09-30 6", "2021-09-30 24:00", "2021-09-30x18:00", "1960-01-01"]
        {
            assert!(moment_typed(bad).is_err(), "{bad}");
        }
        for bad in [
            "2021-09-30 18:00:00.",
            "2021-09-30 18:00+8",
            "2021-09-30 18:00Z08:00",
            "2021-09-30 １8:00",
            "二〇二一年九月三十日",
        ] {
            assert!(moment_typed(bad).is_err(), "{bad}");
        }
    }
}
