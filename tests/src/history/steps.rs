//! What may come next in a history. Each step is mostly what somebody sensible would do now, and often enough not.

use super::any::{ODD, any};
use super::basis::{PERSONS, PROGRAMMES, late_org, policy};
use super::corrections::corrected;
use super::vouchers::{clear_voucher, issue_voucher};
use super::{Chance, bands, debts, thing};
use crate::model::{Application, Item, Model, Payout, Result, Set};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, AwardCancelled, BatchSent, CardBound, CardRelation, CardReplaced,
    Clearing, Draw, Kind, LineAdjusted, LineIssued, LinePassedDown, LineRecalled, OrgRenamed, PassedPart,
    PayoutCredited, PayoutReturned, PayoutUnknown, PersonMerged, PersonRegistered, RosterLineAdded, RosterPrepared,
    RulesAdopted, SetCancelled, SetDecided, SetSealed, Source, Status, StatusChanged, Surrendered, SuspenseCleared,
};
use ledger::money::{Day, Fen, share};
use ledger::state::clearing_rows::Sense;
use ledger::state::stage::Stage;
use uuid::Uuid;

pub(super) fn step(chance: &mut Chance, model: &Model, today: Day, made: usize) -> Kind {
    match chance.below(100) {
        0..8 => registry(chance, made),
        8..9 => rules_or_policy(chance),
        9..15 => budget(chance, model, today, made),
        15..35 => roster(chance, model, made),
        35..82 => application(chance, model, today, made),
        82..92 => result(chance, model, made),
        92..95 => debts::debt(chance, model, made),
        95..97 => corrected(chance, model, made),
        _ => suspense(chance, model, today),
    }
}

fn any_org(chance: &mut Chance) -> Uuid {
    let number = [3, 3, 3, 4, 4, 1, 2, 5, 6, 0][chance.below(10)];
    if chance.in_hundred(1) { Uuid::nil() } else { thing("org", number) }
}

fn registry(chance: &mut Chance, made: usize) -> Kind {
    let person = thing("person", chance.below(PERSONS + 1));
    let card = thing("card", chance.below(PERSONS * 2));
    let leaves = [Status::Leave, Status::Graduated][chance.below(2)];
    let status = if chance.in_hundred(10) { leaves } else { Status::Enrolled };
    match chance.below(7) {
        0 => Kind::OrgRenamed(OrgRenamed { org: any_org(chance), name: format!("新名{made}"), division: 619_901 }),
        1 if chance.in_hundred(40) => {
            let (into, document) = (thing("person", chance.below(PERSONS + 1)), format!("合并{made}"));
            Kind::PersonMerged(PersonMerged { person, into, document })
        }
        1 => Kind::PersonRegistered(PersonRegistered { person, origin: 619_902 }),
        2 | 3 => {
            let school = thing("org", 4 + chance.below(4));
            Kind::StatusChanged(StatusChanged { person, status, school })
        }
        4 => Kind::CardBound(CardBound { person, card, relation: CardRelation::Own }),
        5 => {
            // Some of them again, some named before, under whom they will or above.
            let (org, parent) = (thing("org", 5 + chance.below(5)), thing("org", 5 + chance.below(5)));
            late_org(org, parent, format!("又名{made}"))
        }
        _ => Kind::CardReplaced(CardReplaced { person, old: card, new: thing("card", chance.below(PERSONS * 2)) }),
    }
}

fn rules_or_policy(chance: &mut Chance) -> Kind {
    let version = u32::try_from(chance.below(4)).unwrap_or_default();
    if chance.in_hundred(30) {
        return Kind::RulesAdopted(RulesAdopted { version: version.min(1) });
    }
    Kind::PolicyAdopted(Box::new(policy(chance.below(2), version)))
}

