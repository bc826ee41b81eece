//! A lender with a few loans in a server of this process, told by events. Knows no rule of money.

use crate::support::{Server, day};
use ledger::event::*;
use ledger::hash::Hash;
use ledger::money::Fen;
use proto::v1;
use uuid::Uuid;

pub const UNIT: u128 = 100;
pub const LENDER: u128 = 101;
pub const SCHOOL: u128 = 102;
pub const CENTRE: u128 = 103;
pub const PERSON: u128 = 1_000;
pub const LOAN: u128 = 2_000;
pub const CLAIM: u128 = 3_000;
pub const LINE: u128 = 4_000;
pub const REMITTANCE: u128 = 5_000;
/// Drawn on each loan.
pub const DRAWN: Fen = 1_200_000;
/// 20 September to 20 December 2023, 92 days at 3.60 % over 360.
pub const SUBSIDY: Fen = 11_040;

pub fn thing(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub struct Desk {
    pub server: Server,
}

impl Desk {
    /// The shipped terms, four organisations, and `loans` loans of 12,000 yuan drawn on 20 September 2023.
    pub async fn with_loans(loans: u128) -> Self {
        let mut desk = Self { server: Server::start().await };
        let shipped = services::intake::shipped_rates::shipped_events().expect("the shipped files");
        desk.server.record("office", &shipped).await;
        desk.place(UNIT, "省财政厅", Level::Province, OrgRole::Finance).await;
        desk.place(LENDER, "开发银行", Level::Centre, OrgRole::Bank).await;
        desk.place(SCHOOL, "省属大学", Level::School, OrgRole::School).await;
        desk.place(CENTRE, "省资助中心", Level::Province, OrgRole::AidCentre).await;
        for number in 0..loans {
            desk.lend(number, 20_230_915).await;
        }
        desk
    }

    async fn place(&mut self, org: u128, name: &str, level: Level, role: OrgRole) {
        let (number, subordination) = (format!("U{org}"), Subordination::Local);
        let (org, name, parent, division) = (thing(org), name.to_owned(), None, 610_000);
        let event = OrgRegistered { org, number, name, level, role, parent, division, subordination };
        self.say(20_200_101, Kind::OrgRegistered(event)).await;
    }

    /// A loan of a person of its own, signed on a day and drawn on 20 September 2023.
    pub async fn lend(&mut self, number: u128, signed_on: u32) {
        let (person, school, loan) = (thing(PERSON + number), thing(SCHOOL), thing(LOAN + number));
        self.say(20_230_901, Kind::PersonRegistered(PersonRegistered { person, origin: 610_102 })).await;
        let status = Status::Enrolled;
        self.say(20_230_901, Kind::StatusChanged(StatusChanged { person, status, school })).await;
        let signed = LoanSigned {
            loan,
            number: format!("SX2023-{number:04}"),
            contract: [7; 32],
            lender: thing(LENDER),
            person,
            school,
            kind: LoanKind::Origin,
            level: StudyLevel::Undergraduate,
            academic_year: 2023,
            basis: DayBasis::D360,
            graduates: day(20_270_701),
            repay_from: day(20_321_220),
            matures: day(20_420_920),
        };
        self.say(signed_on, Kind::LoanSigned(signed)).await;
        let serial = format!("放{number}");
        self.say(20_230_920, Kind::LoanDrawn(LoanDrawn { loan, fen: DRAWN, serial })).await;
    }

    /// A graduation, learnt whenever it is said; the id of its event.
    pub async fn graduated(&mut self, number: u128, on: u32) -> Uuid {
        let (person, status, school) = (thing(PERSON + number), Status::Graduated, thing(SCHOOL));
        self.say(on, Kind::StatusChanged(StatusChanged { person, status, school })).await
    }

    /// Says something that must be taken; the id of its event.
    pub async fn say(&mut self, on: u32, kind: Kind) -> Uuid {
        self.say_as("lender", on, kind).await
    }

    pub async fn say_as(&mut self, principal: &str, on: u32, kind: Kind) -> Uuid {
        let event = Event::said(day(on), kind);
        let answer = self.server.record(principal, std::slice::from_ref(&event)).await;
        let receipt = &answer.receipts[0];
        assert_eq!(receipt.outcome(), v1::Outcome::Posted, "{:?}", receipt.refusal);
        event.id
    }

    /// Everything due through a day, and how many pages it took.
    pub async fn due(&self, through: u32, page_size: u32) -> (Vec<v1::DueInterest>, u32) {
        let (mut rows, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let (lender, kind) = (wire(LENDER), "origin".to_owned());
            let request = v1::ListDueInterestRequest { not_before: 0, lender, kind, through, page_size, page_token };
            let page = self.server.ask().list_due_interest(request).await.expect("a page").into_inner();
            assert!(page.rows.len() <= page_size as usize && page.missing.is_empty(), "{page:?}");
            rows.extend(page.rows);
            pages += 1;
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return (rows, pages);
            }
        }
    }

    pub async fn loan(&self, number: u128, through: u32) -> v1::GetLoanResponse {
        let request = v1::GetLoanRequest { loan: wire(LOAN + number), through, ..Default::default() };
        self.server.ask().get_loan(request).await.expect("known").into_inner()
    }

    pub async fn claim(&self, only: v1::ClaimLines, page_size: u32, page_token: String) -> v1::GetClaimResponse {
        let (claim, verdict, only) = (wire(CLAIM), String::new(), only.into());
        let request = v1::GetClaimRequest { claim, only, verdict, page_size, page_token, ..Default::default() };
        self.server.ask().get_claim(request).await.expect("known").into_inner()
    }

    /// A claim of the first loans' subsidy of 2023: what is claimed for each.
    pub async fn claims(&mut self, lines: &[(u128, Fen)]) {
        let claim = thing(CLAIM);
        let submitted = ClaimSubmitted {
            claim,
            number: "SB2023".to_owned(),
            lender: thing(LENDER),
            kind: LoanKind::Origin,
            what: ClaimFor::Subsidy,
            from: day(20_230_901),
            through: day(20_231_220),
            unit: thing(CENTRE),
            supplementary: false,
            replaces: None,
        };
        self.say(20_231_225, Kind::ClaimSubmitted(submitted)).await;
        for (number, (loan, fen)) in (1..).zip(lines) {
            let (loan, fen, principal, rate_ppm, days) = (thing(LOAN + loan), *fen, DRAWN, 36_000, 92);
            let line = ClaimLineAdded { claim, number, loan, principal, rate_ppm, days, fen };
            self.say(20_231_225, Kind::ClaimLineAdded(line)).await;
        }
        let head = self.claim(v1::ClaimLines::All, 0, String::new()).await.claim.expect("set");
        let hash: Hash = head.hash[..].try_into().expect("32 bytes");
        let sealed = SetSealed { set: claim, count: head.count, fen: head.claimed_fen, hash };
        self.say(20_231_226, Kind::ClaimSealed(sealed)).await;
        self.say_as("centre", 20_240_105, Kind::ClaimApproved(SetDecided { set: claim, hash })).await;
    }

    /// A document line of a payer's money at the centre.
    pub async fn issue(&mut self, line: u128, programme: &str, source: Source, fen: Fen) {
        let event = LineIssued {
            line: thing(line),
            document: format!("陕财教〔2024〕{line}号"),
            parent_document: String::new(),
            unit: thing(CENTRE),
            fiscal_year: 2024,
            programme: programme.to_owned(),
            source,
            item: "2050299".to_owned(),
            project: String::new(),
            direct: false,
            advance: false,
            fen,
        };
        self.say(20_240_110, Kind::LineIssued(event)).await;
    }

    /// Orders a payment of these draws.
    pub async fn order(&mut self, purpose: Purpose, draws: Vec<Draw>) {
        let (remittance, unit, fiscal_year) = (thing(REMITTANCE), thing(CENTRE), 2024);
        let ordered = RemittanceOrdered { remittance, unit, fiscal_year, purpose, draws };
        self.say_as("centre", 20_240_112, Kind::RemittanceOrdered(ordered)).await;
    }

    /// Orders, approves and clears a payment of these draws.
    pub async fn remit(&mut self, purpose: Purpose, draws: Vec<Draw>) {
        let (remittance, fen) = (thing(REMITTANCE), draws.iter().map(|draw| draw.fen).sum());
        self.order(purpose, draws).await;
        let approved = RemittanceApproved { remittance, fen };
        self.say_as("head", 20_240_113, Kind::RemittanceApproved(approved)).await;
        let serial = "国库1".to_owned();
        self.say(20_240_115, Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial })).await;
    }
}

pub fn wire(number: u128) -> bytes::Bytes {
    crate::support::wire(number)
}
