//! Surplus rewarded 结余奖励: rows of one lender, kind, year and day are one decision, one row an aid centre's part.

use super::loans;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::correction::Correction;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, ids};
use ledger::event::{Kind, LenderYear, RewardPart, SurplusRewarded};
use ledger::money::Day;
use std::sync::Arc;

/// Parts of one decision at most, as an event can hold.
const MAX_PARTS: usize = 400;

/// Imports a file of rewards; a decision with a bad row is left out whole.
pub(in crate::intake::import) fn import(
    file: &mut Reading,
    layout: &Layout,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let mut current: Option<Rewarded> = None;
    while file.next_row(layout)? {
        let wrong = match file.read(layout, read) {
            Ok(row) => {
                if !matches!(&current, Some(before) if before.goes_with(&row)) {
                    say(current.take(), out)?;
                }
                match &mut current {
                    None => {
                        current = Some(row);
                        continue;
                    }
                    Some(before) => match before.join(row) {
                        Ok(()) => continue,
                        Err(wrong) => wrong,
                    },
                }
            }
            Err(wrong) => {
                // The rest of this decision must not pass for the whole of it.
                let year = loans::lender_year(&file.glance(layout)).ok();
                if year.is_some() && current.as_ref().map(|before| before.event.year) != year {
                    say(current.take(), out)?;
                    current = year.map(Rewarded::spoilt);
                }
                wrong
            }
        };
        if let Some(before) = &mut current {
            before.spoilt = true;
        }
        file.problem(Some(layout), wrong);
    }
    say(current, out)
}

struct Rewarded {
    line: u64,
    event: SurplusRewarded,
    on: Day,
    /// Of all its rows alike.
    correction: Correction,
    /// Of a decision that is taken back, the first row's own words.
    words: Arc<str>,
    spoilt: bool,
}

impl Rewarded {
    fn spoilt(year: LenderYear) -> Self {
        let event = SurplusRewarded { year, surplus: 0, parts: Vec::new() };
        let (correction, words) = Default::default();
        Self { line: 0, event, on: Day::default(), correction, words, spoilt: true }
    }

    /// What is right stands beside what is taken back of the same year; a spoilt decision swallows all its rows.
    fn goes_with(&self, row: &Self) -> bool {
        self.event.year == row.event.year && (self.spoilt || self.correction == row.correction)
    }

    fn join(&mut self, row: Self) -> Result<(), Wrong> {
        if self.spoilt {
            return Ok(());
        }
        if (self.event.surplus, self.on) != (row.event.surplus, row.on) {
            let what =
                "本行所写结余或日期与该年度首行不同 the row says another surplus or day than the first of its year";
            return Err(Wrong::row("head_differs", what, "改为一致 make them equal"));
        }
        self.event.parts.extend(row.event.parts);
        if self.event.parts.len() > MAX_PARTS {
            return Err(Wrong::row(
                "too_many_parts",
                "一次奖励的分项超过 400 个 a decision of more than 400 parts",
                "请求放宽上限 ask for the limit to be raised",
            ));
        }
        Ok(())
    }
}

fn say(rewarded: Option<Rewarded>, out: &mut Out<'_>) -> Result<(), ImportError> {
    let Some(Rewarded { line, event, on, correction, words, spoilt: false }) = rewarded else { return Ok(()) };
    out.at(line);
    let mut spoken = correction.of_what((on, Kind::SurplusRewarded(event)).into());
    spoken.words = words;
    out.say_all(spoken)
}

fn read(row: &Row<'_>) -> Result<Rewarded, Wrong> {
    let centre = row.key(Col::Centre)?;
    let part = RewardPart {
        reward: ids::reward(centre, row.key(Col::Reward)?),
        centre: ids::org(centre),
        fen: row.money(Col::Amount)?,
    };
    let event =
        SurplusRewarded { year: loans::lender_year(row)?, surplus: row.money(Col::Surplus)?, parts: vec![part] };
    let correction = Correction::of(row)?;
    let words = if row.has(Col::Corrects) { row.shown().into() } else { Arc::default() };
    Ok(Rewarded { line: row.line, event, on: row.day(Col::EffectiveDay)?, correction, words, spoilt: false })
}
