//! How a history begins: two programmes, a small tree of units, a few students with cards, and money for two years.

use super::thing;
use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::event::{
    CardBound, CardRelation, Kind, Level, LineIssued, OrgRegistered, OrgRole, PersonRegistered, Source, Status,
    StatusChanged, Subordination,
};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// Programmes of the small world.
pub const PROGRAMMES: [&str; 2] = ["SH-GRANT", "VS-GRANT"];

/// Students of the small world.
pub const PERSONS: usize = 8;

/// The bands of both programmes: number, least and most.
#[must_use]
pub fn bands() -> [(u32, Fen, Fen); 2] {
    [(1, 200_000, 200_000), (2, 100_001, 300_000)]
}

/// A policy of the small world: the second programme only flags.
#[must_use]
pub fn policy(programme: usize, version: u32) -> Policy {
    let bands = bands().map(|(number, min_fen, max_fen)| Band { number, name: "档".into(), min_fen, max_fen });
    Policy {
        programme: PROGRAMMES[programme].into(),
        version,
        name: "助学金".into(),
        document: String::new(),
        stage: "senior_high".into(),
        bands: bands.into(),
        exclusions: vec![Exclusion { programme: PROGRAMMES[1 - programme].into() }],
        sharing: vec![Sharing { subordination: Subordination::Local, central_ppm: 800_000 }],
        flagged: if programme == 1 { Rule::ALL.into() } else { Vec::new() },
        sharing_tolerance_fen: 1,
    }
}

/// A day of the beginning.
fn day(month: i8, day: i8) -> Day {
    Day::new(2021, month, day).unwrap_or_default()
}

/// The events a history begins with.
#[must_use]
pub fn basis() -> Vec<(Day, Kind)> {
    let mut kinds: Vec<Kind> = (0..2).map(|programme| Kind::PolicyAdopted(Box::new(policy(programme, 1)))).collect();
    kinds.extend((1..=6).map(org));
    for number in 1..=PERSONS {
        let person = thing("person", number);
        kinds.push(Kind::PersonRegistered(PersonRegistered { person, origin: 619_903 }));
        kinds.push(Kind::StatusChanged(StatusChanged { person, status: Status::Enrolled, school: thing("org", 5) }));
        kinds.push(Kind::CardBound(CardBound { person, card: thing("card", number), relation: CardRelation::Own }));
    }
    for number in 0..16 {
        kinds.push(line(number));
    }
    kinds.into_iter().map(|kind| (day(1, 4), kind)).collect()
}

/// Province, city, two counties, a school and a bank.
fn org(number: usize) -> Kind {
    let level = [Level::Province, Level::City, Level::County, Level::County, Level::School, Level::County][number - 1];
    let role = [OrgRole::Finance, OrgRole::Education, OrgRole::School, OrgRole::Bank];
    Kind::OrgRegistered(OrgRegistered {
        org: thing("org", number),
        number: format!("61{number:08}"),
        name: format!("单位{number}"),
        level,
        role: role[[0, 1, 1, 1, 2, 3][number - 1]],
        parent: [None, Some(1), Some(2), Some(2), Some(3), None][number - 1].map(|parent| thing("org", parent)),
        division: 619_900,
        subordination: Subordination::Local,
    })
}

/// A school registered at any time, perhaps named before, under a unit that may be named only.
pub(super) fn late_org(org: Uuid, parent: Uuid, name: String) -> Kind {
    let Kind::OrgRegistered(like) = self::org(5) else { return self::org(5) };
    Kind::OrgRegistered(OrgRegistered { org, name, parent: Some(parent), ..like })
}

/// Central money with the province, central and county money with the counties, for both years.
fn line(number: usize) -> Kind {
    let advance = number.is_multiple_of(2);
    let unit = [1, 3, 3, 4][number / 4];
    Kind::LineIssued(LineIssued {
        line: thing("line", number + 1),
        document: format!("财教{number}"),
        parent_document: String::new(),
        unit: thing("org", unit),
        fiscal_year: if advance { 2022 } else { 2021 },
        programme: PROGRAMMES[number / 2 % 2].into(),
        source: if number / 4 == 2 { Source::County } else { Source::Central },
        item: "2050204".into(),
        project: "610000".into(),
        direct: true,
        advance,
        fen: 2_000_000,
    })
}
