//! The days of a compensation fund: what losses use of its stock and who bears the rest, as a function of what came in, what was
//! decided and what was lost by day, whatever the order of telling.
//!
//! The days pass one after the other. A loss uses what the stock holds at the end of its day; what it cannot have is borne by the
//! terms of that day. Decisions stand: where a reward, say, would not be covered, the latest losses before it give the stock back and
//! are borne instead. So an earlier loss uses as much as the stock can spare from its day on. What comes in on a loss goes to
//! where the loss went: see [`Course::comes_back`].

use super::rates::terms_on;
use crate::event::loan_terms::{LoanTerms, Part, split};
use crate::event::{LoanKind, Payer};
use crate::money::{Day, Fen, held};
use crate::state::State;
use crate::state::fund_rows::{Loss, Turn};
use crate::state::lending_rows::Portfolio;
use crate::steps::step;
use std::borrow::Cow;

/// The lender alone, where no terms say otherwise.
const LENDER_ALONE: [Part; 1] = [Part { payer: Payer::Lender, ppm: 1_000_000 }];

/// What is told of a fund, by day: as it is, or as an entry would have it.
#[derive(Clone, Default)]
pub(crate) struct FundDays<'a> {
    moved: Cow<'a, [(Day, Fen)]>,
    losses: Cow<'a, [Loss]>,
}

/// The losses of one day: what they use of the stock, and what others bear.
struct LossDay {
    on: Day,
    /// All that was ever used, less what was given back to bear it otherwise.
    used: i128,
    /// Of that, what came back to the stock.
    back: i128,
    borne: i128,
}

/// How a fund fared.
#[derive(Default)]
pub(crate) struct Course {
    days: Vec<LossDay>,
    /// Days of losses that use stock, by their place, the latest last.
    covered: Vec<usize>,
    /// What came back to the stock, by day.
    back: Vec<(Day, i128)>,
    stock: i128,
    /// The least the stock held at the end of a day, if that is below zero.
    least: i128,
}

impl<'a> FundDays<'a> {
    pub fn of(fund: &'a Portfolio) -> Self {
        Self { moved: Cow::Borrowed(&fund.moved), losses: Cow::Borrowed(&fund.losses) }
    }

    /// With something come in on a day, or below zero gone out.
    pub fn moving(mut self, on: Day, fen: Fen) -> Self {
        move_stock(self.moved.to_mut(), on, fen);
        self
    }

    /// With other losses of a loan.
    pub fn losing(mut self, before: &[Loss], after: &[Loss]) -> Self {
        exchange(self.losses.to_mut(), before, after);
        self
    }

    /// What came in, less what went out by decisions.
    pub fn moved(&self) -> i128 {
        self.moved.iter().map(|(_, fen)| i128::from(*fen)).sum()
    }

    /// How the fund fared, by the terms now known.
    pub fn course(&self, state: &State, kind: LoanKind) -> Course {
        let mut course = Course::default();
        let (mut moved, mut losses) = (self.moved.iter().peekable(), self.losses.iter().peekable());
        loop {
            let days = [moved.peek().map(|(day, _)| *day), losses.peek().map(|loss| loss.at)];
            let Some(day) = days.into_iter().flatten().min() else { return course };
            while let Some(loss) = losses.next_if(|loss| loss.at == day && loss.on < day) {
                course.take(state, kind, loss);
            }
            while let Some((_, fen)) = moved.next_if(|(on, _)| *on == day) {
                step();
                course.stock += i128::from(*fen);
            }
            course.cover();
            while let Some(loss) = losses.next_if(|loss| loss.at == day) {
                course.take(state, kind, loss);
            }
        }
    }

    /// What the stock held at the end of each day on which it changed.
    fn stock(&self, course: &Course) -> Vec<(Day, i128)> {
        let moved = self.moved.iter().map(|(day, fen)| (*day, i128::from(*fen)));
        let used = course.days.iter().map(|day| (day.on, -day.used));
        let mut changes: Vec<_> = moved.chain(used).chain(course.back.iter().copied()).collect();
        changes.sort_by_key(|(day, _)| *day);
        let mut sum = 0;
        changes.iter_mut().for_each(|(_, change)| {
            sum += *change;
            *change = sum;
        });
        // Of several changes on a day the last says what it held.
        changes.dedup_by(|next, one| {
            let same = next.0 == one.0;
            one.1 = if same { next.1 } else { one.1 };
            same
        });
        changes
    }
}

