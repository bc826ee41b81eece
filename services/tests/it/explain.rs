//! Why entries were posted or refused, asked of a server in this process: a payment, a refused line, a duplicate, a
//! figure that differs, a fact learnt late; and entries read back as they were recorded.

use crate::lending::{Desk, LOAN, SUBSIDY, thing};
use crate::support::{Server, day, line, org, policy, wire};
use ledger::event::*;
use proto::v1;
use proto::v1::explain_request::Entry;
use replay::audit::explain::{Wanted, explain_record};
use replay::engine::{Engine, Options};
use services::query::explain::Before;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tonic::Code;
use uuid::Uuid;

pub const UNIT: u128 = 100;
const SCHOOL: u128 = 101;
const BANK: u128 = 102;
const LINE: u128 = 200;
const PERSON: u128 = 300;
const CARD: u128 = 301;
const ROSTER: u128 = 400;
const AWARD: u128 = 401;
const APPLICATION: u128 = 500;
pub const PAYOUT: u128 = 501;
const VOUCHER: u128 = 502;
pub const FEN: i64 = 200_000;

/// A school's roster of one student, paid by one batch, told step by step.
pub struct Story {
    pub server: Server,
}

impl Story {
    pub async fn begin() -> Self {
        Self::with(Server::start().await).await
    }

    pub async fn with(server: Server) -> Self {
        let mut story = Self { server };
        let first = [org(UNIT), policy(), line(LINE, UNIT, 1_000_000)];
        story.server.record("office", &first).await;
        let org = |org: u128, name: &str, level, role| {
            let (number, parent, division) = (org.to_string(), None, 610_000);
            let (org, name, subordination) = (thing(org), name.to_owned(), Subordination::Local);
            Kind::OrgRegistered(OrgRegistered { org, number, name, level, role, parent, division, subordination })
        };
        story.say("office", 20_200_101, org(SCHOOL, "示例中学", Level::School, OrgRole::School)).await;
        story.say("office", 20_200_101, org(BANK, "示例银行", Level::Province, OrgRole::Bank)).await;
        let (person, card, school) = (thing(PERSON), thing(CARD), thing(SCHOOL));
        story.say("school", 20_210_901, Kind::PersonRegistered(PersonRegistered { person, origin: 610_102 })).await;
        let status = StatusChanged { person, status: Status::Enrolled, school };
        story.say("school", 20_210_901, Kind::StatusChanged(status)).await;
        story.say("school", 20_210_901, Kind::CardBound(CardBound { person, card, relation: CardRelation::Own })).await;
        story
    }

    pub async fn say(&mut self, principal: &str, on: u32, kind: Kind) -> v1::Receipt {
        self.server.record(principal, &[Event::said(day(on), kind)]).await.receipts.remove(0)
    }

    pub async fn award(&mut self) {
        let (roster, school, programme) = (thing(ROSTER), thing(SCHOOL), "SH-GRANT".to_owned());
        let due = vec![day(20_211_015)];
        let prepared = RosterPrepared { roster, school, programme, academic_year: 2021, due, replaces: None };
        self.say("school", 20_210_910, Kind::RosterPrepared(prepared)).await;
        let (award, person) = (thing(AWARD), thing(PERSON));
        let added = RosterLineAdded { roster, number: 1, award, person, band: 1, fen: FEN };
        self.say("school", 20_210_910, Kind::RosterLineAdded(added)).await;
        let hash = self.server.engine.read().rosters.by_id(roster).expect("prepared").1.set.hash;
        let sealed = SetSealed { set: roster, count: 1, fen: FEN, hash };
        self.say("school", 20_210_911, Kind::RosterSealed(sealed)).await;
        let decided = SetDecided { set: roster, hash };
        self.say("head", 20_210_912, Kind::RosterReviewed(decided.clone())).await;
        let approved = self.say("county", 20_210_913, Kind::RosterApproved(decided)).await;
        assert_eq!(approved.outcome(), v1::Outcome::Posted, "{:?}", approved.refusal);
    }

