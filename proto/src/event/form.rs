//! The table of messages: `wire!` pairs a message with what it means, field by field, and each field has a form that says
//! how it is checked when it is read and how it is written. No message is known here.

use super::check::{Check, Choice, Wire};
use crate::limits::{MAX_DIVISION, MAX_FEN, MAX_LOAN_FEN, MAX_PPM, MAX_SPREAD_BP, MAX_TEXT_BYTES, YEARS};
use crate::text::{Class, TextFault};
use bytes::Bytes;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// How a field whose wire type is `W` and whose meaning is a `D` is read and written.
pub(super) trait Form<W, D> {
    /// What it means; what is wrong goes to `check` under this name, and a placeholder takes its place.
    fn read(&self, check: &mut Check, field: &'static str, wire: W) -> D;

    /// As it is written down.
    fn write(&self, domain: &D) -> W;
}

/// A row of the table: a message, its fields in the order in which they are checked, and the form of each.
///
/// ```text
/// wire!(LoanDrawn { loan: Id, fen: LoanFen, serial: NUMBER });
/// wire!(RosterSealed = SetSealed { roster as set: Id, hash: Hash });      // the domain calls it otherwise
/// wire!(PolicyAdopted = Box<Policy> { programme: NUMBER, version: Plain }); // the domain keeps it in a box
/// ```
/// Both structs are taken apart and put together whole, so a field that either has and the row has not does not compile.
macro_rules! wire {
    ($message:ident { $($fields:tt)* }) => {
        wire!(@row $message, $message, $message, $($fields)*);
    };
    ($message:ident = Box<$domain:ident> { $($fields:tt)* }) => {
        wire!(@row $message, $domain, Box<$domain>, $($fields)*);
    };
    ($message:ident = $domain:ident { $($fields:tt)* }) => {
        wire!(@row $message, $domain, $domain, $($fields)*);
    };
    (@row $message:ident, $domain:ident, $kept:ty, $($field:ident $(as $own:ident)?: $form:expr),* $(,)?) => {
        impl crate::event::check::Wire for crate::v1::$message {
            type Domain = $kept;

            fn write(domain: &Self::Domain) -> Self {
                let domain: &$domain = domain;
                let $domain { $($($own:)? $field),* } = domain;
                Self { $($field: crate::event::form::Form::write(&$form, $field)),* }
            }

            fn read(self, check: &mut crate::event::check::Check) -> Self::Domain {
                let Self { $($field),* } = self;
                $(let $field = crate::event::form::Form::read(&$form, check, stringify!($field), $field);)*
                <$kept>::from($domain { $($($own:)? $field),* })
            }
        }
    };
}
pub(super) use wire;

/// Carried as it is: any value will do.
pub(super) struct Plain;

impl<T: Copy> Form<T, T> for Plain {
    fn read(&self, _: &mut Check, _: &'static str, wire: T) -> T {
        wire
    }

    fn write(&self, domain: &T) -> T {
        *domain
    }
}

/// An id.
pub(super) struct Id;

impl Form<Bytes, Uuid> for Id {
    fn read(&self, check: &mut Check, field: &'static str, wire: Bytes) -> Uuid {
        Uuid::from_slice(&wire).unwrap_or_else(|_| {
            check.fail(field, format!("{} bytes; an id has 16", wire.len()));
            Uuid::nil()
        })
    }

    fn write(&self, domain: &Uuid) -> Bytes {
        Bytes::copy_from_slice(domain.as_bytes())
    }
}

/// An id that may be left out; no bytes say so.
pub(super) struct OptionalId;

impl Form<Bytes, Option<Uuid>> for OptionalId {
    fn read(&self, check: &mut Check, field: &'static str, wire: Bytes) -> Option<Uuid> {
        (!wire.is_empty()).then(|| Id.read(check, field, wire))
    }

    fn write(&self, domain: &Option<Uuid>) -> Bytes {
        domain.as_ref().map(|id| Id.write(id)).unwrap_or_default()
    }
}

/// A SHA-256 hash or a public key: 32 bytes.
pub(super) struct Hash;

impl Form<Bytes, [u8; 32]> for Hash {
    fn read(&self, check: &mut Check, field: &'static str, wire: Bytes) -> [u8; 32] {
        <[u8; 32]>::try_from(&wire[..]).unwrap_or_else(|_| {
            check.fail(field, format!("{} bytes; a SHA-256 hash has 32", wire.len()));
            Default::default()
        })
    }

    fn write(&self, domain: &[u8; 32]) -> Bytes {
        Bytes::copy_from_slice(domain)
    }
}

/// A SHA-256 hash that may be left out; no bytes say so.
pub(super) struct OptionalHash;

impl Form<Bytes, Option<[u8; 32]>> for OptionalHash {
    fn read(&self, check: &mut Check, field: &'static str, wire: Bytes) -> Option<[u8; 32]> {
        (!wire.is_empty()).then(|| Hash.read(check, field, wire))
    }