fn budget(chance: &mut Chance, model: &Model, today: Day, made: usize) -> Kind {
    let line = any(chance, &model.lines, "line");
    let fen = amount(chance, model.lines.get(&line).map_or(1, |line| line.available));
    let document = format!("财教{made}");
    match chance.below(7) {
        6 => {
            let (unit, fen) = (any_org(chance), i64::try_from(1 + chance.below(100_000)).unwrap_or(1));
            Kind::Surrendered(Surrendered { unit, fen, serial: format!("缴{made}"), document })
        }
        5 => {
            let by = [fen, fen / 2, -fen, -fen / 2][chance.below(4)];
            Kind::LineAdjusted(LineAdjusted { line, document, fen: by })
        }
        0 => {
            let below: Vec<Uuid> =
                model.lines.iter().filter(|(_, line)| line.parent.is_some()).map(|(id, _)| *id).collect();
            let line = chance.pick(&below).copied().filter(|_| !chance.in_hundred(ODD)).unwrap_or(line);
            let fen = amount(chance, model.lines.get(&line).map_or(1, |line| line.available));
            Kind::LineRecalled(LineRecalled { line, document, fen })
        }
        1 => Kind::LineIssued(LineIssued {
            line: again(chance, model, false).unwrap_or(thing("line", if chance.in_hundred(ODD) { 1 } else { made })),
            document,
            parent_document: String::new(),
            // One told again is mostly the same unit's.
            unit: if chance.in_hundred(50) { thing("org", 1) } else { any_org(chance) },
            fiscal_year: if chance.in_hundred(ODD) { 2020 } else { today.year() },
            programme: if chance.in_hundred(ODD) { "NONE" } else { PROGRAMMES[chance.below(2)] }.into(),
            source: if chance.in_hundred(60) { Source::Central } else { Source::County },
            item: String::new(),
            project: String::new(),
            direct: false,
            advance: false,
            fen: if chance.in_hundred(ODD) { 0 } else { 800_000 },
        }),
        _ => {
            let parts = (0..=chance.below(3)).map(|at| PassedPart {
                // The first four lines of the basis are the province's and may go to anybody below.
                from: if chance.in_hundred(70) { thing("line", 1 + chance.below(4)) } else { line },
                to: again(chance, model, true)
                    .unwrap_or(thing("line", made * 10 + if chance.in_hundred(3) { 0 } else { at })),
                unit: any_org(chance),
                fen: fen / 2,
            });
            Kind::LinePassedDown(LinePassedDown { document, parts: parts.collect() })
        }
    }
}

/// A line that was taken back, to be told again.
fn again(chance: &mut Chance, model: &Model, passed_down: bool) -> Option<Uuid> {
    let untold = model.lines.iter().filter(|(_, line)| !line.told && line.parent.is_some() == passed_down);
    let untold: Vec<Uuid> = untold.map(|(id, _)| *id).collect();
    chance.pick(&untold).copied().filter(|_| chance.in_hundred(60))
}

fn amount(chance: &mut Chance, of: Fen) -> Fen {
    match chance.below(20) {
        0 => 0,
        1 => of + 1,
        2..12 => of / 10,
        _ => of / 3,
    }
}

fn hash(chance: &mut Chance, set: Option<&Set>) -> [u8; 32] {
    set.filter(|_| !chance.in_hundred(ODD)).map_or([7; 32], |set| set.hash)
}

fn sealed(chance: &mut Chance, id: Uuid, set: Option<&Set>) -> SetSealed {
    let (count, fen) = set.map_or((1, 1), |set| (set.count, set.fen));
    let off = u32::from(chance.in_hundred(ODD));
    SetSealed { set: id, count: count + off, fen, hash: hash(chance, set) }
}

fn decided(chance: &mut Chance, id: Uuid, set: Option<&Set>) -> SetDecided {
    SetDecided { set: id, hash: hash(chance, set) }
}

