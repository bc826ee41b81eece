//! What finance pays lenders in the demo: document lines down to the province, payments drawn on them, approvals, results.

use super::super::DemoError;
use super::super::budget::HEAD as DOCUMENTS;
use super::super::csv::Table;
use super::super::delivery::Delivery;
use super::super::orgs::{CENTRE, PROVINCE};
use super::super::rosters::DECISIONS;
use super::claims::{Claim, Outcome};
use super::fund::{Fund, YEARS};
use super::rules::Rules;
use super::{day, kind_zh, lender};
use ledger::event::{LoanKind, Payer, Subordination};
use ledger::money::{Day, Fen, Yuan};
use std::collections::BTreeMap;

/// Who prepares payments to lenders, who approves them, who carries them out.
const PREPARES: &str = "陕西省学生资助管理中心/制单";
const APPROVES: &str = "陕西省财政厅/教科文处";
const TREASURY: &str = "国库代理银行";

/// What a payment is for.
#[derive(Clone, Copy, Debug)]
enum For<'a> {
    Claim(&'a Claim),
    Compensation(LoanKind, u16),
}

/// A payment to a lender.
#[derive(Clone, Debug)]
pub struct Remitted<'a> {
    number: String,
    of: For<'a>,
    /// Ordered, approved, paid.
    days: [Day; 3],
    /// Central and provincial money.
    parts: [Fen; 2],
}

impl Remitted<'_> {
    /// The compensation of a risk year.
    #[must_use]
    pub fn of_fund(fund: &Fund) -> Self {
        let owed = fund.owed(YEARS[0]);
        let number = format!("BC-{}-{}", lender(fund.kind), YEARS[0]);
        let days = [day(2021, 10, 13), day(2021, 10, 15), day(2021, 10, 19)];
        Self { number, of: For::Compensation(fund.kind, YEARS[0]), days, parts: parts(&owed) }
    }

    /// Whose documents pay it.
    fn round(&self) -> usize {
        let ordered = self.days[0];
        usize::from(ordered >= day(2021, 11, 19)) + usize::from(ordered >= day(2022, 1, 1))
    }

    fn fiscal_year(&self) -> u16 {
        ROUNDS[self.round()].fiscal_year
    }

    fn programme(&self) -> usize {
        usize::from(matches!(self.of, For::Compensation(..)))
    }
}

impl<'a> Remitted<'a> {
    /// The confirmed sum of a claim.
    #[must_use]
    pub fn of_claim(claim: &'a Claim, outcome: &Outcome, rules: &Rules) -> Self {
        let mut owed = BTreeMap::new();
        for ((year, central), fen) in &outcome.parts {
            let of = if *central { Subordination::Central } else { Subordination::Local };
            for (payer, fen) in rules.subsidy(claim.kind, *year, of, *fen) {
                *owed.entry(payer).or_insert(0) += fen;
            }
        }
        let [_, _, ordered, approved, paid] = claim.days();
        let number = format!("BF-{}", claim.number);
        Self { number, of: For::Claim(claim), days: [ordered, approved, paid], parts: parts(&owed) }
    }
}

/// Payments are drawn on lines of the centre and of the province; universities pay lenders themselves.
fn parts(owed: &BTreeMap<Payer, Fen>) -> [Fen; 2] {
    [Payer::Central, Payer::Province].map(|payer| owed.get(&payer).copied().unwrap_or(0))
}

const PROGRAMMES: [&str; 2] = ["LOAN-SUBSIDY", "LOAN-RISK"];

