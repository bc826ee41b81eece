//! The jobs, one file each, and what they share: where the record is. The library knows none of them.

pub mod backup;
pub mod explain;
pub mod export;
pub mod fold;
pub mod interrupts;
pub mod live;
pub mod rebuild;
pub mod repair;
pub mod restore;
pub mod source;
pub mod verify;
pub mod what_if;

/// What went wrong, and why: an error that says its cause in its own words is not followed by it once more.
pub fn in_words(error: &anyhow::Error) -> String {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}