    fn write(&self, domain: &Option<[u8; 32]>) -> Bytes {
        domain.as_ref().map(|hash| Hash.write(hash)).unwrap_or_default()
    }
}

/// 64 bytes, in two halves.
pub(super) struct Signature;

impl Form<Bytes, [[u8; 32]; 2]> for Signature {
    fn read(&self, check: &mut Check, field: &'static str, wire: Bytes) -> [[u8; 32]; 2] {
        let halves = wire.split_at_checked(32).map(|(one, other)| (one.try_into(), other.try_into()));
        let Some((Ok(one), Ok(other))) = halves else {
            check.fail(field, format!("{} bytes; an Ed25519 signature has 64", wire.len()));
            return Default::default();
        };
        [one, other]
    }

    fn write(&self, domain: &[[u8; 32]; 2]) -> Bytes {
        Bytes::copy_from_slice(domain.as_flattened())
    }
}

/// A day as yyyymmdd.
pub(super) struct Day;

impl Form<u32, ledger::money::Day> for Day {
    fn read(&self, check: &mut Check, field: &'static str, wire: u32) -> ledger::money::Day {
        ledger::money::Day::from_yyyymmdd(wire).unwrap_or_else(|| {
            let hint = "is no day of the years 1900 to 2999; write yyyymmdd, for example 20210901";
            check.fail(field, format!("{wire} {hint}"));
            ledger::money::Day::default()
        })
    }

