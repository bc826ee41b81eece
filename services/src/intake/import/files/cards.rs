//! Students 学籍 (person, status, card in one row) and cards replaced 换卡. Numbers are hashed here and dropped.

use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, ids};
use ledger::event::{CardBound, CardReplaced, Event, Kind, PersonRegistered, Status, StatusChanged};
use ledger::money::Day;
use uuid::Uuid;

const STATUSES: &[(&str, &str, Status)] = &[
    ("在籍", "enrolled", Status::Enrolled),
    ("休学", "leave", Status::Leave),
    ("因病休学", "illness_leave", Status::IllnessLeave),
    ("升学", "further_study", Status::FurtherStudy),
    ("毕业", "graduated", Status::Graduated),
    ("退学", "withdrawn", Status::Withdrawn),
    ("死亡", "deceased", Status::Deceased),
];

/// A row of a file of students. The origin makes the person known, the card binds it; either may be left out when
/// only the status changed.
pub(in crate::intake::import) fn student(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let Student { person, origin, status, school, card, day } = Student::read(row, out)?;
    // Who somebody is has no day: every file that says it says the same.
    let undated = Day::new(1900, 1, 1).unwrap_or_default();
    let registered = origin.map(|origin| (undated, Kind::PersonRegistered(PersonRegistered { person, origin })));
    let changed = (day, Kind::StatusChanged(StatusChanged { person, status, school }));
    let bound = card.map(|card| (day, Kind::CardBound(CardBound { person, card })));
    let statements = registered.into_iter().chain([changed]).chain(bound);
    Ok(Spoken::of(statements.map(|(day, kind)| Event::said(day, kind)).collect()))
}

/// A row of a file of replaced cards.
pub(in crate::intake::import) fn replaced(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let person = out.identity().person(&row.id_number(Col::IdNumber)?);
    let old = out.identity().card(&row.card(Col::OldCard)?);
    let new = out.identity().card(&row.card(Col::NewCard)?);
    if old == new {
        return Err(Wrong::cell(Col::NewCard, "same_card", "both cards are the same", "correct the new number"));
    }
    let card = CardReplaced { person, old, new };
    Ok((row.day(Col::EffectiveDay)?, Kind::CardReplaced(card)).into())
}

struct Student {
    person: Uuid,
    origin: Option<u32>,
    status: Status,
    school: Uuid,
    card: Option<Uuid>,
    day: Day,
}

impl Student {
    fn read(row: &Row<'_>, out: &Out<'_>) -> Result<Self, Wrong> {
        let card = if row.has(Col::Card) { Some(row.card(Col::Card)?) } else { None };
        Ok(Self {
            person: out.identity().person(&row.id_number(Col::IdNumber)?),
            origin: if row.has(Col::Origin) { Some(row.division(Col::Origin)?) } else { None },
            status: row.word(Col::Status, STATUSES)?,
            school: ids::org(row.key(Col::School)?),
            card: card.map(|number| out.identity().card(&number)),
            day: row.day(Col::EffectiveDay)?,
        })
    }
}
