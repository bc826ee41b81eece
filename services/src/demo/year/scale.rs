//! How large the demo's year is: an exact fraction, and a small seeded generator. No floats, no clock, no chance.

use std::str::FromStr;

/// A scale between 0 and 1, exactly as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    millionths: u64,
}

/// A scale is a decimal from 0.0001 to 1 with at most six places.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a scale is a decimal from 0.0001 to 1 with at most six places, for example 0.05")]
pub struct BadScale;

impl Scale {
    /// `whole x scale`, rounded half up.
    #[must_use]
    pub fn of(self, whole: u64) -> u64 {
        let product = u128::from(whole) * u128::from(self.millionths);
        u64::try_from((product + 500_000) / 1_000_000).unwrap_or(u64::MAX)
    }
}

impl FromStr for Scale {
    type Err = BadScale;

    fn from_str(text: &str) -> Result<Self, BadScale> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
        if !digits || whole.is_empty() || whole.len() > 3 || part.len() > 6 {
            return Err(BadScale);
        }
        let padded = format!("{part:0<6}");
        let whole: u64 = whole.parse().map_err(|_| BadScale)?;
        let millionths = whole * 1_000_000 + padded.parse::<u64>().map_err(|_| BadScale)?;
        if !(100..=1_000_000).contains(&millionths) {
            return Err(BadScale);
        }
        Ok(Self { millionths })
    }
}

impl std::fmt::Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:06}", self.millionths / 1_000_000, self.millionths % 1_000_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Well-mixed bits of a number (the splitmix64 finaliser): the same number gives the same bits everywhere.
#[must_use]
pub fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Cuts `total` into parts by weight; the parts add up to it exactly.
#[must_use]
pub fn portions(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum::<u128>().max(1);
    let mut before = 0_u128;
    let mut given = 0_u64;
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        before += u128::from(*weight);
        let until = u64::try_from(u128::from(total) * before / sum).unwrap_or(total);
        parts.push(until - given);
        given = until;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_read_exactly() {
        let scale: Scale = "0.05".parse().expect("good");
        assert_eq!((scale.of(2_311_000), scale.to_string().as_str()), (115_550, "0.05"));
        assert_eq!("1".parse::<Scale>().map(|s| s.of(485_000_000_000)), Ok(485_000_000_000));
        assert_eq!("0.001".parse::<Scale>().map(|s| s.of(2_311_000)), Ok(2_311));
        for bad in ["", "0", "1.1", "-1", "1e-3", ".5", "0.0000001", "x", "0.00001"] {
            assert_eq!(bad.parse::<Scale>(), Err(BadScale), "{bad}");
        }
    }

    #[test]
    fn portions_add_up() {
        assert_eq!(portions(10, &[1, 1, 1]), [3, 3, 4]);
        assert_eq!(portions(0, &[1, 2]), [0, 0]);
        assert_eq!(portions(7, &[0, 0]), [0, 0]);
    }
}
