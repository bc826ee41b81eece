//! What a writer claims by signing, and whether it is what was found here. What is done about a difference is in `difference`.

use ledger::account::Book;
use ledger::hash::{Hash, hex};

use super::difference::Difference;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::checkpoint_files::Signed;
use crate::proof::tally::{BOOKS, Turnover};
use crate::proof::trust::Trust;

/// How a checkpoint of the writer compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compared {
    /// Both roots are equal, and what was posted in each book.
    Same {
        /// Over so many entries.
        size: u64,
    },
    /// It is over entries not read yet; it is compared once they are.
    Ahead {
        /// Over so many entries.
        size: u64,
    },
    /// It is older than what is remembered of the books. Both roots are equal.
    RootsOnly {
        /// Over so many entries.
        size: u64,
    },
}

/// A checkpoint whose both notes a trusted key of the writer signed.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) tree: Checkpoint,
    pub(crate) outcomes: Outcomes,
    pub(crate) signed: Signed,
}

impl Claim {
    /// Checks both signatures, and that both notes are of the same entries.
    pub(crate) fn verified(signed: &Signed, trust: &Trust) -> Result<Self, CheckpointError> {
        signed.unverified()?;
        let (tree, outcomes) = (trust.checkpoint(&signed.tree)?, trust.outcomes(&signed.outcomes)?);
        Ok(Self { tree, outcomes, signed: signed.clone() })
    }

    /// The first thing in which the writer differs from what was found here.
    pub(crate) fn against(
        &self,
        (root, outcomes): (&Hash, &Hash),
        books: Option<&[Turnover; BOOKS]>,
    ) -> Result<(), Box<Difference>> {
        if *root != self.tree.root {
            return Err(self.differs("the root of the entries", hex(&self.tree.root), hex(root)));
        }
        if *outcomes != self.outcomes.root {
            return Err(self.differs("the root of the outcomes", hex(&self.outcomes.root), hex(outcomes)));
        }
        let Some(books) = books else { return Ok(()) };
        let mut books = Book::ALL.iter().zip(self.outcomes.books.iter().zip(books));
        let Some((book, (signed, here))) = books.find(|(_, (signed, here))| signed != here) else { return Ok(()) };
        let say = |sums: &Turnover| format!("debits {} credits {}", sums.debits, sums.credits);
        Err(self.differs(book.name(), say(signed), say(here)))
    }

    fn differs(&self, what: &str, signed: String, here: String) -> Box<Difference> {
        let notes = format!("{}\n{}", self.signed.tree, self.signed.outcomes);
        Box::new(Difference { size: self.tree.size, what: what.to_owned(), signed, here, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::{Role, Signer};

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("aid.example/ledger", Role::Author, &[seed; 32]).unwrap()
    }

    const BOOKS_NOW: [Turnover; BOOKS] = [Turnover { debits: 3, credits: 3 }; BOOKS];

    fn signed(size: u64, roots: (Hash, Hash)) -> Signed {
        let origin = "aid.example/ledger".to_owned();
        let tree = Checkpoint { origin: origin.clone(), size, root: roots.0 }.sign(&signer(1));
        Signed { tree, outcomes: Outcomes { origin, size, root: roots.1, books: BOOKS_NOW }.sign(&signer(1)) }
    }

    #[test]
    fn only_what_one_of_the_keys_signed_is_compared() {
        let note = signed(3, ([7; 32], [8; 32]));
        let trust = |seeds: &[u8]| Trust::new(seeds.iter().map(|seed| signer(*seed).verifier().clone()).collect());
        assert!(Claim::verified(&note, &trust(&[2, 1])).is_ok());
        assert!(Claim::verified(&note, &trust(&[2])).is_err());
        assert!(Claim::verified(&note, &trust(&[])).is_err());
        let other = signed(4, ([7; 32], [8; 32]));
        let mixed = Signed { outcomes: other.outcomes, ..note };
        assert!(Claim::verified(&mixed, &trust(&[1])).is_err());
    }

    #[test]
    fn both_roots_and_books_are_each_compared() {
        let trust = Trust::new(vec![signer(1).verifier().clone()]);
        let claim = Claim::verified(&signed(3, ([7; 32], [8; 32])), &trust).unwrap();
        let against = |roots: (&Hash, &Hash), books| claim.against(roots, books);
        assert!(against((&[7; 32], &[8; 32]), Some(&BOOKS_NOW)).is_ok());
        assert!(against((&[7; 32], &[8; 32]), None).is_ok());
        assert_eq!(against((&[8; 32], &[8; 32]), None).unwrap_err().what, "the root of the entries");
        assert_eq!(against((&[7; 32], &[7; 32]), None).unwrap_err().what, "the root of the outcomes");
        let mut books = BOOKS_NOW;
        books[1] = Turnover { debits: 5, credits: 5 };
        let difference = against((&[7; 32], &[8; 32]), Some(&books)).unwrap_err();
        assert_eq!((difference.size, difference.what.as_str()), (3, Book::ALL[1].name()));
        assert!(difference.to_string().contains("debits 5 credits 5"), "{difference}");
    }
}
