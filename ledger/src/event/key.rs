//! The id of an event: made from the key under which its source knows what it says, so that told twice and told otherwise are
//! one look-up. The key of every kind stands in its row of the list of kinds; what comes of a second telling is in `fold`.
//!
//! The id is a UUID of version 8 (RFC 9562) over the first 16 bytes of the SHA-256 of these bytes, one after the other:
//!
//! 1. `mingzhang/1` and a zero byte;
//! 2. the name of the kind, as the field of the oneof in event.proto is called, and a zero byte;
//! 3. each part of the key, preceded by its length in bytes as two bytes, the higher first;
//! 4. the edition, one byte.
//!
//! A part is written as the event carries it: an id as its 16 bytes, hashes, keys and signatures as their bytes, texts in UTF-8
//! (a text left out has length 0), and numbers in decimal digits without zeros before them; among these are days (`yyyymmdd`),
//! years and the values of closed lists, each with its number in event.proto. Version and variant of the UUID then take six
//! bits, as RFC 9562 says: byte 6 is `8x`, byte 8 has `10` in front. Vectors are in `tests/wire/keys.txt`.

use super::{ClaimFor, Event, Kind, LoanKind, Payer, RateIndex};
use crate::account::Book;
use crate::for_each_kind;
use crate::hash::sha256;
use crate::money::Day;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// What comes first, with the version of this definition.
const DOMAIN: &[u8; 12] = b"mingzhang/1\0";

/// Takes the parts of a key, in their order.
trait Sink {
    /// A part that is an id.
    fn id(&mut self, id: Uuid) {
        self.bytes(id.as_bytes());
    }

    /// A part that is a number, a day or a value of a closed list.
    fn number(&mut self, number: u64) {
        // The most digits a number has; written by hand, as formatting costs more than hashing.
        let (mut digits, mut at, mut rest) = ([0; 20], 20, number);
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.bytes(&digits[at..]);
    }

    /// A part that is a text, a hash, a key.
    fn bytes(&mut self, bytes: &[u8]);
}

/// Something that may stand in a key.
trait Part {
    fn put(&self, sink: &mut impl Sink);
}

impl Part for Uuid {
    fn put(&self, sink: &mut impl Sink) {
        sink.id(*self);
    }
}

impl Part for String {
    fn put(&self, sink: &mut impl Sink) {
        sink.bytes(self.as_bytes());
    }
}

impl Part for [u8; 32] {
    fn put(&self, sink: &mut impl Sink) {
        sink.bytes(self);
    }
}

impl Part for [[u8; 32]; 2] {
    fn put(&self, sink: &mut impl Sink) {
        sink.bytes(self.as_flattened());
    }
}

impl Part for Day {
    fn put(&self, sink: &mut impl Sink) {
        sink.number(self.yyyymmdd().into());
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Part for $number {
            fn put(&self, sink: &mut impl Sink) {
                sink.number((*self).into());
            }
        }
    )*};
}
numbers! { u16 u32 u64 }

/// Closed lists go by their numbers on the wire, where 0 says nothing and the first value is 1.
macro_rules! lists {
    ($($list:ty)*) => {$(
        impl Part for $list {
            fn put(&self, sink: &mut impl Sink) {
                sink.number(*self as u64 + 1);
            }
        }
    )*};
}
lists! { Book ClaimFor LoanKind Payer RateIndex }

