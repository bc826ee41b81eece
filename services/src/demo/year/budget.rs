//! The budget documents of the demo's year: what every paying unit needs, and how it comes down to it.
//!
//! Advance documents of December 2020 pay the spring, formal ones of April 2021 the autumn. Document numbers are made up.

use super::DemoError;
use super::csv::Table;
use super::delivery::Delivery;
use super::orgs::{CENTRE, PROVINCE, Route};
use super::outcomes::Year;
use super::programmes::Programme;
use ledger::money::Yuan;
use std::collections::BTreeMap;

pub const HEAD: &str = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,支出科目,预算项目,直达资金,来源文号,来源行号,来源单位编号,金额,生效日期";
/// The project code of the transfer, as in the notice of 2022.
const PROJECT: &str = "Z155050000004";

/// Which documents pay.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Round {
    /// 提前下达, December 2020; pays the spring.
    Advance,
    /// April 2021; pays the autumn.
    Formal,
}

impl Round {
    /// Year of the document numbers, and the days of centre, province, city.
    fn dates(self) -> (u16, [&'static str; 3]) {
        match self {
            Self::Advance => (2020, ["2020-12-01", "2020-12-15", "2020-12-28"]),
            Self::Formal => (2021, ["2021-04-12", "2021-04-28", "2021-05-17"]),
        }
    }

    /// Added to document numbers, which go on from round to round within a year of their own.
    fn step(self) -> u32 {
        match self {
            Self::Advance => 200,
            Self::Formal => 40,
        }
    }
}

/// Whose money, in the order of draws.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// The centre's.
    Central,
    /// The province's.
    Province,
    /// The city's.
    City,
    /// The county's.
    County,
}

impl Source {
    fn zh(self) -> &'static str {
        match self {
            Self::Central => "中央",
            Self::Province => "省级",
            Self::City => "市级",
            Self::County => "县级",
        }
    }
}

/// What one document line is for.
pub type Purse = (usize, usize, Round, Source);

/// Lines of all units, and what they hold.
#[derive(Debug, Default)]
pub struct Budget {
    /// What each unit's line holds, its reserve included.
    need: BTreeMap<Purse, i64>,
    /// What of it nobody will need.
    spare: BTreeMap<Purse, i64>,
    /// `文号#行号` of each unit's line.
    lines: BTreeMap<Purse, (String, u32)>,
}

/// Who pays which part of an amount.
#[must_use]
pub fn split(route: Route, programme: Programme, fen: i64) -> Vec<(Source, i64)> {
    let central = fen * programme.central_percent(route == Route::Central) / 100;
    let local = fen - central;
    let mut parts = vec![(Source::Central, central)];
    match (programme, route) {
        (Programme::Primary | Programme::Junior, _) => {
            parts.push((Source::Province, local / 2));
            parts.push((Source::County, local - local / 2));
        }
        // The capital bears its part itself; elsewhere the province does. A choice of the demo.
        (_, Route::City(0)) => parts.push((Source::City, local)),
        _ => parts.push((Source::Province, local)),
    }
    parts.retain(|(_, fen)| *fen > 0);
    parts
}

impl Budget {
    /// Adds up what the year needs.
    #[must_use]
    pub fn of(year: &Year) -> Self {
        let mut budget = Self::default();
        for school in &year.schools {
            let unit = school.org.unit;
            let route = year.places.units[unit].route;
            for student in year.students(school) {
                let terms = [(Round::Advance, student.spring_fen()), (Round::Formal, student.autumn_fen())];
                for (round, fen) in terms {
                    for (source, part) in split(route, school.programme, fen.unwrap_or(0)) {
                        *budget.need.entry((unit, school.programme.money(), round, source)).or_insert(0) += part;
                    }
                }
            }
        }
        budget.add_reserves(year);
        budget
    }

    /// The line of a purse as offices name it.
    #[must_use]
    pub fn line(&self, purse: Purse) -> String {
        self.lines.get(&purse).map_or_else(String::new, |(document, line)| format!("{document}#{line}"))
    }

    /// Counties get a hundredth more of the formal central money than they will need.
    fn add_reserves(&mut self, year: &Year) {
        for (purse, fen) in &mut self.need {
            let county = matches!(year.places.units[purse.0].route, Route::City(_) | Route::Direct);
            if county && (purse.2, purse.3) == (Round::Formal, Source::Central) && *fen > 0 {
                let more = spare(*fen);
                *fen += more;
                self.spare.insert(*purse, more);
            }
        }
    }

