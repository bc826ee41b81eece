//! Refusals and violations as answers carry them. Postings and findings need the state and are written where it is at hand.

use crate::event::Violation;
use crate::v1;
use bytes::Bytes;
use ledger::outcome::Refusal;

impl From<&Refusal> for v1::Refusal {
    fn from(refusal: &Refusal) -> Self {
        let (sentence_zh, sentence_en) = refusal.code.sentence();
        let subject =
            if refusal.subject.is_nil() { Bytes::new() } else { Bytes::copy_from_slice(refusal.subject.as_bytes()) };
        Self {
            code: refusal.code.name().to_owned(),
            sentence_zh: sentence_zh.to_owned(),
            sentence_en: sentence_en.to_owned(),
            remedy: refusal.code.remedy().to_owned(),
            permanent: refusal.code.is_permanent(),
            subject,
            figure: refusal.figure,
        }
    }
}

impl From<Violation> for v1::Violation {
    fn from(violation: Violation) -> Self {
        Self { field: violation.field, description: violation.description, code: violation.code.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::outcome::Code;
    use uuid::Uuid;

    #[test]
    fn a_refusal_says_everything_an_official_needs() {
        let line = Uuid::from_u128(7);
        let wire = v1::Refusal::from(&Refusal::with(Code::Overdrawn, line, 125));
        assert_eq!((wire.code.as_str(), wire.figure, wire.permanent), ("overdrawn", 125, false));
        assert_eq!(&wire.subject[..], line.as_bytes());
        assert!(!wire.sentence_zh.is_empty() && !wire.sentence_en.is_empty() && !wire.remedy.is_empty());
        assert!(v1::Refusal::from(&Refusal::plain(Code::BadShape)).subject.is_empty());
    }
}
