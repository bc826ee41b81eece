//! The files of the loans, in the order of their import: a year of lenders, universities and aid centres.
//! What they say is planned in the neighbouring files; payments and their documents stand in `money`.

use super::super::csv::Table;
use super::super::delivery::Delivery;
use super::super::orgs::PROVINCE;
use super::super::outcomes::Year;
use super::super::programmes::Programme;
use super::super::{DemoError, people};
use super::borrowers::{Borrower, End, Fate};
use super::claims::{self, CLAIMS, Claim, Outcome};
use super::deeds::Act;
use super::fund::{Fund, YEARS, rewarded_on};
use super::life::deeds;
use super::money::{self, Remitted};
use super::rules::Rules;
use super::{COUNTY_CENTRE, LENDERS, Loans, PROVINCE_CENTRE, day, kind_zh, lender};
use ledger::event::{DayBasis, LoanKind, Payer};
use ledger::hash::hex;
use ledger::money::{Day, Fen, Yuan};
use sha2::{Digest, Sha256};

/// Who tells of students.
const EDUCATION: &str = "陕西省教育厅/学籍";
/// Rows that tell of students.
const STUDENTS: &str = "身份证号,姓名,户籍区划代码,学校编号,学籍状态,生效日期,卡号";

/// Writes the files of the loans' year and says what its claims come to.
pub fn write(
    year: &Year,
    loans: &Loans,
    funds: &[Fund; 2],
    rules: &Rules,
    files: &mut Delivery<'_>,
) -> Result<Vec<Outcome>, DemoError> {
    let writer = Writer { year, loans, funds, rules };
    let mut outcomes = Vec::new();
    files.write("机构-贷款", "陕西省财政厅/预算", write_orgs)?;
    files.write("学籍-往届毕业生", EDUCATION, |path| writer.alumni(path))?;
    let mut before = Day::default();
    for (quarter, end) in (1..).zip([day(2021, 3, 31), day(2021, 6, 30), day(2021, 9, 30), day(2021, 12, 31)]) {
        writer.quarter(quarter, before, end, files)?;
        if quarter == 3 {
            writer.after_the_third_quarter(&mut outcomes, files)?;
        } else {
            files.accrue(end);
        }
        before = end;
    }
    writer.after_the_year(&mut outcomes, files)?;
    Ok(outcomes)
}

struct Writer<'a> {
    year: &'a Year,
    loans: &'a Loans,
    funds: &'a [Fund; 2],
    rules: &'a Rules,
}

