//! What a clerk is told of a row that does not count: why, and what he can do about it with files. Where a remedy for programs, which
//! hangs on the code, cannot be followed from a file, the kind of the row says what can. Not here: how rows stand.

use super::standing::{FileLine, RowStanding, open};
use ledger::event::{KindTag, WayBack};
use ledger::money::yuan;
use ledger::outcome::Code;
use proto::v1;

/// What is said of a row that is named.
pub(super) fn words(said: &FileLine, standing: RowStanding, receipt: &v1::Receipt) -> String {
    match standing {
        RowStanding::Posted | RowStanding::OnRecord | RowStanding::TakenBack => String::new(),
        RowStanding::Finding | RowStanding::StillOpen => {
            let findings = open(receipt).map(|row| format!("疑点 finding {} {}", row.number, row.sentence_zh));
            findings.collect::<Vec<_>>().join("; ")
        }
        RowStanding::Differs => differs(said.tag, receipt),
        RowStanding::Withdrawn if matches!(said.tag, KindTag::RosterSealed | KindTag::ApplicationSealed) => {
            "封存已撤销，或所属花名册、支付申请已作废，本份不计；用审核意见“作废”（已作废的不必再报），再以下一版次整份重报 its sealing was taken \
             back, or it was cancelled; cancel it if it is not, then send it whole as the next edition"
                .to_owned()
        }
        RowStanding::Withdrawn if said.tag.way_back() == WayBack::Cancelled => {
            "所属花名册或支付申请已作废，本行不计；确应计入的，填下一版次整份重报 its roster or \
             application was cancelled; if it is to count, send it whole as the next edition"
                .to_owned()
        }
        RowStanding::Withdrawn if is_opinion(said.tag) => {
            "本行意见已撤销，或所属花名册、支付申请已作废，本行不计；意见已撤销、现应计入的，在“版次”栏填下一版次再报，材料已作废的，以下一版次整份重报 \
             this opinion was taken back, or its roster or application was cancelled; if the opinion is to count again, deliver it \
             with the next edition in the column 版次, and a cancelled set whole as its next edition"
                .to_owned()
        }
        RowStanding::Withdrawn => format!(
            "该号的第 {0} 号记录已撤销，本行不计；确应计入的，在“{1}”栏填账上最后一版的下一版次（只撤销过一次的为 1）再报 entry {0}, told \
             under this number, was taken back; if the row is to count, deliver it with the edition after the last on record in \
             the column {1}, 1 if there was but one",
            receipt.first,
            correction(said.tag).1
        ),
        RowStanding::Refused => {
            let entry = if receipt.outcome() == v1::Outcome::Duplicate { receipt.first } else { receipt.index };
            receipt.refusal.as_ref().map_or_else(String::new, |refusal| refused(said, entry, refusal))
        }
        RowStanding::Malformed => {
            let faults = receipt.violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description));
            format!("本行内容不合要求，请更正 malformed: {}", faults.collect::<Vec<_>>().join("; "))
        }
    }
}

fn refused(said: &FileLine, entry: u64, refusal: &v1::Refusal) -> String {
    if said.tag == KindTag::EntryWithdrawn && refusal.code == Code::UnknownEntry.name() {
        return nothing_to_take_back(said);
    }
    format!("第 {entry} 号记录 entry {entry}: {} {}；{}", refusal.code, refusal.sentence_zh, remedy_zh(said, refusal))
}

/// What to do, in Chinese as the rest; a code that a newer service knows and this program does not has English words alone.
pub(super) fn remedy_zh(said: &FileLine, refusal: &v1::Refusal) -> String {
    match Code::named(&refusal.code) {
        Some(code) => of_kind(said.tag, code, refusal.figure).unwrap_or_else(|| code.remedy_zh().to_owned()),
        None => refusal.remedy.clone(),
    }
}

