//! Facts being gathered for one entry, and those that entries about aid and about loans both rest on: a student's standing,
//! where money comes from, how far a set has come. What entries after the one explained say is left out where the
//! state still tells it apart. Which kind of entry rests on what is not known here.

use ledger::event::{Draw, Status};
use ledger::handle::Handle;
use ledger::money::{Day, Fen, yuan};
use ledger::state::State;
use ledger::state::rows::{Person, SchoolStatus};
use ledger::state::stage::Set;
use uuid::Uuid;

use super::chinese_names;
use crate::answers::labels;
use crate::answers::loans::status_name;

/// One fact, in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is about: `policy`, `band`, `due`, `standing`, `terms`, `stretch` and so on.
    pub name: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Facts being gathered for one entry.
pub(super) struct Facts<'a> {
    pub(super) state: &'a State,
    /// Index of the entry: what later entries adopted does not count.
    pub(super) index: u64,
    /// Its effective day.
    pub(super) on: Day,
    pub(super) list: Vec<Fact>,
}

/// Parts of a document, draws or the like that are shown; the rest is in what was said.
pub(super) const SHOWN: usize = 20;

impl Facts<'_> {
    /// Adds a fact in both languages.
    pub(super) fn add(&mut self, name: &'static str, zh: String, en: String) {
        self.list.push(Fact { name, zh, en });
    }

    /// A student's standing on a day.
    pub(super) fn standing_of(&mut self, person: Uuid, on: Day) {
        let Some(handle) = self.state.persons.find(person) else {
            self.add("standing", "学籍：该生未登记".to_owned(), "standing: the person is not registered".to_owned());
            return;
        };
        self.standing(handle, on);
        self.other_ids(handle);
    }

    /// Under which other ids a human goes, and which entries said so.
    fn other_ids(&mut self, person: Handle<Person>) {
        let human = self.state.human(person);
        let rows = human.iter().filter_map(|one| self.state.merged.by_id(self.state.persons.get(*one).id));
        let told: Vec<String> =
            rows.filter_map(|(_, row)| row.told_by.handle()).map(|entry| u64::from(entry).to_string()).collect();
        let others = human.iter().filter(|one| **one != person).map(|one| self.state.persons.get(*one).id.to_string());
        let (others, told) = (others.collect::<Vec<_>>().join("、"), told.join("、"));
        if !others.is_empty() {
            let en = format!("one person with {others} (entries {told})");
            self.add("merged", format!("合并人员：与 {others} 为同一人（第 {told} 条）"), en);
        }
    }

    /// The same by handle.
    pub(super) fn standing(&mut self, person: Handle<Person>, on: Day) {
        let Some(SchoolStatus { on: from, status, school, .. }) = self.state.status_on(person, on) else {
            self.add("standing", format!("学籍：{on} 没有学籍记录"), format!("standing on {on}: none is known"));
            return;
        };
        let (school, zh, en) = (labels::org_name(self.state, school), status_zh(status), status_name(status));
        let zh = format!("学籍：{on} {zh}（自 {from} 起，{school}）");
        let en = format!("standing on {on}: {en} since {from}, {school}");
        self.add("standing", zh, en);
    }

    /// A document line money comes from.
    pub(super) fn line(&mut self, id: Uuid, fen: Fen) {
        let Some(line) = self.state.lines.find(id) else { return };
        let source = labels::source_zh(self.state.lines.get(line).source);
        let (label, fen) = (labels::line_label(self.state, line), yuan(fen.into()));
        self.add("line", format!("资金来源：{label}，{source}，{fen} 元"), format!("out of {label}: {fen} yuan"));
    }

    /// The document lines of draws.
    pub(super) fn draws(&mut self, draws: &[Draw]) {
        draws.iter().take(SHOWN).for_each(|draw| self.line(draw.line, draw.fen));
    }

    /// How far a set has come, and who brought it there.
    pub(super) fn set(&mut self, label: &str, set: &Set) {
        let (count, fen, stage) = (set.count, yuan(set.fen.into()), labels::stage_zh(set.stage));
        let zh = format!("{label}：{count} 行，{fen} 元，{stage}");
        self.add("set", zh, format!("{label}: {count} lines, {fen} yuan, {}", set.stage.name()));
        for (name, zh, en, who) in [
            ("preparer", "制单", "prepared", &set.preparer),
            ("reviewer", "审核", "reviewed", &set.reviewer),
            ("approver", "批准", "approved", &set.approver),
        ] {
            if !who.is_empty() {
                self.add(name, format!("{zh}：{who}"), format!("{en} by {who}"));
            }
        }
    }
}

fn status_zh(status: Status) -> &'static str {
    let name = format!("STANDING_{}", status_name(status).to_ascii_uppercase());
    chinese_names::choice(&name).unwrap_or_default()
}
