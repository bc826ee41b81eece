//! The facts an entry about aid rests on: policy and document number in force, band, due day, what the payment is for, and
//! how far its set has come. Entries about loans are handed on to `loan_facts`.

use ledger::event::policy::Policy;
use ledger::event::{ApplicationLineAdded, CardRelation, DrawsCorrected, Event, Kind, KindTag};
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::money::{share, yuan};
use ledger::state::State;
use ledger::state::debt_rows::DebtSide;
use ledger::state::rows::{Award, Programme};
use ledger::state::stage::JudgedBy;
use uuid::Uuid;

use super::by_index::findings_at;
use super::chinese_names::{self, percent, reason};
use super::facts::{Fact, Facts, SHOWN};
use super::loan_facts;
use crate::answers::{labels, payments};
use crate::engine::Recorded;

/// The facts an entry rests on.
pub(super) fn facts_of(state: &State, recorded: &Recorded) -> Vec<Fact> {
    let Event { effective, kind, .. } = &recorded.event;
    let mut facts = Facts { state, index: recorded.index, on: *effective, list: Vec::new() };
    match kind {
        Kind::PolicyAdopted(event) => facts.policy_before(state.programme(&event.programme)),
        Kind::EntryWithdrawn(event) => facts.judged_by(event.entry),
        Kind::LineIssued(event) => facts.policy_of(state.programme(&event.programme)),
        Kind::LinePassedDown(event) => event.parts.iter().take(SHOWN).for_each(|part| facts.line(part.from, part.fen)),
        Kind::LineRecalled(event) => facts.line(event.line, event.fen),
        Kind::LineAdjusted(event) => facts.line(event.line, event.fen),
        Kind::DrawsCorrected(event) => {
            facts.application(event.application);
            facts.corrected(event);
        }
        Kind::RosterPrepared(event) => facts.policy_of(state.programme(&event.programme)),
        Kind::RosterLineAdded(event) => {
            if let Some((_, roster)) = state.rosters.by_id(event.roster) {
                facts.policy_and_band(roster.programme, event.band);
            }
            let on = facts.on;
            facts.standing_of(event.person, on);
        }
        Kind::RosterSealed(event) => facts.roster(event.set),
        Kind::RosterReviewed(event) | Kind::RosterApproved(event) => facts.roster(event.set),
        Kind::RosterCancelled(event) => facts.roster(event.set),
        Kind::ApplicationLineAdded(event) => facts.application_line(event),
        Kind::ApplicationSealed(event) => facts.application(event.set),
        Kind::ApplicationApproved(event) => facts.application(event.set),
        Kind::ApplicationCancelled(event) => facts.application(event.set),
        Kind::VoucherIssued(event) => facts.application(event.application),
        Kind::VoucherCleared(event) => facts.voucher(event.voucher),
        Kind::VoucherReturned(event) => facts.voucher(event.voucher),
        Kind::BatchSent(event) => facts.application(event.application),
        Kind::PayoutCredited(event) => facts.payout(event.payout),
        Kind::PayoutReturned(event) => {
            let words = reason(event.reason.into());
            facts.add("reason", format!("退回原因：{words}"), format!("reason of the return: {words}"));
            facts.payout(event.payout);
        }
        Kind::PayoutUnknown(event) => facts.payout(event.payout),
        Kind::PersonMerged(event) => {
            let on = facts.on;
            facts.standing_of(event.person, on);
            facts.standing_of(event.into, on);
        }
        Kind::SuspenseCleared(event) => facts.item(event.item),
        Kind::RecoveryReceived(event) => facts.debt(event.debt),
        Kind::RecoveryWaived(event) => facts.debt(event.debt),
        Kind::RefundPaid(event) => facts.debt(event.debt),
        Kind::RecoveryOrdered(event) => facts.payout(event.payout),
        kind => loan_facts::add(&mut facts, kind),
    }
    facts.list
}

