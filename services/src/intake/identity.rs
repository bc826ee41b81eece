//! Opaque ids for people and cards: keyed hashes of numbers that stay outside the record. No storage of keys or names.

use hmac::{Hmac, KeyInit, Mac};
use ledger::hash::Hash;
use proto::text::personal::is_identity_number;
pub use proto::text::personal::{check_digit, luhn};
use sha2::Sha256;
use uuid::{Builder, Uuid};

/// The demo's key. Fixed, so that every demo gives the same record; a real office keeps its own key to itself.
pub const DEMO_KEY: &[u8] = b"mingzhang demo: no real person is behind these numbers";

/// Makes person and card ids under one key. Who lacks the key can neither make nor test an id.
#[derive(Clone)]
pub struct Identity {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Identity {
    /// The key is never shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// Ids under this key, of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        // A key longer than a block is hashed first, which HMAC prescribes; so no length is refused.
        let mut block = [0_u8; 64];
        if key.len() > block.len() {
            use sha2::Digest;
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        Self { keyed: Hmac::<Sha256>::new(&block.into()) }
    }

    /// The id of the person with this identity number; the number must be normalised.
    #[must_use]
    pub fn person(&self, number: &str) -> Uuid {
        self.id("person", number)
    }

    /// The id of the card with this number; the number must be normalised.
    #[must_use]
    pub fn card(&self, number: &str) -> Uuid {
        self.id("card", number)
    }

    /// Who an official is, by his identity number, normalised. Another id than that of the same human as a person who is aided.
    #[must_use]
    pub fn official(&self, number: &str) -> Uuid {
        self.id("official", number)
    }

    /// What tells one key from another and gives nothing of it away: HMAC-SHA256 under it of "mingzhang identity key".
    #[must_use]
    pub fn fingerprint(&self) -> Hash {
        let mut mac = self.keyed.clone();
        mac.update(b"mingzhang identity key");
        mac.finalize().into_bytes().into()
    }

    fn id(&self, purpose: &str, number: &str) -> Uuid {
        let mut mac = self.keyed.clone();
        mac.update(purpose.as_bytes());
        // The purpose ends with a byte no number has, so that no two inputs run together.
        mac.update(&[0]);
        mac.update(number.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&full[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// A citizen's identity number (18 characters) in its one spelling, if its form and check digit hold.
#[must_use]
pub fn normal_id_number(text: &str) -> Option<String> {
    let plain: String = text.chars().map(half_width).map(|c| c.to_ascii_uppercase()).collect();
    is_identity_number(plain.as_bytes()).then_some(plain)
}

/// A card or account number in its one spelling: 9 to 32 letters and digits, bank cards with a right Luhn digit.
#[must_use]
pub fn normal_card_number(text: &str) -> Option<String> {
    let plain: String =
        text.chars().map(half_width).filter(|c| *c != ' ' && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    if !(9..=32).contains(&plain.len()) || !plain.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let bank_card = plain.starts_with("62") && plain.len() >= 16 && plain.bytes().all(|b| b.is_ascii_digit());
    (!bank_card || luhn(plain.as_bytes()) == 0).then_some(plain)
}

fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_key_purpose_and_number() {
        let (a, b) = (Identity::new(b"one"), Identity::new(b"two"));
        assert_eq!(a.person("1"), a.person("1"));
        assert_ne!(a.person("1"), b.person("1"));
        assert_ne!(a.person("1"), a.card("1"));
        assert!(![a.person("1"), a.card("1")].contains(&a.official("1")));
        assert_eq!(a.person("1").get_version_num(), 8);
        assert_ne!(Identity::new(&[7; 100]).person("1"), Identity::new(&[7; 99]).person("1"));
    }

    #[test]
    fn hmac_agrees_with_the_published_vector() {
        // RFC 4231 case 2: the empty purpose cannot be had, so the keyed state is fed directly.
        let mut mac = Identity::new(b"Jefe").keyed;
        mac.update(b"what do ya want for nothing?");
        assert_eq!(mac.finalize().into_bytes()[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }

    #[test]
    fn identity_numbers_are_checked_and_spelt_one_way() {
        assert_eq!(normal_id_number("11010519491231002x").as_deref(), Some("11010519491231002X"));
        assert_eq!(normal_id_number("１１０１０５１９４９１２３１００２Ｘ").as_deref(), Some("11010519491231002X"));
        for bad in ["110105194912310021", "11010519491331002X", "", "1101051949123100", "ABCDEFGHIJKLMNOPQR"] {
            assert_eq!(normal_id_number(bad), None, "{bad}");
        }
    }

    #[test]
    fn card_numbers_are_checked_and_spelt_one_way() {
        assert_eq!(normal_card_number("a 1234 5678").as_deref(), Some("A12345678"));
        assert_eq!(normal_card_number("6222020200112231"), None);
        assert_eq!(luhn(b"79927398713"), 0);
        assert_eq!(normal_card_number("12345678"), None);
    }
}
