//! The form of a registered principal's name: `UNIT/ACCOUNT` in plain ASCII, so that no two names look alike and no official's own
//! name gets into a record that forgets nothing.

/// Characters of either part, at most.
const PART: usize = 24;

/// Whether a text has the form of a registered principal's name, for example `610303CZ/p2`.
#[must_use]
pub fn is_principal(text: &str) -> bool {
    let Some((unit, account)) = text.split_once('/') else { return false };
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let unit_fits =
        (2..=PART).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let account_fits = (1..=PART).contains(&account.len())
        && account.bytes().enumerate().all(|(at, byte)| small(byte) || (at > 0 && matches!(byte, b'.' | b'-')));
    unit_fits && account_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_and_no_look_alikes() {
        for good in ["610303CZ/p2", "AB/0", "ABCDEFGHIJKLMNOPQRSTUVWX/a.b-c"] {
            assert!(is_principal(good), "{good}");
        }
        let bad = [
            "", "/", "A/p", "AB/", "ab/p", "AB/P", "AB/p/q", "AB/.p", "AB/-p", "AB/p ", "ＡＢ/p", "AB/р", "AB／p",
            "局/p",
        ];
        for text in bad {
            assert!(!is_principal(text), "{text}");
        }
        assert!(!is_principal(&format!("AB/{}", "a".repeat(25))));
        assert!(!is_principal(&format!("{}/a", "A".repeat(25))));
    }
}
