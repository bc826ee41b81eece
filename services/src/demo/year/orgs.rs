//! The organisations of the demo's year: five levels, real places, made-up schools. No people, no money.

use super::DemoError;
use super::csv::Table;
use super::scale::mixed;
use std::path::Path;

const DIVISIONS: &str = include_str!("../../../data/divisions.csv");
const RETIRED: &str = include_str!("../../../data/divisions_retired.csv");

/// The year of the demo.
pub const YEAR: u16 = 2021;
/// Numbers of the two finance organisations above all.
pub const CENTRE: &str = "100000CZ";
/// 陕西省财政厅.
pub const PROVINCE: &str = "610000CZ";
/// The paying banks.
pub const BANKS: [(&str, &str); 2] = [("YH01", "秦川代发银行"), ("YH02", "三秦代发银行")];
/// Universities of the province and of the ministry; none of them exists.
const LOCAL_UNIVERSITIES: [&str; 12] = [
    "秦岭大学",
    "渭水师范大学",
    "长安理工大学",
    "灞桥工程学院",
    "陕北学院",
    "汉江医学院",
    "终南财经学院",
    "关中农业职业学院",
    "延河职业技术学院",
    "丹江学院",
    "铜川矿业职业学院",
    "泾渭信息工程学院",
];
const CENTRAL_UNIVERSITIES: [&str; 2] = ["西岳大学", "河洛农林大学"];

/// Who delivers files together: a city, a unit beside the cities, a university.
#[derive(Clone, Debug)]
pub struct Group {
    /// Short name, for file names.
    pub name: String,
    /// The education side, which prepares rosters.
    pub education: String,
    /// The finance side, which pays.
    pub finance: String,
}

/// How the money of a unit arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// It is the province itself.
    Province,
    /// Through the city with this position.
    City(usize),
    /// From the province directly.
    Direct,
    /// From the centre directly.
    Central,
}

/// A unit whose document lines pay.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its number.
    pub number: String,
    /// Name in the year's beginning, without 财政局.
    pub name: String,
    /// Division code in the year's beginning.
    pub division: u32,
    /// The code and name it has since, if they changed in 2021.
    pub renamed: Option<(u32, String)>,
    /// How its money arrives.
    pub route: Route,
    /// The education organisation under which its schools stand.
    pub education: String,
    /// Share of pupils.
    pub weight: u64,
    /// The group that delivers its files; the first of them for the province.
    pub group: usize,
}

/// A city that passes money down.
#[derive(Clone, Debug)]
pub struct City {
    /// Division code.
    pub division: u32,
    /// Name.
    pub name: String,
}

impl City {
    /// Its finance bureau's number.
    #[must_use]
    pub fn number(&self) -> String {
        format!("{}CZ", self.division)
    }

    /// The word its document numbers begin with.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.name.chars().take(1).collect()
    }
}

/// All places.
#[derive(Clone, Debug)]
pub struct Places {
    /// Cities.
    pub cities: Vec<City>,
    /// Paying units: counties by city, the two beside the cities, the province, the ministry's universities.
    pub units: Vec<Unit>,
    /// Groups, in the order of their units.
    pub groups: Vec<Group>,
}

/// The local universities by position.
#[must_use]
pub fn local_universities() -> &'static [&'static str] {
    &LOCAL_UNIVERSITIES
}

impl Places {
    /// The places of the embedded tables.
    #[must_use]
    pub fn new() -> Self {
        let rows: Vec<[&str; 4]> = DIVISIONS.lines().skip(1).filter_map(cells).collect();
        let mut places = Self { cities: Vec::new(), units: Vec::new(), groups: Vec::new() };
        for [code, name, _, _] in rows.iter().filter(|r| r[2] == "prefecture") {
            let city = places.cities.len();
            places.cities.push(City { division: code.parse().unwrap_or(0), name: (*name).to_owned() });
            let group = places.group(name);
            let counties = rows.iter().filter(|r| r[3] == *code && !beside_the_cities(r[0]));
            for [code, name, ..] in counties {
                places.county(code, name, Route::City(city), group);
            }
        }
        for (code, name) in [("610403", "杨凌示范区"), ("610581", "韩城市")] {
            let group = places.group(name);
            places.county(code, name, Route::Direct, group);
        }
        places.universities();
        places
    }

    /// The counties and the two beside the cities, which stand first.
    #[must_use]
    pub fn counties(&self) -> &[Unit] {
        let end = self.units.iter().position(|u| u.route == Route::Province).unwrap_or(self.units.len());
        &self.units[..end]
    }

    fn group(&mut self, name: &str) -> usize {
        self.groups.push(Group {
            name: name.to_owned(),
            education: format!("{name}教育局"),
            finance: format!("{name}财政局"),
        });
        self.groups.len() - 1
    }

