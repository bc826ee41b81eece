//! The ledger as it was: after an entry, as of a day, or both. A past state is folded from the record, kept a while, and
//! answers every question that the present one answers. Balances after an entry or on a booked day need none of this: see
//! `Engine::balance_at`.

mod asking;
mod between;
mod cache;
mod folding;
mod judging;
mod view;

pub use between::{Alone, Between};
pub(super) use cache::Pasts;
pub use view::{Past, PastError, View};
