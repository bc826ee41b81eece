//! Who may say what, held against a second model of forty lines, on generated histories in which the ledger is founded.

use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind, KindTag, Rights};
use ledger::money::Day;
use ledger::outcome::{Code, Outcome};
use ledger::rights::{Place, place};
use ledger::state::State;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::history::founded;
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

#[test]
fn nothing_counts_without_a_right_and_nothing_is_refused_with_one() {
    let (mut refused, mut carried, mut signed, mut fine) = (0, 0, 0, 0);
    for seed in 0..40 {
        let (mut state, mut model) = (State::default(), Model::default());
        for (principal, event) in founded(seed, 200).said {
            model.parents = (state.orgs.iter())
                .filter_map(|(_, row)| row.parent.handle().map(|parent| (row.id, state.orgs.get(parent).id)))
                .collect();
            let id = |unit| Some(state.orgs.get(unit).id);
            let (units, any): (Vec<Option<Uuid>>, _) = match place(&state, &event) {
                Place::Whole => (vec![None], false),
                Place::Unknown => (Vec::new(), false),
                Place::All(units) => (units.into_iter().map(id).collect(), false),
                Place::Any(units) => (units.into_iter().map(id).collect(), true),
            };
            let taken = match &event.kind {
                Kind::EntryWithdrawn(said) => state.seen.by_id(said.entry).map(|(_, seen)| seen.kind),
                _ => None,
            };
            // Where the place is not known, any grant that says it will do.
            let unknown = units.is_empty();
            let may = if unknown {
                model.founded
                    && (model.grants.values())
                        .any(|grant| model.may(&principal, &event, taken, &[grant.2], false) && grant.0 == principal)
                    || !model.founded
                    || model.may(&principal, &event, taken, &[None], false)
            } else {
                model.may(&principal, &event, taken, &units, any)
            };
            let content = proto::event::encode(&event);
            let (index, proof) = (state.entries, Proof::Named);
            let entry = Entry {
                index,
                recorded_ms: LATE_MS,
                principal: &principal,
                proof,
                again: None,
                content: &content,
                event: &event,
            };
            match state.fold(&entry).expect("the fold goes on") {
                Outcome::Refused(refusal) if refusal.code == Code::NotEntitled => {
                    assert!(!may, "seed {seed}, entry {index}: {principal} was refused {event:?}");
                    refused += 1;
                }
                Outcome::Posted { .. } => {
                    // What stands beside was not judged, and counts for nothing.
                    let beside = state.seen_at(index).is_some_and(|seen| seen.verdict != 0);
                    let needs = model.founded && matches!(event.kind, Kind::LineIssued(_)) && !beside;
                    assert!(!needs || model.signed_by_another(&principal, &content), "seed {seed}, entry {index}");
                    signed += u64::from(needs);
                    assert!(may || beside, "seed {seed}, entry {index}: {principal} said {event:?}");
                    carried += u64::from(model.founded);
                    if !beside {
                        model.posted(&event);
                    }
                }
                _ => fine += 1,
            }
        }
    }
    assert!(
        refused > 100 && carried > 100 && signed > 0 && fine > 100,
        "{refused} refused, {carried} carried, {signed} signed, {fine} else"
    );
}
