//! What to do about a refusal where its code asks for something else of a row of one kind than of another. Not here: what the codes
//! say by themselves.

use super::standing::FileLine;
use ledger::event::KindTag;
use ledger::money::{Day, yuan};
use ledger::outcome::Code;

/// In Chinese, as the rest.
pub(super) fn of_kind(said: &FileLine, code: Code, figure: i64) -> Option<String> {
    use KindTag as Tag;
    let due =
        |words: &str| if figure > 0 { format!("（{words}{} 元）", yuan(figure.into())) } else { String::new() };
    Some(match (code, said.tag) {
        (Code::BadAmount, Tag::ApplicationLineAdded) => {
            let due = due("");
            format!("各指标金额均须大于零，指标不得重复，合计须等于该期资助金额{due}；更正本行后，把整份支付申请再导入一次")
        }
        (Code::BadAmount, Tag::RemittanceApproved) => format!("所批金额须等于拨付指令的金额{}；更正后再导入一次", due("")),
        (Code::InUse, Tag::EntryWithdrawn) => return said.undoes.and_then(rests_on).map(str::to_owned),
        (Code::InUse, Tag::RosterCancelled) => {
            "花名册已批准：先把“批准”那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”，再报作废；已为其奖助列支付申请的，先作废该申请，已报停发的，先撤销停发".to_owned()
        }
        (Code::SetEnded, Tag::ApplicationCancelled) => {
            "国库已拨款或代发批次已发出，不能再作废；以银行结果为准，银行退回的，另报支付申请并注明补发原支付".to_owned()
        }
        (Code::ToldOtherwise, Tag::EntryWithdrawn) => "所指记录已经撤销，本行不必再报".to_owned(),
        (Code::NotWithdrawable, Tag::EntryWithdrawn) => {
            "本行所指事项不能用“撤销”更正：花名册、支付申请本身用审核意见“作废”，再以下一版次整份重报（已作废的不能恢复）；其余事项目前还不能撤销".to_owned()
        }
        (Code::NotAsTold, Tag::EntryWithdrawn) => not_as_told(said.undoes).to_owned(),
        (Code::SealMismatch | Code::SetNotReady, Tag::RosterSealed | Tag::ApplicationSealed | Tag::ClaimSealed) => {
            "有的行未计入，整份未封存：更正以上所列各行后，把整份再导入一次".to_owned()
        }
        (Code::WrongDay, Tag::EntryWithdrawn) => {
            let day = u32::try_from(figure).ok().and_then(Day::from_yyyymmdd)?;
            format!("所撤记录的生效日为 {day}：把本行的生效日期改为该日，再导入一次")
        }
        (Code::Edition, Tag::LinePassedDown) => {
            "版次不接续：同一文号分配的各行是一个事项，须一并报；上一版次的各行须先照原样一并再报，各行“更正”栏都填“撤销”，再把各行以本版次一并再报".to_owned()
        }
        (Code::SetNotReady, tag) => return not_ready(tag, figure),
        (code @ (Code::ExceedsOwed | Code::ExceedsDebt), tag) => return exceeds(code, tag, figure),
        (code, Tag::SuspenseCleared) => return cleared(code).map(str::to_owned),
        (code, Tag::DrawsCorrected) => return correction(code, figure),
        (Code::WrongYear, tag) => return wrong_year(tag, figure),
        (Code::NotEnrolled, Tag::RosterLineAdded) => {
            "该生当日确不在籍的，作废本花名册，去掉本行后以下一版次整份重报；确在籍而学籍登记有误的，更正学籍后再导入一次".to_owned()
        }
        (Code::UnknownAward, Tag::AwardCancelled) if figure > 0 => {
            format!("该奖助没有第 {figure} 期：核对花名册的应发日，更正“停发起始期次”后再导入一次")
        }
        (Code::Overdrawn, Tag::ApplicationSealed) => format!(
            "所列指标不足{}：由有权单位对该指标报动作“追加”（另一行“下达”是另一指标，补不了），再把支付申请导入一次；或作废本申请，改列其他指标后以下一版次整份重报",
            due("差 ")
        ),
        (Code::Overdrawn, Tag::RemittanceOrdered) => {
            format!("所列指标不足{}：改列其他指标、减少金额，或由有权单位对该指标报动作“追加”，再导入一次", due("差 "))
        }
        (Code::Overdrawn, Tag::LinePassedDown | Tag::LineRecalled | Tag::LineAdjusted | Tag::EntryWithdrawn) => {
            format!("该指标可用不足{}：减少本行金额，或先对该指标报动作“追加”，或先收回、作废已用的，再导入一次", due("差 "))
        }
        _ => return None,
    })
}

