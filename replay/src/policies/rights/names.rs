//! Names of kinds and of groups of them, as a table of roles writes them: each known, or an error that names the nearest.

use crate::policies::file_text::{FileText, PolicyFileError};
use ledger::event::KindTag;
use std::collections::BTreeMap;
use toml::Spanned;

/// The groups of a file: the kinds of each, by its name.
pub(super) struct Groups<'a>(BTreeMap<&'a str, Vec<KindTag>>);

impl<'a> Groups<'a> {
    /// The groups as they are written.
    pub(super) fn read(
        source: &FileText<'_>,
        written: &'a BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    ) -> Result<Self, PolicyFileError> {
        let mut groups = BTreeMap::new();
        for (name, members) in written {
            if KindTag::named(name.get_ref()).is_some() {
                let what = format!("`{}` is the name of a kind", name.get_ref());
                return Err(source.error(&name.span(), &what, "call the group otherwise"));
            }
            let mut kinds = Vec::new();
            for member in members {
                let all = || KindTag::ALL.iter().map(|kind| kind.name());
                let unknown = || source.error(&member.span(), &unknown("kind", member.get_ref(), all()), MEND_KIND);
                kinds.push(KindTag::named(member.get_ref()).ok_or_else(unknown)?);
            }
            groups.insert(name.get_ref().as_str(), kinds);
        }
        Ok(Self(groups))
    }

    /// The kinds that a list of groups and kinds comes to, each once and in the order of the ledger: two files that say the same make
    /// the same table.
    pub(super) fn kinds(
        &self,
        source: &FileText<'_>,
        written: &[Spanned<String>],
    ) -> Result<Vec<String>, PolicyFileError> {
        let mut kinds = Vec::new();
        for name in written {
            match (self.0.get(name.get_ref().as_str()), KindTag::named(name.get_ref())) {
                (Some(group), _) => kinds.extend(group),
                (None, Some(kind)) => kinds.push(kind),
                (None, None) => {
                    let all = self.0.keys().copied().chain(KindTag::ALL.iter().map(|kind| kind.name()));
                    let what = unknown("kind or group", name.get_ref(), all);
                    return Err(source.error(&name.span(), &what, MEND_KIND));
                }
            }
        }
        Ok(KindTag::ALL.iter().filter(|kind| kinds.contains(kind)).map(|kind| kind.name().to_owned()).collect())
    }
}

const MEND_KIND: &str = "write a kind as docs/kinds.md has it, or a group of this file";

/// That nothing of this sort has such a name, and which comes nearest.
pub(super) fn unknown<'n>(sort: &str, name: &str, all: impl Iterator<Item = &'n str>) -> String {
    let nearest = all.min_by_key(|known| distance(name, known)).unwrap_or_default();
    format!("no {sort} is called `{name}`; the nearest is `{nearest}`")
}

/// Letters to change, add or leave out to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (at, have) in from.chars().enumerate() {
        let mut above = row[0];
        row[0] = at + 1;
        for (place, want) in to.chars().enumerate() {
            let changed = above + usize::from(have != want);
            above = row[place + 1];
            row[place + 1] = changed.min(above + 1).min(row[place] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn words_are_as_far_apart_as_letters_differ() {
        for (from, to, far) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("card_bond", "card_bound", 1), ("abc", "cab", 2)]
        {
            assert_eq!((distance(from, to), distance(to, from)), (far, far), "{from} {to}");
        }
    }
}