fn roster(chance: &mut Chance, model: &Model, made: usize) -> Kind {
    let live = |set: &Set| !matches!(set.stage, Stage::Approved | Stage::Cancelled);
    let ids: Vec<Uuid> = model.rosters.iter().filter(|(_, row)| live(&row.set)).map(|(id, _)| *id).collect();
    let id = match chance.pick(&ids) {
        Some(id) if !chance.in_hundred(ODD) => *id,
        _ => any(chance, &model.rosters, "roster"),
    };
    let row = model.rosters.get(&id);
    let set = row.map(|roster| &roster.set);
    let open = model.rosters.values().filter(|roster| roster.set.stage == Stage::Open).count();
    if open < 2 && chance.in_hundred(30) {
        let year = if chance.in_hundred(ODD) { 2020 } else { 2021 };
        let due = [(2021, 4, 15), (2021, 10, 15), (2022, 4, 15)].map(|(y, m, d)| Day::new(y, m, d).unwrap_or_default());
        let due = due[chance.below(2)..2 + chance.below(2)].to_vec();
        let programme = PROGRAMMES[usize::from(chance.in_hundred(40))].into();
        let replaces = chance.in_hundred(20).then(|| any(chance, &model.rosters, "roster"));
        let (roster, school) = (thing("roster", made), thing("org", if chance.in_hundred(ODD) { 0 } else { 5 }));
        return Kind::RosterPrepared(RosterPrepared { roster, school, programme, academic_year: year, due, replaces });
    }
    let cancelled = SetCancelled { set: id };
    let count = set.map_or(0, |set| set.count);
    match (set.map(|set| set.stage), chance.below(24)) {
        (_, 0) if chance.in_hundred(40) => Kind::RosterCancelled(cancelled),
        (_, 0) => {
            let (award, from_instalment) = (any(chance, &model.awards, "award"), 1 + chance.below(4) as u32);
            Kind::AwardCancelled(AwardCancelled {
                award,
                from_instalment,
                reason: "转学".into(),
                document: "停".into(),
            })
        }
        (_, 1) => Kind::RosterApproved(decided(chance, id, set)),
        (_, 2) => Kind::RosterReviewed(decided(chance, id, set)),
        (Some(Stage::Sealed), _) => Kind::RosterReviewed(decided(chance, id, set)),
        (Some(Stage::Reviewed), _) => Kind::RosterApproved(decided(chance, id, set)),
        (Some(Stage::Open), 3..7) if count > 0 => Kind::RosterSealed(sealed(chance, id, set)),
        (_, 3) => Kind::RosterSealed(sealed(chance, id, set)),
        _ => {
            let (band, _, most) = bands()[chance.below(2)];
            let fen = if chance.in_hundred(ODD) { most + 1 } else { most };
            let off = u32::from(chance.in_hundred(ODD));
            Kind::RosterLineAdded(RosterLineAdded {
                roster: id,
                number: count + 1 + off,
                award: thing("award", if chance.in_hundred(3) { 1 } else { made }),
                person: thing("person", chance.below(PERSONS + 1)),
                band,
                fen,
            })
        }
    }
}

fn application(chance: &mut Chance, model: &Model, today: Day, made: usize) -> Kind {
    let live = |row: &Application| !matches!(row.set.stage, Stage::Sent | Stage::Cancelled) && row.year == today.year();
    let ids: Vec<Uuid> = model.applications.iter().filter(|(_, row)| live(row)).map(|(id, _)| *id).collect();
    let id = match chance.pick(&ids) {
        Some(id) if !chance.in_hundred(ODD) => *id,
        _ => any(chance, &model.applications, "application"),
    };
    let row = model.applications.get(&id);
    let set = row.map(|row| &row.set);
    if ids.len() < 2 && chance.in_hundred(40) {
        let (application, unit) =
            (thing("application", made), if chance.in_hundred(90) { thing("org", 3) } else { any_org(chance) });
        let fiscal_year = today.year() - u16::from(chance.in_hundred(ODD));
        let replaces = chance.in_hundred(20).then(|| any(chance, &model.applications, "application"));
        return Kind::ApplicationPrepared(ApplicationPrepared { application, unit, fiscal_year, replaces });
    }
    let missing: Fen = row.map_or(0, |row| row.parts.values().map(|(fen, cleared)| fen - cleared).sum());
    match (set.map(|set| set.stage), chance.below(20)) {
        (_, 0) if chance.in_hundred(40) => Kind::ApplicationCancelled(SetCancelled { set: id }),
        (Some(Stage::Sealed), 1..16) | (_, 1) => Kind::ApplicationApproved(decided(chance, id, set)),
        (Some(Stage::Approved), 2..9) if missing > 0 => issue_voucher(chance, model, id, made),
        (_, 2) => issue_voucher(chance, model, id, made),
        (Some(Stage::Approved), 9..18) if missing > 0 => clear_voucher(chance, model, made),
        (Some(Stage::Approved), _) | (_, 3) => Kind::BatchSent(BatchSent {
            batch: thing("batch", if chance.in_hundred(3) { 1 } else { made }),
            application: id,
            bank: thing("org", 6),
            count: set.map_or(0, |set| set.count),
            fen: set.map_or(0, |set| set.fen) + Fen::from(chance.in_hundred(ODD)),
            hash: hash(chance, set),
        }),
        (Some(Stage::Open), 4..8) if missing > 0 => Kind::ApplicationSealed(sealed(chance, id, set)),
        (_, 4) => Kind::ApplicationSealed(sealed(chance, id, set)),
        _ => payout_line(chance, model, id, made),
    }
}

