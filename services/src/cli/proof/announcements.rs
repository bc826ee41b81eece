//! Which keys of a ledger may sign what, as the ledger itself shows it to whoever trusts one of them. What announcing means stands in
//! `replay`; asking for a checkpoint in `checkpoint`.

use super::checkpoint::hashes;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use ledger::state::key_rows::AnnouncedKey;
use proto::v1;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trust::{Announcement, Trust};

/// The announcements that a server proves in the tree of a checkpoint, whose signature is not looked at yet: a key that is announced
/// there, under one that is trusted, may be the one that signed it.
pub(super) async fn announced(target: &Target, offered: &Note) -> Result<Vec<Announcement>, Failure> {
    let failed = |why: String| Failure::Failed(format!("the server's answer: {why}"));
    let tree = Checkpoint::parse(offered.unverified_text()).map_err(|error| failed(error.to_string()))?;
    if tree.size == 0 {
        return Ok(Vec::new());
    }
    let request = v1::ListAnnouncedKeysRequest { size: tree.size };
    let answer = target.audit().await?.list_announced_keys(request).await?.into_inner();
    let mut found = Vec::new();
    for v1::AnnouncedKey { index, entry, hashes: path } in answer.keys {
        let announcement = Announcement { index, entry: entry.to_vec() };
        if !announcement.is_in(&tree, &hashes(&path)?) {
            return Err(failed(format!(
                "entry {index}, which announces a key, is not in the tree of {} entries",
                tree.size
            )));
        }
        found.push(announcement);
    }
    Ok(found)
}

/// What a key and those announced under it may sign as the server knows it now, signed or not, and unproved: for whoever asks the ledger
/// that is his own.
pub(super) async fn known(target: &Target, key: &Verifier) -> Result<Trust, Failure> {
    let request = v1::ListAnnouncedKeysRequest { size: 0 };
    let answer = target.audit().await?.list_announced_keys(request).await?.into_inner();
    let told = answer.keys.into_iter().map(|one| Announcement { index: one.index, entry: one.entry.to_vec() });
    let rows: Vec<AnnouncedKey> = told.filter_map(|one| one.row()).collect();
    Ok(Trust::following(vec![key.clone()], &rows))
}

/// What these keys and those announced under them may sign, as far as the tree of a checkpoint shows it.
pub(super) async fn trust(target: &Target, keys: Vec<Verifier>, offered: &Note) -> Result<Trust, Failure> {
    let announced = announced(target, offered).await?;
    let mut rows: Vec<AnnouncedKey> = announced.iter().filter_map(Announcement::row).collect();
    rows.sort_by_key(|row| row.last);
    Ok(Trust::following(keys, &rows))
}