    pub async fn apply(&mut self) {
        let (application, unit) = (thing(APPLICATION), thing(UNIT));
        let prepared = ApplicationPrepared { application, unit, fiscal_year: 2021, replaces: None };
        self.say("unit", 20_211_015, Kind::ApplicationPrepared(prepared)).await;
        let added = self.say("unit", 20_211_015, self.payment(PAYOUT, CARD, FEN)).await;
        assert_eq!(added.outcome(), v1::Outcome::Posted, "{:?}", added.refusal);
        let hash = self.server.engine.read().applications.by_id(application).expect("prepared").1.set.hash;
        let sealed = SetSealed { set: application, count: 1, fen: FEN, hash };
        self.say("unit", 20_211_016, Kind::ApplicationSealed(sealed)).await;
        self.say("head", 20_211_016, Kind::ApplicationApproved(SetDecided { set: application, hash })).await;
        let (voucher, number, draws) = (thing(VOUCHER), "V1".to_owned(), draws(FEN));
        self.say("treasury", 20_211_018, Kind::VoucherIssued(VoucherIssued { voucher, number, application, draws }))
            .await;
        self.say(
            "treasury",
            20_211_018,
            Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() }),
        )
        .await;
        let (batch, bank) = (thing(600), thing(BANK));
        let sent = BatchSent { batch, application, bank, count: 1, fen: FEN, hash };
        let sent = self.say("unit", 20_211_019, Kind::BatchSent(sent)).await;
        assert_eq!(sent.outcome(), v1::Outcome::Posted, "{:?}", sent.refusal);
    }

    fn payment(&self, payout: u128, card: u128, fen: i64) -> Kind {
        let (application, payout, award, card) = (thing(APPLICATION), thing(payout), thing(AWARD), thing(card));
        let (number, instalment, reissue_of, draws) = (1, 1, None, draws(fen));
        let line = ApplicationLineAdded { application, number, payout, award, instalment, card, reissue_of, draws };
        Kind::ApplicationLineAdded(line)
    }

    pub async fn credited(&mut self) -> v1::Receipt {
        let (payout, serial) = (thing(PAYOUT), "20211020000001".to_owned());
        self.say("bank", 20_211_020, Kind::PayoutCredited(PayoutCredited { payout, fen: FEN, serial })).await
    }

    /// Once more, under another number of the bank.
    async fn credited_again(&mut self) -> v1::Receipt {
        let (payout, serial) = (thing(PAYOUT), "20211020000002".to_owned());
        self.say("bank", 20_211_020, Kind::PayoutCredited(PayoutCredited { payout, fen: FEN, serial })).await
    }
}

pub fn school() -> Uuid {
    thing(SCHOOL)
}

fn draws(fen: i64) -> Vec<Draw> {
    vec![Draw { line: thing(LINE), fen }]
}

async fn explain(server: &Server, index: u64) -> v1::ExplainResponse {
    let request = v1::ExplainRequest { entry: Some(Entry::Index(index)), ..Default::default() };
    server.ask().explain(request).await.expect("explained").into_inner()
}

fn facts(answer: &v1::ExplainResponse, name: &str) -> Vec<String> {
    answer.facts.iter().filter(|fact| fact.name == name).map(|fact| format!("{} {}", fact.zh, fact.en)).collect()
}

