//! Sends the events of files in calls, in their order; what is refused for a passing reason is said again at once, as whoever
//! imports a file again means it. A row that takes back several entries takes back all of them or none. What becomes of rows is
//! counted in `tally`.

use super::brief::{AsksLedger, Sent, fill};
use super::disputes::Disputes;
use super::standing::{FileLine, RowStanding};
use super::subjects::Names;
use super::tally::RowTally;
use super::trying;
use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::intake::import::{self, SinkError};
use crate::principal::named;
use bytes::Bytes;
use ledger::event::Event;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tonic::Code;

/// Events a call: few enough that an answer seldom is brief (`brief`).
const CALL_EVENTS: usize = 500;

/// Bytes a call at most; an event is far smaller than the room left to the limit.
const CALL_BYTES: usize = crate::intake::ingest::MAX_BYTES - proto::limits::MAX_EVENT_BYTES;

/// Findings asked for at once.
const PAGE: u32 = 500;

/// Pause before a call is made again that found the server busy.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// What one event would come to if it were recorded now.
pub(super) fn dry_run(
    handle: &Handle,
    (recorder, query): (&RecorderClient<Line>, &Query),
    principal: &Arc<str>,
    event: &Event,
) -> Result<v1::Receipt, Failure> {
    let mut sending = Sending::new(handle.clone(), recorder.clone(), query.clone());
    sending.principal = Arc::clone(principal);
    let receipts = sending.ask(vec![proto::event::encode(event).into()], Vec::new(), true)?;
    Ok(receipts.into_iter().next().unwrap_or_default())
}

/// Gathers events of one principal into calls.
pub(super) struct Sending {
    handle: Handle,
    recorder: RecorderClient<Line>,
    query: Query,
    principal: Arc<str>,
    call: Vec<(Bytes, FileLine)>,
    bytes: usize,
    /// What one row takes back, as far as it was said.
    row: Vec<import::Said>,
    tally: RowTally,
    disputes: Disputes,
}

impl Sending {
    pub(super) fn new(handle: Handle, recorder: RecorderClient<Line>, query: Query) -> Self {
        let (principal, tally, disputes) = (Arc::from(""), RowTally::default(), Disputes::default());
        Self { handle, recorder, query, principal, call: Vec::new(), bytes: 0, row: Vec::new(), tally, disputes }
    }

    pub(super) fn say(&mut self, said: import::Said) -> Result<(), SinkError> {
        if self.row.last().is_some_and(|last| last.line != said.line || said.undoes.is_none()) {
            self.end_row().map_err(Box::new)?;
        }
        if said.undoes.is_some() {
            self.row.push(said);
            return Ok(());
        }
        Ok(self.gather(said).map_err(Box::new)?)
    }

    /// Entries are recorded one by one, so whether each that a row names is taken back is asked of all of them first, once all that comes
    /// before is on record. Where some are not, only these are said, to be refused on record: that the row took back nothing is then true.
    fn end_row(&mut self) -> Result<(), Failure> {
        let row = std::mem::take(&mut self.row);
        if let [first, _, ..] = &row[..] {
            self.send_call()?;
            self.principal = Arc::clone(&first.principal);
            let receipts = self.try_out(&row)?;
            let refused = |receipt: &v1::Receipt| {
                matches!(RowStanding::of(receipt), RowStanding::Refused | RowStanding::Malformed)
            };
            if receipts.iter().any(refused) {
                let mut all = row.into_iter().zip(&receipts).filter(|(_, receipt)| refused(receipt));
                return all.try_for_each(|(said, _)| self.gather(said));
            }
        }
        row.into_iter().try_for_each(|said| self.gather(said))
    }

    /// What each would come to now; what was refused before for a reason that may have passed, if it is said again.
    fn try_out(&mut self, row: &[import::Said]) -> Result<Vec<v1::Receipt>, Failure> {
        let events: Vec<Bytes> = row.iter().map(|said| proto::event::encode(&said.event).into()).collect();
        let receipts = self.ask(events.clone(), Vec::new(), true)?;
        let again = |receipt: &v1::Receipt| {
            let said_before = receipt.outcome() == v1::Outcome::Duplicate && may_pass(receipt);
            if said_before { receipt.first + 1 } else { 0 }
        };
        let again: Vec<u64> = receipts.iter().map(again).collect();
        if again.iter().all(|number| *number == 0) { Ok(receipts) } else { self.ask(events, again, true) }
    }

    fn gather(&mut self, said: import::Said) -> Result<(), Failure> {
        if said.principal != self.principal || self.call.len() == CALL_EVENTS || self.bytes > CALL_BYTES {
            self.send_call()?;
            self.principal = Arc::clone(&said.principal);
        }
        let event = proto::event::encode(&said.event);
        self.bytes += event.len();
        self.call.push((event.into(), FileLine::of(&said)));
        Ok(())
    }