    /// Writes the documents of a round, level by level.
    pub fn write(&mut self, year: &Year, round: Round, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        let name = if round == Round::Advance { "提前下达" } else { "正式下达" };
        files.write(&format!("指标-中央-{name}"), "财政部/预算", |path| self.centre(year, round, path))?;
        files.write(&format!("指标-省级-{name}"), "陕西省财政厅/预算", |path| {
            self.province(year, round, path)
        })?;
        for city in 0..year.places.cities.len() {
            let place = &year.places.cities[city].name;
            let principal = format!("{place}财政局/预算");
            files.write(&format!("指标-{place}-{name}"), &principal, |path| self.city(year, city, round, path))?;
        }
        let own = |budget: &mut Self, path: &std::path::Path| {
            let mut table = Table::create(path, HEAD)?;
            budget.county_money(year, |route| route == Route::Direct, round, &mut table)?;
            table.finish()
        };
        files.write(&format!("指标-杨凌韩城-{name}"), "韩城市财政局/预算", |path| own(self, path))
    }

    fn centre(&mut self, year: &Year, round: Round, path: &std::path::Path) -> Result<u64, DemoError> {
        let (of, days) = round.dates();
        let (issued, passed) =
            (format!("财预〔{of}〕{}号", round.step()), format!("财教〔{of}〕{}号", round.step() + 8));
        let mut table = Table::create(path, HEAD)?;
        let ministry = |unit: usize| year.places.units[unit].route == Route::Central;
        for money in 0..Programme::MONEY.len() {
            let fen = self.sum(money, round, Source::Central, |_| true);
            issue(&mut table, (round, days[0]), (&issued, money + 1, CENTRE), money, Source::Central, fen)?;
            let province = self.sum(money, round, Source::Central, |unit| !ministry(unit));
            let from = (issued.as_str(), money + 1, CENTRE);
            pass(&mut table, days[0], (&passed, money + 1, PROVINCE), from, province)?;
        }
        let mut line = Programme::MONEY.len();
        for (index, unit) in year.places.units.iter().enumerate().filter(|(_, u)| u.route == Route::Central) {
            line += 1;
            let purse = (index, 3, round, Source::Central);
            let from = (issued.as_str(), 4, CENTRE);
            pass(&mut table, days[0], (&passed, line, &unit.number), from, self.fen(purse))?;
            self.put(purse, &passed, line);
        }
        self.province_keeps(year, round, Source::Central, &passed);
        table.finish()
    }

    /// The province pays its universities from its own line of the centre's document.
    fn province_keeps(&mut self, year: &Year, round: Round, source: Source, document: &str) {
        if let Some(unit) = year.places.units.iter().position(|u| u.route == Route::Province) {
            self.put((unit, 3, round, source), document, 4);
        }
    }

    fn province(&mut self, year: &Year, round: Round, path: &std::path::Path) -> Result<u64, DemoError> {
        let (of, days) = round.dates();
        let issued = format!("陕财预〔{of}〕{}号", round.step() + 3);
        let passed = format!("陕财办教〔{of}〕{}号", round.step() + 110);
        let central = format!("财教〔{of}〕{}号", round.step() + 8);
        let mut table = Table::create(path, HEAD)?;
        for money in 0..Programme::MONEY.len() {
            let fen = self.sum(money, round, Source::Province, |_| true);
            issue(&mut table, (round, days[1]), (&issued, money + 1, PROVINCE), money, Source::Province, fen)?;
        }
        self.province_keeps(year, round, Source::Province, &issued);
        let mut line = 0;
        for source in [Source::Central, Source::Province] {
            for money in 0..Programme::MONEY.len() {
                let giving = if source == Source::Central { &central } else { &issued };
                let from = (giving.as_str(), money + 1, PROVINCE);
                for (city, place) in year.places.cities.iter().enumerate() {
                    let of_city = |unit: usize| year.places.units[unit].route == Route::City(city);
                    let fen = self.sum(money, round, source, of_city);
                    let to = city_line(city, money, source);
                    pass(&mut table, days[1], (&passed, to, &place.number()), from, fen)?;
                }
                for (index, unit) in year.places.units.iter().enumerate().filter(|(_, u)| u.route == Route::Direct) {
                    let purse = (index, money, round, source);
                    line += 1;
                    let to = year.places.cities.len() * 8 + line;
                    pass(&mut table, days[1], (&passed, to, &unit.number), from, self.fen(purse))?;
                    self.put(purse, &passed, to);
                }
            }
        }
        table.finish()
    }

