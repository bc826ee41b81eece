//! Budget document lines between wire and domain. What is available is not asked here.

use super::check::choice;
use super::form::{
    DOCUMENT, Fen, Id, NUMBER, OPTIONAL_DOCUMENT, OPTIONAL_NUMBER, OPTIONAL_WORDS, OneOf, Parts, Plain, SignedFen,
    Year, wire,
};
use crate::limits::MAX_PARTS;
use ledger::event::{
    DrawsCorrected, LineAdjusted, LineIssued, LinePassedDown, LineRecalled, PassedPart, Source, Surrendered,
};

choice!(Source = Source { Central Province City County });

wire!(LineIssued {
    line: Id,
    document: DOCUMENT,
    parent_document: OPTIONAL_DOCUMENT,
    unit: Id,
    fiscal_year: Year,
    programme: NUMBER,
    source: OneOf,
    item: OPTIONAL_WORDS,
    project: OPTIONAL_WORDS,
    direct: Plain,
    advance: Plain,
    fen: Fen,
});

wire!(LinePassedDown { document: DOCUMENT, parts: Parts(1..=MAX_PARTS) });

wire!(PassedPart { from: Id, to: Id, unit: Id, fen: Fen });

wire!(LineRecalled { line: Id, document: DOCUMENT, fen: Fen });

wire!(LineAdjusted { line: Id, document: DOCUMENT, fen: SignedFen });

wire!(DrawsCorrected { application: Id, from: Id, to: Id, fen: Fen, document: DOCUMENT });

wire!(Surrendered { unit: Id, fen: Fen, serial: OPTIONAL_NUMBER, document: OPTIONAL_DOCUMENT });