/// What of an amount is too much, or to what it is to be reduced.
fn exceeds(code: Code, tag: KindTag, figure: i64) -> Option<String> {
    let yuan = yuan(figure.into());
    Some(match (code, tag, figure) {
        (Code::ExceedsOwed, KindTag::RemittanceOrdered, 1..) => {
            format!("超出应付而未安排的 {yuan} 元：各指标所付按其资金来源核对，金额减少 {yuan} 元，再导入一次")
        }
        (Code::ExceedsOwed, KindTag::LoanRelieved, 1..) => {
            format!("该笔贷款未还本金 {yuan} 元：金额减到 {yuan} 元以内，再导入一次")
        }
        (Code::ExceedsDebt, KindTag::RecoveryOrdered, 1..) => {
            format!("该笔支付可追回的还有 {yuan} 元：金额减到 {yuan} 元以内，再导入一次；已另行决定追回的，不再报")
        }
        (Code::ExceedsDebt, KindTag::RecoveryOrdered, _) => {
            "该笔支付已没有可追回的：未到卡或已退回的不必追回，已另行决定追回的不再报；另一决定有误的，先撤销它"
                .to_owned()
        }
        (Code::ExceedsDebt, KindTag::RecoveryWaived, 1..) => {
            format!("该决定未了结的还有 {yuan} 元：金额减到 {yuan} 元以内，再导入一次")
        }
        (Code::ExceedsDebt, KindTag::RecoveryWaived, _) => {
            "该决定已全部了结，没有可免的：已到账或已免的有误的，先撤销它，再导入一次".to_owned()
        }
        _ => return None,
    })
}

/// What rests on a step, by its kind, and so is taken back first.
fn rests_on(undone: KindTag) -> Option<&'static str> {
    use KindTag as Tag;
    Some(match undone {
        Tag::ClaimSubmitted => {
            "申报还不能作废：已批准的，先把“批准”那一行照原样再报，“更正”栏填“撤销”；再用审核意见报“撤销封存”；有确认行的，逐行报“撤销行”并填行号；然后再报作废，\
             生效日期都填申报的生效日期"
        }
        Tag::ClaimSealed => "申报已批准：先把“批准”那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”，再报撤销封存",
        Tag::ClaimApproved => {
            "已为该申报下达拨付：先撤销拨付结果、拨付的批准和拨付指令（各照原样再报，“更正”栏填“撤销”），再撤销批准"
        }
        Tag::RosterSealed => "花名册已审核：先撤销批准和审核，再撤销封存",
        Tag::RosterReviewed => "花名册已批准：先撤销批准，再撤销审核",
        Tag::RosterApproved => {
            "该册奖助已列支付申请或已报停发：列了支付申请的，先作废该申请；报了停发的，先把停发那一行照原样再报，“更正”栏填“撤销”，并填“更正文号”；\
             再撤销批准"
        }
        Tag::ApplicationSealed => {
            "支付申请已批准或已有支付更正：先撤销批准，并把支付更正的各行照原样再报，“更正”栏填“撤销”，再撤销封存"
        }
        Tag::ApplicationApproved => {
            "国库已开支付凭证：先撤销凭证（其各行照原样再报，“更正”栏填“撤销”），再撤销批准；款已付出的以银行结果为准"
        }
        Tag::BatchSent => "银行已报结果：先撤销该批次的银行结果，再撤销批次；结果属实的不能撤销",
        Tag::RemittanceOrdered => "拨付已批准：先撤销批准（照原样再报，“更正”栏填“撤销”），再撤销拨付指令",
        Tag::RemittanceApproved => "国库已报拨付结果：先撤销结果，再撤销批准；结果属实的不能撤销",
        Tag::SurplusRewarded => "奖励已使用或已用于救助：先撤销其使用，再撤销奖励",
        Tag::PeriodClosed => "其后还有关账：先撤销更晚的关账，再撤销本项",
        Tag::FindingExplained => "该疑点已核结：先撤销核结，再撤销说明",
        _ => return None,
    })
}

fn not_as_told(undone: Option<KindTag>) -> &'static str {
    match undone {
        Some(KindTag::VoucherIssued | KindTag::VoucherCleared) => {
            "一张凭证的各行须一并照账上原来的内容再报，各行“更正”栏都填“撤销”；只报其中几行的，不撤销"
        }
        Some(KindTag::LinePassedDown) => {
            "同一文号分配的各行须一并照账上原来的内容再报，各行“更正”栏都填“撤销”；只报其中几行的，不撤销"
        }
        _ => "照账上原来的内容再报撤销",
    }
}

/// The step before, of what is not ready for a row of this kind.
fn not_ready(tag: KindTag, figure: i64) -> Option<String> {
    use KindTag as Tag;
    Some(match tag {
        Tag::RosterReviewed | Tag::ApplicationApproved | Tag::ClaimApproved => {
            "材料尚未封存：先把整份材料再导入一次，各行都计入并封存后，再导入本文件".to_owned()
        }
        Tag::RosterApproved => "花名册尚未审核，或其审核已撤销：先报审核，再导入一次".to_owned(),
        Tag::ApplicationLineAdded => "该奖助所在花名册尚未批准，或其批准已撤销：先批准花名册，再把支付申请导入一次".to_owned(),
        Tag::DrawsCorrected => "支付申请尚未封存，或其封存已撤销：先把整份支付申请导入，各行都计入并封存后，再导入本文件".to_owned(),
        Tag::BatchSent if figure > 0 => {
            format!("支付申请尚未批准，或国库清算的款不足，差 {} 元：批准、凭证清算到齐后再导入一次", yuan(figure.into()))
        }
        Tag::BatchSent => "支付申请尚未批准，或其批准已撤销：先批准，再导入一次".to_owned(),
        Tag::RemittanceOrdered => {
            "所付申报尚未批准，或其批准已撤销、申报已作废：先批准该申报；已作废的，改填有效的申报编号和材料版次".to_owned()
        }
        Tag::SuspenseCleared if figure > 0 => {
            format!("“认可”须是该期整笔 {} 元：不足的，报“追回”，追回后补发；超出的，认可整笔，其余另报“追回”", yuan(figure.into()))
        }
        Tag::SuspenseCleared => {
            "该期资助没有退回待补，入账的款不能以“认可”结清：多付的报“追回”，与退回相抵的报“对冲”，或先报该笔支付的银行结果".to_owned()
        }
        _ => return None,
    })
}

