//! The state on which the matrix is asked: a tree of units with a thing of every sort at each place, as `rights/places.txt` tells it, and
//! for every role somebody who holds it for the whole ledger, and somebody at the middle unit of each sort.

use super::folder;
use ledger::entry::{Entry, Proof};
use ledger::event::{
    CredentialBound, CredentialWay, Duty, Event, FingerprintDigest, Holders, Kind, KindTag, PrincipalRegistered,
    Rights, RightsFounded, RoleGranted,
};
use ledger::hash::sha256;
use ledger::money::Day;
use ledger::outcome::Outcome;
use ledger::state::State;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::desk::labelled;
use tests::scenario::then_any_of;
use uuid::Uuid;

/// Above the unit of a grant, that unit, below it, beside it; in Chinese and in letters.
pub const PLACES: [(&str, &str); 4] = [("上", "A"), ("本", "B"), ("下", "C"), ("旁", "D")];

/// Where grants are: for the whole ledger, and at the middle unit of each sort.
pub const NODES: [Option<&str>; 6] = [None, Some("局本"), Some("校本"), Some("行本"), Some("贷本"), Some("心本")];

/// What the matrix is asked on.
pub struct Asked {
    pub state: State,
    pub table: Rights,
    /// Events of every kind, in the order of kinds: of what concerns no unit one, else one for each place. None of them is told.
    pub events: Vec<(KindTag, Vec<Event>)>,
    /// Which unit is under which, as the story has it.
    parents: BTreeMap<String, String>,
}

impl Asked {
    /// Whether a unit is another, or below it.
    pub fn is_within(&self, unit: &str, above: &str) -> bool {
        std::iter::successors(Some(unit), |unit| self.parents.get(*unit).map(String::as_str)).any(|at| at == above)
    }
}

/// What saying it now would give.
pub fn would(state: &State, principal: &str, event: &Event) -> Outcome {
    let content = &proto::event::encode(event);
    state.dry_run(&entry(state, principal, event, content)).expect("a verdict")
}

/// Says it.
pub fn tell(state: &mut State, principal: &str, event: &Event) -> Outcome {
    let content = &proto::event::encode(event);
    let entry = entry(state, principal, event, content);
    state.fold(&entry).expect("the fold goes on")
}

fn entry<'a>(state: &State, principal: &'a str, event: &'a Event, content: &'a [u8]) -> Entry<'a> {
    let (index, recorded_ms, proof, again) = (state.entries, LATE_MS, Proof::Certificate, None);
    Entry { index, recorded_ms, principal, proof, again, content, event }
}

/// Who holds a role, the first of the table being 0, at one of the nodes.
pub fn holder(role: usize, node: usize) -> String {
    format!("MATRIX/r{role}n{node}")
}

/// The day of all that is said of rights.
pub fn today() -> Day {
    Day::in_beijing(LATE_MS)
}

/// The story for all four places.
fn story() -> String {
    let text = std::fs::read_to_string(folder().join("places.txt")).expect("rights/places.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
        let each = PLACES.iter().map(|(place, letter)| line.replace('~', place).replace('^', letter));
        if line.contains(['~', '^']) { each.collect() } else { vec![line.to_owned()] }
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn asked() -> Asked {
    let (story, folder) = (story(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("places.txt");
    std::fs::write(&path, &story).expect("the story can be written");
    let (mut state, untold) = then_any_of(&path).unwrap_or_else(|error| panic!("{error:#}"));
    let mut events = KindTag::ALL.iter().map(|kind| (*kind, Vec::new())).collect::<Vec<_>>();
    for event in untold {
        let (_, of) = &mut events[event.kind.tag() as usize];
        of.push(event);
    }
    let table = found(&mut state);
    let word = |line: &str, key: &str| line.split(' ').find_map(|word| word.strip_prefix(key)).map(str::to_owned);
    let under = story.lines().take_while(|line| *line != "then any of");
    let parents = under.filter_map(|line| Some((word(line, "org=")?, word(line, "parent=")?))).collect();
    Asked { state, table, events, parents }
}

/// Adopts the shipped table, gives its roles, and founds the ledger on it.
fn found(state: &mut State) -> Rights {
    let [adopted] = &replay::policies::rights::shipped_rights().expect("the shipped table")[..] else {
        panic!("one event");
    };
    let Kind::RightsAdopted(table) = &adopted.kind else { panic!("a table of roles") };
    let mut told = vec![adopted.clone()];
    for (role, row) in table.roles.iter().enumerate() {
        let is_person = row.holders != Holders::Systems;
        for (node, unit) in NODES.iter().enumerate() {
            told.extend(post(&holder(role, node), is_person, &row.code, unit.map(labelled)));
        }
    }
    // Of whom and of whose rights the events of the last kinds tell.
    for (place, letter) in PLACES {
        let (name, unit) = (format!("MATRIX/t{letter}"), labelled(&format!("局{place}")));
        told.push(registered(&name, true, unit));
        told.push(bound(&name, &format!("钥{letter}")));
        told.push(granted(&format!("岗{letter}"), &name, "overseer", Some(unit)));
    }
    // Founding asks for two who give rights.
    told.extend(post("MATRIX/second", true, "security_admin", None));
    told.push(event(Kind::RightsFounded(RightsFounded { document: document() })));
    for event in told {
        let outcome = tell(state, "clerk", &event);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?}: {outcome:?}");
    }
    (**table).clone()
}

/// Somebody with a role at a unit, and something he is known by.
fn post(name: &str, is_person: bool, role: &str, unit: Option<Uuid>) -> [Event; 3] {
    [registered(name, is_person, labelled("局本")), bound(name, name), granted(name, name, role, unit)]
}

fn document() -> String {
    "示权〔2099〕1号".to_owned()
}

fn event(kind: Kind) -> Event {
    Event::said(today(), kind)
}

fn registered(name: &str, is_person: bool, unit: Uuid) -> Event {
    let (holder, human) = (name.to_owned(), is_person.then(|| labelled(name)));
    event(Kind::PrincipalRegistered(PrincipalRegistered { holder, human, unit, document: document() }))
}

fn bound(name: &str, key: &str) -> Event {
    let (way, digest) = (CredentialWay::KeyPair, FingerprintDigest::Sha256);
    let (holder, fingerprint, until) = (name.to_owned(), sha256([key.as_bytes()]), today().plus(60));
    event(Kind::CredentialBound(CredentialBound { holder, way, digest, fingerprint, until, document: document() }))
}

fn granted(grant: &str, name: &str, role: &str, unit: Option<Uuid>) -> Event {
    let (grant, holder, role) = (grant.to_owned(), name.to_owned(), role.to_owned());
    let (from, until, duty, document) = (today(), today().plus(60), Duty::Work, document());
    event(Kind::RoleGranted(RoleGranted { grant, holder, role, unit, duty, from, until, document }))
}
