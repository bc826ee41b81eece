//! What a clerk is told of a row that does not count: why, and what he can do about it with files. Where a remedy for programs, which
//! hangs on the code, cannot be followed from a file, the kind of the row says what can. Not here: how rows stand.

use super::by_kind::of_kind;
use super::differs::{correction, differs, is_opinion, makes_claim};
use super::standing::{Beside, FileLine, RowStanding, open};
use ledger::event::{KindTag, WayBack};
use ledger::outcome::Code;
use proto::v1;

/// What is said of a row that is named.
pub(super) fn words(said: &FileLine, standing: RowStanding, (receipt, beside): (&v1::Receipt, &Beside)) -> String {
    match (standing, beside) {
        (RowStanding::Superseded, Beside::Later(edition, later)) => format!(
            "第 {} 号记录已撤销，本行内容已以第 {edition} 版次在账（第 {} 号记录），计入一次，不必再报 taken back, and edition {edition} on \
             record says the same",
            receipt.first, later.first
        ),
        (RowStanding::StillOpen, Beside::Later(_, later)) => by_itself(said, standing, later),
        (RowStanding::Withdrawn, Beside::Later(edition, later)) => {
            later_edition(said, receipt, (*edition, later)).unwrap_or_else(|| by_itself(said, standing, receipt))
        }
        (RowStanding::Refused, Beside::Tried(tried)) => tried.refusal.as_ref().map_or_else(String::new, |refusal| {
            let words = refused(said, receipt.index, refusal);
            format!("排在未计入的行之后，单独试算 by itself: {words}")
        }),
        _ => by_itself(said, standing, receipt),
    }
}

/// What to do about what was taken back, by the editions on record.
fn later_edition(said: &FileLine, receipt: &v1::Receipt, (edition, later): (u8, &v1::Receipt)) -> Option<String> {
    let (first, (word, column)) = (receipt.first, correction(said.tag));
    match (later.outcome(), later.held.checked_sub(1)) {
        (v1::Outcome::Posted, _) if !later.differs => Some(format!(
            "该号的第 {first} 号记录已撤销，本行不计；确应计入的，在“{column}”栏填 {edition} 再报 entry {first}, told under this number, was \
             taken back; if the row is to count, deliver it with {edition} in the column {column}"
        )),
        (_, Some(held)) => {
            let next = edition.checked_add(1)?;
            Some(format!(
                "该号的第 {first} 号记录已撤销，现以第 {edition} 版次（第 {held} 号记录）为准，内容与本行不同，本行不计；以本行为准的，先把该版次的行照原样再报，\
                 “更正”栏填“{word}”，并填“更正文号”，再在“{column}”栏填 {next} 报本行 entry {first} was taken back and edition {edition}, \
                 entry {held}, counts and says something else; if this row is right, take that edition back and deliver this as \
                 edition {next}"
            ))
        }
        _ => None,
    }
}

fn by_itself(said: &FileLine, standing: RowStanding, receipt: &v1::Receipt) -> String {
    match standing {
        RowStanding::Posted
        | RowStanding::OnRecord
        | RowStanding::TakenBack
        | RowStanding::Superseded
        | RowStanding::Disputed
        | RowStanding::Waiting => String::new(),
        RowStanding::Finding | RowStanding::StillOpen => {
            let findings = open(receipt).map(|row| format!("疑点 finding {} {}", row.number, row.sentence_zh));
            let entry = if standing == RowStanding::Finding { receipt.index } else { receipt.first };
            let more = format!("疑点太多，未逐一列出，见 mingzhang explain {entry} more findings than an answer holds");
            findings.chain(receipt.brief.then_some(more)).collect::<Vec<_>>().join("; ")
        }
        RowStanding::Differs => differs(said.tag, receipt),
        RowStanding::Withdrawn if matches!(said.tag, KindTag::RosterSealed | KindTag::ApplicationSealed) => {
            "封存已撤销，或所属花名册、支付申请已作废，本份不计；用审核意见“作废”（已作废的不必再报），再以下一版次整份重报 its sealing was taken \
             back, or it was cancelled; cancel it if it is not, then send it whole as the next edition"
                .to_owned()
        }
        RowStanding::Withdrawn if makes_claim(said.tag) => {
            "所属申报或本行已撤销，本行不计；申报行不单独重报：用审核意见依次报“撤销封存”、各确认行的“撤销行”、“作废”（已报过的不必再报），再在“版次”栏填下一版次，\
             把整份申报重报 the claim or this line of it was taken back; a line is not sent again by itself: take back the seal, every \
             confirmed line and the claim, then send it whole as the next edition"
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
        Some(code) => of_kind(said, code, refusal.figure).unwrap_or_else(|| code.remedy_zh().to_owned()),
        None => refusal.remedy.clone(),
    }
}

/// A row takes back what is not on record: by its own words, as the id of an event says nothing to whoever wrote it.
fn nothing_to_take_back(said: &FileLine) -> String {
    let words = &said.words;
    // It goes by its first row, so by another row alone nothing is found.
    let (rows, every) = match said.undoes {
        Some(KindTag::LinePassedDown) => (
            "同一文号分配的各行是一个事项，须一并照账上原来的内容再报，各行“更正”栏都填“撤销”，单报其中几行的不撤销；",
            "the rows of one document are one thing: take them back all together; else ",
        ),
        _ => ("", ""),
    };
    format!(
        "账上没有本行所撤的记录（{words}），什么也没有撤；{rows}核对编号、流水号和日期是否与当初所报的一致，仍被拒或尚未报过的不必撤销 \
         nothing is on record under these words ({words}), so nothing was taken back: {every}compare number, serial and day with the row \
         as it was delivered"
    )
}
