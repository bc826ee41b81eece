//! Who may say what, held against a second model of forty lines, on generated histories in which the ledger is founded.

use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind, KindTag, Level, OrgRegistered, OrgRole, Rights, Subordination};
use ledger::money::Day;
use ledger::outcome::{Code, Outcome};
use ledger::rights::{Concern, concern, no_right};
use ledger::state::State;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::desk::labelled;
use tests::history::founded;
use tests::history::rights::{founding, granted, registered, table};
use uuid::Uuid;

/// What the model keeps: names and numbers as they are said, in plain maps.
#[derive(Default)]
struct Model {
    founded: bool,
    table: Option<Rights>,
    /// Grants by number: holder, role, unit, last day.
    grants: BTreeMap<String, (String, String, Option<Uuid>, Day)>,
    /// Credentials and who holds them.
    credentials: BTreeMap<[u8; 32], String>,
    parents: BTreeMap<Uuid, Uuid>,
    /// The last word of each about a hash: which, and whether he signs.
    words: BTreeMap<[u8; 32], BTreeMap<String, (u32, bool)>>,
}

impl Model {
    fn posted(&mut self, event: &Event) {
        match &event.kind {
            Kind::RightsFounded(_) => self.founded = true,
            Kind::RightsAdopted(table) => self.table = Some((**table).clone()),
            Kind::RoleGranted(said) => {
                let grant = (said.holder.clone(), said.role.clone(), said.unit, said.until);
                let _ = self.grants.insert(said.grant.clone(), grant);
            }
            Kind::RoleEnded(said) => drop(self.grants.remove(&said.grant)),
            Kind::PrincipalEnded(said) => self.grants.retain(|_, grant| grant.0 != said.holder),
            Kind::CredentialBound(said) => {
                let _ = self.credentials.insert(said.fingerprint, said.holder.clone());
            }
            Kind::Endorsed(said) => self.word(said.hash, &said.holder, (said.number, true)),
            Kind::Objected(said) => self.word(said.hash, &said.holder, (said.number, false)),
            _ => {}
        }
    }

    fn word(&mut self, hash: [u8; 32], holder: &str, word: (u32, bool)) {
        let _ = self.words.entry(hash).or_default().insert(holder.to_owned(), word);
    }

    /// Whether somebody else signed it last, which a line issued needs.
    fn signed_by_another(&self, principal: &str, content: &[u8]) -> bool {
        let words = self.words.get(&ledger::hash::sha256([content]));
        words.is_some_and(|words| words.iter().any(|(holder, (_, signs))| holder != principal && *signs))
    }

    fn may(&self, principal: &str, event: &Event, taken: Option<KindTag>, units: &[Option<Uuid>], any: bool) -> bool {
        let own = matches!(&event.kind, Kind::CredentialEnded(said) if self.credentials.get(&said.fingerprint).is_some_and(|holder| holder == principal));
        let speaks = match &event.kind {
            Kind::Endorsed(said) => Some(&said.holder),
            Kind::Objected(said) => Some(&said.holder),
            _ => None,
        };
        if let Some(holder) = speaks {
            // Both roles with grants in these histories sign something.
            return holder == principal && self.grants.values().any(|grant| grant.0 == principal);
        }
        if !self.founded || own {
            return true;
        }
        let kind = taken.filter(|kind| kind.is_report()).unwrap_or(event.kind.tag()).name();
        let says = |role: &str| {
            let roles = self.table.iter().flat_map(|table| &table.roles);
            roles.filter(|known| known.code == role).any(|role| role.says.iter().any(|name| name == kind))
        };
        let today = Day::in_beijing(LATE_MS);
        let mine: Vec<Option<Uuid>> = (self.grants.values())
            .filter(|(holder, role, _, until)| holder == principal && says(role) && *until >= today)
            .map(|grant| grant.2)
            .collect();
        let reached =
            |unit: &Option<Uuid>| mine.iter().any(|at| at.is_none() || unit.is_some_and(|unit| self.within(unit, *at)));
        if any { units.iter().any(reached) } else { units.iter().all(reached) }
    }

    fn within(&self, unit: Uuid, at: Option<Uuid>) -> bool {
        let chain = std::iter::successors(Some(unit), |unit| self.parents.get(unit).copied()).take(16);
        chain.into_iter().any(|unit| Some(unit) == at)
    }
}

/// What an event concerns, as ids; whether one of them is enough.
fn units_of(state: &State, event: &Event) -> (Vec<Option<Uuid>>, bool) {
    let id = |unit| Some(state.orgs.get(unit).id);
    match concern(state, event) {
        Concern::Whole => (vec![None], false),
        Concern::Unknown => (Vec::new(), false),
        Concern::All(units) => (units.into_iter().map(id).collect(), false),
        Concern::Any(units) => (units.into_iter().map(id).collect(), true),
    }
}