/// What is to be done first about money in suspense that a row clears.
fn cleared(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::UnknownPayout => {
            "支付申请尚未在账，不知是哪个单位的款，暂不能处理：先导入该支付申请，再把本文件导入一次；确无此申请的，把银行回单的该行照原样再报，“更正”栏填“撤销”，再按正确的支付报送"
        }
        Code::UnknownSet => {
            "凭证所指的支付申请尚未在账，不知是哪个单位的款，暂不能处理：先导入该支付申请，再把本文件导入一次；凭证的申请写错的，先撤销该凭证，再按正确的申请报送"
        }
        Code::UnknownRemittance => {
            "拨付指令尚未在账，不知是哪个单位的款，暂不能处理：先导入该拨付指令，再把本文件导入一次；编号写错的，先撤销该拨付结果，再按正确的编号报送"
        }
        Code::InUse => {
            "该号的款改报之前（金额不同、属另一单位，或认可所用的指标早于改报后的年度）已有处理：先把那一处理照原样再报，“更正”栏填“撤销”，并填“更正文号”，再报本行"
        }
        Code::UnknownItem => {
            "暂记中没有该款：核对支付、流水号；退回、凭证等的款，在“暂记来源”栏写明；也可填“事件编号”（疑点查询的“款项事件”一栏）；已处理完的无须再报"
        }
        _ => return None,
    })
}

/// What of a correction of a payment 支付更正 is to be put right.
fn correction(code: Code, figure: i64) -> Option<String> {
    Some(match code {
        Code::WrongYear => return wrong_year(KindTag::DrawsCorrected, figure),
        Code::UnknownLine => "“原指标”与“新指标”须是两个不同的、账上已下达的指标：核对后再导入一次".to_owned(),
        Code::UnknownSet => {
            "账上没有这一编号、单位、版次的支付申请：核对“申请编号”和“申请版次”；申请未到的，先导入申请".to_owned()
        }
        Code::WrongDay => {
            let day = u32::try_from(figure).ok().and_then(Day::from_yyyymmdd)?;
            format!("支付申请的制单日期为 {day}，更正不能早于该日：更正“生效日期”后再导入一次")
        }
        Code::Overdrawn => {
            let due = if figure > 0 { format!("（差 {} 元）", yuan(figure.into())) } else { String::new() };
            format!("新指标可用不足{due}：减少本行金额，改用其他指标，或先对新指标报动作“追加”，再导入一次")
        }
        Code::ExceedsDrawn => format!(
            "该申请在原指标上现有 {} 元：核对原指标（已更正到别的指标的，以那一指标为原指标）或减少本行金额；先报了日期更晚的更正的，撤销那一更正，按日期先后再报",
            yuan(figure.into())
        ),
        _ => return None,
    })
}

/// Which of its years a row is to put right.
fn wrong_year(tag: KindTag, figure: i64) -> Option<String> {
    use KindTag as Tag;
    let day_and_year = |what: &str| {
        format!(
            "生效日期所在年度为 {figure} 年，与所写预算年度不符：更正“预算年度”或{what}；提前下达次年指标的，动作写“提前下达”"
        )
    };
    Some(match tag {
        Tag::LineIssued => {
            format!(
                "按动作和生效日期，预算年度应为 {figure}：更正“预算年度”或“生效日期”；次年指标的动作写“提前下达”，当年的写“下达”"
            )
        }
        Tag::ApplicationPrepared => {
            format!("“制单日期”须在所写预算年度 {figure} 之内：更正“预算年度”或“制单日期”后整份再导入一次")
        }
        Tag::RemittanceOrdered => day_and_year("“生效日期”，并使用该年度的指标"),
        Tag::BatchSent => {
            format!("支付申请属 {figure} 年度，批次须在该年度之内发送：更正“生效日期”；跨年的，作废申请后以新年度重报")
        }
        Tag::DrawsCorrected => {
            format!("支付申请属 {figure} 年度：“生效日期”须在该年度之内，新指标也须是该年度的，更正后再导入一次")
        }
        Tag::ApplicationLineAdded => {
            format!("所列指标或本行属 {figure} 年度：改用支付申请所写预算年度的指标，把整份支付申请再导入一次")
        }
        _ => return None,
    })
}
