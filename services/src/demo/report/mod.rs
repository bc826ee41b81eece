//! What people see at the end of the demo: where the money came from, where it stands, what came back, what was
//! refused or stands in suspense and why, and one payment traced from its document to its card. Figures are computed
//! elsewhere; here they are laid out. What is said of loans stands in `loans`.

mod loans;

use ledger::handle::Handle;
use std::collections::BTreeMap;
use std::fmt::Write;

use ledger::account::Class;
use ledger::event::{Level, Source};
use ledger::money::yuan;
use ledger::state::State;
use ledger::state::rows::{Line, Payout, Programme};
use ledger::state::stage::{Progress, Stage};
use replay::answers::labels::{org_name, programme_name, source_zh};
use replay::answers::return_reasons;

use crate::demo::run::Ran;
use replay::terminal::text_table::{Align, Table};

/// The whole report.
#[must_use]
pub fn report(ran: &Ran) -> String {
    let state = ran.engine.read();
    let mut text = String::new();
    head(&mut text, ran);
    section(&mut text, "一、资金从哪里来  Where the money came from", &sources(&state, false));
    section(&mut text, "二、资金在哪里  Where it stands", &standing(&state));
    section(&mut text, "三、发给了谁  Who was aided", &programmes(&state));
    section(&mut text, "    按学校所在地  by place of school", &places(&state));
    section(&mut text, "四、退回了什么  What came back", &returns(&state));
    section(&mut text, "五、拒绝了什么  What was refused", &refusals(&state));
    section(&mut text, "    暂记与发现  suspense and findings", &findings(&state));
    text.push_str("六、一笔资金的来龙去脉  One payment, traced\n\n");
    trace(&mut text, &state);
    loans::report(&mut text, &state, ran);
    text
}

fn section(text: &mut String, title: &str, table: &Table) {
    let _ = write!(text, "{title}\n\n{table}\n");
}

fn head(text: &mut String, ran: &Ran) {
    let figures = &ran.figures;
    let _ = writeln!(
        text,
        "\n明账 Mingzhang · 陕西省 2021 年学生资助（合成数据，规模按公布总数） synthetic people, published totals\n"
    );
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
    table.row(["资助人次 person-times".to_owned(), figures.person_times.to_string()]);
    table.row(["资助金额 aided, yuan".to_owned(), yuan(figures.aided_fen.into())]);
    table.row(["已到卡 credited, yuan".to_owned(), yuan(figures.credited_fen.into())]);
    table.row(["暂记 in suspense, yuan".to_owned(), yuan(figures.suspense_fen.into())]);
    table.row(["各账簿借贷差 trial balance, yuan".to_owned(), yuan(figures.trial_balance_fen.into())]);
    table.row(["记录 entries".to_owned(), figures.entries.to_string()]);
    table.row([
        "其中 拒绝 / 重复 refused / duplicates".to_owned(),
        format!("{} / {}", figures.refused, figures.duplicates),
    ]);
    table.row(["每秒 events per second".to_owned(), figures.events_per_second.to_string()]);
    let _ = writeln!(text, "{table}  状态摘要 state digest {}\n", figures.state_digest);
}

/// Lines nobody passed down, of students' programmes or of those that pay lenders.
fn sources(state: &State, of_loans: bool) -> Table {
    let mut sums: BTreeMap<(Handle<Programme>, Source, bool), (u64, i128)> = BTreeMap::new();
    let pays_lenders = |programme: Handle<Programme>| state.programmes.get(programme).code.starts_with("LOAN-");
    let wanted = |line: &Line| line.parent.is_none() && pays_lenders(line.programme) == of_loans;
    for (_, line) in state.lines.iter().filter(|(_, line)| wanted(line)) {
        let sum = sums.entry((line.programme, line.source, !line.advance)).or_default();
        sum.0 += 1;
        sum.1 += i128::from(line.received);
    }
    let mut table = Table::new(&[
        ("项目", Align::Left),
        ("来源", Align::Left),
        ("下达", Align::Left),
        ("指标条数", Align::Right),
        ("金额（元）", Align::Right),
    ]);
    for ((programme, source, formal), (lines, fen)) in &sums {
        let when = if *formal { "正式" } else { "提前" };
        let name = programme_name(state, *programme);
        table.row([name.to_owned(), source_zh(*source).to_owned(), when.to_owned(), lines.to_string(), yuan(*fen)]);
    }
    let total: i128 = sums.values().map(|(_, fen)| fen).sum();
    table.row(["合计".to_owned(), String::new(), String::new(), String::new(), yuan(total)]);
    table
}

