//! Submissions that wait, in turn by who submits: whoever floods the writer costs another at most one turn, and never the room to wait in.
//! What one principal submits stays in its order, and a call stays together.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::items::Item;

/// Bytes of one turn, unless a call alone has more.
const TURN_BYTES: usize = 16 * 1024;

/// Submissions, and whose turn it is.
#[derive(Debug)]
pub(super) struct Turns<T> {
    /// What waits of each.
    waiting: HashMap<Arc<str>, Waiting<T>>,
    /// Those of whom something waits, the next one first.
    order: VecDeque<Arc<str>>,
    bytes: usize,
}

/// What waits of one principal, the oldest first.
#[derive(Debug)]
struct Waiting<T> {
    calls: VecDeque<(Vec<Item<T>>, usize)>,
    bytes: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), order: VecDeque::new(), bytes: 0 }
    }
}

impl<T> Turns<T> {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Bytes of all that waits.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of what waits of one.
    pub(super) fn bytes_of(&self, principal: &str) -> usize {
        self.waiting.get(principal).map_or(0, |waiting| waiting.bytes)
    }

    /// Adds a call of so many bytes.
    pub(super) fn push(&mut self, items: Vec<Item<T>>, bytes: usize) {
        let Some(principal) = items.first().map(|item| Arc::clone(&item.speaker.principal)) else { return };
        let new = || Waiting { calls: VecDeque::new(), bytes: 0 };
        let waiting = self.waiting.entry(Arc::clone(&principal)).or_insert_with(new);
        if waiting.calls.is_empty() {
            self.order.push_back(principal);
        }
        waiting.calls.push_back((items, bytes));
        waiting.bytes += bytes;
        self.bytes += bytes;
    }

    /// Takes the turn of whoever is next: his oldest calls, as many as a turn holds. Their bytes.
    pub(super) fn next(&mut self, into: &mut impl Extend<Item<T>>) -> Option<usize> {
        let principal = self.order.pop_front()?;
        let waiting = self.waiting.get_mut(&principal)?;
        let mut taken = 0;
        while taken == 0 || waiting.calls.front().is_some_and(|(_, bytes)| taken + bytes <= TURN_BYTES) {
            let Some((items, bytes)) = waiting.calls.pop_front() else { break };
            into.extend(items);
            taken += bytes;
        }
        waiting.bytes -= taken;
        self.bytes -= taken;
        if waiting.calls.is_empty() {
            let _ = self.waiting.remove(&principal);
        } else {
            self.order.push_back(principal);
        }
        Some(taken)
    }

    /// All that waits, in turn, when nothing will be taken any more.
    pub(super) fn drain(&mut self) -> Vec<Item<T>> {
        let mut all = Vec::new();
        while self.next(&mut all).is_some() {}
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(who: &str, first: u64, items: u64) -> Vec<Item<u64>> {
        let item = |tag| Item { speaker: who.into(), again: None, content: vec![1; 100].into(), tag };
        (first..first + items).map(item).collect()
    }

    fn order(turns: &mut Turns<u64>) -> Vec<(String, u64)> {
        turns.drain().into_iter().map(|item| (item.speaker.principal.to_string(), item.tag)).collect()
    }

    #[test]
    fn whoever_floods_costs_another_one_turn() {
        let mut turns = Turns::default();
        (0..1_000).for_each(|at| turns.push(call("flood", at * 10, 10), 1_640));
        turns.push(call("clerk", 0, 1), 164);
        assert_eq!(turns.bytes(), 1_640_164);
        let mut first = Vec::new();
        let taken = turns.next(&mut first);
        assert!(taken.is_some_and(|bytes| bytes <= TURN_BYTES && bytes + 1_640 > TURN_BYTES), "{taken:?}");
        assert!(first.iter().all(|item| &*item.speaker.principal == "flood"));
        let mut second = Vec::new();
        assert_eq!(turns.next(&mut second), Some(164));
        assert_eq!(&*second[0].speaker.principal, "clerk");
        assert_eq!((turns.bytes_of("clerk"), turns.bytes_of("flood")), (0, turns.bytes()));
    }

    #[test]
    fn what_one_says_keeps_its_order_and_calls_stay_together() {
        let mut turns = Turns::default();
        for round in 0..50 {
            for who in ["a", "b", "c"] {
                turns.push(call(who, round * 7, 7), 9_000);
            }
        }
        let all = order(&mut turns);
        assert_eq!(all.len(), 50 * 3 * 7);
        for who in ["a", "b", "c"] {
            let own: Vec<u64> = all.iter().filter(|(name, _)| name == who).map(|(_, tag)| *tag).collect();
            assert!(own.is_sorted(), "{who}");
        }
        assert!(all.chunks(7).all(|call| call.iter().all(|(name, _)| *name == call[0].0)));
        assert!(turns.is_empty() && turns.bytes() == 0);
    }

    #[test]
    fn a_call_beyond_a_turn_goes_whole() {
        let mut turns = Turns::default();
        turns.push(call("bank", 0, 2), 3_000_000);
        turns.push(call("bank", 2, 1), 10);
        turns.push(Vec::new(), 0);
        let mut items = Vec::new();
        assert_eq!(turns.next(&mut items), Some(3_000_000));
        assert_eq!((items.len(), turns.next(&mut items), turns.next(&mut items)), (2, Some(10), None));
    }
}
