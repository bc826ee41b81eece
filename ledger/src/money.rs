//! Money in fen and days in the calendar. No rates and no interest: those are in `loan`.

use serde::{Deserialize, Serialize};

/// An amount in fen, the hundredth of a yuan. May be negative in balances, never in an event.
pub type Fen = i64;

/// A sum held to what an amount can say: beyond all the money there is, more is the same.
#[must_use]
pub fn held(fen: i128) -> Fen {
    Fen::try_from(fen).unwrap_or(if fen < 0 { Fen::MIN } else { Fen::MAX })
}

/// A sum of amounts over rows, however many: of amounts that each may be ten trillion yuan a plain one overflows after some thousand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct FenSum(i128);

impl FenSum {
    /// How far two are apart.
    #[must_use]
    pub fn abs_diff(self, other: Self) -> u128 {
        self.0.abs_diff(other.0)
    }

    /// What an amount can say of it.
    #[must_use]
    pub fn held(self) -> Fen {
        held(self.0)
    }
}

impl std::fmt::Display for FenSum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// As an amount, which is all that readers of numbers can be relied on to take.
impl Serialize for FenSum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.held())
    }
}

impl From<FenSum> for i128 {
    fn from(sum: FenSum) -> Self {
        sum.0
    }
}

impl From<Fen> for FenSum {
    fn from(fen: Fen) -> Self {
        Self(i128::from(fen))
    }
}

impl<A: Into<FenSum>> std::ops::AddAssign<A> for FenSum {
    fn add_assign(&mut self, fen: A) {
        self.0 += fen.into().0;
    }
}

impl<A: Into<FenSum>> std::ops::SubAssign<A> for FenSum {
    fn sub_assign(&mut self, fen: A) {
        self.0 -= fen.into().0;
    }
}

impl<A: Into<FenSum>> std::ops::Add<A> for FenSum {
    type Output = Self;

    fn add(self, fen: A) -> Self {
        Self(self.0 + fen.into().0)
    }
}

impl<A: Into<FenSum>> std::ops::Sub<A> for FenSum {
    type Output = Self;

    fn sub(self, fen: A) -> Self {
        Self(self.0 - fen.into().0)
    }
}

impl<A: Into<FenSum>> std::iter::Sum<A> for FenSum {
    fn sum<I: Iterator<Item = A>>(amounts: I) -> Self {
        amounts.fold(Self::default(), |sum, fen| sum + fen)
    }
}

impl PartialOrd<Fen> for FenSum {
    fn partial_cmp(&self, fen: &Fen) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(&i128::from(*fen))
    }
}

impl PartialEq<Fen> for FenSum {
    fn eq(&self, fen: &Fen) -> bool {
        self.0 == i128::from(*fen)
    }
}

/// A civil day, counted from 1970-01-01. The ledger knows no hours: a day comes in with the event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Day(i32);

impl Day {
    /// The day with this year, month and day of month, if the calendar has it (years 1900 to 2999).
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(1900..=2999).contains(&year) {
            return None;
        }
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        Some(Self::count(date))
    }

    /// A day of rules rather than of events: any year up to 9999, month and day of month held to the calendar.
    #[must_use]
    pub(crate) fn of(year: u16, month: u8, day: u8) -> Self {
        let year = i16::try_from(year).unwrap_or(9999).min(9999);
        let month = i8::try_from(month.clamp(1, 12)).unwrap_or(1);
        let first = jiff::civil::date(year, month, 1);
        let day = i32::from(day.clamp(1, first.days_in_month().unsigned_abs()));
        Self::count(first).plus(day - 1)
    }

    /// The first day of the month after this day's.
    #[must_use]
    pub(crate) fn next_month(self) -> Self {
        let date = self.date();
        let (year, month) = (date.year().unsigned_abs(), date.month().unsigned_abs());
        if month == 12 { Self::of(year + 1, 1, 1) } else { Self::of(year, month + 1, 1) }
    }

    /// The day written as the number `yyyymmdd`, as events carry it.
    #[must_use]
    pub fn from_yyyymmdd(number: u32) -> Option<Self> {
        let year = i16::try_from(number / 10_000).ok()?;
        let month = i8::try_from(number / 100 % 100).ok()?;
        let day = i8::try_from(number % 100).ok()?;
        Self::new(year, month, day)
    }

    /// The number `yyyymmdd`.
    #[must_use]
    pub fn yyyymmdd(self) -> u32 {
        let date = self.date();
        let (year, month, day) = (date.year(), date.month(), date.day());
        u32::from(year.unsigned_abs()) * 10_000 + u32::from(month.unsigned_abs()) * 100 + u32::from(day.unsigned_abs())
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.date().year().unsigned_abs()
    }

    /// The day it is in Beijing at a moment in milliseconds since 1970: China keeps one time, eight hours ahead, all year.
    #[must_use]
    pub fn in_beijing(ms: i64) -> Self {
        let days = ms.saturating_add(BEIJING_AHEAD_MS).div_euclid(DAY_MS);
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// This many days later (or earlier).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from the epoch; for sorting and counting only.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Days from the epoch to a date. Years are counted from March, so that the leap day is the last of its year; the
    /// library's own spans are several times slower, and a walk over a loan asks for many days.
    fn count(date: jiff::civil::Date) -> Self {
        let (month, day) = (i32::from(date.month()), i32::from(date.day()));
        let year = i32::from(date.year()) - i32::from(month <= 2);
        let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(cycle * CYCLE_DAYS + year * 365 + year / 4 - year / 100 + day_of_year - EPOCH)
    }

    /// The date of a day: [`Day::count`] turned round. Every `Day` was made by it, at most shifted within the calendar.
    fn date(self) -> jiff::civil::Date {
        let days = self.0.clamp(FIRST, LAST) + EPOCH;
        let (cycle, days) = (days.div_euclid(CYCLE_DAYS), days.rem_euclid(CYCLE_DAYS));
        let year = (days - days / 1_460 + days / 36_524 - days / 146_096) / 365;
        let day_of_year = days - (year * 365 + year / 4 - year / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = cycle * 400 + year + i32::from(month <= 2);
        let small = |number: i32| i8::try_from(number).unwrap_or(1);
        jiff::civil::date(i16::try_from(year).unwrap_or(9999), small(month), small(day))
    }
}

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// How far Beijing is ahead of universal time.
const BEIJING_AHEAD_MS: i64 = 8 * 3_600_000;

/// Days of 400 years, after which the calendar repeats.
const CYCLE_DAYS: i32 = 146_097;
/// Days from 1 March of the year 0 to the epoch.
const EPOCH: i32 = 719_468;
/// The first day of the year 1 and the last of the year 9999.
const FIRST: i32 = -719_162;
const LAST: i32 = 2_932_896;

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(f)
    }
}