/// The parts of the key of each kind are in its row of the list of kinds. A part is a field, or one of four words:
///
/// - `day`: the effective day;
/// - `serial`: the number the source gave it, and if it gave none, that empty text and then the effective day;
/// - `own_serial`: the same number, and if it gave none, that empty text alone;
/// - `first_to`: the line that the first part of the document passes to.
macro_rules! keys {
    ($($kind:ident($content:ty) $name:literal $zh:literal $said:ident $days:ident $early:ident $back:ident
        ($($first:ident $(. $inner:ident)?),+) $($about:ident)?;)*) => {
        impl Event {
            fn put_key(&self, sink: &mut impl Sink) {
                match &self.kind {
                    $(Kind::$kind(said) => { $(keys!(@ self said sink $first $(. $inner)?);)+ })*
                }
            }
        }

        /// The parts of each kind's key, by the name of its variant. For documents and tests.
        pub const KEY_PARTS: &[(&str, &[&str])] = &[
            $((stringify!($kind), &[$(concat!(stringify!($first) $(, ".", stringify!($inner))?)),+]),)*
        ];
    };
    (@ $event:ident $said:ident $sink:ident day) => {
        { let _ = $said; $event.effective.put($sink) }
    };
    (@ $event:ident $said:ident $sink:ident serial) => {
        {
            $said.serial.put($sink);
            if $said.serial.is_empty() {
                $event.effective.put($sink);
            }
        }
    };
    (@ $event:ident $said:ident $sink:ident own_serial) => {
        $said.serial.put($sink)
    };
    (@ $event:ident $said:ident $sink:ident first_to) => {
        $said.parts.first().map(|part| part.to).unwrap_or_default().put($sink)
    };
    (@ $event:ident $said:ident $sink:ident $first:ident $(. $inner:ident)?) => {
        $said.$first $(.$inner)? .put($sink)
    };
}

for_each_kind!(keys);

impl Event {
    /// A statement under the id of its key, of the first edition. Everybody who makes events makes them by this.
    #[must_use]
    pub fn said(effective: Day, kind: Kind) -> Self {
        Self::said_as(0, effective, kind)
    }

    /// The same, of a later edition: counts in the place of the one before, once that is taken back.
    #[must_use]
    pub fn said_as(edition: u8, effective: Day, kind: Kind) -> Self {
        let mut event = Self { id: Uuid::nil(), effective, edition, kind };
        event.id = event.keyed_id();
        event
    }

    /// The id of what it says, by the definition at the head of this file.
    #[must_use]
    pub fn keyed_id(&self) -> Uuid {
        self.id_of_edition(self.edition)
    }

    /// The id of another edition of what it says.
    #[must_use]
    pub fn id_of_edition(&self, edition: u8) -> Uuid {
        let mut bytes = KeyBytes::begun();
        bytes.put(self.kind.name().as_bytes());
        bytes.put(&[0]);
        self.put_key(&mut bytes);
        bytes.put(&[edition]);
        Builder::from_custom_bytes(bytes.half_of_hash()).into_uuid()
    }

    /// The parts of its key, as they are hashed: for documents, and for whoever checks the definition.
    #[must_use]
    pub fn key_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = Parts(Vec::new());
        self.put_key(&mut parts);
        parts.0
    }

    /// The thing it is about: the first id of its key, or its own where no thing stands in the key.
    #[must_use]
    pub fn subject(&self) -> Uuid {
        let mut first = FirstId(None);
        self.put_key(&mut first);
        first.0.unwrap_or(self.id)
    }
}

/// Most keys fit in here, so that the hash is asked once instead of once a part.
const BLOCK: usize = 192;

/// The bytes of a key on their way into its hash.
struct KeyBytes {
    block: [u8; BLOCK],
    filled: usize,
    /// What did not fit: a hash of all before it.
    long: Option<Sha256>,
}

impl KeyBytes {
    fn begun() -> Self {
        let mut block = [0; BLOCK];
        block[..DOMAIN.len()].copy_from_slice(DOMAIN);
        Self { block, filled: DOMAIN.len(), long: None }
    }

    /// Inlined, as most parts have a length known here.
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.block.get_mut(self.filled..self.filled + bytes.len()) {
            room.copy_from_slice(bytes);
            self.filled += bytes.len();
            return;
        }
        self.put_long(bytes);
    }

    #[cold]
    fn put_long(&mut self, bytes: &[u8]) {
        let long = self.long.get_or_insert_with(Sha256::new);
        long.update(&self.block[..self.filled]);
        long.update(bytes);
        self.filled = 0;
    }

    fn half_of_hash(self) -> [u8; 16] {
        let block = &self.block[..self.filled];
        let digest = match self.long {
            None => sha256([block]),
            Some(long) => long.chain_update(block).finalize().into(),
        };
        std::array::from_fn(|at| digest[at])
    }
}

