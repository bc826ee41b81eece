//! Accounts and whose they are: opened with their owner, found from it, and back to it.
//! Not here: what is posted to them.

use super::State;
use crate::account::{Account, AccountNo, Book, Class, Owner};
use crate::money::{Day, Fen, held};
use crate::outcome::Posting;
use crate::state::table::NONE;
use uuid::Uuid;

macro_rules! owners {
    ($($owner:ident: $table:ident,)*) => {
        impl State {
            /// The id of an owner and the first of its accounts.
            #[must_use]
            pub fn owner(&self, kind: Owner, handle: u32) -> (Uuid, u32) {
                match kind {
                    $(Owner::$owner => {
                        let row = self.$table.get(handle);
                        (row.id, row.accounts)
                    })*
                }
            }

            /// The first account of the owner of this kind and id.
            #[must_use]
            pub fn accounts_of(&self, kind: Owner, id: Uuid) -> Option<u32> {
                match kind { $(Owner::$owner => self.$table.by_id(id).map(|(_, row)| row.accounts),)* }
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
        let row = self.accounts.get(account.0);
        self.owner(row.class.owner(), row.owner).0
    }

    /// Opens the accounts an owner of this kind has, in the order of the closed list, and says which is the first.
    pub(crate) fn open_accounts(&mut self, kind: Owner, owner: u32) -> u32 {
        let base = self.accounts.next();
        for class in Class::ALL.iter().filter(|class| class.owner() == kind) {
            self.accounts.push(Account { class: *class, owner, balance: 0, last: 0 });
        }
        base
    }

    /// The account of a class, for an owner whose first account is `base`.
    #[must_use]
    pub fn account_at(base: u32, class: Class) -> AccountNo {
        let kin = Class::ALL.iter().filter(|other| other.owner() == class.owner());
        let place = kin.take_while(|other| **other != class).count();
        AccountNo(base + u32::try_from(place).unwrap_or(NONE))
    }

    /// The account of an organisation.
    #[must_use]
    pub fn org_account(&self, org: u32, class: Class) -> AccountNo {
        Self::account_at(self.orgs.get(org).accounts, class)
    }

    /// The account of a document line.
    #[must_use]
    pub fn line_account(&self, line: u32, class: Class) -> AccountNo {
        Self::account_at(self.lines.get(line).accounts, class)
    }

    /// The account of a roster.
    #[must_use]
    pub fn roster_account(&self, roster: u32, class: Class) -> AccountNo {
        Self::account_at(self.rosters.get(roster).accounts, class)
    }

    /// The account of an application.
    #[must_use]
    pub fn application_account(&self, application: u32, class: Class) -> AccountNo {
        Self::account_at(self.applications.get(application).accounts, class)
    }

    /// What is on an account, held to what an amount can say: beyond all the money there is, more is the same.
    #[must_use]
    pub fn balance(&self, account: AccountNo) -> Fen {
        held(self.accounts.get(account.0).balance)
    }

    /// The organisation that an account's owner belongs to.
    #[must_use]
    pub fn org_of(&self, account: AccountNo) -> u32 {
        let account = self.accounts.get(account.0);
        match account.class.owner() {
            Owner::Org => account.owner,
            Owner::Line => self.lines.get(account.owner).unit,
            Owner::Roster => self.rosters.get(account.owner).school,
            Owner::Application => self.applications.get(account.owner).unit,
            Owner::Loan => self.portfolios.get(self.loans.get(account.owner).portfolio).lender,
            Owner::Portfolio => self.portfolios.get(account.owner).lender,
            Owner::Claim => self.claims.get(account.owner).unit,
            Owner::Reward => self.rewards.get(account.owner).centre,
        }
    }

    /// A posting from `credit` to `debit`, booked on the first day open to both owners in their book.
    #[must_use]
    pub(crate) fn posting(&self, effective: Day, debit: AccountNo, credit: AccountNo, fen: Fen) -> Posting {
        let book = self.accounts.get(debit.0).class.book();
        let booked = self.booked(effective, book, self.org_of(debit), self.org_of(credit));
        Posting { debit, credit, fen, booked }
    }

    /// The day something effective on `effective` is booked: not before the first day open to both units.
    #[must_use]
    pub(crate) fn booked(&self, effective: Day, book: Book, one: u32, other: u32) -> Day {
        let open = |org: u32| self.orgs.get(org).open_from[book as usize];
        effective.max(open(one)).max(open(other))
    }
}