    fn write(&self, domain: &ledger::money::Day) -> u32 {
        domain.yyyymmdd()
    }
}

/// Forms of numbers that are carried as they are once they are within their limits.
macro_rules! limited {
    ($($(#[$doc:meta])* $form:ident($number:ty): $range:expr, $limits:expr;)*) => {$(
        $(#[$doc])*
        pub(super) struct $form;

        impl Form<$number, $number> for $form {
            fn read(&self, check: &mut Check, field: &'static str, wire: $number) -> $number {
                if !($range).contains(&wire) {
                    check.fail(field, format!("{wire} {}", $limits));
                }
                wire
            }

            fn write(&self, domain: &$number) -> $number {
                *domain
            }
        }
    )*};
}

limited! {
    /// An amount in fen.
    Fen(i64): 0..=MAX_FEN, format_args!("fen; an amount is 0 to {MAX_FEN}, in fen");
    /// An amount in fen, more or less.
    SignedFen(i64): -MAX_FEN..=MAX_FEN, format_args!("fen; an amount is at most {MAX_FEN} fen either way");
    /// An amount of one loan, in fen.
    LoanFen(i64): 0..=MAX_LOAN_FEN, format_args!("fen; an amount of one loan is 0 to {MAX_LOAN_FEN}, in fen");
    /// A difference of one loan, in fen, which may be below zero.
    Difference(i64): -MAX_LOAN_FEN..=MAX_LOAN_FEN,
        format_args!("fen; a difference is at most {MAX_LOAN_FEN} fen either way");
    /// A part of a whole, in millionths.
    Ppm(u32): 0..=MAX_PPM, format_args!("is not within 0 to {MAX_PPM}");
    /// A spread over an index, in basis points.
    Spread(i32): -MAX_SPREAD_BP..=MAX_SPREAD_BP, format_args!("bp is not within -{MAX_SPREAD_BP} to {MAX_SPREAD_BP}");
    /// A division code; 0 where none is known.
    Division(u32): 0..=MAX_DIVISION, format_args!("is not within 0 to {MAX_DIVISION}");
}

/// A number within limits of its own.
pub(super) struct Within(pub(super) RangeInclusive<u32>);

impl Form<u32, u32> for Within {
    fn read(&self, check: &mut Check, field: &'static str, wire: u32) -> u32 {
        if !self.0.contains(&wire) {
            check.fail(field, format!("{wire} is not within {} to {}", self.0.start(), self.0.end()));
        }
        wire
    }

    fn write(&self, domain: &u32) -> u32 {
        *domain
    }
}

/// A calendar, academic or fiscal year.
pub(super) struct Year;

impl Form<u32, u16> for Year {
    fn read(&self, check: &mut Check, field: &'static str, wire: u32) -> u16 {
        u16::try_from(Within(YEARS).read(check, field, wire)).unwrap_or_default()
    }

    fn write(&self, domain: &u16) -> u32 {
        (*domain).into()
    }
}

/// A text of a class, in its one spelling.
pub(super) struct Text {
    class: Class,
    may_be_empty: bool,
}

impl Text {
    /// A text that must say something.
    pub(super) const fn of(class: Class) -> Self {
        Self { class, may_be_empty: false }
    }

    /// A text that may be left out.
    pub(super) const fn optional(class: Class) -> Self {
        Self { class, may_be_empty: true }
    }

    fn wrong(&self, check: &Check, text: &str) -> Option<String> {
        if text.len() > MAX_TEXT_BYTES {
            return Some(format!("{} bytes, more than {MAX_TEXT_BYTES}; shorten it", text.len()));
        }
        if text.is_empty() {
            return (!self.may_be_empty).then(|| TextFault::Empty.to_string());
        }
        if !check.admits() {
            return None;
        }
        match self.class.canonical(text) {
            Ok(canonical) if canonical == text => None,
            Ok(canonical) => Some(format!("is not in its one spelling; write it as {canonical:?}")),
            Err(fault) => Some(fault.to_string()),
        }
    }
}

impl Form<String, String> for Text {
    fn read(&self, check: &mut Check, field: &'static str, wire: String) -> String {
        if let Some(wrong) = self.wrong(check, &wire) {
            check.fail(field, wrong);
        }
        wire
    }

    fn write(&self, domain: &String) -> String {
        domain.clone()
    }
}

/// What something is called.
pub(super) const NAME: Text = Text::of(Class::Name);
/// What a source numbers a thing with, or a code.
pub(super) const NUMBER: Text = Text::of(Class::Number);
/// The same, where there may be none.
pub(super) const OPTIONAL_NUMBER: Text = Text::optional(Class::Number);
/// A document number.
pub(super) const DOCUMENT: Text = Text::of(Class::Document);
/// The same, where there may be none.
pub(super) const OPTIONAL_DOCUMENT: Text = Text::optional(Class::Document);
/// The number of a notice, or its name; there may be none.
pub(super) const OPTIONAL_NOTICE: Text = Text::optional(Class::Notice);
/// Words.
pub(super) const WORDS: Text = Text::of(Class::Free);
/// Words that may be left out.
pub(super) const OPTIONAL_WORDS: Text = Text::optional(Class::Free);

/// A value of a closed list.
pub(super) struct OneOf;

impl<T: Choice> Form<i32, T> for OneOf {
    fn read(&self, check: &mut Check, field: &'static str, wire: i32) -> T {
        T::from_number(wire).unwrap_or_else(|| {
            let hint = "is not a value of this list; set one that event.proto names";
            check.fail(field, format!("{wire} {hint}"));
            T::FIRST
        })
    }

    fn write(&self, domain: &T) -> i32 {
        domain.number()
    }
}

/// A message that may be left out; what is in it is read with its own path.
pub(super) struct Optional;

impl<W: Wire> Form<Option<W>, Option<W::Domain>> for Optional {
    fn read(&self, check: &mut Check, field: &'static str, wire: Option<W>) -> Option<W::Domain> {
        wire.map(|part| check.within(field, None, |check| part.read(check)))
    }

    fn write(&self, domain: &Option<W::Domain>) -> Option<W> {
        domain.as_ref().map(W::write)
    }
}

/// A message that must be there; a placeholder takes the place of a missing one.
pub(super) struct Whole;

impl<W: Wire + Default> Form<Option<W>, W::Domain> for Whole {
    fn read(&self, check: &mut Check, field: &'static str, wire: Option<W>) -> W::Domain {
        Optional.read(check, field, wire).unwrap_or_else(|| {
            check.fail(field, "is missing; fill it in");
            // What is wrong with the placeholder is said already, so nobody hears what its own reading finds.
            W::default().read(&mut Check::new(false))
        })
    }

    fn write(&self, domain: &W::Domain) -> Option<W> {
        Some(W::write(domain))
    }
}

/// Messages, so many of them; each is read with its own path.
pub(super) struct Parts(pub(super) RangeInclusive<usize>);

impl<W: Wire> Form<Vec<W>, Vec<W::Domain>> for Parts {
    fn read(&self, check: &mut Check, field: &'static str, wire: Vec<W>) -> Vec<W::Domain> {
        check.list(field, wire, &self.0, W::read)
    }

    fn write(&self, domain: &Vec<W::Domain>) -> Vec<W> {
        domain.iter().map(W::write).collect()
    }
}

/// Single values, so many of them: their number, what one is called, and its form.
pub(super) struct Each<F>(pub(super) RangeInclusive<usize>, pub(super) &'static str, pub(super) F);

impl<W, D, F: Form<W, D>> Form<Vec<W>, Vec<D>> for Each<F> {
    fn read(&self, check: &mut Check, field: &'static str, wire: Vec<W>) -> Vec<D> {
        check.list(field, wire, &self.0, |value, check| self.2.read(check, self.1, value))
    }

    fn write(&self, domain: &Vec<D>) -> Vec<W> {
        domain.iter().map(|value| self.2.write(value)).collect()
    }
}