/// Where the same code asks for something else of a row of this kind.
fn of_kind(tag: KindTag, code: Code, figure: i64) -> Option<String> {
    use KindTag as Tag;
    Some(match (code, tag) {
        (Code::BadAmount, Tag::ApplicationLineAdded) => {
            let due = if figure > 0 { format!("（{} 元）", yuan(figure.into())) } else { String::new() };
            format!("各指标金额均须大于零，指标不得重复，合计须等于该期资助金额{due}；更正本行后，把整份支付申请再导入一次")
        }
        (Code::BadAmount, Tag::RemittanceApproved) => {
            let due = if figure > 0 { format!("（{} 元）", yuan(figure.into())) } else { String::new() };
            format!("所批金额须等于拨付指令的金额{due}；更正后再导入一次")
        }
        (Code::InUse, Tag::RosterCancelled) => {
            "花名册已批准：先把“批准”那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”，再报作废；已为其奖助列支付申请的，先作废该申请".to_owned()
        }
        (Code::SetEnded, Tag::ApplicationCancelled) => {
            "国库已拨款或代发批次已发出，不能再作废；以银行结果为准，银行退回的，另报支付申请并注明补发原支付".to_owned()
        }
        (Code::ToldOtherwise, Tag::EntryWithdrawn) => "所指记录已经撤销，本行不必再报".to_owned(),
        (Code::NotWithdrawable, Tag::EntryWithdrawn) => {
            "本行所指事项不能用“撤销”更正：花名册、支付申请本身用审核意见“作废”，再以下一版次整份重报（已作废的不能恢复）；其余事项目前还不能撤销".to_owned()
        }
        _ => return None,
    })
}

/// A row takes back what is not on record: by its own words, as the id of an event says nothing to whoever wrote it.
fn nothing_to_take_back(said: &FileLine) -> String {
    let words = &said.words;
    format!(
        "账上没有本行所撤的记录（{words}），什么也没有撤；核对编号、流水号和日期是否与当初所报的一致，仍被拒或尚未报过的不必撤销 \
         nothing is on record under these words ({words}), so nothing was taken back: compare number, serial and day with the row \
         as it was delivered"
    )
}

/// What takes back a statement of this kind, and the column of its edition: a row of 学籍 tells three things.
fn correction(kind: KindTag) -> (&'static str, &'static str) {
    match kind {
        KindTag::PersonRegistered => ("撤销登记", "登记版次"),
        KindTag::CardBound => ("撤销绑卡", "绑卡版次"),
        _ => ("撤销", "版次"),
    }
}

/// Why a row does not count whose number the ledger knows otherwise, and how it can be made to, which hangs on how its kind is undone.
fn differs(kind: KindTag, receipt: &v1::Receipt) -> String {
    let Some(entry) = receipt.held.checked_sub(1) else { return out_of_turn(kind) };
    let beside = format!("同号异文，账上为第 {entry} 号记录，本行不计；");
    let (zh, en) = match kind.way_back() {
        WayBack::Withdrawn => return beside + &withdrawable(kind, entry),
        WayBack::WhileFree if is_opinion(kind) => (
            "同一材料的同一意见只计一次，账上的意见有效的，本行不必再报；账上的意见有误而后一环节还没有办的，把那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”，\
             再在“版次”栏填下一版次报本行；材料本身有误的，作废后以下一版次整份重报",
            "one opinion of a kind counts for a set: if that one stands, this row is not needed; if it is wrong and nothing rests on \
             it, deliver its row as it was with 撤销 in the column 更正 and a 更正文号, then this row with the next edition in the \
             column 版次; if the set itself is wrong, cancel it and send it whole as the next edition",
        ),
        WayBack::WhileFree if kind == KindTag::PeriodClosed => return beside + &withdrawable(kind, entry),
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
    if kind == KindTag::LoanTermsAdopted {
        return format!(
            "账上有误的，用撤销文件（事件编号、更正理由、文号、生效日期）撤销该记录，事件编号见 mingzhang explain {entry}，再以下一版次采用 \
             entry {entry} holds other content under this number; if that is wrong, take it back by its event id"
        );
    }
    let (word, edition) = correction(kind);
    format!(
        "账上有误的，把原来那一行照原样再报，“更正”栏填“{word}”，并填“更正文号”，再在“{edition}”栏填下一版次（只撤销过一次的为 1）报本行 \
         entry {entry} holds other content under this number; if that is wrong, deliver its row as it was with {word} in the column \
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
fn is_opinion(kind: KindTag) -> bool {
    matches!(kind, KindTag::RosterReviewed | KindTag::RosterApproved | KindTag::ApplicationApproved)
}
