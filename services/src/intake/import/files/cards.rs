//! Students 学籍 (person, status, card in one row) and cards replaced 换卡. Numbers are hashed here and dropped.

use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, ids};
use ledger::event::{CardBound, CardReplaced, Kind, PersonRegistered, Status, StatusChanged};
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
pub(in crate::intake::import) fn student(row: &Row<'_>, out: &mut Out<'_>) -> RowResult {
    let student = match Student::read(row, out) {
        Ok(student) => student,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let Student { person, day, .. } = student;
    let key = format!("person|{person}");
    if let Some(origin) = student.origin {
        out.say(&key, day, Kind::PersonRegistered(PersonRegistered { person, origin }))?;
    }
    let changed = StatusChanged { person, status: student.status, school: student.school };
    out.say(&key, day, Kind::StatusChanged(changed))?;
    if let Some(card) = student.card {
        out.say(&key, day, Kind::CardBound(CardBound { person, card }))?;
    }
    Ok(Ok(()))
}

/// A row of a file of replaced cards.
pub(in crate::intake::import) fn replaced(row: &Row<'_>, out: &mut Out<'_>) -> RowResult {
    let read = || -> Result<(Day, CardReplaced), Wrong> {
        let person = out.identity().person(&row.id_number(Col::IdNumber)?);
        let old = out.identity().card(&row.card(Col::OldCard)?);
        let new = out.identity().card(&row.card(Col::NewCard)?);
        if old == new {
            return Err(Wrong::cell(Col::NewCard, "same_card", "both cards are the same", "correct the new number"));
        }
        Ok((row.day(Col::EffectiveDay)?, CardReplaced { person, old, new }))
    };
    let (day, card) = match read() {
        Ok(read) => read,
        Err(wrong) => return Ok(Err(wrong)),
    };
    out.say(&format!("person|{}", card.person), day, Kind::CardReplaced(card)).map(Ok)
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
