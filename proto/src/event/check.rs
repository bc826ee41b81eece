//! What every conversion shares: reading single fields and keeping what is wrong with them. No message is known here.

use crate::limits::{
    MAX_DIVISION, MAX_EVENT_BYTES, MAX_FEN, MAX_LOAN_FEN, MAX_PPM, MAX_SPREAD_BP, MAX_TEXT_BYTES, YEARS,
};
use bytes::Bytes;
use ledger::event::Hash;
use ledger::money::{Day, Fen};
use std::fmt;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// One thing wrong with the bytes of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Path of the field, for example `line_passed_down.parts[3].fen`.
    pub field: String,
    /// What is wrong, and what to do about it.
    pub description: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.description)
    }
}

/// Why bytes are no event. Nothing is recorded of them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("malformed event: {}", sentences(.violations))]
pub struct Malformed {
    /// Everything that is wrong, never empty.
    pub violations: Vec<Violation>,
}

impl Malformed {
    pub(super) fn too_long(bytes: usize) -> Self {
        let description = format!("{bytes} bytes, more than {MAX_EVENT_BYTES}; split the statement");
        Self::one("event", description)
    }

    /// What prost could not read. It names the field of every level, inner ones first, but a kind only as the oneof.
    pub(super) fn undecodable(error: &prost::DecodeError, bytes: &[u8]) -> Self {
        let text = error.to_string();
        let mut parts: Vec<&str> = text.split(": ").skip(1).collect();
        let cause = parts.pop().unwrap_or("unreadable");
        let path = parts.iter().rev().filter_map(|part| match *part {
            "Event.kind" => super::difference::last_field(bytes),
            part => part.split_once('.').map(|(_, field)| field),
        });
        let path = path.collect::<Vec<_>>().join(".");
        let field = if path.is_empty() { "event" } else { &path };
        Self::one(field, format!("{cause}; encode it with the current event.proto"))
    }

    fn one(field: &str, description: String) -> Self {
        Self { violations: vec![Violation { field: field.to_owned(), description }] }
    }
}

fn sentences(violations: &[Violation]) -> String {
    violations.iter().map(Violation::to_string).collect::<Vec<_>>().join("; ")
}

/// A wire message and the domain type it stands for.
pub(super) trait Wire: Sized {
    /// What it means.
    type Domain;

    /// From the domain.
    fn write(domain: &Self::Domain) -> Self;

    /// To the domain; what is wrong goes to `check`, and a placeholder stands in its place.
    fn read(self, check: &mut Check) -> Self::Domain;
}

/// A closed list and its numbers on the wire.
pub(super) trait Choice: Copy {
    /// First of the list: the placeholder for a bad value.
    const FIRST: Self;

    /// Its number.
    fn number(self) -> i32;

    /// The value with this number, if the list has it.
    fn from_number(number: i32) -> Option<Self>;
}

/// Pairs a domain enum with its wire enum, variant by variant; a variant left out does not compile.
macro_rules! choice {
    ($domain:ty = $wire:ident { $first:ident $($variant:ident)* }) => {
        impl From<$domain> for crate::v1::$wire {
            fn from(domain: $domain) -> Self {
                match domain {
                    <$domain>::$first => Self::$first,
                    $(<$domain>::$variant => Self::$variant,)*
                }
            }
        }

        impl crate::event::check::Choice for $domain {
            const FIRST: Self = Self::$first;

            fn number(self) -> i32 {
                crate::v1::$wire::from(self) as i32
            }

            fn from_number(number: i32) -> Option<Self> {
                match crate::v1::$wire::try_from(number).ok()? {
                    crate::v1::$wire::Unspecified => None,
                    crate::v1::$wire::$first => Some(Self::$first),
                    $(crate::v1::$wire::$variant => Some(Self::$variant),)*
                }
            }
        }
    };
}
pub(super) use choice;