fn standing(state: &State) -> Table {
    let mut sums = vec![0_i128; Class::ALL.len()];
    for (_, account) in state.accounts.iter() {
        sums[account.class as usize] += account.balance;
    }
    let columns = [("账簿", Align::Left), ("科目", Align::Left), ("", Align::Left), ("金额（元）", Align::Right)];
    let mut table = Table::new(&columns);
    for class in Class::ALL.iter().filter(|class| sums[**class as usize] != 0) {
        let fen = yuan(sums[*class as usize]);
        table.row([class.book().name().to_owned(), class.name_zh().to_owned(), class.name().to_owned(), fen]);
    }
    table
}

/// Credited or in transit, and how much.
fn aided(state: &State, payout: &Payout) -> (i128, i128) {
    let fen = i128::from(payout.fen);
    match payout.progress {
        Progress::Credited => (fen, 0),
        Progress::Returned => (0, 0),
        Progress::Ordered | Progress::Unknown => {
            let sent = state.applications.get(payout.application).set.stage == Stage::Sent;
            (0, if sent { fen } else { 0 })
        }
    }
}

fn by<K: Ord>(state: &State, key: impl Fn(&Payout) -> K) -> BTreeMap<K, (u64, i128, i128)> {
    let mut sums: BTreeMap<K, (u64, i128, i128)> = BTreeMap::new();
    for (_, payout) in state.payouts.iter() {
        let (credited, transit) = aided(state, payout);
        let sum = sums.entry(key(payout)).or_default();
        sum.0 += u64::from(credited + transit > 0);
        sum.1 += credited;
        sum.2 += transit;
    }
    sums
}

fn payments_table(first: &str) -> Table {
    Table::new(&[
        (first, Align::Left),
        ("笔数", Align::Right),
        ("已到卡（元）", Align::Right),
        ("在途（元）", Align::Right),
    ])
}

fn programmes(state: &State) -> Table {
    let mut table = payments_table("项目");
    let programme = |payout: &Payout| state.rosters.get(state.awards.get(payout.award).roster).programme;
    for (programme, (count, credited, transit)) in by(state, programme) {
        let name = programme_name(state, programme).to_owned();
        table.row([name, count.to_string(), yuan(credited), yuan(transit)]);
    }
    table
}

fn places(state: &State) -> Table {
    let mut table = payments_table("地区");
    // The finance unit right below the province stands for the place: ten cities, Yangling, Hancheng, the province itself.
    let place = |payout: &Payout| {
        let mut place = state.applications.get(payout.application).unit;
        for (unit, row) in state.orgs.chain(place, |unit| unit.parent) {
            place = unit;
            if row.level <= Level::City {
                break;
            }
        }
        place
    };
    for (unit, (count, credited, transit)) in by(state, place) {
        table.row([org_name(state, unit).to_owned(), count.to_string(), yuan(credited), yuan(transit)]);
    }
    table
}

fn returns(state: &State) -> Table {
    let mut sums: BTreeMap<u8, (u64, i128, u64)> = BTreeMap::new();
    let mut reissued = std::collections::BTreeSet::new();
    reissued.extend(state.payouts.iter().filter_map(|(_, payout)| payout.reissue_of.handle()));
    for (handle, payout) in state.payouts.iter().filter(|(_, payout)| payout.reason != 0) {
        let sum = sums.entry(payout.reason).or_default();
        sum.0 += 1;
        sum.1 += i128::from(payout.fen);
        sum.2 += u64::from(reissued.contains(&handle));
    }
    let mut table = Table::new(&[
        ("原因", Align::Left),
        ("", Align::Left),
        ("笔数", Align::Right),
        ("金额（元）", Align::Right),
        ("其中已补发", Align::Right),
    ]);
    for (reason, (count, fen, again)) in sums {
        let text = return_reasons::reason_zh(reason).to_owned();
        table.row([return_reasons::reason_code(reason), text, count.to_string(), yuan(fen), again.to_string()]);
    }
    table
}

