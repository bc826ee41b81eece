//! The one form of an API key 接口密钥: `mzk1_`, 32 bytes drawn by chance, and a check, so that one that was mistyped is known for that
//! before it is sent. Whose it is stands on record by its fingerprint; the key itself stands nowhere.

use ledger::hash::{Hash, hex, sha256};
use rand::TryRng;
use rand::rngs::SysRng;
use std::fmt;

/// What all begin with: programs that look for secrets in what people publish know them by it.
pub const BEGIN: &str = "mzk1_";

/// Bytes drawn.
const DRAWN: usize = 32;

/// Bytes of the check, in hexadecimal digits as the rest.
const CHECK: usize = 4;

/// An API key. It is never shown: what it is goes out by [`ApiKey::expose`] alone.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ApiKey")
    }
}

impl ApiKey {
    /// A new one.
    ///
    /// # Errors
    /// The system draws nothing.
    pub fn draw() -> std::io::Result<Self> {
        let mut drawn = [0; DRAWN];
        SysRng.try_fill_bytes(&mut drawn).map_err(std::io::Error::other)?;
        let body = format!("{BEGIN}{}", hex(&drawn));
        let check = check(&body);
        Ok(Self(body + &check))
    }

    /// The one that a text is; nothing if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(BEGIN)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() != 2 * (DRAWN + CHECK) || !digits.bytes().all(is_digit) {
            return None;
        }
        let (body, said) = text.split_at(text.len() - 2 * CHECK);
        (check(body) == said).then(|| Self(text.to_owned()))
    }

    /// By this it is known.
    #[must_use]
    pub fn fingerprint(&self) -> Hash {
        sha256([self.0.as_bytes()])
    }

    /// The key itself, for its file and for the call it is shown in.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn check(body: &str) -> String {
    let hash = sha256([body.as_bytes()]);
    hex(&hash[..CHECK])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_drawn_and_one_that_was_mistyped_is_none() {
        let key = ApiKey::draw().unwrap();
        assert_eq!(ApiKey::parse(key.expose()), Some(key.clone()));
        assert_ne!(ApiKey::draw().unwrap(), key);
        assert_eq!(format!("{key:?}"), "ApiKey");
        let text = key.expose();
        assert_eq!(text.len(), 5 + 72);
        for at in 0..text.len() {
            let mut wrong = text.as_bytes().to_vec();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(ApiKey::parse(std::str::from_utf8(&wrong).unwrap()), None, "at {at}");
        }
        for wrong in ["", "mzk1_", &text[..76], &format!("{text}0"), &text.to_uppercase(), &format!("{text} ")] {
            assert_eq!(ApiKey::parse(wrong), None);
        }
    }

    #[test]
    fn its_form_stays_as_it_is() {
        // Computed with Python's hashlib.
        let text = "mzk1_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f79e7f8d4";
        let key = ApiKey::parse(text).unwrap();
        let fingerprint = "d2e6c4dfac8785230cff1403fa0f64d6e3b1508b7b8e40626233006f0295359f";
        assert_eq!(hex(&key.fingerprint()), fingerprint);
    }
}