impl std::str::FromStr for Day {
    type Err = ();

    /// Reads `2021-09-01`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-').map(str::parse::<u32>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(y)), Some(Ok(m)), Some(Ok(d)), None) if m < 100 && d < 100 && y < 10_000 => {
                Self::from_yyyymmdd(y * 10_000 + m * 100 + d).ok_or(())
            }
            _ => Err(()),
        }
    }
}

/// An amount in fen, shown as plain yuan with two decimals, for files and forms: `-1234.56`.
#[derive(Clone, Copy)]
pub struct Yuan<T>(pub T);

impl<T: Copy + Into<i128>> std::fmt::Display for Yuan<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fen: i128 = self.0.into();
        let sign = if fen < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
    }
}

/// Yuan with two decimals and thousands separators, for people: `1,234.56`.
#[must_use]
pub fn yuan(fen: i128) -> String {
    let plain = Yuan(fen).to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let whole = digits.len() - 3;
    let mut grouped = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Yuan with at most two decimals, as fen: `-?\d{1,15}(\.\d{1,2})?` and nothing else.
#[must_use]
pub fn parse_yuan(text: &str) -> Option<Fen> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = match digits.split_once('.') {
        Some((whole, part)) if (1..=2).contains(&part.len()) => (whole, part),
        Some(_) => return None,
        None => (digits, ""),
    };
    let all_digits = whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
    if !(1..=15).contains(&whole.len()) || !all_digits {
        return None;
    }
    let cents: Fen = match part.len() {
        0 => 0,
        1 => part.parse::<Fen>().ok()? * 10,
        _ => part.parse().ok()?,
    };
    let fen = whole.parse::<Fen>().ok()?.checked_mul(100)?.checked_add(cents)?;
    Some(if negative { -fen } else { fen })
}

/// The `index`-th of `parts` equal shares of `fen`; the last one takes what division leaves.
#[must_use]
pub fn share(fen: Fen, index: usize, parts: usize) -> Fen {
    let parts = parts.max(1) as Fen;
    let each = fen / parts;
    if index as Fen + 1 == parts { fen - each * (parts - 1) } else { each }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        let mut date = jiff::civil::date(1, 1, 1);
        for number in FIRST..=LAST {
            assert_eq!((Day::count(date), Day(number).date()), (Day(number), date));
            date = date.tomorrow().unwrap_or(date);
        }
        assert_eq!(date, jiff::civil::date(9999, 12, 31));
        assert_eq!((Day(i32::MAX).year(), Day(i32::MIN).plus(-1).year()), (9999, 1));
    }

    #[test]
    fn the_day_changes_in_beijing_at_sixteen_hours() {
        let at = |ms| Day::in_beijing(ms).yyyymmdd();
        let sixteen = 16 * 3_600_000;
        assert_eq!((at(0), at(sixteen - 1), at(sixteen)), (19_700_101, 19_700_101, 19_700_102));
        assert_eq!((at(-1), at(-8 * 3_600_000 - 1)), (19_700_101, 19_691_231));
        assert_eq!((at(1_643_644_799_999), at(1_643_644_800_000)), (20_220_131, 20_220_201));
        assert_eq!((Day::in_beijing(i64::MIN).year(), Day::in_beijing(i64::MAX).year()), (1, 9999));
    }

    #[test]
    fn money_is_exact_and_strict() {
        for (cell, fen) in [("0", 0), ("12", 1_200), ("12.5", 1_250), ("12.05", 1_205), ("-1.01", -101)] {
            assert_eq!(parse_yuan(cell), Some(fen), "{cell}");
        }
        assert_eq!(parse_yuan("999999999999999.99"), Some(99_999_999_999_999_999));
        for bad in ["", "-", ".5", "1.", "1.234", "1,000", "+1", "1e3", " 1", "１", "1.-1", "--1", "9999999999999999"]
        {
            assert_eq!(parse_yuan(bad), None, "{bad}");
        }
    }

    #[test]
    fn yuan_are_plain_for_files_and_grouped_for_people() {
        let shown: Vec<String> = [0, 5, -5, 123_456, -100].map(|fen: Fen| Yuan(fen).to_string()).into();
        assert_eq!(shown, ["0.00", "0.05", "-0.05", "1234.56", "-1.00"]);
        let shown: Vec<String> = [0, -5, 99_999, 100_000, -123_456_789, 1_234_567_890].map(yuan).into();
        assert_eq!(shown, ["0.00", "-0.05", "999.99", "1,000.00", "-1,234,567.89", "12,345,678.90"]);
        assert_eq!(yuan(i128::MIN), "-1,701,411,834,604,692,317,316,873,037,158,841,057.28");
    }
}