/// Mostly an instalment that an approved roster owes and nobody has ordered, or that came back.
fn any_instalment(chance: &mut Chance, model: &Model) -> (Uuid, u32) {
    let mut owed = Vec::new();
    for (id, award) in &model.awards {
        let roster = &model.rosters[&award.roster];
        let free = |at: &u32| model.standing(*id, *at).is_none_or(|latest| latest.result == Result::Returned);
        let count = roster.due.len() * usize::from(roster.set.stage == Stage::Approved);
        owed.extend((1u32..).take(count).filter(free).map(|at| (*id, at)));
    }
    match chance.pick(&owed) {
        Some(found) if !chance.in_hundred(ODD * 2) => *found,
        _ => (any(chance, &model.awards, "award"), u32::try_from(chance.below(4)).unwrap_or_default()),
    }
}

fn payout_line(chance: &mut Chance, model: &Model, application: Uuid, made: usize) -> Kind {
    let row = model.applications.get(&application);
    let (award_id, instalment) = any_instalment(chance, model);
    let award = model.awards.get(&award_id);
    let roster = award.and_then(|award| model.rosters.get(&award.roster));
    let parts = roster.map_or(1, |roster| roster.due.len());
    let at = usize::try_from(instalment).unwrap_or_default().saturating_sub(1);
    let fen = award.map_or(100, |award| share(award.fen, at, parts));
    let latest = model.standing(award_id, instalment).filter(|_| !chance.in_hundred(ODD));
    let owner = |card: &Uuid| award.is_some_and(|award| model.usable(*card, award.person, Day::default().plus(50_000)));
    let cards: Vec<Uuid> = model.cards.keys().copied().filter(owner).collect();
    let card = chance.pick(&cards).copied().unwrap_or(thing("card", 1));
    Kind::ApplicationLineAdded(ApplicationLineAdded {
        application,
        number: row.map_or(0, |row| row.set.count) + 1 + u32::from(chance.in_hundred(ODD)),
        payout: thing("payout", if chance.in_hundred(3) { 1 } else { made }),
        award: award_id,
        instalment,
        card: if chance.in_hundred(ODD) { any(chance, &model.cards, "card") } else { card },
        reissue_of: latest.map(|payout| payout.id),
        draws: draws(chance, model, row, roster.map_or("", |roster| &roster.programme), fen),
    })
}

/// Central and county money by the ratio, where the unit has both.
fn draws(chance: &mut Chance, model: &Model, of: Option<&Application>, programme: &str, fen: Fen) -> Vec<Draw> {
    let fits = |central: bool| {
        let lines = model.lines.iter().filter(move |(_, line)| line.central == central && line.programme == programme);
        let own = lines.filter(|(_, line)| of.is_some_and(|of| (line.unit, line.year) == (of.unit, of.year)));
        own.map(|(id, _)| *id).collect::<Vec<Uuid>>()
    };
    let (central, county) = (fits(true), fits(false));
    let part = fen * 8 / 10 + Fen::from(chance.in_hundred(ODD)) * 500;
    match (chance.pick(&central).copied(), chance.pick(&county).copied()) {
        (Some(one), Some(other)) if !chance.in_hundred(ODD) => {
            vec![Draw { line: one, fen: part }, Draw { line: other, fen: fen - part }]
        }
        (Some(one), _) => vec![Draw { line: one, fen }],
        _ => vec![Draw { line: any(chance, &model.lines, "line"), fen }],
    }
}

