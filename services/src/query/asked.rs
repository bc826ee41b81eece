//! What a question is asked of: the ledger as it is, or as it was at a point in time. The one place that reads a point from
//! the wire; has no past folded itself.

use super::QueryError;
use ledger::money::Day;
use proto::v1;
use replay::engine::Engine;
use replay::engine::past::{Past, PastError, View};
use replay::point::{Booked, Point};
use std::sync::Arc;

/// A moment so far ahead that nothing recorded while a question is answered lies behind it.
const AHEAD_MS: i64 = 60_000;

/// What a question can be asked about besides everything known now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// It reads a past state, in which there are no booked days.
    Past,
    /// It reads a past state as of an effective day; after an entry and on a booked day it adds up postings.
    Balances,
    /// It shows postings as they were made: no state of an effective day has any.
    Postings,
}

/// A ledger with the point it is asked about. Cheap to clone.
#[derive(Clone)]
pub struct Asked {
    /// The ledger.
    pub engine: Engine,
    point: Point,
    /// Postings are added up, those booked until this day if there is one.
    adds_up: Option<Option<Day>>,
    past: Option<Arc<Past>>,
}

impl Asked {
    /// Asked about everything known now.
    #[must_use]
    pub fn now(engine: Engine) -> Self {
        Self { engine, point: Point::default(), adds_up: None, past: None }
    }

    /// Asked about a point. Reads the record for a moment; blocks.
    ///
    /// # Errors
    /// The point contradicts itself, or there is none such.
    pub fn about(engine: Engine, at: &v1::Point, way: Way) -> Result<Self, QueryError> {
        allowed(at, way)?;
        let point = Point { entries: entries(&engine, at)?, effective: day("at.effective_on", at.effective_on)? };
        let until = day("at.booked_on", at.booked_on)?;
        let adds_up = way != Way::Past && point.effective.is_none();
        Ok(Self { engine, point, adds_up: adds_up.then_some(until), past: None })
    }

    /// Asked about everything known before an entry that is on record.
    #[must_use]
    pub fn before(engine: Engine, index: u64) -> Self {
        let point = Point { entries: Some(index), ..Point::default() };
        Self { engine, point, adds_up: None, past: None }
    }

    /// The postings that are to be added up; none if a state answers.
    #[must_use]
    pub fn booked(&self) -> Option<Booked> {
        self.adds_up.map(|until| Booked { entries: self.point.entries, until })
    }

    /// The point.
    #[must_use]
    pub fn point(&self) -> Point {
        self.point
    }

    /// Whether it can be answered without folding anything first.
    #[must_use]
    pub fn is_at_hand(&self) -> bool {
        // Of everything known now on a day, what is at hand may be of less.
        let enough = |entries| self.point.entries.is_some() || entries == self.engine.read().entries;
        self.adds_up.is_some() || self.state().map(|state| state.entries).is_ok_and(enough)
    }

    /// Has the past state of the point folded, if one answers, and keeps it at hand.
    ///
    /// # Errors
    /// The record cannot be read.
    pub async fn prepared(mut self) -> Result<Self, QueryError> {
        if self.adds_up.is_none() {
            self.past = self.engine.past(self.point).await?;
        }
        Ok(self)
    }

    /// The state to answer from.
    ///
    /// # Errors
    /// The past state is not at hand any more.
    pub fn state(&self) -> Result<View<'_>, QueryError> {
        match &self.past {
            Some(past) => Ok(View::Past(Arc::clone(past))),
            None => Ok(self.engine.view(self.point)?),
        }
    }

    /// The same beside another state that is held.
    ///
    /// # Errors
    /// As [`Asked::state`].
    pub fn state_beside<'a>(&'a self, held: &View<'_>) -> Result<View<'a>, QueryError> {
        match &self.past {
            Some(past) => Ok(View::Past(Arc::clone(past))),
            None => Ok(self.engine.view_beside(held, self.point)?),
        }
    }

    /// What an answer as of an effective day rests on.
    #[must_use]
    pub fn basis(&self) -> Option<v1::Basis> {
        let past = self.past.as_ref().filter(|_| self.point.effective.is_some())?;
        Some(v1::Basis { withheld: past.withheld, changed: past.changed })
    }
}

/// Whether a point goes with itself and with the way of a question.
fn allowed(at: &v1::Point, way: Way) -> Result<(), QueryError> {
    if at.at_index.is_some() && at.recorded_until_ms != 0 {
        return Err(QueryError::field("at.recorded_until_ms", "an index says the same already; give one of the two"));
    }
    if at.booked_on != 0 && way == Way::Past {
        let why = "booked days tell postings apart: ask for balances, entries or a line, or use effective_on here";
        return Err(QueryError::field("at.booked_on", why));
    }
    if at.booked_on != 0 && at.effective_on != 0 {
        return Err(QueryError::field(
            "at.booked_on",
            "counts days another way than effective_on; give one of the two",
        ));
    }
    if at.effective_on != 0 && way == Way::Postings {
        let why = "what a late fact posts stands on the day of the fact told last, so postings until an effective day say \
            nothing for certain: use booked_on here, or ask for balances";
        return Err(QueryError::field("at.effective_on", why));
    }
    Ok(())
}

/// How many entries a point counts.
fn entries(engine: &Engine, at: &v1::Point) -> Result<Option<u64>, QueryError> {
    if let Some(index) = at.at_index {
        let entries = engine.read().entries;
        return if index < entries { Ok(Some(index + 1)) } else { Err(QueryError::NoEntry { index, entries }) };
    }
    match at.recorded_until_ms {
        0 => Ok(None),
        ..0 => Err(QueryError::field("at.recorded_until_ms", "milliseconds since 1970; there was no record before")),
        // What is known now is all that will have been recorded while the answer is under way.
        ms if ms > now_ms().saturating_add(AHEAD_MS) => Ok(None),
        ms => Ok(Some(engine.entries_until(ms)?)),
    }
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn day(field: &'static str, number: u32) -> Result<Option<Day>, QueryError> {
    if number == 0 {
        return Ok(None);
    }
    let bad = || QueryError::field(field, "write a day as 20210930");
    Day::from_yyyymmdd(number).map(Some).ok_or_else(bad)
}

impl From<PastError> for QueryError {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Beyond { asked, entries } => Self::NoEntry { index: asked.saturating_sub(1), entries },
            other => Self::Past(other),
        }
    }
}
