//! Students 学籍 (person, status, card in one row), cards replaced 换卡, and persons found to be one 合并人员. Numbers are hashed here
//! and dropped.

use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, ids};
use ledger::event::{
    CardBound, CardRelation, CardReplaced, Event, Kind, PersonMerged, PersonRegistered, Status, StatusChanged,
};
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

/// Whose the card is: the payee's own unless the row says otherwise.
const RELATIONS: &[(&str, &str, CardRelation)] = &[
    ("本人", "own", CardRelation::Own),
    ("监护人", "guardian", CardRelation::Guardian),
    ("兄弟姐妹", "sibling", CardRelation::Sibling),
];

/// A row of a file of students. The origin makes the person known, the card binds it; either may be left out when
/// only the status changed.
pub(in crate::intake::import) fn student(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let Student { person, origin, status, school, card, day } = Student::read(row, out)?;
    // Who somebody is has no day: every file that says it says the same.
    let undated = Day::new(1900, 1, 1).unwrap_or_default();
    let registered = origin.map(|origin| (undated, Kind::PersonRegistered(PersonRegistered { person, origin })));
    let changed = (day, Kind::StatusChanged(StatusChanged { person, status, school }));
    let bound = card.map(|(card, relation)| (day, Kind::CardBound(CardBound { person, card, relation })));
    let statements = registered.into_iter().chain([changed]).chain(bound);
    Ok(Spoken::of(statements.map(|(day, kind)| Event::said(day, kind)).collect()))
}

/// A row of a file of replaced cards.
pub(in crate::intake::import) fn replaced(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let person = out.identity().person(&row.id_number(Col::IdNumber)?);
    let old = out.identity().card(&row.card(Col::OldCard)?);
    let new = out.identity().card(&row.card(Col::NewCard)?);
    if old == new {
        return Err(Wrong::cell(
            Col::NewCard,
            "same_card",
            "新旧卡号相同 both cards are the same",
            "更正新卡号 correct the new number",
        ));
    }
    let card = CardReplaced { person, old, new };
    Ok((row.day(Col::EffectiveDay)?, Kind::CardReplaced(card)).into())
}

/// A row of a file of persons found to be one.
pub(in crate::intake::import) fn merged(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let (person, into) = (person(row, out, Col::MergedPerson)?, person(row, out, Col::IntoPerson)?);
    if person == into {
        let what = "两者已是同一人 both are the same person already";
        return Err(Wrong::cell(
            Col::IntoPerson,
            "same_person",
            what,
            "写此人的另一个号码 write the other number of this person",
        ));
    }
    let document = row.document(Col::Document)?;
    Ok((row.day(Col::EffectiveDay)?, Kind::PersonMerged(PersonMerged { person, into, document })).into())
}

/// A person by his identity number, or by his id as the ledger prints it: an id made under another key, or of a number nobody can
/// write any more, has no other name.
fn person(row: &Row<'_>, out: &Out<'_>, col: Col) -> Result<Uuid, Wrong> {
    match Uuid::try_parse(row.text(col)?) {
        Ok(id) => Ok(id),
        Err(_) => Ok(out.identity().person(&row.id_number(col)?)),
    }
}

struct Student {
    person: Uuid,
    origin: Option<u32>,
    status: Status,
    school: Uuid,
    card: Option<(Uuid, CardRelation)>,
    day: Day,
}

impl Student {
    fn read(row: &Row<'_>, out: &Out<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            person: out.identity().person(&row.id_number(Col::IdNumber)?),
            origin: if row.has(Col::Origin) { Some(row.division(Col::Origin)?) } else { None },
            status: row.word(Col::Status, STATUSES)?,
            school: ids::org(row.key(Col::School)?),
            card: if row.has(Col::Card) { Some(Self::card(row, out)?) } else { None },
            day: row.day(Col::EffectiveDay)?,
        })
    }

    fn card(row: &Row<'_>, out: &Out<'_>) -> Result<(Uuid, CardRelation), Wrong> {
        let said = row.has(Col::CardRelation);
        let relation = if said { row.word(Col::CardRelation, RELATIONS)? } else { CardRelation::Own };
        Ok((out.identity().card(&row.card(Col::Card)?), relation))
    }
}
