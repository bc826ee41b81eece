//! Whether a note is still what a ledger signed. A file in which bits have changed says nothing about the record, and must not be taken for what
//! somebody signed; whether a key may sign what a note says is asked of `trust`.

use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::Outcomes;
use crate::proof::signed_note::{Note, Verifier};

/// What is wrong with a note that one of these keys of a ledger signed, if it is not as it was signed. A ledger signs each note twice, the
/// second time with the time: with one of them whole the note is known for its own, whatever became of the other. Nothing if no
/// signature in it names one of the keys: then a stranger signed it, or a key that is not known here.
#[must_use]
pub fn suffered(note: &Note, keys: &[Verifier]) -> Option<&'static str> {
    let names = |key: &Verifier| [key.clone(), key.timed(), Outcomes::key_of(key), BalanceRoot::key_of(key)];
    let known: Vec<Verifier> = keys.iter().flat_map(names).collect();
    let mut ours = false;
    let (mut strange, mut twice) = (false, false);
    for (at, line) in note.signatures.iter().enumerate() {
        if note.signatures[..at].iter().any(|before| (before.id, &before.name) == (line.id, &line.name)) {
            twice = true;
        }
        match known.iter().find(|key| key.id() == line.id) {
            Some(key) if key.name() == line.name && key.fits(note.unverified_text(), &line.bytes) => ours = true,
            Some(_) => return Some("the signature of the ledger's key does not fit it"),
            None => strange |= known.iter().any(|key| key.name() == line.name),
        }
    }
    match (ours, strange, twice) {
        (true, true, _) => Some("a signature in it bears the ledger's name, and is by no key of it that is known"),
        (true, _, true) => Some("a signature stands in it twice"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::checkpoint::Checkpoint;
    use crate::proof::signed_note::{Role, Signer};
    use crate::proof::tally::Turnover;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
    }

    fn notes(signer: &Signer) -> [Note; 3] {
        let origin = || "here".to_owned();
        let books = [Turnover { debits: 7, credits: 7 }; 4];
        let mut notes = [
            Checkpoint { origin: origin(), size: 9, root: [2; 32] }.sign(signer),
            Outcomes { origin: origin(), size: 9, root: [3; 32], books }.sign(signer),
            BalanceRoot { origin: origin(), accounts: 4, root: [5; 32], entries: 9 }.sign(signer),
        ];
        for note in &mut notes {
            note.add(signer.sign_at(note.unverified_text(), 1_700_000_000));
        }
        notes
    }

    /// Wherever a bit changes, a note is named, or it is no note any more; and what a stranger signed is none of ours.
    #[test]
    fn a_bit_anywhere_in_a_note_is_told_from_a_strangers() {
        let keys = [signer(2).verifier().clone(), signer(1).verifier().clone()];
        for (whole, strange) in notes(&signer(1)).into_iter().zip(notes(&signer(3))) {
            assert_eq!(suffered(&whole, &keys), None);
            assert_eq!(suffered(&strange, &keys), None);
            assert_eq!(suffered(&whole, &[]), None);
            let text = whole.to_string();
            let last = text.lines().last().unwrap();
            for more in
                ["\n".to_owned(), "more".to_owned(), "more\n".to_owned(), format!("{last}\n"), format!("\n{text}")]
            {
                let read = Note::parse(format!("{text}{more}").as_bytes());
                assert!(read.is_err() || suffered(&read.unwrap(), &keys).is_some(), "{more} behind {text}");
            }
            for at in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1;
                let read = Note::parse(&bytes);
                assert!(read.is_err() || suffered(&read.unwrap(), &keys).is_some(), "byte {at} of {text}");
            }
        }
    }
}
