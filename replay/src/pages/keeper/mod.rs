//! When pages are kept: every so many entries, by a thread of their own, and at the end. What a page is and how it is stored
//! is in `pages::store`; how pages are made once more, in `engine::rebuilding`.

mod keeping;
mod paused;
mod unread;

pub(crate) use keeping::{Keeper, Noting};
pub(crate) use unread::Unread;
