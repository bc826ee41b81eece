//! What an event says, field by field, with the names of what it refers to.

use ledger::hash::hex;
use ledger::state::State;
use proto::fields::{Field, Value, fields};
use uuid::Uuid;

use super::chinese_names;
use crate::answers::labels;
use crate::engine::Recorded;

/// One field of an event, as people read it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaidField {
    /// 0 for fields of the event, 1 for those of a part of it.
    pub depth: u32,
    /// Name of the field on the wire.
    pub name: &'static str,
    /// Its Chinese name.
    pub zh: &'static str,
    /// What it says, with names in place of ids where they are known; empty before the fields of a part.
    pub value: String,
    /// The thing it refers to, if it is an id; otherwise nil.
    pub id: Uuid,
}

/// All fields of an event.
pub(super) fn fields_of(state: &State, recorded: &Recorded) -> Vec<SaidField> {
    let mut all = Vec::new();
    add(state, &fields(&recorded.content), 0, &mut all);
    all
}

fn add(state: &State, fields: &[Field], depth: u32, all: &mut Vec<SaidField>) {
    for field in fields {
        let (zh, form) = chinese_names::field(field.name);
        let (mut id, mut inner) = (Uuid::nil(), None);
        let value = match &field.value {
            Value::Text(text) if field.name == "programme" => programme(state, text),
            Value::Text(text) => text.clone(),
            Value::Id(of) => {
                id = *of;
                name_of(state, *of).unwrap_or_else(|| of.to_string())
            }
            Value::Bytes(bytes) => hex(bytes),
            Value::Number(number) => form.write(*number),
            Value::Flag(_) => "是 yes".to_owned(),
            Value::Choice(name) => chinese_names::choice(name).unwrap_or(name).to_owned(),
            Value::Group(fields) => {
                inner = Some(fields);
                String::new()
            }
        };
        all.push(SaidField { depth, name: field.name, zh, value, id });
        if let Some(fields) = inner {
            add(state, fields, depth + 1, all);
        }
    }
}

fn programme(state: &State, code: &str) -> String {
    let name = state.programme(code).map(|handle| labels::programme_name(state, handle));
    name.map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
}

/// What people call the thing of an id. Persons and cards have no name here, only their id.
pub(super) fn name_of(state: &State, id: Uuid) -> Option<String> {
    let org = || state.orgs.find(id).map(|org| labels::org_name(state, org).to_owned());
    let line = || state.lines.find(id).map(|line| labels::line_label(state, line));
    let roster = || state.rosters.find(id).map(|roster| labels::roster_label(state, roster));
    let award = || {
        let (_, row) = state.awards.by_id(id)?;
        Some(format!("{} 第 {} 行", labels::roster_label(state, row.roster), row.number))
    };
    let application = || state.applications.find(id).map(|at| labels::application_label(state, at));
    let payout = || {
        let (_, row) = state.payouts.by_id(id)?;
        Some(format!("{} 第 {} 行", labels::application_label(state, row.application), row.number))
    };
    let voucher = || state.vouchers.by_id(id).map(|(_, row)| row.number.clone());
    let batch = || {
        let (_, row) = state.batches.by_id(id)?;
        Some(format!("{} {} 批次", labels::org_name(state, row.bank), row.on))
    };
    let money = org().or_else(line).or_else(roster).or_else(award).or_else(application);
    money.or_else(payout).or_else(voucher).or_else(batch).or_else(|| lending_name(state, id)).or_else(|| {
        // The id of an event: whoever reads on asks for that entry.
        state.seen.find(id).map(|index| format!("第 {index} 号记录 entry {index}"))
    })
}

fn lending_name(state: &State, id: Uuid) -> Option<String> {
    let loan = || state.loans.find(id).map(|loan| labels::loan_label(state, loan));
    let claim = || state.claims.find(id).map(|claim| labels::claim_label(state, claim));
    let reward = || state.rewards.find(id).map(|reward| labels::reward_label(state, reward));
    let remittance = || {
        let (_, row) = state.remittances.by_id(id)?;
        Some(format!("{} {} 拨付", labels::org_name(state, row.unit), row.on))
    };
    loan().or_else(claim).or_else(reward).or_else(remittance)
}
