//! What to do about a row whose number the ledger knows otherwise, or whose edition has no turn: it hangs on how what its kind tells
//! is undone. Not here: refusals.

use ledger::event::{KindTag, WayBack};
use proto::v1;

/// What takes back a statement of this kind, and the column of its edition: a row of 学籍 tells three things.
pub(super) fn correction(kind: KindTag) -> (&'static str, &'static str) {
    match kind {
        KindTag::PersonRegistered => ("撤销登记", "登记版次"),
        KindTag::CardBound => ("撤销绑卡", "绑卡版次"),
        _ => ("撤销", "版次"),
    }
}

/// Why a row does not count whose number the ledger knows otherwise, and how it can be made to, which hangs on how its kind is undone.
pub(super) fn differs(kind: KindTag, receipt: &v1::Receipt) -> String {
    let Some(entry) = receipt.held.checked_sub(1) else { return out_of_turn(kind) };
    let beside = format!("同号异文，账上为第 {entry} 号记录，本行不计；");
    let (zh, en) = match kind.way_back() {
        _ if makes_claim(kind) => (
            "账上有误的，用审核意见依次报“撤销封存”、各确认行的“撤销行”、“作废”（已批准的先撤销批准），再在“版次”栏填下一版次，把整份申报重报",
            "if that is wrong, take back the seal, every confirmed line and the claim, then send it whole as the next edition",
        ),
        WayBack::Withdrawn => return beside + &withdrawable(kind, entry),
        WayBack::WhileFree if is_opinion(kind) => (
            "同一材料的同一意见只计一次，账上的意见有效的，本行不必再报；账上的意见有误而后一环节还没有办的，把那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”，\
             再在“版次”栏填下一版次报本行；材料本身有误的，作废后以下一版次整份重报",
            "one opinion of a kind counts for a set: if that one stands, this row is not needed; if it is wrong and nothing rests on \
             it, deliver its row as it was with 撤销 in the column 更正 and a 更正文号, then this row with the next edition in the \
             column 版次; if the set itself is wrong, cancel it and send it whole as the next edition",
        ),
        WayBack::WhileFree if !makes_set(kind) => return beside + &withdrawable(kind, entry),
        WayBack::Cancelled | WayBack::WhileFree => (
            "账上有误的，先用审核意见“作废”该花名册或支付申请，再以下一版次整份重报（已批准的花名册先撤销批准，已拨款的支付申请不能作废）",
            "if that is wrong, cancel the roster or application and send it whole as the next edition (of an approved roster take \
             the approval back first; an application that was paid cannot be cancelled)",
        ),
        WayBack::Superseded if kind == KindTag::EntryWithdrawn => (
            "所指记录已由该号记录撤销，本行不必再报",
            "what this row takes back was taken back by that entry, so it is not needed",
        ),
        WayBack::Superseded => ("账上有误的，报下一期或下一版本", "if that is wrong, say the next of its kind"),
        WayBack::Ended => (
            "账上有误的，先注销、作废或收回它，再以另一名称、凭据或编号报送",
            "if that is wrong, end it, then say what is right under another name, fingerprint or number",
        ),
        WayBack::Never => ("以账上为准，本行不必再报", "what is on record stays, and this row is not needed"),
        WayBack::NotYet => (
            "以账上为准；账上有误的，此类事项目前还不能更正，请留存凭据待办",
            "what is on record stays; entries of this kind cannot be corrected yet",
        ),
    };
    format!("{beside}{zh} entry {entry} holds other content under this number: {en}")
}

/// What is put right by its own row.
fn withdrawable(kind: KindTag, entry: u64) -> String {
    if matches!(kind, KindTag::PolicyAdopted | KindTag::LoanTermsAdopted) {
        return format!(
            "账上有误的，用撤销文件（事件编号、更正理由、文号、生效日期）撤销该记录，事件编号见 mingzhang explain {entry}，再在文件该版本下写 edition = 1（再一次为 2）采用 \
             entry {entry} holds other content under this number; if that is wrong, take it back by its event id, then adopt the \
             version with edition = 1"
        );
    }
    let (word, edition) = correction(kind);
    // What several rows tell together is taken back together.
    let (rows, every) = match kind {
        KindTag::VoucherIssued => ("该凭证原来的各行一并", "every row of the voucher"),
        KindTag::LinePassedDown => ("该文号原来的各行一并", "every row of the document"),
        _ => ("原来那一行", "its row"),
    };
    let second = match kind {
        KindTag::SuspenseCleared => "；本行是对同一笔款的另一次处理的，不必撤销，在“处理序号”栏填 2（再一次为 3）再报",
        _ => "",
    };
    format!(
        "账上有误的，把{rows}照原样再报，“更正”栏填“{word}”，并填“更正文号”，再在“{edition}”栏填下一版次（只撤销过一次的为 1）报本行{second} \
         entry {entry} holds other content under this number; if that is wrong, deliver {every} as it was with {word} in the column \
         更正/correction and a 更正文号, then this row with the next edition in the column {edition}"
    )
}

/// An edition whose turn has not come.
fn out_of_turn(kind: KindTag) -> String {
    let (word, edition) = correction(kind);
    if !matches!(kind.way_back(), WayBack::Withdrawn | WayBack::WhileFree) {
        return format!(
            "版次不接续，本行不计：首次报送的，“{edition}”栏留空；此类事项目前还不能撤销，没有下一版次 what is told for the first time has no \
             edition, and this kind none after it"
        );
    }
    format!(
        "版次不接续，本行不计：版次填错的，先把本行照原样（连同所填版次）再报，“更正”栏填“{word}”，疑点即了结，再以对的版次报，首次报送的“{edition}”\
         栏留空；版次没有填错的，先把上一版次的行照原样再报，“更正”栏填“{word}”，再导入一次 the edition before was not taken back: if this one \
         is a slip, deliver this row as it is with {word} in the column 更正/correction, which closes its finding, then under the \
         right edition, with none if it is told for the first time; else deliver the row of the edition before with {word} in \
         that column, then import this again"
    )
}

/// A review or an approval, rather than what makes up the set.
pub(super) fn is_opinion(kind: KindTag) -> bool {
    use KindTag as Tag;
    matches!(kind, Tag::RosterReviewed | Tag::RosterApproved | Tag::ApplicationApproved | Tag::ClaimApproved)
}

/// What a lender's claim is made of.
pub(super) fn makes_claim(kind: KindTag) -> bool {
    matches!(kind, KindTag::ClaimSubmitted | KindTag::ClaimLineAdded | KindTag::ClaimSealed)
}

/// What a roster or an application is made of.
pub(super) fn makes_set(kind: KindTag) -> bool {
    kind.way_back() == WayBack::Cancelled || matches!(kind, KindTag::RosterSealed | KindTag::ApplicationSealed)
}
