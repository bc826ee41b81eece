//! A payment as somebody ordered it, as far as what a bank tells of it is held against that.

use crate::aid::leaving::is_out_of_study;
use crate::aid::reckon::Expected;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::correction_rows::Piece;
use crate::state::rows::{Application, Award, Drawn, Payout, ResultFact};
use crate::state::stage::{Progress, Stage};

/// A payment somebody ordered, as far as its results concern it.
#[derive(Clone)]
pub(crate) struct Order {
    pub payout: Handle<Payout>,
    pub application: Handle<Application>,
    pub award: Handle<Award>,
    pub fen: Fen,
    /// The day its batch went to the bank, if it did.
    pub sent: Option<Day>,
    /// What it takes from lines, where that is to be other than the state has it.
    pub pieces: Option<Vec<Piece>>,
    /// Whether another payment of the same instalment stands paid.
    pub paid_otherwise: bool,
    /// Whether its instalment falls due on a day on which its person is no student.
    pub out_of_study: bool,
    /// Whether its instalment is owed no more unless it is paid.
    pub ended: bool,
    /// The draws that this entry accepts a credit of it with.
    pub accepting: Vec<Drawn>,
}

impl Order {
    pub fn of(state: &State, payout: Handle<Payout>) -> Self {
        let row = state.payouts.get(payout);
        Self {
            payout,
            application: row.application,
            award: row.award,
            fen: row.fen,
            sent: sent_on(state, row),
            pieces: None,
            paid_otherwise: paid_otherwise(state, payout, row),
            out_of_study: is_out_of_study(state, row),
            ended: State::is_ended(state.awards.get(row.award), row.instalment),
            accepting: Vec::new(),
        }
    }

    /// Of what is told of it, what it must be before anything can happen.
    pub fn expected(&self) -> Expected {
        Expected { fen: self.fen, sent: self.sent.is_some() }
    }

    pub fn pieces(&self, state: &State) -> Vec<Piece> {
        self.pieces.clone().unwrap_or_else(|| state.pieces_of(state.payouts.get(self.payout)))
    }

    /// What pays a credit: the draws it was accepted with, or its own.
    pub fn pieces_of(&self, state: &State, credit: &ResultFact) -> Vec<Piece> {
        match credit.accepted.handle() {
            None => self.pieces(state),
            Some(first) if first == state.draws.next() => {
                let piece = |Drawn { line, fen }: &Drawn| Piece { told: *line, line: *line, fen: *fen };
                self.accepting.iter().map(piece).collect()
            }
            Some(first) => state.pieces_told(first, credit.accepted_count).collect(),
        }
    }
}

/// The day on which a payment's batch went to the bank, if it did.
pub(super) fn sent_on(state: &State, row: &Payout) -> Option<Day> {
    let application = state.applications.get(row.application);
    let batch = application.batch.handle().filter(|_| application.set.stage == Stage::Sent);
    batch.map(|batch| state.batches.get(batch).on)
}

/// What was told of days before a payment went to the bank.
pub(super) fn early<'a>(order: Option<&Order>, facts: &'a [ResultFact]) -> impl Iterator<Item = &'a ResultFact> {
    let sent = order.and_then(|order| order.sent);
    facts.iter().filter(move |fact| !fact.gone && sent.is_some_and(|sent| fact.on < sent))
}

/// Whether another payment of its instalment stands paid: an instalment is settled once.
fn paid_otherwise(state: &State, payout: Handle<Payout>, row: &Payout) -> bool {
    let instalment = state.awards.get(row.award).instalments.plus(u32::from(row.instalment));
    let mut chain = state.payouts.chain(state.instalments.get(instalment).payout, |row| row.reissue_of);
    chain.any(|(other, row)| other != payout && row.progress == Progress::Credited)
}
