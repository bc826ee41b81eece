//! Events between wire and domain: strict in, canonical out. What an event means is not judged here.
//!
//! One file per domain group holds its messages as rows of one table, which drives both directions; [`form`] says what a
//! row is and how each sort of field is checked, [`check`] keeps what is wrong.

mod award;
mod budget;
mod check;
mod claim;
mod difference;
mod form;
mod loan;
mod org;
mod payout;
mod people;
mod policy;
mod rights;
mod risk;
mod terms;
mod violation;

pub use check::Malformed;
pub use violation::Violation;

use crate::limits::MAX_EVENT_BYTES;
use crate::v1;
use bytes::Bytes;
use check::{Check, Wire};
use form::{Day, Form, Id, Within};
use ledger::event::{Event, Kind};
use prost::Message;

/// The event as bytes. The same event always gives the same bytes.
#[must_use]
pub fn encode(event: &Event) -> Vec<u8> {
    let wire = v1::Event {
        id: Id.write(&event.id),
        effective: Day.write(&event.effective),
        edition: event.edition.into(),
        kind: Some(write_kind(&event.kind)),
    };
    wire.encode_to_vec()
}

/// The event in `bytes`, if they are exactly the bytes [`encode`] writes and every field is within its limits.
///
/// For what is recorded already: of texts only the length is asked, so that no table of characters decides about a replay.
pub fn decode(bytes: &[u8]) -> Result<Event, Malformed> {
    read(bytes, Bytes::copy_from_slice(bytes), &mut Vec::new(), Check::new(false))
}

/// The same of events that are parts of `all`, of which ids and hashes are then slices while an event is read.
pub fn decode_each<'a>(all: &'a Bytes, events: &'a [&[u8]]) -> impl Iterator<Item = Result<Event, Malformed>> + 'a {
    let mut again = Vec::new();
    events.iter().map(move |event| read(event, all.slice_ref(event), &mut again, Check::new(false)))
}

/// The same for what is to be recorded: every text must be in its one spelling besides, and the id that of its key.
pub fn admit(bytes: &[u8]) -> Result<Event, Malformed> {
    read(bytes, Bytes::copy_from_slice(bytes), &mut Vec::new(), Check::new(true))
}

/// The same of many, each beside its bytes. One copy of all, of which ids and hashes are slices, is cheaper than an allocation for each; and
/// than slices of the call, whose one count of users the threads would pass to and fro.
pub fn admit_each(events: Vec<Bytes>) -> impl Iterator<Item = (Bytes, Result<Event, Malformed>)> {
    let mut all = Vec::with_capacity(events.iter().map(Bytes::len).sum());
    events.iter().for_each(|event| all.extend_from_slice(event));
    let (mut all, mut again) = (Bytes::from(all), Vec::new());
    events.into_iter().map(move |bytes| {
        let event = read(&bytes, all.split_to(bytes.len()), &mut again, Check::new(true));
        (bytes, event)
    })
}

/// `copy` holds the same bytes, to take slices of; `again` is only memory to write in.
fn read(bytes: &[u8], copy: Bytes, again: &mut Vec<u8>, mut check: Check) -> Result<Event, Malformed> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(Malformed::too_long(bytes.len()));
    }
    let wire = v1::Event::decode(copy).map_err(|error| Malformed::undecodable(&error, bytes))?;
    again.clear();
    wire.encode_raw(again);
    if again != bytes {
        check.push(difference::explain(bytes, again));
    }
    let id = Id.read(&mut check, "id", wire.id);
    let effective = Day.read(&mut check, "effective", wire.effective);
    let edition = Within(0..=u8::MAX.into()).read(&mut check, "edition", wire.edition);
    let kind = wire.kind.map(|kind| {
        check.enter(kind_name(&kind));
        read_kind(kind, &mut check)
    });
    match kind {
        Some(kind) => {
            let edition = u8::try_from(edition).unwrap_or_default();
            let event = Event { id, effective, edition, kind };
            // Only of what is well formed, as what stands in the place of something wrong would make another key.
            if check.admits() && check.is_well() {
                let keyed = event.keyed_id();
                if id != keyed {
                    return Err(Malformed::wrong_id(keyed));
                }
            }
            check.finish(event)
        }
        None => Err(check.without_kind()),
    }
}

/// Both directions and the names on the wire follow from the list of kinds.
macro_rules! kinds {
    ($($kind:ident($content:ty) $name:literal $zh:literal $said:ident $days:ident $early:ident $back:ident
        ($($key:tt)*) $($about:ident)?;)*) => {
        fn write_kind(kind: &Kind) -> v1::event::Kind {
            match kind { $(Kind::$kind(domain) => v1::event::Kind::$kind(Wire::write(domain)),)* }
        }

        fn read_kind(kind: v1::event::Kind, check: &mut Check) -> Kind {
            match kind { $(v1::event::Kind::$kind(wire) => Kind::$kind(wire.read(check)),)* }
        }

        fn kind_name(kind: &v1::event::Kind) -> &'static str {
            match kind { $(v1::event::Kind::$kind(_) => $name,)* }
        }

        /// The name of every kind, in the order of their numbers.
        pub const KIND_NAMES: &[&str] = &[$($name,)*];
    };
}

ledger::for_each_kind!(kinds);
