//! Portfolios: all loans of one kind of one lender. Found by an id derived from both, opened by whatever names them first.
//! What their compensation fund holds is in `fund_effect` and `lender::fund`.

use crate::account::{AccountNo, Owner};
use crate::change::OrgRef;
use crate::event::LoanKind;
use crate::handle::Handle;
use crate::state::State;
use crate::state::lending_rows::Portfolio;
use crate::state::rows::Org;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An id made of others, so that what they name together is found by key.
pub(crate) fn derived(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The id of a lender's loans of one kind.
#[must_use]
pub fn portfolio_id(lender: Uuid, kind: LoanKind) -> Uuid {
    derived(&[b"portfolio", lender.as_bytes(), kind.name().as_bytes()])
}

/// The accounts of a portfolio, whether it exists or will be opened by this entry.
#[derive(Clone, Copy)]
pub(crate) struct PortfolioRef {
    pub handle: Handle<Portfolio>,
    pub id: Uuid,
    pub lender: Handle<Org>,
    pub kind: LoanKind,
    /// First of its accounts.
    pub accounts: AccountNo,
    /// How many accounts this entry opens for it.
    pub opens: u32,
}

impl PortfolioRef {
    /// A portfolio that is there.
    pub fn of(state: &State, handle: Handle<Portfolio>) -> Self {
        let row = state.portfolios.get(handle);
        Self { handle, id: row.id, lender: row.lender, kind: row.kind, accounts: row.accounts, opens: 0 }
    }
}

/// The portfolio of a lender and kind, as it is or as it will be: opened by this entry, `next` is the first of its accounts.
pub(crate) fn portfolio(state: &State, lender: OrgRef, kind: LoanKind, next: AccountNo) -> PortfolioRef {
    let id = portfolio_id(lender.id, kind);
    match state.portfolios.find(id) {
        Some(handle) => PortfolioRef::of(state, handle),
        None => {
            let (handle, lender) = (state.portfolios.next(), lender.handle);
            PortfolioRef { handle, id, lender, kind, accounts: next, opens: Owner::Portfolio.accounts() }
        }
    }
}

/// The handle of a portfolio, opened if it is not yet there.
pub(crate) fn open_portfolio(state: &mut State, lender: Handle<Org>, kind: LoanKind, index: u64) -> Handle<Portfolio> {
    let id = portfolio_id(state.orgs.get(lender).id, kind);
    if let Some(handle) = state.portfolios.find(id) {
        return handle;
    }
    let accounts = state.open_accounts(state.portfolios.next());
    state.portfolios.push(Portfolio {
        id,
        lender,
        kind,
        accounts,
        drawn: 0,
        settled_drawn: 0,
        rewarded: 0,
        granted: Vec::new(),
        received: Vec::new(),
        moved: Vec::new(),
        losses: Vec::new(),
        shared: index,
        stated: Vec::new(),
        last: index,
    })
}
