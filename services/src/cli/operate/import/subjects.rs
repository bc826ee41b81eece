//! What refused rows are about, by what people can look up: the document line that falls short, and the roster or application in which
//! something stands already. Not here: what to do about it.

use super::standing::{FileLine, open};
use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::cli::typed::{line_of, wire_id};
use ledger::event::{ApplicationPrepared, Event, Kind, RosterPrepared};
use ledger::money::{Day, yuan};
use ledger::outcome::Code;
use proto::v1;
use proto::v1::explain_request::Entry;
use tokio::runtime::Handle;
use tonic::{Response, Status};
use uuid::Uuid;

/// What a row is about that can be named.
#[derive(Clone, Copy)]
pub(super) enum About {
    /// What it was refused for.
    Refused(Code, Uuid),
    /// The payment of which a bank's row tells.
    Paid(Uuid),
}

/// What there is to name of a row that somebody must look at.
pub(super) fn about(said: &FileLine, receipt: &v1::Receipt) -> Option<About> {
    if let Some(refusal) = &receipt.refusal {
        return refused(refusal);
    }
    let finding = open(receipt).find(|_| said.tag.tells_result())?;
    Some(About::Paid(Uuid::from_slice(&finding.subject).ok()?))
}

fn refused(refusal: &v1::Refusal) -> Option<About> {
    use Code as C;
    let code = Code::named(&refusal.code)?;
    let nameable = matches!(
        code,
        C::Overdrawn
            | C::WrongYear
            | C::WrongUnit
            | C::WrongProgramme
            | C::AlreadyAwarded
            | C::AlreadyOrdered
            | C::AlreadyPaid
    );
    Some(About::Refused(code, Uuid::from_slice(&refusal.subject).ok()?)).filter(|_| nameable)
}

/// Asks for names; nothing where there is no such thing.
pub(super) struct Names<'a> {
    pub(super) handle: &'a Handle,
    pub(super) query: &'a Query,
}

impl Names<'_> {
    pub(super) fn of(&self, said: &FileLine, about: About) -> Result<Option<String>, Failure> {
        match about {
            About::Refused(Code::AlreadyAwarded, subject) => self.roster(said, subject),
            About::Refused(Code::AlreadyOrdered | Code::AlreadyPaid, subject) => self.application(said, subject),
            About::Refused(_, subject) => self.line(said, subject),
            About::Paid(subject) => self.given_up(subject),
        }
    }

    /// A bank writes no editions: what it tells by a number whose application was cancelled is mostly of the next.
    fn given_up(&self, payout: Uuid) -> Result<Option<String>, Failure> {
        let request = v1::GetPayoutRequest { payout: wire_id(payout), ..v1::GetPayoutRequest::default() };
        let found = self.asked(self.query.clone().get_payout(request))?.and_then(|answer| answer.payout);
        let gone = found.is_some_and(|found| found.stage() == v1::PayoutStage::Cancelled);
        let words = "所指支付申请（该版次）已作废：实为下一版次的，把本行照原样再报，“更正”栏填“撤销”，再在“申请版次”栏填该版次报";
        Ok(gone.then(|| words.to_owned()))
    }

    fn line(&self, said: &FileLine, id: Uuid) -> Result<Option<String>, Failure> {
        let request = v1::GetLineRequest { line: wire_id(id), ..v1::GetLineRequest::default() };
        let Some(line) = self.asked(self.query.clone().get_line(request))?.and_then(|answer| answer.line) else {
            return Ok(None);
        };
        // The ledger knows a line by its id alone; the file says which of its document it is.
        let is_it = |typed: &&str| typed.split_once('/').and_then(|(unit, line)| line_of(unit, line)) == Some(id);
        let typed = said.words.split('、').find(is_it).and_then(|typed| typed.split_once('/')).map(|(_, line)| line);
        let (year, available) = (line.fiscal_year, yuan(line.available_fen.into()));
        let (name, unit) = (typed.unwrap_or(&line.document), &line.unit_name);
        Ok(Some(format!("指标 {name}（{unit}，{year} 年度 {} {}），可用 {available} 元", line.programme, line.item)))
    }

    fn roster(&self, said: &FileLine, award: Uuid) -> Result<Option<String>, Failure> {
        let request = v1::GetAwardRequest { award: wire_id(award), ..v1::GetAwardRequest::default() };
        let Some(found) = self.asked(self.query.clone().get_award(request))? else { return Ok(None) };
        let roster = Uuid::from_slice(&found.roster).unwrap_or_default();
        if said.set == Some(roster) {
            return Ok(Some("在本花名册另一行".to_owned()));
        }
        let (school, programme, due) = (Uuid::nil(), String::new(), Vec::new());
        let prepared = RosterPrepared { roster, school, programme, academic_year: 0, due, replaces: None };
        let begun = self.begun(Kind::RosterPrepared(prepared))?;
        let (school, year) = (found.school_name, found.academic_year);
        Ok(begun.map(|begun| format!("在 {school} {year} 学年的另一份花名册，{begun}")))
    }

    fn application(&self, said: &FileLine, payout: Uuid) -> Result<Option<String>, Failure> {
        let request = v1::GetPayoutRequest { payout: wire_id(payout), ..v1::GetPayoutRequest::default() };
        let found = self.asked(self.query.clone().get_payout(request))?.and_then(|answer| answer.payout);
        let Some(found) = found else { return Ok(None) };
        let application = Uuid::from_slice(&found.application).unwrap_or_default();
        let state = match found.stage() {
            v1::PayoutStage::Sent => "，已发送银行，待银行回单",
            v1::PayoutStage::Unknown => "，银行结果未知，待银行回单，不要重报",
            v1::PayoutStage::Credited => "，已到卡",
            _ => "",
        };
        if said.set == Some(application) {
            return Ok(Some("在本申请另一行".to_owned()));
        }
        let unit = Uuid::nil();
        let prepared = ApplicationPrepared { application, unit, fiscal_year: 0, replaces: None };
        let begun = self.begun(Kind::ApplicationPrepared(prepared))?;
        Ok(begun.map(|begun| format!("在另一份支付申请，{begun}{state}")))
    }

    /// The entry that began a set, which its key names.
    fn begun(&self, kind: Kind) -> Result<Option<String>, Failure> {
        let event = Event::said(Day::default(), kind).id;
        let request = v1::ExplainRequest {
            entry: Some(Entry::Event(wire_id(event))),
            page_size: 1,
            ..v1::ExplainRequest::default()
        };
        let entry = self.asked(self.query.clone().explain(request))?.and_then(|answer| answer.entry);
        Ok(entry.map(|entry| {
            let day = Day::from_yyyymmdd(entry.effective).unwrap_or_default();
            format!("第 {} 号记录 entry {} 由 {} 编制，{day}", entry.index, entry.index, entry.principal)
        }))
    }

    fn asked<T>(&self, answer: impl Future<Output = Result<Response<T>, Status>>) -> Result<Option<T>, Failure> {
        match self.handle.block_on(answer) {
            Ok(answer) => Ok(Some(answer.into_inner())),
            Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
            Err(status) => Err(status.into()),
        }
    }
}