fn result(chance: &mut Chance, model: &Model, made: usize) -> Kind {
    let sent = |payout: &&Payout| model.applications[&payout.application].set.stage == Stage::Sent;
    let waiting = |payout: &&Payout| matches!(payout.result, Result::Ordered | Result::Unknown);
    let due: Vec<&Payout> = model.payouts.iter().filter(sent).filter(waiting).collect();
    let all: Vec<&Payout> = model.payouts.iter().collect();
    let found = if chance.in_hundred(70) { chance.pick(&due).or(chance.pick(&all)) } else { chance.pick(&all) };
    let (payout, fen) = found.map_or((thing("payout", 0), 100), |payout| (payout.id, payout.fen));
    let payout = if chance.in_hundred(3) { thing("payout", 0) } else { payout };
    let fen = if chance.in_hundred(ODD) { amount(chance, fen) } else { fen };
    let serial = format!("流水{made}");
    match chance.below(10) {
        0 => Kind::PayoutUnknown(PayoutUnknown { payout, serial }),
        1..6 => Kind::PayoutCredited(PayoutCredited { payout, fen, serial }),
        6 => clear_voucher(chance, model, made),
        _ => Kind::PayoutReturned(PayoutReturned { payout, fen, reason: 1 + (made as u32 % 9), serial }),
    }
}

pub(super) fn suspense(chance: &mut Chance, model: &Model, today: Day) -> Kind {
    let came_back = |payout: Uuid| model.payouts.iter().any(|row| row.id == payout && row.result == Result::Returned);
    let late = model.credits().filter(|credit| credit.payout.is_some_and(came_back)).collect::<Vec<&Item>>();
    let all: Vec<&Item> = model.items.iter().collect();
    let found = if chance.in_hundred(40) { chance.pick(&late).or(chance.pick(&all)) } else { chance.pick(&all) };
    let Some(item) = found.copied() else {
        let (item, how) = (thing("credit", 0), Clearing::Recoverable(None));
        return Kind::SuspenseCleared(SuspenseCleared { item, number: 1, fen: 100, how });
    };
    let (whole, part) = (item.fen, 1 + chance.below(100) as Fen * item.fen / 100);
    let fen = if chance.in_hundred(70) { whole } else { part };
    let others: Vec<&Item> = all.iter().filter(|other| other.unit == item.unit).copied().collect();
    let opposite: Vec<&Item> =
        others.iter().filter(|other| (other.sense == Sense::In) != (item.sense == Sense::In)).copied().collect();
    let opposite = chance.pick(&opposite).or(chance.pick(&others)).copied();
    let party = if chance.in_hundred(50) { None } else { Some(any(chance, &model.orgs, "org")) };
    let went_out = (item.sense != Sense::In) != chance.in_hundred(ODD);
    let how = match (chance.below(6), opposite) {
        (0 | 1, Some(other)) => Clearing::Offset(other.event),
        (2, _) if went_out => Clearing::Recoverable(party),
        (2, _) => Clearing::Refundable(party),
        _ if went_out => accepted(chance, model, (item, fen), today),
        _ => Clearing::Surrendered,
    };
    let fen = opposite.filter(|_| matches!(how, Clearing::Offset(_))).map_or(fen, |other| fen.min(other.fen));
    let number = 1 + chance.below(20) as u32;
    Kind::SuspenseCleared(SuspenseCleared { item: item.event, number, fen, how })
}

/// On one line or two, mostly of the unit.
fn accepted(chance: &mut Chance, model: &Model, (item, fen): (&Item, Fen), today: Day) -> Clearing {
    let payer = model.lines.iter().filter(|(_, line)| line.unit == item.unit && line.year <= today.year());
    let payers: Vec<Uuid> = payer.map(|(id, _)| *id).collect();
    let mut line = || {
        let line = chance.pick(&payers).copied().filter(|_| !chance.in_hundred(ODD));
        line.unwrap_or_else(|| any(chance, &model.lines, "line"))
    };
    let (first, second) = (line(), line());
    let half = if fen > 1 && chance.in_hundred(30) { fen / 2 } else { 0 };
    let draws = [Draw { line: first, fen: fen - half }, Draw { line: second, fen: half }];
    Clearing::Accepted(draws.into_iter().filter(|draw| draw.fen > 0).collect())
}