fn said<'a>(answer: &'a v1::ExplainResponse, name: &str) -> &'a str {
    answer.said.iter().find(|field| field.name == name).map_or("", |field| &field.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_is_explained_from_the_bank_to_the_policy() {
    let mut story = Story::begin().await;
    story.award().await;
    story.apply().await;
    let receipt = story.credited().await;
    let answer = explain(&story.server, receipt.index).await;
    let entry = answer.entry.clone().expect("set");
    assert_eq!((entry.kind.as_str(), entry.kind_zh.as_str(), entry.report), ("payout_credited", "银行入账", true));
    assert_eq!(
        (entry.principal.as_str(), entry.effective, answer.outcome()),
        ("bank", 20_211_020, v1::Outcome::Posted)
    );
    assert!(entry.recorded_ms > 0 && entry.event == receipt.id);
    assert_eq!((said(&answer, "fen"), said(&answer, "serial")), ("2,000.00 元", "20211020000001"));
    assert!(said(&answer, "payout").contains("支付申请"), "{}", said(&answer, "payout"));
    assert!(facts(&answer, "policy")[0].contains("财科教〔2019〕19号"), "{:?}", answer.facts);
    assert!(facts(&answer, "band")[0].contains("一档"));
    assert!(facts(&answer, "due")[0].contains("2021-10-15"));
    assert!(facts(&answer, "standing")[0].contains("在籍"));
    assert!(facts(&answer, "batch")[0].contains("示例银行"));
    let moved = |class: &str| {
        let is_it = |row: &&v1::Movement| row.debit.as_ref().is_some_and(|account| account.class == class);
        *answer.movements.iter().filter(is_it).map(|row| row.fen).collect::<Vec<_>>().first().expect("moved")
    };
    assert_eq!((moved("payee"), moved("settled"), answer.movements.len()), (FEN, FEN, 2));
    let row = &answer.movements[0];
    assert_eq!(row.debit_after_fen - row.debit_before_fen, FEN);
    assert_eq!(row.credit_before_fen - row.credit_after_fen, FEN);
    assert_eq!(row.booked, 20_211_020);
    story.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_credit_shows_the_finding_it_opened() {
    let mut story = Story::begin().await;
    story.award().await;
    story.apply().await;
    story.credited().await;
    let twice = story.credited_again().await;
    let answer = explain(&story.server, twice.index).await;
    assert_eq!(answer.findings.len(), 1);
    assert_eq!((answer.findings[0].kind.as_str(), answer.findings[0].open), ("double_credit", true));
    let request = v1::ListFindingsRequest { open_only: true, ..Default::default() };
    let listed = story.server.ask().list_findings(request).await.expect("listed").into_inner();
    let row = &listed.findings[0];
    assert_eq!((row.event_kind.as_str(), row.principal.as_str()), ("payout_credited", "bank"));
    assert!(row.recorded_ms > 0 && row.index == twice.index);
    story.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_line_shows_both_figures_and_the_card() {
    let mut story = Story::begin().await;
    story.award().await;
    let (application, unit) = (thing(APPLICATION), thing(UNIT));
    let prepared = ApplicationPrepared { application, unit, fiscal_year: 2021, replaces: None };
    story.say("unit", 20_211_015, Kind::ApplicationPrepared(prepared)).await;
    let receipt = story.say("clerk", 20_211_015, story.payment(PAYOUT, CARD, FEN - 1)).await;
    let answer = explain(&story.server, receipt.index).await;
    let refusal = answer.refusal.clone().expect("refused");
    assert_eq!((answer.outcome(), refusal.code.as_str()), (v1::Outcome::Refused, "bad_amount"));
    assert!(!refusal.sentence_zh.is_empty() && !refusal.sentence_en.is_empty() && !refusal.remedy.is_empty());
    let figures = answer.compared.clone().expect("compared");
    assert_eq!((figures.said, figures.ours, figures.unit.as_str()), (Some(FEN - 1), FEN, "fen"));
    assert!(facts(&answer, "card")[0].contains("属该生") && facts(&answer, "line")[0].contains("陕财教〔2021〕1号"));
    assert!(answer.movements.is_empty() && answer.findings.is_empty());
    let request = v1::ListRefusalsRequest::default();
    let listed = story.server.ask().list_refusals(request).await.expect("listed").into_inner();
    let row = &listed.refusals[0];
    assert_eq!((row.kind.as_str(), row.principal.as_str()), ("application_line_added", "clerk"));
    assert_eq!((row.index, row.effective), (receipt.index, 20_211_015));
    story.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_names_the_entry_it_repeats() {
    let server = Server::start().await;
    let late = [line(LINE + 1, 999, 5), line(LINE + 1, 999, 5)];
    server.record("office", &[org(UNIT), policy(), line(LINE, UNIT, 500), org(UNIT)]).await;
    server.record("office", &late).await;
    let answer = explain(&server, 3).await;
    assert_eq!((answer.outcome(), answer.first, answer.refusal.is_none()), (v1::Outcome::Duplicate, 0, true));
    assert!(answer.facts.is_empty() && answer.movements.is_empty());
    let answer = explain(&server, 5).await;
    let why = answer.refusal.clone().expect("the first was refused");
    assert_eq!((answer.outcome(), answer.first, why.code.as_str()), (v1::Outcome::Duplicate, 4, "unknown_org"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accrual_that_differs_shows_the_figure_said_and_the_one_recomputed() {
    let desk = Desk::with_loans(1).await;
    let (loan, last) = (thing(LOAN), desk.loan(0, 20_231_220).await.loan.expect("set").last);
    let accrued = |fen| {
        let figure = Interest { subsidy: fen, ..Interest::default() };
        let kind = Kind::InterestAccrued(InterestAccrued { loan, last, figure });
        Event::said(day(20_231_220), kind)
    };
    let answer = desk.server.record("lender", &[accrued(SUBSIDY + 1), accrued(SUBSIDY)]).await;
    let wrong = explain(&desk.server, answer.receipts[0].index).await;
    let figures = wrong.compared.clone().expect("compared");
    assert_eq!(wrong.refusal.clone().expect("refused").code, "subsidy_differs");
    assert_eq!((figures.said, figures.ours, figures.unit.as_str()), (Some(SUBSIDY + 1), SUBSIDY, "fen"));
    let right = explain(&desk.server, answer.receipts[1].index).await;
    let stretches = facts(&right, "stretch");
    assert!(
        stretches.len() == 1 && stretches[0].contains("财政贴息") && stretches[0].contains("92 天"),
        "{stretches:?}"
    );
    assert!(facts(&right, "terms")[0].contains("号"), "the document number");
    assert_eq!(right.movements.iter().map(|row| row.fen).collect::<Vec<_>>(), [SUBSIDY]);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_facts_adjustment_names_its_cause() {
    let mut desk = Desk::with_loans(1).await;
    let (loan, last) = (thing(LOAN), desk.loan(0, 20_231_220).await.loan.expect("set").last);
    let figure = Interest { subsidy: SUBSIDY, ..Interest::default() };
    desk.say(20_231_220, Kind::InterestAccrued(InterestAccrued { loan, last, figure })).await;
    let cause = desk.graduated(0, 20_231_110).await;
    let last = desk.loan(0, 20_231_220).await.loan.expect("set").last;
    let figure = Interest { subsidy: -2_400, waiver: 2_400, ..Interest::default() };
    let adjusted = desk.say(20_240_110, Kind::InterestAdjusted(InterestAdjusted { loan, last, cause, figure })).await;
    let event = v1::ExplainRequest { entry: Some(Entry::Event(wire(adjusted.as_u128()))), ..Default::default() };
    let answer = desk.server.ask().explain(event).await.expect("explained").into_inner();
    let index = desk.server.engine.read().seen.find(cause).expect("said");
    assert!(facts(&answer, "cause")[0].contains(&format!("第 {index} 号记录")));
    assert!(said(&answer, "cause").contains(&index.to_string()), "{}", said(&answer, "cause"));
    assert!(facts(&answer, "stretch").last().expect("a stretch").contains("2023 年免息"));
    assert_eq!(answer.movements.len(), 2);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_read_back_as_they_were_recorded() {
    let server = Server::start().await;
    let events = [org(UNIT), policy(), line(LINE, UNIT, 500)];
    server.record("office", &events).await;
    use v1::get_recorded_request::Entry;
    for (index, event) in (0..).zip(&events) {
        for entry in [Entry::Index(index), Entry::Event(wire(event.id.as_u128()))] {
            let request = v1::GetRecordedRequest { not_before: 0, entry: Some(entry) };
            let answer = server.ask().get_recorded(request).await.expect("read").into_inner();
            let entry = answer.entry.expect("set");
            assert_eq!((entry.index, entry.content.to_vec()), (index, proto::event::encode(event)));
            assert_eq!((entry.principal.as_str(), entry.kind.as_str()), ("office", event.kind.name()));
        }
    }
    let unknown = [Some(Entry::Index(3)), Some(Entry::Event(wire(77))), None];
    for (entry, code) in unknown.into_iter().zip([Code::NotFound, Code::NotFound, Code::InvalidArgument]) {
        let request = v1::GetRecordedRequest { not_before: 0, entry };
        assert_eq!(server.ask().get_recorded(request).await.expect_err("nothing").code(), code);
    }
    let (owner, class) = (wire(LINE), "available".to_owned());
    let request = v1::ListEntriesRequest { owner, class, ..Default::default() };
    let listed = server.ask().list_entries(request).await.expect("listed").into_inner();
    let row = &listed.entries[0];
    assert_eq!((row.kind.as_str(), row.principal.as_str(), row.index), ("line_issued", "office", 2));
    assert!(row.recorded_ms > 0);
    server.stop().await;
}

#[test]
fn an_explanation_is_the_same_after_a_start_from_pages_and_from_the_record_alone() {
    let data = tempfile::tempdir().expect("a directory");
    let options = Options::file(data.path());
    let engine = Engine::open(&options, &mut |_| {}).expect("opens");
    let events = [org(UNIT), policy(), line(LINE, UNIT, 500), line(LINE + 1, UNIT, 70), line(LINE, 9, 1)];
    let events = events.map(|event| (bytes::Bytes::from(proto::event::encode(&event)), event));
    let receipts = engine.submit("office", events.to_vec()).expect("taken");
    receipts.blocking_recv().expect("answered").expect("recorded");
    let (runtime, turns) = (tokio::runtime::Runtime::new().expect("a runtime"), Arc::new(Semaphore::new(1)));
    let all = |engine: &Engine| {
        let one = |index| {
            let request = v1::ExplainRequest { entry: Some(Entry::Index(index)), ..Default::default() };
            let before = services::query::explain::before(engine, &request).expect("on record");
            let asked = runtime.block_on(before.prepared()).expect("folded");
            let turn = Arc::clone(&turns).try_acquire_owned().expect("nobody else explains");
            let before = Before { asked, turn };
            services::query::explain::explain(&before, &request).expect("explained")
        };
        (0..5).map(one).collect::<Vec<_>>()
    };
    let before = all(&engine);
    engine.stop().expect("stops");
    drop(engine);
    for (index, live) in (0..).zip(&before) {
        let found = explain_record(&options, Wanted::Index(index), &mut |_| {}).expect("readable");
        let (state, explanation) = found.expect("there");
        let alone = services::query::explain::explained(&state, explanation);
        assert_eq!(alone, *live, "entry {index}");
    }
    assert!(explain_record(&options, Wanted::Event(Uuid::from_u128(99)), &mut |_| {}).expect("readable").is_none());
    let engine = Engine::open(&options, &mut |_| {}).expect("opens again");
    assert_eq!(all(&engine), before, "postings come from the pages now");
    engine.stop().expect("stops");
}