impl Writer<'_> {
    /// What a quarter brings: contracts, status, movements. The first one tells everything since the beginning.
    fn quarter(&self, quarter: u8, before: Day, end: Day, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        for (kind, _, name) in LENDERS {
            let of = kind_zh(kind);
            files.write(&format!("贷款合同-{of}-2021Q{quarter}"), &format!("{name}/信贷"), |path| {
                self.contracts(path, kind, before, end)
            })?;
        }
        match quarter {
            2 => self.write_graduates("学籍-2021届毕业", Fate::Graduated, files)?,
            4 => {
                files.write("学籍-休学", EDUCATION, |path| self.leaves(path))?;
                // Learnt in November, when the third quarter is accrued and its book closed.
                self.write_graduates("学籍-2021届毕业-补报", Fate::LateNotice, files)?;
            }
            _ => {}
        }
        for (kind, _, name) in LENDERS {
            let of = kind_zh(kind);
            files.write(&format!("贷款流水-{of}-2021Q{quarter}"), &format!("{name}/会计"), |path| {
                self.movements(path, kind, before, end)
            })?;
        }
        Ok(())
    }

    /// Interest through September, the lenders' books closed, the compensation of the risk year that ended, and the claim
    /// of the quarter.
    fn after_the_third_quarter(&self, outcomes: &mut Vec<Outcome>, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files.accrue(day(2021, 9, 30));
        files.write("关账-贷款机构-2021Q3", "陕西省学生资助管理中心/会计", |path| {
            let mut table = Table::create(path, "机构编号,账簿,截止日,生效日期")?;
            for (_, number, _) in LENDERS {
                table.row(format_args!("{number},贷款,2021-09-30,2021-10-08"))?;
            }
            table.finish()
        })?;
        self.compute(YEARS[0], day(2021, 9, 30), files);
        let mut payments = self.claims(&CLAIMS[..1], outcomes, files)?;
        payments.extend(self.funds.each_ref().map(Remitted::of_fund));
        money::write_documents(&payments, files)?;
        money::write_payments("2021Q3", &payments, files)?;
        files.write("补偿金到账-学校", "秦川银行股份有限公司/会计", |path| {
            write_received(path, self.funds)
        })
    }

    /// What was claimed for too many days comes back; the other claims, their payment, and what becomes of the funds.
    fn after_the_year(&self, outcomes: &mut Vec<Outcome>, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files.write("贷款流水-多领退回", "秦川银行股份有限公司/贴息", |path| {
            let mut table =
                Table::create(path, "贷款机构,合同编号,业务,生效日期,金额,流水号,申报内容,付款单位,申报编号,行号")?;
            let of = lender(CLAIMS[0].kind);
            for (line, number, fen) in claims::overclaimed(self.loans, &CLAIMS[0]) {
                let (yuan, claim) = (Yuan(fen), CLAIMS[0].number);
                table.row(format_args!(
                    "{of},{number},多领退回,2022-01-11,{yuan},TH-{number},贴息,{PROVINCE},{claim},{line}"
                ))?;
            }
            table.finish()
        })?;
        let payments = self.claims(&CLAIMS[1..], outcomes, files)?;
        money::write_documents(&payments, files)?;
        money::write_payments("2021Q4", &payments, files)?;
        self.compute(YEARS[1], rewarded_on(), files);
        write_fund(self.loans, &self.funds[LoanKind::Origin as usize], files)?;
        files.write("补偿金对账", "陕西省学生资助管理中心/会计", |path| {
            let mut table = Table::create(path, "贷款机构,贷款种类,余额,生效日期")?;
            for fund in self.funds {
                let (lender, kind, held) = (lender(fund.kind), kind_zh(fund.kind), Yuan(fund.stock()));
                table.row(format_args!("{lender},{kind},{held},2022-02-28"))?;
            }
            table.finish()
        })
    }

    /// The aid centre computes the compensation of a risk year.
    fn compute(&self, risk_year: u16, on: Day, files: &mut Delivery<'_>) {
        files.say(self.funds.iter().flat_map(|fund| fund.computed(self.year, risk_year, on)).collect());
    }

    /// Claims and their approval; the payments they lead to.
    fn claims<'c>(
        &self,
        claims: &'c [Claim],
        outcomes: &mut Vec<Outcome>,
        files: &mut Delivery<'_>,
    ) -> Result<Vec<Remitted<'c>>, DemoError> {
        let mut payments = Vec::new();
        for claim in claims {
            let name = LENDERS[claim.kind as usize].2;
            files.write(&format!("贴息申报-{}", claim.number), &format!("{name}/贴息"), |path| {
                let (rows, outcome) = claims::write(path, self.year, self.loans, claim)?;
                payments.push(Remitted::of_claim(claim, &outcome, self.rules));
                outcomes.push(outcome);
                Ok(rows)
            })?;
        }
        money::write_approvals(claims, files)?;
        Ok(payments)
    }

    fn contracts(&self, path: &std::path::Path, kind: LoanKind, after: Day, until: Day) -> Result<u64, DemoError> {
        let head = "贷款机构,合同编号,身份证号,学校,贷款种类,学历层次,学年,计息基准,预计毕业日,首次还本日,到期日,合同校验值,生效日期";
        let mut table = Table::create(path, head)?;
        let (lender, zh) = (lender(kind), kind_zh(kind));
        for (contract, borrower) in self.loans.of(kind) {
            let signed = contract.signed(borrower);
            if signed <= after || signed > until {
                continue;
            }
            let number = contract.number(borrower);
            let id = people::id_number(Programme::University, borrower.position);
            let school = &self.year.schools[borrower.school].org.number;
            let basis = if contract.basis(borrower) == DayBasis::D360 { 360 } else { 365 };
            let ((repay_from, matures), of) = (contract.due(borrower), contract.year);
            let hash = hex(&Sha256::digest(number.as_bytes()));
            let graduates = borrower.graduates;
            table.row(format_args!(
                "{lender},{number},{id},{school},{zh},本专科,{of},{basis},{graduates}-06-30,{repay_from},{matures},{hash},{signed}"
            ))?;
        }
        table.finish()
    }

    fn movements(&self, path: &std::path::Path, kind: LoanKind, after: Day, until: Day) -> Result<u64, DemoError> {
        let mut table = Table::create(path, "贷款机构,合同编号,业务,生效日期,金额,项目,流水号")?;
        let lender = lender(kind);
        for (contract, borrower) in self.loans.of(kind) {
            let number = contract.number(borrower);
            for (at, deed) in deeds(contract, borrower).iter().enumerate() {
                if deed.on <= after || deed.on > until {
                    continue;
                }
                let (word, programme) = match deed.act {
                    Act::Drawn => ("放款", ""),
                    Act::Returned => ("放款退回", ""),
                    Act::Repaid => ("还款", ""),
                    Act::RepaidEarly => ("提前还款", ""),
                    Act::Overdue => ("逾期", ""),
                    Act::WrittenOff => ("核销", ""),
                    Act::StateRepaid => ("代偿", "GRASS-COMP"),
                };
                let (on, yuan, n) = (deed.on, Yuan(deed.fen), at + 1);
                table.row(format_args!("{lender},{number},{word},{on},{yuan},{programme},{number}-{n}"))?;
            }
        }
        table.finish()
    }

    /// Graduates of 2018 and what became of them; they have no cards, as no aid is paid to them.
    fn alumni(&self, path: &std::path::Path) -> Result<u64, DemoError> {
        let mut table = Table::create(path, STUDENTS)?;
        for borrower in &self.loans.borrowers {
            let Fate::Alumnus(end) = borrower.fate else { continue };
            self.status(&mut table, borrower, "在籍", day(2014, 9, 1), "610102")?;
            self.status(&mut table, borrower, "毕业", borrower.graduated().unwrap_or_default(), "")?;
            if end == End::WrittenOff {
                self.status(&mut table, borrower, "死亡", day(2020, 10, 5), "")?;
            }
        }
        table.finish()
    }

    /// Who graduated in time to be told of in June, or, asked for late notices, who was told of in November.
    fn write_graduates(&self, name: &str, fate: Fate, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        files.write(name, EDUCATION, |path| {
            let mut table = Table::create(path, STUDENTS)?;
            let late = fate == Fate::LateNotice;
            for borrower in &self.loans.borrowers {
                let of_them = matches!(borrower.fate, Fate::Graduated | Fate::Settles | Fate::LateNotice);
                if let (true, Some(on)) = (of_them && late == (borrower.fate == Fate::LateNotice), borrower.graduated())
                {
                    self.status(&mut table, borrower, "毕业", on, "")?;
                }
            }
            table.finish()
        })
    }

    fn leaves(&self, path: &std::path::Path) -> Result<u64, DemoError> {
        let mut table = Table::create(path, STUDENTS)?;
        for borrower in &self.loans.borrowers {
            let word = match borrower.fate {
                Fate::Leave => "休学",
                Fate::IllnessLeave => "因病休学",
                _ => continue,
            };
            self.status(&mut table, borrower, word, day(2021, 10, 12), "")?;
        }
        table.finish()
    }

    fn status(
        &self,
        table: &mut Table,
        borrower: &Borrower,
        word: &str,
        on: Day,
        origin: &str,
    ) -> Result<(), DemoError> {
        let (id, name) = (people::id_number(Programme::University, borrower.position), people::name(borrower.position));
        let school = &self.year.schools[borrower.school].org.number;
        table.row(format_args!("{id},{name},{origin},{school},{word},{on},"))
    }
}

