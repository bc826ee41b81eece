//! What an organisation was called, by day: a list that comes out the same in whatever order it was told. Nothing is judged here.

use crate::handle::Handle;
use crate::state::entry_rows::Seen;
use crate::state::stage::Naming;

/// Adds a name. Of one day a rename counts after the registration, as it tells of a change, and what was told later after what
/// was told before.
pub(super) fn call(names: &mut Vec<Naming>, new: Naming) {
    let place = |name: &Naming| (name.on, !name.registered, name.by);
    let at = names.partition_point(|name| place(name) <= place(&new));
    names.insert(at, new);
}

/// Takes out what an entry told.
pub(super) fn forget(names: &mut Vec<Naming>, by: Handle<Seen>) {
    names.retain(|name| name.by != by);
}

/// Takes out what its registration told.
pub(super) fn forget_registered(names: &mut Vec<Naming>) {
    names.retain(|name| !name.registered);
}
