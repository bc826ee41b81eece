//! The key of an import: read with care, and held against the one on record before anything is sent. Not here: sending.

use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::intake::identity::{DEMO_KEY, Identity};
use crate::intake::identity_key::{announcement, read};
use crate::intake::import::names_people;
use crate::principal::named;
use ledger::hash::hex;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use std::path::{Path, PathBuf};

/// Why the first import of people puts its key on record.
const DOCUMENT: &str = "首次导入人员时公布";

/// Where the key comes from.
pub(super) struct KeySource<'a> {
    pub file: Option<&'a Path>,
    pub demo: bool,
}

impl KeySource<'_> {
    /// The key. An import of files that name neither people nor cards needs none.
    pub fn identity(&self, files: &[PathBuf]) -> Result<Identity, Failure> {
        if self.demo {
            return Ok(Identity::new(DEMO_KEY));
        }
        let Some(path) = self.file else {
            if !files.iter().any(|path| hashes(path)) {
                return Ok(Identity::new(&[]));
            }
            let why = "name the key for people and cards with --key FILE (or use --demo-key)";
            return Err(Failure::Usage(why.to_owned()));
        };
        read(path).map_err(|error| Failure::Usage(format!("--key {error}")))
    }

    /// Holds the key against the one on record, if a file names people. Where none is on record it is announced first, so that
    /// whoever imports next is held against it.
    pub async fn vouch(
        &self,
        identity: &Identity,
        files: &[PathBuf],
        principal: &str,
        (query, recorder): (&mut Query, &mut RecorderClient<Line>),
    ) -> Result<(), Failure> {
        if !files.iter().any(|path| hashes(path)) {
            return Ok(());
        }
        let status = query.get_status(v1::GetStatusRequest::default()).await?.into_inner();
        let ours = identity.fingerprint();
        if !status.identity_key.is_empty() {
            return if status.identity_key[..] == ours {
                Ok(())
            } else {
                Err(self.differs(&status.identity_key, &ours))
            };
        }
        if self.demo && status.has_people {
            let why = "账上已有人员，且未公布演示密钥 this ledger knows people, and not by the key of the demo: use --key FILE";
            return Err(Failure::Usage(why.to_owned()));
        }
        let events = vec![proto::event::encode(&announcement(identity, DOCUMENT)).into()];
        let message = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
        let answer = recorder.record(named(message, principal)).await?.into_inner();
        let receipt = answer.receipts.into_iter().next().unwrap_or_default();
        match receipt.outcome() {
            v1::Outcome::Posted | v1::Outcome::Duplicate => Ok(()),
            // Somebody else was quicker; if with this key, all is well.
            _ if receipt.refusal.as_ref().is_some_and(|refusal| refusal.code == "exists") => Ok(()),
            _ => {
                let refusal = receipt.refusal.unwrap_or_default();
                let words = format!("{}; {}; {}", refusal.sentence_zh, refusal.sentence_en, refusal.remedy);
                Err(Failure::Usage(format!("the key was not put on record ({}): {words}", refusal.code)))
            }
        }
    }

    fn differs(&self, theirs: &[u8], ours: &[u8]) -> Failure {
        let which = if self.demo { "--demo-key" } else { "--key" };
        let (theirs, ours) = (hex(theirs), hex(ours));
        Failure::Usage(format!(
            "{which}: 身份密钥与在案指纹不符，未发送任何内容 the fingerprint of this key is {ours}, on record is {theirs}; nothing was \
             sent (key_differs): use the key of this ledger"
        ))
    }
}

/// Whether ids of people or cards are made of what a file says; a policy names nobody.
fn hashes(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension != "toml") && names_people(path)
}
