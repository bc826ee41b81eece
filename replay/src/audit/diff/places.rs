//! Which row of the first state is the same thing as a row of the second. Handles are given in the order of creation, so
//! they agree as long as both states have folded the same entries, and not where one has folded fewer.

use ledger::account::{Account, AccountNo};
use ledger::handle::Handle;
use ledger::state::entity::{EachTable, Entity, Numbering};
use ledger::state::lending_rows::ClaimLine;
use ledger::state::rows::{Award, Finding, Instalment, Programme};
use ledger::state::{EntityKind, State};

/// For each kind, in their order, numbers of the first state by those of the second.
pub(super) struct Places(Vec<Map>);

/// For the rows of one kind.
struct Map {
    /// How many rows the first state has.
    known: u32,
    /// By number of the second state; absent while every number is the same in both.
    moved: Option<Vec<Option<u32>>>,
}

impl Places {
    /// Finds everything of the second state in the first.
    pub fn of(from: &State, to: &State) -> Self {
        let mut matching = Matching { from, to, maps: Vec::new() };
        EntityKind::each(&mut matching);
        Self(matching.maps)
    }

    /// The handle the first state has for a thing of the second, if it has the thing.
    pub fn place<T: Entity>(&self, row: Handle<T>) -> Option<Handle<T>> {
        self.map(T::KIND).place(row.number()).map(Handle::new)
    }

    /// The account of the first state that an account of the second is.
    pub fn account(&self, from: &State, account: &Account) -> Option<AccountNo> {
        let kind = account.class.owner();
        let owner = self.map(kind.entity()).place(account.owner)?;
        let (_, base) = from.owner(kind, owner);
        Some(State::account_at(base, account.class))
    }

    /// Whether handles mean the same in both states, so that rows compare as they are.
    pub fn agree(&self) -> bool {
        self.0.iter().all(|map| map.moved.is_none())
    }

    fn map(&self, kind: EntityKind) -> &Map {
        &self.0[kind as usize]
    }
}

impl Numbering for Places {
    fn call<T: Entity>(&self, row: Handle<T>) -> Handle<T> {
        // The last number is no handle's: a link that holds it points nowhere.
        let absent = self.map(T::KIND).known.saturating_add(row.number()).min(u32::MAX - 1);
        self.place(row).unwrap_or(Handle::new(absent))
    }
}

impl Map {
    fn of<T: Entity>(from: &State, to: &State) -> Self {
        let known = T::table(from).next().number();
        let mut moved: Option<Vec<Option<u32>>> = None;
        for (handle, row) in T::table(to).iter() {
            let (number, place) = (handle.number(), same(from, to, handle, row));
            if moved.is_none() && place != (number < known).then_some(number) {
                moved = Some((0..number).map(|before| (before < known).then_some(before)).collect());
            }
            if let Some(moved) = &mut moved {
                moved.push(place);
            }
        }
        Self { known, moved }
    }

    fn place(&self, number: u32) -> Option<u32> {
        match &self.moved {
            None => (number < self.known).then_some(number),
            Some(moved) => moved.get(number as usize).copied().flatten(),
        }
    }
}

struct Matching<'a> {
    from: &'a State,
    to: &'a State,
    maps: Vec<Map>,
}

impl EachTable for Matching<'_> {
    fn table<T: Entity>(&mut self) {
        self.maps.push(Map::of::<T>(self.from, self.to));
    }
}

/// The number of the row of the first state that a row of the second is. Most are found by their id; of those without one, the
/// kinds that have arms are found by what they say.
fn same<T: Entity>(from: &State, to: &State, at: Handle<T>, row: &T) -> Option<u32> {
    let number = at.number();
    match T::KIND {
        EntityKind::Award => award(from, to, Handle::new(number)).map(Handle::number),
        EntityKind::Programme => programme(from, to, Handle::new(number)).map(Handle::number),
        EntityKind::Instalment => instalment(from, to, Handle::new(number)).map(Handle::number),
        EntityKind::Finding => finding(from, to, Handle::new(number)).map(Handle::number),
        EntityKind::ClaimLine => claim_line(from, to, Handle::new(number)).map(Handle::number),
        _ => by_id(from, at, row).map(Handle::number),
    }
}

fn by_id<T: Entity>(from: &State, at: Handle<T>, row: &T) -> Option<Handle<T>> {
    let table = T::table(from);
    // Nothing tells it from others of its kind but its place: it is the one row of its table.
    let Some(id) = row.id() else { return table.handle(at.number()) };
    // Looking at the same handle first saves nearly every search.
    let here = at < table.next() && table.get(at).id() == Some(id);
    if here { Some(at) } else { table.find(id) }
}

/// An award of a cancelled roster may be there anew under its id, so it is told by its roster too; a person has a handful.
fn award(from: &State, to: &State, at: Handle<Award>) -> Option<Handle<Award>> {
    let row = to.awards.get(at);
    let roster = to.rosters.get(row.roster).id;
    let is = |other: &Award| other.id == row.id && from.rosters.get(other.roster).id == roster;
    let found = by_id(from, at, row)?;
    if is(from.awards.get(found)) {
        return Some(found);
    }
    let person = from.persons.find(to.persons.get(row.person).id)?;
    let mut held = from.awards.chain(from.persons.get(person).last_award, |award| award.before_of_person);
    held.find(|(_, award)| is(award)).map(|(award, _)| award)
}

fn programme(from: &State, to: &State, at: Handle<Programme>) -> Option<Handle<Programme>> {
    from.programme(&to.programmes.get(at).code)
}

/// The award an instalment belongs to, and which of its instalments it is. Both are made together, in one order.
pub(super) fn award_of(state: &State, instalment: Handle<Instalment>) -> Option<(Handle<Award>, u32)> {
    let after = state.awards.partition_point(|award| award.instalments <= instalment);
    let award = Handle::new(after.number().checked_sub(1)?);
    Some((award, instalment.number() - state.awards.get(award).instalments.number()))
}

/// How many instalments an award has.
fn instalments_of(state: &State, award: Handle<Award>) -> u32 {
    let mut awards = state.awards.from(award).map(|(_, row)| row.instalments.number());
    let begin = awards.next().unwrap_or(0);
    awards.next().unwrap_or(state.instalments.next().number()) - begin
}

fn instalment(from: &State, to: &State, at: Handle<Instalment>) -> Option<Handle<Instalment>> {
    let (award, number) = award_of(to, at)?;
    let before = self::award(from, to, award)?;
    (number < instalments_of(from, before)).then(|| from.awards.get(before).instalments.plus(number))
}

/// Findings have no id: they are told apart by the entry that opened them, what they say, and the order among equals.
fn finding(from: &State, to: &State, at: Handle<Finding>) -> Option<Handle<Finding>> {
    let row = to.findings.get(at);
    let equals = |state: &State| {
        let begin = state.findings.partition_point(|other| other.index < row.index);
        let of_entry = state.findings.from(begin).take_while(|(_, other)| other.index == row.index);
        let alike = of_entry.filter(|(_, other)| other.kind == row.kind && other.subject == row.subject);
        alike.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let before = equals(to).into_iter().take_while(|other| *other < at).count();
    equals(from).get(before).copied()
}

/// One entry adds one line, and lines are in the order of entries.
fn claim_line(from: &State, to: &State, at: Handle<ClaimLine>) -> Option<Handle<ClaimLine>> {
    let index = to.claim_lines.get(at).index;
    let at = from.claim_lines.partition_point(|line| line.index < index);
    from.claim_lines.from(at).next().filter(|(_, line)| line.index == index).map(|(at, _)| at)
}
