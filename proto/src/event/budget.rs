//! Budget document lines between wire and domain. What is available is not asked here.

use super::check::choice;
use super::form::{Fen, Id, Name, OneOf, Parts, Plain, Text, Year, wire};
use crate::limits::MAX_PARTS;
use ledger::event::{LineIssued, LinePassedDown, LineRecalled, PassedPart, Source};

choice!(Source = Source { Central Province City County });

wire!(LineIssued {
    line: Id,
    document: Name,
    parent_document: Text,
    unit: Id,
    fiscal_year: Year,
    programme: Name,
    source: OneOf,
    item: Text,
    project: Text,
    direct: Plain,
    advance: Plain,
    fen: Fen,
});

wire!(LinePassedDown { document: Name, parts: Parts(1..=MAX_PARTS) });

wire!(PassedPart { from: Id, to: Id, unit: Id, fen: Fen });

wire!(LineRecalled { line: Id, document: Name, fen: Fen });
