//! Two facts of one day, whichever was told first: the same balances and the same findings. The stories in `scenarios/together` say
//! what was told before, and what may then be told of one day; here every two of them are, in both orders.

use crate::whole::{Books, adds_up, books, differences, follow_up, tell};
use ledger::event::Event;
use ledger::outcome::Outcome;
use ledger::state::State;
use std::path::Path;
use tests::desk::restored;
use tests::scenario::then_any_of;

/// The books after both, and whether both counted.
fn told(state: &mut State, [one, other]: [&Event; 2], what: &str) -> (Books, bool) {
    let mut state = restored(state).expect("its own pages");
    let counted = [one, other].map(|event| matches!(tell(&mut state, event), Outcome::Posted { .. }));
    adds_up(&state, what);
    let on = state.latest.plus(400);
    follow_up(&mut state, on, "后");
    (books(&state, &[]), counted == [true; 2])
}

#[test]
fn two_facts_of_one_day_end_the_same_whichever_was_told_first() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/together");
    let (mut pairs, mut wrong) = (0, Vec::new());
    for path in std::fs::read_dir(folder).expect("the stories").flatten().map(|entry| entry.path()) {
        let (mut state, events) = then_any_of(&path).unwrap_or_else(|error| panic!("{error:#}"));
        for (at, one) in events.iter().enumerate() {
            for other in &events[at + 1..] {
                let what = format!("{}: {:?} and {:?}", path.display(), one.kind, other.kind);
                let [(straight, counted), (turned, _)] =
                    [[one, other], [other, one]].map(|pair| told(&mut state, pair, &what));
                assert!(counted, "{what}: refused");
                pairs += 1;
                if straight != turned {
                    wrong.push(format!("{what}\n{}", differences(&straight, &turned)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {pairs} pairs:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(pairs >= 1_500, "{pairs}");
}
