//! The `key=value` fields of a scenario line. What they mean for a kind of event stands in `kinds`.

use crate::desk::labelled;
use anyhow::{Context, Result, anyhow, bail};
use ledger::money::{Day, Fen};
use std::collections::BTreeMap;
use std::str::FromStr;
use uuid::Uuid;

/// Fields not read yet. A field nobody asks for is a slip of the pen, so it fails.
pub(super) struct Fields<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Fields<'a> {
    pub(super) fn read(words: &[&'a str]) -> Result<Self> {
        let mut fields = BTreeMap::new();
        for word in words {
            let (key, value) = word.split_once('=').with_context(|| format!("`{word}` is no key=value"))?;
            if fields.insert(key, value).is_some() {
                bail!("`{key}` stands there twice");
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn finish(self) -> Result<()> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => bail!("this kind of event has no field `{key}`"),
        }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<&'a str> {
        self.0.remove(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn need(&mut self, key: &str) -> Result<&'a str> {
        self.take(key).with_context(|| format!("`{key}` is missing"))
    }

    pub(super) fn text(&mut self, key: &str, otherwise: &str) -> String {
        self.take(key).unwrap_or(otherwise).to_owned()
    }

    pub(super) fn id(&mut self, key: &str) -> Result<Uuid> {
        self.need(key).map(|text| Uuid::try_parse(text).unwrap_or_else(|_| labelled(text)))
    }

    pub(super) fn optional_id(&mut self, key: &str) -> Option<Uuid> {
        self.take(key).map(labelled)
    }

    pub(super) fn number<T: FromStr>(&mut self, key: &str) -> Result<T> {
        let text = self.need(key)?;
        text.parse().map_err(|_| anyhow!("{key}={text} is no number"))
    }

    pub(super) fn number_or<T: FromStr>(&mut self, key: &str, otherwise: T) -> Result<T> {
        if self.0.contains_key(key) { self.number(key) } else { Ok(otherwise) }
    }

    pub(super) fn amount(&mut self, key: &str) -> Result<Fen> {
        amount(self.need(key)?)
    }

    pub(super) fn amount_or(&mut self, key: &str, otherwise: Fen) -> Result<Fen> {
        self.take(key).map_or(Ok(otherwise), amount)
    }

    pub(super) fn yes(&mut self, key: &str) -> Result<bool> {
        match self.take(key) {
            None | Some("no") => Ok(false),
            Some("yes") => Ok(true),
            Some(other) => bail!("{key}={other}: yes or no"),
        }
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)], otherwise: Option<T>) -> Result<T> {
        let Some(text) = self.take(key) else {
            return otherwise.with_context(|| format!("`{key}` is missing"));
        };
        chosen(text, choices)
    }

    /// A list with commas, each part read by `read`; a missing field is an empty list.
    pub(super) fn list<T>(&mut self, key: &str, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
        self.take(key)
            .map_or(Ok(Vec::new()), |text| text.split(',').filter(|part| !part.is_empty()).map(read).collect())
    }
}

/// Yuan with at most two decimals, as fen.
pub(super) fn amount(text: &str) -> Result<Fen> {
    let wrong = || anyhow!("`{text}` is no amount in yuan");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    if cents.len() != 2 {
        return Err(wrong());
    }
    let (yuan, cents): (Fen, Fen) = (yuan.parse().map_err(|_| wrong())?, cents.parse().map_err(|_| wrong())?);
    Ok(sign * (yuan * 100 + cents))
}

/// Per cent with at most two decimals, as millionths.
pub(super) fn percent(text: &str) -> Result<u32> {
    // It is written like yuan, and a hundredth of a per cent is a hundred millionths.
    Ok(u32::try_from(amount(text.trim_end_matches('%'))? * 100)?)
}

pub(super) fn day(text: &str) -> Result<Day> {
    text.parse().map_err(|()| anyhow!("`{text}` is no day, write 2021-09-01"))
}

pub(super) fn chosen<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T> {
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).with_context(|| format!("`{text}` is not one of its choices"))
}

/// `left` and `right` of a part such as `line:amount`.
pub(super) fn pair(text: &str, between: char) -> Result<(&str, &str)> {
    text.split_once(between).with_context(|| format!("`{text}` lacks `{between}`"))
}
