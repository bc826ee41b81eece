//! What every conversion shares: where in an event it reads, and what it found wrong there. How single fields are checked
//! is said by their forms; no message is known here.

use super::violation::{MALFORMED, Violation, WRONG_ID};
use crate::limits::MAX_EVENT_BYTES;
use std::ops::RangeInclusive;
use uuid::Uuid;

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

    /// The id is not that of what is said.
    pub(super) fn wrong_id(keyed: Uuid) -> Self {
        let description = format!(
            "is not made from the key of what is said, which gives {keyed}; make it as event.proto says at Event, for example by \
             scripts/keyed_id.py"
        );
        Self { violations: vec![Violation { field: "id".to_owned(), description, code: WRONG_ID }] }
    }

    fn one(field: &str, description: String) -> Self {
        Self { violations: vec![Violation { field: field.to_owned(), description, code: MALFORMED }] }
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

/// Pairs a domain enum with its wire enum, variant by variant; a variant left out does not compile. `unsaid` is a list whose first
/// value counts where nothing is said.
macro_rules! choice {
    ($domain:ty = $wire:ident { $($variant:ident)* }) => {
        crate::event::check::choice!(@ $domain = $wire { $($variant)* } Unspecified);
    };
    ($domain:ty = $wire:ident unsaid { $($variant:ident)* }) => {
        crate::event::check::choice!(@ $domain = $wire { $($variant)* });
    };
    (@ $domain:ty = $wire:ident { $first:ident $($variant:ident)* } $($none:ident)?) => {
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
                    $(crate::v1::$wire::$none => None,)?
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
    /// Whether it is decided what is recorded; what is recorded already is read whatever its texts are.
    admits: bool,
}

impl Check {
    pub(super) fn new(admits: bool) -> Self {
        Self { kind: "", path: Vec::new(), violations: Vec::new(), admits }
    }

    /// Whether texts must be in their one spelling.
    pub(super) fn admits(&self) -> bool {
        self.admits
    }

    /// From here on fields belong to this kind.
    pub(super) fn enter(&mut self, kind: &'static str) {
        self.kind = kind;
    }

    pub(super) fn push(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_well(&self) -> bool {
        self.violations.is_empty()
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
        self.violations.push(Violation { field: path, description: description.into(), code: MALFORMED });
    }

    /// Reads what is inside a field, or at a position of its list, with its own path.
    pub(super) fn within<T>(&mut self, field: &'static str, at: Option<usize>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push((field, at));
        let inner = read(self);
        self.path.pop();
        inner
    }

    /// Reads a list; nothing of it if it is too short or too long.
    pub(super) fn list<W, D>(
        &mut self,
        field: &'static str,
        parts: Vec<W>,
        count: &RangeInclusive<usize>,
        mut read: impl FnMut(W, &mut Self) -> D,
    ) -> Vec<D> {
        if !count.contains(&parts.len()) {
            let (low, high) = (count.start(), count.end());
            self.fail(field, format!("{} of them; {low} to {high} may stand here", parts.len()));
            return Vec::new();
        }
        let mut domain = Vec::with_capacity(parts.len());
        for (at, part) in parts.into_iter().enumerate() {
            domain.push(self.within(field, Some(at), |check| read(part, check)));
        }
        domain
    }
}
