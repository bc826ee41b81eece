//! Which keys may sign a ledger's checkpoints: those the reader was given, and those the record announces under the signature of a
//! key trusted until then, which ends with that. Announcing is an event like any other, which anybody may submit who may record;
//! the signature in it is what counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::event::{KeyAnnounced, Kind};
use ledger::hash::Hash;
use ledger::money::Day;
use ledger::state::key_rows::AnnouncedKey;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::proof::is_included;

use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::signed_note::{Note, Role, Signer, Verifier};

/// The announcement of a key of the same ledger, signed by the present one.
#[must_use]
pub fn announcement(next: &Verifier, present: &Signer) -> KeyAnnounced {
    let line = present.sign(&statement(next.name(), &next.bytes()));
    let mut signature = [[0; 32]; 2];
    // An author's signature has 64 bytes.
    signature.iter_mut().zip(line.bytes.chunks_exact(32)).for_each(|(half, bytes)| half.copy_from_slice(bytes));
    KeyAnnounced { key: next.bytes(), by: present.verifier().bytes(), signature }
}

/// The key an entry announces for a ledger of this origin, with the key that vouches for it: nothing, if the signature does
/// not fit or the bytes are no keys. Whether the latter is trusted is not said.
#[must_use]
pub fn vouched(origin: &str, row: &AnnouncedKey) -> Option<(Verifier, Verifier)> {
    let key = |bytes| Verifier::from_bytes(origin, Role::Author, bytes).ok();
    let (next, by) = (key(&row.key)?, key(&row.by)?);
    by.fits(&statement(origin, &row.key), &row.signature.concat()).then_some((next, by))
}

/// The key that an entry of the record announces, if it does. Who vouches for it is not looked at.
#[must_use]
pub fn announced_in(entry: &[u8], index: u64) -> Option<AnnouncedKey> {
    let raw = proto::entry::decode(entry).ok()?;
    let event = proto::event::decode(raw.content).ok()?;
    // Said too early it was refused, and announces nothing.
    if Day::in_beijing(raw.recorded_ms) < event.first_recordable() {
        return None;
    }
    let Kind::KeyAnnounced(KeyAnnounced { key, by, signature }) = event.kind else { return None };
    Some(AnnouncedKey { id: event.id, key, by, signature, last: index })
}

/// An entry that announces a key, as whoever has no record is shown it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announcement {
    /// Which entry.
    pub index: u64,
    /// Its bytes.
    pub entry: Vec<u8>,
}

impl Announcement {
    /// The key it announces, if it does.
    #[must_use]
    pub fn row(&self) -> Option<AnnouncedKey> {
        announced_in(&self.entry, self.index)
    }

    /// Whether it stands in the tree of a checkpoint, by this path.
    #[must_use]
    pub fn is_in(&self, tree: &Checkpoint, path: &[Hash]) -> bool {
        is_included(&leaf_hash(&self.entry), self.index, tree.size, path, &tree.root)
    }
}

/// The announcements that count in the line of the key that signed a note, in the order of the record: those that led to it and those
/// that lead on. What others announce is none of its business.
#[must_use]
pub fn line_of<'a>(note: &Note, origin: &str, announced: &[&'a AnnouncedKey]) -> Vec<&'a AnnouncedKey> {
    let keys = announced.iter().filter_map(|row| vouched(origin, row)).flat_map(|(next, by)| [by, next]);
    let Some(own) = keys.into_iter().find(|key| note.verified_by(key).is_ok()) else { return Vec::new() };
    let mut trust = Trust::new(leading_to(&own, announced));
    announced.iter().copied().filter(|row| trust.announce(row)).collect()
}

/// From how many entries on a key signs, by the announcement that led to it; 0 if it is the first.
#[must_use]
pub fn begins(own: &Verifier, announced: &[AnnouncedKey]) -> u64 {
    let rows: Vec<&AnnouncedKey> = announced.iter().collect();
    let mut trust = Trust::new(leading_to(own, &rows));
    let led = rows.into_iter().find(|row| trust.announce(row) && row.key == own.bytes());
    led.map_or(0, |row| row.last.saturating_add(1))
}

/// A key, and those that led to it by announcements.
fn leading_to(own: &Verifier, announced: &[&AnnouncedKey]) -> Vec<Verifier> {
    let mut given = vec![own.clone()];
    // What vouches for a key stands before what that key announces, so one walk from the end meets all.
    for (next, by) in announced.iter().rev().filter_map(|row| vouched(own.name(), row)) {
        if given.contains(&next) && !given.contains(&by) {
            given.push(by);
        }
    }
    given
}

/// What is signed. No checkpoint begins like this: a name has no spaces.
fn statement(origin: &str, key: &Hash) -> String {
    format!("mingzhang key announced\n{origin}\n{}\n", STANDARD.encode(key))
}

