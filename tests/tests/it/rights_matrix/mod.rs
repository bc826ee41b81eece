//! Who may say what, as a table an official reads: `rights/matrix.csv` has a row a kind and a column a role of the shipped table of roles,
//! and is compared with it. Then every cell is executed on one folded state: at the unit of a grant, below it, above it, beside it.
//! After a change: `PRINT_RIGHTS=1 cargo test -p tests --test it rights_matrix::` writes the table anew.

mod asked;

use asked::{Asked, NODES, PLACES, asked, holder, tell, today, would};
use ledger::event::{Endorsed, Event, Holders, Kind, KindTag, RoleRow};
use ledger::hash::sha256;
use ledger::outcome::{Code, Outcome};
use ledger::rights::{Concern, Entitled, concern, entitled};
use ledger::state::State;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tests::desk::labelled;

/// What a kind concerns: a unit of this sort, by the first word of its name in the story, and what an official calls it.
const SORTS: [(&str, &str); 5] =
    [("局", "单位"), ("校", "学校"), ("行", "代发银行"), ("贷", "贷款机构"), ("心", "资助中心")];
/// No unit: the ledger as a whole.
const WHOLE: &str = "全账";
/// No unit either: a word of whoever says it, which is in nobody else's name.
const OWN: &str = "本人";

/// In a cell: may say it.
const SAYS: char = '可';
/// In a cell: may sign it.
const SIGNS: char = '签';

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rights")
}

fn file() -> String {
    std::fs::read_to_string(folder().join("matrix.csv")).expect("rights/matrix.csv")
}

/// For which no role is asked, but whether its holder signs anything.
fn is_own_word(kind: KindTag) -> bool {
    matches!(kind, KindTag::Endorsed | KindTag::Objected)
}

/// What an event concerns, which must be of the place it is told of.
fn place_of(asked: &Asked, event: &Event, at: usize) -> &'static str {
    let name = event.kind.name();
    match concern(&asked.state, event) {
        _ if is_own_word(event.kind.tag()) => OWN,
        Concern::Whole => WHOLE,
        Concern::All(units) | Concern::Any(units) => {
            let is_there = |sort: &str| {
                let org = labelled(&format!("{sort}{}", PLACES[at].0));
                units.iter().all(|unit| asked.state.orgs.get(*unit).id == org)
            };
            let found = SORTS.iter().find(|(sort, _)| is_there(sort));
            found.unwrap_or_else(|| panic!("{name} at {:?} concerns {units:?}", PLACES[at])).1
        }
        Concern::Unknown => panic!("{name} concerns what is not known: {event:?}"),
    }
}

/// What a kind concerns, whichever of its events it is.
fn place(asked: &Asked, kind: KindTag, events: &[Event]) -> &'static str {
    let found: Vec<&str> = events.iter().enumerate().map(|(at, event)| place_of(asked, event, at)).collect();
    let first = place_of(asked, &events[0], 0);
    assert!(found.iter().all(|word| *word == first), "{}: {found:?}", kind.name());
    assert_eq!(found.len(), if first == WHOLE { 1 } else { PLACES.len() }, "events of {}", kind.name());
    first
}

fn cell(role: &RoleRow, kind: KindTag) -> String {
    let has = |kinds: &[String]| kinds.iter().any(|name| name == kind.name());
    let signs_anything = role.holders != Holders::Systems && !role.signs.is_empty();
    let says = if is_own_word(kind) { signs_anything } else { has(&role.says) };
    [(says, SAYS), (has(&role.signs), SIGNS)].iter().filter(|(may, _)| *may).map(|(_, word)| *word).collect()
}

fn printed(asked: &Asked) -> String {
    let mut text = "种类,名称,属地".to_owned();
    for role in &asked.table.roles {
        let _ = write!(text, ",{} {}", role.name, role.code);
    }
    for (kind, events) in &asked.events {
        let _ = write!(text, "\n{},{},{}", kind.name(), kind.name_zh(), place(asked, *kind, events));
        for role in &asked.table.roles {
            let _ = write!(text, ",{}", cell(role, *kind));
        }
    }
    text + "\n"
}

#[test]
fn the_matrix_is_the_shipped_table() {
    let asked = asked();
    let without: Vec<&str> =
        asked.events.iter().filter(|(_, events)| events.is_empty()).map(|(kind, _)| kind.name()).collect();
    assert!(without.is_empty(), "rights/places.txt has no event of {without:?}");
    let printed = printed(&asked);
    if std::env::var_os("PRINT_RIGHTS").is_some() {
        std::fs::write(folder().join("matrix.csv"), &printed).expect("the table can be written");
    }
    let file = file();
    file.lines().zip(printed.lines()).for_each(|(file, printed)| assert_eq!(file, printed));
    assert_eq!(file, printed);
}

/// A row of the file, read back.
struct Row<'a> {
    kind: KindTag,
    place: &'a str,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Self {
        let words: Vec<&str> = line.split(',').collect();
        let kind = KindTag::named(words[0]).unwrap_or_else(|| panic!("no kind: {line}"));
        Self { kind, place: words[2], cells: words[3..].to_vec() }
    }

    /// Whether a grant at a node reaches what the event of a place concerns.
    fn reaches(&self, asked: &Asked, node: Option<&str>, at: usize) -> bool {
        let sort = SORTS.iter().find(|(_, word)| *word == self.place).map(|(sort, _)| *sort);
        match (sort, node) {
            (_, None) => true,
            (Some(sort), Some(node)) => asked.is_within(&format!("{sort}{}", PLACES[at].0), node),
            (None, Some(_)) => self.place == OWN,
        }
    }
}