impl Sink for KeyBytes {
    fn id(&mut self, id: Uuid) {
        let mut part = [0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        part[2..].copy_from_slice(id.as_bytes());
        self.put(&part);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // A text has 400 bytes at most; what nobody admitted is cut rather than let two keys run together.
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.put(&length.to_be_bytes());
        self.put(&bytes[..usize::from(length)]);
    }
}

/// Keeps the parts apart.
struct Parts(Vec<Vec<u8>>);

impl Sink for Parts {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.push(bytes.to_vec());
    }
}

/// Looks for the first id of a key.
struct FirstId(Option<Uuid>);

impl Sink for FirstId {
    fn id(&mut self, id: Uuid) {
        self.0.get_or_insert(id);
    }

    fn bytes(&mut self, _: &[u8]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LoanDrawn, OrgRenamed, RulesAdopted};

    fn drawn(day: u32, fen: i64, serial: &str) -> Event {
        let loan = Uuid::from_u128(1);
        let day = Day::from_yyyymmdd(day).unwrap_or_default();
        Event::said(day, Kind::LoanDrawn(LoanDrawn { loan, fen, serial: serial.to_owned() }))
    }

    #[test]
    fn with_a_serial_the_day_is_content_and_without_one_it_is_the_key() {
        assert_eq!(drawn(20_210_901, 1, "S").id, drawn(20_210_902, 2, "S").id);
        assert_ne!(drawn(20_210_901, 1, "S").id, drawn(20_210_901, 1, "T").id);
        assert_eq!(drawn(20_210_901, 1, "").id, drawn(20_210_901, 2, "").id);
        assert_ne!(drawn(20_210_901, 1, "").id, drawn(20_210_902, 1, "").id);
        assert_ne!(drawn(20_210_901, 1, "").id, drawn(20_210_901, 1, "20210901").id, "a number is no day");
    }

    #[test]
    fn the_bytes_are_those_of_the_definition() {
        let said = Event::said_as(2, Day::default(), Kind::RulesAdopted(RulesAdopted { version: 10 }));
        let mut bytes = b"mingzhang/1\0rules_adopted\0".to_vec();
        bytes.extend([0, 2, b'1', b'0', 2]);
        let mut half: [u8; 16] = Sha256::digest(&bytes)[..16].try_into().expect("16 bytes");
        (half[6], half[8]) = (half[6] & 0x0f | 0x80, half[8] & 0x3f | 0x80);
        assert_eq!(said.id, Uuid::from_bytes(half));
        assert_eq!(said.id.get_version_num(), 8);
        assert_eq!(said.subject(), said.id, "a version is no thing");
    }

    #[test]
    fn keys_of_any_length_are_hashed_whole() {
        for length in [0, BLOCK - 60, BLOCK - 1, BLOCK, BLOCK + 1, 400] {
            let event = drawn(20_210_901, 1, &"9".repeat(length));
            let mut bytes = b"mingzhang/1\0loan_drawn\0".to_vec();
            for part in event.key_parts() {
                bytes.extend(u16::try_from(part.len()).expect("short").to_be_bytes());
                bytes.extend(part);
            }
            bytes.push(0);
            let half: [u8; 16] = Sha256::digest(&bytes)[..16].try_into().expect("16 bytes");
            assert_eq!(event.id, Builder::from_custom_bytes(half).into_uuid(), "{length}");
        }
    }

    #[test]
    fn editions_and_kinds_have_ids_of_their_own() {
        let renamed = OrgRenamed { org: Uuid::from_u128(7), name: String::new(), division: 0 };
        let renamed = Event::said(Day::default(), Kind::OrgRenamed(renamed));
        assert_eq!(renamed.subject(), Uuid::from_u128(7));
        assert_eq!(renamed.id_of_edition(0), renamed.id);
        assert_ne!(renamed.id_of_edition(1), renamed.id);
        assert_eq!(KEY_PARTS.iter().filter(|(kind, _)| *kind == "OrgRenamed").count(), 1);
    }
}