/// Whether the model lets somebody say it, as the ledger stands.
fn model_lets(model: &Model, state: &State, principal: &str, event: &Event) -> bool {
    let taken = match &event.kind {
        Kind::EntryWithdrawn(said) => state.seen.by_id(said.entry).map(|(_, seen)| seen.kind),
        _ => None,
    };
    let (units, any) = units_of(state, event);
    let lets = |units: &[Option<Uuid>]| model.may(principal, event, taken, units, any);
    // Where it is not known whose business it is, any grant that says it will do.
    let mut own = model.grants.values().filter(|grant| grant.0 == principal);
    if units.is_empty() { lets(&[None]) || own.any(|grant| lets(&[grant.2])) } else { lets(&units) }
}

/// How often what came of it.
#[derive(Default)]
struct Came {
    refused: u64,
    carried: u64,
    signed: u64,
    fine: u64,
}

fn told(model: &mut Model, state: &mut State, principal: &str, event: &Event, came: &mut Came) {
    model.parents = (state.orgs.iter())
        .filter_map(|(_, row)| row.parent.handle().map(|parent| (row.id, state.orgs.get(parent).id)))
        .collect();
    let may = model_lets(model, state, principal, event);
    let content = &proto::event::encode(event);
    let (index, recorded_ms, proof, again) = (state.entries, LATE_MS, Proof::Named, None);
    let entry = Entry { index, recorded_ms, principal, proof, again, content, event };
    match state.fold(&entry).expect("the fold goes on") {
        Outcome::Refused(refusal) if refusal.code == Code::NotEntitled => {
            assert!(!may, "entry {index}: {principal} was refused {event:?}");
            came.refused += 1;
        }
        // What stands beside was not judged, and counts for nothing.
        Outcome::Posted { .. } if state.seen_at(index).is_some_and(|seen| seen.verdict == 0) => {
            assert!(may, "entry {index}: {principal} said {event:?}");
            let needs = model.founded && matches!(event.kind, Kind::LineIssued(_));
            assert!(!needs || model.signed_by_another(principal, content), "entry {index}: nobody signed it");
            came.signed += u64::from(needs);
            came.carried += u64::from(model.founded);
            model.posted(event);
        }
        _ => came.fine += 1,
    }
}

#[test]
fn nothing_counts_without_a_right_and_nothing_is_refused_with_one() {
    let mut came = Came::default();
    for seed in 0..40 {
        let (mut state, mut model) = (State::default(), Model::default());
        for (principal, event) in founded(seed, 200).said {
            told(&mut model, &mut state, &principal, &event, &mut came);
        }
    }
    let Came { refused, carried, signed, fine } = came;
    assert!(refused > 100 && carried > 100 && signed > 0 && fine > 100, "{refused}, {carried}, {signed}, {fine}");
}

/// An organisation comes to be.
fn office(org: Uuid) -> Event {
    let (number, name) = ("61".to_owned(), "省厅".to_owned());
    let (level, role, subordination) = (Level::Province, OrgRole::Finance, Subordination::Local);
    let said = OrgRegistered { org, number, name, level, role, parent: None, division: 610_000, subordination };
    Event::said(Day::in_beijing(LATE_MS), Kind::OrgRegistered(said))
}

/// Whoever may report may take back what he reported, though no role of his says that entries are taken back.
#[test]
fn whoever_reports_gets_through_the_door_to_correct() {
    let (mut state, unit) = (State::default(), labelled("省厅"));
    let reports = |role: &str| {
        !table(1).roles.iter().any(|row| row.code == role && row.says.iter().any(|kind| kind == "entry_withdrawn"))
    };
    let role = ["one", "other"].into_iter().find(|role| reports(role)).expect("one of both does not");
    let given = vec![
        registered("61CZ/p", Some("p"), unit),
        registered("61CZ/q", Some("q"), unit),
        granted(1, "61CZ/p", role, None),
    ];
    let said = [&[office(unit)][..], &founding(unit, given)].concat();
    for event in &said {
        let content = proto::event::encode(event);
        let (index, principal, proof) = (state.entries, "省厅", Proof::Named);
        let entry = Entry { index, recorded_ms: LATE_MS, principal, proof, again: None, content: &content, event };
        let outcome = state.fold(&entry).expect("the fold goes on");
        assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?} of {event:?}");
    }
    let lacks = |who: &str, kind| no_right(&state, who, [kind], Day::in_beijing(LATE_MS)).is_some();
    assert!(!lacks("61CZ/p", KindTag::EntryWithdrawn) && lacks("61CZ/q", KindTag::EntryWithdrawn));
    assert!(lacks("61CZ/p", KindTag::RoleGranted) && !lacks("61CZ/q", KindTag::CredentialEnded));
}
