//! What became of what was written off of a loan, day by day: lost, recovered. A payment beyond what is open, and a draw
//! that comes back, are recoveries of what is lost, like what is told as one. What comes in is held against the oldest loss first. Who bears it is in `fund_days`.

use crate::money::{Day, Fen, held};
use crate::state::fund_rows::{Loss, Turn};
use std::collections::VecDeque;

/// What was lost of a loan, as its facts come one after the other.
#[derive(Default)]
pub(super) struct Trail {
    losses: Vec<Loss>,
    /// Of each day's losses, what is still lost.
    open: VecDeque<(Day, i128)>,
    lost: i128,
    recovered: i128,
}

impl Trail {
    /// Once a fact is in: the most a lender can have lost is what is written off and neither paid nor returned.
    pub fn note(&mut self, on: Day, written_off: i128, principal: i128) {
        if written_off == 0 {
            return;
        }
        let lost = (written_off + principal.min(0) - self.recovered).max(0);
        if lost > self.lost {
            let more = lost - self.lost;
            self.open.push_back((on, more));
            self.losses.push(Loss { at: on, on, turn: Turn::Lost, fen: held(more) });
        } else {
            self.less(on, self.lost - lost);
        }
        self.lost = lost;
    }

    /// What is still lost.
    pub fn lost(&self) -> i128 {
        self.lost
    }

    /// What comes in on it counts as far as anything is lost; that much.
    pub fn recover(&mut self, on: Day, fen: Fen) -> i128 {
        let counts = i128::from(fen).min(self.lost);
        self.less(on, counts);
        self.lost -= counts;
        self.recovered += counts;
        counts
    }

    fn less(&mut self, at: Day, mut fen: i128) {
        while fen > 0
            && let Some((on, open)) = self.open.front_mut()
        {
            let part = fen.min(*open);
            self.losses.push(Loss { at, on: *on, turn: Turn::Recovered, fen: held(part) });
            (*open, fen) = (*open - part, fen - part);
            if *open == 0 {
                self.open.pop_front();
            }
        }
    }

    /// All of it, in order; what is alike is one.
    pub fn losses(self) -> Vec<Loss> {
        let mut losses = self.losses;
        losses.sort_by_key(Loss::place);
        losses.dedup_by(|next, one| {
            let same = next.place() == one.place();
            one.fen = if same { one.fen.saturating_add(next.fen) } else { one.fen };
            same
        });
        losses
    }
}
