//! Numbers of persons, cards and telephones, and whether a text holds one. None of them may be recorded.

use super::TextFault;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Digits of the longest number looked for, a bank card's.
const LONGEST: usize = 19;

/// The check character (ISO 7064 MOD 11-2, GB 11643) of seventeen ASCII digits.
#[must_use]
pub fn check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d.wrapping_sub(b'0')) * w).sum();
    CHECKS[(sum % 11) as usize]
}

/// The Luhn sum modulo ten (ISO/IEC 7812) of ASCII digits; zero when the last digit is right.
#[must_use]
pub fn luhn(digits: &[u8]) -> u32 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            let d = u32::from(d.wrapping_sub(b'0'));
            if i % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d }
        })
        .sum();
    sum % 10
}

/// Whether these are a citizen's identity number: 17 digits that hold a day of birth, and their check character.
#[must_use]
pub fn is_identity_number(number: &[u8]) -> bool {
    if number.len() != 18 || !number[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (century, month, day) = (&number[6..8], &number[10..12], &number[12..14]);
    (century == b"19" || century == b"20")
        && (&b"01"[..]..=&b"12"[..]).contains(&month)
        && (&b"01"[..]..=&b"31"[..]).contains(&day)
        && check_digit(&number[..17]) == number[17].to_ascii_uppercase()
}

/// Whether these are a bank card of a Chinese bank: 16 to 19 digits beginning with 62, the last of them right.
#[must_use]
pub fn is_bank_card(digits: &[u8]) -> bool {
    (16..=LONGEST).contains(&digits.len())
        && digits.starts_with(b"62")
        && digits.iter().all(u8::is_ascii_digit)
        && luhn(digits) == 0
}

fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
}

/// Numbers of sources are no identity number. Only the whole is looked at, and of cards nothing is asked: office, day and
/// sequence make up many a true number, one serial in ten passes for a card by chance, one in 15,000 for an identity number.
pub(super) fn no_identity_number(number: &str) -> Result<(), TextFault> {
    if is_identity_number(number.as_bytes()) { Err(TextFault::IdentityNumber) } else { Ok(()) }
}

/// Names and free texts hold no number of anybody, however its digits are grouped.
pub(super) fn nobody_in(text: &str) -> Result<(), TextFault> {
    // Eleven digits are the shortest number looked for.
    if text.chars().filter(|c| c.is_numeric()).count() < 11 {
        return Ok(());
    }
    let text = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect::<String>()) };
    let groups = groups(text.as_bytes());
    for first in 0..groups.len() {
        let mut joined = Vec::with_capacity(LONGEST);
        for (_, group) in groups[first..].iter().enumerate().take_while(|(i, group)| *i == 0 || group.joins) {
            joined.extend_from_slice(group.digits);
            if joined.len() > LONGEST {
                break;
            }
            nobodys(&joined)?;
        }
    }
    Ok(())
}

fn nobodys(number: &[u8]) -> Result<(), TextFault> {
    if is_identity_number(number) {
        Err(TextFault::IdentityNumber)
    } else if is_bank_card(number) {
        Err(TextFault::CardNumber)
    } else if is_mobile(number) {
        Err(TextFault::Mobile)
    } else {
        Ok(())
    }
}

/// A run of digits; an X may end it.
struct Group<'a> {
    digits: &'a [u8],
    /// Only a blank or a hyphen parts it from the run before.
    joins: bool,
}

/// The runs of digits in a text.
fn groups(text: &[u8]) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let (mut at, mut end): (usize, Option<usize>) = (0, None);
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && text[at].is_ascii_digit() {
            at += 1;
        }
        let check = text.get(at).is_some_and(|byte| matches!(byte, b'X' | b'x'));
        if check && !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        let joins = end.is_some_and(|end| start == end + 1 && matches!(text[end], b' ' | b'-'));
        groups.push(Group { digits: &text[start..at], joins });
        end = Some(at);
    }
    groups
}