impl Course {
    fn take(&mut self, state: &State, kind: LoanKind, loss: &Loss) {
        step();
        let fen = i128::from(loss.fen);
        if loss.turn == Turn::Lost {
            let used = fen.min(self.stock).max(0);
            self.stock -= used;
            if used > 0 {
                self.covered.push(self.days.len());
            }
            self.days.push(LossDay { on: loss.on, used, back: 0, borne: fen - used });
            return;
        }
        let to_stock = terms(state, kind, loss.at).is_some_and(|terms| terms.recovery_to_stock);
        if let Ok(at) = self.days.binary_search_by_key(&loss.on, |day| day.on) {
            self.comes_back(at, loss.at, fen, to_stock);
        }
    }

    /// What is recovered goes to the stock first where the terms of its day say so (财教〔2022〕1号), as far as the stock was used for
    /// that day's losses, and else to who bore them; what nobody bore stays with the lender.
    fn comes_back(&mut self, at: usize, on: Day, fen: i128, to_stock: bool) {
        let day = &mut self.days[at];
        let open = day.used - day.back;
        let (used, borne) = if to_stock {
            let used = fen.min(open);
            (used, (fen - used).min(day.borne))
        } else {
            (0, fen.min(day.borne))
        };
        (day.back, day.borne) = (day.back + used, day.borne - borne);
        self.stock += used;
        if used > 0 {
            self.back.push((on, used));
        }
    }

    /// What was decided is covered, if need be by the latest losses before it.
    fn cover(&mut self) {
        while self.stock < 0
            && let Some(at) = self.covered.last()
        {
            step();
            let day = &mut self.days[*at];
            let freed = (day.used - day.back).min(-self.stock);
            (day.used, day.borne, self.stock) = (day.used - freed, day.borne + freed, self.stock + freed);
            if day.used == day.back {
                self.covered.pop();
            }
        }
        self.least = self.least.min(self.stock);
    }

    /// The least the stock held at the end of a day, if that is below zero; else zero.
    pub fn least(&self) -> i128 {
        self.least
    }

    /// What losses hold of the stock.
    pub fn used(&self) -> i128 {
        self.days.iter().map(|day| day.used - day.back).sum()
    }

    /// What the lender and others bear, each day's losses by its terms.
    pub fn borne(&self, state: &State, kind: LoanKind) -> [i128; 2] {
        let mut borne = [0; 2];
        for day in self.days.iter().filter(|day| day.borne > 0) {
            for (payer, fen) in split(held(day.borne), bearers(state, kind, day.on)) {
                borne[usize::from(payer != Payer::Lender)] += i128::from(fen);
            }
        }
        borne
    }
}

fn terms(state: &State, kind: LoanKind, on: Day) -> Option<&LoanTerms> {
    state.loan_rules().and_then(|rules| terms_on(rules, kind, on))
}

/// Who bears a loss beyond the stock, by the terms of the day on which it was written off.
fn bearers(state: &State, kind: LoanKind, on: Day) -> &[Part] {
    let parts = terms(state, kind, on).map(|terms| &terms.shortfall);
    parts.filter(|parts| !parts.is_empty()).map_or(&LENDER_ALONE, Vec::as_slice)
}

/// Something comes into the stock on a day, or below zero goes out of it.
pub(super) fn move_stock(moved: &mut Vec<(Day, Fen)>, on: Day, fen: Fen) {
    let at = moved.partition_point(|(day, _)| *day < on);
    match moved.get_mut(at) {
        Some((day, sum)) if *day == on => {
            *sum = sum.saturating_add(fen);
            if *sum == 0 {
                moved.remove(at);
            }
        }
        _ => moved.insert(at, (on, fen)),
    }
}

/// The losses of a loan take the place of those it had before.
pub(super) fn exchange(losses: &mut Vec<Loss>, before: &[Loss], after: &[Loss]) {
    let alike = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let gone = before[alike..].iter().map(|loss| Loss { fen: -loss.fen, ..*loss });
    for change in gone.chain(after[alike..].iter().copied()) {
        let at = losses.partition_point(|loss| loss.place() < change.place());
        match losses.get_mut(at) {
            Some(loss) if loss.place() == change.place() => loss.fen = loss.fen.saturating_add(change.fen),
            _ => losses.insert(at, change),
        }
    }
    losses.retain(|loss| loss.fen != 0);
}

/// What the stock of a fund held at the end of a day, as far as is known now.
#[must_use]
pub fn stock_on(state: &State, fund: &Portfolio, on: Day) -> Fen {
    let days = FundDays::of(fund);
    let stock = days.stock(&days.course(state, fund.kind));
    held(at_end(&stock, on))
}

