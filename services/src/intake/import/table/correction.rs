//! Rows that take back what they told 更正: the row as it was delivered, with 撤销 in the column 更正. The row that is right is
//! then delivered with the next 版次, in the same file or another.

use super::columns::Col;
use super::row::{Row, Wrong};
use crate::intake::import::{Editions, Spoken, TakenBack};
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

/// What a row may do to what it told.
const TAKEN_BACK: &[(&str, &str, TakenBack)] = &[
    ("撤销", "withdraw", TakenBack::Row),
    ("撤销登记", "withdraw_registration", TakenBack::Registration),
    ("撤销绑卡", "withdraw_card", TakenBack::Binding),
    ("撤销整行", "withdraw_all", TakenBack::Whole),
];

/// What a row says, in its editions; or that it is taken back.
pub(crate) fn in_its_edition(row: &Row<'_>, spoken: Spoken) -> Result<Spoken, Wrong> {
    let mut said = Correction::of(row)?.of_what(spoken);
    if !row.has(Col::Corrects) {
        return Ok(said);
    }
    if said.statements.is_empty() {
        let what = "本行没有可撤销的登记或绑卡 the row tells no registration or card that could be taken back";
        return Err(Wrong::cell(
            Col::Corrects,
            "nothing_to_withdraw",
            what,
            "照原样报送本行，并写明户籍区划代码或卡号 deliver the row as it was, with 户籍区划代码 or 卡号",
        ));
    }
    // A copied cell names who decided then; who takes it back is whoever imports this.
    said.principal = None;
    said.words = row.shown().into();
    Ok(said)
}

/// Which saying of it a row is, and whether it takes it back: for what and by which document.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Correction {
    editions: Editions,
    taken: Option<(TakenBack, Reason, String)>,
}

impl Correction {
    pub(crate) fn of(row: &Row<'_>) -> Result<Self, Wrong> {
        let editions = editions(row)?;
        if !row.has(Col::Corrects) {
            return Ok(Self { editions, taken: None });
        }
        let what = row.word(Col::Corrects, TAKEN_BACK)?;
        Ok(Self { editions, taken: Some((what, reason(row)?, row.document(Col::CorrectedBy)?)) })
    }

    /// What is said, as that edition, or its withdrawal.
    pub(crate) fn of_what(&self, spoken: Spoken) -> Spoken {
        let spoken = spoken.in_editions(self.editions);
        let Some((what, reason, document)) = &self.taken else { return spoken };
        spoken.taken_back(*what, |event| {
            let content = hash::content(&proto::event::encode(event));
            EntryWithdrawn { entry: event.id, content, reason: *reason, document: document.clone() }
        })
    }
}

fn editions(row: &Row<'_>) -> Result<Editions, Wrong> {
    let of = |col| if row.has(col) { row.edition(col) } else { Ok(0) };
    Ok(Editions { row: of(Col::Edition)?, registration: of(Col::RegisteredEdition)?, binding: of(Col::BoundEdition)? })
}

/// Why something is taken back; a slip of the pen, where the row does not say.
pub(crate) fn reason(row: &Row<'_>) -> Result<Reason, Wrong> {
    if row.has(Col::WithdrawnFor) { row.word(Col::WithdrawnFor, REASONS) } else { Ok(Reason::Mistyped) }
}
