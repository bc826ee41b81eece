//! Document numbers 文号. A document that is known by its name alone is no number.

use super::character;
use unicode_normalization::UnicodeNormalization;

/// The number in its one spelling: the year in 〔〕, no blanks, no leading zeros, for example 财教〔2021〕310号.
pub(super) fn spelt(text: &str) -> Option<String> {
    // The year stands in brackets of some kind; most texts have none.
    if !text.contains(['〔', '【', '[', '(', '（', '［', '﹝', '⟮']) {
        return None;
    }
    let plain: String = text
        .nfkc()
        .filter(|c| !character::is_blank(*c))
        .map(|c| match c {
            '【' | '[' | '(' | '⟮' => '〔',
            '】' | ']' | ')' | '⟯' => '〕',
            other => other,
        })
        .collect();
    let (issuer, rest) = plain.split_once('〔')?;
    let (year, rest) = rest.split_once('〕')?;
    let number = rest.strip_suffix('号')?.trim_start_matches('第').trim_start_matches('0');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let year_is_one = year.len() == 4 && digits(year);
    let number_is_one = (1..=6).contains(&number.len()) && digits(number);
    if issuer.is_empty() || issuer.chars().count() > 20 || !year_is_one || !number_is_one {
        return None;
    }
    Some(format!("{issuer}〔{year}〕{number}号"))
}