    fn county(&mut self, code: &str, name: &str, route: Route, group: usize) {
        let code: u32 = code.parse().unwrap_or(0);
        let old = RETIRED.lines().skip(1).find_map(|line| {
            let mut cells = line.split(',');
            let (old, old_name, new, _, year) =
                (cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            (new.parse() == Ok(code) && year.parse() == Ok(YEAR))
                .then(|| (old.parse().unwrap_or(0), old_name.to_owned()))
        });
        let renamed = old.as_ref().map(|_| (code, name.to_owned()));
        let (division, name) = old.unwrap_or((code, name.to_owned()));
        self.units.push(Unit {
            number: format!("{division}CZ"),
            education: format!("{division}JY"),
            name,
            division,
            renamed,
            route,
            weight: 50 + mixed(u64::from(code)) % 100,
            group,
        });
    }

    fn universities(&mut self) {
        let first = self.groups.len();
        for name in LOCAL_UNIVERSITIES {
            let finance = "陕西省财政厅".to_owned();
            self.groups.push(Group { name: name.to_owned(), education: name.to_owned(), finance });
        }
        self.units.push(Unit {
            number: PROVINCE.to_owned(),
            name: "陕西省".to_owned(),
            division: 610_000,
            renamed: None,
            route: Route::Province,
            education: "610000JY".to_owned(),
            weight: 88,
            group: first,
        });
        for (i, name) in CENTRAL_UNIVERSITIES.into_iter().enumerate() {
            let finance = format!("{name}财务处");
            self.groups.push(Group { name: name.to_owned(), education: name.to_owned(), finance });
            self.units.push(Unit {
                number: format!("41610000{i:02}"),
                name: name.to_owned(),
                division: 610_100,
                renamed: None,
                route: Route::Central,
                education: String::new(),
                weight: 6,
                group: self.groups.len() - 1,
            });
        }
    }
}

/// A school as its organisation is registered.
#[derive(Clone, Debug)]
pub struct SchoolOrg {
    /// Its number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Its paying unit.
    pub unit: usize,
}

/// Writes the file of organisations.
pub fn write(path: &Path, places: &Places, schools: &[SchoolOrg]) -> Result<u64, DemoError> {
    let head = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,隶属关系,生效日期";
    let mut table = Table::create(path, head)?;
    let mut add = |number: &str, name: &str, level: &str, role: &str, parent: &str, place: u32, by: &str| {
        table.row(format_args!("{number},{name},{level},{role},{parent},{place},{by},2020-01-01"))
    };
    add(CENTRE, "财政部", "中央", "财政", "", 100_000, "中央")?;
    add("100000JY", "教育部", "中央", "教育", CENTRE, 100_000, "中央")?;
    add(PROVINCE, "陕西省财政厅", "省级", "财政", CENTRE, 610_000, "地方")?;
    add("610000JY", "陕西省教育厅", "省级", "教育", PROVINCE, 610_000, "地方")?;
    for (number, name) in BANKS {
        add(number, name, "省级", "银行", PROVINCE, 610_000, "地方")?;
    }
    for city in &places.cities {
        add(&city.number(), &format!("{}财政局", city.name), "市级", "财政", PROVINCE, city.division, "地方")?;
        let education = format!("{}教育局", city.name);
        add(&format!("{}JY", city.division), &education, "市级", "教育", &city.number(), city.division, "地方")?;
    }
    for unit in &places.units {
        let (level, parent) = match unit.route {
            Route::City(city) => ("县级", places.cities[city].number()),
            Route::Direct => ("市级", PROVINCE.to_owned()),
            Route::Province => continue,
            Route::Central => {
                add(&unit.number, &unit.name, "学校", "学校", "100000JY", unit.division, "中央")?;
                continue;
            }
        };
        add(&unit.number, &format!("{}财政局", unit.name), level, "财政", &parent, unit.division, "地方")?;
        add(&unit.education, &format!("{}教育局", unit.name), level, "教育", &unit.number, unit.division, "地方")?;
    }
    for school in schools {
        let unit = &places.units[school.unit];
        if unit.route != Route::Central {
            add(&school.number, &school.name, "学校", "学校", &unit.education, unit.division, "地方")?;
        }
    }
    table.finish()
}

/// Writes the file of the names and codes that changed in 2021.
pub fn write_renames(path: &Path, places: &Places, schools: &[SchoolOrg]) -> Result<u64, DemoError> {
    let mut table = Table::create(path, "机构编号,新名称,新区划代码,生效日期")?;
    for (i, unit) in places.units.iter().enumerate() {
        let Some((code, name)) = &unit.renamed else { continue };
        table.row(format_args!("{},{name}财政局,{code},2021-07-01", unit.number))?;
        table.row(format_args!("{},{name}教育局,{code},2021-07-01", unit.education))?;
        for school in schools.iter().filter(|s| s.unit == i) {
            let renamed = school.name.replacen(&unit.name, name, 1);
            table.row(format_args!("{},{renamed},{code},2021-07-01", school.number))?;
        }
    }
    table.finish()
}

/// 杨陵区 and 韩城市 are budget units beside the cities.
fn beside_the_cities(code: &str) -> bool {
    matches!(code, "610403" | "610581")
}

fn cells(line: &str) -> Option<[&str; 4]> {
    let mut cells = line.split(',');
    Some([cells.next()?, cells.next()?, cells.next()?, cells.next()?])
}
