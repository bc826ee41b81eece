//! Authority to spend that becomes available on document lines, or is taken from them in red: the one place that posts into
//! *available*, so that what a line lacks is filled first. Who moves it, and whether he may, is decided elsewhere.
//!
//! What was issued or passed down too much is taken back even when it was used: what is available goes, and the rest stands as
//! 待追减 of the line. The line above has its part back then, but what the line below lacks of it is withheld from it 待下级退回
//! until it comes in, so no fen is spent twice. A line never lacks and has available at once.

use crate::account::{AccountNo, Book, Class};
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::State;
use crate::state::rows::Line;
use std::collections::BTreeMap;

/// Where authority comes from or goes to.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// An account that is no line's *available*.
    Account(AccountNo),
    /// A line: filled first, and taken as far as it has.
    Line(Handle<Line>),
}

/// The postings of one entry, each seeing those before it.
pub(crate) struct Authority<'a> {
    pub state: &'a State,
    on: Day,
    pub postings: Vec<Posting>,
    moved: BTreeMap<AccountNo, i128>,
}

impl<'a> Authority<'a> {
    pub fn of(state: &'a State, on: Day) -> Self {
        Self { state, on, postings: Vec::new(), moved: BTreeMap::new() }
    }

    /// What a line had applied for or spent is its own again.
    pub fn give(&mut self, line: Handle<Line>, from: Class, fen: Fen) {
        self.shift(End::Line(line), End::Account(self.state.line_account(line, from)), fen);
    }

    /// Moves an amount, above zero.
    pub fn shift(&mut self, to: End, from: End, fen: Fen) {
        if let End::Line(line) = to {
            self.fill_above(line, fen.min(self.lacks(line)));
        }
        let (sinks, sources) = (self.sinks(to, fen), self.sources(from, fen));
        self.pair(sinks, sources);
        if let End::Line(line) = from {
            self.withhold_above(line, sources[1].1);
        }
    }

    /// What a line may pass on or pay with.
    pub fn available(&self, line: Handle<Line>) -> Fen {
        held(self.balance(self.state.line_account(line, Class::Available)))
    }

    /// What a line lacks: it was used before it was taken back.
    pub fn lacks(&self, line: Handle<Line>) -> Fen {
        held(-self.balance(self.state.line_account(line, Class::Short)))
    }

    /// A decision takes no more from a line than it has.
    pub fn judge_available(&self, line: Handle<Line>, fen: Fen) -> Result<(), Refusal> {
        let missing = fen.saturating_sub(self.available(line));
        if missing > 0 { Err(Refusal::with(Code::Overdrawn, self.state.lines.get(line).id, missing)) } else { Ok(()) }
    }

    /// A decision gives no more from a line than it has; what fills the line below comes back to it first.
    pub fn judge_given(&self, from: Handle<Line>, to: Option<Handle<Line>>, fen: Fen) -> Result<(), Refusal> {
        let back = to.map_or(0, |to| fen.min(self.lacks(to)));
        let missing = (fen - back).saturating_sub(self.available(from)).saturating_add(self.lacks(from));
        if missing > 0 { Err(Refusal::with(Code::Overdrawn, self.state.lines.get(from).id, missing)) } else { Ok(()) }
    }

    /// Posts to an account that is not there yet, and so holds nothing.
    pub fn open(&mut self, account: AccountNo, from: AccountNo, fen: Fen, booked: Day) {
        self.postings.push(Posting { debit: account, credit: from, fen, booked });
        *self.moved.entry(from).or_default() -= i128::from(fen);
    }

    /// What fills a line fills what the lines above it had withheld for it.
    fn fill_above(&mut self, mut line: Handle<Line>, mut filled: Fen) {
        while let Some(above) = self.above(line).filter(|_| filled > 0) {
            let withheld = (self.state.line_account(above, Class::Withheld), filled);
            let sinks = self.sinks(End::Line(above), filled);
            self.pair(sinks, [withheld, (withheld.0, 0)]);
            (line, filled) = (above, sinks[0].1);
        }
    }

    /// What a line lacks is withheld on the line above it, which may lack it then in turn.
    fn withhold_above(&mut self, mut line: Handle<Line>, mut lacking: Fen) {
        while let Some(above) = self.above(line).filter(|_| lacking > 0) {
            let withheld = (self.state.line_account(above, Class::Withheld), lacking);
            let sources = self.sources(End::Line(above), lacking);
            self.pair([withheld, (withheld.0, 0)], sources);
            (line, lacking) = (above, sources[1].1);
        }
    }

    fn above(&self, line: Handle<Line>) -> Option<Handle<Line>> {
        self.state.lines.get(line).parent.handle()
    }

    /// What is lacking, then what is available.
    fn sinks(&self, to: End, fen: Fen) -> [(AccountNo, Fen); 2] {
        match to {
            End::Account(account) => [(account, fen), (account, 0)],
            End::Line(line) => {
                let filled = fen.min(self.lacks(line));
                let of = |class| self.state.line_account(line, class);
                [(of(Class::Short), filled), (of(Class::Available), fen - filled)]
            }
        }
    }

    /// What is available, then what is lacking from now on.
    fn sources(&self, from: End, fen: Fen) -> [(AccountNo, Fen); 2] {
        match from {
            End::Account(account) => [(account, fen), (account, 0)],
            End::Line(line) => {
                let taken = fen.min(self.available(line).max(0));
                let of = |class| self.state.line_account(line, class);
                [(of(Class::Available), taken), (of(Class::Short), fen - taken)]
            }
        }
    }

    /// Posts from two accounts to two others as much as both sides say, in their order.
    fn pair(&mut self, mut sinks: [(AccountNo, Fen); 2], mut sources: [(AccountNo, Fen); 2]) {
        for (to, wanted) in &mut sinks {
            for (from, has) in &mut sources {
                let fen = (*wanted).min(*has);
                if fen > 0 {
                    self.postings.push(self.state.posting(self.on, *to, *from, fen));
                    *self.moved.entry(*to).or_default() += i128::from(fen);
                    *self.moved.entry(*from).or_default() -= i128::from(fen);
                }
                (*wanted, *has) = (*wanted - fen, *has - fen);
            }
        }
    }

    fn balance(&self, account: AccountNo) -> i128 {
        debug_assert!(self.state.accounts.get(account).class.book() == Book::Indicator, "authority is of one book");
        self.state.accounts.get(account).balance + self.moved.get(&account).copied().unwrap_or_default()
    }
}