fn write_orgs(path: &std::path::Path) -> Result<u64, DemoError> {
    let head = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,隶属关系,生效日期";
    let mut table = Table::create(path, head)?;
    let mut add = |number: &str, name: &str, level: &str, role: &str, above: &str, place: u32| {
        table.row(format_args!("{number},{name},{level},{role},{above},{place},地方,2014-01-01"))
    };
    for (_, number, name) in LENDERS {
        add(number, name, "省级", "银行", "610000CZ", 610_000)?;
    }
    let (number, name) = PROVINCE_CENTRE;
    add(number, name, "省级", "资助中心", "610000JY", 610_000)?;
    let (number, name) = COUNTY_CENTRE;
    add(number, name, "县级", "资助中心", "610102JY", 610_102)?;
    table.finish()
}

/// Universities pay their part to the lender themselves.
fn write_received(path: &std::path::Path, funds: &[Fund; 2]) -> Result<u64, DemoError> {
    let mut table = Table::create(path, "贷款机构,贷款种类,所属年度,承担方,金额,流水号,生效日期")?;
    for fund in funds {
        for (at, share) in fund.shares.iter().enumerate().filter(|(_, share)| share.year == YEARS[0]) {
            let own = share.parts.iter().filter(|(payer, fen)| *payer == Payer::University && *fen > 0);
            for (_, fen) in own {
                let (lender, kind, of, yuan) = (lender(fund.kind), kind_zh(fund.kind), share.year, Yuan(*fen));
                table.row(format_args!("{lender},{kind},{of},学校,{yuan},XX-{lender}-{of}-{at},2021-10-20"))?;
            }
        }
    }
    table.finish()
}