/// Reads fields and keeps what is wrong. Paths are put together only when something is.
pub(super) struct Check {
    kind: &'static str,
    /// Where in the kind it reads: fields that hold others, with the position in a list.
    path: Vec<(&'static str, Option<usize>)>,
    violations: Vec<Violation>,
}

impl Check {
    pub(super) fn new() -> Self {
        Self { kind: "", path: Vec::new(), violations: Vec::new() }
    }

    /// From here on fields belong to this kind.
    pub(super) fn enter(&mut self, kind: &'static str) {
        self.kind = kind;
    }

    pub(super) fn push(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// `value`, if nothing was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Malformed> {
        if self.violations.is_empty() { Ok(value) } else { Err(Malformed { violations: self.violations }) }
    }

    pub(super) fn without_kind(mut self) -> Malformed {
        self.fail("kind", "says nothing this program knows; name one kind of event, or use a newer program");
        Malformed { violations: self.violations }
    }

    /// Notes what is wrong with a field.
    pub(super) fn fail(&mut self, field: &str, description: impl Into<String>) {
        let mut path = String::new();
        if !self.kind.is_empty() {
            path.push_str(self.kind);
            path.push('.');
        }
        for (outer, at) in &self.path {
            path.push_str(&at.map_or_else(|| format!("{outer}."), |at| format!("{outer}[{at}].")));
        }
        path.push_str(field);
        self.violations.push(Violation { field: path, description: description.into() });
    }

    pub(super) fn id(&mut self, field: &str, bytes: &Bytes) -> Uuid {
        Uuid::from_slice(bytes).unwrap_or_else(|_| {
            self.fail(field, format!("{} bytes; an id has 16", bytes.len()));
            Uuid::nil()
        })
    }

    /// An id that may be left out.
    pub(super) fn optional_id(&mut self, field: &str, bytes: &Bytes) -> Option<Uuid> {
        (!bytes.is_empty()).then(|| self.id(field, bytes))
    }

    pub(super) fn hash(&mut self, field: &str, bytes: &Bytes) -> Hash {
        Hash::try_from(&bytes[..]).unwrap_or_else(|_| {
            self.fail(field, format!("{} bytes; a SHA-256 hash has 32", bytes.len()));
            Hash::default()
        })
    }

    /// 64 bytes, in two halves.
    pub(super) fn signature(&mut self, field: &str, bytes: &Bytes) -> [Hash; 2] {
        let halves = bytes.split_at_checked(32).map(|(one, other)| (Hash::try_from(one), Hash::try_from(other)));
        let Some((Ok(one), Ok(other))) = halves else {
            self.fail(field, format!("{} bytes; an Ed25519 signature has 64", bytes.len()));
            return Default::default();
        };
        [one, other]
    }

    pub(super) fn day(&mut self, field: &str, number: u32) -> Day {
        Day::from_yyyymmdd(number).unwrap_or_else(|| {
            let hint = "is no day of the years 1900 to 2999; write yyyymmdd, for example 20210901";
            self.fail(field, format!("{number} {hint}"));
            Day::default()
        })
    }

    pub(super) fn fen(&mut self, field: &str, fen: i64) -> Fen {
        if !(0..=MAX_FEN).contains(&fen) {
            self.fail(field, format!("{fen} fen; an amount is 0 to {MAX_FEN}, in fen"));
        }
        fen
    }

    /// An amount of one loan.
    pub(super) fn loan_fen(&mut self, field: &str, fen: i64) -> Fen {
        if !(0..=MAX_LOAN_FEN).contains(&fen) {
            self.fail(field, format!("{fen} fen; an amount of one loan is 0 to {MAX_LOAN_FEN}, in fen"));
        }
        fen
    }

    /// A difference of one loan, which may be below zero.
    pub(super) fn difference(&mut self, field: &str, fen: i64) -> Fen {
        if !(-MAX_LOAN_FEN..=MAX_LOAN_FEN).contains(&fen) {
            self.fail(field, format!("{fen} fen; a difference is at most {MAX_LOAN_FEN} fen either way"));
        }
        fen
    }

