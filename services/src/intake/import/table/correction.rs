//! Rows that take back what they told 更正: the row as it was delivered, with 撤销 in the column 更正. The row that is right is
//! then delivered with the next 版次, in the same file or another.

use super::columns::Col;
use super::row::{Row, Wrong};
use crate::intake::import::Spoken;
use ledger::event::{EntryWithdrawn, Reason};
use ledger::hash;

const REASONS: &[(&str, &str, Reason)] = &[
    ("笔误", "mistyped", Reason::Mistyped),
    ("对象有误", "wrong_subject", Reason::WrongSubject),
    ("并未发生", "never_happened", Reason::NeverHappened),
    ("重复记录", "counted_twice", Reason::CountedTwice),
    ("来源更正", "source_corrected", Reason::SourceCorrected),
    ("奉命撤销", "ordered", Reason::Ordered),
];

/// The one thing a row may do to what it told.
const TAKEN_BACK: &[(&str, &str, ())] = &[("撤销", "withdraw", ())];

/// What a row says, in its edition; or that it is taken back.
pub(crate) fn in_its_edition(row: &Row<'_>, spoken: Spoken) -> Result<Spoken, Wrong> {
    let spoken = spoken.in_edition(row.edition(Col::Edition)?);
    if !row.has(Col::Corrects) {
        return Ok(spoken);
    }
    row.word(Col::Corrects, TAKEN_BACK)?;
    let (reason, document) = (reason(row)?, row.document(Col::CorrectedBy)?);
    Ok(spoken.taken_back(|event| {
        let content = hash::content(&proto::event::encode(event));
        EntryWithdrawn { entry: event.id, content, reason, document: document.clone() }
    }))
}

/// Why something is taken back; a slip of the pen, where the row does not say.
pub(crate) fn reason(row: &Row<'_>) -> Result<Reason, Wrong> {
    if row.has(Col::WithdrawnFor) { row.word(Col::WithdrawnFor, REASONS) } else { Ok(Reason::Mistyped) }
}