fn refusals(state: &State) -> Table {
    let mut table = Table::new(&[
        ("序号", Align::Right),
        ("代码", Align::Left),
        ("原因", Align::Left),
        ("怎么办 remedy", Align::Left),
    ]);
    for (_, refused) in state.refused.iter().take(20) {
        let code = refused.refusal.code;
        table.row([
            refused.index.to_string(),
            code.name().to_owned(),
            code.sentence().0.to_owned(),
            code.remedy().to_owned(),
        ]);
    }
    table
}

fn findings(state: &State) -> Table {
    let mut sums: BTreeMap<&str, (&str, u64, u64, i128)> = BTreeMap::new();
    for (_, finding) in state.findings.iter() {
        let sum = sums.entry(finding.kind.name()).or_insert((finding.kind.sentence_zh(), 0, 0, 0));
        sum.1 += 1;
        sum.2 += u64::from(finding.stands());
        sum.3 += if finding.open { i128::from(finding.in_suspense()) } else { 0 };
    }
    let mut table = Table::new(&[
        ("发现", Align::Left),
        ("", Align::Left),
        ("次数", Align::Right),
        ("未结", Align::Right),
        ("未结金额（元）", Align::Right),
    ]);
    for (name, (sentence, count, open, fen)) in sums {
        table.row([name.to_owned(), sentence.to_owned(), count.to_string(), open.to_string(), yuan(fen)]);
    }
    table
}

/// A payment that came back and was reissued, as it says most; else the first.
fn trace(text: &mut String, state: &State) {
    let story = |payout: &Payout| payout.reissue_of.is_some() && payout.progress == Progress::Credited;
    let found = state.payouts.iter().find(|(_, payout)| story(payout)).or_else(|| state.payouts.iter().next());
    let Some((latest, payout)) = found else { return };
    for (at, one) in state.payouts.chain(latest, |payout| payout.reissue_of) {
        if at != latest {
            let _ = writeln!(text, "  ↑ 补发自 reissue of");
        }
        step(text, state, one);
    }
    let award = state.awards.get(payout.award);
    let roster = state.rosters.get(award.roster);
    let _ = writeln!(
        text,
        "  资助 award {}  {}  {}  {} 学年  {} 元  花名册第 {} 行  审核 {}  批准 {}",
        award.id,
        programme_name(state, roster.programme),
        org_name(state, roster.school),
        roster.academic_year,
        yuan(award.fen.into()),
        award.number,
        roster.set.reviewer,
        roster.set.approver,
    );
    for piece in state.pieces_of(payout) {
        let _ = writeln!(text, "  资金 {:>12} 元 来自 from", yuan(piece.fen.into()));
        origin(text, state, piece.line);
    }
    let _ = writeln!(text, "\n  mingzhang trace {}  可再查 asks again\n", payout.id);
}

fn step(text: &mut String, state: &State, payout: &Payout) {
    let application = state.applications.get(payout.application);
    let end = match payout.progress {
        Progress::Returned => {
            format!("退回 {} {}", return_reasons::reason_code(payout.reason), return_reasons::reason_zh(payout.reason))
        }
        Progress::Credited => "到卡 credited".to_owned(),
        Progress::Ordered | Progress::Unknown => "在途 in transit".to_owned(),
    };
    let _ = writeln!(
        text,
        "  支付 payout {}  {} 元  {}  第 {} 行  {} {}",
        payout.id,
        yuan(payout.fen.into()),
        org_name(state, application.unit),
        payout.number,
        payout.on,
        end,
    );
}

fn origin(text: &mut String, state: &State, line: Handle<Line>) {
    for (depth, (_, row)) in (1..).zip(state.lines.chain(line, |row| row.parent)) {
        let indent = "   ".repeat(depth);
        let _ = writeln!(
            text,
            "  {indent}└ {}  {}  {} 元  {}",
            row.document,
            org_name(state, row.unit),
            yuan(row.received.into()),
            source_zh(row.source),
        );
    }
}