/// The documents of a round: the centre's, passed down by another, and the province's own.
struct Round {
    action: &'static str,
    fiscal_year: u16,
    issued: &'static str,
    passed: &'static str,
    own: &'static str,
    days: [&'static str; 2],
}

/// What pays from September on, what is added in November, and what comes in advance for 2022.
const ROUNDS: [Round; 3] = [
    Round {
        action: "下达",
        fiscal_year: 2021,
        issued: "财预〔2021〕141号",
        passed: "财教〔2021〕176号",
        own: "陕财预〔2021〕64号",
        days: ["2021-09-06", "2021-09-15"],
    },
    Round {
        action: "下达",
        fiscal_year: 2021,
        issued: "财预〔2021〕198号",
        passed: "财教〔2021〕241号",
        own: "陕财预〔2021〕97号",
        days: ["2021-11-08", "2021-11-19"],
    },
    Round {
        action: "提前下达",
        fiscal_year: 2022,
        issued: "财预〔2021〕233号",
        passed: "财教〔2021〕298号",
        own: "陕财预〔2021〕119号",
        days: ["2021-12-06", "2021-12-17"],
    },
];

/// Writes the documents whose lines pay: what is needed, rounded up to whole ten thousands of yuan.
pub fn write_documents(payments: &[Remitted<'_>], files: &mut Delivery<'_>) -> Result<(), DemoError> {
    for round in 0..ROUNDS.len() {
        write_round(round, payments, files)?;
    }
    Ok(())
}

fn write_round(round: usize, payments: &[Remitted<'_>], files: &mut Delivery<'_>) -> Result<(), DemoError> {
    let mut need = [[0; 2]; 2];
    for payment in payments.iter().filter(|payment| payment.round() == round) {
        for (source, fen) in payment.parts.iter().enumerate() {
            need[source][payment.programme()] += fen;
        }
    }
    let Round { action, fiscal_year, issued, passed, own, days } = &ROUNDS[round];
    files.write(&format!("指标-贷款-中央-{}", round + 1), "财政部/预算", |path| {
        let mut table = Table::create(path, DOCUMENTS)?;
        for (at, code) in PROGRAMMES.iter().enumerate().filter(|(at, _)| need[0][*at] > 0) {
            let (n, yuan, on) = (at + 1, Yuan(rounded(need[0][at])), days[0]);
            table.row(format_args!(
                "{action},{issued},{n},{CENTRE},{fiscal_year},{code},中央,2050205,,否,,,,{yuan},{on}"
            ))?;
            table.row(format_args!("分配,{passed},{n},{PROVINCE},,,,,,,{issued},{n},{CENTRE},{yuan},{on}"))?;
        }
        table.finish()
    })?;
    files.write(&format!("指标-贷款-省级-{}", round + 1), "陕西省财政厅/预算", |path| {
        let mut table = Table::create(path, DOCUMENTS)?;
        for (at, code) in PROGRAMMES.iter().enumerate().filter(|(at, _)| need[1][*at] > 0) {
            let (n, yuan, on) = (at + 1, Yuan(rounded(need[1][at])), days[1]);
            table.row(format_args!(
                "{action},{own},{n},{PROVINCE},{fiscal_year},{code},省级,2050205,,否,,,,{yuan},{on}"
            ))?;
        }
        table.finish()
    })
}

fn rounded(fen: Fen) -> Fen {
    (fen / 1_000_000 + 1) * 1_000_000
}

/// Writes payments ordered, approved by another office, paid by the treasury.
pub fn write_payments(name: &str, payments: &[Remitted<'_>], files: &mut Delivery<'_>) -> Result<(), DemoError> {
    let payments: Vec<_> = payments.iter().filter(|payment| payment.parts.iter().sum::<Fen>() > 0).collect();
    files.write(&format!("贷款拨付-{name}"), PREPARES, |path| {
        let head =
            "拨付编号,单位编号,预算年度,用途,申报编号,贷款机构,贷款种类,所属年度,指标1,金额1,指标2,金额2,生效日期";
        let mut table = Table::create(path, head)?;
        for payment in &payments {
            // A claim has its kind, so its rows leave it out; its number is its lender's.
            let of = match payment.of {
                For::Claim(claim) => format!("申报,{},{},,", claim.number, lender(claim.kind)),
                For::Compensation(kind, year) => format!("补偿金,,{},{},{year}", lender(kind), kind_zh(kind)),
            };
            let (number, fiscal, on) = (&payment.number, payment.fiscal_year(), payment.days[0]);
            let draws = draws(payment);
            table.row(format_args!("{number},{PROVINCE},{fiscal},{of},{draws},{on}"))?;
        }
        table.finish()
    })?;
    files.write(&format!("审核意见-贷款拨付-{name}"), APPROVES, |path| {
        let mut table = Table::create(path, "材料类型,单位编号,材料编号,环节,金额,生效日期")?;
        for payment in &payments {
            let (yuan, on) = (Yuan(payment.parts.iter().sum::<Fen>()), payment.days[1]);
            table.row(format_args!("拨付,{PROVINCE},{},批准,{yuan},{on}", payment.number))?;
        }
        table.finish()
    })?;
    files.write(&format!("拨付结果-{name}"), TREASURY, |path| {
        let mut table = Table::create(path, "单位编号,拨付编号,结果,金额,银行流水号,生效日期")?;
        for payment in &payments {
            let (number, yuan, on) = (&payment.number, Yuan(payment.parts.iter().sum::<Fen>()), payment.days[2]);
            table.row(format_args!("{PROVINCE},{number},支付,{yuan},GK-{number},{on}"))?;
        }
        table.finish()
    })
}

/// The draws of a payment: two pairs of cells, the second empty where one line pays it all.
fn draws(payment: &Remitted<'_>) -> String {
    let line = payment.programme() + 1;
    let paid = payment.parts.iter().enumerate().filter(|(_, fen)| **fen > 0);
    let cells = paid.map(|(source, fen)| {
        let round = &ROUNDS[payment.round()];
        let document = if source == 0 { round.passed } else { round.own };
        format!("{document}#{line},{}", Yuan(*fen))
    });
    let mut cells: Vec<String> = cells.collect();
    cells.resize(2, ",".to_owned());
    cells.join(",")
}

/// Writes the approvals of claims by the aid centre.
pub fn write_approvals(claims: &[Claim], files: &mut Delivery<'_>) -> Result<(), DemoError> {
    files.write("审核意见-贴息申报", "陕西省学生资助管理中心/审核", |path| {
        let mut table = Table::create(path, DECISIONS)?;
        for claim in claims {
            let [_, approved, ..] = claim.days();
            let (lender, number) = (lender(claim.kind), claim.number);
            table.row(format_args!("申报,{lender},{number},批准,陕西省学生资助管理中心/审核,{approved}"))?;
        }
        table.finish()
    })
}
