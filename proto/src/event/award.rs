//! Rosters, payment applications and sealed claims between wire and domain: what makes a set, closes it and decides on it.

use super::form::{DOCUMENT, Day, Each, Fen, Hash, Id, NUMBER, OptionalId, Parts, Plain, WORDS, Year, wire};
use crate::limits::{MAX_DRAWS, MAX_DUE_DAYS};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, AwardCancelled, Draw, RosterLineAdded, RosterPrepared, SetCancelled,
    SetDecided, SetSealed,
};

wire!(RosterPrepared {
    roster: Id,
    school: Id,
    programme: NUMBER,
    academic_year: Year,
    due: Each(1..=MAX_DUE_DAYS, "day", Day),
    replaces: OptionalId,
});

wire!(RosterLineAdded { roster: Id, number: Plain, award: Id, person: Id, band: Plain, fen: Fen });

wire!(AwardCancelled { award: Id, from_instalment: Plain, reason: WORDS, document: DOCUMENT });

wire!(ApplicationPrepared { application: Id, unit: Id, fiscal_year: Year, replaces: OptionalId });

wire!(ApplicationLineAdded {
    application: Id,
    number: Plain,
    payout: Id,
    award: Id,
    instalment: Plain,
    card: Id,
    reissue_of: OptionalId,
    draws: Parts(1..=MAX_DRAWS),
});

wire!(Draw { line: Id, fen: Fen });

// Rosters, applications and claims are sealed, decided on and cancelled alike; on the wire each names its own set.
wire!(RosterSealed = SetSealed { roster as set: Id, count: Plain, fen: Fen, hash: Hash });
wire!(RosterReviewed = SetDecided { roster as set: Id, hash: Hash });
wire!(RosterApproved = SetDecided { roster as set: Id, hash: Hash });
wire!(RosterCancelled = SetCancelled { roster as set: Id });
wire!(ApplicationSealed = SetSealed { application as set: Id, count: Plain, fen: Fen, hash: Hash });
wire!(ApplicationApproved = SetDecided { application as set: Id, hash: Hash });
wire!(ApplicationCancelled = SetCancelled { application as set: Id });
wire!(ClaimSealed = SetSealed { claim as set: Id, count: Plain, fen: Fen, hash: Hash });
wire!(ClaimApproved = SetDecided { claim as set: Id, hash: Hash });