impl Facts<'_> {
    fn policy_of(&mut self, programme: Option<Handle<Programme>>) {
        if let Some(programme) = programme {
            self.policy(programme);
        }
    }

    /// What a version of a policy had judged when it was taken back.
    fn judged_by(&mut self, entry: Uuid) {
        let Some((at, seen)) = self.state.seen.by_id(entry) else { return };
        if seen.kind != KindTag::PolicyAdopted {
            return;
        }
        let index = u64::from(at);
        let judged = self.state.programmes.iter().flat_map(|(_, row)| &row.judged).find(|judged| judged.index == index);
        let Some(JudgedBy { rosters, applications, .. }) = judged else { return };
        let zh = format!(
            "据该版政策已审定花名册 {rosters} 份、支付申请 {applications} 份，照旧计入；若无该版会有何不同，见 replay what-if --without {index}"
        );
        let en = format!(
            "{rosters} rosters and {applications} applications were judged by it and stay; what would be otherwise without it: \
             replay what-if --without {index}"
        );
        self.add("judged_by", zh, en);
    }

    /// The policy a new version follows, if there is one.
    fn policy_before(&mut self, programme: Option<Handle<Programme>>) {
        let Some(programme) = programme else { return };
        let (on, index) = (self.on, self.index);
        let versions = &self.state.programmes.get(programme).versions;
        if versions.iter().any(|adopted| adopted.from <= on && adopted.index < index) {
            self.policy(programme);
        }
    }

    /// The policy in force on the effective day, of the versions adopted before the entry.
    fn policy(&mut self, programme: Handle<Programme>) -> Option<Policy> {
        let row = self.state.programmes.get(programme);
        let known = row.versions.iter().filter(|adopted| adopted.from <= self.on && adopted.index < self.index);
        let Some(adopted) = known.max_by_key(|adopted| (adopted.from, adopted.index)) else {
            let (code, on) = (row.code.clone(), self.on);
            self.add("policy", format!("政策：{code} 在 {on} 没有有效政策"), format!("policy: none of {code} on {on}"));
            return None;
        };
        let (policy, from, by) = (adopted.policy.clone(), adopted.from, adopted.index);
        let Policy { programme, version, name, document, .. } = &policy;
        let document = chinese_names::document(document);
        let zh =
            format!("政策：{name}（{programme}）第 {version} 版，{document}，自 {from} 起施行，第 {by} 号记录采用");
        let en =
            format!("policy: {programme} version {version}, {document}, in force from {from}, adopted by entry {by}");
        self.add("policy", zh, en);
        Some(policy)
    }

    fn policy_and_band(&mut self, programme: Handle<Programme>, number: u32) {
        let Some(policy) = self.policy(programme) else { return };
        let Some(band) = policy.band(number) else {
            self.add("band", format!("档次：政策没有第 {number} 档"), format!("band: the policy has no band {number}"));
            return;
        };
        let (min, max, name) = (yuan(band.min_fen.into()), yuan(band.max_fen.into()), &band.name);
        let zh = format!("档次：{name}，每年 {min} 至 {max} 元");
        self.add("band", zh, format!("band {number} {name}: {min} to {max} yuan a year"));
    }

    /// The award a payment pays: its roster, policy, band, due day and the student's standing on that day.
    fn award(&mut self, award: Handle<Award>, instalment: u8) {
        let state = self.state;
        let row = state.awards.get(award);
        let roster = state.rosters.get(row.roster);
        let label = labels::roster_label(state, row.roster);
        let (number, parts, each) = (u32::from(instalment) + 1, roster.due.len(), row.fen);
        let fen = yuan(share(each, usize::from(instalment), parts).into());
        let each = yuan(each.into());
        let zh = format!("资助：{label} 第 {} 行，全年 {each} 元；第 {number}/{parts} 期 {fen} 元", row.number);
        let en =
            format!("award: {label} line {}, {each} yuan a year; part {number} of {parts}: {fen} yuan", row.number);
        self.add("award", zh, en);
        self.policy_and_band(roster.programme, row.band);
        if let Some(due) = roster.due.get(usize::from(instalment)).copied() {
            let late = self.on < due;
            let (zh, en) = if late { ("，尚未到期", ", not yet due") } else { ("", "") };
            self.add("due", format!("发放日：{due}{zh}"), format!("due on {due}{en}"));
            self.standing(row.person, due);
        }
    }

    fn application_line(&mut self, event: &ApplicationLineAdded) {
        let state = self.state;
        let instalment = event.instalment.checked_sub(1).and_then(|at| u8::try_from(at).ok());
        match state.awards.find(event.award).zip(instalment) {
            Some((award, instalment)) => {
                self.award(award, instalment);
                self.earlier(award, instalment);
                self.sharing(award);
            }
            None => self.add("award", "资助：不存在".to_owned(), "award: there is none".to_owned()),
        }
        let payee = state.awards.by_id(event.award).map(|(_, award)| award.person);
        let on = self.on;
        let used = |person| state.cards.by_id(event.card).map(|(_, card)| card.used_by(&state.human(person), on));
        let (zh, en) = match payee.and_then(used) {
            None => ("未登记", "not bound to anybody"),
            Some(Some(CardRelation::Own)) => ("属该生", "the payee's"),
            Some(Some(CardRelation::Guardian)) => ("属该生的监护人", "the payee's guardian's"),
            Some(Some(CardRelation::Sibling)) => ("属该生的兄弟姐妹", "the payee's brother's or sister's"),
            Some(None) => ("不属该生或已停用", "not the payee's, or no longer"),
        };
        self.add("card", format!("收款卡：{zh}"), format!("card: {en}"));
        self.draws(&event.draws);
    }

    /// Payments of the same instalment that were ordered before this entry or are there now.
    fn earlier(&mut self, award: Handle<Award>, instalment: u8) {
        let state = self.state;
        let handle = state.awards.get(award).instalments.plus(u32::from(instalment));
        if handle >= state.instalments.next() {
            return;
        }
        for payout in payments::payments_of_instalment(state, handle).into_iter().take(SHOWN) {
            let row = state.payouts.get(payout);
            let (id, zh, en) = (row.id, labels::progress_zh(state, row), row.progress.name());
            self.add("payout", format!("该期支付：{id} {zh}"), format!("payment of the instalment: {id}, {en}"));
        }
    }

    fn sharing(&mut self, award: Handle<Award>) {
        let roster = self.state.rosters.get(self.state.awards.get(award).roster);
        let subordination = self.state.orgs.get(roster.school).subordination;
        let Some(policy) = self.state.policy(roster.programme, self.on) else { return };
        let ratio = policy.sharing.iter().find(|sharing| sharing.subordination == subordination);
        let Some(ratio) = ratio.map(|sharing| percent(sharing.central_ppm.into())) else { return };
        self.add("sharing", format!("分担：中央 {ratio}"), format!("sharing: the centre pays {ratio}"));
    }

    fn payout(&mut self, id: Uuid) {
        let state = self.state;
        let Some((_, row)) = state.payouts.by_id(id) else {
            self.add("payout", "支付：没有该笔支付".to_owned(), "payment: there is none of this id".to_owned());
            return;
        };
        let (fen, label) = (yuan(row.fen.into()), labels::application_label(state, row.application));
        let zh = format!("支付：{label} 第 {} 行，应付 {fen} 元", row.number);
        self.add("payout", zh, format!("payment: {label} line {}, {fen} yuan ordered", row.number));
        let application = state.applications.get(row.application);
        if let Some(batch) = application.batch.handle() {
            let batch = state.batches.get(batch);
            let (bank, on) = (labels::org_name(state, batch.bank), batch.on);
            self.add("batch", format!("批次：{on} 发送至 {bank}"), format!("batch: sent to {bank} on {on}"));
        }
        self.award(row.award, row.instalment);
    }

    fn voucher(&mut self, id: Uuid) {
        let Some((_, row)) = self.state.vouchers.by_id(id) else { return };
        let (number, application) = (row.number.clone(), row.application);
        self.add("voucher", format!("支付凭证：{number}"), format!("voucher {number}"));
        self.application(self.state.applications.get(application).id);
    }

    fn roster(&mut self, id: Uuid) {
        let Some((handle, row)) = self.state.rosters.by_id(id) else { return };
        let programme = row.programme;
        self.set(&labels::roster_label(self.state, handle), &row.set);
        self.policy(programme);
    }

    fn application(&mut self, id: Uuid) {
        // Nil is the row of payments nobody ordered, which no event is about.
        let Some((handle, row)) = self.state.applications.by_id(id).filter(|_| !id.is_nil()) else { return };
        self.set(&labels::application_label(self.state, handle), &row.set);
    }

    /// Which line pays instead of which, and what the application takes from it in all.
    fn corrected(&mut self, event: &DrawsCorrected) {
        let state = self.state;
        let Some((_, row)) = state.applications.by_id(event.application) else { return };
        for (name, words, told) in
            [("from", ["原指标", "line before"], event.from), ("to", ["新指标", "line after"], event.to)]
        {
            let Some(line) = state.lines.find(told) else { continue };
            let parts = row.parts.iter().filter(|part| part.line == line);
            let fen = yuan(parts.map(|part| i128::from(part.fen)).sum());
            let (label, [zh, en]) = (labels::line_label(state, line), words);
            self.add(name, format!("{zh}：{label}，现承担 {fen} 元"), format!("{en}: {label}, pays {fen} yuan now"));
        }
    }

    fn debt(&mut self, debt: Uuid) {
        let Some((_, row)) = self.state.debts.by_id(debt) else { return };
        let (fen, open) = (yuan(row.fen.into()), yuan(row.open().into()));
        let unit = labels::org_name(self.state, row.unit);
        let (zh, en) = match row.owed {
            DebtSide::ToUnit => ("应追回", "to be recovered by"),
            DebtSide::ByUnit => ("应退还", "to be refunded by"),
            DebtSide::Nobody => ("尚无决定", "not decided"),
        };
        self.add(
            "debt",
            format!("{zh}：{unit}，{fen} 元，未了结 {open} 元"),
            format!("{en} {unit}: {fen} yuan, {open} open"),
        );
    }

    fn item(&mut self, item: Uuid) {
        let Some(index) = self.state.latest_edition(item).map(u64::from) else { return };
        let numbers: Vec<_> = findings_at(self.state, index).collect();
        for number in numbers {
            let finding = self.state.findings.get(number);
            let (fen, sentence) = (yuan(finding.in_suspense().into()), FindingKind::sentence_zh(finding.kind));
            let zh = format!("暂记：第 {index} 号记录，{sentence}，{fen} 元在暂记");
            let en = format!("item: entry {index}, {}, {fen} yuan in suspense", finding.kind.name());
            self.add("item", zh, en);
        }
    }
}
