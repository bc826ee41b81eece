//! Strict readers of single cells: days, rates, references, hashes. No file, no row, no guessing; texts are in `proto::text`.

use ledger::hash::{Hash, unhex};
use ledger::money::Day;
use proto::text::character::trimmed;

/// A yearly rate in per cent with at most four decimals, in millionths: `3.60` is 36,000. Below 100 %.
#[must_use]
pub fn percent(cell: &str) -> Option<u32> {
    let (whole, part) = cell.split_once('.').unwrap_or((cell, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 2) || !digits(part, 4) {
        return None;
    }
    let places = u32::try_from(part.len()).ok()?;
    let part = part.parse::<u32>().ok()? * 10_u32.pow(4 - places);
    Some(whole.parse::<u32>().ok()? * 10_000 + part)
}

/// A day written `2021-09-01`, all ten characters.
#[must_use]
pub fn day(cell: &str) -> Option<Day> {
    let shape = cell.len() == 10
        && cell.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shape { cell.parse().ok() } else { None }
}

/// A reference `NUMBER#LINE`, for example a document line `财教〔2020〕1号#3` or a payment `ZF-1#12`.
#[must_use]
pub fn reference(cell: &str) -> Option<(&str, u32)> {
    let (number, line) = cell.rsplit_once(['#', '＃'])?;
    let number = trimmed(number);
    let digits = !line.is_empty() && line.len() <= 9 && line.bytes().all(|b| b.is_ascii_digit());
    let line: u32 = if digits { line.parse().ok()? } else { return None };
    (!number.is_empty() && line > 0).then_some((number, line))
}

/// Thirty-two bytes written as 64 hexadecimal digits.
#[must_use]
pub fn hash(cell: &str) -> Option<Hash> {
    unhex(cell)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_and_strict() {
        for (cell, ppm) in [("3.60", 36_000), ("4", 40_000), ("0.0001", 1), ("99.9999", 999_999), ("12.5", 125_000)] {
            assert_eq!(percent(cell), Some(ppm), "{cell}");
        }
        for bad in ["", "100", "3.", ".5", "-1", "3.60001", "3,6", "3.6%", "３", "1e1"] {
            assert_eq!(percent(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_are_whole_and_real() {
        assert_eq!(day("2021-09-01").map(Day::yyyymmdd), Some(20_210_901));
        for bad in ["2021-9-1", "2021-02-30", "20210901", "2021/09/01", "2021-09-01 ", "+021-09-01", "２０２１"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn references_and_hashes_are_told() {
        assert_eq!(reference("ZF-1#12"), Some(("ZF-1", 12)));
        for bad in ["ZF-1", "#1", "ZF#0", "ZF#-1", "ZF#99999999999"] {
            assert_eq!(reference(bad), None, "{bad}");
        }
        assert_eq!(hash(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(hash(&"é".repeat(32)), None);
    }
}
