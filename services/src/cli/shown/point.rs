//! The flags that ask how things were at a point in time, shared by the commands that answer from the ledger, and a point in
//! words. What an answer about it rests on is said in `answer`.

use super::text::moment;
use crate::cli::typed::{day_typed, moment_typed};
use clap::Args;
use ledger::money::Day;
use proto::v1;
use replay::record::log::Clock;

/// Teaches the two axes where the flags are listed.
const HEADING: &str = "Point in time 时点 (what did we know on D2 about D1: --recorded-until D2 --effective-on D1)";

/// How much was known; everything known now if left out.
#[derive(Args, Clone, Debug, Default)]
struct KnownArgs {
    /// As it was after this entry
    #[arg(long, value_name = "N", conflicts_with = "recorded_until", help_heading = HEADING)]
    at_index: Option<u64>,
    /// Only what was recorded until this moment: a day (its end), "2021-09-30 18:00" in Beijing time, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment_typed, help_heading = HEADING)]
    recorded_until: Option<i64>,
}

/// Which point in time.
#[derive(Args, Clone, Debug, Default)]
pub struct PointArgs {
    #[command(flatten)]
    known: KnownArgs,
    /// Only what is effective on this day or before, for example 2021-09-30
    #[arg(long, value_name = "DATE", value_parser = day_typed, help_heading = HEADING)]
    effective_on: Option<Day>,
}

/// The same with booked days, for balances.
#[derive(Args, Clone, Debug, Default)]
pub struct StandArgs {
    #[command(flatten)]
    point: PointArgs,
    /// Only postings booked on this day or before, as they were made; of balances, lines and entries alone
    #[arg(long, value_name = "DATE", value_parser = day_typed, conflicts_with = "effective_on", help_heading = HEADING)]
    booked_on: Option<Day>,
}

/// For postings, which no effective day tells apart: a late fact posts on the day of the fact told last.
#[derive(Args, Clone, Debug, Default)]
pub struct PostedArgs {
    #[command(flatten)]
    known: KnownArgs,
    /// Only postings booked on this day or before
    #[arg(long, value_name = "DATE", value_parser = day_typed, help_heading = HEADING)]
    booked_on: Option<Day>,
}

impl KnownArgs {
    fn point(&self) -> v1::Point {
        let recorded_until_ms = self.recorded_until.unwrap_or(0);
        v1::Point { at_index: self.at_index, recorded_until_ms, ..v1::Point::default() }
    }
}

impl PointArgs {
    fn point(&self) -> v1::Point {
        v1::Point { effective_on: number(self.effective_on), ..self.known.point() }
    }

    /// The point on the wire; none for everything known now.
    pub(crate) fn at(&self) -> Option<v1::Point> {
        unless_now(self.point())
    }
}

impl StandArgs {
    /// The point on the wire; none for everything known now.
    pub(crate) fn at(&self) -> Option<v1::Point> {
        unless_now(v1::Point { booked_on: number(self.booked_on), ..self.point.point() })
    }
}

impl PostedArgs {
    /// The point on the wire; none for everything known now.
    pub(crate) fn at(&self) -> Option<v1::Point> {
        unless_now(v1::Point { booked_on: number(self.booked_on), ..self.known.point() })
    }
}

fn number(day: Option<Day>) -> u32 {
    day.map_or(0, Day::yyyymmdd)
}

fn unless_now(point: v1::Point) -> Option<v1::Point> {
    Some(point).filter(|point| *point != v1::Point::default())
}

/// A point in words.
pub(crate) fn words(at: &v1::Point) -> Vec<String> {
    let day = |name: &str, day: u32| (day != 0).then(|| format!("{name} {}", super::text::day(day)));
    let index = at.at_index.map(|index| format!("第 {index} 条之后 after entry {index}"));
    let until = (at.recorded_until_ms != 0).then(|| format!("记录至 recorded until {}", moment(at.recorded_until_ms)));
    let on = [day("生效至 effective on", at.effective_on), day("入账至 booked on", at.booked_on)];
    // Interest of these days is reckoned by what is told now.
    let ahead = Day::from_yyyymmdd(at.effective_on).is_some_and(|on| on > Day::in_beijing(Clock::system().now_ms()));
    let ahead = ahead.then(|| "未到之日按现有事项推算 days to come as if nothing more happened".to_owned());
    [index, until].into_iter().chain(on).chain([ahead]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::words;
    use proto::v1;

    #[test]
    fn a_point_is_said_in_words() {
        let at = v1::Point { recorded_until_ms: 1_632_996_000_000, effective_on: 20_210_901, ..v1::Point::default() };
        assert_eq!(words(&at), ["记录至 recorded until 2021-09-30 18:00:00", "生效至 effective on 2021-09-01"]);
        let at = v1::Point { effective_on: 22_991_231, ..v1::Point::default() };
        assert!(words(&at).pop().is_some_and(|last| last.starts_with("未到之日")), "{:?}", words(&at));
        let at = v1::Point { at_index: Some(7), booked_on: 20_210_901, ..v1::Point::default() };
        assert_eq!(words(&at), ["第 7 条之后 after entry 7", "入账至 booked on 2021-09-01"]);
    }
}