/// The surplus of the origin loans' fund is rewarded; the centres spend a part, once for what is not allowed.
fn write_fund(loans: &Loans, fund: &Fund, files: &mut Delivery<'_>) -> Result<(), DemoError> {
    if !fund.is_rewarded() {
        return Ok(());
    }
    let [province, county] = fund.rewards();
    let (of, kind, surplus, on) = (lender(fund.kind), kind_zh(fund.kind), Yuan(fund.surplus()), rewarded_on());
    files.write("结余奖励", "陕西省财政厅/教科文处", |path| {
        let head = "贷款机构,贷款种类,所属年度,结余,奖励编号,受奖单位,金额,生效日期";
        let mut table = Table::create(path, head)?;
        for (reward, (centre, _), fen) in [("JL-1", PROVINCE_CENTRE, province), ("JL-2", COUNTY_CENTRE, county)] {
            let yuan = Yuan(fen);
            table.row(format_args!("{of},{kind},2021,{surplus},{reward},{centre},{yuan},{on}"))?;
        }
        table.finish()
    })?;
    files.write("奖励使用", "陕西省学生资助管理中心/财务", |path| {
        let ((at_province, _), (at_county, _)) = (PROVINCE_CENTRE, COUNTY_CENTRE);
        let mut table = Table::create(path, "受奖单位,奖励编号,用途,金额,生效日期")?;
        table.row(format_args!("{at_county},JL-2,宣传,{},2022-02-11", Yuan(county / 4)))?;
        table.row(format_args!("{at_county},JL-2,临时人员,{},2022-02-14", Yuan(county / 3)))?;
        // A provincial centre may use rewards for relief alone; the ledger turns this away.
        table.row(format_args!("{at_province},JL-1,差旅,{},2022-02-15", Yuan(province / 5)))?;
        table.finish()
    })?;
    let relieved = loans.of(fund.kind).find(|(_, borrower)| borrower.fate == Fate::Alumnus(End::Relieved));
    let Some((contract, borrower)) = relieved else { return Ok(()) };
    files.write("贷款流水-救助", "陕西省学生资助管理中心/救助", |path| {
        let mut table = Table::create(path, "贷款机构,合同编号,业务,生效日期,金额,受奖单位,奖励编号,事由")?;
        let (yuan, centre) = (Yuan(relief(province, contract.fen)), PROVINCE_CENTRE.0);
        table.row(format_args!("{of},{},救助,2022-02-16,{yuan},{centre},JL-1,重大疾病", contract.number(borrower)))?;
        table.finish()
    })
}

/// Half of the centre's reward, at most half of the loan.
fn relief(reward: Fen, loan: Fen) -> Fen {
    (reward / 2).min(loan / 2)
}
