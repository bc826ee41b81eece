//! Accounts and whose they are: opened with their owner, found from it, and back to it.
//! Not here: what is posted to them.

use super::{EntityKind, State};
use crate::account::{Account, AccountNo, Book, Class, Owner};
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::outcome::Posting;
use crate::state::rows::{Application, Line, Org, Roster};
use uuid::Uuid;

macro_rules! owners {
    ($($owner:ident: $table:ident,)*) => {
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

// In which table the owners of each kind are.
owners! {
    Org: orgs,
    Line: lines,
    Roster: rosters,
    Application: applications,
    Loan: loans,
    Portfolio: portfolios,
    Claim: claims,
    Reward: rewards,
}

impl State {
    /// The id of whoever owns an account.
    #[must_use]
    pub fn owner_id(&self, account: AccountNo) -> Uuid {
        let row = self.accounts.get(account);
        self.owner(row.class.owner(), row.owner).0
    }

    /// Opens the accounts an owner of this kind has, in the order of the closed list, and says which is the first.
    pub(crate) fn open_accounts<T>(&mut self, kind: Owner, owner: Handle<T>) -> AccountNo {
        let base = self.accounts.next();
        for class in Class::ALL.iter().filter(|class| class.owner() == kind) {
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

    /// The account of an organisation.
    #[must_use]
    pub fn org_account(&self, org: Handle<Org>, class: Class) -> AccountNo {
        Self::account_at(self.orgs.get(org).accounts, class)
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

    /// The organisation that an account's owner belongs to.
    #[must_use]
    pub fn org_of(&self, account: AccountNo) -> Handle<Org> {
        let account = self.accounts.get(account);
        match account.class.owner() {
            Owner::Org => Handle::new(account.owner),
            Owner::Line => self.lines.get(Handle::new(account.owner)).unit,
            Owner::Roster => self.rosters.get(Handle::new(account.owner)).school,
            Owner::Application => self.applications.get(Handle::new(account.owner)).unit,
            Owner::Loan => self.portfolios.get(self.loans.get(Handle::new(account.owner)).portfolio).lender,
            Owner::Portfolio => self.portfolios.get(Handle::new(account.owner)).lender,
            Owner::Claim => self.claims.get(Handle::new(account.owner)).unit,
            Owner::Reward => self.rewards.get(Handle::new(account.owner)).centre,
        }
    }

    /// A posting from `credit` to `debit`, booked on the first day open to both owners in their book.
    #[must_use]
    pub(crate) fn posting(&self, effective: Day, debit: AccountNo, credit: AccountNo, fen: Fen) -> Posting {
        let book = self.accounts.get(debit).class.book();
        let booked = self.booked(effective, book, self.org_of(debit), self.org_of(credit));
        Posting { debit, credit, fen, booked }
    }

    /// The day something effective on `effective` is booked: not before the first day open to both units.
    #[must_use]
    pub(crate) fn booked(&self, effective: Day, book: Book, one: Handle<Org>, other: Handle<Org>) -> Day {
        let open = |org: Handle<Org>| self.orgs.get(org).open_from[book as usize];
        effective.max(open(one)).max(open(other))
    }
}