    fn city(&mut self, year: &Year, city: usize, round: Round, path: &std::path::Path) -> Result<u64, DemoError> {
        let (of, days) = round.dates();
        let place = &year.places.cities[city];
        let (number, issuer) = (place.number(), place.issuer());
        let issued = format!("{issuer}财预〔{of}〕{}号", round.step() + 5);
        let passed = format!("{issuer}财教〔{of}〕{}号", round.step() + 21);
        let above = format!("陕财办教〔{of}〕{}号", round.step() + 110);
        let of_city = |unit: usize| year.places.units[unit].route == Route::City(city);
        let mut table = Table::create(path, HEAD)?;
        for money in 0..Programme::MONEY.len() {
            let fen = self.sum(money, round, Source::City, of_city);
            issue(&mut table, (round, days[2]), (&issued, money + 1, &number), money, Source::City, fen)?;
        }
        let mut line = 0;
        for (index, unit) in year.places.units.iter().enumerate().filter(|(i, _)| of_city(*i)) {
            for money in 0..Programme::MONEY.len() {
                for source in [Source::Central, Source::Province, Source::City] {
                    let from = match source {
                        Source::City => (issued.as_str(), money + 1, number.as_str()),
                        _ => (above.as_str(), city_line(city, money, source), number.as_str()),
                    };
                    let purse = (index, money, round, source);
                    if self.fen(purse) > 0 {
                        line += 1;
                        pass(&mut table, days[2], (&passed, line, &unit.number), from, self.fen(purse))?;
                        self.put(purse, &passed, line);
                    }
                }
            }
        }
        self.county_money(year, |route| route == Route::City(city), round, &mut table)?;
        table.finish()
    }

    /// What counties add of their own.
    fn county_money(
        &mut self,
        year: &Year,
        theirs: impl Fn(Route) -> bool,
        round: Round,
        table: &mut Table,
    ) -> Result<(), DemoError> {
        let (of, days) = round.dates();
        for (index, unit) in year.places.units.iter().enumerate().filter(|(_, u)| theirs(u.route)) {
            let document = format!("{}财预〔{of}〕{}号", unit.name, round.step() + 6);
            for money in 0..Programme::MONEY.len() {
                let purse = (index, money, round, Source::County);
                let fen = self.fen(purse);
                issue(table, (round, days[2]), (&document, money + 1, &unit.number), money, Source::County, fen)?;
                if fen > 0 {
                    self.put(purse, &document, money + 1);
                }
            }
        }
        Ok(())
    }

    /// Writes what one city takes back of its counties' reserves at the end of the year.
    pub fn write_recall(&self, year: &Year, files: &mut Delivery<'_>) -> Result<(), DemoError> {
        const CITY: usize = 2;
        let place = &year.places.cities[CITY];
        let document = format!("{}财教〔2021〕288号", place.issuer());
        let principal = format!("{}财政局/预算", place.name);
        files.write(&format!("指标-{}-收回", place.name), &principal, |path| {
            let mut table = Table::create(path, HEAD)?;
            for ((unit, money, round, source), fen) in &self.spare {
                let from = &year.places.units[*unit];
                if from.route != Route::City(CITY) {
                    continue;
                }
                let Some((giving, line)) = self.lines.get(&(*unit, *money, *round, *source)) else { continue };
                let (number, yuan) = (&from.number, Yuan(*fen));
                table.row(format_args!("收回,{document},,,,,,,,,{giving},{line},{number},{yuan},2021-12-20"))?;
            }
            table.finish()
        })
    }

    fn fen(&self, purse: Purse) -> i64 {
        self.need.get(&purse).copied().unwrap_or(0)
    }

    fn put(&mut self, purse: Purse, document: &str, line: usize) {
        self.lines.insert(purse, (document.to_owned(), u32::try_from(line).unwrap_or(0)));
    }

    fn sum(&self, money: usize, round: Round, source: Source, of: impl Fn(usize) -> bool) -> i64 {
        let wanted = |purse: &Purse| (purse.1, purse.2, purse.3) == (money, round, source) && of(purse.0);
        self.need.iter().filter(|(purse, _)| wanted(purse)).map(|(_, fen)| fen).sum()
    }
}

/// A hundredth of what is needed, in whole hundreds of yuan, at least a thousand yuan.
fn spare(need: i64) -> i64 {
    (need / 1_000_000 * 10_000).max(100_000)
}

fn city_line(city: usize, money: usize, source: Source) -> usize {
    city * 8 + money * 2 + usize::from(source != Source::Central) + 1
}

type Line<'a> = (&'a str, usize, &'a str);

fn issue(
    table: &mut Table,
    (round, day): (Round, &str),
    (document, line, unit): Line<'_>,
    money: usize,
    source: Source,
    fen: i64,
) -> Result<(), DemoError> {
    if fen == 0 {
        return Ok(());
    }
    let action = if round == Round::Advance { "提前下达" } else { "下达" };
    let (code, item) = Programme::MONEY[money];
    let direct = if source == Source::Central { "是" } else { "否" };
    let (source, yuan) = (source.zh(), Yuan(fen));
    table.row(format_args!(
        "{action},{document},{line},{unit},2021,{code},{source},{item},{PROJECT},{direct},,,,{yuan},{day}"
    ))
}

fn pass(
    table: &mut Table,
    day: &str,
    (document, line, unit): Line<'_>,
    (from, from_line, giver): Line<'_>,
    fen: i64,
) -> Result<(), DemoError> {
    if fen == 0 {
        return Ok(());
    }
    let yuan = Yuan(fen);
    table.row(format_args!("分配,{document},{line},{unit},,,,,,,{from},{from_line},{giver},{yuan},{day}"))
}