/// The least it held from a day on: what may be decided about on that day, and takes nothing from anybody.
pub(crate) fn free_from(state: &State, fund: &Portfolio, on: Day) -> Fen {
    let days = FundDays::of(fund);
    let stock = days.stock(&days.course(state, fund.kind));
    let later = stock.iter().filter(|(day, _)| *day > on).map(|(_, fen)| *fen);
    held(later.fold(at_end(&stock, on), i128::min).max(0))
}

/// What it held at the end of a day.
pub(crate) fn at_end(stock: &[(Day, i128)], on: Day) -> i128 {
    let until = stock.partition_point(|(day, _)| *day <= on);
    until.checked_sub(1).map_or(0, |at| stock[at].1)
}

/// A fund's days, as findings ask about them.
pub(crate) struct ByDay {
    /// What the stock held at the end of each day on which it changed, where a statement or a reward asks for it.
    pub stock: Vec<(Day, i128)>,
    /// Whether it was ever below zero.
    pub short: bool,
    /// The first day with losses that the stock does not bear in full.
    pub borne: Option<Day>,
}

/// A fund's days by all that is known now.
pub(crate) fn by_day(state: &State, fund: &Portfolio) -> ByDay {
    let days = FundDays::of(fund);
    let course = days.course(state, fund.kind);
    let asked = !fund.stated.is_empty() || !fund.granted.is_empty();
    let borne = course.days.iter().find(|day| day.borne > 0).map(|day| day.on);
    ByDay { stock: if asked { days.stock(&course) } else { Vec::new() }, short: course.least() < 0, borne }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without much order.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: i64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 33).unwrap_or_default() % end
        }
    }

    fn day(at: i64) -> Day {
        Day::default().plus(i32::try_from(at).unwrap_or_default())
    }

    /// A loss uses as much as the least the stock holds on any day from then on: days asked one by one, each loss for itself.
    fn least_from(moved: &[(Day, Fen)], losses: &[Loss]) -> Vec<i128> {
        let mut stock: Vec<i128> = (0..DAYS)
            .map(|at| moved.iter().filter(|(on, _)| *on <= day(at)).map(|(_, fen)| i128::from(*fen)).sum())
            .collect();
        let uses = losses.iter().map(|loss| {
            let from = usize::try_from(loss.on.number()).unwrap_or_default();
            let least = stock[from..].iter().copied().min().unwrap_or_default();
            let used = i128::from(loss.fen).min(least).max(0);
            stock[from..].iter_mut().for_each(|stock| *stock -= used);
            used
        });
        uses.collect()
    }

    const DAYS: i64 = 40;

    /// Where no terms send it to the stock, what comes in on a loss goes to who bore it on that day, and beyond that to nobody.
    #[test]
    fn what_came_in_on_a_loss_goes_to_who_bore_it() {
        let (state, loss) = (State::default(), |at, turn, fen| Loss { at: day(at), on: day(2), turn, fen });
        let came_in = |fen| {
            let days = FundDays::default().moving(day(1), 300);
            days.losing(&[], &[loss(2, Turn::Lost, 1_000), loss(4, Turn::Recovered, fen)])
        };
        for (fen, left) in [(1, 699), (400, 300), (700, 0), (900, 0)] {
            let (days, kind) = (came_in(fen), LoanKind::Origin);
            let course = days.course(&state, kind);
            assert_eq!((course.used(), course.borne(&state, kind)), (300, [left, 0]), "{fen} came in");
            assert_eq!(days.stock(&course), [(day(1), 300), (day(2), 0)]);
        }
    }

    #[test]
    fn a_loss_uses_the_least_stock_of_any_day_from_then_on() {
        let (state, mut given_back) = (State::default(), 0);
        for seed in 0..400 {
            let mut numbers = Numbers(seed);
            let mut days = FundDays::default();
            for _ in 0..12 {
                let (on, fen) = (day(numbers.below(DAYS)), numbers.below(100) - 30);
                days = days.moving(on, fen);
                let on = day(numbers.below(DAYS));
                days = days.losing(&[], &[Loss { at: on, on, turn: Turn::Lost, fen: 1 + numbers.below(60) }]);
            }
            let course = days.course(&state, LoanKind::Origin);
            let used: Vec<_> = course.days.iter().map(|day| day.used).collect();
            assert_eq!(used, least_from(&days.moved, &days.losses), "seed {seed}: {:?} {:?}", days.moved, days.losses);
            let stock = days.stock(&course);
            assert_eq!(stock.iter().map(|(_, fen)| *fen).min().unwrap_or_default().min(0), course.least());
            given_back += usize::from(days.moved.iter().any(|(_, fen)| *fen < 0) && used.iter().any(|used| *used > 0));
        }
        assert!(given_back >= 300, "decisions meet losses in {given_back} histories only");
    }
}
