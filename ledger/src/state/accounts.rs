//! Accounts and whose they are: opened with their owner, found from it, and back to it.
//! Not here: what is posted to them.

use super::{EntityKind, State};
use crate::account::{Account, AccountNo, Book, Class, Owner};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::outcome::Posting;
use crate::state::lending_rows::{Claim, Loan, Portfolio, Reward};
use crate::state::rows::{Application, Line, Org, Roster};
use crate::tree::outcome_leaf::Known;
use uuid::Uuid;

/// A row that owns accounts.
pub trait Owns {
    /// What kind of owner it is.
    const OWNER: Owner;
}

macro_rules! owners {
    ($($owner:ident: $table:ident, |$state:ident, $at:ident| $org:expr;)*) => {
        $(impl Owns for $owner {
            const OWNER: Owner = Owner::$owner;
        })*

        impl State {
            /// The id of an owner and the first of its accounts.
            #[must_use]
            pub fn owner(&self, kind: Owner, number: u32) -> (Uuid, AccountNo) {
                match kind {
                    $(Owner::$owner => {
                        let row = self.$table.get(Handle::new(number));
                        (row.id, row.accounts)
                    })*
                }
            }

            /// The first account of the owner of this kind and id.
            #[must_use]
            pub fn accounts_of(&self, kind: Owner, id: Uuid) -> Option<AccountNo> {
                match kind { $(Owner::$owner => self.$table.by_id(id).map(|(_, row)| row.accounts),)* }
            }

            /// The organisation that an account's owner belongs to.
            #[must_use]
            pub fn org_of(&self, account: AccountNo) -> Handle<Org> {
                if let Some((org, _)) = self.about_to_open(account) {
                    return org;
                }
                let account = self.accounts.get(account);
                match account.class.owner() {
                    $(Owner::$owner => {
                        let ($state, $at) = (self, Handle::<$owner>::new(account.owner));
                        $org
                    })*
                }
            }
        }

        impl Owner {
            /// What it is among all that is told apart.
            #[must_use]
            pub fn entity(self) -> EntityKind {
                match self { $(Self::$owner => EntityKind::$owner,)* }
            }
        }
    };
}

// In which table the owners of each kind are, and which organisation one belongs to.
owners! {
    Org: orgs, |_state, org| org;
    Line: lines, |state, line| state.lines.get(line).unit;
    Roster: rosters, |state, roster| state.rosters.get(roster).school;
    Application: applications, |state, application| state.applications.get(application).unit;
    Loan: loans, |state, loan| state.portfolios.get(state.loans.get(loan).portfolio).lender;
    Portfolio: portfolios, |state, portfolio| state.portfolios.get(portfolio).lender;
    Claim: claims, |state, claim| state.claims.get(claim).unit;
    Reward: rewards, |state, reward| state.rewards.get(reward).centre;
}

impl Known for State {
    fn account(&self, account: AccountNo) -> (Class, Uuid) {
        (self.accounts.get(account).class, self.owner_id(account))
    }

    fn finding(&self, number: u32) -> (FindingKind, Uuid) {
        let row = self.findings.get(Handle::new(number));
        (row.kind, row.subject)
    }
}

impl State {
    /// The id of whoever owns an account.
    #[must_use]
    pub fn owner_id(&self, account: AccountNo) -> Uuid {
        let row = self.accounts.get(account);
        self.owner(row.class.owner(), row.owner).0
    }

    /// Opens the accounts an owner of this kind has, in the order of the closed list, and says which is the first.
    pub(crate) fn open_accounts<T: Owns>(&mut self, owner: Handle<T>) -> AccountNo {
        let base = self.accounts.next();
        for class in Class::ALL.iter().filter(|class| class.owner() == T::OWNER) {
            self.accounts.push(Account { class: *class, owner: owner.number(), balance: 0, last: 0 });
        }
        base
    }

    /// The account of a class, for an owner whose first account is `base`.
    #[must_use]
    pub fn account_at(base: AccountNo, class: Class) -> AccountNo {
        let kin = Class::ALL.iter().filter(|other| other.owner() == class.owner());
        let place = kin.take_while(|other| **other != class).count();
        base.plus(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The account of an organisation. Those of one that an entry is the first to name are opened before any others.
    #[must_use]
    pub fn org_account(&self, org: Handle<Org>, class: Class) -> AccountNo {
        let named = org.number().checked_sub(self.orgs.next().number());
        let opens = |place: u32| self.accounts.next().plus(place * Owner::Org.accounts());
        Self::account_at(named.map_or_else(|| self.orgs.get(org).accounts, opens), class)
    }

    /// What an account is for, also of one about to be opened.
    #[must_use]
    pub(crate) fn class_of(&self, account: AccountNo) -> Class {
        self.about_to_open(account).map_or_else(|| self.accounts.get(account).class, |(_, class)| class)
    }

    /// The organisation that an entry is the first to name, and what for, if an account is not there yet.
    fn about_to_open(&self, account: AccountNo) -> Option<(Handle<Org>, Class)> {
        let place = account.number().checked_sub(self.accounts.next().number())?;
        let each = Owner::Org.accounts();
        let mut classes = Class::ALL.iter().filter(|class| class.owner() == Owner::Org);
        let class = classes.nth(usize::try_from(place % each).ok()?)?;
        Some((self.orgs.next().plus(place / each), *class))
    }

    /// The account of a document line.
    #[must_use]
    pub fn line_account(&self, line: Handle<Line>, class: Class) -> AccountNo {
        Self::account_at(self.lines.get(line).accounts, class)
    }

    /// The account of a roster.
    #[must_use]
    pub fn roster_account(&self, roster: Handle<Roster>, class: Class) -> AccountNo {
        Self::account_at(self.rosters.get(roster).accounts, class)
    }

    /// The account of an application.
    #[must_use]
    pub fn application_account(&self, application: Handle<Application>, class: Class) -> AccountNo {
        Self::account_at(self.applications.get(application).accounts, class)
    }

    /// What is on an account, held to what an amount can say: beyond all the money there is, more is the same.
    #[must_use]
    pub fn balance(&self, account: AccountNo) -> Fen {
        held(self.accounts.get(account).balance)
    }

    /// A posting from `credit` to `debit`, booked on the first day open to both owners in their book.
    #[must_use]
    pub(crate) fn posting(&self, effective: Day, debit: AccountNo, credit: AccountNo, fen: Fen) -> Posting {
        let book = self.class_of(debit).book();
        let booked = self.booked(effective, book, self.org_of(debit), self.org_of(credit));
        Posting { debit, credit, fen, booked }
    }

    /// The day something effective on `effective` is booked: not before the first day open to both units. One that this entry
    /// is the first to name has closed nothing yet.
    #[must_use]
    pub(crate) fn booked(&self, effective: Day, book: Book, one: Handle<Org>, other: Handle<Org>) -> Day {
        let open = |org: Handle<Org>| {
            if org < self.orgs.next() { self.orgs.get(org).open_from[book as usize] } else { Day::default() }
        };
        effective.max(open(one)).max(open(other))
    }
}