/// The event as somebody says it: a word about oneself is in his name.
fn said_by(principal: &str, event: &Event) -> Event {
    let mut kind = event.kind.clone();
    match &mut kind {
        Kind::Endorsed(said) => said.holder = principal.to_owned(),
        Kind::Objected(said) => said.holder = principal.to_owned(),
        _ => return event.clone(),
    }
    Event::said(event.effective, kind)
}

/// Whether the ledger would let somebody say it; the function and the fold must agree.
fn ledger_lets(asked: &Asked, principal: &str, event: &Event) -> bool {
    let event = &said_by(principal, event);
    let entitled = entitled(&asked.state, principal, event, &concern(&asked.state, event), today());
    let would = would(&asked.state, principal, event);
    assert!(!matches!(would, Outcome::Duplicate { .. }), "{principal}: {event:?} was told before");
    let refused = matches!(&would, Outcome::Refused(refusal) if refusal.code == Code::NotEntitled);
    if is_own_word(event.kind.tag()) {
        assert_eq!(entitled, Entitled::Free);
    } else {
        assert_eq!(entitled.may(), !refused, "{principal}: {event:?}: {entitled:?}, {would:?}");
    }
    !refused
}

#[test]
fn every_cell_is_what_the_ledger_does() {
    let (asked, file) = (asked(), file());
    let (mut lets, mut refuses, mut wrong) = (0, 0, Vec::new());
    for (row, (kind, events)) in file.lines().skip(1).map(Row::read).zip(&asked.events) {
        assert_eq!(row.kind, *kind, "rows are in the order of kinds");
        for (role, written) in asked.table.roles.iter().enumerate() {
            let signs = asked.state.role_signs(&written.code, *kind);
            if row.cells[role].contains(SIGNS) != signs {
                wrong.push(format!("{} signs {}: {signs}", written.code, kind.name()));
            }
            for (node, unit) in NODES.iter().enumerate() {
                for (at, event) in events.iter().enumerate() {
                    let may = ledger_lets(&asked, &holder(role, node), event);
                    *(if may { &mut lets } else { &mut refuses }) += 1;
                    if (row.cells[role].contains(SAYS) && row.reaches(&asked, *unit, at)) != may {
                        let (who, name, place) = (&written.code, kind.name(), PLACES[at].0);
                        wrong.push(format!("{who} at {unit:?}, {name} of {}{place}: {may}", row.place));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(lets > 900 && refuses > 10_000, "{lets} let, {refuses} refused");
}

/// Signatures that are missing if somebody says it now; none if it counts, or is refused for another reason.
fn missing(state: &State, principal: &str, event: &Event) -> Option<i64> {
    match would(state, principal, event) {
        Outcome::Refused(refusal) if refusal.code == Code::SignaturesMissing => Some(refusal.figure),
        _ => None,
    }
}

/// Somebody's signature under what is to be said.
fn signature(principal: &str, event: &Event) -> Event {
    let (subject, hash) = match &event.kind {
        Kind::RosterApproved(said) | Kind::ApplicationApproved(said) | Kind::ClaimApproved(said) => {
            (said.set, said.hash)
        }
        _ => (event.id, sha256([&proto::event::encode(event)])),
    };
    let holder = principal.to_owned();
    Event::said(today(), Kind::Endorsed(Endorsed { holder, subject, hash, number: 1 }))
}

/// Whose signature under an event counts, which somebody else is to say: those by role and node.
fn signers(asked: &Asked, sayer: &str, event: &Event, wanting: i64) -> Vec<(usize, usize)> {
    let all = (0..asked.table.roles.len()).flat_map(|role| (0..NODES.len()).map(move |node| (role, node)));
    let counts = |&(role, node): &(usize, usize)| {
        let (mut state, signer) = (asked.state.clone(), holder(role, node));
        let told = tell(&mut state, &signer, &signature(&signer, event));
        matches!(told, Outcome::Posted { .. }) && missing(&state, sayer, event).unwrap_or(0) < wanting
    };
    all.filter(|&(role, node)| holder(role, node) != sayer).filter(counts).collect()
}

#[test]
fn whose_signature_counts_is_what_the_file_says() {
    let (asked, file) = (asked(), file());
    let (mut signed, mut wrong) = (Vec::new(), Vec::new());
    for (row, (kind, events)) in file.lines().skip(1).map(Row::read).zip(&asked.events) {
        let says = row.cells.iter().position(|cell| cell.contains(SAYS)).map(|role| holder(role, 0));
        let Some(sayer) = says.filter(|_| row.place != OWN) else { continue };
        let at = events.len().min(2) - 1;
        let Some(wanting) = missing(&asked.state, &sayer, &events[at]) else { continue };
        signed.push(kind.name());
        let all = (0..row.cells.len()).flat_map(|role| (0..NODES.len()).map(move |node| (role, node)));
        let by_file = |&(role, node): &(usize, usize)| {
            let counts = row.cells[role].contains(SIGNS) && row.reaches(&asked, NODES[node], at);
            counts && holder(role, node) != sayer
        };
        let by_file: Vec<_> = all.filter(by_file).collect();
        let found = signers(&asked, &sayer, &events[at], wanting);
        if found != by_file {
            wrong.push(format!("{}: {found:?}, by the file {by_file:?}", kind.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(signed.len() >= 15, "only of {signed:?}");
}