    /// What became of the events since the last call of this.
    pub(super) fn take_tally(&mut self) -> RowTally {
        std::mem::take(&mut self.tally)
    }

    pub(super) fn send(&mut self) -> Result<(), Failure> {
        self.end_row()?;
        self.send_call()
    }

    fn send_call(&mut self) -> Result<(), Failure> {
        if self.call.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let call = std::mem::take(&mut self.call);
        let mut receipts = self.record(call.iter().map(|(event, _)| event.clone()).collect(), Vec::new())?;
        // Once one of them is said again, those that failed for want of it may pass as well, and an edition whose turn had not come may have
        // it now: all in the order of the file.
        if receipts.iter().any(|receipt| receipt.outcome() == v1::Outcome::Duplicate && may_pass(receipt)) {
            let waits = |receipt: &v1::Receipt| may_pass(receipt) || receipt.differs;
            let places: Vec<usize> = (0..call.len()).filter(|at| waits(&receipts[*at])).collect();
            let events = places.iter().map(|at| call[*at].0.clone()).collect();
            let again = places.iter().map(|at| said_again(&receipts[*at])).collect();
            for (at, receipt) in places.into_iter().zip(self.record(events, again)?) {
                receipts[at] = receipt;
            }
        }
        let besides = trying::besides(&call, &receipts, &mut |events| self.ask(events, Vec::new(), true))?;
        for ((_, said), (receipt, beside)) in call.iter().zip(receipts.iter().zip(&besides)) {
            self.tally.count(said, receipt, beside);
            self.disputes.meet(said, RowStanding::with(receipt, beside));
        }
        Ok(())
    }

    /// Names the lines of the claims of a file that are not confirmed, and what rows were refused about, once all of it is sent.
    pub(super) fn name_what_for(&mut self, query: &Query) -> Result<(), Failure> {
        let disputes = std::mem::take(&mut self.disputes);
        disputes.name(&self.handle, query, &mut self.tally)?;
        self.tally.name_subjects(&Names { handle: &self.handle, query })
    }

    fn record(&mut self, events: Vec<Bytes>, again: Vec<u64>) -> Result<Vec<v1::Receipt>, Failure> {
        self.ask(events, again, false)
    }

    /// The receipts of a call, with all that rows are told of.
    fn ask(&mut self, events: Vec<Bytes>, again: Vec<u64>, dry_run: bool) -> Result<Vec<v1::Receipt>, Failure> {
        let mut receipts = self.receipts(events.clone(), again.clone(), dry_run)?;
        fill(&mut receipts, &Sent { events, again, dry_run }, self)?;
        Ok(receipts)
    }

    fn receipts(&mut self, events: Vec<Bytes>, again: Vec<u64>, dry_run: bool) -> Result<Vec<v1::Receipt>, Failure> {
        let count = events.len();
        let message = v1::RecordRequest { events, dry_run, terse: false, again };
        let response = loop {
            let request = named(message.clone(), &self.principal);
            match self.handle.block_on(self.recorder.record(request)) {
                Ok(response) => break response.into_inner(),
                Err(status) if status.code() == Code::ResourceExhausted => std::thread::sleep(BUSY_PAUSE),
                Err(status) => return Err(status.into()),
            }
        };
        if response.receipts.len() != count {
            let answered = response.receipts.len();
            return Err(Failure::Failed(format!(
                "the server answered {answered} of {count} events; import the file again"
            )));
        }
        Ok(response.receipts)
    }
}

impl AsksLedger for Sending {
    fn dry_run(&mut self, events: Vec<Bytes>, again: Vec<u64>) -> Result<Vec<v1::Receipt>, Failure> {
        self.receipts(events, again, true)
    }

    fn opened(&mut self, entries: Range<u64>) -> Result<Vec<v1::Finding>, Failure> {
        let (from_index, before_index) = (entries.start, entries.end);
        let mut request = v1::ListFindingsRequest { from_index, before_index, ..v1::ListFindingsRequest::default() };
        (request.not_before, request.page_size) = (before_index, PAGE);
        let mut findings = Vec::new();
        loop {
            let page = self.handle.block_on(self.query.list_findings(request.clone()))?.into_inner();
            findings.extend(page.findings);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return Ok(findings);
            }
        }
    }
}

/// Whether it was turned away for a reason that may have passed.
fn may_pass(receipt: &v1::Receipt) -> bool {
    matches!(receipt.outcome(), v1::Outcome::Duplicate | v1::Outcome::Refused)
        && receipt.refusal.as_ref().is_some_and(|refusal| !refusal.permanent)
}

/// How the latest entry that said it and was refused is named in a call; nothing names what was not refused.
fn said_again(receipt: &v1::Receipt) -> u64 {
    let latest = if receipt.outcome() == v1::Outcome::Duplicate { receipt.first } else { receipt.index };
    if may_pass(receipt) { latest + 1 } else { 0 }
}