/// Which keys may sign what, as the announcements of the record have it. Shown them in the order of the record, it says the same to
/// everybody: to the ledger itself, to followers, witnesses, holders of receipts, and to whoever verifies or repairs.
///
/// An announcement in entry N - 1 ends the key that signed it at N: over more entries that key signs nothing any more, so one that
/// was stolen or put away is of no use to anybody. The announced key signs over N entries and more. A key ends once; what it
/// announces after that is nothing.
#[derive(Clone, Default, Debug)]
pub struct Trust {
    spans: Vec<Span>,
    /// Whoever announced another, trusted or not: a signature of its own says so.
    ended: Vec<Verifier>,
}

/// A key, and the sizes over which its signatures count.
#[derive(Clone, Debug)]
struct Span {
    key: Verifier,
    from: u64,
    to: Option<u64>,
}

impl Span {
    fn holds(&self, size: u64) -> bool {
        size >= self.from && self.to.is_none_or(|to| size <= to)
    }
}

impl Trust {
    /// Trusts these to begin with.
    #[must_use]
    pub fn new(given: Vec<Verifier>) -> Self {
        let spans = given.into_iter().map(|key| Span { key, from: 0, to: None });
        Self { spans: spans.collect(), ended: Vec::new() }
    }

    /// The same, with all that is announced in a record.
    #[must_use]
    pub fn following<'a>(given: Vec<Verifier>, announced: impl IntoIterator<Item = &'a AnnouncedKey>) -> Self {
        let mut trust = Self::new(given);
        for row in announced {
            trust.announce(row);
        }
        trust
    }

    /// The record announces a key. Whether it counts is said: a key that is trusted there must have signed it.
    pub fn announce(&mut self, row: &AnnouncedKey) -> bool {
        let Some(name) = self.spans.first().map(|span| span.key.name()) else { return false };
        let Some((next, by)) = vouched(name, row).filter(|(next, by)| next != by) else { return false };
        // A key ends once: were it announced again, who stole it after it was put away would sign again.
        let counts = !self.has_ended(&next) && self.turn(next, &by, row.last.saturating_add(1));
        self.ended.push(by);
        counts
    }

    /// Whether a key announced another.
    #[must_use]
    pub fn has_ended(&self, key: &Verifier) -> bool {
        self.ended.contains(key)
    }

    /// The next key takes the place of another over so many entries and more, if that is trusted there.
    fn turn(&mut self, next: Verifier, by: &Verifier, size: u64) -> bool {
        let by = self.spans.iter().position(|span| {
            let ends_here = |to: u64| to > size;
            span.key == *by && span.from <= size && span.to.is_none_or(ends_here)
        });
        let Some(by) = by else { return false };
        self.spans[by].to = Some(size);
        // Whoever was given both keys trusts the next one already.
        if !self.spans.iter().any(|span| span.key == next && span.to.is_none()) {
            self.spans.push(Span { key: next, from: size, to: None });
        }
        true
    }

    /// As a ledger knows it that signs with `own`: the keys that led to it by announcements are of the same ledger.
    #[must_use]
    pub fn of_ledger<'a>(own: &Verifier, announced: impl IntoIterator<Item = &'a AnnouncedKey>) -> Self {
        let rows: Vec<&AnnouncedKey> = announced.into_iter().collect();
        Self::following(leading_to(own, &rows), rows)
    }

    /// Every key, whatever it may sign.
    pub fn all(&self) -> impl Iterator<Item = &Verifier> {
        self.spans.iter().map(|span| &span.key)
    }

    /// Up to how many entries a key may sign, if that is bounded.
    #[must_use]
    pub fn end_of(&self, key: &Verifier) -> Option<u64> {
        let ends = self.spans.iter().filter(|span| span.key == *key).map(|span| span.to);
        // None lasts for ever and is more than any number.
        ends.max_by_key(|to| to.unwrap_or(u64::MAX)).flatten()
    }

    /// Whether a key is trusted over so many entries.
    #[must_use]
    pub fn holds(&self, key: &Verifier, size: u64) -> bool {
        self.spans.iter().any(|span| span.key == *key && span.holds(size))
    }

    /// The keys that may sign over so many entries.
    pub fn keys(&self, size: u64) -> impl Iterator<Item = &Verifier> {
        self.spans.iter().filter(move |span| span.holds(size)).map(|span| &span.key)
    }

    /// What a checkpoint says, if a key signed it that is trusted over so many entries.
    ///
    /// # Errors
    /// No such key signed it, or it is none.
    pub fn checkpoint(&self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        self.by_any(|key| Checkpoint::verified(note, key).map(|checkpoint| (checkpoint.size, checkpoint)))
    }

    /// What the note beside a checkpoint says, if such a key signed it.
    ///
    /// # Errors
    /// No such key signed it, or it is none.
    pub fn outcomes(&self, note: &Note) -> Result<Outcomes, CheckpointError> {
        self.by_any(|key| Outcomes::verified(note, key).map(|outcomes| (outcomes.size, outcomes)))
    }

    /// What a note over balances says, if a key signed it that is trusted over the entries after which they stood so.
    ///
    /// # Errors
    /// No such key signed it, or it is none.
    pub fn balances(&self, note: &Note) -> Result<BalanceRoot, CheckpointError> {
        self.by_any(|key| BalanceRoot::verified(note, key).map(|balances| (balances.entries, balances)))
    }

    fn by_any<T>(&self, read: impl Fn(&Verifier) -> Result<(u64, T), CheckpointError>) -> Result<T, CheckpointError> {
        let mut refused = CheckpointError::Malformed("no key is trusted");
        for span in &self.spans {
            match read(&span.key) {
                Ok((size, read)) if span.holds(size) => return Ok(read),
                Ok((size, _)) => {
                    let key = span.key.name().to_owned();
                    refused = CheckpointError::Outside { key, size, from: span.from, to: span.to };
                }
                // That a known key signed what it may not says more than that others did not sign.
                Err(_) if matches!(refused, CheckpointError::Outside { .. }) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::Signer;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
    }

    fn signed(size: u64, by: u8) -> Note {
        Checkpoint { origin: "here".to_owned(), size, root: [2; 32] }.sign(&signer(by))
    }

    /// What is on record of an announcement in the entry of this index.
    fn announced(index: u64, next: u8, by: u8) -> AnnouncedKey {
        let KeyAnnounced { key, by, signature } = announcement(signer(next).verifier(), &signer(by));
        AnnouncedKey { id: uuid::Uuid::nil(), key, by, signature, last: index }
    }

    fn trust(given: &[u8], rows: &[AnnouncedKey]) -> Trust {
        Trust::following(given.iter().map(|seed| signer(*seed).verifier().clone()).collect(), rows)
    }

    #[test]
    fn a_key_ends_where_it_announces_the_next() {
        let trust = trust(&[1], &[announced(10, 2, 1)]);
        assert!(trust.checkpoint(&signed(10, 1)).is_ok());
        assert!(trust.checkpoint(&signed(11, 1)).is_ok());
        let late = trust.checkpoint(&signed(12, 1)).unwrap_err();
        assert_eq!(late, CheckpointError::Outside { key: "here".to_owned(), size: 12, from: 0, to: Some(11) });
        assert!(trust.checkpoint(&signed(10, 2)).is_err(), "entry 10 is not among the first ten");
        assert!(trust.checkpoint(&signed(11, 2)).is_ok());
        assert!(trust.checkpoint(&signed(99, 2)).is_ok());
        assert!(trust.checkpoint(&signed(12, 3)).is_err());
        assert_eq!(trust.end_of(signer(1).verifier()), Some(11));
        assert_eq!(trust.end_of(signer(2).verifier()), None);
        assert!(Trust::default().checkpoint(&signed(12, 1)).is_err());
    }

    #[test]
    fn a_chain_of_keys_is_followed_and_a_key_that_ended_begins_none() {
        let rows = [announced(1, 2, 1), announced(3, 4, 1), announced(5, 3, 2)];
        let trust = trust(&[1], &rows);
        for (size, by, counts) in [
            (2, 1, true),
            (3, 1, false),
            (2, 2, true),
            (6, 2, true),
            (7, 2, false),
            (6, 3, true),
            (5, 3, false),
            (9, 4, false),
        ] {
            assert_eq!(trust.checkpoint(&signed(size, by)).is_ok(), counts, "key {by} over {size}");
        }
    }

    /// Were it announced again, who stole the first key would sign again; the key that tried goes on.
    #[test]
    fn a_key_that_ended_is_announced_in_vain() {
        let rows = [announced(10, 2, 1), announced(20, 1, 2)];
        for given in [&[1][..], &[2], &[1, 2]] {
            let trust = trust(given, &rows);
            assert!(trust.checkpoint(&signed(30, 1)).is_err(), "{given:?}");
            assert!(trust.checkpoint(&signed(30, 2)).is_ok(), "{given:?}");
        }
    }

    #[test]
    fn whoever_is_given_both_keys_trusts_the_next_from_the_start_and_the_first_to_its_end() {
        let trust = trust(&[1, 2], &[announced(10, 2, 1)]);
        assert!(trust.checkpoint(&signed(3, 2)).is_ok());
        assert!(trust.checkpoint(&signed(12, 1)).is_err());
    }

    /// Whoever may record may announce; the ledger then signs over it without a thought.
    #[test]
    fn an_announcement_that_no_trusted_key_signed_is_nothing() {
        let stranger = announced(1, 2, 2);
        let claimed = AnnouncedKey { by: signer(1).verifier().bytes(), ..stranger.clone() };
        let moved = AnnouncedKey { key: signer(2).verifier().bytes(), ..announced(1, 3, 1) };
        let same = announced(1, 1, 1);
        let trust = trust(&[1], &[stranger, claimed, moved, same]);
        assert!(trust.checkpoint(&signed(5, 1)).is_ok());
        assert!(trust.checkpoint(&signed(6, 2)).is_err());
        assert!(vouched("elsewhere", &announced(1, 2, 1)).is_none());
    }
}
