//! What one decision disposes of one item of suspense, or gives back to it.

use crate::handle::{Handle, Link};
use crate::money::Fen;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Drawn, Org};

/// What is disposed of an item of suspense, or given back to it.
pub(crate) struct Disposal {
    pub entry: Handle<Seen>,
    /// With the sign it has in suspense.
    pub fen: Fen,
    pub unit: Handle<Org>,
    /// One decision more, or one less.
    pub clearings: i16,
    /// The draws it is accepted with.
    pub accepted: (Link<Drawn>, u8),
}
