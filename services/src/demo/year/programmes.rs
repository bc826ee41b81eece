//! The four programmes as the demo's year uses them: standards, mix, sharing. The rules themselves are `policies/`.

/// A programme.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Programme {
    /// Living subsidy in primary schools.
    Primary,
    /// Living subsidy in junior secondary schools.
    Junior,
    /// General senior high schools.
    SeniorHigh,
    /// Vocational schools.
    Vocational,
    /// Universities.
    University,
}

use Programme as P;

/// Policy bands the demo uses: number, least and most of a year in fen, by programme code. All were in force in 2021.
#[cfg(test)]
const BANDS: [(&str, u32, i64, i64); 8] = [
    ("CE-LIVING", 1, 100_000, 100_000),
    ("CE-LIVING", 2, 125_000, 125_000),
    ("CE-LIVING", 3, 50_000, 50_000),
    ("CE-LIVING", 4, 62_500, 62_500),
    ("SH-GRANT", 1, 150_000, 150_000),
    ("SH-GRANT", 2, 250_000, 250_000),
    ("VS-GRANT", 3, 200_000, 200_000),
    ("UG-GRANT", 1, 200_000, 450_000),
];

impl Programme {
    /// All of them; the two of the living subsidy are one programme of two kinds of school.
    pub const ALL: [Self; 5] = [P::Primary, P::Junior, P::SeniorHigh, P::Vocational, P::University];

    /// Programme code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            P::Primary | P::Junior => "CE-LIVING",
            P::SeniorHigh => "SH-GRANT",
            P::Vocational => "VS-GRANT",
            P::University => "UG-GRANT",
        }
    }

    /// Its position among the codes.
    #[must_use]
    pub fn money(self) -> usize {
        match self {
            P::Primary | P::Junior => 0,
            P::SeniorHigh => 1,
            P::Vocational => 2,
            P::University => 3,
        }
    }

    /// Codes by position, with the spending item of each.
    pub const MONEY: [(&'static str, &'static str); 4] =
        [("CE-LIVING", "2050202"), ("SH-GRANT", "2050204"), ("VS-GRANT", "2050302"), ("UG-GRANT", "2050205")];

    /// Hundredths of all students. A choice of the demo: the published figure names no programmes.
    #[must_use]
    pub fn percent(self) -> u64 {
        match self {
            P::Primary => 17,
            P::Junior => 16,
            P::SeniorHigh => 22,
            P::Vocational => 11,
            P::University => 34,
        }
    }

    /// Band and fen of a year for a student with these bits.
    #[must_use]
    pub fn award(self, bits: u64) -> (u32, i64) {
        let boards = bits % 10 < 6;
        match self {
            P::Primary if boards => (1, 100_000),
            P::Primary => (3, 50_000),
            P::Junior if boards => (2, 125_000),
            P::Junior => (4, 62_500),
            P::SeniorHigh if bits.is_multiple_of(2) => (1, 150_000),
            P::SeniorHigh => (2, 250_000),
            P::Vocational => (3, 200_000),
            P::University => (1, [250_000, 330_000, 420_000][(bits % 3) as usize]),
        }
    }

    /// Whether these bits give the middle amount of the universities' grant.
    #[must_use]
    pub fn is_middle(self, bits: u64) -> bool {
        self == P::University && bits % 3 == 1
    }

    /// Whether a year's award lies in its band.
    #[cfg(test)]
    pub fn allows(self, band: u32, fen: i64) -> bool {
        BANDS.iter().any(|(code, number, least, most)| {
            *code == self.code() && *number == band && (*least..=*most).contains(&fen)
        })
    }

    /// Hundredths the centre bears, for schools of the province and for those of the ministry.
    #[must_use]
    pub fn central_percent(self, of_the_ministry: bool) -> i64 {
        match self {
            P::Primary | P::Junior => 50,
            P::University if of_the_ministry => 100,
            _ => 80,
        }
    }

    /// Letter in school numbers.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            P::Primary => 'X',
            P::Junior => 'C',
            P::SeniorHigh => 'G',
            P::Vocational => 'Z',
            P::University => 'D',
        }
    }

    /// The part of a school's name after its county.
    #[must_use]
    pub fn school_name(self, number: usize) -> String {
        let number = numeral(number);
        match self {
            P::Primary => format!("第{number}小学"),
            P::Junior => format!("第{number}初级中学"),
            P::SeniorHigh => format!("第{number}中学"),
            P::Vocational => format!("第{number}职业中学"),
            P::University => format!("第{number}学院"),
        }
    }

    /// The year in which the oldest of its students were born.
    #[must_use]
    pub fn born_from(self) -> i16 {
        match self {
            P::Primary => 2009,
            P::Junior => 2005,
            P::SeniorHigh | P::Vocational => 2002,
            P::University => 1998,
        }
    }
}

/// A number below a hundred in Chinese numerals.
fn numeral(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, ones) = (number / 10 % 10, number % 10);
    let tens = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        more => format!("{}十", DIGITS[more]),
    };
    tens + DIGITS[ones]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_the_policies_in_force() {
        let policies = replay::policies::shipped().expect("shipped policies load");
        for year in [(2020, 10, 12), (2021, 9, 20)] {
            let day = ledger::money::Day::new(year.0, year.1, year.2).expect("a day");
            for (code, number, least, most) in BANDS {
                let of_it = policies.iter().filter(|(from, p)| p.programme == code && *from <= day);
                let (_, policy) = of_it.max_by_key(|(from, p)| (*from, p.version)).expect("one is in force");
                let band = policy.band(number).expect("the band exists");
                assert_eq!((band.min_fen, band.max_fen), (least, most), "{code} {number}");
                for sharing in &policy.sharing {
                    let ministry = sharing.subordination == ledger::event::Subordination::Central;
                    let programme = P::ALL.into_iter().find(|p| p.code() == code).expect("ours");
                    assert_eq!(i64::from(sharing.central_ppm), programme.central_percent(ministry) * 10_000, "{code}");
                }
            }
        }
    }

    #[test]
    fn numerals_read_right() {
        assert_eq!([1, 10, 11, 20, 99].map(numeral), ["一", "十", "十一", "二十", "九十九"]);
    }
}