    /// A part of a whole, in millionths.
    pub(super) fn ppm(&mut self, field: &str, ppm: u32) -> u32 {
        self.within(field, ppm, 0..=MAX_PPM)
    }

    pub(super) fn spread(&mut self, field: &str, bp: i32) -> i32 {
        if !(-MAX_SPREAD_BP..=MAX_SPREAD_BP).contains(&bp) {
            self.fail(field, format!("{bp} bp is not within -{MAX_SPREAD_BP} to {MAX_SPREAD_BP}"));
        }
        bp
    }

    pub(super) fn year(&mut self, field: &str, year: u32) -> u16 {
        u16::try_from(self.within(field, year, YEARS)).unwrap_or_default()
    }

    pub(super) fn division(&mut self, field: &str, code: u32) -> u32 {
        self.within(field, code, 0..=MAX_DIVISION)
    }

    pub(super) fn within(&mut self, field: &str, number: u32, range: RangeInclusive<u32>) -> u32 {
        if !range.contains(&number) {
            let (low, high) = range.into_inner();
            self.fail(field, format!("{number} is not within {low} to {high}"));
        }
        number
    }

    /// A text that may be empty.
    pub(super) fn text(&mut self, field: &str, text: String) -> String {
        if text.len() > MAX_TEXT_BYTES {
            self.fail(field, format!("{} bytes, more than {MAX_TEXT_BYTES}; shorten it", text.len()));
        } else if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            self.fail(field, "holds a control character, such as a line break; remove it");
        }
        text
    }

    /// A text that must say something.
    pub(super) fn name(&mut self, field: &str, text: String) -> String {
        if text.is_empty() {
            self.fail(field, "is empty; fill it in");
        }
        self.text(field, text)
    }

    pub(super) fn choice<T: Choice>(&mut self, field: &str, number: i32) -> T {
        T::from_number(number).unwrap_or_else(|| {
            let hint = "is not a value of this list; set one that event.proto names";
            self.fail(field, format!("{number} {hint}"));
            T::FIRST
        })
    }

    /// A list of parts; each is read with its own path.
    pub(super) fn parts<W, D>(
        &mut self,
        field: &'static str,
        parts: Vec<W>,
        count: RangeInclusive<usize>,
        mut read: impl FnMut(W, &mut Self) -> D,
    ) -> Vec<D> {
        if !count.contains(&parts.len()) {
            let (low, high) = count.into_inner();
            self.fail(field, format!("{} of them; {low} to {high} may stand here", parts.len()));
            return Vec::new();
        }
        let mut domain = Vec::with_capacity(parts.len());
        for (at, part) in parts.into_iter().enumerate() {
            self.path.push((field, Some(at)));
            domain.push(read(part, self));
            self.path.pop();
        }
        domain
    }

    /// A part that may be left out; what is in it is read with its own path.
    pub(super) fn optional<W: Wire>(&mut self, field: &'static str, part: Option<W>) -> Option<W::Domain> {
        let part = part?;
        self.path.push((field, None));
        let domain = part.read(self);
        self.path.pop();
        Some(domain)
    }

    /// A part that must stand there; a placeholder stands for a missing one.
    pub(super) fn whole<W: Wire + Default>(&mut self, field: &'static str, part: Option<W>) -> W::Domain {
        self.optional(field, part).unwrap_or_else(|| {
            self.fail(field, "is missing; fill it in");
            // What is wrong with the placeholder is said already, so nobody hears what its own reading finds.
            W::default().read(&mut Self::new())
        })
    }
}

pub(super) fn id_bytes(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

/// No bytes stand for no id.
pub(super) fn optional_id_bytes(id: Option<Uuid>) -> Bytes {
    id.map(id_bytes).unwrap_or_default()
}

pub(super) fn hash_bytes(hash: &Hash) -> Bytes {
    Bytes::copy_from_slice(hash)
}
